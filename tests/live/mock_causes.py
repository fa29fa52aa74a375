#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""`baton mock` plays every cause that a server can, in the words of each server, and `baton doctor`, pointed
at it as the user of a program that has that trouble would point it, names the cause.

usage: mock_causes.py BATON [WORD...]      only cases with a WORD in their name
"""
import os
import re
import smtplib
import subprocess
import tempfile

from doctor_kit import LONG_S, Bench, Run, expect, owes
from mock_kit import GHOST, HOST, LOW_PORTS, OUTSIDE, PASSWORD, USER, Mock, addresses

FLAVOURS = "postfix exim exchange sendmail".split()
bench = Bench(40)
places = addresses()


class Row:
    """What the program with that trouble has: flags of the doctor, the door it talks to, whom it writes to,
    its password (None: no login at hand). strength: the least that must come of it. words: they are what
    tells it, so that every server's are tried."""

    def __init__(self, flags="", door="submission", to=OUTSIDE, tls="starttls", password=PASSWORD,
                 strength="likely", words=False):
        self.flags, self.door, self.to, self.tls, self.password = flags.split(), door, to, tls, password
        self.strength, self.words = strength, words


def inbound(flags="", to=GHOST, **more):
    """A mail server that hands mail to the server of the recipient's domain."""
    return Row(flags, door="mx", to=to, tls="none", password=None, words=True, **more)


def barred(flags="", **more):
    return Row(flags, words=True, **more)


def certificate():
    return Row(strength="proved")


ROWS = {
    "client-never-authenticates": Row("--auth none", strength="proved", words=True),
    "helo-instead-of-ehlo": Row("--auth none --old-helo", strength="proved"),
    "auth-hidden-until-tls": Row(tls="none", strength="proved", words=True),
    "mail-only-under-tls": Row("--auth none", tls="none", words=True),
    "no-common-mechanism": Row("--auth PLAIN"),
    "mechanism-offered-but-dead": Row("--auth CRAM-MD5 --logins 2", words=True, strength="proved"),
    "relay-takes-no-login": Row("--auth PLAIN", door="mx", strength="proved"),
    "client-certificate-needed": Row("--auth none", password=None, words=True),
    "wrong-credentials": barred(),
    "wrong-username-form": barred("--logins 2", strength="proved"),
    "password-mangled": barred(password=PASSWORD + "\r"),
    "app-password-needed": barred(),
    "password-login-switched-off": barred(),
    "oauth-token-rejected": barred("--auth XOAUTH2 --token-command", password=None),
    "account-may-not-submit": barred(),
    "auth-backend-down": barred(),
    "mx-port-not-submission": Row(door="mx", strength="proved"),
    "wrong-server": Row(words=True),
    "tls-mode-mismatch": Row(tls="tls", strength="proved"),
    "tls-version-or-cipher": Row(strength="proved"),
    "starttls-stripped": Row(),
    "certificate-expired": certificate(),
    "certificate-not-yet-valid": certificate(),
    "certificate-self-signed": certificate(),
    "certificate-unknown-issuer": certificate(),
    "certificate-wrong-name": certificate(),
    "from-not-login": barred("--from info@corp.example --header-from info@corp.example --send", strength="proved"),
    "from-invalid": barred("--from anna@nowhere.invalid"),
    "sender-unverified": barred("--send"),
    "own-address-refused": barred("--send"),
    "ip-not-trusted": inbound(to=OUTSIDE),
    "ip-hidden-by-nat": inbound(to=OUTSIDE),
    "login-not-honoured": barred(),
    "pop-before-smtp": Row("--auth none --pop", strength="proved", words=True),
    "domain-not-configured": inbound(),
    "mx-points-elsewhere": inbound(),
    "domain-still-local": inbound(),
    "ip-banned": barred(),
    "ehlo-name-refused": barred("--helo localhost", strength="proved"),
    "reverse-dns-missing": inbound(),
    "spf-fail": inbound(),
    "dkim-dmarc-fail": inbound("--send"),
    "ip-blocklisted": inbound(),
    "rate-limited": barred(),
    "greylisted-temporary": inbound(),
    "recipient-unknown": inbound(strength="proved" if LOW_PORTS else "likely"),  # postmaster is asked on port 25
    "content-rejected": barred("--send"),
    "message-too-large": barred("--size 5000000", strength="proved"),
    "mailbox-full": inbound(),
    "other-not-relay": inbound(),
    "mail-loop": inbound("--send"),
}

