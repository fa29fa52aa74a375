# SPDX-License-Identifier: ISC
"""The hand-off of baton relay, against next hops that follow a script: refusals and deaths at each command, order of
smarthosts and failover, kept connections, pipelining, what a next hop lacks, bounces.

usage: relay_courier.py BATON [WORD...]   only the cases whose names hold one of the words
"""
import contextlib
import email
import email.policy
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from ports import free_port

BATON = pathlib.Path(sys.argv[1]).resolve()
RELAY = BATON.with_name("baton-relay")
OFFERS = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


def wait_for(what, condition, seconds=100):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)
    return value


class Die(Exception):
    """The connection ends here, without a word."""


class Hop:
    """A next hop on 127.0.0.1. script: stage to reply, or to a function of (session, argument) that gives one or None for
    the usual one. Stages: greeting ehlo mail rcpt data end rset. "die" ends the connection, "hang" says nothing more."""

    def __init__(self, port=None, offers=OFFERS, name="hop.example", **script):
        self.offers, self.name, self.script = offers, name, script
        self.sessions, self.mails, self.lines, self.lock = [], [], [], threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", port or 0), backlog=100)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.port = self.socket.getsockname()[1]
        self.open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def session(self, conn):
        return Session(self, conn)

    def accept(self):
        while self.open:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            session = self.session(conn)
            with self.lock:
                self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()

    def close(self):
        """Nobody listens any more; what stands is cut."""
        self.open = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for session in self.sessions:
            with contextlib.suppress(OSError):
                session.conn.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def to(self):
        with self.lock:
            return [to for mail in self.mails for to in mail["to"]]

    def said(self, verb):
        with self.lock:
            return [line for line in self.lines if line.upper().startswith(verb)]


