# SPDX-License-Identifier: ISC
"""Refusals of the real relay: each with its code and an id, and baton why tells of the id what decided and what would pass."""
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from ports import free_port

BATON = os.path.realpath(sys.argv.pop(1))

RULES = """
hostname = "relay.example"
state = "{dir}/state"
users = "{dir}/users"
control = "{dir}/control"
run-as = "{user}"
resolver = "127.0.0.1:{dns}"
listen "submission" {{ address = "127.0.0.1"  port = {port}  auth-in-clear = true  security = none  proxy = "127.0.0.1" }}
permit "users"   {{ authenticated = true  sender = owned  rate = "{rate}/h" }}
permit "shop"    {{ login = "shop@corp.example"  sender = "@shop.example"  tls = true }}
permit "inbound" {{ recipient-domain = "corp.example"  unless-spf = fail  unless-listed = "list.example" }}
permit "pop"     {{ pop-window = true  listener = "submission" }}
forbid "ban"     {{ network = "203.0.113.66" }}
forbid "left"    {{ login = "old@corp.example" }}
owner "anna@corp.example" {{ address = {{"info@corp.example", "@sales.example"}} }}
route "next" {{ smarthost = "127.0.0.1:{sink}"  security = none }}
"""
LOGINS = ("anna@corp.example", "shop@corp.example", "old@corp.example", "rob@corp.example")


class Relay:
    def __init__(self, rate=1000):
        self.dir = tempfile.mkdtemp()
        os.chmod(self.dir, 0o755)
        self.port, self.user = free_port(), "nobody" if os.geteuid() == 0 else subprocess.getoutput("id -un")
        self.dns = free_port() # nobody there
        self.rules, self.process = self.dir + "/rules", None
        pathlib.Path(self.dir + "/users").write_text("".join(f"{login}:{{PLAIN}}secret\n" for login in LOGINS), "ascii")
        os.chmod(self.dir + "/users", 0o600)
        if os.geteuid() == 0:
            shutil.chown(self.dir + "/users", self.user)
        self.write(rate)
        self.start()

    def write(self, rate, change=lambda text: text):
        text = RULES.format(dir=self.dir, user=self.user, dns=self.dns, port=self.port, rate=rate, sink=free_port())
        pathlib.Path(self.rules).write_text(change(text), "ascii")

    def start(self):
        with open(self.dir + "/log", "ab") as log:
            self.process = subprocess.Popen([BATON, "relay", "--config", self.rules], stdout=log, stderr=log)
        end = time.monotonic() + 100
        while time.monotonic() < end:
            try:
                self.session().close()
                return
            except OSError:
                assert self.process.poll() is None, self.log()
                time.sleep(0.02)
        raise AssertionError("the relay does not come up: " + self.log())

    def log(self):
        return pathlib.Path(self.dir + "/log").read_text("utf-8", "replace")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(100)
        assert status == 0, (status, self.log())

    def close(self):
        self.stop()
        shutil.rmtree(self.dir)

    def session(self, client="198.51.100.7", login=None):
        """A client that comes from anywhere, by way of a proxy."""
        class Smtp(smtplib.SMTP):
            def _get_socket(self, host, port, timeout):
                s = super()._get_socket(host, port, timeout)
                s.sendall(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + socket.inet_aton(client) + b"\x7f\0\0\1\x30\x39\0\x19")
                return s
        s = Smtp("127.0.0.1", self.port, local_hostname="client.example", timeout=100)
        s.ehlo()
        if login:
            code, text = s.docmd("AUTH", "PLAIN " + base64.b64encode(f"\0{login}\0secret".encode()).decode())
            assert code == 235, (code, text, self.log())
        return s

    def rcpt(self, login=None, sender="x@y.example", to="tom@elsewhere.example", client="198.51.100.7"):
        with self.session(client, login) as s:
            s.mail(sender)
            code, text = s.rcpt(to)
            return code, text.decode()

    def ask(self, *words):
        done = subprocess.run([BATON, *words, "--control", self.dir + "/control"], capture_output=True, text=True, check=False,
                              timeout=60)
        return done

    def why(self, ident, status=1):
        done = self.ask("why", ident, "--json")
        assert done.returncode == status, (done.returncode, done.stderr, self.log())
        return json.loads(done.stdout)


def id_of(text):
    return re.search(r"\(why: ([0-9A-Z]+)\)", text).group(1)


