#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Postfix, Exim and OpenSMTPD as clients, each in a private root of its own, with settings that Baton wrote, and with
files as users write them, beside what Baton reads in those.

usage: settings_mtas.py BATON [WORD...]      ./run real settings_mtas [WORD...]
"""
import os
import pathlib
import re
import socket as socketlib
import subprocess
import sys
import time

import kit
import settings_kit as lab
from labkit import exim, opensmtpd, postfix, rows, sandbox

CLIENT = "client.kit.example"
HEADING = re.compile(rb"^# (/[\w/._+-]+)(?:[: ].*)?$", re.MULTILINE)
BOXES = {}


# ---- the clients ----

class Client(sandbox.Box):
    """A server's root in which only its sending half runs. Every name that there is leads to the kit's servers."""

    def __init__(self, program):
        super().__init__(program, rows.Common(), lab.PLACE / f"client-{program.NAME}", "127.0.0.1", CLIENT)

    def write_names(self):
        super().write_names()
        self.write("/etc/hosts", "127.0.0.1 localhost\n127.0.0.1 client.kit.example client\n" +
                   "".join(f"{address} {host}\n" for host, address in lab.ADDRESSES.items()))
        (self.root / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
        sandbox.run_in(self.root, "mkdir", "-p", "/etc/ssl/certs")
        sandbox.mount("--bind", lab.PLACE / "authorities", self.root / "etc/ssl/certs")

    def put(self, text, default):
        """The files of a text, each under its heading."""
        headings = list(HEADING.finditer(text))
        names = [h.group(1).decode() for h in headings] or [default]
        ends = [h.start() for h in headings[1:]] + [len(text)]
        for name, begin, end in zip(names, [h.start() for h in headings] or [0], ends):
            file = self.root / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text[begin:end])
            file.chmod(0o644)
        return self.root / default.lstrip("/")

    def run(self, *argv, **options):
        return sandbox.run_in(self.root, *argv, **options)

    def tell(self, *argv):
        """Runs a command among the processes of the program itself: it sends signals by number."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        subprocess.run(["nsenter", "--target", children.split()[0], "--mount", "--pid", "--", "chroot", self.root, *argv],
                       check=True, capture_output=True)

    def send(self, to):
        """Hands the message to the program's own queue."""
        message = f"From: {lab.ANNA}\nTo: {to}\nSubject: an order\n\nwords\n"
        self.run("/usr/sbin/sendmail", "-i", "-f", lab.ANNA, to, input=message)


def client(program, prepare):
    """Started once a run, and put away with it."""
    if program.NAME not in BOXES:
        root = sandbox.root_of(program.NAME)
        if not (root / ".complete").exists():
            raise kit.Skip(f"the lab's root for {program.TITLE} is not there")
        BOXES[program.NAME] = Client(program).__enter__()
        prepare(BOXES[program.NAME])
    return BOXES[program.NAME]


def arrival(box, to):
    """The message, or what the client says of it."""
    try:
        return lab.accepted(to)
    except AssertionError as why:
        raise AssertionError(f"{why}\nclient: {box.log()[-2500:]}\n{box.console.read_text()[-800:]}") from None


def same(reading, mail, security):
    """What Baton read is what the server saw."""
    saw = ("tls" if mail.port == 465 else "starttls" if mail.tls else "none", mail.port, mail.user)
    login = reading["user"] if reading["mechanism"] else ""
    assert (security or reading["security"], reading["port"], login) == saw, f"read {reading}, seen {mail.facts}"


# ---- Postfix ----

class PostfixClient:
    NAME, TITLE, LOG = postfix.NAME, postfix.TITLE, postfix.LOG
    START = "/usr/lib/postfix/configure-instance.sh - && exec postfix start-fg"


MAIN = """\
compatibility_level = 3.7
maillog_file = /var/log/mail.log
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
smtp_host_lookup = native
smtp_tls_CApath = /etc/ssl/certs
"""
NO_LISTENER = ("smtp      inet",)


def prepare_postfix(box):
    master = [line for line in box.read("/etc/postfix/master.cf").splitlines() if not line.startswith(NO_LISTENER)]
    box.write("/etc/postfix/master.cf", "\n".join(master) + "\n")
    box.write("/etc/postfix/main.cf", MAIN)
    box.start(())
    sandbox.wait_until(lambda: "daemon started" in box.log() or box.gone(), 20, "Postfix does not start")


def postfix_with(text):
    """Postfix set to this: main.cf has it behind what makes Postfix start."""
    box = client(PostfixClient, prepare_postfix)
    (box.root / "etc/postfix/sasl_passwd").unlink(missing_ok=True)
    main = box.put(text, "/etc/postfix/main.cf")
    main.write_bytes(MAIN.encode() + main.read_bytes())
    if (box.root / "etc/postfix/sasl_passwd").exists():
        box.run("postmap", "/etc/postfix/sasl_passwd")
    if getattr(box, "main", None) != main.read_bytes():  # a table that changed is seen without being told
        box.tell("postfix", "reload")
    box.main = main.read_bytes()
    return box


