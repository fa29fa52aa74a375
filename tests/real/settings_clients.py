#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""msmtp, nullmailer, dma, mutt and NeoMutt with settings that Baton wrote, and as Baton reads what users write.

usage: settings_clients.py BATON [WORD...]      ./run real settings_clients [WORD...]
"""
import base64
import contextlib
import os
import pathlib
import smtplib
import ssl
import subprocess
import tempfile

import settings_kit as lab


# ---- the servers are what settings_kit.py says ----

def conversation(host, security):
    kind = smtplib.SMTP_SSL if security == "tls" else smtplib.SMTP
    context = {"context": ssl.create_default_context()} if security == "tls" else {}
    s = kind(host, lab.PORTS[security], local_hostname="pc.example", timeout=20, **context)
    if security == "starttls":
        s.starttls(context=ssl.create_default_context())
    s.ehlo()
    return s


def log_in(s, user, password):
    token = b"\0".join((b"", lab.octets(user), lab.octets(password)))
    return s.docmd("AUTH", "PLAIN " + base64.b64encode(token).decode())[0]


def server_takes_the_right_login():
    for name, password in lab.HOSTILE.items():
        to, settings = lab.fresh(name), lab.wanted("starttls", name)
        with conversation(lab.HOST, "starttls") as s:
            assert log_in(s, settings["user"], password) == 235, name
            s.sendmail(lab.ANNA, [to], f"From: {lab.ANNA}\r\n\r\nwords\r\n")
        mail = lab.accepted(to)
        lab.matches(mail, settings)
        assert (mail.mechanism, mail.helo, mail.to) == ("PLAIN", "pc.example", [to]), mail.facts


def server_refuses_what_is_wrong():
    for security in lab.PORTS:
        with conversation(lab.HOST, security) as s:
            assert log_in(s, lab.ANNA, "wrong") == 535, security
            assert s.mail(lab.ANNA)[0] == 250 and s.rcpt(lab.fresh())[0] == 554, security
    assert lab.tried(lab.ANNA)[-1] == b"wrong"


def server_without_login():
    for security in lab.PORTS:
        to = lab.fresh()
        with conversation(lab.OPEN, security) as s:
            assert "auth" not in s.esmtp_features
            s.sendmail(lab.ANNA, [to], f"From: {lab.ANNA}\r\n\r\nwords\r\n")
        lab.matches(lab.accepted(to), lab.wanted(security))


def server_of_a_stranger():
    for security in ("starttls", "tls"):
        with contextlib.suppress(ssl.SSLCertVerificationError):
            conversation(lab.STRANGER, security)
            raise AssertionError(security)


# ---- the programs ----

def message(to):
    return f"From: {lab.ANNA}\nTo: {to}\nSubject: words\n\nwords of the message\n"


def put(name, text):
    """A file of the user's home, for nobody else to read."""
    path = HOME / name
    path.write_bytes(lab.octets(text))
    path.chmod(0o600)
    return path


def run(*argv, stdin="", env=None):
    """What the program said; it may fail, as the servers' own books tell."""
    done = subprocess.run([str(a) for a in argv], input=lab.octets(stdin), capture_output=True, check=False, timeout=60,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(HOME), "LC_ALL": "C.UTF-8", **(env or {})})
    return (done.stdout + done.stderr).decode(errors="replace")


class Msmtp:
    name, file = "msmtp", ".msmtprc"
    cannot = {"newline", "line-end"}  # passwords
    ignore = ()                       # what is written and cannot be read back

    @staticmethod
    def send(path, to, env=None):
        return run("msmtp", "-C", path, "--", to, stdin=message(to), env=env)


class Mutt:
    name, file = "mutt", ".muttrc"
    cannot = set()
    ignore = ()
    program = "mutt"

    @classmethod
    def send(cls, path, to, env=None):
        """Nothing is asked where there is no terminal; sent mail is not kept."""
        return run(cls.program, "-F", path, "-e", "set copy=no", "-s", "words", "--", to, stdin="words of the message\n",
                   env={"TERM": "dumb", **(env or {})})


class Neomutt(Mutt):
    program = "neomutt"


PROGRAMS = [Msmtp, Mutt, Neomutt]


def called(program):
    return getattr(program, "program", program.name)


# ---- what Baton writes ----

def written(program, settings):
    return put(program.file, lab.baton_write(program.name, **settings))


