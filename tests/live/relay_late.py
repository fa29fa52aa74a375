# SPDX-License-Identifier: ISC
"""What comes late at the relay, or never: an answer of DNS at the end of the data, clients that say nothing, a reader of the
queue that goes away."""
import json
import signal
import socket
import struct
import threading
import time
import unittest
import urllib.request

import name_server
import ports
from name_server import A, NOERROR, NXDOMAIN, SERVFAIL
import relay_server
from relay_server import Client, Relay, client_tls, refused

# Whoever writes as example.org is not looked up; anybody else is, at the end of the data.
RULES = """permit "own" { network = "192.168.77.5" sender = "@example.org" }
permit "others" { network = "192.168.77.5" recipient-domain = "dest.example" unless-listed = {"list.example"} }
"""
ASKED = "5.77.168.192.list.example"
OTHER = b"From: somebody@else.example\r\n\r\n%s\r\n"


def client(relay):
    """One that may be on a list."""
    return Client(relay.behind, first=relay_server.proxy_header("192.168.77.5"))


class Names:
    """A name server whose list has us or not; held: it answers when it is let go."""

    def __init__(self, listed=False, code=None, held=False):
        self.listed, self.code, self.go = listed, code, threading.Event()
        if not held:
            self.go.set()
        self.server = name_server.NameServer("127.0.0.1", self.answer)

    def answer(self, query, name, kind, _tcp):
        self.go.wait(60)
        if self.code is not None:
            return [name_server.reply(query, code=self.code)]
        if self.listed and kind == A and name in (ASKED, "2.0.0.127.list.example"):  # and the one that every list has
            return [name_server.reply(query, [name_server.record(name, A, "127.0.0.2")])]
        return [name_server.reply(query, code=NXDOMAIN)]

    def top(self):
        return f'resolver = "127.0.0.1:{self.server.port}"'

    def asked(self):
        return [name for name, _, _ in self.server.asked]


class Authors(unittest.TestCase):
    def check(self, reply, start):
        relay_server.Sessions.check(self, reply, start)

    def begin(self, c, to=("b@dest.example",)):
        """Up to the dot; it is not waited for what comes then."""
        c.ask("MAIL FROM:<a@example.org>")
        for x in to:
            self.check(c.ask(f"RCPT TO:<{x}>"), "250")
        self.check(c.ask("DATA"), "354")

    def test_an_author_is_looked_up(self):
        for names, answer, kept in (Names(), "250 2.0.0 Kept", True), (Names(listed=True), "5", False), \
                (Names(code=SERVFAIL), "451 4", False):
            with Relay(RULES, names.top()) as relay, client(relay) as c:
                c.ehlo()
                self.check(c.mail()[1], "250")
                self.assertEqual(names.asked(), [], "nothing to ask about what is permitted without")
                to = ("b@dest.example", "c@dest.example", "d@dest.example")
                self.check(c.mail(octets=OTHER % b"a word")[1], answer)
                self.assertIn(ASKED, names.asked())
                self.check(c.mail(to=to, octets=OTHER % b"another word")[1], answer)
                self.assertEqual(b"word" in relay.kept(), kept)
                self.check(c.mail(octets=relay_server.MESSAGE % b"and on")[1], "250")

    def test_what_follows_waits_for_the_answer(self):
        names = Names(held=True)
        with Relay(RULES, names.top()) as relay, client(relay) as c:
            c.ehlo()
            self.begin(c)
            began = time.monotonic()
            c.send(OTHER % b"a word" + b".\r\nNOOP\r\nMAIL FROM:<a@example.org>\r\n")
            relay.until(names.asked)
            names.go.set()
            reply = c.reply()
            self.check(reply, "451" if reply[0].startswith("451") and time.monotonic() - began > 3 else "250 2.0.0 Kept")
            self.check(c.reply(), "250")
            self.check(c.reply(), "250")

    def test_who_goes_meanwhile_leaves_nothing(self):
        names, metrics = Names(held=True), f"127.0.0.1:{ports.free_port()}"
        with Relay(RULES, names.top() + f'\nmetrics = "{metrics}"') as relay:
            with client(relay) as c:
                c.ehlo()
                self.begin(c)
                c.send(OTHER % b"a word" + b".\r\n")
                relay.until(names.asked)
                c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            web = urllib.request.build_opener(urllib.request.ProxyHandler({}))      # a proxy has no say
            relay.until(lambda: b"\nbaton_sessions 0\n" in web.open(f"http://{metrics}/metrics", timeout=60).read())
            names.go.set()
            with client(relay) as c:
                c.ehlo()
                self.check(c.mail(octets=OTHER % b"a second")[1], "250")
            self.assertNotIn(b"a word", relay.kept())

    def test_it_stops_only_after_the_answer(self):
        """What the client has heard no answer to is kept and answered, or neither."""
        names = Names(held=True)
        with Relay(RULES, names.top()) as relay, client(relay) as c:
            c.ehlo()
            self.begin(c)
            c.send(OTHER % b"a word" + b".\r\n")
            relay.until(names.asked)
            relay.process.send_signal(signal.SIGTERM)
            relay.until(lambda: refused(relay.plain))    # a connection that came before may be left, or cut
            names.go.set()
            reply = c.reply()[0]
            self.assertEqual(reply.startswith("250"), b"a word" in relay.kept())
            self.assertIn(reply[:3], ("250", "421", "451"), reply)    # 451: the list answered too late
            self.assertEqual(relay.process.wait(60), 0)


