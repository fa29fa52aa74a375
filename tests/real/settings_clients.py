#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""msmtp, nullmailer, dma, mutt and NeoMutt with settings that Baton wrote, and as Baton reads what users write.

usage: settings_clients.py BATON [WORD...]      ./run real settings_clients [WORD...]
"""
import base64
import contextlib
import os
import pathlib
import re
import shutil
import signal
import smtplib
import ssl
import subprocess
import tempfile

import kit
import settings_kit as lab
from labkit import postfix, sandbox


# ---- the servers are what settings_kit.py says ----

def conversation(host, security):
    kind = smtplib.SMTP_SSL if security == "tls" else smtplib.SMTP
    context = {"context": ssl.create_default_context()} if security == "tls" else {}
    s = kind(host, lab.PORTS[security], local_hostname="pc.example", timeout=60, **context)
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
    program = "neomutt"   # reads as mutt does: of the passwords a sample
    sample = ("plain", "variable", "braces", "backtick", "quotes", "backslash-last", "hash-blank", "blank-last",
              "percent-code", "latin", "newline", "line-end", "carriage", "all")


# ---- nullmailer and dma: each is *the* mail program of a machine, so it gets a machine of its own ----

class Machine:
    """A copy of the lab's root with one package unpacked into it; no server runs there."""
    NAME, LOG, START = "postfix", None, ""

    def __init__(self, package, owner):
        self.package, self.owner, self.box = package, owner, None

    def root(self):
        if not self.box:
            tree = unpacked(self.package)
            self.box = sandbox.Box(Machine, postfix.Row(), lab.PLACE / self.package, lab.ADDRESSES[lab.HOST], "pc.example")
            self.box.__enter__()
            subprocess.run(["cp", "-a", f"{tree}/.", self.box.root], check=True)
            self.box.write("/etc/hosts", "127.0.0.1 localhost\n" + "".join(f"{a} {host}\n" for host, a in lab.ADDRESSES.items()))
            for path in ("/etc/ssl/certs/ca-certificates.crt", "/etc/mailname"):
                self.box.write(path, lab.CA.read_text() if path.endswith("crt") else "pc.example\n")
        return self.box.root

    def put_text(self, text):
        """Each file of a text under its own heading; the first has none, or the usual."""
        for path, part in parts(lab.octets(text), self.first).items():
            file = self.root() / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(part)
            file.chmod(0o640)
            shutil.chown(file, *self.owner)

    def run(self, *argv, stdin="", timeout=20, user=None):
        done = subprocess.Popen(["chroot", *(["--userspec", user] if user else []), self.root(), *argv], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            said, _ = done.communicate(lab.octets(stdin), timeout)
        except subprocess.TimeoutExpired:       # it would try again in a while
            os.killpg(done.pid, signal.SIGKILL)
            said, _ = done.communicate()
        return said.decode(errors="replace")


def unpacked(package):
    """The package's files, without /lib and what is only read. Fetched while there still is a network."""
    tree = pathlib.Path(os.environ.get("BATON_LAB_DIR", "/var/cache/baton/lab")) / "unpacked" / package
    if not (tree / ".complete").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)              # apt fetches as a user of its own
            if subprocess.run(["apt-get", "-q", "download", package], cwd=place, check=False, capture_output=True).returncode:
                raise kit.Skip(f"the package {package} could not be had")
            deb = next(pathlib.Path(place).glob("*.deb"))
            files = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
            subprocess.run(["tar", "-x", "-p", "-C", tree, "--exclude=./lib", "--exclude=./usr/share"], input=files, check=True)
        (tree / ".complete").touch()
    return tree


def parts(text, first):
    files, path = {}, first
    for line in text.splitlines(keepends=True):
        heading = re.match(rb"# (/[\w/.-]+)(:.*)?\n$", line)
        if heading:
            path = heading.group(1).decode()
        else:
            files[path] = files.get(path, b"") + line
    return files


class Nullmailer(Machine):
    name, file, first = "nullmailer", "remotes", "/etc/nullmailer/remotes"
    cannot = {"newline", "line-end"}
    ignore = ()

    @classmethod
    def send(cls, path, to, env=None):
        self = NULLMAILER
        shutil.rmtree(self.root() / "etc/nullmailer", ignore_errors=True)
        self.put_text(path.read_bytes() + b"\n# /etc/nullmailer/pausetime\n0\n# /etc/nullmailer/sendtimeout\n10\n")
        (self.root() / "etc/nullmailer").chmod(0o755)
        trigger = self.root() / "var/spool/nullmailer/trigger"
        if not trigger.exists():
            os.mkfifo(trigger)
            shutil.chown(trigger, "mail")
        for left in (self.root() / "var/spool/nullmailer/queue").iterdir():
            left.unlink()
        said = self.run("sendmail", "-f", lab.ANNA, "--", to, stdin=message(to))
        return said + self.run("nullmailer-send", user="mail")


class Dma(Machine):
    name, file, first = "dma", "dma.conf", "/etc/dma/dma.conf"
    cannot = {"newline", "line-end"}
    ignore = ("unverified", "verify-off")

    @classmethod
    def send(cls, path, to, env=None):
        self = DMA
        shutil.rmtree(self.root() / "etc/dma", ignore_errors=True)
        self.put_text(path.read_bytes())
        for left in (self.root() / "var/spool/dma").iterdir():
            left.unlink()
        return self.run("dma", "-D", "-f", lab.ANNA, to, stdin=message(to), timeout=12)