# what, login, from, to, client, code, enhanced, cause, the nearest change
CASES = (
    ("no login", None, "x@y.example", "tom@elsewhere.example", "198.51.100.7", 530, "5.7.0", "client-never-authenticates",
     ["login"]),
    ("another's address", "anna@corp.example", "rob@corp.example", "tom@elsewhere.example", "198.51.100.7", 553, "5.7.1",
     "from-not-login", ["from"]),
    ("the shop in clear", "shop@corp.example", "a@shop.example", "tom@elsewhere.example", "198.51.100.7", 530, "5.7.0",
     "mail-only-under-tls", ["tls"]),
    ("a ban", None, "x@y.example", "anna@corp.example", "203.0.113.66", 554, "5.7.1", "ip-banned", ["client"]),
    ("a login that left", "old@corp.example", "old@corp.example", "tom@elsewhere.example", "198.51.100.7", 550, "5.7.1",
     "account-may-not-submit", ["login", "from"]),
    ("a percent hack", None, "x@y.example", "tom%elsewhere.example@corp.example", "198.51.100.7", 530, "5.7.0",
     "client-never-authenticates", ["login"]),
    ("nobody answers for DNS", None, "x@y.example", "anna@corp.example", "198.51.100.7", 451, "4.4.3", "dns-failure", ["login"]),
)


