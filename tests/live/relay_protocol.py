# SPDX-License-Identifier: ISC
"""The relay's protocol on real sockets: the dialogues of tests/scenario/dialogues, connections reset at every octet, TLS
that is cut off, peers that do not read, floods."""
import glob
import os
import pathlib
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from ports import free_ports

RELAY = os.path.join(os.path.dirname(os.path.realpath(sys.argv.pop(1))), "baton-relay")
SANITIZED = any(mark in pathlib.Path(RELAY).read_bytes() for mark in (b"__asan_init", b"__tsan_init"))
DIALOGUES = sorted(glob.glob(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../scenario/dialogues/*.txt")))
WAIT_S = 100

RULES = """
hostname = "mx.example"
state = "{place}/state"
control = "{place}/control"
users = "{place}/users"
certificate = "{place}/cert.pem"
key = "{place}/key.pem"
loops = 1
listen "starttls"  {{ address = "127.0.0.1" port = {starttls} }}
listen "tls"       {{ address = "127.0.0.1" port = {tls} security = tls }}
listen "normalize" {{ address = "127.0.0.1" port = {normalize} bare-newline = normalize }}
permit "here" {{ network = "127.0.0.1" }}
forbid "no" {{ sender = "never@never.example" }}
route "out" {{ smarthost = "127.0.0.1:{hop}" }}
"""
LISTENERS = ("starttls", "tls", "normalize", "hop")


def client_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Relay:
    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.place = pathlib.Path(self.directory.name)
        self.ports = dict(zip(LISTENERS, free_ports(len(LISTENERS))))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", self.place / "key.pem", "-out", self.place / "cert.pem", "-subj", "/CN=mx.example"],
                       check=True, capture_output=True)
        (self.place / "users").write_text("user:{PLAIN}secret\n")
        os.chmod(self.place / "users", 0o600)
        run_as = 'run-as = "root"\n' if os.geteuid() == 0 else ""
        (self.place / "rules").write_text(RULES.format(place=self.place, **self.ports) + run_as)
        with open(self.place / "log", "wb") as log:
            self.process = subprocess.Popen([RELAY, "relay", "--config", self.place / "rules"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        self.until(lambda: "event=relay-started" in self.log())
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(2 * WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        log = self.log()
        self.directory.cleanup()
        assert self.process.returncode == 0, f"the relay ended with {self.process.returncode}: {log[-3000:]}"

    def log(self):
        return (self.place / "log").read_text(errors="replace")

    def until(self, condition):
        end = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, self.log()[-3000:]
            time.sleep(0.01)

    def kept(self):
        """All octets of mail on the disk."""
        return b"".join(f.read_bytes().rstrip(b"\0") for f in sorted((self.place / "state" / "bodies").iterdir()))

    def memory_kib(self):
        """Of a build with a sanitizer, none: what that keeps aside is not the relay's."""
        if SANITIZED:
            return 0
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


class Client:
    """One session. Replies are whole: all lines, without the last CRLF."""

    def __init__(self, relay, listener="starttls"):
        self.socket = socket.create_connection(("127.0.0.1", relay.ports[listener]), timeout=WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if listener == "tls":
            self.starttls()
        self.unread = b""
        self.greeting = self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def reply(self):
        while not (found := re.match(rb"(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n", self.unread)):
            more = self.socket.recv(65536)
            assert more, f"the relay closed; unread: {self.unread}"
            self.unread += more
        self.unread = self.unread[found.end():]
        return found[0].decode().rstrip("\r\n")

    def ended(self):
        """Whatever came behind the last reply, once the relay has closed."""
        while more := self.socket.recv(65536):
            self.unread += more
        return self.unread

    def starttls(self):
        self.socket = client_tls().wrap_socket(self.socket)

    def say(self, line):
        self.send(line + b"\r\n")
        return self.reply()

    def envelope(self):
        for line in (b"EHLO c.example", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>"):
            reply = self.say(line)
            assert reply.startswith("250"), (line, reply)

    def reset(self):
        """As a machine does that is switched off and on again."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


# ---- the dialogues ----

def unescape(text):
    def one(m):
        if m[1]:
            return unescape(m[2]) * int(m[1])
        if m[3]:
            return bytes([int(m[3], 16)])
        return {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}.get(m[4], m[4].encode())
    out, at = b"", 0
    for m in re.finditer(r"\{(\d+)\*([^}]*)\}|\\x([0-9a-f]{2})|\\(.)", text):
        out += text[at:m.start()].encode() + one(m)
        at = m.end()
    return out + text[at:].encode()


def dialogues():
    for path in DIALOGUES:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        for part in re.split(r"^== ", text, flags=re.M)[1:]:
            name, *lines = part.rstrip("\n").split("\n")
            lines = [line for line in lines if line and not line.startswith("#")]
            options = {o for line in lines if line.startswith("@") for o in line[2:].split()}
            yield os.path.basename(path)[:-4] + ": " + name, options, [line for line in lines if not line.startswith("@")]


# What the relay decides in other ways than the owner of the scenarios, or offers always.
OTHER_OWNER = re.compile(r"refused@|later@|closing@|virus|!stop|AUTH X|AUTH CRAM|S- (CHUNKING|SMTPUTF8|DSN|AUTH|STARTTLS)|SIZE=1001|"
                         r"where (SMTPUTF8|there is none|CHUNKING|none|STARTTLS)|none of ours|known and not done|1,000 octets")


def listener_for(name, options, lines):
    """None: it is not for the relay as it stands here."""
    if any(o.startswith(("size=", "recipients=")) or o in ("needs-tls", "clear-auth") for o in options):
        return None
    errors = [int(o[7:]) for o in options if o.startswith("errors=")]
    faults = sum(line.startswith(("S: 50", "S: 555")) for line in lines)
    if faults >= 10 and "ten errors" not in name or errors and errors[0] < 10 and any("S: 421" in line for line in lines):
        return None
    if OTHER_OWNER.search(name + "\n" + "\n".join(lines)):
        return None
    return "normalize" if "normalize" in options else "tls" if "tls" in options else "starttls"


def play(test, relay, listener, lines):
    """Turn by turn. Returns the messages that must have been kept."""
    messages, reply = [], ""
    with Client(relay, listener) as c:
        for line in lines:
            kind, text = line[:2], line[3:]
            if kind in ("C:", "c:"):
                if reply.startswith("220") and not isinstance(c.socket, ssl.SSLSocket):
                    c.starttls()
                c.send(unescape(text) + (b"\r\n" if kind == "C:" else b""))
            elif kind == "S:":
                reply = c.reply()
                last = reply.split("\n")[-1]
                test.assertEqual(last[:3], text[:3], reply)
                if len(text) > 3 and text[4:5].isdigit():
                    test.assertTrue(last[4:].startswith(text[4:]), (reply, text))
            elif kind == "S+":
                test.assertRegex(reply, f"(?m)^250[ -]{re.escape(text)}\\b")
            elif kind == "S-":
                test.assertNotRegex(reply, f"(?m)^250[ -]{re.escape(text)}\\b")
            elif kind == "M:":
                messages.append(unescape(text))
            elif kind == "E:":
                test.assertEqual(c.ended(), b"")
        if not lines[-1].startswith("E:") and not re.search(r"the end is not there|just stops|middle of a chunk", "\n".join(lines)):
            c.socket.setblocking(False)
            try:
                test.assertEqual(c.unread + (c.socket.recv(4096) or b"closed"), b"")
            except (BlockingIOError, ssl.SSLWantReadError):
                pass
    return messages


class Dialogues(unittest.TestCase):
    def test_all_that_apply(self):
        played = 0
        with Relay() as relay:
            for name, options, lines in dialogues():
                listener = listener_for(name, options, lines)
                if not listener:
                    continue
                with self.subTest(name):
                    for message in play(self, relay, listener, lines):
                        if message.strip():
                            self.assertIn(message, relay.kept())
                played += 1
        self.assertGreater(played, 120)


# ---- the end of a connection ----

ENVELOPE = b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
BY_DATA = ENVELOPE + b"DATA\r\n" + b"Subject: %s\r\n\r\nhello\r\n.\r\n"
BY_BDAT = ENVELOPE + b"BDAT 35 LAST\r\n" + b"Subject: %s\r\n\r\nhello\r\n"


def message(form, number):
    return form % b"t%08d" % number if form is BY_DATA else form % (b"t%08d" % number).ljust(15, b"x")


class Ends(unittest.TestCase):
    """Nothing of a message is kept whose end never came, however the connection ends."""

    def cut_everywhere(self, listener, end):
        with Relay() as relay:
            for form in (BY_DATA, BY_BDAT):
                for n in range(len(message(form, 0))):
                    with Client(relay, listener) as c:
                        c.send(message(form, n)[:n])
                        end(c)
            with Client(relay) as c:
                c.send(message(BY_DATA, 99999999) + b"QUIT\r\n")
                self.assertEqual(re.findall(rb"(?m)^\d+(?= )", c.ended()), [b"250"] * 3 + [b"354", b"250", b"221"])
            self.assertIn(b"t99999999", relay.kept())
            self.assertEqual(re.findall(rb"Subject: t0\d+", relay.kept()), [])

    def test_reset_at_every_octet(self):
        self.cut_everywhere("starttls", Client.reset)

    def test_closed_at_every_octet(self):
        self.cut_everywhere("starttls", lambda c: c.socket.close())

    def test_truncated_under_tls_at_every_octet(self):
        self.cut_everywhere("tls", lambda c: c.socket.close())  # without close_notify

    def test_half_closed(self):
        """Who sends all it has, closes its side and reads on, gets its answers."""
        with Relay() as relay, Client(relay) as c:
            c.send(message(BY_DATA, 7))
            self.assertEqual([c.reply()[:3] for _ in range(5)], ["250", "250", "250", "354", "250"])
            c.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(c.ended(), b"")

    def test_half_closed_before_the_answers(self):
        """And who half-closes at once, as a script does by way of socat: also those that take the relay a while."""
        with Relay() as relay:
            for n, last, codes in ((1, b"", [b"250"] * 3 + [b"354", b"250"]), (2, b"QUIT\r\n", [b"250"] * 3 + [b"354", b"250", b"221"])):
                with Client(relay) as c:
                    c.send(message(BY_DATA, n) + last)
                    c.socket.shutdown(socket.SHUT_WR)
                    self.assertEqual(re.findall(rb"(?m)^\d+(?= )", c.ended()), codes)
                self.assertIn(b"t%08d" % n, relay.kept())
            with Client(relay) as c:
                c.send(message(BY_DATA, 3)[:-1])
                c.socket.shutdown(socket.SHUT_WR)
                self.assertEqual(re.findall(rb"(?m)^\d+(?= )", c.ended()), [b"250"] * 3 + [b"354"])
            self.assertNotIn(b"t00000003", relay.kept())


# ---- what costs the peer, and not the relay ----

class Floods(unittest.TestCase):
    def test_a_hundred_thousand_recipients(self):
        """One too many is refused, for as long as the peer likes."""
        with Relay() as relay, Client(relay) as c:
            c.say(b"EHLO c.example")
            c.say(b"MAIL FROM:<a@b.example>")
            before, codes = 0, {}
            for i in range(1000):
                c.send(b"RCPT TO:<somebody-with-a-long-name@d.example>\r\n" * 100)
                for _ in range(100):
                    code = c.reply()[:9]
                    codes[code] = codes.get(code, 0) + 1
                if i == 20:
                    before = relay.memory_kib()
            self.assertEqual(codes, {"250 2.1.5": 1000, "452 4.5.3": 99000})
            self.assertLess(relay.memory_kib() - before, 1024)
            self.assertEqual(c.say(b"RSET")[:3], "250")
            relay.process.terminate()
            relay.process.wait(2 * WAIT_S)
            self.assertEqual(relay.log().count("event=recipient-refused"), 1)  # the id of the first is that of all

    def test_a_hundred_thousand_refused_recipients(self):
        with Relay() as relay, Client(relay) as c:
            c.say(b"EHLO c.example")
            c.say(b"MAIL FROM:<never@never.example>")
            before = 0
            for i in range(1000):
                c.send(b"".join(b"RCPT TO:<somebody-%d@d%d.example>\r\n" % (j, i) for j in range(100)))
                self.assertEqual({c.reply()[:2] for _ in range(100)}, {"55"})
                if i == 100:
                    before = relay.memory_kib()
            self.assertLess(relay.memory_kib() - before, 4096)

    def test_who_does_not_read(self):
        """It is not read either, and costs no more than its buffers; others are served."""
        with Relay() as relay, Client(relay) as c:
            c.say(b"EHLO c")
            c.say(b"MAIL FROM:<never@never.example>")
            before = relay.memory_kib()
            c.socket.settimeout(1)
            line, sent, waits = b"RCPT TO:<x@d.example>\r\n", 0, 0
            while waits < 3:                                            # once, it may only be a busy machine
                try:
                    sent += c.socket.send((line * 1001)[sent % len(line):])
                    waits = 0
                except TimeoutError:
                    waits += 1
                self.assertLess(sent, 10000 * 1000 * len(line))
            self.assertLess(relay.memory_kib() - before, 16 * 1024)     # of 230 MB; records of verdicts wait in 8 MiB at most
            with Client(relay) as other:
                self.assertTrue(other.say(b"NOOP").startswith("250"))
            c.socket.settimeout(WAIT_S)
            for _ in range(min(10000, sent // len(line))):
                self.assertTrue(c.reply().startswith("55"))

    def test_pieces_of_one_octet(self):
        with Relay() as relay, Client(relay) as c:
            for octet in message(BY_DATA, 5) + message(BY_BDAT, 6) + b"QUIT\r\n":
                c.send(bytes([octet]))
            self.assertEqual(re.findall(rb"(?m)^\d+(?= )", c.ended()),
                             [b"250"] * 3 + [b"354"] + [b"250"] * 5 + [b"221"])
            self.assertIn(b"Subject: t00000005", relay.kept())
            self.assertIn(b"Subject: t00000006", relay.kept())

    def test_a_line_without_end(self):
        with Relay() as relay, Client(relay) as c:
            c.send(b"x" * 100000)
            self.assertTrue(c.ended().startswith(b"421"))

    def test_a_large_message_waits_in_no_memory(self):
        with Relay() as relay, Client(relay) as c:
            c.envelope()
            self.assertTrue(c.say(b"DATA").startswith("354"))
            before = relay.memory_kib()
            c.send(b"Subject: large\r\n\r\n")
            for _ in range(600):
                c.send((b"x" * 70 + b"\r\n") * 910)
            c.send(b"\r\n.\r\n")
            self.assertTrue(c.reply().startswith("250"))
            self.assertLess(relay.memory_kib() - before, 16 * 1024)


# ---- TLS ----

class Tls(unittest.TestCase):
    def test_commands_behind_starttls(self):
        """In one packet with it, or between its 220 and the handshake: they are never done under TLS."""
        with Relay() as relay:
            for behind in (b"NOOP\r\n", b"MAIL FROM:<evil@b.example>\r\n", b"MAIL FROM:<ev", b"\r\n"):
                with Client(relay) as c:
                    c.say(b"EHLO c.example")
                    c.send(b"STARTTLS\r\n" + behind)
                    self.assertEqual(c.reply()[:3], "220")
                    c.starttls()
                    self.assertEqual(c.say(b"HELP")[:3], "214")
                    self.assertEqual(c.say(b"RCPT TO:<c@d.example>")[:3], "503")
                    self.assertEqual(c.say(b"EHLO c.example")[:3], "250")
            relay.until(lambda: relay.log().count("event=octets-behind-starttls") == 4)

    def test_clear_text_instead_of_a_handshake(self):
        with Relay() as relay:
            with Client(relay) as c:
                c.say(b"EHLO c.example")
                self.assertEqual(c.say(b"STARTTLS")[:3], "220")
                c.send(b"MAIL FROM:<a@b.example>\r\n")
                self.assertNotIn(b"250", c.ended())
            with Client(relay) as c:
                self.assertEqual(c.say(b"NOOP")[:3], "250")

    def test_clear_text_on_the_port_of_tls(self):
        with Relay() as relay, socket.create_connection(("127.0.0.1", relay.ports["tls"]), timeout=WAIT_S) as s:
            s.sendall(b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n")
            got = b""
            try:
                while more := s.recv(4096):
                    got += more
            except ConnectionResetError:
                pass
            self.assertNotIn(b"250", got)


if __name__ == "__main__":
    unittest.main()