NULLMAILER, DMA = Nullmailer("nullmailer", ("mail", "root")), Dma("dma", ("root", "mail"))


PROGRAMS = [Msmtp, Mutt, Neomutt, Nullmailer, Dma]


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
            if who not in getattr(program, "sample", lab.HOSTILE):
                continue
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
            assert bool(lab.arrived(to)) == ("unverified" in program.ignore), f"{security}: a stranger's certificate"
            if "unverified" in program.ignore:  # it looks at none
                continue
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

NULLMAILER_TEXTS = {
    "{mail} smtp --port=587 --starttls --user={anna} --pass={password}\n": True,
    "# c\n\n  {mail} smtp port=465 ssl user='{anna}' \"pass={password}\" auth-login\n": True,
    "{open}\n": True,
    "{open}\tsmtp  starttls   port=587\r\n": True,
    "{mail} smtp tls user={anna} pass=tulip\\-Mania\"-16\\37\"\n": True,
    "{mail} smtp tls user={anna} pass=a\\b'c'd\n": False,
    "{mail} smtp tls user={anna} pass=\"ab\\\"\"\n": False,
    "{mail} smtp tls user={anna} pass=a\\b\\\\'\\'\n": False,
    "{mail} smtp tls user={anna} pass=tulip Mania\n": {"line-broken"},
    "{mail} smtp tls user={anna} password={password}\n": {"line-broken"},
    "{mail} smtp starttls port=587 user={anna}\n": {"login-no-secret"},
    "{mail} smtp port=465 user={anna} pass={password}\n": {"tls-against-port"},
}
DMA_TEXTS = {
    "SMARTHOST {mail}\nPORT 587\nAUTHPATH /etc/dma/auth.conf\nSECURETRANSFER\nSTARTTLS\nMASQUERADE {anna}\n"
    "# /etc/dma/auth.conf\n# c\nx|other.example:y\n{anna}|{mail}:wrong\n{anna}|{mail}:{password}\n": True,
    "SMARTHOST {open} # ours\n": {"line-broken"},
    "SMARTHOST {mail}#ours\nPORT 465 # TLS\nSECURETRANSFER\nAUTHPATH /etc/dma/auth.conf\n"
    "# /etc/dma/auth.conf\n{anna}|{mail} {password}\n": True,
    "SMARTHOST {open}\n#PORT 587\nNULLCLIENT\nMAILNAME pc.example\n": True,
    "SMARTHOST {mail}\nINSECURE\nAUTHPATH /etc/dma/auth.conf\n# /etc/dma/auth.conf\n{anna}|{mail}:{password}\n": True,
    "SMARTHOST {mail}\nAUTHPATH /etc/dma/auth.conf\n# /etc/dma/auth.conf\n{anna}|{mail}:{password}\n": {"login-off"},
    "SMARTHOST {mail}\nPORT 587\nSTARTTLS\nAUTHPATH /etc/dma/auth.conf\n# /etc/dma/auth.conf\n{anna}|{mail}:{password}\n": {"not-applied"},
    "SMARTHOST {mail}\nPORT 587\nSECURETRANSFER\nSTARTTLS\nAUTHPATH /etc/dma/auth.conf\n"
    "# /etc/dma/auth.conf\n{anna}|{mail}:587:{password}\n": False,
    "SMARTHOST {mail}\nPORT 587\nSECURETRANSFER\nSTARTTLS\nAUTHPATH /etc/dma/auth.conf\n"
    "# /etc/dma/auth.conf\n{anna}|[{mail}]:{password}\n": {"login-key"},
    "SMARTHOST {open}\nSECURETRANSFER yes\n": {"line-broken"},
    "SMARTHOST={open}\n": {"line-broken"},
    "SMARTHOST {open}\nSECURE\n": {"line-broken"},
    "SMARTHOST  {open}\n": {"line-broken"},
}
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
    for program, people in ((Mutt, ("plain", "quotes", "all", "blank-first", "backslash")), (Neomutt, ("plain", "all"))):
        for who in people:
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
CASES += [reads(Nullmailer, "texts", NULLMAILER_TEXTS), reads(Dma, "texts", DMA_TEXTS),
          changes(Nullmailer, "# mine\n{mail}  smtp port=25 user=x pass='y z'\n\n# /etc/nullmailer/allmailfrom\nx@{d}\n",
                  ["# mine"]),
          changes(Dma, "# mine\nSMARTHOST old.example\nMASQUERADE x@{d}\nFULLBOUNCE\nAUTHPATH /etc/dma/auth.conf\n"
                       "# /etc/dma/auth.conf: ours\nx|old.example:y\nz|other.example:w\n", ["# mine", "FULLBOUNCE", "z|other.example:w"])]
CASES += [mutt_secrets_elsewhere, reads(Msmtp, "texts", MSMTP_TEXTS), msmtp_secrets_elsewhere, msmtp_cannot,
          changes(Msmtp, "# mine\ndefaults\nlogfile ~/log\naccount work\nhost {mail}\n  port   25\nfrom x@{d} \n"
                         "auth on\nuser x\npassword \"y z\"\n# end\n\naccount default : work\n",
                  ["# mine", "logfile ~/log", "# end", "account default : work"])]

if __name__ == "__main__":
    if sandbox.INSIDE not in os.environ:
        for each in (NULLMAILER, DMA):
            with contextlib.suppress(kit.Skip):
                unpacked(each.package)
    with tempfile.TemporaryDirectory(prefix="home") as home:
        HOME = pathlib.Path(home)
        lab.main(CASES)