def goes(program, settings, env=None):
    """Mail with these settings is taken, and is the one that was wanted."""
    path, to = written(program, settings), lab.fresh(program.name)
    said = program.send(path, to, env)
    assert lab.arrived(to), f"{settings}: {said}"
    lab.matches(lab.arrived(to), settings)
    return path


def passwords(program):
    def case():
        for who, password in lab.HOSTILE.items():
            settings = lab.wanted("starttls", who)
            try:
                path = goes(program, settings)
            except lab.Refused as why:
                assert who in program.cannot, f"{who}: {why}"
                assert lab.octets(password) not in lab.octets(str(why)), "the secret is told"
                continue
            assert who not in program.cannot, f"{who} goes"
            lab.reads_back(program.name, path, settings, program.ignore)
    case.__name__ = f"{called(program)}-passwords"
    return case


def ways(program):
    """Each kind of encryption, with a login and without."""
    def case():
        for security in lab.PORTS:
            for who in ("plain", None):
                settings = lab.wanted(security, who)
                path = goes(program, settings)
                lab.reads_back(program.name, path, settings, (*program.ignore, *(("mechanism",) if security == "none" else ())))
    case.__name__ = f"{called(program)}-ways"
    return case


def stranger(program):
    """A certificate of an unknown authority is refused, unless it was asked to take any."""
    def case():
        for security in ("starttls", "tls"):
            settings = lab.wanted(security, "plain", host=lab.STRANGER)
            to = lab.fresh(program.name)
            program.send(written(program, settings), to)
            assert not lab.arrived(to), f"{security}: a stranger's certificate is taken"
            if program.name != "mutt":  # it asks, and cannot be told
                settings["unverified"] = True
                lab.reads_back(program.name, goes(program, settings), settings, program.ignore)
    case.__name__ = f"{called(program)}-stranger"
    return case


# ---- what Baton reads ----

def agrees(program, text, files=None, env=None, user=None):
    """Baton reads a text as the program does: the same server, port, encryption, login, password, sender."""
    path, to = put(program.file, text), lab.fresh(program.name)
    for name, more in (files or {}).items():
        put(name, more)
    got = lab.baton_read(program.name, path, env={**os.environ, "HOME": str(HOME), **(env or {})})
    before = len(lab.TRIED)
    said = program.send(path, to, env)
    mail, tried = lab.arrived(to), lab.TRIED[before:]
    if got["mechanism"] and got["secret"] == "literal":
        assert tried or not mail, f"Baton reads a login, and there was none: {text}\n{said}"
        assert not tried or tried[0][:2] == (got["user"], got["secret_text"]), f"{text}: {tried[0][:2]}, Baton read {got['user']}, {got['secret_text']}"
    elif not got["mechanism"]:
        assert not tried, f"Baton reads no login, and there was one: {text}"
    if mail:
        saw = (mail.server, mail.port, bool(mail.tls), mail.sender)
        read = (lab.ADDRESSES.get(got["host"]), got["port"], got["security"] != "none", got["from"] or mail.sender)
        assert saw == read, f"{text}: the server saw {saw}, Baton read {read}"
        assert got["helo"] in ("", mail.helo), f"{text}: EHLO {mail.helo}, Baton read {got['helo']}"
    return got, mail, said


def mistakes(got):
    return {m["id"] for m in got["mistakes"]}


def reads(program, name, texts):
    """texts: {text: whether mail goes, or the mistakes that must be told}"""
    def case():
        put("more.rc", "set editor = vi\n")
        for text, expected in texts.items():
            got, mail, said = agrees(program, text.format(**PLACES))
            if isinstance(expected, set):
                assert expected <= mistakes(got), f"{text}: {got['mistakes']}"
            else:
                assert bool(mail) == expected, f"{text}: {said}"
                assert not expected or not mistakes(got) - HARMLESS, f"{text}: {got['mistakes']}"
    case.__name__ = f"{called(program)}-reads-{name}"
    return case


PLACES = {"mail": lab.HOST, "open": lab.OPEN, "anna": lab.ANNA, "password": lab.PASSWORD, "d": lab.DOMAIN}
HARMLESS = {"verify-off", "login-in-clear", "port-25", "key-twice", "tls-optional"}