# What no dialogue with that one server can tell: the doctor may say what it saw, or nothing.
NOT_BY_DIALOGUE = {
    "ip-hidden-by-nat": {"ip-not-trusted", None},       # only the server's log shows the other senders
    "mx-points-elsewhere": {"domain-not-configured", "ip-not-trusted", None},  # DNS tells them apart
    "domain-still-local": {"recipient-unknown", None},  # so it does here
}

STRENGTHS = ["possible", "likely", "proved"]


TOKEN = "ya29.token-of-a-test"
BEHIND = {"--token-command": lambda mock: f"echo {TOKEN}",
          "--pop": lambda mock: f"{HOST}:{mock.ports['pop3s']}"}


def ask(mock, row, *more):
    others = ",".join(str(p) for k, p in mock.ports.items() if not k.startswith("pop3"))
    flags = [word for flag in row.flags for word in (flag, *([BEHIND[flag](mock)] if flag in BEHIND else []))]
    login = [USER] if row.password or "--token-command" in row.flags else ["--from", USER]
    return Run(bench.baton, ["--server", f"{HOST}:{mock.ports[row.door]}", "--connect-to", mock.address,
                             "--ports", others, "--ca", mock.ca, "--security", row.tls, "--timeout", str(LONG_S),
                             "--json", *login, "--to", row.to, *flags, *more], password=row.password)


def names_it(cause, flavour):
    row = ROWS[cause]
    with Mock(bench.baton, next(places), ["--cause", cause, "--as", flavour]) as mock:
        run = ask(mock, row)
        owes(run, row.password)
        document = run.document()
    got = f"{document['verdict']} {document['cause']} {document['strength']}: {document['summary']}"
    said = [line["said"][:200] for line in document["evidence"]]
    if document["cause"] in NOT_BY_DIALOGUE.get(cause, ()):
        return
    expect(document["cause"] == cause, got, *said)
    expect(STRENGTHS.index(document["strength"]) >= STRENGTHS.index(row.strength), got, *said)


def key_is_the_owners():
    """A file that others could read holds the key under other rights; a device is no place for one."""
    with tempfile.TemporaryDirectory(prefix="baton-mock-") as folder:
        path = f"{folder}/client.pem"
        with open(path, "w", encoding="ascii") as file:
            file.write("x" * 9000)
        os.chmod(path, 0o644)
        with Mock(bench.baton, next(places), ["--client-cert-out", path, "--ca-out", "/dev/null"]):
            with open(path, encoding="ascii") as file:
                text = file.read()
            expect(os.stat(path).st_mode & 0o777 == 0o600, "rights", oct(os.stat(path).st_mode))
            expect("PRIVATE KEY" in text and "x" * 99 not in text, "the file", text)


def wrong_flags():
    """What would do nothing is told, with a remedy."""
    for flags, words in ((["--trust", "127.0.0.1"], "--cause ip-not-trusted"),
                         (["--wait", "5", "--cause", "from-not-login"], "--cause greylisted-temporary")):
        done = subprocess.run([bench.baton, "mock", *flags], capture_output=True, text=True, timeout=20, check=False)
        expect(done.returncode == 2 and words in done.stderr, words, flags, done.stderr)


def certificate_is_taken():
    """What the server wants, shown to it: the mail passes without a login"""
    row = ROWS["client-certificate-needed"]
    with Mock(bench.baton, next(places), ["--cause", "client-certificate-needed"]) as mock:
        document = ask(mock, row, "--cert", mock.cert, "--key", mock.cert).document()
    expect(document["verdict"] == "accepted", document["summary"])