def postfix_writes(security, who):
    def case():
        settings = lab.wanted(security, who)
        text = lab.baton_write("postfix", **settings)
        box = postfix_with(text)
        to = lab.fresh("postfix")
        box.send(to)
        lab.matches(arrival(box, to), settings)
        whole = lab.PLACE / "postfix.text"
        whole.write_bytes(text)
        lab.reads_back("postfix", whole, settings, ignore=("from", "mechanism", "secret-odd", *SECRET_WORDS))
    case.__name__ = f"postfix-{security}-{who or 'no-login'}"
    return case


# Those that a file of lines may go wrong with; the others of the kit differ from them in nothing such a file minds.
HARD = ("dollar", "braces", "dollars", "backtick", "quotes", "in-double", "backslash", "backslash-last", "hash",
        "hash-first", "hash-blank", "semicolon", "blank", "blank-first", "tab", "percent-code", "accent", "colon", "brackets",
        "comma", "star", "carriage", "latin")
# What a secret of the kit's looks like to Baton, although it is right.
SECRET_WORDS = ("secret-quotes", "secret-blank", "secret-escape", "secret-placeholder", "secret-dollar", "secret-odd",
                "file-not-utf8")
POSTFIX_REFUSES = ("blank-last", "newline", "line-end", "latin")


def postfix_refuses(who):
    """Baton's sentence, and that it is true: the line by hand, and another password comes."""
    def case():
        settings = lab.wanted("starttls", who) | {"user": f"postfix-{who}@{lab.DOMAIN}"}   # nobody else tries for it
        lab.USERS[settings["user"]] = lab.octets(settings["secret_text"])
        try:
            lab.baton_write("postfix", **settings)
        except lab.Refused as why:
            assert "Postfix cannot be told a password" in str(why), why
        else:
            raise AssertionError("it was written")
        text = lab.baton_write("postfix", **lab.wanted("starttls", "plain") | {"user": settings["user"]})
        text = text.replace(lab.HOSTILE["plain"].encode(), lab.octets(settings["secret_text"]))
        box = postfix_with(text)
        to = lab.fresh("postfix")
        box.send(to)
        time.sleep(1.5)
        assert not lab.arrived(to) and lab.octets(settings["secret_text"]) not in lab.tried(settings["user"])
        box.run("postsuper", "-d", "ALL")
    case.__name__ = f"postfix-cannot-{who}"
    return case


# ---- Exim ----

class EximClient:
    NAME, TITLE, LOG = exim.NAME, exim.TITLE, "/var/log/exim4/mainlog"


CONF = "/etc/exim4/update-exim4.conf.conf"
SECRETS = "/etc/exim4/passwd.client"


def prepare_exim(box):
    """The kit's servers have addresses of this machine, which Exim would not go to."""
    template = "/etc/exim4/exim4.conf.template"
    route = "  route_list = * DCsmarthost byname\n"
    box.write(template, box.read(template).replace(route, route + "  self = send\n"))


def exim_with(text):
    """Exim set to this. It needs no daemon: whoever hands a message over delivers it."""
    box = client(EximClient, prepare_exim)
    for name in ("exim4.conf.localmacros", "passwd.client"):
        (box.root / "etc/exim4" / name).unlink(missing_ok=True)
    box.put(text, CONF)
    box.run("update-exim4.conf")
    return box


def exim_sends(box, to):
    message = f"From: {lab.ANNA}\nTo: {to}\nSubject: an order\n\nwords\n"
    box.run("exim4", "-i", "-odf", "-f", lab.ANNA, to, input=message)


def arrival_of_exim(box, to):
    mail = lab.arrived(to)
    assert mail, f"no mail for {to}\n{lab.log()[-800:]}\nclient: {box.log()[-1500:]}"
    return mail


def exim_writes(security, who):
    def case():
        settings = lab.wanted(security, who)
        text = lab.baton_write("exim", **settings)
        box = exim_with(text)
        to = lab.fresh("exim")
        exim_sends(box, to)
        lab.matches(arrival_of_exim(box, to), settings)
        whole = lab.PLACE / "exim.text"
        whole.write_bytes(text)
        lab.reads_back("exim", whole, settings, ignore=("from", "mechanism", *SECRET_WORDS))
    case.__name__ = f"exim-{security}-{who or 'no-login'}"
    return case


EXIM_REFUSES = ("blank-last", "newline", "line-end")


def exim_by_hand(who, secret):
    """Baton's sentence, and then the line by hand all the same."""
    settings = lab.wanted("starttls", who) | {"secret_text": secret}
    try:
        lab.baton_write("exim", **settings)
    except lab.Refused as why:
        assert "Exim on Debian cannot be told a" in str(why), why
    else:
        raise AssertionError("it was written")
    text = lab.baton_write("exim", **settings | {"secret_text": "tulip"})
    box = exim_with(text.replace(b":tulip\n", b":" + lab.octets(secret) + b"\n"))
    to = lab.fresh("exim")
    exim_sends(box, to)
    assert not lab.arrived(to)
    return settings["user"]