MSMTP_TEXTS = {
    "account default\nhost {mail}\nport 587\ntls on\nauth on\nuser {anna}\npassword {password}\nfrom {anna}\n": True,
    "defaults\ntls on\ntls_starttls off\n\naccount a\n  host {mail}\n\tfrom {anna}\nauth plain\nuser {anna}\n"
    "password {password}\naccount default : a\n": True,
    "host {open}\r\nfrom {anna}\r\nauth off\r\n": True,
    "host {open}\nfrom \"{anna}\"\ntls\ntls_starttls on\nport 587": True,
    "# c\naccount a\nhost {open}\nport 25\nfrom {anna}\naccount b : a\ntls on\nport 587\naccount default : a, b\n": True,
    "defaults\nport 465\ntls on\ntls_starttls off\naccount a\nhost {open}\nfrom {anna}\ndefaults\ntls off\nport 25\n"
    "account default : a\n": True,
    "account a\nhost {open}\nport 25\nfrom {anna}\naccount b\nhost {mail}\nport 587\ntls on\nfrom x@{d}\n"
    "account default : a\nport 587\ntls on\n": True,
    "host {mail}\nport 587\ntls on\nauth on\nuser {anna}\npassword \"{password}\nfrom {anna}\n": False,
    "host {mail}\nport 587\ntls on\nauth on\nuser {anna}\npassword {password} # mine\nfrom {anna}\n": False,
    "host {mail}\nport 587\ntls on\nauth on\nuser {anna}\npassword '{password}'\nfrom {anna}\n": {"secret-quotes"},
    "host {mail}\nport 587\ntls on\nuser {anna}\npassword {password}\nfrom {anna}\n": {"login-off"},
    "host {mail}\nport 465\ntls on\nauth on\nuser {anna}\npassword {password}\nfrom {anna}\ntimeout 1\n": {"tls-against-port"},
    "host {mail}\nport 587\ntls yes\nfrom {anna}\n": {"line-broken"},
    "host={mail}\nport 587\ntls on\nfrom {anna}\n": {"line-broken"},
    "Host {mail}\nfrom {anna}\n": {"line-broken"},
    "host {mail}\nport smtps\nfrom {anna}\n": {"port-broken"},
    "account default : gmail\naccount gmail\nhost {mail}\nfrom {anna}\n": {"line-broken"},
    "account a\nhost {mail}\nfrom {anna}\naccount a\nhost {open}\n": {"line-broken"},
}


def msmtp_secrets_elsewhere():
    """A variable, a command, a file; and the program's own word for each is read back."""
    for who in ("plain", "quotes", "all", "blank-first", "backslash"):
        secret = lab.HOSTILE[who]
        place = put("se cret'", lab.octets(secret) + b"\n")
        for kind, text in (("environment", "SMTP_SECRET"), ("command", "printf '%s\\n' \"$SMTP_SECRET\""), ("file", str(place))):
            settings = lab.wanted("tls", who, secret=kind, secret_text=text)
            path = goes(Msmtp, settings, env={"SMTP_SECRET": secret})
            if kind != "file":  # a quote in the path makes it a command
                lab.reads_back("msmtp", path, settings)
    settings = lab.wanted("tls", "plain", secret="file", secret_text=str(put("a secret", lab.HOSTILE["plain"] + "\n")))
    lab.reads_back("msmtp", goes(Msmtp, settings), settings)


def msmtp_cannot():
    """A line break in a password: neither in its file, nor by a command."""
    for line in ('password "a\nb"', "passwordeval \"printf 'a\\nb\\n'\""):
        to = lab.fresh()
        path = put(".msmtprc", f"host {lab.HOST}\nport 465\ntls on\ntls_starttls off\nauth on\nuser newline@{lab.DOMAIN}\n"
                               f"{line}\nfrom {lab.ANNA}\n")
        Msmtp.send(path, to)
        assert not lab.arrived(to), line


def changes(program, text, keeps):
    """Other settings put into a user's own file: the program does as wanted, the rest of the file is as it was."""
    def case():
        for security in lab.PORTS:
            for who in ("plain", "quotes", None):
                settings = lab.wanted(security, who, **({} if who else {"mechanism": ""}))
                path, to = put(program.file, text.format(**PLACES)), lab.fresh(program.name)
                new = lab.baton_change(program.name, path, **settings)[str(path)]
                put(program.file, new)
                said = program.send(path, to)
                assert lab.arrived(to), f"{settings}: {said}\n{new}"
                lab.matches(lab.arrived(to), settings)
                for line in keeps:
                    assert line in new, f"{line!r} is gone:\n{new}"
    case.__name__ = f"{called(program)}-changes"
    return case


