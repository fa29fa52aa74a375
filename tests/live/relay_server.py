# SPDX-License-Identifier: ISC
"""The relay's server on real sockets: TLS both ways, limits, refusals, what is added to a message, reload and stop."""
import contextlib
import hashlib
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from ports import free_ports

RELAY = os.path.join(os.path.dirname(os.path.realpath(sys.argv.pop(1))), "baton-relay")
WAIT_S = 100

RULES = """
hostname = "relay.example"
state = "{place}/state"
control = "{place}/control"
users = "{place}/users"
certificate = "{place}/cert.pem"
key = "{place}/key.pem"
loops = 2
{top}
listen "plain" {{ address = {{"{here}", "::1"}} port = {plain} }}
listen "behind" {{ address = "127.0.0.1" port = {behind} proxy = "127.0.0.0/24" }}
listen "behind-tls" {{ address = "127.0.0.1" port = {behind_tls} proxy = "127.0.0.1" security = tls }}
listen "tls" {{ address = "127.0.0.1" port = {tls} security = tls client-certificates = true }}
{rules}
route "out" {{ smarthost = "127.0.0.1:{hop}" recipient-domain = "dest.example" }}
"""
PERMITS = """
permit "here" { network = {"127.0.0.1", "::1"} sender = "@example.org" recipient-domain = "dest.example" }
permit "users" { authenticated = true recipient-domain = {"dest.example", "elsewhere.example"} }
"""
MESSAGE = b"From: a@example.org\r\nSubject: x\r\n\r\n%s\r\n"


def make_certificate(place, name, cert="cert.pem", key="key.pem"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", place / key, "-out", place / cert, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
                   check=True, capture_output=True)


def fingerprint(place, cert):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert((place / cert).read_text())).hexdigest()