def exim_refuses(who):
    def case():
        user = exim_by_hand(who, lab.HOSTILE[who])
        assert lab.octets(lab.HOSTILE[who]) not in lab.tried(user)
    case.__name__ = f"exim-cannot-{who}"
    return case


def exim_cannot_circumflex_first():
    """The sign goes over to the user name by AUTH PLAIN."""
    user = exim_by_hand("plain", "^ab")
    assert (user + "^", b"ab", False) in lab.TRIED, lab.TRIED


# ---- OpenSMTPD ----

class OpensmtpdClient:
    """Debian 13's: that of Debian 12 cannot do TLS with its OpenSSL."""
    NAME, TITLE, LOG = opensmtpd.NAME, opensmtpd.TITLE, None
    START = "exec smtpd -d"


SMTPD_CONF = "/etc/smtpd.conf"


def prepare_opensmtpd(box):
    box.write("/etc/aliases", "postmaster: root\n")


def listens(path):
    """Somebody takes connections there: the socket is there a little before."""
    with socketlib.socket(socketlib.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0


def opensmtpd_with(text):
    """OpenSMTPD set to this, started anew."""
    box = client(OpensmtpdClient, prepare_opensmtpd)
    box.put(text, SMTPD_CONF)
    if box.process:
        box.stop()
    socket = box.root / "run/smtpd.sock"
    socket.unlink(missing_ok=True)
    box.start(())
    sandbox.wait_until(lambda: listens(socket) or box.gone(), 20, "OpenSMTPD does not start")
    assert not box.gone(), box.log()[-600:]
    return box


def opensmtpd_writes(security, who):
    def case():
        settings = lab.wanted(security, who)
        text = lab.baton_write("opensmtpd", **settings)
        box = opensmtpd_with(text)
        to = lab.fresh("opensmtpd")
        box.send(to)
        lab.matches(arrival(box, to), settings)
        whole = lab.PLACE / "opensmtpd.text"
        whole.write_bytes(text)
        lab.reads_back("opensmtpd", whole, settings, ignore=("from", "mechanism", *SECRET_WORDS))
    case.__name__ = f"opensmtpd-{security}-{who or 'no-login'}"
    return case


OPENSMTPD_REFUSES = ("blank-last", "newline", "line-end")


def opensmtpd_refuses(who):
    """Baton's sentence, and that it is true: the line by hand, and another password comes."""
    def case():
        settings = lab.wanted("starttls", who)
        try:
            lab.baton_write("opensmtpd", **settings)
        except lab.Refused as why:
            assert "OpenSMTPD cannot be told a password" in str(why), why
        else:
            raise AssertionError("it was written")
        text = lab.baton_write("opensmtpd", **settings | {"secret_text": "tulip"})
        try:
            box = opensmtpd_with(text.replace(b":tulip\n", b":" + lab.octets(settings["secret_text"]) + b"\n"))
        except AssertionError as why:
            assert "invalid map entry" in str(why), why
            return
        to = lab.fresh("opensmtpd")
        box.send(to)
        time.sleep(1.5)
        assert not lab.arrived(to) and lab.octets(settings["secret_text"]) not in lab.tried(settings["user"])
    case.__name__ = f"opensmtpd-cannot-{who}"
    return case


def opensmtpd_verifies():
    """With `tls` no mail goes to a server whose certificate nobody trusts; without it, it does."""
    for unverified in (False, True):
        text = lab.baton_write("opensmtpd", **lab.wanted("starttls", "plain", host=lab.STRANGER, unverified=unverified))
        box = opensmtpd_with(text)
        to = lab.fresh("opensmtpd")
        box.send(to)
        if unverified:
            arrival(box, to)
        else:
            time.sleep(1.5)
            assert not lab.arrived(to)


CASES = [postfix_writes(security, None) for security in lab.PORTS]
CASES += [postfix_writes(security, "all") for security in lab.PORTS]
CASES += [postfix_writes("starttls", who) for who in HARD if who not in POSTFIX_REFUSES]
CASES += [postfix_refuses(who) for who in POSTFIX_REFUSES]


EXIM = [exim_writes(security, None) for security in lab.PORTS]
EXIM += [exim_writes(security, "all") for security in lab.PORTS]
EXIM += [exim_writes("starttls", who) for who in HARD if who not in EXIM_REFUSES]
EXIM += [exim_refuses(who) for who in EXIM_REFUSES] + [exim_cannot_circumflex_first]

OPENSMTPD = [opensmtpd_writes("none", None)]
OPENSMTPD += [opensmtpd_writes(security, who) for security in ("starttls", "tls") for who in (None, "all")]
OPENSMTPD += [opensmtpd_writes("starttls", who) for who in HARD if who not in OPENSMTPD_REFUSES]
OPENSMTPD += [opensmtpd_refuses(who) for who in OPENSMTPD_REFUSES] + [opensmtpd_verifies]

if __name__ == "__main__":
    if sandbox.INSIDE not in os.environ:
        subprocess.run([sandbox.HERE / "roots", "exim", "opensmtpd"], check=True, stdout=sys.stderr)
    lab.main(CASES, EXIM, OPENSMTPD)
