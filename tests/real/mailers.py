#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mail programs and libraries, pointed at `baton observe`: what it saw is what they were set to. With
--server, a mock that refuses: the cause is named, and no message reaches it.

usage: mailers.py BATON [WORD...]      ./run real mailers [WORD...]
"""
import json
import os
import pathlib
import shutil
import smtplib
import ssl
import subprocess
import sys
import tempfile
from email.message import EmailMessage

import kit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
import mock_kit  # noqa: E402 - it lies in the other folder of tests
from mock_kit import HOST, OUTSIDE, PASSWORD, USER  # noqa: E402

kit.alone()

BATON = os.path.abspath(sys.argv[1])
NAME = "web1.corp.example"
ADDRESSES = mock_kit.addresses()


class Settings:
    """What a program is set to."""

    def __init__(self, watcher, tls="starttls", login=None, sender=USER, author=None):
        self.host, self.ca, self.tls = watcher.address, watcher.ca, tls
        self.port = watcher.tls_port if tls == "tls" else watcher.port
        self.user, self.password = login or (None, None)
        self.sender, self.author = sender, author or sender
        self.greets = "EHLO"

    def message(self):
        m = EmailMessage()
        m["From"], m["To"], m["Subject"] = f"The shop <{self.author}>", OUTSIDE, "an order"
        m.set_content("words of the order")
        return m


def run(*words, stdin="", env=None):
    if not shutil.which(words[0]):
        raise kit.Skip(f"{words[0]} is not installed")
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **(env or {})})
    assert done.returncode == 0, f"{words[0]} failed ({done.returncode}): {done.stdout[-600:]}{done.stderr[-900:]}"


# ---- the programs ----

def python_smtplib(s):
    context = ssl.create_default_context(cafile=s.ca)
    if s.tls == "tls":
        client = smtplib.SMTP_SSL(s.host, s.port, NAME, context=context)
    else:
        client = smtplib.SMTP(s.host, s.port, NAME)
    with client:
        if s.tls == "starttls":
            client.starttls(context=context)
        if s.user:
            client.login(s.user, s.password)
        client.send_message(s.message(), s.sender, [OUTSIDE])


def curl(s):
    lines = [f'url = "{"smtps" if s.tls == "tls" else "smtp"}://{s.host}:{s.port}/{NAME}"', f'cacert = "{s.ca}"',
             f'mail-from = "{s.sender}"', f'mail-rcpt = "{OUTSIDE}"', "silent", "show-error"]
    if s.tls == "starttls":
        lines.append("ssl-reqd")
    if s.user:
        lines.append(f'user = "{s.user}:{s.password}"')
    with tempfile.NamedTemporaryFile("w", suffix=".eml") as file:
        file.write(s.message().as_string().replace("\n", "\r\n"))
        file.flush()
        run("curl", "-q", "-K", "-", "--upload-file", file.name, stdin="\n".join(lines))


def swaks(s):
    words = ["swaks", "--server", s.host, "--port", str(s.port), "--from", s.sender, "--to", OUTSIDE, "--ehlo", NAME,
             "--data", "-"]
    words += {"tls": ["--tls-on-connect"], "starttls": ["--tls"], None: []}[s.tls]
    if s.user:
        words += ["--auth", "LOGIN", "--auth-user", s.user, "--auth-password", s.password]
    run(*words, stdin=s.message().as_string())


def msmtp(s):
    rows = ["defaults", f"host {s.host}", f"port {s.port}", f"from {s.sender}", f"domain {NAME}", "account default",
            "set_from_header off", f"auth {'on' if s.user else 'off'}", f"tls {'on' if s.tls else 'off'}"]
    if s.tls:
        rows += [f"tls_starttls {'on' if s.tls == 'starttls' else 'off'}", f"tls_trust_file {s.ca}"]
    if s.user:
        rows += [f"user {s.user}", "passwordeval printenv SHOP_PASSWORD"]
    if s.user and not s.tls:
        rows += ["auth plain"]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write("\n".join(rows) + "\n")
        file.flush()
        run("msmtp", "-C", file.name, "--", OUTSIDE, stdin=s.message().as_string(),
            env={"SHOP_PASSWORD": s.password or ""})


def s_nail(s):
    """Without a login it says HELO. Its check of a certificate wants a name, not an address."""
    s.greets = "EHLO" if s.user else "HELO"
    scheme = {"tls": "smtps", "starttls": "submission", None: "smtp"}[s.tls]
    login = f"{s.user.replace('@', '%40')}:{s.password}@" if s.user else ""
    words = ["s-nail", "-:/", "-Sv15-compat", f"-Smta={scheme}://{login}localhost:{s.port}", f"-Sfrom={s.author}",
             f"-Stls-ca-file={s.ca}", "-Stls-verify=strict", f"-Shostname={NAME}", "-Ssendwait",
             f"-Ssmtp-auth={'plain' if s.user else 'none'}", "-s", "an order"]
    if s.tls == "starttls":
        words.append("-Ssmtp-use-starttls")
    run(*words, "-r", s.sender, OUTSIDE, stdin="words of the order\n")


NODEMAILER = """
const s = JSON.parse(process.argv[1]);
const mailer = require('nodemailer').createTransport({
  host: s.host, port: s.port, name: s.name, secure: s.tls === 'tls', requireTLS: s.tls === 'starttls',
  ignoreTLS: s.tls === null, tls: { ca: require('fs').readFileSync(s.ca) },
  auth: s.user ? { user: s.user, pass: s.password } : undefined });