def client_tls(place=None, cert=None, key=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if cert:
        context.load_cert_chain(place / cert, place / key)
    return context


def refused(port):
    """Nobody listens there any more."""
    try:
        Client(port, greeting=False).__exit__()
    except ConnectionError as error:
        return isinstance(error, ConnectionRefusedError)
    return False


class Relay:
    def __init__(self, rules=PERMITS, top="", users="anna:{PLAIN}secret\n"):
        self.rules, self.top, self.users, self.here = rules, top, users, "127.0.0.1"

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.place = pathlib.Path(self.directory.name)
        self.plain, self.tls, self.hop, self.behind, self.behind_tls = free_ports(5)
        make_certificate(self.place, "relay.example")
        (self.place / "users").write_text(self.users)
        os.chmod(self.place / "users", 0o600)
        self.write()
        self.log_file = self.place / "log"
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen([RELAY, "relay", "--config", self.place / "rules"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        self.until(lambda: "event=relay-started" in self.log())
        return self

    def write(self):
        top = self.top + ('\nrun-as = "root"' if os.geteuid() == 0 else "")
        text = RULES.format(place=self.place, plain=self.plain, here=self.here, tls=self.tls, hop=self.hop, behind=self.behind, behind_tls=self.behind_tls, top=top, rules=self.rules)
        (self.place / "rules").write_text(text)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(WAIT_S + 20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        status = self.process.wait()
        log = self.log()
        self.directory.cleanup()
        assert status == 0, f"the relay ended with {status}: {log}"

    def log(self):
        return self.log_file.read_text(errors="replace")

    def until(self, condition):
        end = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, self.log()
            time.sleep(0.01)

    def logged(self, pattern):
        """Lines go out a moment after the answer."""
        self.until(lambda: re.search(pattern, self.log()))

    def hup(self):
        before = self.log().count("event=reloaded") + self.log().count("event=not-reloaded")
        self.process.send_signal(signal.SIGHUP)
        self.until(lambda: self.log().count("event=reloaded") + self.log().count("event=not-reloaded") > before)

    def kept(self):
        """All octets of mail on the disk."""
        return b"".join(f.read_bytes().rstrip(b"\0") for f in sorted((self.place / "state" / "bodies").iterdir()))


class Client:
    """One session; replies are lists of lines."""

    def __init__(self, port, tls=None, address="127.0.0.1", session=None, greeting=True, first=b"", source=None):
        self.raw = socket.create_connection((address, port), timeout=WAIT_S, source_address=source)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.raw.sendall(first)
        self.socket = tls.wrap_socket(self.raw, session=session) if tls else self.raw
        self.unread = b""
        self.greeting = self.reply() if greeting else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def line(self):
        while b"\n" not in self.unread:
            got = self.socket.recv(65536)
            if not got:
                return b""
            self.unread += got
        line, self.unread = self.unread.split(b"\n", 1)
        return line.rstrip(b"\r")

    def reply(self):
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        return [x.decode() for x in lines]

    def send(self, octets):
        self.socket.sendall(octets)

    def ask(self, command):
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def ehlo(self):
        return self.ask("EHLO client.example")

    def starttls(self, context):
        assert self.ask("STARTTLS")[0].startswith("220")
        self.socket = context.wrap_socket(self.raw)
        return self.ehlo()

    def mail(self, sender="a@example.org", to=("b@dest.example",), octets=MESSAGE % b"hello"):
        """The codes that RCPT got, and the reply to the data; without any taken: None."""
        self.ask(f"MAIL FROM:<{sender}>")
        codes = [self.ask(f"RCPT TO:<{x}>")[0] for x in to]
        if not any(x.startswith("250") for x in codes):
            self.ask("RSET")
            return codes, None
        assert self.ask("DATA")[0].startswith("354")
        self.send(octets + b".\r\n")
        return codes, self.reply()[0]

    def ended(self):
        try:
            return self.socket.recv(1) == b""
        except (ConnectionError, ssl.SSLError):
            return True


class Sessions(unittest.TestCase):
    def check(self, reply, start):
        reply = reply[0] if isinstance(reply, list) else reply
        self.assertTrue(reply is not None and reply.startswith(start), f"{reply!r} does not begin with {start!r}")

    def test_what_is_added(self):
        with Relay() as relay, Client(relay.plain) as c:
            self.check(c.greeting, "220 relay.example")
            c.ehlo()
            self.check(c.mail()[1], "250 2.0.0 Kept as Q")
            text = relay.kept()
            self.assertRegex(text, rb"Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby relay\.example with ESMTP\r\n"
                                   rb"\tid [0-9A-Z]{8}\r\n\tfor <b@dest\.example>;\r\n\t\w{3}, \d+ \w{3} \d{4} [\d:]{8} [+-]\d{4}\r\n")
            self.assertNotIn(b"Message-ID", text)  # of inbound mail: it is not ours to add

    def test_a_submission_gets_date_and_message_id_once(self):
        with Relay() as relay, Client(relay.tls, client_tls()) as c:
            c.ehlo()
            self.check(c.ask("AUTH PLAIN AGFubmEAc2VjcmV0"), "235")
            own = b"Return-Path: <x@y.example>\r\nFrom: a@example.org\r\nDate: never\r\nMESSAGE-ID: <1@2>\r\n\r\nown\r\n"
            self.check(c.mail(octets=own)[1], "250")
            self.check(c.mail(octets=b"no header at all\r\n", to=("b@dest.example", "c@dest.example"))[1], "250")
            text = relay.kept()
            self.assertIn(b"with ESMTPSA (TLSv1.3 TLS_", text)
            first, second = text.split(b"Received: ")[1:]
            self.assertIn(b"\r\nFrom: a@example.org\r\nDate: never\r\nMESSAGE-ID: <1@2>\r\n\r\nown\r\n", first)
            self.assertNotIn(b"Return-Path", text)
            self.assertEqual(first.lower().count(b"message-id"), 1)
            self.assertRegex(second, rb"\r\nFrom: a@example\.org\r\nDate: \w{3}, .*\r\nMessage-ID: <[0-9a-zA-Z.]+@relay\.example>\r\n\r\nno header at all\r\n")
            self.assertNotIn(b"for <", second)

    def test_refusals_have_their_codes(self):
        with Relay() as relay:
            with Client(relay.plain) as c:
                c.ehlo()
                self.check(c.mail(sender="x@other.example")[0][0], "553 5.7.1")
                self.check(c.mail(to=("b@elsewhere.example",))[0][0], "5")
                codes, kept = c.mail(to=("b@elsewhere.example", "b@dest.example", "b@nowhere.example"))
                self.check(codes[1], "250")
                self.check(kept, "250")
                # the author counts too, once it is known
                self.check(c.mail(octets=b"From: boss@other.example\r\n\r\nx\r\n")[1], "553 5.7.1")
                self.check(c.mail(octets=b"From: a@example.org, boss@other.example\r\n\r\nx\r\n")[1], "553 5.7.1")
                self.check(c.mail(octets=b"From: \"a@example.org\r\n\r\nx\r\n")[1], "553 5.7.1")
                self.check(c.mail(octets=b"Subject: no author\r\n\r\nx\r\n")[1], "250")
            with Client(relay.tls, client_tls()) as c:
                c.ehlo()
                self.check(c.ask("AUTH PLAIN AGFubmEAc2VjcmV0"), "235")
                self.check(c.mail(to=("b@elsewhere.example",))[0][0], "550 5.4.4")  # permitted, and no route
            relay.logged(r"event=recipient-refused id=[0-9A-Z]{8} cause=\S+ code=553 client=127.0.0.1 listener=plain")

    def test_whoever_the_message_names_as_sender_is_owned(self):
        rules = ('permit "users" { authenticated = true sender = owned recipient-domain = "dest.example" }\n'
                 'owner "anna" { address = {"a@example.org", "sales@example.org"} }\n')
        boss, own = "boss@other.example", "a@example.org"
        cases = (
            (f"From: {own}", None),
            (f"From: {boss}", f"The From address <{boss}> does not belong to this login"),
            (f"From: {own}, Boss <{boss}>", f"The From address <{boss}>"),
            (f"From: {own}\r\nFrom: {boss}", f"The From address <{boss}>"),
            ("From:", "The From address does not belong"),
            ("From: nobody in particular: ;", "The From address does not belong"),
            (f"From: {own}\r\nSender: Sales <sales@example.org>", None),
            (f"From: {own}\r\nSender: {boss}", f"The Sender address <{boss}>"),
            (f"From: {own}\r\nSender: {own}, {boss}", f"The Sender address <{boss}>"),
            (f"From: {own}\r\nSender: \"{own}", "The Sender address does not belong"),
            (f"From: {own}\r\nResent-From: {boss}", f"The Resent-From address <{boss}>"),
            (f"From: {own}\r\nResent-Sender: {boss}", f"The Resent-Sender address <{boss}>"),
            # the latest block stands first; what is below it was another's to write
            (f"Resent-From: {own}\r\nResent-From: {boss}\r\nFrom: {own}", None),
            # who passes a message on does not write in the author's name by that: DMARC looks at From alone
            (f"Resent-From: {own}\r\nFrom: {boss}", f"The From address <{boss}>"),
        )
        with Relay(rules) as relay, Client(relay.tls, client_tls()) as c:
            c.ehlo()
            self.check(c.ask("AUTH PLAIN AGFubmEAc2VjcmV0"), "235")
            for header, words in cases:
                with self.subTest(header):
                    said = c.mail(sender=own, octets=f"{header}\r\nSubject: s\r\n\r\nx\r\n".encode())[1]
                    self.check(said, "553 5.7.1 " + words if words else "250")
            # nobody named: it is the sender's, who owns the reverse-path; without one there is nobody
            self.check(c.mail(sender=own, octets=b"Subject: s\r\n\r\nnobody\r\n")[1], "250")
            self.assertRegex(relay.kept(), rb"\r\nFrom: a@example\.org\r\nDate: [^\r]*\r\nMessage-ID: [^\r]*\r\nSubject: s\r\n\r\nnobody\r\n")
            self.check(c.mail(sender="", octets=b"Subject: s\r\n\r\nx\r\n")[1], "554 5.6.0 The message has no From address")
            self.check(c.mail(sender="", octets=b"From: sales@example.org\r\n\r\nx\r\n")[1], "250")

    def test_needless_quotes_evade_no_rule(self):
        rules = PERMITS + 'forbid "never" { sender = "bad@example.org" }\n'
        with Relay(rules) as relay, Client(relay.plain) as c:
            c.ehlo()
            for sender in "bad@example.org", '"bad"@example.org', '"b\\ad"@example.org':
                self.check(c.mail(sender=sender)[0][0], "5")
                self.check(c.mail(octets=f"From: <{sender}>\r\n\r\nx\r\n".encode())[1], "5")
            self.check(c.mail(sender='"bad boy"@example.org')[1], "250")
            self.check(c.mail(sender='"a..b"@example.org', to=('"b"@dest.example', ))[1], "250")
            relay.logged(r'event=message-kept .* to=b@dest.example')

    def test_a_message_does_not_go_on_with_our_fields(self):
        """What begins with a blank is the body behind them: no ground to refuse it, RFC 5321 section 3.3."""
        with Relay() as relay, Client(relay.plain) as c:
            c.ehlo()
            for begin in (b" more of Received", b"\tmore of Received too", b" "):
                self.check(c.mail(octets=begin + b"\r\nSubject: x\r\n\r\nx\r\n")[1], "250")
                self.assertRegex(relay.kept(), rb" [+-]\d{4}\r\n\r\n" + begin + rb"\r\nSubject: x\r\n\r\nx\r\n")
            self.check(c.mail(octets=b"\r\n x\r\n")[1], "250")

    def test_words_without_a_header_are_a_body(self):
        """Devices send them. Where a line is no field the body begins, as with other servers: cut wherever it may come, by BDAT too."""
        with Relay() as relay, Client(relay.plain) as c:
            c.ehlo()
            for octets, kept in ((b"UPS 1 on battery\r\n", b"\r\nUPS 1 on battery\r\n"),
                                 (b"UPS 2\r\nX: y\r\n\r\nz\r\n", b"\r\nUPS 2\r\nX: y\r\n\r\nz\r\n"),
                                 (b"Subject: UPS 3\r\n on\r\nbattery\r\n\r\nz\r\n", b"Subject: UPS 3\r\n on\r\n\r\nbattery\r\n\r\nz\r\n"),
                                 (b"From a@b Mon\r\nSubject: UPS 4\r\n\r\nz\r\n", b"Subject: UPS 4\r\n\r\nz\r\n"),
                                 (b"From a@b Mon\r\n UPS 5\r\n", b"\r\n UPS 5\r\n"),
                                 (b"Subject: UPS 6\r\nFrom a@b Mon\r\n", b"Subject: UPS 6\r\n\r\nFrom a@b Mon\r\n"),
                                 (b"Subject: UPS 7\r\n", b"Subject: UPS 7\r\n")):
                self.check(c.mail(octets=octets)[1], "250")
                self.assertRegex(relay.kept(), rb" [+-]\d{4}\r\n" + re.escape(kept))
            long = b"UPS 8\r\n" + b"line of a log\r\n" * 30000
            self.check(c.mail(octets=long)[1], "250")
            self.assertIn(b"\r\n\r\n" + long, relay.kept())
            c.ask("MAIL FROM:<a@example.org>")
            c.ask("RCPT TO:<b@dest.example>")
            for octet in b"From: a@example.org\r\nUPS 9 on battery":
                c.socket.sendall(b"BDAT 1\r\n%c" % octet)
                self.check(c.reply()[0], "250")
            self.check(c.ask("BDAT 0 LAST")[0], "250")
            self.assertIn(b"From: a@example.org\r\n\r\nUPS 9 on battery", relay.kept())

    def test_the_longest_header(self):
        """256 KiB: what comes behind it in one piece does not count."""
        with Relay() as relay, Client(relay.plain) as c:
            c.ehlo()
            field, body = b"X-Field: " + b"x" * 980 + b"\r\n", b"line\r\n" * 40000
            head = b"From: a@example.org\r\n" + field * 263
            head += b"X: " + b"x" * ((256 << 10) - len(head) - 7) + b"\r\n\r\n"
            for end in body, b"":
                self.check(c.mail(octets=head + end)[1], "250")
                self.assertIn(head + end, relay.kept())
                self.check(c.mail(octets=b"Y" + head + end)[1], "552 5.3.4")
            stray = head[:-2] + b"UPS on battery\r\n"
            self.check(c.mail(octets=stray + body)[1], "250")
            self.assertIn(head + b"UPS on battery\r\n" + body, relay.kept())

    def test_a_login_is_asked_for(self):
        rules = 'permit "users" { authenticated = true tls = true }\npermit "slow" { login = "anna" rate = "1/h" }\n'
        with Relay(rules) as relay, Client(relay.plain) as c:
            self.assertFalse([x for x in c.ehlo() if "AUTH" in x])
            self.check(c.mail()[0][0], "530 5.7.0")
            self.assertTrue([x for x in c.starttls(client_tls()) if x[4:].startswith("AUTH ")])
            self.check(c.mail()[0][0], "530 5.7.0")
            self.check(c.ask("AUTH PLAIN AGFubmEAd3Jvbmc="), "535 5.7.8")
            self.check(c.ask("AUTH PLAIN AGFubmEAc2VjcmV0"), "235 2.7.0")
            self.check(c.mail()[1], "250")

    def test_rates_and_a_full_disk(self):
        with Relay('permit "slow" { network = "127.0.0.1" rate = "2/h" }\n') as relay, Client(relay.plain) as c:
            c.ehlo()
            self.check(c.mail()[1], "250")
            self.check(c.mail()[1], "250")
            self.check(c.mail()[0][0], "451 4.7.1")
        with Relay(top='keep-free = "9000000G"') as relay, Client(relay.plain) as c:
            c.ehlo()
            for _ in range(5):
                self.check(c.mail()[1], "452 4.3.1")
            relay.logged("level=error event=disk-full id=[0-9A-Z]{8} ")
            self.assertEqual(relay.log().count("event=disk-full"), 1, relay.log())
            self.assertNotIn(b"hello", relay.kept())

    def test_tls_is_resumed_at_any_worker(self):
        with Relay() as relay:
            context, session, reused = client_tls(), None, 0
            for _ in range(12):
                with Client(relay.tls, context, session=session) as c:
                    c.ehlo()
                    reused += c.socket.session_reused
                    session = c.socket.session
            self.assertEqual(reused, 11)
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode, old.maximum_version = False, ssl.CERT_NONE, ssl.TLSVersion.TLSv1_2
            with Client(relay.tls, old) as c:
                session = c.socket.session
            for _ in range(6):
                with Client(relay.tls, old, session=session) as c:
                    self.assertTrue(c.socket.session_reused)
                    c.ehlo()
                    self.check(c.mail()[1], "250")

    def test_certificates_of_clients(self):
        with tempfile.TemporaryDirectory() as d:
            place = pathlib.Path(d)
            for name in "one", "two":
                make_certificate(place, name + ".example", name + ".pem", name + ".key")
            rules = f'permit "devices" {{ certificate = "{fingerprint(place, "one.pem")}" }}\n'
            with Relay(rules) as relay:
                context = client_tls(place, "one.pem", "one.key")
                session = None
                for _ in range(4):  # and where the session is resumed
                    with Client(relay.tls, context, session=session) as c:
                        c.ehlo()
                        self.check(c.mail()[1], "250")
                        session = c.socket.session
                for context in client_tls(place, "two.pem", "two.key"), client_tls():
                    with Client(relay.tls, context) as c:
                        c.ehlo()
                        self.check(c.mail()[0][0], "5")
                with Client(relay.plain) as c:  # where none is asked for, none counts
                    c.ehlo()
                    c.starttls(client_tls(place, "one.pem", "one.key"))
                    self.check(c.mail()[0][0], "5")
            (place / "ca.pem").write_text((place / "two.pem").read_text())
            with Relay(rules, top=f'client-ca = "{d}/ca.pem"') as relay, Client(relay.tls, client_tls(place, "one.pem", "one.key")) as c:
                c.ehlo()
                self.check(c.mail()[0][0], "5")  # of no authority of ours

    def test_too_many_sessions(self):
        with Relay(top="sessions-per-client = 3") as relay:
            with contextlib.ExitStack() as stack:
                for _ in range(3):
                    self.check(stack.enter_context(Client(relay.plain)).greeting, "220")
                for _ in range(200):  # a flood costs little and changes nothing
                    with Client(relay.plain) as c:
                        self.check(c.greeting, "421 4.7.0")
                        self.assertTrue(c.ended())
                with Client(relay.plain, address="::1") as c:
                    self.check(c.greeting, "220")
            self.wait_for_greeting(relay)
        with Relay(top="sessions = 2") as relay:
            with Client(relay.plain), Client(relay.plain, address="::1"), Client(relay.plain) as c:
                self.check(c.greeting, "421 4.3.2")

    def wait_for_greeting(self, relay):
        def greeted():
            with Client(relay.plain) as c:
                return c.greeting[0].startswith("220")
        relay.until(greeted)    # sessions that ended are not counted for long

    def test_truncated_mail_is_never_kept(self):
        with Relay() as relay:
            with Client(relay.plain) as c:
                c.ehlo()
                c.starttls(client_tls())
                for command in "MAIL FROM:<a@example.org>", "RCPT TO:<b@dest.example>", "DATA":
                    c.ask(command)
                c.send(MESSAGE % b"truncated" * 3)
                socket.socket.shutdown(c.socket, socket.SHUT_RDWR)  # TCP ends, and TLS says nothing
            for n, _ in enumerate(MESSAGE % b"cut off" + b"."):
                with Client(relay.plain) as c:
                    c.ehlo()
                    for command in "MAIL FROM:<a@example.org>", "RCPT TO:<b@dest.example>", "DATA":
                        c.ask(command)
                    c.send((MESSAGE % b"cut off" + b".")[:n])
                    if n % 2:
                        c.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            with Client(relay.plain) as c:
                c.ehlo()
                self.check(c.mail(octets=MESSAGE % b"the last one")[1], "250")
            self.assertIn(b"the last one", relay.kept())
            self.assertNotIn(b"truncated", relay.kept())
            self.assertNotIn(b"cut off", relay.kept())

    def test_chunks_and_pipelines(self):
        with Relay() as relay, Client(relay.plain) as c:
            c.ehlo()
            c.ask("MAIL FROM:<a@example.org>")
            c.ask("RCPT TO:<b@dest.example>")
            octets = MESSAGE % (b"chunk." * 20000)
            for at in range(0, len(octets), 7000):
                piece = octets[at:at + 7000]
                c.send(b"BDAT %d\r\n" % len(piece) + piece)
                self.check(c.reply(), "250")
            self.check(c.ask("BDAT 0 LAST"), "250 2.0.0 Kept as Q")
            self.assertIn(b"\r\n\r\n" + b"chunk." * 20000 + b"\r\n", relay.kept())
            # All of two messages in one piece, and QUIT behind them.
            envelope = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@dest.example>\r\nDATA\r\n"
            c.send((envelope + MESSAGE % b"piped" + b".\r\n") * 2 + b"QUIT\r\n")
            codes = [c.reply()[0][:3] for _ in range(9)]
            self.assertEqual(codes, ["250", "250", "354", "250"] * 2 + ["221"])

    def test_many_recipients(self):
        with Relay(top="recipients = 300") as relay, Client(relay.plain) as c:
            c.ehlo()
            c.ask("MAIL FROM:<a@example.org>")
            c.send(b"".join(b"RCPT TO:<u%d@dest.example>\r\n" % n for n in range(320)))
            codes = [c.reply()[0][:3] for _ in range(320)]
            self.assertEqual(codes, ["250"] * 300 + ["452"] * 20)
            self.check(c.ask("DATA"), "354")
            c.send(MESSAGE % b"to many" + b".\r\n")
            self.check(c.reply(), "250")
            relay.logged("recipients=300 ")

    def test_headers_too_long_and_loops(self):
        with Relay() as relay, Client(relay.plain) as c:
            c.ehlo()
            self.check(c.mail(octets=b"X: y\r\n" * 50000 + b"\r\nx\r\n")[1], "552 5.3.4")
            self.check(c.mail(octets=b"Received: from a by b\r\n" * 101 + b"\r\nx\r\n")[1], "554 5.4.6")
            self.check(c.mail(octets=b"Received: from a by relay.example\r\n" * 5 + b"\r\nx\r\n")[1], "554 5.4.6")
            self.check(c.mail(octets=b"Received: from a by relay.example\r\n" * 4 + b"Received: from a by b\r\n" * 96 + b"\r\nx\r\n")[1], "250")
            self.check(c.mail(octets=b"bare\nLF\r\n")[1], "554")
            self.check(c.mail(sender="", octets=b"Subject: bounce\r\n\r\n" + b"y" * 1500 + b"\r\n")[1], "250")

    def test_devices_get_another_author(self):
        rules = PERMITS + 'rewrite "scan" { listener = "plain" from = "scan@example.org" keep = reply-to }\n'
        with Relay(rules) as relay, Client(relay.plain) as c:
            c.ehlo()
            self.check(c.mail(octets=b"From: Copier\r\n <a@example.org>\r\nDKIM-Signature: x\r\nTo: b@dest.example\r\n\r\nscan\r\n")[1], "250")
            self.assertIn(b"\r\nReply-To: Copier\r\n <a@example.org>\r\nFrom: Copier\r\n <scan@example.org>\r\nTo: b@dest.example\r\n\r\nscan\r\n",
                          relay.kept())
            relay.logged(r"event=rewritten id=[0-9A-Z]{8} rule=scan .* by=scan@example.org addresses=1 reply-to=added signatures-removed=1")
            relay.logged(r"event=message-kept .* from=scan@example.org ")
            # the rules are asked about the one that the device gave
            self.check(c.mail(octets=b"From: x@other.example\r\n\r\nx\r\n")[1], "553")


def proxy_header(client, command=1):
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    addresses = socket.inet_pton(family, client) + socket.inet_pton(family, "::2" if ":" in client else "198.51.100.1")
    addresses += (4711).to_bytes(2, "big") + (25).to_bytes(2, "big")
    return (b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x20 + command, 0x21 if ":" in client else 0x11]) + len(addresses).to_bytes(2, "big") + addresses)


class Proxied(unittest.TestCase):
    check = Sessions.check
    RULES = 'permit "there" { network = {"203.0.113.7", "2001:db8::/64"} recipient-domain = "dest.example" }\n'

    def test_the_client_is_who_the_proxy_says(self):
        with Relay(self.RULES) as relay:
            for client, start in ("203.0.113.7", "250"), ("2001:db8::9", "250"), ("203.0.113.8", "550"), ("::ffff:203.0.113.7", "250"):
                with Client(relay.behind, first=proxy_header(client)) as c:
                    self.check(c.greeting, "220")
                    c.ehlo()
                    codes, kept = c.mail()
                    self.check(codes[0], start)
                with Client(relay.behind_tls, client_tls(), first=proxy_header(client)) as c:
                    c.ehlo()
                    self.check(c.mail()[0][0], start)
            self.assertIn(b"([203.0.113.7])", relay.kept())
            self.assertIn(b"([IPv6:2001:db8::9])", relay.kept())
            with Client(relay.behind, first=proxy_header("203.0.113.7", command=0)) as c:  # LOCAL: the proxy's own
                c.ehlo()
                self.check(c.mail()[0][0], "550")

    def test_who_is_no_proxy_must_not_and_who_is_must(self):
        with Relay(self.RULES) as relay:
            with Client(relay.plain, first=proxy_header("203.0.113.7")) as c:  # no proxies here
                self.check(c.greeting, "220")
                c.unread = b""
                c.ehlo()
                self.assertNotIn(b"203.0.113.7", relay.kept())
            with Client(relay.behind, first=b"EHLO x\r\n", greeting=False) as c:
                self.assertTrue(c.ended())
            relay.logged("event=session-refused client=127.0.0.1 listener=behind why=")
            with Client(relay.behind, source=("127.0.1.1", 0)) as c:
                self.check(c.greeting, "220")
                c.ehlo()
                self.check(c.mail()[0][0], "550")

    def test_who_talks_before_the_greeting(self):
        with Relay(self.RULES) as relay:
            with Client(relay.behind, first=proxy_header("203.0.113.7") + b"EHLO x\r\n") as c:
                self.check(c.greeting, "554 5.5.1")
                self.assertTrue(c.ended())
            with Client(relay.behind, first=proxy_header("203.0.113.7"), greeting=False) as c:
                time.sleep(0.05)
                c.send(b"EHLO x\r\n")
                self.assertIn(c.reply()[0][:3], ("554", "220"))
            with Client(relay.behind, first=proxy_header("192.168.1.7") + b"EHLO x\r\n") as c:  # a device nearby may
                self.check(c.greeting, "220")
                self.check(c.reply(), "250")

    def test_a_network_counts_as_one_client(self):
        with Relay(self.RULES, top="sessions-per-client = 2") as relay, contextlib.ExitStack() as stack:
            for n in 1, 2:
                self.check(stack.enter_context(Client(relay.behind, first=proxy_header(f"2001:db8::{n}:{n}"))).greeting, "220")
            for client, start in ("2001:db8::9", "421 4.7.0"), ("2001:db8:0:1::9", "220"), ("203.0.113.7", "220"):
                self.check(stack.enter_context(Client(relay.behind, first=proxy_header(client))).greeting, start)


class Running(unittest.TestCase):
    check = Sessions.check

    def test_reload_with_a_session_open(self):
        with Relay() as relay, Client(relay.plain) as old, Client(relay.tls, client_tls()) as secure:
            old.ehlo()
            secure.ehlo()
            before = secure.socket.getpeercert(True)
            make_certificate(relay.place, "new.example")
            relay.here = "127.0.0.9"
            relay.rules = PERMITS.replace("dest.example", "later.example")
            relay.write()
            relay.hup()
            self.check(old.mail()[1], "250")  # by the rules that it began with
            self.check(secure.mail()[1], "250")
            with Client(relay.tls, client_tls()) as c:
                self.assertNotEqual(before, c.socket.getpeercert(True))
                c.ehlo()
                self.check(c.mail()[0][0], "5")
            with Client(relay.plain, address="127.0.0.9") as c:
                self.check(c.greeting, "220")
            relay.until(lambda: refused(relay.plain))    # the other worker's socket goes a moment later
            # What is wrong changes nothing.
            relay.rules = 'permit "all" { tsl = true }\n'
            relay.write()
            relay.hup()
            relay.logged(r"event=not-reloaded why=.*rules:\d+")
            with Client(relay.plain, address="127.0.0.9") as c:
                c.ehlo()
                self.check(c.mail()[0][0], "5")

    def test_logins_that_are_taken_away(self):
        with Relay(users="anna:{PLAIN}secret\nbert:{PLAIN}secret\n") as relay, contextlib.ExitStack() as stack:
            anna, bert = (stack.enter_context(Client(relay.tls, client_tls())) for _ in range(2))
            for c, word in (anna, "AGFubmEAc2VjcmV0"), (bert, "AGJlcnQAc2VjcmV0"):
                c.ehlo()
                self.check(c.ask("AUTH PLAIN " + word), "235")
            for users in "anna:{PLAIN}secret\nbert:{PLAIN}secret\n", "anna:{PLAIN}secret\nbert:{PLAIN}secret:disabled\n":
                (relay.place / "users").write_text(users)
                relay.hup()
                self.check(anna.mail()[1], "250")
                if "disabled" not in users:
                    self.check(bert.mail()[1], "250")
            self.check(bert.ask("MAIL FROM:<a@example.org>"), "421 4.7.0")
            self.assertTrue(bert.ended())
            (relay.place / "users").write_text("anna:{PLAIN}other\nbert:{PLAIN}secret\n")
            relay.hup()
            self.check(anna.ask("MAIL FROM:<a@example.org>"), "421 4.7.0")

    def test_a_second_relay_takes_nothing_from_the_first(self):
        with Relay() as relay:
            for state in "state", "state2":  # the same, and another that listens at the same ports
                text = (relay.place / "rules").read_text().replace('/state"', f'/{state}"')
                (relay.place / "rules2").write_text(text)
                second = subprocess.run([RELAY, "relay", "--config", relay.place / "rules2"], stdin=subprocess.DEVNULL, capture_output=True,
                                        timeout=WAIT_S, text=True)
                self.assertNotEqual(second.returncode, 0)
                self.assertRegex(second.stderr, rf"rules2:\d+: listening at \S+ port {relay.plain}: Address already in use; 'ss -ltnp' shows")
            with Client(relay.plain) as c:
                c.ehlo()
                self.check(c.mail()[1], "250")

    def test_stop(self):
        with Relay() as relay, Client(relay.plain) as idle, Client(relay.plain) as busy, Client(relay.tls, client_tls()) as secure:
            busy.ehlo()
            for command in "MAIL FROM:<a@example.org>", "RCPT TO:<b@dest.example>", "DATA":
                busy.ask(command)
            busy.send(b"Subject: under way\r\n")
            relay.process.send_signal(signal.SIGTERM)
            self.check(idle.reply(), "421 4.3.2")
            self.check(secure.reply(), "421 4.3.2")
            self.assertTrue(idle.ended())
            busy.send(b"\r\nto its end\r\n.\r\n")
            self.check(busy.reply(), "250 2.0.0 Kept as Q")
            self.check(busy.reply(), "421 4.3.2")
            self.assertEqual(relay.process.wait(WAIT_S), 0)
            self.assertIn(b"to its end", relay.kept())

    def test_wrong_files_are_named(self):
        with Relay() as relay:
            for name, octets, said in (("cert.pem", "nonsense", "cert.pem"), ("users", "anna:secret\nanna:x\n", "users")):
                was = (relay.place / name).read_bytes()
                (relay.place / name).write_text(octets)
                relay.hup()
                relay.logged(rf"event=not-reloaded why=.*{said}")
                (relay.place / name).write_bytes(was)
            relay.hup()
            relay.logged("event=reloaded")


if __name__ == "__main__":
    unittest.main()
