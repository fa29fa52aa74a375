#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The whole way, with real programs at a real server: a file with a mistake planted in it, the doctor that names it with its
line, the file put right by --in-place (or written anew by --for), and the program's mail accepted.

usage: settings_doctor.py BATON [WORD...]      ./run real settings_doctor [WORD...]
"""
import json
import os
import pathlib
import subprocess
import tempfile

import settings_kit as lab

DOLLAR, DOLLAR_WORD = f"dollar@{lab.DOMAIN}", lab.HOSTILE["dollar"]


def run(*argv, stdin="", env=None):
    done = subprocess.run([str(a) for a in argv], input=lab.octets(stdin), capture_output=True, check=False, timeout=90,
                          env={"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **(env or {})})
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def doctor(path, *flags, secrets=()):
    """The document; nothing printed may hold a secret."""
    status, out, err = run(lab.BATON, "doctor", "--config", path, "--to", lab.fresh("doctor"), "--json", "--timeout", "20", "--no-dns",
                           *flags)
    for secret in secrets:
        assert secret not in out + err, "a password is printed"
    assert out, err
    return status, json.loads(out), err


def put(text, name):
    """A folder of its own for each file."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=lab.PLACE))
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def line_of(path, words):
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def names(d, cause, place, strength="proved"):
    """The cause, how sure, and the line first among what to do."""
    assert (d["cause"], d["strength"]) == (cause, strength), (d["cause"], d["strength"], d["summary"], d["causes"], d["evidence"])
    steps = " ".join(d["fix"]["steps"][:2])
    assert place in steps, (place, d["fix"]["steps"])


def message(to, sender):
    return f"From: {sender}\nTo: {to}\nSubject: trial\n\nwords\n"


# ---- msmtp ----

def msmtprc(security="on", starttls="on", auth="on", port=587, user=DOLLAR, password=DOLLAR_WORD):
    return put(f"# mine\ndefaults\ntls {security}\ntls_starttls {starttls}\ntls_trust_file /etc/ssl/certs/ca-certificates.crt\n"
               f"account shop\nhost {lab.HOST}\nport {port}\nauth {auth}\nuser {user}\npassword {password}\n"
               f"from {user}\naccount default : shop\n", "msmtprc")


def msmtp(path, user=DOLLAR):
    to = lab.fresh("msmtp")
    _, out, err = run("msmtp", "-C", path, "--", to, stdin=message(to, user))
    return to, out + err


def put_right(path, cause, words, send=msmtp, user=DOLLAR, secret=DOLLAR_WORD, changed=2):
    """The mistake stops the program, the doctor names it, --in-place changes few lines, and the program gets through."""
    to, _ = send(path)
    assert not lab.arrived(to), "the mistake is none"
    before = path.read_text(encoding="utf-8")
    _, d, _ = doctor(path, secrets=[secret])
    names(d, cause, f"{path.name}:{line_of(path, words)}")
    assert path.read_text(encoding="utf-8") == before, "changed without the flag"
    _, d, err = doctor(path, "--in-place", secrets=[secret])
    after = path.read_text(encoding="utf-8")
    lines = [pair for pair in zip(before.splitlines(), after.splitlines()) if pair[0] != pair[1]]
    assert after != before and len(lines) <= changed, (err, lines)
    assert any(p.read_text(encoding="utf-8") == before for p in path.parent.iterdir() if p != path), "no copy"
    to, said = send(path)
    mail = lab.accepted(to)
    assert mail.user == user and mail.tls, (mail.user, mail.tls, said)
    status, d, _ = doctor(path, secrets=[secret])
    assert status == 0, d["summary"]


def msmtp_tls_at_once_on_587():
    put_right(msmtprc(starttls="off"), "tls-mode-mismatch", "tls_starttls")


def msmtp_no_login():
    put_right(msmtprc(auth="off"), "client-never-authenticates", "auth off")


def msmtp_right_as_it_is():
    path = msmtprc()
    before = path.read_text(encoding="utf-8")
    status, d, err = doctor(path, "--in-place", secrets=[DOLLAR_WORD])
    assert status == 0 and d["verdict"] == "accepted" and not d["config"]["mistakes"], (d["summary"], d["config"]["mistakes"])
    assert path.read_text(encoding="utf-8") == before and "Nothing was changed" in err, err


def msmtp_wrong_password():
    """It is told, with its line; the file stays."""
    path = msmtprc(password="another-One")
    before = path.read_text(encoding="utf-8")
    status, d, err = doctor(path, "--in-place")
    assert status == 5 and d["cause"] == "wrong-credentials", d["summary"]
    assert f"msmtprc:{line_of(path, 'password')}" in d["fix"]["steps"][0], d["fix"]["steps"]
    assert path.read_text(encoding="utf-8") == before, err


def gitea_file_to_msmtp():
    """What was found for one program, written for another by --for: it is the text that msmtp then runs with."""
    path = put(f"APP_NAME = Forge\n[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = {lab.HOST}\nSMTP_PORT = 587\n"
               f"FROM = {DOLLAR}\nUSER = {DOLLAR}\nPASSWD = `{DOLLAR_WORD}`\n", "app.ini")
    _, d, _ = doctor(path, "--for", "msmtp", secrets=[DOLLAR_WORD])
    names(d, "tls-mode-mismatch", f"app.ini:{line_of(path, 'PROTOCOL')}")
    text = d["fix"]["settings"]["msmtp"]
    mine = put(text.replace("auth ", "passwordeval printenv SECRET\nauth ", 1), "msmtprc")
    to = lab.fresh("msmtp")
    _, out, err = run("msmtp", "-C", mine, "--", to, stdin=message(to, DOLLAR), env={"SECRET": DOLLAR_WORD})
    assert lab.accepted(to).user == DOLLAR, out + err
    _, out, _ = run(lab.BATON, "doctor", "--config", path, "--for", "msmtp", "--timeout", "20", "--no-dns", "--to", lab.fresh("doctor"))
    assert "Settings that work, for msmtp" in out, out