mailer.sendMail({ from: `The shop <${s.author}>`, to: s.to, subject: 'an order', text: 'words of the order',
  envelope: { from: s.sender, to: s.to } }).catch((e) => { console.error(e); process.exit(1); });
"""


def nodemailer(s):
    if not os.path.isdir("/usr/share/nodejs/nodemailer"):
        raise kit.Skip("node-nodemailer is not installed")
    run("node", "-e", NODEMAILER, as_json(s), env={"NODE_PATH": "/usr/share/nodejs"})


PHPMAILER = """
foreach (['Exception', 'PHPMailer', 'SMTP'] as $part) require "/usr/share/php/libphp-phpmailer/src/$part.php";
$s = json_decode($argv[1]);
$m = new PHPMailer\\PHPMailer\\PHPMailer(true);
$m->isSMTP();
$m->Host = $s->host; $m->Port = $s->port; $m->Helo = $s->name;
$m->SMTPSecure = ['tls' => 'ssl', 'starttls' => 'tls'][$s->tls] ?? '';
$m->SMTPAutoTLS = false;
$m->SMTPOptions = ['ssl' => ['cafile' => $s->ca]];
$m->SMTPAuth = $s->user !== null;
$m->Username = $s->user ?? ''; $m->Password = $s->password ?? '';
$m->setFrom($s->author, 'The shop'); $m->Sender = $s->sender;
$m->addAddress($s->to); $m->Subject = 'an order'; $m->Body = 'words of the order';
$m->send();
"""


def phpmailer(s):
    if not os.path.isdir("/usr/share/php/libphp-phpmailer"):
        raise kit.Skip("libphp-phpmailer is not installed")
    run("php", "-r", PHPMAILER, as_json(s))


def as_json(s):
    return json.dumps({"host": s.host, "port": s.port, "name": NAME, "ca": s.ca, "tls": s.tls, "user": s.user,
                       "password": s.password, "sender": s.sender, "author": s.author, "to": OUTSIDE})


PROGRAMS = (python_smtplib, curl, swaks, msmtp, s_nail, nodemailer, phpmailer)


# ---- what is asserted ----

def same(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, not {wanted!r}"


def told(watcher, *hidden):
    text = watcher.end()
    for words in (PASSWORD, "words of the order", *hidden):
        assert words not in text + watcher.err, f"{words!r} was told: {text}"
    return json.loads(text)


def watch(*arguments, password=PASSWORD):
    return mock_kit.Observer(BATON, "127.0.0.1", [*arguments, "--lull", "8"], password)


def seen(document, s):
    """What it saw is what the program was set to."""
    asked, facts = document["asked"], document["seen"]
    same("security", asked["security"], s.tls or "none")
    same("greeting", (facts["greeting"], asked["helo"]), (s.greets, NAME))
    same("login", (facts["login"], asked["user"]), (s.user is not None, s.user))
    same("sender", (asked["from"], asked["header_from"]), (s.sender, s.author))
    same("recipient", (asked["to"], facts["recipients"]), (OUTSIDE, 1))
    same("message", facts["message"], True)
    if s.user:
        same("password", facts["password"]["compared"], "same" if s.password == PASSWORD else "differs")
        same("in clear", facts["login_in_clear"], s.tls is None)


LOGIN = (USER, PASSWORD)
SETTINGS = {
    "no-login": {"tls": "starttls"},
    "no-login-in-clear": {"tls": None},
    "login-starttls": {"tls": "starttls", "login": LOGIN},
    "login-tls-at-once": {"tls": "tls", "login": LOGIN},
    "login-in-clear": {"tls": None, "login": LOGIN},
    "another-from": {"tls": "starttls", "login": LOGIN, "sender": USER, "author": "visitor@mail.example"},
    "another-sender": {"tls": "starttls", "login": LOGIN, "sender": "info@corp.example"},
    "another-password": {"tls": "starttls", "login": (USER, "Sparrow-7-lighthouse")},
}
FOLLOWS = {
    "no-login": "client-never-authenticates", "no-login-in-clear": "client-never-authenticates",
    "another-from": "from-not-login", "another-sender": "from-not-login", "another-password": "wrong-credentials",
}


def observed(program, name):
    def case():
        with watch(USER) as w:
            s = Settings(w, **SETTINGS[name])
            program(s)
            document = told(w, s.password or PASSWORD)
        seen(document, s)
        follows = "helo-instead-of-ehlo" if s.greets == "HELO" else FOLLOWS.get(name)
        same("causes", [c["cause"] for c in document["causes"]][:1], [follows] if follows else [])
    case.__name__ = f"{program.__name__}_{name}".replace("_", "-")
    return case


# Settings, what the mock plays, the answer, how sure.
JOINED = {
    "accepted": ("login-starttls", None, None, None),
    "never-logs-in": ("no-login", "client-never-authenticates", "client-never-authenticates", "proved"),
    "sends-as-another": ("another-sender", "from-not-login", "from-not-login", "proved"),
    "password-is-another": ("another-password", None, "wrong-credentials", "likely"),
    "in-clear": ("login-in-clear", "auth-hidden-until-tls", "auth-hidden-until-tls", "proved"),
    "barred": ("login-starttls", "account-may-not-submit", "account-may-not-submit", "likely"),
}


def joined(program, name):
    def case():
        settings, plays, cause, strength = JOINED[name]
        with mock_kit.Mock(BATON, next(ADDRESSES), ["--cause", plays] if plays else []) as mock:
            others = ",".join(str(port) for kind, port in mock.ports.items() if not kind.startswith("pop3"))
            with watch(USER, "--server", f"{HOST}:{mock.ports['submission']}", "--connect-to", mock.address,
                       "--ca", mock.ca, "--ports", others) as w:
                s = Settings(w, **SETTINGS[settings])
                program(s)
                document = told(w, s.password or PASSWORD)
        seen(document, s)
        if s.greets == "HELO":
            cause = "helo-instead-of-ehlo"
        same("answer", (document["cause"], document["strength"]), (cause, strength))
        same("message at the real server", "message of" in mock.log, False)
        same("trouble", document["trouble"], None)
    case.__name__ = f"{program.__name__}_server_{name}".replace("_", "-")
    return case


def nodemailer_line_end():
    """A password read from a file that ends in a line end."""
    with watch(USER) as w:
        s = Settings(w, login=(USER, PASSWORD + "\n"))
        nodemailer(s)
        document = told(w)
    same("cause", (document["cause"], document["strength"]), ("password-mangled", "likely"))
    same("anomalies", document["seen"]["password"]["anomalies"], ["line-end"])


# s-nail writes the sender into From.
CASES = [observed(program, name) for program in PROGRAMS for name in SETTINGS
         if (program, name) != (s_nail, "another-from")]
CASES += [joined(program, name) for program in PROGRAMS for name in JOINED]
CASES.append(nodemailer_line_end)
kit.main(CASES)
