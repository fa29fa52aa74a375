#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""PHPMailer, Symfony Mailer, WordPress and Nextcloud with settings that Baton wrote, and as Baton reads what users write.

WP Mail SMTP and Nextcloud are not in Debian: their settings are parsed by PHP itself, and handed to PHPMailer and to
Symfony Mailer as these two do it.

usage: settings_php.py BATON [WORD...]      ./run real settings_php [WORD...]
"""
import itertools
import json
import os
import random
import subprocess

import settings_kit as lab

SECURITY = ("starttls", "tls", "none")
# What is odd about the hostile passwords themselves.
ODD = ("secret-quotes", "secret-blank", "secret-line-end", "secret-odd", "secret-placeholder", "secret-spaces")
serial = itertools.count(1)

# Each file in turn, in a scope of its own; a failure is one line and stops nothing.
RUN = r"""
chdir($argv[1]);
foreach (array_slice($argv, 2) as $file) {
    try { (static function () use ($file) { require $file; })(); }
    catch (\Throwable $e) { fwrite(STDERR, "$file: ".$e->getMessage()."\n"); }
}
"""
MESSAGE = "\n$mail->addAddress('%s');\n$mail->Subject = 'Test';\n$mail->Body = 'Test';\n$mail->send();\n"


def php(code, *arguments, env=None):
    done = subprocess.run(["php", "-d", "display_errors=stderr", "-d", "default_socket_timeout=15", "-r", code, "--", *arguments],
                          capture_output=True, check=False, env=env, timeout=280)
    return done.stdout, done.stderr.decode(errors="replace")


def place():
    """A directory with the libraries where a project has them."""
    where = lab.PLACE / f"php-{next(serial)}"
    (where / "vendor").mkdir(parents=True)
    (where / "vendor/autoload.php").write_text("<?php require_once '/usr/share/php/libphp-phpmailer/autoload.php';\n")
    return where


def everybody():
    """Each hostile password, the kinds of encryption in turn, and none of a login."""
    for (name, _), security in zip(lab.HOSTILE.items(), itertools.cycle(SECURITY)):
        yield name, lab.wanted(security, name)
    for security in SECURITY:
        yield f"open-{security}", lab.wanted(security)


def all_arrive(sent, errors):
    for name, settings, to in sent:
        mail = lab.arrived(to)
        assert mail, f"{name}: not accepted\n{errors[-1500:]}\n{lab.log()[-800:]}"
        seen = settings | {"security": "starttls"} if settings["security"] == "none" and mail.tls else settings
        lab.matches(mail, seen)


# ---- PHPMailer ----

def phpmailer_sends_what_was_written():
    where, sent = place(), []
    for name, settings in everybody():
        to = lab.fresh("phpmailer")
        (where / f"{name}.php").write_bytes(lab.baton_write("phpmailer", **settings, to=to))
        lab.reads_back("phpmailer", where / f"{name}.php", settings | {"to": to}, ODD)
        sent.append((name, settings, to))
    _, errors = php(RUN, where, *(f"{name}.php" for name, _, _ in sent))
    all_arrive(sent, errors)
    assert all(not lab.arrived(to).tls for name, s, to in sent if s["security"] == "none")


def phpmailer_is_told_where_the_password_is():
    where = place()
    (where / "secret").write_bytes(lab.octets(lab.HOSTILE["all"]) + b"\n")
    for secret, text in (("environment", "MAIL_SECRET"), ("file", str(where / "secret"))):
        to, settings = lab.fresh("phpmailer"), lab.wanted("tls", "all", secret=secret, secret_text=text)
        (where / "a.php").write_bytes(lab.baton_write("phpmailer", **settings, to=to))
        lab.reads_back("phpmailer", where / "a.php", settings)
        _, errors = php(RUN, where, "a.php", env=os.environ | {"MAIL_SECRET": lab.HOSTILE["all"]})
        all_arrive([(secret, settings, to)], errors)


HEAD = """<?php
use PHPMailer\\PHPMailer\\PHPMailer;
require 'vendor/autoload.php';
$mail = new PHPMailer(true);
"""
LOGIN = "$mail->isSMTP(); $mail->SMTPAuth = true; $mail->Username = 'plain@kit.example'; $mail->Password = 'tulip-Mania-1637';\n"
FROM = "$mail->setFrom('anna@kit.example');\n"
# Settings as users write them: what PHPMailer does is compared with what Baton says it would do.
WRITTEN = {
    "prefix-ssl": LOGIN + FROM + "$mail->Host = 'ssl://mail.kit.example:465';",
    "prefix-tls": LOGIN + FROM + "$mail->Host = 'tls://mail.kit.example'; $mail->Port = 587;",
    "two-servers": LOGIN + FROM + "$mail->Host = ' mail.kit.example:587 ;other.kit.example'; $mail->SMTPSecure = 'tls';",
    "prefix-wins": LOGIN + FROM + "$mail->Host = 'tls://mail.kit.example:587'; $mail->SMTPSecure = 'ssl';",
    "only-if-offered": LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 587;",
    "not-a-kind": LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'STARTTLS';",
    "no-auto-tls": LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->SMTPAutoTLS = false;",
    "login-in-quotes": LOGIN + FROM + "$mail->SMTPAuth = 'false'; $mail->Host = 'mail.kit.example'; $mail->Port = 587;",
    "old-names": FROM + "$mail->IsSMTP(); $mail->Host = 'open.kit.example'; $mail->SMTPAuth = FALSE;",
    "mailer": FROM + "$mail->Mailer = 'smtp'; $mail->Host = 'open.kit.example';",
    "heredoc": LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 587; $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;\n"
               "$mail->Username = 'quotes@kit.example'; $mail->Password = <<<'P'\n  a'b\"c\n  P;",
    "double": LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 465; $mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;\n"
              "$mail->Username = \"dollar@{$domain}\"; $mail->Password = \"pa\\$word9\";",
    "joined": LOGIN + FROM + "define('USER', 'single'); const PW = \"a'\" . 'b'; $mail->Host = 'mail.' . $domain; $mail->Port = '587';\n"
              "$mail->SMTPSecure = 'tls'; $mail->Username = USER . '@' . $domain; $mail->Password = PW;",
    "array": LOGIN + FROM + "$c = ['smtp' => ['host' => 'mail.kit.example', 'port' => 587, 'pw' => 'a\\\\b\\n\\\\\\\\c']];\n"
             "$mail->Host = $c['smtp']['host']; $mail->Port = $c['smtp']['port']; $mail->SMTPSecure = 'tls';\n"
             "$mail->Username = 'backslash@kit.example'; $mail->Password = $c['smtp']['pw'];",
    "variables": LOGIN + FROM + "$mail->Host = getenv('KIT_HOST'); $mail->Port = getenv('KIT_PORT') ?: 587; $mail->SMTPSecure = 'tls';",
    "branches": LOGIN + FROM + "if (false) { $mail->Host = 'nowhere.kit.example'; } else { $mail->Host = 'mail.kit.example'; }\n"
                "$mail->SMTPSecure = true ? 'ssl' : 'tls'; $mail->Port = 465;",
    "sender": LOGIN + "$mail->From = 'boris@kit.example'; $mail->Sender = 'anna@kit.example'; $mail->Helo = 'pc.kit.example';\n"
              "$mail->Host = 'mail.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'tls';",
    "hostname": LOGIN + FROM + "$mail->Hostname = 'shop.kit.example'; $mail->Host = 'mail.kit.example'; $mail->Port = 587;\n"
                "$mail->SMTPSecure = 'tls';",
    "any-certificate": LOGIN + FROM + "$mail->Host = 'stranger.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'tls';\n"
                       "$mail->SMTPOptions = array('ssl' => array('verify_peer' => false, 'verify_peer_name' => false));",
    "method": LOGIN + FROM + "$mail->AuthType = 'PLAIN'; $mail->Host = 'mail.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'tls';",
}
# Here PHPMailer reaches nobody, and Baton says why.
LOST = {
    "not-smtp": ("not-applied", FROM + "$mail->Host = 'open.kit.example';"),
    "small-letter": ("login-off", LOGIN.replace("SMTPAuth", "smtpAuth") + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 587;"),
    "eaten": ("secret-dollar", LOGIN + FROM + "$mail->Host = 'mail.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'tls';\n"
                               "$mail->Username = 'dollar@kit.example'; $mail->Password = \"pa$word9\";"),
    "underscore": ("host-form", FROM + "$mail->isSMTP(); $mail->Host = 'open_.kit.example';"),
    "self-signed": (None, LOGIN + FROM + "$mail->Host = 'stranger.kit.example'; $mail->Port = 587; $mail->SMTPSecure = 'tls';"),
}


def phpmailer_does_what_baton_reads():
    where, env = place(), os.environ | {"KIT_HOST": lab.HOST}
    env.pop("KIT_PORT", None)
    to = {name: lab.fresh("phpmailer") for name in WRITTEN | LOST}
    for name, text in WRITTEN.items() | {name: text for name, (_, text) in LOST.items()}.items():
        (where / f"{name}.php").write_text(HEAD + "$domain = 'kit.example';\n" + text + MESSAGE % to[name])
    _, errors = php(RUN, where, *(f"{name}.php" for name in to), env=env)
    for name in WRITTEN:
        mail, got = lab.arrived(to[name]), lab.baton_read("phpmailer", where / f"{name}.php", env=env)
        assert mail, f"{name}: not accepted\n{errors}"
        assert lab.ADDRESSES[got["host"]] == mail.server and got["port"] == mail.port, (name, got, mail.facts)
        tls = {"none": False, "starttls": True, "tls": True}.get(got["security"], bool(mail.tls))
        assert tls == bool(mail.tls) and (got["user"] if got["mechanism"] else "") == mail.user, (name, got, mail.facts)
        assert got["from"] == mail.sender and (got["header_from"] or got["from"]) == mail.message["From"].strip("<>"), name
        assert got["helo"] in ("", mail.helo), (name, got["helo"], mail.helo)
        assert got["mechanism"] in ("", "auto", mail.mechanism), (name, got["mechanism"])
        assert not mail.user or got["secret_text"] == lab.USERS[mail.user], name
        assert got["to"] == to[name], name
    for name, (mistake, _) in LOST.items():
        ids = [m["id"] for m in lab.baton_read("phpmailer", where / f"{name}.php", env=env)["mistakes"]]
        assert not lab.arrived(to[name]), f"{name} arrived"
        assert not mistake or mistake in ids, (name, ids)


# ---- PHP itself: what it makes of a value, and what Baton reads ----

PIECES = ["a", "b1", " ", "\\", "\\\\", "\\n", "\\'", '\\"', "'", '"', "$", "$v", "$w[k]", "$w[0]", "$o->h", "$o->h->i", "{$v}", "{$w['k']}",
          "${v}", "{ $v", "\\$v", "\\x41", "\\101", "\\8", "\\u{e9}", "\\xg", "#", "//", "/*", "?>", "<?php", "\xe9", "%40", ":", "@", "!",
          "\n", "{", "}", "\\{$v}", "\t", "\\e", "$1", "$$v", "\\400", "<<<E", "->", "[", "]"]
OPERATORS = ["%s . %s", "(%s) . %s", "%s ?: (%s)", "%s ? (%s) : 'y'", "(string) %s . %s", "trim(%s) . (%s)", "%s /* x */ . // ?\n %s",
             "%s ?? (%s)"]


def raw(dice, most):
    return "".join(dice.choice(PIECES) for _ in range(dice.randrange(most)))


def closed(text, quote):
    """text with its quotes behind backslashes, and no backslash that would eat the last one."""
    out, i = "", 0
    while i < len(text):
        pair = text[i] == "\\" and i + 1 < len(text)
        out += text[i:i + 2] if pair else "\\" + text[i] if text[i] == quote else text[i]
        i += 2 if pair else 1
    return quote + out + ("\\" if (len(out) - len(out.rstrip("\\"))) % 2 else "") + quote


def expression(dice, deep=0):
    kind = dice.randrange(12)
    if kind < 3:
        return closed(raw(dice, 7), "'")
    if kind < 7:
        return closed(raw(dice, 8), '"')
    if kind < 8:
        indent, word = dice.choice(["", "  "]), dice.choice(["'EOT'", "EOT", '"EOT"'])
        return f"<<<{word}\n" + "".join(f"{indent}{line}\n" for line in raw(dice, 10).split("\n")) + f"{indent}EOT"
    if kind < 9 or deep > 3:
        return dice.choice(["true", "FALSE", "null", "587", "PHP_EOL", "K", "$v", "$w['k']", "$o->h", "0", "'0'", "''"])
    return dice.choice(OPERATORS) .replace("%s", "\0", 1).replace("%s", "\1", 1).replace("\0", expression(dice, deep + 1)) \
        .replace("\1", expression(dice, deep + 1))


def php_reads_the_same():
    dice, where, texts = random.Random(8), place(), {}
    for i in range(240):
        text = "<?php\n$v='V\"\\'v'; $w=['k'=>'K','0'=>'zero']; $o=new stdClass; $o->h='H'; define('K','k$');\n" \
               f"$mail->Password = {expression(dice)};\n"
        texts[f"{i}.php"] = text.encode("latin-1")
        (where / f"{i}.php").write_bytes(texts[f"{i}.php"])
    printed, _ = php(r"""
