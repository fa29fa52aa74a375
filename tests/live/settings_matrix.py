#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Each program, set up right, and then with one mistake after another: every mistake that it can have is seen.

usage: settings_matrix.py BATON [WORD...]      only cells with a WORD in their name

A cell changes one text of the right file. The mistake must be named with its line, a remedy and its cause; the right
file may give no mistake that is wrong or likely.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from lookup_kit import expect, main

BATON = str(pathlib.Path(sys.argv[1]).resolve())
CAUSES = {
    "secret-line-end": "password-mangled", "secret-quotes": "password-mangled", "secret-dollar": "password-mangled",
    "secret-cut": "password-mangled", "secret-escape": "password-mangled", "secret-placeholder": "wrong-credentials",
    "login-off": "client-never-authenticates", "login-key": "client-never-authenticates",
    "not-applied": "client-never-authenticates", "login-no-user": "client-never-authenticates",
    "tls-against-port": "tls-mode-mismatch", "host-product": "wrong-server", "host-form": "wrong-server",
    "host-brackets": "wrong-server", "host-no-port": "mx-port-not-submission", "verify-off": None, "boolean-quoted": None,
    "dialect": None, "from-empty": "from-invalid", "from-unqualified": "from-invalid", "host-incoming": "wrong-server",
    "login-in-clear": "auth-hidden-until-tls", "key-unknown": None, "line-broken": None,
}
# program: (file, the right text, files beside it, [(mistake, what is replaced, by what, where it is named)])
# Where: None: in the line of the change; a text: in the line where that stands; "": nowhere, in what is not there.
PROGRAMS = {
    "phpmailer": ("send.php", r"""<?php
use PHPMailer\PHPMailer\PHPMailer;
require 'vendor/autoload.php';
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = 'mail.corp.example';
$mail->SMTPAuth = true;
$mail->Username = 'shop@corp.example';
$mail->Password = 'kT4wQx9';
$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS; // 'tls'
$mail->Port = 587;
$mail->setFrom('shop@corp.example', 'Shop');
$mail->addAddress('anna@corp.example');
$mail->send();
""", {}, [
        ("secret-line-end", "'kT4wQx9'", '"kT4wQx9\\n"', None),
        ("secret-quotes", "'kT4wQx9'", "'\"kT4wQx9\"'", None),
        ("secret-dollar", "'kT4wQx9'", '"kT4$wQx9"', None),
        ("login-off", "SMTPAuth = true", "SMTPAuth = false", None),
        ("login-off", "$mail->SMTPAuth = true;\n", "", "Username"),
        ("tls-against-port", "587", "465", "SMTPSecure"),
        ("tls-against-port", "ENCRYPTION_STARTTLS", "ENCRYPTION_SMTPS", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("host-incoming", "mail.corp.example", "imap.corp.example", None),
        ("from-empty", "setFrom('shop@corp.example'", "setFrom(''", None),
        ("from-unqualified", "setFrom('shop@corp.example'", "setFrom('www-data'", None),
        ("verify-off", "$mail->send", "$mail->SMTPOptions = ['ssl' => ['verify_peer' => false]];\n$mail->send",
         "verify_peer"),
        ("boolean-quoted", "SMTPAuth = true", "SMTPAuth = 'false'", None),
        ("not-applied", "$mail->isSMTP();\n", "", "Host"),
    ]),
    "symfony": (".env", """APP_ENV=prod
# MAILER_DSN=null://null
MAILER_DSN="smtp://shop%40corp.example:kT4wQx9@mail.corp.example:587"
""", {}, [
        ("secret-line-end", "kT4wQx9", "kT4wQx9%0A", None),
        ("secret-quotes", "kT4wQx9", "%22kT4wQx9%22", None),
        ("secret-dollar", "kT4wQx9", "kT4$wQx9", None),
        ("tls-against-port", "smtp://shop%40corp.example:kT4wQx9@mail.corp.example:587",
         "smtps://shop%40corp.example:kT4wQx9@mail.corp.example:587", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("verify-off", ":587", ":587?verify_peer=0", None),
        ("dialect", ":587", ":587?encryption=ssl", None),
        ("not-applied", "smtp://shop%40corp.example:kT4wQx9@mail.corp.example:587", "null://null", "\"null"),
    ]),
    "wordpress": ("wp-config.php", """<?php
define( 'DB_NAME', 'wp' );
define( 'WPMS_ON', true );
define( 'WPMS_MAIL_FROM', 'shop@corp.example' );
define( 'WPMS_MAILER', 'smtp' );
define( 'WPMS_SMTP_HOST', 'mail.corp.example' );
define( 'WPMS_SMTP_PORT', 587 );
define( 'WPMS_SSL', 'tls' ); // 'ssl' is for 465
define( 'WPMS_SMTP_AUTH', true );
define( 'WPMS_SMTP_USER', 'shop@corp.example' );
define( 'WPMS_SMTP_PASS', 'kT4wQx9' );
require_once __DIR__ . '/wp-settings.php';
""", {}, [
        ("secret-line-end", "'kT4wQx9'", '"kT4wQx9\\n"', None),
        ("secret-quotes", "'kT4wQx9'", "'\"kT4wQx9\"'", None),
        ("secret-dollar", "'kT4wQx9'", '"kT4$wQx9"', None),
        ("login-off", "AUTH', true", "AUTH', false", None),
        ("tls-against-port", "587", "465", "WPMS_SSL"),
        ("tls-against-port", "'WPMS_SSL', 'tls'", "'WPMS_SSL', 'ssl'", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-unqualified", "'WPMS_MAIL_FROM', 'shop@corp.example'", "'WPMS_MAIL_FROM', 'shop@localhost'", None),
        ("boolean-quoted", "AUTH', true", "AUTH', 'false'", None),
        ("not-applied", "ON', true", "ON', false", None),
    ]),
    "nextcloud": ("config.php", """<?php
$CONFIG = array (
  'instanceid' => 'oc1',
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'mail.corp.example',
  'mail_smtpport' => '465',
  'mail_smtpsecure' => 'ssl',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'shop@corp.example',
  'mail_smtppassword' => 'kT4wQx9',
  'mail_from_address' => 'cloud',
  'mail_domain' => 'corp.example',
);
""", {}, [
        ("secret-line-end", "'kT4wQx9'", '"kT4wQx9\\n"', None),
        ("secret-quotes", "'kT4wQx9'", "'\"kT4wQx9\"'", None),
        ("secret-dollar", "'kT4wQx9'", '"kT4$wQx9"', None),
        ("login-off", "auth' => true", "auth' => false", None),
        ("tls-against-port", "465", "587", "mail_smtpsecure"),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-unqualified", "'corp.example'", "'localhost'", "mail_from_address"),
        ("verify-off", "  'mail_domain'", "  'mail_smtpstreamoptions' => array('ssl' => array('verify_peer' => false)),\n"
         "  'mail_domain'", "verify_peer"),
        ("boolean-quoted", "auth' => true", "auth' => 'false'", None),
        ("not-applied", "mode' => 'smtp'", "mode' => 'sendmail'", None),
    ]),
    "nodemailer": ("mail.js", """const nodemailer = require('nodemailer');
const transport = nodemailer.createTransport({
  host: 'mail.corp.example',
  port: 587,
  secure: false, // true for 465
  auth: {
    user: 'shop@corp.example',
    pass: 'kT4wQx9',
  },
  tls: {},
});
transport.sendMail({ from: 'Shop <shop@corp.example>', to: 'anna@corp.example', text: 'x' });
""", {}, [
        ("secret-line-end", "'kT4wQx9'", "'kT4wQx9\\n'", None),
        ("secret-quotes", "'kT4wQx9'", "'\"kT4wQx9\"'", None),
        ("tls-against-port", "587", "465", "secure"),
        ("tls-against-port", "secure: false", "secure: true", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-empty", "'Shop <shop@corp.example>'", "''", None),
        ("from-unqualified", "'Shop <shop@corp.example>'", "'shop'", None),
        ("verify-off", "tls: {}", "tls: { rejectUnauthorized: false }", None),
        ("boolean-quoted", "secure: false", "secure: 'false'", None),
        ("dialect", "user:", "username:", None),
    ]),
    "gitlab": ("gitlab.rb", """external_url 'https://git.corp.example'
gitlab_rails['smtp_enable'] = true
gitlab_rails['smtp_address'] = "mail.corp.example"
gitlab_rails['smtp_port'] = 587
gitlab_rails['smtp_user_name'] = "shop@corp.example"
gitlab_rails['smtp_password'] = "kT4wQx9"
gitlab_rails['smtp_authentication'] = "login"
gitlab_rails['smtp_enable_starttls_auto'] = true # not with smtp_tls
gitlab_rails['smtp_tls'] = false
gitlab_rails['smtp_openssl_verify_mode'] = 'peer'
gitlab_rails['gitlab_email_from'] = 'git@corp.example'
""", {}, [
        ("secret-line-end", '"kT4wQx9"', '"kT4wQx9\\n"', None),
        ("secret-quotes", '"kT4wQx9"', "'\"kT4wQx9\"'", None),
        ("tls-against-port", "587", "465", "smtp_tls']"),
        ("tls-against-port", "smtp_tls'] = false", "smtp_tls'] = true", "starttls_auto"),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-unqualified", "'git@corp.example'", "'git@localhost'", None),
        ("verify-off", "'peer'", "'none'", None),
        ("boolean-quoted", "smtp_tls'] = false", "smtp_tls'] = 'false'", None),
        ("not-applied", "enable'] = true", "enable'] = false", None),
    ]),
    "grafana": ("grafana.ini", '''[server]
http_port = 3000
[smtp]
enabled = true
host = mail.corp.example:587
user = shop@corp.example
# """ around a password with # or ;
password = """kT4wQx9"""
skip_verify = false
from_address = shop@corp.example
startTLS_policy = MandatoryStartTLS
''', {}, [
        ("secret-quotes", '"""kT4wQx9"""', "\"\"\"'kT4wQx9'\"\"\"", None),
        ("secret-cut", '"""kT4wQx9"""', "kT4#wQx9", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("host-no-port", "mail.corp.example:587", "mail.corp.example", None),
        ("from-unqualified", "= shop@corp.example\nstart", "= shop@localhost\nstart", "from_address"),
        ("verify-off", "verify = false", "verify = true", None),
        ("not-applied", "enabled = true", "enabled = false", None),
    ]),
    "gitea": ("app.ini", """APP_NAME = Forge
[mailer]
ENABLED = true
PROTOCOL = smtp+starttls
SMTP_ADDR = mail.corp.example
SMTP_PORT = 587
USER = shop@corp.example
PASSWD = `kT4wQx9`
FROM = "Forge" <shop@corp.example>
""", {}, [
        ("secret-quotes", "`kT4wQx9`", "`\"kT4wQx9\"`", None),
        ("secret-cut", "`kT4wQx9`", "kT4#wQx9", None),
        ("tls-against-port", "587", "465", "PROTOCOL"),
        ("tls-against-port", "smtp+starttls", "smtps", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-unqualified", "<shop@corp.example>", "<shop@localhost>", None),
        ("verify-off", "USER", "FORCE_TRUST_SERVER_CERT = true\nUSER", "FORCE"),
        ("dialect", "smtp+starttls", "tls", None),
        ("not-applied", "ENABLED = true", "ENABLED = false", None),
    ]),
    "python": (".env", """SMTP_HOST=mail.corp.example
SMTP_PORT=587 # STARTTLS
SMTP_USER=shop@corp.example
SMTP_PASSWORD='kT4wQx9'
SMTP_STARTTLS=true
SMTP_FROM=shop@corp.example
""", {}, [
        ("secret-line-end", "'kT4wQx9'", '"kT4wQx9\\n"', None),
        ("secret-quotes", "'kT4wQx9'", "\"'kT4wQx9'\"", None),
        ("secret-dollar", "'kT4wQx9'", '"kT4${wQ}x9"', None),
        ("login-off", "SMTP_STARTTLS", "SMTP_AUTH=false\nSMTP_STARTTLS", "SMTP_AUTH"),
        ("tls-against-port", "SMTP_STARTTLS=true", "SMTP_SSL=true", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-empty", "FROM=shop@corp.example", "FROM=", None),
        ("from-unqualified", "FROM=shop@corp.example", "FROM=shop@localhost", None),
        ("verify-off", "SMTP_FROM", "SMTP_SSL_VERIFY=false\nSMTP_FROM", "SMTP_SSL_VERIFY"),
    ]),
    "compose": ("compose.yaml", """services:
  app:
    image: shop:1
    environment:
      SMTP_HOST: mail.corp.example
      SMTP_PORT: 587
      SMTP_USER: shop@corp.example
      SMTP_PASSWORD: kT4wQx9
      SMTP_STARTTLS: "true"
      SMTP_FROM: shop@corp.example
""", {".env": "OTHER=1\n"}, [
        ("secret-line-end", "kT4wQx9", '"kT4wQx9\\n"', None),
        ("secret-line-end", "kT4wQx9", "|\n        kT4wQx9", "PASSWORD"),
        ("secret-quotes", "kT4wQx9", "'\"kT4wQx9\"'", None),
        ("secret-dollar", "kT4wQx9", "kT4$wQx9", None),
        ("tls-against-port", 'STARTTLS: "true"', 'SSL: "true"', None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-empty", "FROM: shop@corp.example", 'FROM: ""', None),
        ("from-unqualified", "FROM: shop@corp.example", "FROM: shop@localhost", None),
        ("verify-off", "      SMTP_FROM", "      SMTP_SSL_VERIFY: \"false\"\n      SMTP_FROM", "SMTP_SSL_VERIFY"),
    ]),
    "msmtp": ("msmtprc", """# the account of the shop
defaults
tls on
account shop
host mail.corp.example
port 587
auth on
user shop@corp.example
password "kT4wQx9"
from shop@corp.example
account default : shop
""", {}, [
        ("secret-quotes", '"kT4wQx9"', "'kT4wQx9'", None),
        ("login-off", "auth on", "auth off", None),
        ("login-off", "auth on\n", "", "user"),
        ("tls-against-port", "port 587", "port 465", "tls on"),
        ("tls-against-port", "auth on", "auth on\ntls_starttls off", "tls_starttls"),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("host-form", "mail.corp.example", "mail.corp.example # our own", None),
        ("from-unqualified", "from shop@corp.example", "from shop", None),
        ("verify-off", "auth on", "auth on\ntls_certcheck off", "tls_certcheck"),
    ]),
    "nullmailer": ("etc/nullmailer/remotes", """# where mail goes
mail.corp.example smtp --port=587 --starttls --user=shop@corp.example --pass='kT4wQx9'
""", {}, [
        ("secret-quotes", "'kT4wQx9'", "\"'kT4wQx9'\"", None),
        ("tls-against-port", "587", "465", None),
        ("tls-against-port", "--starttls", "--ssl", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("verify-off", "--starttls", "--starttls --insecure", None),
        ("login-in-clear", " --starttls", "", ""),
    ]),
    "dma": ("dma.conf", """# to our own server
SMARTHOST mail.corp.example
PORT 587
AUTHPATH auth.conf
SECURETRANSFER
STARTTLS
MASQUERADE shop@corp.example
""", {"auth.conf": "shop@corp.example|mail.corp.example:kT4wQx9\n"}, [
        ("login-key", "SMARTHOST mail.corp.example", "SMARTHOST smtp.corp.example", ""),
        ("tls-against-port", "587", "465", "STARTTLS"),
        ("tls-against-port", "STARTTLS\n", "", "SECURETRANSFER"),
        ("not-applied", "SECURETRANSFER\n", "", "STARTTLS"),
        ("from-unqualified", "MASQUERADE shop@corp.example", "MASQUERADE shop@localhost", None),
    ]),
    "mutt": (".muttrc", """set from = "shop@corp.example"
set smtp_url = "smtp://shop%40corp.example@mail.corp.example:587/"
set smtp_pass = 'kT4wQx9' # of the shop
set ssl_starttls = yes
set ssl_force_tls = yes
""", {}, [
        ("secret-quotes", "'kT4wQx9'", "\"'kT4wQx9'\"", None),
        ("secret-line-end", "'kT4wQx9'", '"kT4wQx9\\n"', None),
        ("secret-dollar", "'kT4wQx9'", '"kT4$wQx9"', None),
        ("login-off", "shop%40corp.example@", "", "smtp_pass"),
        ("tls-against-port", "587", "465", None),
        ("tls-against-port", "smtp://", "smtps://", None),
        ("host-product", "mail.corp.example", "smtp.live.com", None),
        ("from-unqualified", '"shop@corp.example"', '"shop@localhost"', None),
        ("login-in-clear", "starttls = yes\nset ssl_force_tls = yes", "starttls = no\nset ssl_force_tls = no", "starttls"),
    ]),
    "postfix": ("main.cf", """relayhost = [mail.corp.example]:587
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:sasl_passwd
smtp_sasl_security_options = noanonymous
smtp_tls_security_level = secure
smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt
""", {"sasl_passwd": "[mail.corp.example]:587 shop@corp.example:kT4wQx9\n"}, [
        ("login-off", "enable = yes", "enable = no", None),
        ("login-key", "[mail.corp.example]:587", "[smtp.corp.example]:587", "smtp_sasl_password_maps"),
        ("host-brackets", "[mail.corp.example]:587", "mail.corp.example:587", None),
        ("host-no-port", "[mail.corp.example]:587", "[mail.corp.example]", None),
        ("tls-against-port", "[mail.corp.example]:587", "[mail.corp.example]:465", "smtp_tls_security_level"),
        ("host-product", "[mail.corp.example]", "[smtp.live.com]", None),
    ]),
}


def show(name, text, beside, program=None, env=None):
    with tempfile.TemporaryDirectory() as place:
        for path, inside in {name: text, **beside}.items():
            file = pathlib.Path(place, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(inside)
        done = subprocess.run([BATON, "settings", "show", "--json", name, *(["--program", program] if program else [])],
                              cwd=place, capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": place, **(env or {})})
        expect(done.returncode in (0, 1), f"exit status {done.returncode}", done.stderr, text)
        return json.loads(done.stdout)


def grave(document):
    return [(m["id"], m["line"], m["said"]) for m in document["mistakes"] if m["sure"] in ("wrong", "likely")]


def right(program):
    def case():
        name, text, beside, _ = PROGRAMS[program]
        document = show(name, text, beside)
        expect(document["program"] == program, "the program", document["program"])
        expect(not grave(document), "a false alarm", grave(document))
        expect(document["settings"]["host"] == "mail.corp.example", "the server", document["settings"])
        expect(document["settings"]["user"] == "shop@corp.example" and document["password"]["characters"] == 7, "the login",
               document["settings"], document["password"])
    case.__name__ = f"{program}_set_up_right"
    return case


def cell(program, number, mistake, old, new, where):
    def case():
        name, text, beside, _ = PROGRAMS[program]
        expect(old in text, "the right file has no such text", old)
        broken = text.replace(old, new, 1)
        document = show(name, broken, beside)
        expect(document["program"] == program, "the program", document["program"])
        seen = [m for m in document["mistakes"] if m["id"] == mistake]
        expect(seen, f"{mistake} is not seen", document["mistakes"], broken)
        at = broken.index(new if where is None else where)
        line = broken.count("\n", 0, at) + 1
        lines = [m["line"] for m in seen]
        expect(where == "" or line in lines, f"not named at line {line}", lines, broken)
        for m in seen:
            expect(m["remedy"] and m["said"] and m["cause"] == CAUSES[mistake], "the words", m)
            expect(where == "" or m["file"] == name, "the file", m)
            expect("kT4" not in m["said"] + m["remedy"], "a part of the secret", m)
    case.__name__ = f"{program}_{number}_{mistake.replace('-', '_')}"
    return case


# What looked wrong and is right: no mistake that is wrong or likely.
RIGHT = [
    ("gitea by sendmail", "app.ini", "[mailer]\nENABLED = true\nPROTOCOL = sendmail\nFROM = git@corp.example\n", {}),
    ("gitea without mail", "app.ini", "[database]\nUSER = git\nPASSWD = x\n[mailer]\nENABLED = false\n", {}),
    ("mutt by sendmail", ".muttrc", 'set sendmail = "/usr/bin/msmtp"\nset from = shop@corp.example\n', {}),
    ("symfony by the machine", ".env", "MAILER_DSN=native://default\n", {}),
    ("nodemailer's variables", "mail.js", "const t = require('nodemailer').createTransport({ host: process.env.H, port: 587,\n"
     "  auth: { user: process.env.U, pass: process.env.P } });\n", {}),
    ("laravel's nulls", ".env", "MAIL_MAILER=smtp\nMAIL_HOST=mail.corp.example\nMAIL_PORT=465\nMAIL_USERNAME=null\n"
     "MAIL_PASSWORD=null\nMAIL_ENCRYPTION=null\nMAIL_FROM_ADDRESS=shop@corp.example\n", {}),
    ("nextcloud's image", "compose.yaml", "services:\n  app:\n    image: nextcloud\n    environment:\n"
     "      - SMTP_HOST=mail.corp.example\n      - SMTP_SECURE=ssl\n      - SMTP_NAME=u@corp.example\n"
     "      - SMTP_PASSWORD=kT4wQx9\n      - MAIL_FROM_ADDRESS=cloud\n      - MAIL_DOMAIN=corp.example\n", {}),
    ("gitlab's image", "compose.yaml", "services:\n  web:\n    image: gitlab/gitlab-ce\n    environment:\n"
     "      GITLAB_OMNIBUS_CONFIG: |\n        gitlab_rails['smtp_enable'] = true\n", {}),
    ("a reference without braces", "compose.yaml", "services:\n  app:\n    image: x\n    environment:\n"
     "      - SMTP_HOST=mail.corp.example\n      - SMTP_USER=u@corp.example\n      - SMTP_PASSWORD=$PW\n", {".env": "PW=kT4wQx9\n"}),
    ("msmtp's bare user at Gmail", "msmtprc", "account default\nhost smtp.gmail.com\nport 587\ntls on\nauth on\nuser anna.k\n"
     "passwordeval pass mail\nfrom anna.k@gmail.com\n", {}),
]


def no_alarm(name, file, text, beside):
    def case():
        document = show(file, text, beside)
        expect(not grave(document), "a false alarm", grave(document))
    case.__name__ = "no_alarm_" + name.replace(" ", "_").replace("'", "")
    return case


def values_of_variables():
    """What a reference becomes is what the program makes of it."""
    def settings(file, text, beside=None, env=None):
        return show(file, text, beside or {}, env=env)
    document = settings(".muttrc", "set imap_pass = kT4wQx9\nset smtp_url = smtp://u@mail.corp.example:587\n"
                        "set smtp_pass = $imap_pass\nset from = u@corp.example\n")
    expect(document["password"]["how"] == "literal" and document["password"]["characters"] == 7, "mutt", document["password"])
    document = settings("compose.yaml", "services:\n  app:\n    image: nextcloud\n    environment:\n"
                        "      - SMTP_HOST=mail.corp.example\n      - SMTP_NAME=u@corp.example\n      - SMTP_PASSWORD=kT4\n"
                        "      - MAIL_FROM_ADDRESS=cloud\n      - MAIL_DOMAIN=corp.example\n")
    expect(document["settings"]["user"] == "u@corp.example" and document["settings"]["from"] == "cloud@corp.example", "compose",
           document["settings"])
    document = settings(".env", "DOMAIN=corp.example\nSMTP_HOST=mail.${DOMAIN}\nSMTP_PORT=587\n")
    expect(document["settings"]["host"] == "mail.corp.example" and not document["references"], "python", document["references"])
    document = settings("mail.js", "const base = { host: 'mail.corp.example', port: 2525 };\nconst t = require('nodemailer')"
                        ".createTransport({ ...base, port: 587 });\n")
    expect((document["settings"]["host"], document["settings"]["port"]) == ("mail.corp.example", 587), "a spread",
           document["settings"])
    document = settings("mail.js", "const t = require('nodemailer').createTransport({ ...config.mail, secure: true });\n")
    expect(document["settings"]["host"] is None and not grave(document), "a spread from elsewhere", document)
    php = "<?php\n$m = new PHPMailer(true);\n$m->isSMTP();\n$m->Host = 'mail.corp.example';\n$m->Port = $cfg->port;\n"
    document = settings("send.php", php + "$m->setFrom('u@corp.example');\n$m->From = 'shop@corp.example';\n")
    expect(document["settings"]["port"] is None, "a port made by code", document["settings"])
    expect((document["settings"]["from"], document["settings"]["header_from"]) == ("u@corp.example", "shop@corp.example"),
           "From behind setFrom()", document["settings"])
    document = settings(".env", RIGHT[5][2])
    expect(document["settings"]["security"] == "tls" and document["settings"]["user"] is None, "laravel", document["settings"])
    document = settings("app.ini", "[mailer]\nENABLED = true\nSMTP_ADDR = mail.corp.example\nFROM = a@corp.example\n")
    expect(document["settings"]["port"] == 465 and document["settings"]["security"] == "tls", "gitea", document["settings"])


def dollars_that_dotenv_ate():
    for entry in ("SMTP_PASSWORD: ${SMTP_PASSWORD}", "- SMTP_PASSWORD=${SMTP_PASSWORD}", "- SMTP_PASSWORD"):
        dash = "- " if entry.startswith("-") else ""
        text = "services:\n  app:\n    image: x\n    environment:\n" + "".join(
            f"      {line}\n" for line in (f"{dash}SMTP_HOST" + ("=" if dash else ": ") + "mail.corp.example",
                                           f"{dash}SMTP_USER" + ("=" if dash else ": ") + "u@corp.example", entry))
        for written, mistake in (("kT4$wQx9", "secret-dollar"), ("kT4 #wQx9", "secret-cut")):
            seen = show("compose.yaml", text, {".env": f"A=1\nSMTP_PASSWORD={written}\n"})["mistakes"]
            expect([(m["id"], m["file"], m["line"]) for m in seen if m["sure"] == "wrong"] == [(mistake, ".env", 2)], entry, seen)


def files_of_others_are_nobodys():
    for name, text in (("php.ini", "[mail function]\nSMTP = localhost\nsmtp_port = 25\n"),
                       ("backup.sh", "#!/bin/sh\nSMTP_HOST=mail.corp.example\nSMTP_PORT=587\ncurl --url smtp://$SMTP_HOST\n"),
                       ("ssmtp.conf", "mailhub=mail.corp.example:587\nAuthUser=u\nAuthPass=pppp\n"),
                       ("alertmanager.yml", "global:\n  smtp_smarthost: 'mail.corp.example:587'\n  smtp_from: 'a@corp.example'\n"),
                       ("gitconfig", "[sendemail]\n\tsmtpServer = mail.corp.example\n\tsmtpServerPort = 587\n")):
        with tempfile.TemporaryDirectory() as place:
            pathlib.Path(place, name).write_text(text)
            done = subprocess.run([BATON, "settings", "show", name], cwd=place, capture_output=True, text=True, timeout=60,
                                  check=False)
        expect(done.returncode == 3 and "no settings file" in done.stderr, name, done.returncode, done.stdout, done.stderr)


if __name__ == "__main__":
    CASES = [files_of_others_are_nobodys, values_of_variables, dollars_that_dotenv_ate, *(no_alarm(*row) for row in RIGHT)]
    for PROGRAM, (_, _, _, ROWS) in PROGRAMS.items():
        CASES.append(right(PROGRAM))
        CASES += [cell(PROGRAM, i, *row) for i, row in enumerate(ROWS)]
    main(CASES)