class Why(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.relay = Relay()

    @classmethod
    def tearDownClass(cls):
        cls.relay.close()

    def test_each_refusal_is_explained(self):
        for what, login, sender, to, client, code, enhanced, cause, nearest in CASES:
            with self.subTest(what):
                got, text = self.relay.rcpt(login, sender, to, client)
                self.assertEqual(got, code, text)
                self.assertTrue(text.startswith(enhanced), text)
                why = self.relay.why(id_of(text))
                self.assertEqual(why["cause"], cause)
                self.assertEqual((why["reply"]["code"], why["reply"]["enhanced"]), (code, enhanced))
                self.assertEqual(why["recorded"]["cause"], cause)
                self.assertTrue(why["agrees"] and why["rules_kept"])
                self.assertIsNone(why["today"])
                self.assertEqual(why["session"]["client"], client)
                self.assertEqual(why["session"]["login"], login)
                self.assertEqual((why["session"]["from"], why["session"]["to"]), (sender, to))
                self.assertEqual(why["session"]["helo"], "client.example")
                self.assertEqual(len(why["rules"]), 6)
                # Who has but the reply gets the same answer.
                told = subprocess.run([BATON, "explain", "--json", f"{got} {text}"], capture_output=True, text=True, check=False,
                                      timeout=60)
                self.assertEqual(json.loads(told.stdout)["cause"], cause, told.stdout)
                if nearest:
                    self.assertEqual([x["fact"] for x in why["nearest"]], nearest, why["nearest"])
                self.assertTrue(why["fix"]["sender"] or why["fix"]["operator"])

    def test_in_words(self):
        _, text = self.relay.rcpt("anna@corp.example", "rob@corp.example")
        done = self.relay.ask("why", id_of(text).lower())
        self.assertEqual(done.returncode, 1)
        for part in ("[from-not-login]", "553 5.7.1", "logged in as anna@corp.example", "from 198.51.100.7",
                     "<rob@corp.example> to <tom@elsewhere.example>", f'permit "users"  {self.relay.rules}:', "sender = owned",
                     "Nearest change (proved by deciding it)", "Who sends can do this",
                     f'the nearest is permit "users" ({self.relay.rules}:', "for want of sender = owned",
                     "(reverse-path <rob@corp.example>, login anna@corp.example; it owns info@corp.example, @sales.example)"):
            self.assertIn(" ".join(part.split()), " ".join(done.stdout.split()))
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80, done.stdout)

    def test_the_recipients_of_then(self):
        relay = Relay()
        named = pathlib.Path(relay.dir + "/recipients")

        def until(code):
            end = time.monotonic() + 100
            relay.process.send_signal(signal.SIGHUP)
            while (said := relay.rcpt(to="nobody@corp.example"))[0] != code:
                self.assertLess(time.monotonic(), end, relay.log())
            return said[1]
        try:
            named.write_text("tom@corp.example\n", "ascii")
            relay.write(1000, lambda rules: re.sub(r'(permit "inbound" \{).*', f'\\1 recipients = "{named}" }}', rules))
            text = until(550)
            self.assertRegex(text, r"^5\.1\.1 No such recipient here: <nobody@corp\.example> ")
            named.write_text("nobody@corp.example\n", "ascii")
            until(250)
            for gone in (False, True):
                if gone:
                    named.unlink()
                why = relay.why(id_of(text))
                self.assertEqual((why["cause"], why["agrees"], why["by"]["kind"]), ("recipient-unknown", True, "recipients"))
                self.assertNotIn("not recorded", relay.ask("why", id_of(text)).stdout)
        finally:
            relay.close()

    def test_the_rule_file_of_then(self):
        relay = Relay()
        try:
            _, text = relay.rcpt("anna@corp.example", "rob@corp.example")
            relay.write(1000, lambda rules: rules.replace('"info@corp.example"', '"rob@corp.example"'))
            relay.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 100
            while relay.rcpt("anna@corp.example", "rob@corp.example")[0] != 250:
                self.assertLess(time.monotonic(), end, relay.log())
            why = relay.why(id_of(text))
            self.assertEqual(why["cause"], "from-not-login")
            self.assertEqual(why["today"]["outcome"], "permit")
            self.assertNotEqual(why["today"]["digest"], why["digest"])
            self.assertIn("Today's rule file would permit it.", relay.ask("why", id_of(text)).stdout)
            # and all of it is there when the relay was started anew
            relay.stop()
            relay.start()
            self.assertEqual(relay.why(id_of(text))["today"]["outcome"], "permit")
            again = relay.rcpt("anna@corp.example", "tom@elsewhere.example")[1]
            self.assertNotEqual(id_of(again), id_of(text))
        finally:
            relay.close()

    def test_a_rate(self):
        relay = Relay(rate=3)
        try:
            with relay.session(login="anna@corp.example") as s:
                s.mail("anna@corp.example")
                codes = [s.rcpt(f"t{i}@elsewhere.example") for i in range(4)]
            self.assertEqual([code for code, _ in codes], [250, 250, 250, 451])
            text = codes[3][1].decode()
            self.assertRegex(text, r"^4\.7\.1 .*again in \d+ (s|minutes) \(why: ")
            why = relay.why(id_of(text))
            self.assertEqual(why["cause"], "rate-limited")
            self.assertEqual(why["looked_up"]["rates"][0]["used"], 3)
            self.assertEqual(relay.rcpt("rob@corp.example", "rob@corp.example")[0], 250)
            self.assertEqual(relay.rcpt("anna@corp.example", "anna@corp.example")[0], 451)
        finally:
            relay.close()

    def test_from_of_the_message(self):
        with self.relay.session(login="anna@corp.example") as s:
            s.mail("anna@corp.example")
            self.assertEqual(s.rcpt("tom@elsewhere.example")[0], 250)
            code, text = s.data(b"From: rob@corp.example\r\nSubject: x\r\n\r\nhello\r\n")
            self.assertEqual(code, 553, text)
            self.assertEqual(self.relay.why(id_of(text.decode()))["session"]["author"], "rob@corp.example")
            s.mail("anna@corp.example")
            s.rcpt("tom@elsewhere.example")
            self.assertEqual(s.data(b"From: info@corp.example\r\nSubject: x\r\n\r\nhello\r\n")[0], 250)

    def own(self, relay, said, code, enhanced, cause, **session):
        """What no rule decided: the reply has an id in its limits, why tells of it, and explain of the words alone."""
        self.assertTrue(said.startswith(f"{code} {enhanced} ") and len(said) <= 510, said)
        ident = id_of(said)
        why = relay.why(ident)
        self.assertEqual((why["by_itself"], why["agrees"], why["cause"], why["outcome"]),
                         (True, True, cause, "defer" if code < 500 else "refuse"), why)
        self.assertEqual((why["reply"]["code"], why["reply"]["enhanced"]), (code, enhanced))
        self.assertEqual(said, f"{code} {enhanced} {why['reply']['text']} (why: {ident})")
        self.assertEqual({key: why["session"][key] for key in session}, session)
        self.assertEqual((why["rules"], why["by"], why["permit"]), ([], None, None))
        text = relay.ask("why", ident)
        self.assertEqual(text.returncode, 1)
        self.assertIn("No rule decided this", text.stdout)
        self.assertEqual("but the protocol" in text.stdout, why["protocol"] is not None)
        self.assertLessEqual(max(len(line) for line in text.stdout.splitlines() if " " in line.strip()), 80, text.stdout)
        if cause:
            self.assertIn(f"[{cause}]", text.stdout)
            self.assertTrue(why["fix"]["sender"] or why["fix"]["operator"])
            told = subprocess.run([BATON, "explain", "--json", said], capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(json.loads(told.stdout)["cause"], cause, told.stdout)
        end = time.monotonic() + 100 # lines go out behind answers
        while not re.search(rf"event=(login|message-refused|recipient-refused|command-refused|session-\w+|disk-full) .*\bid={ident}\b", relay.log()):
            self.assertLess(time.monotonic(), end, relay.log())
            time.sleep(0.01)
        return ident

    def auth(self, s, login, password):
        code, text = s.docmd("AUTH", "PLAIN " + base64.b64encode(f"\0{login}\0{password}".encode()).decode())
        return f"{code} {text.decode()}"

    def test_what_the_relay_refuses_itself(self):
        relay = Relay()
        try:
            with relay.session("198.51.100.20") as s:
                seen = {self.own(relay, self.auth(s, "rob@corp.example", "no"), 535, "5.7.8", "wrong-credentials",
                                 login="rob@corp.example", client="198.51.100.20", listener="submission", helo="client.example",
                                 tls=False, to=None) for _ in range(2)}
                self.assertEqual(len(seen), 2)
                ident = self.own(relay, self.auth(s, "nobody at all", "no"), 535, "5.7.8", "wrong-credentials", login="nobody at all")
                self.assertIn("login as nobody at all", " ".join(relay.ask("why", ident).stdout.split()))
                self.assertNotIn("Mail ", relay.ask("why", ident).stdout)
            for n in range(100):
                with relay.session("198.51.100.21") as s:
                    said = self.auth(s, "rob@corp.example", f"no{n}")
                    if said.startswith("421"):
                        break
            self.own(relay, said, 421, "4.7.0", "rate-limited", client="198.51.100.21")
            mail = {"from": "anna@corp.example", "to": "tom@elsewhere.example", "login": "anna@corp.example"}
            for octets, code, enhanced, cause, sender in (
                    ("Received: from a by relay.example\r\n" * 20 + "From: anna@corp.example\r\n\r\nx\r\n", 554, "5.4.6", "mail-loop",
                     "anna@corp.example"),
                    ("Subject: x\r\n\r\nx\r\n", 554, "5.6.0", "from-invalid", ""),
                    ("X: " + ("x" * 70 + "\r\n ") * 5000 + "\r\n\r\nx\r\n", 552, "5.3.4", "message-too-large", "anna@corp.example")):
                with self.subTest(code=code, enhanced=enhanced), relay.session(login="anna@corp.example") as s:
                    s.mail(sender)
                    self.assertEqual(s.rcpt("tom@elsewhere.example")[0], 250)
                    got, text = s.data(octets)
                    self.own(relay, f"{got} {text.decode()}", code, enhanced, cause, **{**mail, "from": sender or "<>"})
            relay.write(1000, lambda rules: 'keep-free = "9000000G"\n' + rules)
            relay.stop()
            relay.start()
            relay.why(seen.pop())
            with relay.session(login="anna@corp.example") as s:
                s.mail("anna@corp.example")
                self.assertEqual(s.rcpt("tom@elsewhere.example")[0], 250)
                got, text = s.data("From: anna@corp.example\r\n\r\nx\r\n")
            self.own(relay, f"{got} {text.decode()}", 452, "4.3.1", None, **mail)
        finally:
            relay.close()

    def test_what_the_protocol_refuses(self):
        relay, client = Relay(), "198.51.100.30"
        relay.write(1000, lambda rules: 'message-size = "64K"\nrecipients = 100\nsessions-per-client = 3\n' + rules)
        relay.stop()
        relay.start()
        anna = {"login": "anna@corp.example", "client": client, "listener": "submission", "helo": "client.example"}
        other = "other-not-relay"
        try:
            for words, code, enhanced, cause, section, known in (
                    (["MAIL FROM:<anna@corp.example> SIZE=70000"], 552, "5.3.4", "message-too-large", "RFC 1870 section 6",
                     {"from": "anna@corp.example", "to": None}),
                    (["MAIL FROM:<anna@corp.example>"] + [f"RCPT TO:<t{n}@elsewhere.example>" for n in range(101)], 452, "4.5.3",
                     "rate-limited", "RFC 5321 section 4.5.3.1.10", {"from": "anna@corp.example", "to": "t100@elsewhere.example"}),
                    (["MAIL FROM:<an na@corp.example>"], 501, "5.1.7", other, "RFC 5321 section 4.1.2", {"from": "an na@corp.example"}),
                    (["MAIL FROM:<anna@corp.example>", "RCPT TO:<tom@@\x01" + "x" * 400 + ">"], 501, "5.1.3", other, "RFC 5321 section 4.1.2",
                     {"from": "anna@corp.example", "to": r"tom@@\x01" + "x" * 314}),
                    (["MAIL FROM:<anna@corp.example>", "RCPT TO:<tom@b\xfc.example>"], 501, "5.1.3", other, "RFC 5321 section 4.1.2", {}),
                    (["MAIL FROM:<anna@corp.example>", "DATA"], 503, "5.5.1", other, "RFC 5321 section 4.1.4", {"from": "anna@corp.example"}),
                    (["MAIL FROM:<anna@corp.example> X=Y"], 555, "5.5.4", other, "RFC 5321 section 4.1.1.11", {}),
                    (["XYZZY my secret"], 500, "5.5.2", other, "RFC 5321 section 4.2.4", {"to": None}),
                    (["NOOP " + "my secret" * 100], 500, "5.5.2", other, "RFC 5321 section 4.5.3.1.4", {}),
                    (["NOOP my\0secret"], 500, "5.5.2", other, "RFC 5321 section 2.3.8", {}),
                    (["EXPN my secret"], 502, "5.5.1", other, "RFC 5321 section 4.2.4", {}),
                    (["RSET my secret"], 501, "5.5.4", other, "RFC 5321 section 4.1.1", {}),
                    (["AUTH PLAIN my-secret"], 503, "5.5.1", other, "RFC 4954 section 4", {}),
                    (["GET /my secret"], 421, "4.7.0", other, "RFC 5321 section 7.8", {})):
                with self.subTest(words=words[-1]), relay.session(client, "anna@corp.example") as s:
                    for word in words:
                        s.send(word.encode("latin-1") + b"\r\n")
                        got, text = s.getreply()
                    ident = self.own(relay, f"{got} {text.decode()}", code, enhanced, cause, **anna, **known)
                    why = relay.why(ident)
                    self.assertEqual(why["protocol"]["section"], section)
                    self.assertTrue(why["protocol"]["rule"] and why["fix"]["sender"][0])
                    shown = " ".join(relay.ask("why", ident).stdout.split())
                    for part in (section, why["protocol"]["rule"], why["fix"]["sender"][0], "logged in as anna@corp.example"):
                        self.assertIn(" ".join(part.split()), shown)
            # Counted, where it was not declared, and a line end alone: at the end of the message.
            for octets, code, enhanced, cause in ((b"x\r\n" * 30000, 552, "5.3.4", "message-too-large"), (b"a\nb\r\n", 554, "5.6.0", other)):
                with self.subTest(code=code), relay.session(client, "anna@corp.example") as s:
                    s.mail("anna@corp.example")
                    s.rcpt("tom@elsewhere.example")
                    self.assertEqual(s.docmd("DATA")[0], 354)
                    s.send(b"From: anna@corp.example\r\n\r\n" + octets + b".\r\n")
                    got, text = s.getreply()
                    self.own(relay, f"{got} {text.decode()}", code, enhanced, cause, **anna, **{"from": "anna@corp.example"},
                             to="tom@elsewhere.example")
            # A login that breaks off: nothing of it is kept.
            secret = base64.b64encode(b"my secret").decode()
            for words, code, enhanced, section in ((["AUTH PLAIN " + secret], 501, "5.5.2", "RFC 4616 section 2"),
                                                   (["AUTH LOGIN", secret, "*"], 501, "5.7.0", "RFC 4954 section 4"),
                                                   (["AUTH LOGIN", secret, "%" + secret], 501, "5.5.2", "RFC 4954 section 4"),
                                                   (["AUTH LOGIN", secret, "\0" + secret], 500, "5.5.2", "RFC 5321 section 2.3.8"),
                                                   (["AUTH LOGIN", secret * 2000], 500, "5.5.6", "RFC 5321 section 4.5.3.1.4")):
                with self.subTest(words=words[-1][:20]), relay.session(client) as s:
                    for word in words:
                        s.send(word + "\r\n")
                        got, text = s.getreply()
                    ident = self.own(relay, f"{got} {text.decode()}", code, enhanced, other, client=client, login=None, to=None)
                    self.assertEqual(relay.why(ident)["protocol"]["section"], section)
            # Turned away before it began.
            with relay.session(client) as _, relay.session(client) as _, relay.session(client) as _:
                with self.assertRaises(smtplib.SMTPConnectError) as e:
                    relay.session(client)
                said = f"{e.exception.smtp_code} {e.exception.smtp_error.decode()}"
                self.own(relay, said, 421, "4.7.0", "rate-limited", client=client, listener="submission", login=None, helo=None)
            relay.stop()
            kept = b"".join(path.read_bytes() for path in pathlib.Path(relay.dir + "/state").rglob("*") if path.is_file())
            for what in kept, relay.log().encode():
                for part in b"my secret", b"my-secret", b"my\0secret", secret.encode():
                    self.assertNotIn(part, what)
            relay.start()
        finally:
            relay.close()

    def test_what_is_no_id(self):
        for ident, said in (("R7K2M9XQ", "no record R7K2M9XQ"), ("x", "this is no id"), ("Q0000000001", "no message of this id"),
                            ("550 5.7.1 No (why: R7K2M9XQ)", "no record R7K2M9XQ"), ("(why: r7k2m9xq", "no record R7K2M9XQ"),
                            ("550 5.7.1 No (why:)", "this is no id")):
            done = self.relay.ask("why", ident)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        self.assertIn("give one id", self.relay.ask("why").stderr)


class Allow(unittest.TestCase):
    def setUp(self):
        self.relay = Relay()

    def tearDown(self):
        self.relay.close()

    def test_an_address_is_let_in(self):
        relay = self.relay
        self.assertEqual(relay.rcpt()[0], 530)
        done = relay.ask("allow", "198.51.100.7", "--for", "30m", "--note", "the fair")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('by permit "pop"', " ".join(done.stdout.split()))
        self.assertEqual(relay.rcpt()[0], 250)
        self.assertEqual(relay.rcpt(client="198.51.100.8")[0], 530)
        self.assertIn("the fair", relay.ask("allow", "--list").stdout)
        windows = json.loads(relay.ask("allow", "--list", "--json").stdout)["windows"]
        self.assertEqual([w["client"] for w in windows], ["198.51.100.7"])
        keys = ["schema", "windows", "client", "until_ms", "permits", "had"]
        for words, given in ((["--list"], {"windows", "permits"}), (["198.51.100.9"], {"client", "until_ms", "permits"}),
                             (["--end", "198.51.100.9"], {"client", "had"})):
            document = json.loads(relay.ask("allow", *words, "--json").stdout)
            self.assertEqual(list(document), keys)
            self.assertEqual({key for key in keys[1:] if document[key] is not None}, given, document)
        self.assertTrue(0 < windows[0]["until_ms"] / 1000 - time.time() <= 1800)
        relay.stop()
        relay.start()
        self.assertEqual(relay.rcpt()[0], 250)
        self.assertEqual(relay.ask("allow", "--end", "198.51.100.7").returncode, 0)
        self.assertEqual(relay.rcpt()[0], 530)
        self.assertEqual(relay.ask("allow", "--end", "198.51.100.7").returncode, 1)

    def test_a_window_closes_by_itself(self):
        relay = self.relay
        self.assertEqual(relay.ask("allow", "198.51.100.7", "--for", "1s").returncode, 0)
        end = time.monotonic() + 100
        while relay.rcpt()[0] == 250:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def test_what_is_not_taken(self):
        for words, said in ((["198.51.100.0/24"], "single addresses alone"), (["127.0.0.1"], "this machine itself"),
                            (["::1"], "this machine itself"), (["::ffff:127.0.0.1"], "this machine itself"),
                            (["0.0.0.0"], "nobody comes from there"), (["198.51.100.7", "--for", "2d"], "1440 minutes at most (allow-longest in the rule file)"),
                            (["198.51.100.7", "--for", "soon"], "is no time"), ([], "give one address"),
                            (["--end", "198.51.100.7", "--for", "3m"], "are of an address that is let in")):
            done = self.relay.ask("allow", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertIn(said, done.stderr)
        self.assertEqual(self.relay.rcpt()[0], 530)

    def test_nothing_to_let_in_by(self):
        relay = self.relay
        relay.write(10, lambda rules: re.sub(r'permit "pop".*\n', "", rules))
        relay.stop()
        relay.start()
        done = relay.ask("allow", "198.51.100.7")
        self.assertEqual(done.returncode, 2)
        self.assertIn("pop-window = true", done.stderr)


if __name__ == "__main__":
    unittest.main()