error_reporting(0); chdir($argv[1]);
foreach (array_slice($argv, 2) as $file) {
    try { $mail = new stdClass; require $file; $x = $mail->Password; }
    catch (\Throwable $e) { continue; }
    if (!is_bool($x) && $x !== null) echo json_encode([$file, bin2hex((string) $x)]), "\n";
}""", where, *texts)
    same = 0
    for line in printed.splitlines():
        if not line.startswith(b'["'):
            continue
        name, value = json.loads(line)
        got = lab.baton_read("phpmailer", where / name)
        if got["secret"] == "hidden":
            continue
        assert got["secret_text"].hex() == value, (texts[name], value)
        same += 1
    assert same > 120, same


# ---- WordPress ----

# As WP Mail SMTP 4 hands its constants to PHPMailer (Options::get_const_value, Processor::phpmailer_init).
PLUGIN = r"""
require '/usr/share/php/libphp-phpmailer/autoload.php';
require $argv[1];
$mail = new PHPMailer\PHPMailer\PHPMailer(true);
if (WPMS_ON !== true) exit("off");
$is = fn($name) => defined($name) && constant($name);
$mail->Mailer = WPMS_MAILER;
$secure = defined('WPMS_SSL') ? (WPMS_SSL === '' ? 'none' : WPMS_SSL) : 'none';
$mail->SMTPSecure = $secure === 'none' ? '' : $secure;
if ($secure !== 'tls' && !(defined('WPMS_SMTP_AUTOTLS') ? (bool) WPMS_SMTP_AUTOTLS : true)) $mail->SMTPAutoTLS = false;
$mail->Host = WPMS_SMTP_HOST;
$mail->Port = WPMS_SMTP_PORT;
if (defined('WPMS_SMTP_AUTH') ? (bool) WPMS_SMTP_AUTH : true) {
    $mail->SMTPAuth = true;
    $mail->Username = $is('WPMS_SMTP_USER') ? WPMS_SMTP_USER : '';
    $mail->Password = $is('WPMS_SMTP_PASS') ? WPMS_SMTP_PASS : '';
}
$mail->setFrom(WPMS_MAIL_FROM);
$mail->addAddress($argv[2]);
$mail->Subject = $mail->Body = 'Test';
$mail->send();
"""


def wordpress_constants_send():
    where = place()
    for name in ("all", "dollar", "quotes", "newline", "line-end", "backslash-last", "latin", "angle"):
        for security in SECURITY if name == "all" else ("starttls",):
            to, settings = lab.fresh("wordpress"), lab.wanted(security, name)
            (where / "wp-config.php").write_bytes(lab.baton_write("wordpress", **settings))
            lab.reads_back("wordpress", where / "wp-config.php", settings, ODD)
            _, errors = php(PLUGIN, where / "wp-config.php", to)
            all_arrive([(name, settings, to)], errors)
    to, settings = lab.fresh("wordpress"), lab.wanted("none")
    (where / "wp-config.php").write_bytes(lab.baton_write("wordpress", **settings))
    lab.reads_back("wordpress", where / "wp-config.php", settings)
    _, errors = php(PLUGIN, where / "wp-config.php", to)
    all_arrive([("open", settings, to)], errors)


# ---- Nextcloud ----

# As Nextcloud 26 and later hand $CONFIG to Symfony Mailer (OC\Mail\Mailer::getSmtpInstance).
CLOUD = r"""
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
require $argv[1];
$get = fn($key, $default) => $CONFIG[$key] ?? $default;
$transport = new EsmtpTransport((string) $get('mail_smtphost', '127.0.0.1'), (int) $get('mail_smtpport', 25),
    $get('mail_smtpsecure', null) === 'ssl' ? true : null);
