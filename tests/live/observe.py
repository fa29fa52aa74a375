#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""`baton observe` sees what Python's smtplib, and clients of a few lines, are set to do; with --server it
names what the real server (a mock) has against that, within the doctor's guard rails.

usage: observe.py BATON [WORD...]      only cases with a WORD in their name
"""
import base64
import json
import pathlib
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from email.message import EmailMessage

from doctor_kit import LONG_S, Bench, expect, hides
from mock_kit import HOST, OUTSIDE, PASSWORD, USER, Mock, Observer, addresses

bench = Bench(44)
GIVE_UP_S = 100
places = addresses()
NAME = "laptop.corp.example"


def message(author=USER):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"] = f'"Anna, at work" <{author}>', OUTSIDE, "the secret plan"
    m.set_content("words of a message")
    return m


def send(watcher, login=None, tls="starttls", sender=USER, author=USER, mechanism=None, trust=True, to=OUTSIDE):
    """One mail by smtplib; login: a user and a password."""
    context = ssl.create_default_context(cafile=watcher.ca) if trust else ssl.create_default_context()
    if tls == "tls":
        client = smtplib.SMTP_SSL(watcher.address, watcher.tls_port, NAME, context=context)
    else:
        client = smtplib.SMTP(watcher.address, watcher.port, NAME)
    with client:
        if tls == "starttls":
            client.starttls(context=context)
        client.ehlo()
        if login and mechanism:
            client.user, client.password = login
            client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
        elif login:
            client.login(*login)
        client.send_message(message(author), sender, [to])


def raw(watcher, *lines):
    """A client of a few lines; each waits for a reply."""
    with socket.create_connection((watcher.address, watcher.port), timeout=GIVE_UP_S) as s:
        file = s.makefile("rwb")
        file.readline()
        for line in lines:
            file.write(line.encode() + b"\r\n")
            file.flush()
            while file.readline()[3:4] == b"-":
                pass


def watch(*arguments, password=None):
    lull = () if "--lull" in arguments else ("--lull", "1")
    return Observer(bench.baton, next(places), [*arguments, *lull], password)


def told(watcher, *secrets):
    """The document; nothing in it, or on standard error, may hold a secret or the message."""
    text = watcher.end()
    for secret in (PASSWORD, *secrets):
        hides(text.encode(), secret, "the document")
        hides(watcher.err.encode(), secret, "standard error")
    for words in ("secret plan", "words of a message"):
        expect(words not in text + watcher.err, "the message was kept", text)
    return json.loads(text)


def holds(document, **wanted):
    flat = {**document, **document["seen"], **document["asked"], **(document["seen"]["password"] or {})}
    for key, value in wanted.items():
        expect(flat[key] == value, key, flat[key], value, document["summary"])


# ---- what is seen ----

def in_clear():
    with watch() as w:
        send(w, tls=None, author="info@corp.example")
        d = told(w)
    holds(d, security="none", greeting="EHLO", helo=NAME, login=False, mechanism=None, cause=None, to=OUTSIDE,
          header_from="info@corp.example", message=True, recipients=1, password=None, bare_line_ends=False)
    expect(d["asked"]["from"] == USER, "from", d["asked"])
    expect([c["cause"] for c in d["causes"]] == ["client-never-authenticates"], "causes", d["causes"])
    expect(w.status == 3, "exit status", w.status)


def never_logs_in():
    with watch(USER) as w:
        send(w)
        d = told(w)
    holds(d, security="starttls", tls_version="TLSv1.3", cause="client-never-authenticates", strength="likely",
          verdict="refused")
    expect(w.status == 1, "exit status", w.status)


def each_login(tls, mechanism):
    with watch(USER, password=PASSWORD) as w:
        send(w, (USER, PASSWORD), tls=tls, mechanism=mechanism)
        d = told(w)
    digest = mechanism == "CRAM-MD5"
    holds(d, security=tls or "none", mechanism=mechanism, user=USER, compared="same", anomalies=[], cause=None,
          octets=None if digest else len(PASSWORD), login_in_clear=tls is None)
    expect(d["causes"] == [] and w.status == 0, "causes", d["causes"], w.status)


def mangled(mechanism, sent, anomaly):
    with watch(USER, password=PASSWORD) as w:
        send(w, (USER, sent), mechanism=mechanism)
        d = told(w, sent)
    holds(d, compared="differs", same_when_repaired=True, anomalies=[anomaly], cause="password-mangled",
          strength="likely", octets=len(sent.encode()))


def another_password(mechanism):
    with watch(USER, password=PASSWORD) as w:
        send(w, (USER, "Sparrow-7-lighthouse"), mechanism=mechanism)
        d = told(w, "Sparrow-7-lighthouse")
    holds(d, compared="differs", same_when_repaired=False, cause=None)
    expect([(c["cause"], c["strength"]) for c in d["causes"]] == [("wrong-credentials", "possible")], "causes",
           d["causes"])


def another_form():
    with watch(USER, password=PASSWORD) as w:
        send(w, ("anna", PASSWORD), mechanism="LOGIN")
        d = told(w)
    holds(d, user="anna", compared="same", cause=None)
    expect([c["cause"] for c in d["causes"]] == ["wrong-username-form"], "causes", d["causes"])


def nothing_typed():
    with watch() as w:
        send(w, (USER, " " + PASSWORD), mechanism="PLAIN")
        d = told(w, " " + PASSWORD)
    holds(d, compared="not-compared", anomalies=["blank-at-an-end"], octets=len(PASSWORD) + 1)
    expect([c["cause"] for c in d["causes"]] == ["password-mangled"], "causes", d["causes"])


def old_greeting():
    with watch(USER) as w:
        raw(w, "HELO printer", f"MAIL FROM:<{USER}>", f"RCPT TO:<{OUTSIDE}>", "QUIT")
        d = told(w)
    holds(d, greeting="HELO", helo="printer", old_helo=True, cause="helo-instead-of-ehlo", strength="likely",
          message=False)


def password_for_a_name():
    """A program that says its password as the user name and the sender: told() looks for it in all that is
    printed."""
    with watch("--verbose", password=PASSWORD) as w:
        login = base64.b64encode(f"\0{PASSWORD}\0{PASSWORD}".encode()).decode()
        raw(w, "EHLO c", f"AUTH PLAIN {login}", f"MAIL FROM:<{PASSWORD}@x.example>", "QUIT")
        d = told(w)
    holds(d, compared="same", user="[hidden]")


def bare_lf(commands):
    """As curl sends a file without --crlf, and as a script writes lines into a socket."""
    with watch() as w:
        with socket.create_connection((w.address, w.port), timeout=GIVE_UP_S) as s:
            file = s.makefile("rwb")
            file.readline()
            end = b"\n" if commands else b"\r\n"
            for line in (b"EHLO c", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>", b"DATA",
                         b"From: a@b.example\n\none\ntwo" + end + b".", b"QUIT"):
                file.write(line + end)
                file.flush()
                reply = file.readline()
                while reply[3:4] == b"-":
                    reply = file.readline()
                expect(reply[:1] in b"23", "not taken", line, reply)
        d = told(w)
    holds(d, message=True, bare_line_ends=True, header_from="a@b.example")


def token(mechanism, response):
    with watch() as w:
        raw(w, "EHLO c", f"AUTH {mechanism} " + base64.b64encode(response.encode()).decode(),
            f"MAIL FROM:<{USER}>", "QUIT")
        d = told(w, "ya29.a-token")
    holds(d, mechanism=mechanism, user=USER, compared="not-compared", octets=None)


def no_address():
    with watch() as w:
        raw(w, "EHLO c", "MAIL FROM:<root> SIZE=120", "RCPT TO:<nobody>", "QUIT")
        d = told(w)
    holds(d, to="nobody", size=120, cause="from-invalid", strength="likely")
    expect(d["asked"]["from"] == "root", "from", d["asked"])


def certificate_not_trusted(tls):
    with watch("--server", "127.0.0.1:1") as w:
        try:
            send(w, (USER, PASSWORD), tls=tls, trust=False)
            raise AssertionError("the certificate was taken")
        except ssl.SSLCertVerificationError:
            pass
        d = told(w)
    holds(d, security=tls, cause=None, doctor=None, message=False)
    expect("alert" in d["seen"]["tls_trouble"] or "closed" in d["seen"]["tls_trouble"], d["seen"])
    expect("--ca-out" in d["next"], "next", d["next"])


def wrong_port():
    """TLS from the first octet at the port in clear."""
    with watch() as w:
        try:
            ssl.create_default_context().wrap_socket(socket.create_connection((w.address, w.port)),
                                                     server_hostname="localhost")
        except OSError:
            pass
        d = told(w)
    holds(d, security="tls", greeting=None)
    expect("other one" in d["seen"]["tls_trouble"], d["seen"])


def only_a_look():
    """A check of the port says nothing and is nothing."""
    with watch("--lull", "100") as w:
        socket.create_connection((w.address, w.port)).close()
        send(w)
        d = told(w)
    holds(d, message=True, connection=2)


def goes_on():
    """With --keep every connection is told, until a signal."""
    with watch("--keep") as w:
        send(w)
        send(w, tls=None)
        w.tells(2)
        w.process.send_signal(signal.SIGINT)
        text = w.end()
    documents = [json.loads(part) for part in text.replace("\n}\n{", "\n}\0{").split("\0")]
    expect([d["asked"]["security"] for d in documents] == ["starttls", "none"], "documents", text[-600:])


def goes_on_long():
    """What one connection takes is given back: none after thousands is left out."""
    count, user = 5000, base64.b64encode(b"\0" + b"u" * 900 + b"\0pw").decode()
    with watch("--keep") as w:
        heard = []
        reader = threading.Thread(target=lambda: heard.extend(w.process.stdout))
        reader.start()

        def told_of():
            return sum(b'"schema"' in line for line in heard)

        for _ in range(count):
            raw(w, "EHLO " + "n" * 200, f"AUTH PLAIN {user}", f"MAIL FROM:<{'f' * 400}>", f"RCPT TO:<{'t' * 400}>")
        until = time.monotonic() + GIVE_UP_S
        while told_of() < count and time.monotonic() < until:
            time.sleep(0.05)
        w.process.send_signal(signal.SIGINT)
        w.process.wait(GIVE_UP_S)
        reader.join()
    expect(told_of() == count, "connections told", told_of(), count)


def nobody_came():
    with watch() as w:
        w.process.send_signal(signal.SIGTERM)
        text = w.end()
    expect(text == "" and "no program came" in w.err and w.status == 3, "end", text, w.err, w.status)


def wrong_flags():
    """Said at once, and not when the program has come."""
    for flags, words in ((["--server", "bad..name"], "domain name"), (["--server", "h", "--to", "x"], "mailbox"),
                         (["--server", "h", "--ca", "/nonexistent"], "cannot be read"), (["--lull", "0"], "--lull"),
                         (["--listen", "here"], "--listen"), (["--server", "h", "no-address"], "mailbox"),
                         (["--connect-to", "127.0.0.1"], "add --server"), (["--gentle"], "add --server"),
                         (["--once", "--keep"], "leave one")):
        done = subprocess.run([bench.baton, "observe", *flags], capture_output=True, text=True, timeout=GIVE_UP_S, check=False,
                              stdin=subprocess.DEVNULL)
        expect(done.returncode == 2 and words in done.stderr, words, flags, done.stderr)


def loopback_only():
    for address in ("0.0.0.0", "192.0.2.1:2525", "[::]:2525", "10.0.0.1"):
        done = subprocess.run([bench.baton, "observe", "--listen", address], capture_output=True, text=True,
                              timeout=GIVE_UP_S, check=False)
        expect(done.returncode == 2 and "serves this machine only" in done.stderr, address, done.stderr)


# ---- what the real server has against it ----

def joined(mock, *more, password=PASSWORD, **mail):
    others = ",".join(str(p) for k, p in mock.ports.items() if not k.startswith("pop3"))
    with watch(USER, "--server", f"{HOST}:{mock.ports['submission']}", "--connect-to", mock.address, "--ca",
               mock.ca, "--ports", others, "--timeout", str(LONG_S), *more, password=password) as w:
        send(w, **mail)
        return told(w), w


def finds(cause, wanted, strength, mail, status):
    arguments = ["--cause", cause] if cause else []
    with Mock(bench.baton, next(places), arguments) as mock:
        d, w = joined(mock, **mail)
    holds(d, cause=wanted, strength=strength, trouble=None, verdict="refused" if wanted else "accepted")
    expect(d["asked"]["from"] == mail.get("sender", USER), "from", d["asked"])
    expect(d["asked"]["host"] == HOST and d["doctor"]["schema"] == "baton.doctor/1", "asked", d["asked"])
    expect(w.status == status, "exit status", w.status)
    expect("DATA" not in mock.log and "message of" not in mock.log, "a message was sent", mock.log)
    refused = [line for line in mock.log.splitlines() if any(f" {c}" in line for c in ("535 ", "550 ", "553 ", "554 "))]
    expect(len(refused) <= 3, "refusals", refused)


def no_password():
    """The program logs in, and no password is at hand: that it does not log in may not be the answer."""
    with Mock(bench.baton, next(places), []) as mock:
        d, _ = joined(mock, password=None, login=(USER, PASSWORD))
    expect(d["cause"] is None and d["verdict"] != "refused", "verdict", d["verdict"], d["cause"])
    expect(" as anna" not in mock.log, "a login was tried", mock.log)


# ---- --config: what the program's file says ----

def told_by_file(sent, *flags, user=USER, secret=PASSWORD, sender=USER, server=None, **mail):
    """The file of a Gitea, and a program that sends what it is told to; the document, and what stood on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "app.ini")
        path.write_text("APP_NAME = Forge\n[mailer]\nENABLED = true\nPROTOCOL = smtp+starttls\n"
                        f"SMTP_ADDR = {HOST}\nSMTP_PORT = {server.ports['submission'] if server else 1}\n"
                        f"FROM = {sender}\nUSER = {user}\nPASSWD = `{secret}`\n")
        more = [] if not server else ["--connect-to", server.address, "--ca", server.ca, "--ports", ""]
        if not server:
            more = ["--server", "192.0.2.1:1", "--connect-to", "127.0.0.1", "--ports", "", "--timeout", "1"]  # where nobody listens
        with watch("--config", str(path), *more, *flags) as w:
            mail.setdefault("sender_said", sender)
            send(w, sent, sender=mail.pop("sender_said"), **mail)
            d = told(w)
    expect(w.err.startswith("read     app.ini:5  " + HOST), "the first line", w.err)
    expect(f"password: {len(secret)} characters" in w.err.splitlines()[0], "the length", w.err)
    expect(d["config"]["program"] == "gitea", "config", d["config"])
    return d