class Session:
    def __init__(self, hop, conn):
        self.hop, self.conn, self.file = hop, conn, conn.makefile("rb")
        self.mail, self.count, self.group = None, 0, 0

    def send(self, text):
        self.conn.sendall((text.replace("\n", "\r\n") + "\r\n").encode())

    def answer(self, stage, argument, usual):
        step = self.hop.script.get(stage)
        if callable(step):
            step = step(self, argument)
        if step == "die":
            raise Die
        if step == "hang":
            time.sleep(600)
        if isinstance(step, tuple):  # seconds, and then that
            time.sleep(step[0])
            step = step[1]
        self.send(step or usual)
        return step or usual

    def run(self):
        with contextlib.suppress(Die, OSError, ValueError):
            self.talk()
        self.file.close()
        self.conn.close()

    def ehlo(self):
        words = (self.hop.name, *self.hop.offers)
        return "\n".join(f"250{'-' if i + 1 < len(words) else ' '}{word}" for i, word in enumerate(words))

    def talk(self):
        self.answer("greeting", "", f"220 {self.hop.name} ESMTP")
        while raw := self.file.readline():
            line = raw.decode(errors="replace").rstrip("\r\n")
            with self.hop.lock:
                self.hop.lines.append(line)
            verb = line[:4].upper()
            if verb in ("EHLO", "HELO"):
                self.answer("ehlo" if verb == "EHLO" else "helo", line[5:], self.ehlo() if verb == "EHLO" else f"250 {self.hop.name}")
            elif verb == "MAIL":
                self.mail = {"from": line[10:].partition(">")[0].lstrip("<"), "line": line, "to": [], "session": self}
                if not self.answer("mail", line, "250 2.1.0 ok").startswith("250"):
                    self.mail = None
            elif verb == "RCPT":
                if self.mail is None:
                    self.send("503 5.5.1 MAIL first")
                elif self.answer("rcpt", re.sub(r".*<(.*)>.*", r"\1", line), "250 2.1.5 ok").startswith("25"):
                    self.mail["to"].append(re.sub(r".*<(.*)>.*", r"\1", line))
            elif verb == "DATA":
                self.data()
            elif verb == "RSET":
                self.mail = None
                self.answer("rset", "", "250 2.0.0 ok")
            elif verb == "QUIT":
                self.send("221 2.0.0 bye")
                return
            else:
                self.other(verb, line)

    def other(self, verb, line):
        self.send("500 5.5.2 what?")

    def data(self):
        if self.mail is None or (not self.mail["to"] and not self.hop.script.get("takes_nobody")):
            self.send("503 5.5.1 RCPT first")
            return
        if not self.answer("data", "", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise Die
            lines.append(line[1:] if line.startswith(b"..") else line)
            if self.hop.script.get("body") == "die":
                raise Die
        self.mail["octets"], self.mail["at"] = b"".join(lines), time.monotonic()
        mail, self.mail = self.mail, None
        if self.hop.script.get("keep", True) is True and mail["to"] and self.hop.script.get("end") in (None, "die-after"):
            with self.hop.lock:
                self.hop.mails.append(mail)
        if self.hop.script.get("end") == "die-after":
            raise Die
        self.answer("end", mail, "250 2.0.0 taken")
        if callable(self.hop.script.get("end")) and mail["to"]:
            with self.hop.lock:
                self.hop.mails.append(mail)


class Relay:
    def __init__(self, smarthosts, route="", rules="", extra=""):
        self.place = tempfile.TemporaryDirectory()
        place = pathlib.Path(self.place.name)
        place.chmod(0o755)
        self.port, self.log_file, self.file = free_port(), place / "log", place / "relay.conf"
        hosts = ", ".join(f'"{host}"' if isinstance(host, str) else f'"127.0.0.1:{host.port}"' for host in smarthosts)
        run_as = 'run-as = "nobody"' if os.geteuid() == 0 else ""
        self.text = f"""hostname = "relay.test"
state = "{place}/state"
control = "{place}/control"
loops = 2
{run_as}
{rules}
listen "in" {{ address = "127.0.0.1"  port = {self.port}  security = none }}
permit "all" {{ network = "127.0.0.1" }}
route "next" {{ smarthost = {{{hosts}}}  {route} }}
{extra}
"""
        self.file.write_text(self.text)
        self.process = None

    def __enter__(self):
        return self.start()

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([RELAY, "relay", "--config", str(self.file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the relay", lambda: self.answers() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log()
        return self

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
            return s.recv(3) == b"220"
        return False

    def __exit__(self, *error):
        status = self.stop()
        if error[0] is not None:
            print(self.log())
        self.place.cleanup()
        assert error[0] is not None or status == 0, f"the relay ended with {status}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self, event=""):
        return "\n".join(line for line in self.log_file.read_text(errors="replace").splitlines() if f"event={event}" in line or not event)

    def events(self, event):
        return [line for line in self.log().splitlines() if re.search(rf"\bevent={event}\b", line)]

    def send(self, *to, sender="anna@sender.example", text="Subject: a\r\n\r\nhello\r\n", mail="", rcpt=()):
        """One message, by hand: the parameters are the case's."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as s, s.makefile("rb") as f:
            def say(line, good):
                if line:
                    s.sendall(line.encode() + b"\r\n")
                while (reply := f.readline()) and reply[3:4] == b"-":
                    pass
                assert reply.startswith(good), (line, reply)
            say("", b"220")
            say("EHLO client.test", b"250")
            say(f"MAIL FROM:<{sender}> {mail}".strip(), b"250")
            for i, path in enumerate(to):
                say(f"RCPT TO:<{path}> {rcpt[i] if i < len(rcpt) else ''}".strip(), b"250")
            say("DATA", b"354")
            s.sendall((text if isinstance(text, bytes) else text.encode()) + b".\r\n")
            say("", b"250")
            say("QUIT", b"221")


def queue_says(relay, *words):
    """What baton queue says."""
    done = subprocess.run([BATON, "queue", *words, "--control", f"{relay.place.name}/control"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stderr, relay.log()[-2000:])
    return done.stdout


def queue_of(relay, *words):
    """What baton queue lists, as JSON."""
    return json.loads(queue_says(relay, "list", "--json", *words))["messages"]


CASES = []  # relay_upstream.py has more of them


def case(function):
    CASES.append(function)
    return function


# ---- plain delivery ----

@case
def delivered_octet_for_octet():
    body = "Subject: dots\r\n\r\n.\r\n..two\r\n" + "x" * 900 + "\r\n" + "line\r\n" * 100000 + "end\r\n"
    with Hop() as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", text=body.replace("\r\n.", "\r\n.."))
        wait_for("the message", lambda: hop.mails)
        head, _, tail = hop.mails[0]["octets"].decode().partition("Subject: dots")
        assert "Subject: dots" + tail == body, (len(tail), len(body))
        assert head.startswith("Received: ") and hop.mails[0]["from"] == "anna@sender.example"
        wait_for("the log", lambda: relay.events("delivered"))
        assert "SIZE=" in hop.mails[0]["line"] and "taken" in relay.events("delivered")[0]


@case
def connections_are_kept():
    with Hop() as hop, Relay([hop]) as relay:
        for i in range(5):
            relay.send(f"t{i}@next.example")
            wait_for("the message", lambda n=i: len(relay.events("delivered")) == n + 1)
        times = [mail["at"] for mail in hop.mails]
        slow = sum(later - earlier > 4 for earlier, later in zip(times, times[1:]))     # it is kept for 5 s
        assert len(hop.sessions) == len({id(mail["session"]) for mail in hop.mails}) <= 1 + slow, (len(hop.sessions), times)
        wait_for("QUIT of the idle connection", lambda: hop.said("QUIT"))


@case
def many_recipients_take_several_transactions():
    with Hop() as hop, Relay([hop]) as relay:
        to = [f"t{i}@next.example" for i in range(230)]
        relay.send(*to)
        wait_for("all", lambda: len(hop.to()) == 230)
        assert sorted(hop.to()) == sorted(to) and [len(mail["to"]) for mail in hop.mails] == [100, 100, 30]


@case
def without_pipelining():
    def mail(session, _):
        session.conn.setblocking(False)
        try:
            assert not session.conn.recv(1, socket.MSG_PEEK), "pipelined"
        except BlockingIOError:
            pass
        finally:
            session.conn.setblocking(True)
    with Hop(offers=("8BITMIME",), mail=mail, rcpt=lambda s, to: "550 5.1.1 no" if to.startswith("bad") else mail(s, to)) as hop, \
            Relay([hop]) as relay:
        relay.send("bad1@next.example", sender="")
        relay.send("good@next.example", "bad2@next.example", sender="")
        wait_for("the message", lambda: hop.to() == ["good@next.example"])
        assert len(hop.said("DATA")) == 1


# ---- answers ----

@case
def some_refused_some_not():
    answers = {"no": "550 5.1.1 no such user", "later": "450 4.2.0 greylisted"}
    with Hop(rcpt=lambda _, to: answers.get(to.partition("@")[0])) as hop, Relay([hop]) as relay:
        relay.send("no@next.example", "yes@next.example", "later@next.example", sender="")
        wait_for("the message", lambda: hop.to() == ["yes@next.example"])
        failed = wait_for("failed", lambda: relay.events("failed"))
        assert len(failed) == 1 and "no@next.example" in failed[0] and "cause=recipient-unknown" in failed[0], failed
        deferred = wait_for("deferred", lambda: relay.events("deferred"))
        assert "later@next.example" in deferred[0] and "greylisted" in deferred[0], deferred


@case
def refused_at_each_stage():
    for stage in ("mail", "rcpt", "data", "end"):
        for reply, event in (("550 5.7.1 not here", "failed"), ("451 4.3.0 not now", "deferred")):
            with Hop(**{stage: reply}) as hop, Relay([hop]) as relay:
                relay.send("tom@next.example", sender="")
                told = wait_for(f"{event} at {stage}", lambda e=event, r=relay: r.events(e))
                assert reply[4:] in told[0] and not hop.mails, told
                time.sleep(0.2)
                assert len(relay.events("failed") + relay.events("deferred")) == 1


@case
def dead_at_each_stage():
    for stage in ("greeting", "ehlo", "mail", "rcpt", "data", "body", "end"):
        with Hop(**{stage: "die"}) as bad, Hop() as good, Relay([bad, good]) as relay:
            # Of a small message the last octet is on its way before the end is seen: then it may have been taken.
            relay.send("tom@next.example", text="Subject: a\r\n\r\n" + "line\r\n" * (1500000 if stage == "body" else 1))
            if stage == "end":  # it may have it: that must not become two at once
                wait_for("deferred", lambda r=relay: r.events("deferred"))
                assert wait_for("the warning", lambda r=relay: r.events("maybe-delivered")) and not good.mails
                continue
            wait_for(f"the message, dead at {stage}", lambda g=good: g.mails)
            assert len(good.mails) == 1 and not bad.mails


@case
def closing_answer_goes_elsewhere():
    with Hop(mail="421 4.3.2 going down") as bad, Hop() as good, Relay([bad, good]) as relay:
        relay.send("tom@next.example")
        wait_for("the message", lambda: good.mails)


@case
def too_many_recipients():
    for reply in ("452 4.5.3 too many", "552 too many"):
        def rcpt(session, _, reply=reply):
            return reply if len(session.mail["to"]) >= 3 else None
        with Hop(rcpt=rcpt) as hop, Relay([hop]) as relay:
            relay.send(*[f"t{i}@next.example" for i in range(8)])
            wait_for("all", lambda h=hop: len(h.to()) == 8)
            assert [len(mail["to"]) for mail in hop.mails] == [3, 3, 2] and not relay.events("deferred")


@case
def a_round_that_is_refused_is_no_word_about_the_next():
    """Who was put off to the next round, since this one was full, is not refused with it. What is put off is the whole message."""
    first = ["r0@next.example", "r1@next.example"]
    for reply, rounds in (("554 5.6.0 no", [first, ["r2@next.example"]]), ("451 4.3.0 no", [first])):
        said = []
        def end(_, mail, said=said, reply=reply):
            said.append(mail["to"])
            return reply if len(said) == 1 else None
        with Hop(rcpt=lambda session, _: "452 4.5.3 too many" if len(session.mail["to"]) == 2 else None, end=end) as hop, Relay([hop]) as relay:
            relay.send(*(f"r{i}@next.example" for i in range(3)), sender="")
            wait_for("an answer for all", lambda r=relay: sum(len(r.events(e)) for e in ("delivered", "failed", "deferred")) == 3)
            assert said == rounds and len(relay.events("deferred")) == (0 if len(rounds) == 2 else 3), said


@case
def data_begun_for_nobody():
    with Hop(rcpt="550 5.1.1 no", takes_nobody=True) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", sender="")
        relay.send("tim@next.example", sender="")
        wait_for("both", lambda: len(relay.events("failed")) == 2)
        assert not hop.mails


# ---- smarthosts ----

@case
def a_refusing_smarthost_is_passed_over():
    with Hop() as good, Relay([f"127.0.0.1:{free_port()}", good]) as relay:
        for i in range(3):
            relay.send(f"t{i}@next.example")
            wait_for("the message", lambda n=i: len(good.mails) == n + 1)
        assert "connection refused" in relay.events("host-down")[0]


@case
def one_that_does_not_greet_may_begin_with_tls():
    with Hop(greeting="die") as bad, Hop(greeting="554 5.3.2 no service") as other, Relay([bad, other]) as relay:
        relay.send("tom@next.example")
        wait_for("both", lambda: len({line.split("server=")[1].split()[0] for line in relay.events("host-down")}) == 2)
        for line in relay.events("host-down"):
            assert ("before any greeting; where TLS begins at once there, say security = tls" in line) == (f":{bad.port} " in line), line


@case
def a_silent_smarthost_gets_company():
    with Hop(greeting="hang") as bad, Hop() as good, Relay([bad, good]) as relay:
        began = time.monotonic()
        relay.send("tom@next.example")
        wait_for("the message", lambda: good.mails)
        print(f"      a silent smarthost cost {good.mails[0]['at'] - began:.2f} s")


@case
def one_that_falls_silent_is_left():
    state = {"hang": False}
    with Hop(mail=lambda *_: "hang" if state["hang"] else None) as bad, Hop() as good, Relay([bad, good]) as relay:
        relay.send("one@next.example")
        wait_for("the first", lambda: bad.mails)
        state["hang"] = True
        began = time.monotonic()
        relay.send("two@next.example")
        wait_for("the second", lambda: good.mails)
        print(f"      one that fell silent cost {good.mails[0]['at'] - began:.2f} s")


@case
def it_comes_back():
    port = free_port()
    with Hop() as second, Relay([f"127.0.0.1:{port}", second]) as relay:
        relay.send("one@next.example")
        wait_for("the second smarthost", lambda: second.mails)
        with Hop(port=port) as first:
            def sent():
                relay.send("more@next.example")
                return first.mails
            wait_for("the first smarthost", sent)
            wait_for("host-up", lambda: relay.events("host-up"))


@case
def nobody_takes_mail_for_a_while():
    port = free_port()
    with Relay([f"127.0.0.1:{port}"]) as relay:
        began = time.monotonic()
        relay.send("one@next.example")
        wait_for("host-down", lambda: relay.events("host-down"))
        time.sleep(1)
        with Hop(port=port) as hop:
            wait_for("the message", lambda: hop.mails)
        down = relay.events("host-down")
        assert len(down) <= 4 + (time.monotonic() - began) / 5, down    # that often on a machine that is at leisure


@case
def a_worn_connection_costs_nothing():
    with Hop() as hop, Relay([hop]) as relay:
        relay.send("one@next.example")
        wait_for("the first", lambda: len(hop.mails) == 1)
        time.sleep(0.2)
        hop.script["mail"] = lambda session, _: "die" if session is hop.sessions[0] else None
        relay.send("two@next.example")
        wait_for("the second", lambda: len(hop.mails) == 2)
        assert not relay.events("deferred") and not relay.events("host-down")


@case
def a_slow_message_holds_up_no_other():
    begun, go_on = threading.Event(), threading.Event()

    def end(_, mail):
        if "slow" in mail["to"][0]:
            begun.set()
            go_on.wait(200)

    with Hop(end=end) as hop, Relay([hop]) as relay:
        relay.send("slow@next.example")
        assert begun.wait(100)
        relay.send("quick@next.example")
        wait_for("the quick one", lambda: "quick@next.example" in hop.to())
        assert "slow@next.example" not in hop.to()
        go_on.set()
        wait_for("the slow one", lambda: "slow@next.example" in hop.to())


@case
def mail_to_ourselves():
    with Relay(["127.0.0.1:25"]) as relay:
        relay.stop()
        relay.file.write_text(relay.text.replace('"127.0.0.1:25"', f'"127.0.0.1:{relay.port}"'))
        relay.start()
        relay.send("tom@next.example")
        told = wait_for("host-down", lambda: relay.events("host-down"))
        assert "round in circles" in told[0] and "cause=mail-loop" in told[0], told
        time.sleep(1)
        assert len(relay.events("message-kept")) == 1 and len(relay.events("host-down")) == 1


# ---- what the next hop lacks ----

@case
def too_large_for_the_next_hop():
    with Hop(offers=("SIZE 2000",)) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", sender="", text="Subject: a\r\n\r\n" + "line\r\n" * 1000)
        told = wait_for("failed", lambda: relay.events("failed"))
        assert "5.3.4" in told[0] and "cause=message-too-large" in told[0] and not hop.said("MAIL"), told


@case
def another_smarthost_may_have_what_one_lacks():
    with Hop(offers=("SIZE 2000",)) as small, Hop() as large, Relay([small, large]) as relay:
        relay.send("tom@next.example", text="Subject: a\r\n\r\n" + "line\r\n" * 1000)
        wait_for("the message", lambda: large.mails)


@case
def no_8bitmime():
    with Hop(offers=()) as hop, Relay([hop]) as relay:
        signed = ('Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n'
                  '--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u00e4\r\n--b--\r\n')
        relay.send("tom@next.example", sender="", text=signed, mail="BODY=8BITMIME")
        told = wait_for("failed", lambda: relay.events("failed"))
        assert "5.6.3" in told[0] and "signed part" in told[0] and not hop.said("MAIL"), told
        relay.send("tom@next.example", sender="", mail="BODY=8BITMIME")
        wait_for("one that needs none of it", lambda: hop.mails)
        assert not relay.events("converted")


@case
def no_8bitmime_is_made_up_for():
    """The message goes in 7 bits, in one piece or in many; its size is not told, since nobody knows it."""
    with Hop(offers=("SIZE", "PIPELINING"), rcpt=lambda session, to: "450 4.2.0 later" if to.startswith("pam") else None) as hop, \
            Relay([hop]) as relay:
        words = "".join(f"{i} \u00e4 = .\r\n" for i in range(40000))
        head = "DKIM-Signature: v=1\r\nSubject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        relay.send("tom@next.example", "pam@next.example", sender="", mail="BODY=8BITMIME",
                   text=f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n{words}")
        relay.send("tim@next.example", sender="", text=f"{head}\r\n..\u00e4\r\n")
        wait_for("both", lambda: len(hop.mails) == 2)
        for mail in hop.mails:
            read = email.message_from_bytes(mail["octets"], policy=email.policy.SMTP)
            assert read["Content-Transfer-Encoding"] == "quoted-printable" and mail["octets"].isascii()
            text = read.get_payload(decode=True).decode()
            assert text == (words if "tom@next.example" in mail["to"] else ".\u00e4\r\n"), text[:300]
            assert "BODY=" not in mail["line"] and "SIZE=" not in mail["line"], mail["line"]
        told = wait_for("word of it", lambda: relay.events("converted") if len(relay.events("converted")) > 1 else None)
        assert len(told) == 2 and 'dkim="signature broken"' in told[0] and "parts=1" in told[0], told
        # Whoever still waits of it shows what was done to it.
        row = wait_for("the one that waits", lambda: queue_of(relay))[0]
        assert row["converted"] is True and row["dkim_broken"] is True, row


@case
def a_connection_lost_while_a_message_is_looked_at():
    """Before it is said it goes to another smarthost, or to the same again, and it is converted all the same."""
    text = "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "\u00e4 line of words\r\n" * 60000
    count, cuts = 0, {}
    def cut(session):
        with contextlib.suppress(OSError):
            session.conn.shutdown(socket.SHUT_RDWR)
    def ehlo(session, _):
        nonlocal count
        count += 1
        if count % 5:
            cuts[session] = threading.Timer((0, 0.005, 0.02, 0.05)[count % 4], cut, (session,))
            cuts[session].start()
    def mail(session, _):
        """Behind this it would be said: a connection that is lost at its end leaves it waiting for a minute."""
        if session in cuts:
            cuts[session].cancel()
            cuts[session].join()
    with Hop(offers=("SIZE",)) as good, Hop(offers=("SIZE",), ehlo=ehlo, mail=mail) as bad, Relay([bad, good]) as relay:
        for i in range(4):
            relay.send(f"t{i}@next.example", mail="BODY=8BITMIME", text=text)
        wait_for("all", lambda: len(good.mails) + len(bad.mails) == 4)
        wait_for("an empty queue", lambda: not queue_of(relay))
        for mail in good.mails + bad.mails:
            read = email.message_from_bytes(mail["octets"], policy=email.policy.SMTP)
            assert mail["octets"].isascii() and read.get_payload(decode=True).decode().startswith("\u00e4 line of words\r\n")
        assert sorted(good.to() + bad.to()) == [f"t{i}@next.example" for i in range(4)]


@case
def what_is_looked_at_behind_what_cannot_be_said():
    """One connection looks at long messages in turns: what is begun on it when one of them is refused is converted all the same."""
    words = "\u00e4 line of words\r\n" * 30000
    plain = "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + words
    signed = ("Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"
              "--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + words + "\r\n--b--\r\n")
    go_on = threading.Event()
    with Hop(offers=(), greeting=lambda *_: go_on.wait(600) and None) as hop, Relay([hop], route="connections = 1") as relay:
        for i in range(4):
            relay.send(f"s{i}@next.example", sender="", mail="BODY=8BITMIME", text=signed)
            relay.send(f"p{i}@next.example", sender="", mail="BODY=8BITMIME", text=plain)
        go_on.set()
        wait_for("all", lambda: len(hop.mails) == 4 and len(relay.events("failed")) == 4)
        assert sorted(hop.to()) == [f"p{i}@next.example" for i in range(4)], hop.to()
        for mail in hop.mails:
            read = email.message_from_bytes(mail["octets"], policy=email.policy.SMTP)
            assert mail["octets"].isascii() and read.get_payload(decode=True).decode() == words, mail["octets"][:500]


@case
def no_smtputf8():
    with Hop(offers=("8BITMIME",)) as hop, Relay([hop]) as relay:
        relay.send("t\u00f6m@next.example", sender="", mail="SMTPUTF8")
        told = wait_for("failed", lambda: relay.events("failed"))
        assert "5.6.7" in told[0], told
        relay.send("tom@b\u00fccher.example", sender="", mail="SMTPUTF8")
        wait_for("a domain in A-labels", lambda: hop.to() == ["tom@xn--bcher-kva.example"])
        relay.send("tim@next.example", sender="", mail="SMTPUTF8")
        wait_for("one that needs none of it", lambda: len(hop.mails) == 2)
        assert not [line for line in hop.said("MAIL") if "SMTPUTF8" in line]
        relay.send("tim@next.example", sender="", mail="SMTPUTF8 BODY=8BITMIME", text="Subject: \u00e4\r\n\r\n")
        wait_for("a header that needs it", lambda: len(relay.events("failed")) == 2)


@case
def parameters_go_on():
    with Hop() as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", mail="RET=HDRS ENVID=a+2Bb BODY=8BITMIME SMTPUTF8", text="Subject: \u00e4\r\n\r\n",
                   rcpt=["NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;t+2Bm@next.example"])
        wait_for("the message", lambda: hop.mails)
        assert {"RET=HDRS", "ENVID=a+2Bb", "BODY=8BITMIME", "SMTPUTF8"} < set(hop.said("MAIL")[0].split()), hop.lines
        assert hop.said("RCPT")[0].endswith("> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;t+2Bm@next.example"), hop.lines
    with Hop(offers=("SIZE",)) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", mail="RET=HDRS ENVID=a+2Bb", rcpt=["NOTIFY=FAILURE"])
        wait_for("the message", lambda: hop.mails)
        assert re.fullmatch(r"MAIL FROM:<anna@sender.example> SIZE=\d+", hop.said("MAIL")[0]) and hop.said("RCPT")[0].endswith(">")


# ---- bounces ----

def read(octets):
    mail = email.message_from_bytes(octets, policy=email.policy.SMTP)
    assert mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "delivery-status"
    return mail, *mail.iter_parts()


def status(part):
    about, *rest = part.get_payload()
    return about, rest


@case
def a_refusal_comes_back():
    def rcpt(_, to):
        return "550-5.1.1 The account does not exist.\n550 5.1.1 Try again under another name" if to.startswith("no") else None
    with Hop(rcpt=rcpt) as hop, Relay([hop]) as relay:
        relay.send("no@next.example", "yes@next.example", "never@next.example", mail="ENVID=abc RET=HDRS",
                   text="Subject: hello\r\nMessage-ID: <one@sender.example>\r\n\r\nbody\r\n",
                   rcpt=["ORCPT=rfc822;first@next.example", "", ""])
        wait_for("the message and its bounce", lambda: len(hop.mails) == 2)
        bounce = next(mail for mail in hop.mails if mail["to"] == ["anna@sender.example"])
        assert bounce["from"] == ""
        mail, words, part, returned = read(bounce["octets"])
        assert mail["Auto-Submitted"] == "auto-replied" and mail["References"] == "<one@sender.example>"
        assert mail["To"] == "anna@sender.example" and mail["From"] == "Mail relay <MAILER-DAEMON@relay.test>"
        about, recipients = status(part)
        assert about["Original-Envelope-Id"] == "abc" and about["Reporting-MTA"] == "dns; relay.test" and about["Arrival-Date"]
        assert len(recipients) == 1
        assert recipients[0]["Final-Recipient"] == "rfc822; no@next.example" and recipients[0]["Action"] == "failed"
        assert recipients[0]["Original-Recipient"] == "rfc822; first@next.example" and recipients[0]["Status"] == "5.1.1"
        assert recipients[0]["Diagnostic-Code"].startswith("smtp; 550 5.1.1 The account does not exist."), recipients[0]
        assert returned.get_content_type() == "text/rfc822-headers" and "Subject: hello" in returned.get_payload()
        assert "body" not in returned.get_payload()
        text = " ".join(words.get_content().split())
        assert "and 0 more" not in text, text
        for word in ("1 recipient.", "<no@next.example>", "The account does not exist.", "(recipient-unknown)", "What you can do", "relay.test"):
            assert word in text, (word, text)
        told = subprocess.run([BATON, "explain", "--json"], input=bounce["octets"], capture_output=True, timeout=60, check=False)
        assert json.loads(told.stdout)["cause"] == "recipient-unknown", told.stdout
        wait_for("both to be gone", lambda: len(relay.events("delivered")) == 2)


@case
def never_means_never():
    with Hop(rcpt=lambda _, to: None if to.startswith("anna") else "550 5.1.1 no") as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", rcpt=["NOTIFY=NEVER"])
        relay.send("tim@next.example", rcpt=["NOTIFY=SUCCESS"])
        relay.send("tam@next.example", sender="")
        relay.send("end@next.example", rcpt=["NOTIFY=FAILURE"])
        wait_for("the bounce", lambda: hop.mails)
        wait_for("the others", lambda: len(relay.events("failed")) == 4)
        wait_for("the double bounce", lambda: relay.events("double-bounce"))    # it is told of behind "failed"
        time.sleep(0.3)
        assert hop.to() == ["anna@sender.example"] and b"end@next.example" in hop.mails[0]["octets"]
        assert len(relay.events("double-bounce")) == 1


@case
def a_bounce_that_fails_is_dropped():
    with Hop(rcpt="550 5.1.1 no") as hop, Relay([hop]) as relay:
        relay.send("tom@next.example")
        wait_for("the double bounce", lambda: relay.events("double-bounce"))
        time.sleep(0.5)
        assert len(hop.said("MAIL")) == 2 and len(relay.events("failed")) == 2


@case
def the_whole_message_comes_back():
    body = "Subject: hello\r\n\r\n" + "\u00e4\r\n" * 100
    with Hop(end=lambda _, mail: None if mail["from"] == "" else "554 5.7.1 spam") as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", mail="BODY=8BITMIME", text=body)
        wait_for("the bounce", lambda: [m for m in hop.mails if m["from"] == ""])
        bounce = next(m for m in hop.mails if m["from"] == "")
        assert "BODY=8BITMIME" in bounce["line"], bounce["line"]
        _, _, part, returned = read(bounce["octets"])
        assert returned.get_content_type() == "message/rfc822"
        assert body.encode() in bounce["octets"] and status(part)[1][0]["Status"] == "5.7.1"


@case
def success_is_told_where_nobody_else_will():
    with Hop(offers=()) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", "tim@next.example", rcpt=["NOTIFY=SUCCESS", ""], mail="RET=FULL")
        wait_for("the message, and word of it", lambda: len(hop.mails) == 2)
        _, words, part, returned = read(next(m for m in hop.mails if m["from"] == "")["octets"])
        _, recipients = status(part)
        assert [(r["Action"], r["Status"]) for r in recipients] == [("relayed", "2.0.0")], recipients
        assert returned.get_content_type() == "text/rfc822-headers" and "handed on" in words.get_content()
    with Hop() as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", rcpt=["NOTIFY=SUCCESS"])
        wait_for("the message", lambda: relay.events("delivered"))
        time.sleep(0.3)
        assert len(hop.mails) == 1


@case
def what_cannot_be_delivered_in_time_comes_back():
    with Hop(rcpt=lambda _, to: None if to.startswith("anna") else "450 4.2.0 later") as hop, \
            Relay([hop], rules='lifetime = "1s"') as relay:
        relay.send("tom@next.example")
        wait_for("the first try", lambda: relay.events("deferred"))
        wait_for("the bounce", lambda: hop.mails)
        _, words, part, _ = read(hop.mails[0]["octets"])
        assert status(part)[1][0]["Status"] == "4.4.7" and "450 4.2.0 later" in words.get_content()


@case
def addresses_outside_ascii():
    with Hop(rcpt=lambda _, to: None if to.startswith("\u00e4nna") else "550 5.1.1 no") as hop, Relay([hop]) as relay:
        relay.send("t\u00f6m@next.example", sender="\u00e4nna@sender.example", mail="SMTPUTF8")
        wait_for("the bounce", lambda: hop.mails)
        octets = hop.mails[0]["octets"].decode()
        assert "SMTPUTF8" in hop.mails[0]["line"] and "Content-Type: message/global-delivery-status" in octets
        assert "Final-Recipient: utf-8; t\u00f6m@next.example" in octets and "To: <\u00e4nna@sender.example>" in octets


@case
def beyond_a_thousand_the_rest_is_counted():
    paths = [f"t{i}@next.example" for i in range(1002)]
    with Hop(rcpt=lambda _, to: None if to.startswith("anna") else "550 5.1.1 no") as hop, Relay([hop], rules="recipients = 2000") as relay:
        relay.send(*paths)
        wait_for("the bounce", lambda: hop.mails)
        _, words, part, _ = read(hop.mails[0]["octets"])
        text = words.get_content()
        assert "to 1002 recipients." in text and "\nand 2 more" in text and text.count("@next.example>") == 1000, text[-500:]
        assert [r["Final-Recipient"] for r in status(part)[1]] == [f"rfc822; {path}" for path in paths[:1000]]
        wait_for("all of it to be gone", lambda: not queue_of(relay))


def damaged(relay):
    """The octets of the only message are not any more what was written."""
    found = False
    for file in pathlib.Path(relay.place.name).rglob("*.bodies"):
        with open(file, "r+b") as f:
            at = f.read().find(b"of the body")
            if at >= 0:
                f.seek(at)
                f.write(b"OF")
                found = True
    assert found


def told(relay, *words):
    return subprocess.run([BATON, "queue", *words, "--control", f"{relay.place.name}/control"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=True, timeout=60).stdout


@case
def a_damaged_message_is_held_and_told():
    answers = ["450 4.2.0 later"]
    with Hop(rcpt=lambda _, to: answers[0]) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", text="Subject: a\r\n\r\nof the body\r\n")
        wait_for("the first try", lambda: relay.events("deferred"))
        damaged(relay)
        answers[0] = None
        told(relay, "retry", "--all")
        line = wait_for("word of it", lambda: relay.events("message-unreadable"))[0]
        wait_for("hold", lambda: queue_of(relay)[0]["held"])
        message, = queue_of(relay)
        assert message["id"] in line and "the checksum says that it is not what was written" in line, line
        assert [(r["state"], r["reply"], r["cause"]) for r in message["recipients"]] == [
            ("waiting", "the message cannot be read from the queue", None)], message
        assert not hop.mails and hop.said("DATA") and not relay.events("maybe-delivered") and not relay.events("host-down")
        told(relay, "release", message["id"])
        told(relay, "retry", message["id"])
        wait_for("hold once more", lambda: len(relay.events("message-unreadable")) == 2 and queue_of(relay)[0]["held"])
        told(relay, "drop", message["id"])
        wait_for("it to be gone", lambda: not queue_of(relay))
        relay.send("tim@next.example")
        wait_for("the next message", lambda: hop.to() == ["tim@next.example"])


@case
def a_bounce_that_cannot_be_written_settles_nothing():
    answers = ["450 4.2.0 later"]
    with Hop(rcpt=lambda _, to: answers[0]) as hop, Relay([hop]) as relay:
        relay.send("tom@next.example", text="Subject: a\r\n\r\nof the body\r\n")
        wait_for("the first try", lambda: relay.events("deferred"))
        damaged(relay)
        answers[0] = "550 5.1.1 no"
        told(relay, "retry", "--all")
        line = wait_for("word of it", lambda: relay.events("bounce-not-written"))[0]
        wait_for("hold", lambda: queue_of(relay)[0]["held"])
        message, = queue_of(relay)
        assert message["id"] in line and "the checksum says" in line, line
        assert [(r["state"], r["reply"], r["cause"]) for r in message["recipients"]] == [
            ("waiting", "550 5.1.1 no", "recipient-unknown")], message
        assert message["due_ms"] > time.time() * 1000 + 10000, message
        assert not hop.mails


@case
def who_has_it_is_not_tried_again_for_a_bounce():
    """The octets go bad between the last of them and the answer: the refusal waits for its bounce, who was served is settled."""
    def taken(_, mail):
        damaged(relay)
    with Hop(rcpt=lambda _, to: "550 5.1.1 no" if to.startswith("no") else None, end=taken) as hop, Relay([hop]) as relay:
        relay.send("no@next.example", "yes@next.example", text="Subject: a\r\n\r\nof the body\r\n")
        wait_for("word of it", lambda: relay.events("bounce-not-written"))
        wait_for("hold", lambda: queue_of(relay)[0]["held"])
        message, = queue_of(relay)
        assert [(r["to"], r["state"]) for r in message["recipients"] if r["state"] != "delivered"] == [
            ("no@next.example", "waiting")], message
        assert hop.to() == ["yes@next.example"]


# ---- recipients of several routes ----

def other_route(hop):
    return f'route "other" {{ smarthost = "127.0.0.1:{hop if isinstance(hop, int) else hop.port}"  recipient-domain = "other.example" }}'


@case
def each_by_its_own_route():
    with Hop() as a, Hop() as b, Relay([a], extra=other_route(b)) as relay:
        relay.send("tom@next.example", "tim@other.example", "pam@next.example", "kim@other.example")
        wait_for("all", lambda: len(a.to()) == 2 and len(b.to()) == 2)
        time.sleep(0.5)
        assert a.to() == ["tom@next.example", "pam@next.example"] and b.to() == ["tim@other.example", "kim@other.example"]


@case
def what_one_route_lacks_is_nothing_to_another():
    with Hop() as a, Hop(offers=("8BITMIME",)) as b, Relay([a], extra=other_route(b)) as relay:
        relay.send("tim@other.example", "t\u00f6m@next.example", sender="", mail="SMTPUTF8")
        wait_for("both", lambda: a.to() and b.to())
        assert a.to() == ["t\u00f6m@next.example"] and b.to() == ["tim@other.example"] and not relay.events("failed")


@case
def a_route_that_puts_off_holds_up_no_other():
    """Nor is it asked again before its time."""
    with Hop(rcpt="450 4.2.0 later") as a, Hop() as b, Relay([a], extra=other_route(b)) as relay:
        relay.send("tom@next.example", "tim@other.example")
        wait_for("the other", b.to)
        time.sleep(1)
        assert len(a.said("RCPT")) == 1 and b.to() == ["tim@other.example"]
    with Hop(rcpt="450 4.2.0 later") as a, Hop(rcpt="450 4.2.0 later") as b, Relay([a], extra=other_route(b)) as relay:
        relay.send("tom@next.example", "tim@other.example")
        wait_for("both", lambda: a.said("RCPT") and b.said("RCPT"))
        time.sleep(1)
        assert len(a.said("RCPT")) == len(b.said("RCPT")) == 1


@case
def a_route_that_is_down_holds_up_no_other():
    with Hop() as b, Relay([f"127.0.0.1:{free_port()}"], extra=other_route(b)) as relay:
        relay.send("tom@next.example", "tim@other.example")
        wait_for("the other", b.to)
        assert b.to() == ["tim@other.example"]


@case
def nobody_gets_an_empty_message():
    """A server that wants a login in the middle of the recipients has taken some: what it is told then is not theirs."""
    with Hop(rcpt=lambda session, to: "530 5.7.0 log in first" if to.startswith("tim") and session.count == 0 else None) as bad, \
            Hop() as good, Relay([bad, good]) as relay:
        relay.send("tom@next.example", "tim@next.example")
        wait_for("the message", lambda: len(good.to()) == 2)
        time.sleep(0.3)
        assert not bad.mails, bad.mails


@case
def who_cannot_have_it_now_may_later():
    """One smarthost puts it off, and what the next lacks is no reason to give it up."""
    with Hop(mail="451 4.3.0 later") as busy, Hop(offers=("SIZE 10",)) as small, Relay([busy, small]) as relay:
        relay.send("tom@next.example")
        wait_for("an answer", lambda: relay.events("deferred") + relay.events("failed"))
        assert not relay.events("failed")
    with Hop(offers=("SIZE 10",)) as small, Relay([small, f"127.0.0.1:{free_port()}"]) as relay:
        relay.send("tom@next.example")
        wait_for("an answer", lambda: relay.events("deferred") + relay.events("failed"))
        assert not relay.events("failed")


@case
def whom_one_smarthost_puts_off_another_may_take():
    """Each recipient by itself: those that the first took, or refused for good, are no matter of the second."""
    first = {"tom": "450 4.2.0 later", "tim": None, "pam": "550 5.1.1 no such user", "kim": "451 4.7.1 greylisted"}
    second = {"tom": None, "kim": "452 4.2.2 full"}
    with Hop(rcpt=lambda _, to: first[to[:3]]) as a, Hop(rcpt=lambda _, to: second[to[:3]]) as b, Relay([a, b]) as relay:
        relay.send(*(f"{name}@next.example" for name in first), sender="")
        wait_for("all answers", lambda: a.to() and b.to() and relay.events("failed") and relay.events("deferred"))
        time.sleep(0.5)
        assert a.to() == ["tim@next.example"] and b.to() == ["tom@next.example"], (a.to(), b.to())
        assert len(b.said("RCPT")) == 2 and len(relay.events("failed")) == 1 and len(relay.events("deferred")) == 1
        told = relay.events("deferred")[0]
        assert "kim@next.example" in told and "452 4.2.2 full" in told and f":{b.port}" in told, told
        row = queue_of(relay)[0]
        assert {r["to"][:3]: r["state"] for r in row["recipients"]} == {"tim": "delivered", "tom": "delivered", "pam": "failed", "kim": "waiting"}, row


def put_off_at(stage, with_pipelining=True):
    """By the whole message: the next one has it at once, and the first is not asked again for those it did not put off."""
    offers = OFFERS if with_pipelining else OFFERS[1:]
    first = {stage: lambda *_: "451 4.7.1 greylisted", "rcpt": lambda _, to: "550 5.1.1 no such user" if to.startswith("pam") else None}
    with Hop(offers=offers, **first) as a, Hop(offers=offers) as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", "pam@next.example", "tim@next.example", sender="")
        wait_for("the message", lambda: b.mails)
        wait_for("an empty queue", lambda: not queue_of(relay))
        came = ["tom@next.example", "tim@next.example"] if stage != "mail" else ["tom@next.example", "pam@next.example", "tim@next.example"]
        assert b.to() == came and len(a.said("MAIL")) == 1, (b.to(), a.lines)
        assert len(relay.events("failed")) == (stage != "mail") and not relay.events("deferred"), relay.log()
        # Where nobody takes it the first one's words are kept, also where the next will not have us.
        a.script["rcpt"], b.script["mail"] = None, lambda *_: "554 5.7.1 relay access denied"
        relay.send("kim@next.example", sender="")
        told = wait_for("an answer", lambda: relay.events("deferred"))[0]
        assert "451 4.7.1 greylisted" in told and f":{a.port}" in told and len(b.said("MAIL")) == 2, (told, b.lines)
        assert len(relay.events("failed")) == (stage != "mail"), relay.log()
        for at in ("data", "end"):
            b.script.update(mail=None, data=None, end=None)
            b.script[at] = lambda *_: "554 5.7.1 relay access denied"
            relay.send(f"{at}@next.example", sender="")
            told = wait_for("an answer", lambda n=at: [line for line in relay.events("deferred") if f"{n}@next" in line])[0]
            assert "451 4.7.1 greylisted" in told, told
        # What it says of the message itself is believed.
        b.script.update(mail="550 5.6.0 no such thing here", end=None)
        relay.send("bob@next.example", sender="")
        told = wait_for("an answer", lambda: [line for line in relay.events("failed") if "bob@" in line])[0]
        assert "550 5.6.0" in told and f":{b.port}" in told, told


@case
def a_message_put_off_at_mail_goes_elsewhere():
    put_off_at("mail")


@case
def a_message_put_off_at_data_goes_elsewhere():
    put_off_at("data")


@case
def a_message_put_off_at_its_end_goes_elsewhere():
    put_off_at("end")
    put_off_at("end", with_pipelining=False)


@case
def a_message_put_off_by_all_waits():
    with Hop(end=lambda *_: "451 4.3.0 one") as a, Hop(end=lambda *_: "452 4.3.1 two") as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", sender="")
        told = wait_for("an answer", lambda: relay.events("deferred"))
        assert len(told) == 1 and "452 4.3.1 two" in told[0] and f":{b.port}" in told[0], told
        time.sleep(0.3)
        assert len(a.said("MAIL")) == len(b.said("MAIL")) == 1 and not relay.events("failed")


@case
def later_rounds_go_elsewhere_too():
    """The first round arrived; whoever is in the second goes to the next smarthost, and nobody twice."""
    to = [f"t{i}@next.example" for i in range(230)]
    def end(session, _):
        return "451 4.3.0 enough" if session.hop.mails else None
    with Hop(end=end) as a, Hop() as b, Relay([a, b]) as relay:
        def taken(session, mail):
            return end(session, mail) if session.hop.mails else a.mails.append(mail)
        a.script["end"], a.script["keep"] = taken, False
        relay.send(*to)
        wait_for("all", lambda: len(b.to()) == 130)
        wait_for("an empty queue", lambda: not queue_of(relay))
        first = a.mails[0]["to"]
        assert len(first) == 100 and sorted(first + b.to()) == sorted(to), (len(first), len(b.to()))


@case
def what_may_have_been_taken_waits():
    """The answer to the end of data is lost: another smarthost is not asked, but for whom the first put off before, or had no room."""
    answers = {"tim": "450 4.2.0 later", "kim": "452 4.5.3 too many"}
    with Hop(end="die-after", rcpt=lambda _, to: answers.get(to[:3])) as a, Hop() as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", "tim@next.example", "kim@next.example", sender="")
        wait_for("the other ones", lambda: b.mails)
        wait_for("the log", lambda: relay.events("maybe-delivered"))
        row = wait_for("a row", lambda: (row := queue_of(relay)[0])["state"] == "waiting" and row)
        assert {r["to"][:3]: r["state"] for r in row["recipients"]} == {"tom": "waiting", "tim": "delivered", "kim": "delivered"}, row
        assert "lost" in row["recipients"][0]["reply"] and f":{a.port}" in row["recipients"][0]["server"], row
        assert b.to() == ["tim@next.example", "kim@next.example"] and a.to() == ["tom@next.example"], (a.to(), b.to())


@case
def each_keeps_its_own_words():
    with Hop(rcpt=lambda _, to: "450 4.2.0 yours" if to.startswith("tim") else None, end=lambda *_: "451 4.3.0 all") as a, \
            Relay([a, f"127.0.0.1:{free_port()}"]) as relay:
        relay.send("tom@next.example", "tim@next.example", sender="")
        told = wait_for("both", lambda: len(lines := relay.events("deferred")) == 2 and lines)
        assert [("tim@" in line, "450 4.2.0 yours" in line, "451 4.3.0 all" in line) for line in sorted(told, key=lambda line: "tim@" in line)] == \
            [(False, False, True), (True, True, False)], told


@case
def what_one_refuses_for_want_of_room_another_may_take():
    """At MAIL as an answer to SIZE, or behind the data; without another one it fails with those words."""
    for stage, words in (("mail", "552 too big"), ("end", "552 5.3.4 too big"), ("data", "554 5.3.4 too big"), ("end", "554 5.6.3 no octets over 127")):
        with Hop(**{stage: lambda *_, w=words: w}) as a, Hop() as b, Relay([a, b]) as relay:
            relay.send("tom@next.example", sender="")
            wait_for("the message", lambda hop=b: hop.to() == ["tom@next.example"])
            wait_for("the log", lambda r=relay: r.events("smarthost-lacks"))
            assert not relay.events("failed") and not relay.events("deferred"), relay.log()
            b.script[stage] = a.script[stage]
            relay.send("tim@next.example", sender="")
            told = wait_for("failed", lambda r=relay: r.events("failed"))[0]
            assert words in told and f":{b.port}" in told and len(a.said("MAIL")) == 2, (told, a.lines)
    with Hop(mail="552 too big") as a, Hop(mail="451 4.3.0 later") as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", sender="")
        told = wait_for("deferred", lambda: relay.events("deferred"))[0]
        assert "451 4.3.0" in told and not relay.events("failed"), told
    with Hop(mail="451 4.3.0 later") as a, Hop(mail="552 too big") as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", sender="")
        told = wait_for("deferred", lambda: relay.events("deferred"))[0]
        assert "451 4.3.0" in told and f":{a.port}" in told and len(b.said("MAIL")) == 1 and not relay.events("failed"), told


@case
def another_smarthost_may_have_smtputf8():
    """The first two lack it, or 8BITMIME where the message cannot be converted; the third has them."""
    signed = ('Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n'
              '--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u00e4\r\n--b--\r\n')
    with Hop(offers=("8BITMIME",)) as a, Hop(offers=()) as b, Hop() as c, Relay([a, b, c]) as relay:
        relay.send("t\u00f6m@next.example", sender="", mail="SMTPUTF8")
        wait_for("the message", lambda: c.to() == ["t\u00f6m@next.example"])
        assert not a.said("MAIL") and not b.said("MAIL") and "SMTPUTF8" in c.said("MAIL")[0]
        assert len(relay.events("smarthost-lacks")) == 2 and not relay.events("failed")
        a.script["mail"] = "451 4.3.0 later"
        relay.send("tim@next.example", sender="", mail="BODY=8BITMIME", text=signed)
        wait_for("the second", lambda: len(c.mails) == 2)
        assert len(a.said("MAIL")) == 1 and not b.said("MAIL") and not relay.events("failed")


@case
def what_is_converted_goes_to_the_first():
    """A message that can go in 7 bits does, though the next smarthost would take it as it is."""
    with Hop(offers=()) as a, Hop() as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", sender="", mail="BODY=8BITMIME",
                   text="Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\u00e4\r\n")
        wait_for("the message", lambda: a.mails)
        assert a.mails[0]["octets"].isascii() and relay.events("converted") and not b.lines


@case
def whom_one_puts_off_another_may_refuse():
    """For good where it knows the recipient, but not where it will not have us."""
    second = {"tom": "550 5.1.1 no such user here", "tim": "554 5.7.1 relay access denied"}
    with Hop(rcpt="450 4.2.0 later") as a, Hop(rcpt=lambda _, to: second[to[:3]]) as b, Relay([a, b]) as relay:
        relay.send("tom@next.example", "tim@next.example", sender="")
        wait_for("both answers", lambda: relay.events("failed") and relay.events("deferred"))
        assert "tom@next.example" in relay.events("failed")[0], relay.events("failed")
        told = relay.events("deferred")[0]
        assert "tim@next.example" in told and "450 4.2.0 later" in told and f":{a.port}" in told, told


@case
def who_is_put_off_waits_for_no_dead_smarthost():
    with Hop(rcpt="450 4.2.0 later") as a, Relay([a, f"127.0.0.1:{free_port()}"]) as relay:
        relay.send("tom@next.example", sender="")
        told = wait_for("an answer", lambda: relay.events("deferred"))
        assert "450 4.2.0 later" in told[0] and f":{a.port}" in told[0] and not relay.events("failed"), told


@case
def who_has_it_is_kept_before_another_smarthost_is_asked():
    """The second smarthost hangs, and the relay is killed: the first has given its word for one, who is not asked for again. For
    whom a bounce is owed the relay asks again."""
    first = {"tom": "450 4.2.0 later", "tim": None, "pam": "550 5.1.1 no such user"}
    with Hop(rcpt=lambda _, to: first[to[:3]]) as a, Hop(rcpt="hang") as b:
        relay = Relay([a, b])
        with relay.place:
            relay.start()
            try:
                relay.send(*(f"{name}@next.example" for name in first), sender="")
                wait_for("the second smarthost", lambda: b.said("RCPT"))
                row = wait_for("the note", lambda: (row := queue_of(relay)[0])["recipients"][1]["state"] == "delivered" and row)
                assert row["state"] == "sending" and "450 4.2.0 later" in row["recipients"][0]["reply"], row
                assert row["recipients"][2]["state"] == "waiting", row
                assert f":{b.port}" in row["at"]["server"] and row["arrived_ms"] <= row["at"]["since_ms"] <= time.time() * 1000, row
                assert not row["held"], row
                listed = queue_says(relay, "list")
                assert re.search(rf"at     \[127.0.0.1\]:{b.port}, for \d+s\n", listed) and "450 4.2.0 later" in listed, listed
                assert queue_says(relay, "hold", row["id"]) == "1 message in hand: it is held when the attempt ends, unless the next hop takes it\n"
                assert queue_of(relay, "--held")[0]["state"] == "sending" and queue_of(relay, "--held")[0]["held"]
                assert "sending, tried 0 times, held after this try\n  at     [127.0.0.1]" in queue_says(relay, "show", row["id"])
                count = len(a.said("RCPT"))
                relay.process.kill()
                relay.process.wait()
                first["tom"] = None
                relay.start()
                assert queue_of(relay)[0]["state"] == "held" and queue_says(relay, "release", row["id"]) == "1 message released\n"
                wait_for("the rest", lambda: a.to().count("tom@next.example") and relay.events("failed"))
                wait_for("an empty queue", lambda: not queue_of(relay))
                again = a.said("RCPT")[count:]
                assert len(again) == 2 and not any("tim@" in line for line in again), again
                assert a.to() == ["tim@next.example", "tom@next.example"], a.to()
            finally:
                relay.stop()


@case
def what_is_dropped_in_hand_goes_when_the_attempt_ends():
    """Unless the next hop takes it; also where the relay is killed before that."""
    go, said = threading.Event(), {}
    def end(_, mail):
        go.wait(100)
        return said.get(mail["to"][0][:3])
    words = "1 message in hand: it is dropped when the attempt ends, unless the next hop takes it\n"
    with Hop(end=end) as hop:
        relay = Relay([hop])
        with relay.place:
            relay.start()
            try:
                def dropped(name, *more):
                    relay.send(f"{name}@next.example")
                    wait_for("the attempt", lambda: queue_of(relay, "--matching", name)[0]["at"])
                    row = queue_of(relay, "--matching", name)[0]
                    assert row["dropped"] is False and queue_says(relay, "drop", row["id"], *more) == words
                    row = queue_of(relay, "--matching", name)[0]
                    assert row["dropped"] is True and row["held"] is False and row["state"] == "sending", row
                    assert "sending, tried 0 times, dropped after this try\n" in queue_says(relay, "show", row["id"])
                    assert re.search(r" sending +0  dropped +anna@", queue_says(relay, "list")), queue_says(relay, "list")
                    return row["id"]
                dropped("tom")
                go.set()
                wait_for("its end", lambda: relay.events("delivered") and not queue_of(relay))
                assert len(hop.mails) == len(relay.events("delivered")) == 1
                go.clear()
                said["tim"] = "451 4.3.0 later"
                id_ = dropped("tim")
                assert subprocess.run([BATON, "queue", "release", id_, "--control", f"{relay.place.name}/control"], stdin=subprocess.DEVNULL,
                                      capture_output=True, text=True, timeout=60).stdout == "0 messages released\n"
                go.set()
                wait_for("its end", lambda: relay.events("deferred") and not queue_of(relay))
                go.clear()
                dropped("kim")
                relay.process.kill()
                relay.process.wait()
                relay.start()
                assert not queue_of(relay) and "had been dropped while they were in hand" in relay.log()
                count = len(hop.said("MAIL"))
                relay.send("bob@next.example")
                go.set()
                wait_for("the next", lambda: len(hop.said("MAIL")) == count + 1 and not queue_of(relay))
            finally:
                go.set()
                relay.stop()


@case
def a_notice_of_success_outlives_the_relay():
    """Who has it is not asked for again, and the notice is kept once: with the settlement of the attempt after the kill."""
    with Hop(offers=(), rcpt=lambda _, to: "450 4.2.0 later" if to.startswith("tim") else None) as a, Hop(rcpt="hang", offers=()) as b:
        relay = Relay([a, b])
        with relay.place:
            relay.start()
            try:
                relay.send("tom@next.example", "tim@next.example", rcpt=["NOTIFY=SUCCESS", "NOTIFY=NEVER"])
                wait_for("the second smarthost", lambda: b.said("RCPT"))
                wait_for("the note", lambda: queue_of(relay)[0]["recipients"][0]["state"] == "delivered")
                relay.process.kill()
                relay.process.wait()
                assert a.to() == ["tom@next.example"]
                b.script["rcpt"] = "450 4.2.0 later"
                relay.start()
                wait_for("the notice", lambda: len(a.mails) == 2 and len(queue_of(relay)) == 1 and queue_of(relay)[0]["state"] == "waiting")
                assert a.mails[1]["from"] == "" and a.mails[1]["to"] == ["anna@sender.example"], a.mails
                _, recipients = status(read(a.mails[1]["octets"])[2])
                assert [(r["Final-Recipient"].partition(";")[2].strip(), r["Action"]) for r in recipients] == [("tom@next.example", "relayed")]
                a.script["rcpt"] = None
                queue_says(relay, "retry", "--all")
                wait_for("the rest", lambda: not queue_of(relay))
                time.sleep(0.3)
                assert a.to() == ["tom@next.example", "anna@sender.example", "tim@next.example"], a.to()
            finally:
                relay.stop()


@case
def who_has_it_is_kept_before_the_next_round():
    def rcpt(session, to):
        if session.hop.mails:
            return "hang"
        return "452 4.5.3 too many" if len(session.mail["to"]) == 2 else None
    with Hop(rcpt=rcpt) as hop:
        relay = Relay([hop])
        with relay.place:
            relay.start()
            try:
                relay.send(*(f"r{i}@next.example" for i in range(3)))
                wait_for("the second round", lambda: len(hop.said("MAIL")) == 2)
                wait_for("the note", lambda: [r["state"] for r in queue_of(relay)[0]["recipients"]] == ["delivered", "delivered", "waiting"])
                relay.process.kill()
                relay.process.wait()
                hop.script["rcpt"] = None
                relay.start()
                wait_for("the rest", lambda: len(hop.mails) == 2)
                assert hop.to() == [f"r{i}@next.example" for i in range(3)], hop.to()
            finally:
                relay.stop()


@case
def a_clock_that_was_ahead_keeps_nothing():
    """What was settled while the clock was years ahead is due then: it is tried at once when the clock is right again."""
    refuse = {"rcpt": "450 4.2.0 later"}
    with Hop(rcpt=lambda *_: refuse["rcpt"]) as hop, Relay([hop]) as relay:
        for i in range(3):
            relay.send(f"t{i}@next.example")
        wait_for("the first tries", lambda: len(relay.events("deferred")) == 3)
        relay.stop()
        with contextlib.closing(sqlite3.connect(pathlib.Path(relay.place.name) / "state/queue.db")) as db, db:
            assert db.execute("UPDATE message SET due_ms = due_ms + 100000000000 * (id % 3 + 1)").rowcount == 3
        refuse["rcpt"] = None
        relay.start()
        wait_for("the messages", lambda: len(hop.to()) == 3)


@case
def each_smarthost_has_its_numbers():
    """What the metrics say of each: tried, taken, put off and refused, how often it was out of reach, whether it is left alone."""
    metrics, nobody, go_on = f"127.0.0.1:{free_port()}", free_port(), threading.Event()
    answers = {"no": "550 5.1.1 no", "later": "450 4.2.0 later"}

    def numbers():
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://{metrics}/metrics", timeout=60) as answer:
            text = answer.read().decode()
        return {(server, name): float(value) for name, server, value in
                re.findall(r'^baton_smarthost_(\w+)\{route="next",smarthost="127\.0\.0\.1:(\d+)"\} (\S+)$', text, re.M)}

    def is_so(hop, tried, accepted, put_off, refused):
        want = {"recipients_tried_total": tried, "recipients_accepted_total": accepted, "recipients_put_off_total": put_off,
                "recipients_refused_total": refused}
        port, seen = str(hop if isinstance(hop, int) else hop.port), {}

        def same():
            seen.update({name: value for (server, name), value in numbers().items() if server == port and name in want})
            return seen == want
        try:
            wait_for("the numbers", same)
        except AssertionError:
            raise AssertionError(f"{seen} instead of {want}") from None

    def end(_, mail):
        if b"waits" in mail["octets"]:
            go_on.wait(600)
        return "554 5.6.0 not that" if b"refused" in mail["octets"] else "250 2.0.0 taken"

    with Hop(rcpt=lambda _, to: answers.get(to.partition("@")[0]), end=end,
             mail=lambda _, line: "451 4.3.0 not now" if "never@" in line else None) as first, Hop() as second, \
            Relay([first, second, f"127.0.0.1:{nobody}"], rules=f'metrics = "{metrics}"') as relay:
        assert {key for key in numbers() if key[0] == str(nobody)} and not any(numbers().values()), numbers()
        relay.send("no@next.example", "yes@next.example", "later@next.example", sender="")
        is_so(first, 3, 1, 1, 1)
        is_so(second, 1, 1, 0, 0)
        relay.send("a@next.example", "b@next.example", sender="", text="Subject: refused\r\n\r\nx\r\n")
        is_so(first, 5, 1, 1, 3)
        relay.send("c@next.example", sender="never@sender.example")
        is_so(first, 6, 1, 2, 3)
        is_so(second, 2, 2, 0, 0)
        relay.send("d@next.example", text="Subject: waits\r\n\r\nx\r\n")
        is_so(first, 7, 1, 2, 3)
        assert numbers()[str(first.port), "connections"] >= 1 and numbers()[str(nobody), "connections"] == 0, numbers()
        go_on.set()
        is_so(first, 7, 2, 2, 3)
        is_so(nobody, 0, 0, 0, 0)
        wait_for("their end", lambda: numbers()[str(first.port), "connections"] == 0)
        assert numbers()[str(first.port), "unreachable_total"] == 0 and numbers()[str(first.port), "breaker"] == 0, numbers()
        first.close()
        relay.send("e@next.example")
        wait_for("the other", lambda: "e@next.example" in second.to())
        wait_for("the breaker", lambda: numbers()[str(first.port), "breaker"] > 0)
        assert numbers()[str(first.port), "unreachable_total"] >= 1 and numbers()[str(second.port), "breaker"] == 0, numbers()


def main():
    words = sys.argv[2:]
    chosen = [c for c in CASES if not words or any(word in c.__name__ for word in words)]
    assert chosen, "no such case"
    for function in chosen:
        began = time.monotonic()
        try:
            function()
        except BaseException:
            print(f"FAIL  {function.__name__}")
            raise
        print(f"OK    {function.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{len(chosen)} of {len(chosen)} cases passed")


if __name__ == "__main__":
    main()