if ((bool) $get('mail_smtpauth', false)) {
    $transport->setUsername((string) $get('mail_smtpname', ''));
    $transport->setPassword((string) $get('mail_smtppassword', ''));
}
$stream = $transport->getStream();
$stream->setStreamOptions(array_merge_recursive($stream->getStreamOptions(), $get('mail_smtpstreamoptions', [])));
$host = parse_url((string) $get('overwrite.cli.url', ''), PHP_URL_HOST);
if (!empty($host)) $transport->setLocalDomain($host);
$mail = new Symfony\Component\Mime\Email();
$mail->from($get('mail_from_address', 'x').'@'.$get('mail_domain', 'x.example'))->to($argv[2])->text('Test');
$transport->send($mail);
"""


def nextcloud_keys_send():
    where = place()
    for name in ("all", "dollar", "quotes", "newline", "line-end", "backslash-last", "latin", "angle"):
        for security in ("starttls", "tls") if name == "all" else ("tls",):
            to, settings = lab.fresh("nextcloud"), lab.wanted(security, name)
            (where / "mail.config.php").write_bytes(lab.baton_write("nextcloud", **settings))
            lab.reads_back("nextcloud", where / "mail.config.php", settings, ODD)
            _, errors = php(CLOUD, where / "mail.config.php", to)
            all_arrive([(name, settings, to)], errors)
    to, settings = lab.fresh("nextcloud"), lab.wanted("none")
    (where / "mail.config.php").write_bytes(lab.baton_write("nextcloud", **settings))
    lab.reads_back("nextcloud", where / "mail.config.php", settings, ignore=("security",))
    _, errors = php(CLOUD, where / "mail.config.php", to)
    all_arrive([("open", settings, to)], errors)


CLOUD_WRITTEN = {
    "tls-on-465": "'mail_smtphost' => 'mail.kit.example', 'mail_smtpport' => '465', 'mail_smtpsecure' => 'tls', 'mail_smtpauth' => 1,",
    "nothing-on-587": "'mail_smtphost' => 'mail.kit.example', 'mail_smtpport' => 587, 'mail_smtpsecure' => '', 'mail_smtpauth' => true,",
    "no-kind": "'mail_smtphost' => 'mail.kit.example', 'mail_smtpport' => 587, 'mail_smtpsecure' => 'starttls', 'mail_smtpauth' => true,",
    "port-zero": "'mail_smtphost' => 'mail.kit.example', 'mail_smtpport' => 0, 'mail_smtpauth' => true,",
    "word": "'mail_smtphost' => 'mail.kit.example', 'mail_smtpport' => 587, 'mail_smtpauth' => 'false',",
    "empty-login": "'mail_smtphost' => 'open.kit.example', 'mail_smtpport' => 25, 'mail_smtpauth' => 0,",
    "stranger": "'mail_smtphost' => 'stranger.kit.example', 'mail_smtpport' => 465, 'mail_smtpauth' => 1,\n"
                "'mail_smtpstreamoptions' => array('ssl' => array('verify_peer' => false, 'verify_peer_name' => false)),",
    "name": "'mail_smtphost' => 'open.kit.example', 'overwrite.cli.url' => 'https://cloud.kit.example/nextcloud',",
}


def nextcloud_does_what_baton_reads():
    where = place()
    for name, text in CLOUD_WRITTEN.items():
        to = lab.fresh("nextcloud")
        (where / "config.php").write_text(
            "<?php\n$CONFIG = array (\n  'instanceid' => 'oc1',\n  'mail_smtpname' => 'plain@kit.example',\n"
            f"  'mail_smtppassword' => 'tulip-Mania-1637', 'mail_from_address' => 'anna', 'mail_domain' => 'kit.example',\n{text}\n);\n")
        _, errors = php(CLOUD, where / "config.php", to)
        mail, got = lab.arrived(to), lab.baton_read("-", where / "config.php")
        assert mail, f"{name}: not accepted\n{errors}"
        tls = {"none": False, "starttls": True, "tls": True}.get(got["security"], bool(mail.tls))
        assert (lab.ADDRESSES[got["host"]], got["port"], tls, got["user"] if got["mechanism"] else "", got["from"]) == \
            (mail.server, mail.port, bool(mail.tls), mail.user, mail.sender), (name, got, mail.facts)
        assert got["helo"] in ("", mail.helo), (name, got["helo"], mail.helo)


# ---- Symfony Mailer ----

SYMFONY = r"""
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require '/usr/share/php/Symfony/Component/Dotenv/autoload.php';
require '/usr/share/php/Symfony/Component/Yaml/autoload.php';
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
foreach (['Amazon', 'Google', 'Mailchimp', 'Mailgun', 'Mailjet', 'Postmark', 'Sendgrid', 'Sendinblue'] as $bridge)
    if (is_file($file = "/usr/share/php/Symfony/Component/Mailer/Bridge/$bridge/autoload.php")) require_once $file;