class Senders(unittest.TestCase):
    check = relay_server.Sessions.check

    def test_what_is_known_of_one_sender_is_nothing_about_the_next(self):
        """In one session, however it goes on."""
        def answer(query, name, kind, _tcp):
            policy = {"good.example": "v=spf1 +all", "bad.example": "v=spf1 -all"}.get(name)
            records = [name_server.record(name, name_server.TXT, policy)] if policy and kind == name_server.TXT else []
            return [name_server.reply(query, records, NOERROR if policy else NXDOMAIN)]
        names = name_server.NameServer("127.0.0.1", answer)
        rules = 'permit "in" { recipient-domain = "dest.example" unless-spf = {fail} }\n'
        with Relay(rules, f'resolver = "127.0.0.1:{names.port}"') as relay, client(relay) as c:
            c.ehlo()
            for sender, start in ("a@good.example", "250"), ("a@bad.example", "550 5.7"), ("a@good.example", "250"), ("b@bad.example", "550 5.7"):
                for between in "RSET", "NOOP", "EHLO client.example":
                    self.check(c.mail(sender=sender)[0][0], start)
                    c.ask(between)


class Silence(unittest.TestCase):
    def test_who_says_nothing_is_left(self):
        """A proxy that does not say for whom it comes, and clients that do not shake hands, in time."""
        with Relay() as relay, Client(relay.behind, greeting=False) as proxy, Client(relay.tls, greeting=False) as first, \
                Client(relay.plain) as later:
            later.ehlo()
            self.assertTrue(later.ask("STARTTLS")[0].startswith("220"))
            for c in proxy, first, later:
                c.socket.settimeout(120)
                self.assertTrue(c.ended())
            with Client(relay.tls, client_tls()) as c:
                c.ehlo()

    def test_without_a_certificate_there_is_no_starttls(self):
        class Bare(Relay):
            def write(self):
                super().write()
                text = (self.place / "rules").read_text()
                lines = [x for x in text.splitlines() if not x.startswith(("certificate", "key")) and "security = tls" not in x]
                (self.place / "rules").write_text("\n".join(lines) + "\n")
        with Bare() as relay, Client(relay.plain) as c:
            self.assertFalse([x for x in c.ehlo() if "STARTTLS" in x])
            self.assertTrue(c.ask("STARTTLS")[0].startswith("5"))
            self.assertTrue(c.mail()[1].startswith("250"))


class Readers(unittest.TestCase):
    def test_who_goes_in_the_middle_of_the_queue(self):
        """The relay has more to say than anybody reads, and goes on."""
        with Relay() as relay:
            with Client(relay.plain) as c:
                c.ehlo()
                for n in range(4):
                    self.assertTrue(c.mail(to=[f"{'x' * 50}{i}.{n}@dest.example" for i in range(900)])[1].startswith("250"))
            request = json.dumps({"do": "queue-list"}).encode()
            for _ in range(5):
                with socket.socket(socket.AF_UNIX) as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    s.connect(str(relay.place / "control"))
                    s.sendall((struct.pack("!I", len(request)) + request) * 200)
                    s.recv(100)
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(str(relay.place / "control"))
                s.settimeout(60)
                hello = json.dumps({"do": "hello"}).encode()
                s.sendall(struct.pack("!I", len(hello)) + hello)
                self.assertIn(b"started_ms", s.recv(4096))


if __name__ == "__main__":
    unittest.main()