def every_cause():
    """Each is played and asked about here, or the mock says why not."""
    causes = subprocess.run([bench.baton, "causes"], capture_output=True, text=True, check=True).stdout
    listed = subprocess.run([bench.baton, "mock", "--list"], capture_output=True, text=True, check=True).stdout
    played, _, rest = listed.partition("\n\n")
    names = [line.split()[0] for line in causes.splitlines() if line.startswith("  ")]
    names_played = [line.split()[0] for line in played.splitlines()]
    not_played = [line.split()[0] for line in rest.splitlines()[1:]]
    expect(sorted(names) == sorted(names_played[1:] + not_played), "not each once", names_played, not_played)
    expect(sorted(ROWS) == sorted(names_played[1:]), "not asked about here", set(names_played) ^ set(ROWS))
    expect(len(not_played) < 10, "many are not played", not_played)
    for name in not_played:
        done = subprocess.run([bench.baton, "mock", "--cause", name], capture_output=True, text=True, check=False)
        expect(done.returncode == 2 and f"no mail server can play '{name}': it " in done.stderr, name, done.stderr)


def manner(arguments, strength):
    """The cause is the same, however badly the server behaves."""
    row = ROWS["client-never-authenticates"]
    with Mock(bench.baton, next(places), ["--cause", "client-never-authenticates", *arguments.split()]) as mock:
        run = ask(mock, row)
        owes(run, row.password)
        document = run.document()
    expect(document["cause"] == "client-never-authenticates", document["summary"],
           *[line["said"][:200] for line in document["evidence"]])
    expect(document["strength"] in strength.split(), "strength", document["strength"])


def half_by_chance():
    with Mock(bench.baton, next(places), ["--random"]) as mock:
        with smtplib.SMTP(mock.address, mock.ports["mx"], "pc.corp.example") as client:
            client.ehlo()
            client.mail(USER)
            codes = [client.rcpt(OUTSIDE)[0] for _ in range(60)]
    expect(set(codes) == {250, 554}, "replies", codes)


def each_scene_of_the_demo():
    """Each ends with its cause named."""
    asked = subprocess.run([bench.baton, "demo", "--cause", "?"], capture_output=True, text=True, check=False)
    scenes = [line.split()[0] for line in asked.stderr.splitlines() if line.split()[0] in ROWS]
    expect(len(scenes) > 10, "scenes", asked.stderr)
    for scene in scenes:
        done = subprocess.run([bench.baton, "demo", "--cause", scene], capture_output=True, text=True, timeout=60,
                              check=False)
        named = re.findall(r"\((\S+), (?:likely|proved)\)", done.stdout)
        expect(done.returncode == 0 and named[:1] == [scene], scene, done.stdout, done.stderr)


bench.case("every cause", every_cause)
bench.case("each scene of the demo", each_scene_of_the_demo)
bench.case("manner drop", manner, "--drop", "proved")
bench.case("manner temporary", manner, "--temporary", "likely proved")
bench.case("manner late greeting", manner, "--delay-greeting 1", "proved")
bench.case("manner tarpit", manner, "--tarpit 1", "proved")
bench.case("manner random", half_by_chance)
bench.case("wrong flags", wrong_flags)
bench.case("the key is the owner's", key_is_the_owners)
bench.case("a client certificate is taken", certificate_is_taken)
# A domain's own server is asked from outside on port 25 alone.
NEEDS_PORT_25 = {"domain-not-configured", "mx-points-elsewhere"}
for cause, row in ROWS.items():
    if cause in NEEDS_PORT_25 and not LOW_PORTS:
        bench.skip(cause, "ports under 1024 are not ours")
        continue
    for flavour in FLAVOURS if row.words else FLAVOURS[:1]:
        bench.case(f"{cause} {flavour}", names_it, cause, flavour)
bench.run(workers=4)