# ---- PHPMailer ----

HEAD = """<?php
use PHPMailer\\PHPMailer\\PHPMailer;
require_once '/usr/share/php/libphp-phpmailer/autoload.php';
$mail = new PHPMailer(true);
$mail->isSMTP();
"""


def script(auth="$mail->SMTPAuth = true;\n", secure="PHPMailer::ENCRYPTION_STARTTLS", password=f"'{DOLLAR_WORD}'"):
    return put(f"{HEAD}$mail->Host = '{lab.HOST}';\n$mail->Port = 587;\n{auth}$mail->SMTPSecure = {secure};\n"
               f"$mail->Username = '{DOLLAR}';\n$mail->Password = {password};\n$mail->setFrom('{DOLLAR}');\n", "mail.php")


def php(path):
    to = lab.fresh("php")
    _, out, err = run("php", "-d", "display_errors=stderr", "-r",
                      "require $argv[1]; $mail->addAddress($argv[2]); $mail->Subject = 'a'; $mail->Body = 'b'; $mail->send();",
                      "--", path, to)
    return to, out + err


def phpmailer_no_switch():
    """AP01: user and password, and no SMTPAuth."""
    put_right(script(auth=""), "client-never-authenticates", "mail->Username", send=php, changed=99)


def phpmailer_tls_at_once_on_587():
    put_right(script(secure="PHPMailer::ENCRYPTION_SMTPS"), "tls-mode-mismatch", "SMTPSecure", send=php)


def phpmailer_eaten_dollar():
    """Double quotes, in which PHP puts a variable's value. No password is changed for anybody: that is done by hand."""
    path = script(password=f'"{DOLLAR_WORD}"')
    to, _ = php(path)
    assert not lab.arrived(to)
    _, d, err = doctor(path, "--in-place", secrets=[DOLLAR_WORD])
    names(d, "password-mangled", f"mail.php:{line_of(path, 'Password')}", "likely")
    assert "Nothing was changed" in err, err
    path.write_text(path.read_text().replace(f'"{DOLLAR_WORD}"', f"'{DOLLAR_WORD}'"))
    to, said = php(path)
    assert lab.accepted(to).user == DOLLAR, said


# ---- what cannot be run here ----

def wordpress_port_of_the_other_mode():
    """A wp-config.php, put right in place, is one that the doctor finds nothing wrong with."""
    path = put("<?php\ndefine( 'DB_NAME', 'wp' );\ndefine( 'WPMS_ON', true );\ndefine( 'WPMS_MAILER', 'smtp' );\n"
               f"define( 'WPMS_SMTP_HOST', '{lab.HOST}' );\ndefine( 'WPMS_SMTP_PORT', 587 );\ndefine( 'WPMS_SSL', 'ssl' );\n"
               f"define( 'WPMS_SMTP_AUTH', true );\ndefine( 'WPMS_SMTP_USER', '{DOLLAR}' );\n"
               f"define( 'WPMS_SMTP_PASS', '{DOLLAR_WORD}' );\ndefine( 'WPMS_MAIL_FROM', '{DOLLAR}' );\n", "wp-config.php")
    _, d, err = doctor(path, "--in-place", secrets=[DOLLAR_WORD])
    names(d, "tls-mode-mismatch", "wp-config.php:7")
    status, d, _ = doctor(path, secrets=[DOLLAR_WORD])
    assert status == 0 and not d["config"]["mistakes"], (d["summary"], d["config"]["mistakes"], err, path.read_text())


# ---- Postfix's file ----

def postfix_key_not_spelled_alike():
    """PF11: the map has the host in another spelling, and no login is sent."""
    path = put(f"relayhost = [{lab.HOST}]:587\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_security_options = noanonymous\n"
               f"smtp_tls_security_level = encrypt\nmydomain = {lab.DOMAIN}\nmyorigin = $mydomain\n"
               "smtp_sasl_password_maps = texthash:sasl_passwd\n", "main.cf")
    (path.parent / "sasl_passwd").write_text(f"{lab.HOST}:587 {DOLLAR}:{DOLLAR_WORD}\n", encoding="utf-8")
    _, d, _ = doctor(path, "--from", DOLLAR, secrets=[DOLLAR_WORD])
    assert [m["id"] for m in d["config"]["mistakes"] if m["sure"] in ("wrong", "likely")] == ["login-key"], d["config"]["mistakes"]
    names(d, "client-never-authenticates", "sasl_passwd:1")
    assert f"+[{lab.HOST}]:587 {DOLLAR}:" in d["fix"]["diff"], d["fix"]["diff"]
    _, d, err = doctor(path, "--from", DOLLAR, "--in-place", secrets=[DOLLAR_WORD])
    assert (path.parent / "sasl_passwd").read_text() == f"[{lab.HOST}]:587 {DOLLAR}:{DOLLAR_WORD}\n", err
    status, d, _ = doctor(path, "--from", DOLLAR, secrets=[DOLLAR_WORD])
    assert status == 0 and d["works"]["user"] == DOLLAR, d["summary"]


CASES = [msmtp_right_as_it_is, msmtp_tls_at_once_on_587, msmtp_no_login, msmtp_wrong_password, gitea_file_to_msmtp,
         phpmailer_no_switch, phpmailer_tls_at_once_on_587, phpmailer_eaten_dollar, wordpress_port_of_the_other_mode,
         postfix_key_not_spelled_alike]

if __name__ == "__main__":
    os.umask(0o022)
    lab.main(CASES)