MUTT_TEXTS = {
    'set smtp_url="smtp://anna%40{d}@{mail}:587/"\nset smtp_pass="{password}"\nset from={anna}\n': True,
    "set smtp_url = smtp://anna@{d}:{password}@{mail}:587 from='{anna}' ; set nossl_force_tls # c\n": True,
    "set smtp_url=smtps://{open}\nset from = \"Anna <{anna}>\"": True,
    "set smtp_url=smtp://{open}\nset ssl_force_tls=no ssl_starttls=no\nset from={anna}\n": True,
    "set smtp_url=smtp://{open}\nunset ssl_force_tls\nset ssl_starttls=no\nmy_hdr From: Anna <{anna}>\nset hostname=pc.example\n": True,
    "source ~/more.rc\nset my_p = `echo no`\nset my_p = {password}\nset smtp_pass = $my_p\n"
    "set smtp_url = \"smtp\\\ns://anna%40{d}@{mail}\"\nset from={anna}\n": True,
    "set smtp_url=smtps://anna%40{d}@{mail}\nset smtp_pass = \"tulip\\055Mania\"'-1637'\nset from={anna} envelope_from_address=x@{d}\n": True,
    "set smtp_url=smtps://anna%40{d}@{mail}\nset smtp_pass = tulip#Mania\nset from={anna}\n": {"secret-cut"},
    "set smtp_url=smtps://anna%40{d}@{mail}\nset smtp_pass = \"tulip$nope\"\nset from={anna}\n": {"secret-dollar"},
    "set smtp_url=smtps://{mail}\nset smtp_pass = {password}\nset from={anna}\n": {"login-off"},
    "set smtp_url=smtps://anna%40{d}:5%off@{mail}\nset from={anna}\n": {"secret-escape"},
    "set smtp_url={mail}:587\nset from={anna}\n": {"host-form"},
    "set smtp_url=smtp://anna%40{d}@{mail}:smtp\nset from={anna}\n": {"port-broken"},
    "source ~/none.rc\nset smtp_url=smtps://{open}\nset from={anna}\n": {"reference-lost"},
    "set smtp_url=smtp://{open}\nset ssl_force_tls = true\nset from={anna}\n": {"line-broken"},
}


def mutt_secrets_elsewhere():
    for program in (Mutt, Neomutt):
        for who in ("plain", "quotes", "all", "blank-first", "backslash"):
            secret = lab.HOSTILE[who]
            place = put("a secret", lab.octets(secret) + b"\n")
            for kind, text in (("environment", "SMTP_SECRET"), ("command", "printf '%s\\n' \"$SMTP_SECRET\""), ("file", str(place))):
                settings = lab.wanted("tls", who, secret=kind, secret_text=text)
                path = goes(program, settings, env={"SMTP_SECRET": secret})
                if kind != "environment":  # a variable that is there is read as what it holds
                    lab.reads_back("mutt", path, settings)


CASES = [server_takes_the_right_login, server_refuses_what_is_wrong, server_without_login, server_of_a_stranger]
for each in PROGRAMS:
    CASES += [passwords(each), ways(each), stranger(each)]
for each in (Mutt, Neomutt):
    # Of a variable that is not there mutt makes nothing, and NeoMutt leaves "$nope".
    CASES += [reads(each, "texts", {text: told for text, told in MUTT_TEXTS.items() if each is Mutt or "$nope" not in text}),
              changes(each, "# mine\nset editor=vi ; set smtp_url='smtp://x:y%25@old.example' # c\nset smtp_pass=z\n"
                            "set realname='A B' from=\"x@{d}\"\n# end",
                      ["# mine", "set editor=vi ; ", " # c\n", "realname='A B' from=", "# end"])]
CASES += [mutt_secrets_elsewhere, reads(Msmtp, "texts", MSMTP_TEXTS), msmtp_secrets_elsewhere, msmtp_cannot,
          changes(Msmtp, "# mine\ndefaults\nlogfile ~/log\naccount work\nhost {mail}\n  port   25\nfrom x@{d} \n"
                         "auth on\nuser x\npassword \"y z\"\n# end\n\naccount default : work\n",
                  ["# mine", "logfile ~/log", "# end", "account default : work"])]

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="home") as home:
        HOME = pathlib.Path(home)
        lab.main(CASES)