"""
# Sends by the DSN of each file to the address that follows it.
SYMFONY_SENDS = SYMFONY + r"""
for ($i = 1; $i < $argc; $i += 2) {
    try {
        $env = (new Symfony\Component\Dotenv\Dotenv())->parse(file_get_contents($argv[$i]));
        $mail = (new Symfony\Component\Mime\Email())->from('anna@kit.example')->to($argv[$i + 1])->text('Test');
        Transport::fromDsn($env['MAILER_DSN'])->send($mail);
    } catch (\Throwable $e) { fwrite(STDERR, $argv[$i].': '.$e->getMessage()."\n"); }
}
"""
# What a transport made of each DSN would do, without a packet.
SYMFONY_MAKES = SYMFONY + r"""
foreach (json_decode(file_get_contents($argv[1])) as $dsn) {
    $got = null;
    try {
        $t = Transport::fromDsn(hex2bin($dsn));
        if ($t instanceof Transport\RoundRobinTransport) { /* and FailoverTransport */
            $all = new ReflectionProperty(Transport\RoundRobinTransport::class, 'transports');
            $all->setAccessible(true);
            $t = $all->getValue($t)[0];
        }
        $got = ['other'];
        if ($t instanceof EsmtpTransport) {
            $s = $t->getStream();
            $got = [$s->getHost(), $s->getPort(), $s->isTLS(), bin2hex($t->getUsername()), bin2hex($t->getPassword()),
                    $t->getLocalDomain(), ($s->getStreamOptions()['ssl']['verify_peer'] ?? true) === false];
        }
    } catch (\Throwable $e) { $got = null; }
    echo json_encode($got), "\n";
}
"""


def symfony_sends_what_was_written():
    where, sent = place(), []
    for name, settings in everybody():
        (where / name).mkdir()
        (where / name / ".env.local").write_bytes(lab.baton_write("symfony", **settings))
        lab.reads_back("symfony", where / name / ".env.local", settings, (*ODD, "from"))
        sent.append((name, settings, lab.fresh("symfony")))
    _, errors = php(SYMFONY_SENDS, *itertools.chain(*((where / name / ".env.local", to) for name, _, to in sent)))
    all_arrive(sent, errors)


DSNS = [
    "smtp://mail.kit.example", "smtps://mail.kit.example", "smtp://mail.kit.example:25", "smtp://mail.kit.example:465", "smtp://localhost",
    "smtps://localhost", "smtp://localhost:465", "smtp://mail.kit.example:587", "smtps://mail.kit.example:587", "smtp://[2001:db8::25]:587",
    "smtp://anna:pw@mail.kit.example:587", "smtp://anna%40kit.example:p%40%3A%2F%23%3F%25w@mail.kit.example:587",
    "smtp://anna@kit.example:p@w@mail.kit.example:587", "smtp://anna:p:w@mail.kit.example:587", "smtp://anna:p/w@mail.kit.example:587",
    "smtp://anna:p#w@mail.kit.example:587", "smtp://anna:p?w@mail.kit.example:587", "smtp://anna:50%off@mail.kit.example:587",
    "smtp://anna:p+w@mail.kit.example:587", "smtp://anna:p w@mail.kit.example:587", "smtp://anna:p)w@mail.kit.example:587",
    "smtp://anna:12345#w@mail.kit.example:587", "smtp://anna:@mail.kit.example:587", "smtp://:pw@mail.kit.example:587",
    "smtp://anna@mail.kit.example:587", "smtp://mail.kit.example:587?verify_peer=0", "smtp://mail.kit.example:587?verify_peer=false",
    "smtp://mail.kit.example:587?verify_peer=", "smtp://mail.kit.example:587?verify_peer=yes", "smtp://mail.kit.example:587?local_domain=pc.kit.example",
    "smtp://mail.kit.example:587/?encryption=tls&auth_mode=login", "smtp://mail.kit.example:587x", "smtp://mail.kit.example:x",
    "smtp://mail.kit.example:587000", "smtp://mail.kit.example:", "smtp://", "mail.kit.example:587", "smtp:mail.kit.example", "//mail.kit.example",
    "smtp//mail.kit.example", "", "null://null", "sendmail://default", "smtp+x://mail.kit.example", "failover(smtps://a.kit.example smtp://b.kit.example:587)",
    "roundrobin(smtp://a:b@a.kit.example:587 failover(smtp://b.kit.example))", "failover(smtp://a.kit.example",
    "gmail://anna:pw@default", "gmail+smtp://anna:pw@default", "mandrill+smtp://anna:pw@default", "ses+smtp://anna:pw@default",
    "ses+smtp://anna:pw@default?region=us-east-1", "mailgun+smtp://anna:pw@default?region=eu", "mailgun+smtps://anna:pw@default?region=us",
    "sendgrid://key@default", "sendgrid+smtp://key@default", "postmark+smtp://key@default", "mailjet+smtp://anna:pw@default",
    "sendinblue+smtp://anna:pw@default", "mailjet://anna:pw@default", "postmark://key@default",
]


def random_dsns(dice, count):
    bits = ["a", "B9", ":", "@", "/", "?", "#", "%40", "%", "+", " ", ")", "(", "&", "=", "[", "]", ".", "é", "\\", "'", '"', "%2F", "25", "x"]
    for _ in range(count):
        middle = "".join(dice.choice(bits) for _ in range(dice.randrange(9)))
        yield dice.choice(["smtp://", "smtps://"]) + middle + dice.choice(["", "@mail.kit.example", "@mail.kit.example:587", ":pw@mail.kit.example:465"])


def symfony_makes_of_a_dsn_what_baton_reads():
    where, dsns = place(), DSNS + list(random_dsns(random.Random(3), 260))
    (where / "dsns").write_text(json.dumps([dsn.encode().hex() for dsn in dsns]))
    printed, errors = php(SYMFONY_MAKES, where / "dsns")
    lines = printed.splitlines()
    assert len(lines) == len(dsns), errors
    for dsn, line in zip(dsns, lines):
        made = json.loads(line)
        (where / ".env.local").write_bytes(b"MAILER_DSN='" + dsn.encode() + b"'\n" if "'" not in dsn else
                                           b'MAILER_DSN="' + dsn.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"\n')
        got = lab.baton_read("symfony", where / ".env.local")
        ids = [m["id"] for m in got["mistakes"]]
        if made is None:
            assert "line-broken" in ids or "dialect" in ids, (dsn, got["host"], ids)
            continue
        assert "line-broken" not in ids, (dsn, made)
        if made == ["other"]:
            assert "not-applied" in ids, (dsn, ids)
            continue
        host, port, tls, user, password, name, unverified = made
        host = host[1:-1] if len(host) > 2 and host[0] + host[-1] == "[]" else host
        assert (got["host"], got["port"], got["security"] == "tls", got["unverified"]) == (host, port, tls, unverified), (dsn, made, got)
        assert got["user"].encode().hex() == user and (not user or got["secret_text"].hex() == password), (dsn, made, got)
        assert got["helo"] in ("", name), (dsn, name)


YAML = [  # the value of dsn, and what is in .env
    ("'%env(MAILER_DSN)%'", "smtp://anna:p%23w@mail.kit.example:587"), ('"%env(MAILER_DSN)%"', "smtps://mail.kit.example"),
    ("smtp://mail.kit.example:25 # comment", ""), ("'smtp://anna:it''s%%40@mail.kit.example:587'", ""),
    ('"smtp://anna:a\\"b@mail.kit.example:587"', ""), ("'%env(string:MAILER_DSN)%'", "smtp://mail.kit.example"),
]


def symfony_reads_yaml_as_baton_does():
    where = place()
    (where / "config/packages").mkdir(parents=True)
    for value, variable in YAML:
        text = f"framework:\n    secret: x\n    mailer:\n        dsn: {value}\n        envelope:\n            sender: 'anna@kit.example'\n"
        (where / "config/packages/mailer.yaml").write_text(text)
        (where / ".env").write_text(f'APP_ENV=dev\nMAILER_DSN="smtp://wrong.kit.example"\n')
        (where / ".env.local").write_text(f'MAILER_DSN="{variable}"\n')
        # Of the container's ways only this one is needed: the whole value is a variable, or %% is %.
        printed, errors = php(SYMFONY + r"""