def differences(d):
    return [(x["field"], x["place"], x["file"], x["program"]) for x in d["differences"]]


def as_the_file_says():
    d = told_by_file((USER, PASSWORD), mechanism="PLAIN")
    expect(differences(d) == [] and d["seen"]["password"]["compared"] == "same", "differences", d["differences"])


def not_as_the_file_says():
    d = told_by_file(("shop", PASSWORD + "!"), mechanism="PLAIN", sender_said="www-data@corp.example")
    octets = len(PASSWORD)
    expect(differences(d) == [("user", "app.ini:8", USER, "shop"),
                              ("password", "app.ini:9", f"one of {octets} octets", f"another one, of {octets + 1} octets"),
                              ("from", "app.ini:7", USER, "www-data@corp.example")], "differences", differences(d))


def no_login_though_the_file_says_so():
    d = told_by_file(None)
    expect(("login", "app.ini:8", "a login", "none") in differences(d), "differences", differences(d))
    expect(d["cause"] == "client-never-authenticates", "cause", d["cause"])


def asks_the_files_server():
    with Mock(bench.baton, next(places), ["--cause", "from-not-login"]) as mock:
        d = told_by_file((USER, PASSWORD), server=mock, sender_said="info@corp.example")
    expect(d["cause"] == "from-not-login" and d["strength"] == "proved", "cause", d["cause"], d["trouble"])
    expect(("from", "app.ini:7", USER, "info@corp.example") in differences(d), "differences", differences(d))