(new Symfony\Component\Dotenv\Dotenv())->loadEnv($argv[1].'/.env');
$dsn = Symfony\Component\Yaml\Yaml::parseFile($argv[1].'/config/packages/mailer.yaml')['framework']['mailer']['dsn'];
echo preg_match('/^%env\(.*MAILER_DSN\)%$/', $dsn) ? $_ENV['MAILER_DSN'] : str_replace('%%', '%', $dsn);""", where)
        (where / "dsns").write_text(json.dumps([printed.hex()]))
        made = json.loads(php(SYMFONY_MAKES, where / "dsns")[0])
        got = lab.baton_read("symfony", where / "config/packages/mailer.yaml")
        assert made and (got["host"], got["port"], got["security"] == "tls") == (made[0], made[1], made[2]), (value, errors, made, got)
        assert got["user"].encode().hex() == made[3] and (not made[3] or got["secret_text"].hex() == made[4]), (value, made, got)
        assert got["from"] == "anna@kit.example", value


# ---- changing in place ----

CHANGED = {
    "phpmailer": ("mail.php", HEAD + "// ours\n$mail->isSMTP();\n$mail->Host = 'old.kit.example'; // the host\n$mail->Subject = 'x';\n"
                  "$mail->setFrom('boris@kit.example', 'Boris');\n$mail->send();\n"),
    "wordpress": ("wp-config.php", "<?php\ndefine( 'DB_NAME', 'x' );\n/* That's all, stop editing! */\n"
                  "if ( ! defined( 'ABSPATH' ) ) {\n\tdefine( 'ABSPATH', __DIR__ . '/' );\n}\n"
                  "define( 'WPMS_SMTP_HOST', 'old.kit.example' );\nrequire_once ABSPATH . 'wp-settings.php';\n"),
    "nextcloud": ("config.php", "<?php\n$CONFIG = array (\n  'instanceid' => 'oc1',\n  'mail_smtphost' => 'old.kit.example'\n);\n"),
    "symfony": (".env", "# ours\nAPP_ENV=prod\nMAILER_DSN=smtp://old.kit.example?ping_threshold=10\nAPP_SECRET=x\n"),
}


def changes_in_place_mean_what_was_wanted():
    for program, (file, text) in CHANGED.items():
        where = place()
        for name in ("all", "newline", "dollar", "single"):
            (where / file).write_text(text)
            settings = lab.wanted("starttls", name)
            if program == "symfony":
                settings.pop("from")
            new = lab.baton_change(program, where / file, **settings)[str(where / file)]
            (where / file).write_text(new)
            got = lab.reads_back(program, where / file, settings, (*ODD, "not-applied"))
            kept = [line for line in text.splitlines() if "old.kit" not in line and "boris" not in line.lower()
                    and not line.startswith("define( 'WPMS")]
            assert all(line in new.splitlines() for line in kept), (program, new)
            if file.endswith(".php"):
                assert subprocess.run(["php", "-l", where / file], capture_output=True, check=False).returncode == 0, new
            assert not [m for m in got["mistakes"] if m["id"] == "not-applied"], (program, new)
            # Nothing more to change.
            again = lab.baton_change(program, where / file, **settings)
            assert not again or again.get(str(where / file), new) == new, (program, again)


CASES = [phpmailer_sends_what_was_written, phpmailer_is_told_where_the_password_is, phpmailer_does_what_baton_reads,
         php_reads_the_same, wordpress_constants_send, nextcloud_keys_send, nextcloud_does_what_baton_reads,
         symfony_sends_what_was_written, symfony_makes_of_a_dsn_what_baton_reads, symfony_reads_yaml_as_baton_does,
         changes_in_place_mean_what_was_wanted]

if __name__ == "__main__":
    lab.main(CASES)