IN = {"login": (USER, PASSWORD)}
for case in (as_the_file_says, not_as_the_file_says, no_login_though_the_file_says_so, asks_the_files_server):
    bench.case(f"file {case.__name__.replace('_', ' ')}", case)
bench.case("in clear", in_clear)
bench.case("never logs in", never_logs_in)
for tls in (None, "starttls", "tls"):
    for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5"):
        bench.case(f"login {tls} {mechanism}", each_login, tls, mechanism)
for mechanism in ("PLAIN", "CRAM-MD5"):
    bench.case(f"mangled {mechanism} line end", mangled, mechanism, PASSWORD + "\n", "line-end")
    bench.case(f"mangled {mechanism} quotes", mangled, mechanism, f'"{PASSWORD}"', "quotes-around")
    bench.case(f"another password {mechanism}", another_password, mechanism)
bench.case("another form", another_form)
bench.case("nothing typed", nothing_typed)
bench.case("HELO", old_greeting)
bench.case("the password for a name", password_for_a_name)
for commands in (False, True):
    bench.case(f"bare LF {commands}", bare_lf, commands)
bench.case("XOAUTH2", token, "XOAUTH2", f"user={USER}\1auth=Bearer ya29.a-token\1\1")
bench.case("OAUTHBEARER", token, "OAUTHBEARER", f"n,a={USER},\1host=h\1auth=Bearer ya29.a-token\1\1")
bench.case("no address", no_address)
bench.case("certificate not trusted starttls", certificate_not_trusted, "starttls")
bench.case("certificate not trusted tls", certificate_not_trusted, "tls")
bench.case("wrong port", wrong_port)
bench.case("only a look", only_a_look)
bench.case("goes on", goes_on)
bench.case("goes on long", goes_on_long)
bench.case("nobody came", nobody_came)
bench.case("wrong flags", wrong_flags)
bench.case("loopback only", loopback_only)
bench.case("server healthy", finds, None, None, None, IN, 0)
bench.case("server never logs in", finds, "client-never-authenticates", "client-never-authenticates", "proved", {}, 1)
bench.case("server not the login", finds, "from-not-login", "from-not-login", "proved",
           {**IN, "sender": "info@corp.example"}, 1)
bench.case("server in clear", finds, "auth-hidden-until-tls", "auth-hidden-until-tls", "proved",
           {**IN, "tls": None}, 1)
bench.case("server mangled", finds, None, "password-mangled", "likely", {"login": (USER, PASSWORD + "\n")}, 5)
bench.case("server another password", finds, None, "wrong-credentials", "likely", {"login": (USER, "Sparrow-7")}, 5)
bench.case("server another form", finds, None, "wrong-username-form", "likely", {"login": ("anna", PASSWORD)}, 5)
bench.case("server no address", finds, None, "from-invalid", "proved", {**IN, "sender": "root"}, 1)
bench.case("server no password", no_password)
bench.run(workers=4)
