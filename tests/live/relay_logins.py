# SPDX-License-Identifier: ISC
"""Logins at a running relay: every mechanism right and wrong, cancelled, braked, disabled, changed while it runs. SCRAM is played
here by a client of its own, bound to its TLS connection by tls-unique where it is a -PLUS."""
import base64
import hashlib
import hmac
import os
import pathlib
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "real"))
from ports import free_ports                                          # noqa: E402
from relay_kit import BATON, Relay, wait_for                          # noqa: E402

sys.argv.pop(1)
PASSWORD = "tulip Mania:1637%"
RULES = """hostname = "mail.example"
certificate = "{pem}"
users = "{users}"
listen "submission"  {{ address = "127.0.0.1"  port = {starttls}  security = starttls }}
listen "clear"       {{ address = "127.0.0.1"  port = {clear}  security = starttls  auth-in-clear = true }}
listen "submissions" {{ address = "127.0.0.1"  port = {tls}  security = tls }}
permit "users" {{ authenticated = true }}
"""


def b64(octets):
    return base64.b64encode(octets).decode()


def refused(code, text):
    return (code, text.encode() if isinstance(text, str) else text)


class Scram:
    """RFC 5802 as a client. flag: the beginning of the first message, "n,,"; binding: what stands behind it in c=."""

    def __init__(self, digest, user, password, flag="n,,", binding=b""):
        self.digest, self.user, self.password = digest, user, password
        self.flag, self.binding = flag, binding
        self.bare = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={b64(os.urandom(18))}"

    def first(self):
        return (self.flag + self.bare).encode()

    def final(self, challenge):
        parts = dict(part.split("=", 1) for part in challenge.decode().split(","))
        salted = hashlib.pbkdf2_hmac(self.digest, self.password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
        key = hmac.digest(salted, b"Client Key", self.digest)
        bare = f"c={b64(self.flag.encode() + self.binding)},r={parts['r']}"
        signed = f"{self.bare},{challenge.decode()},{bare}".encode()
        proof = hmac.digest(hashlib.new(self.digest, key).digest(), signed, self.digest)
        self.server = hmac.digest(hmac.digest(salted, b"Server Key", self.digest), signed, self.digest)
        return f"{bare},p={b64(bytes(a ^ b for a, b in zip(key, proof)))}".encode()

    def play(self, smtp, mechanism):
        """The reply at the end; the server's own proof is looked at."""
        code, text = smtp.docmd("AUTH", f"{mechanism} {b64(self.first())}")
        if code != 334:
            return code, text
        code, text = smtp.docmd(b64(self.final(base64.b64decode(text))))
        if code != 334:
            return code, text
        said = base64.b64decode(text)
        assert said == b"v=" + base64.b64encode(self.server), said
        return smtp.docmd("")


class Logins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="baton-")
        cls.place = pathlib.Path(cls.folder.name)
        os.chmod(cls.place, 0o755)
        pem, key = cls.place / "pem", cls.place / "key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=mail.example", "-addext", "subjectAltName=DNS:mail.example", "-keyout", key, "-out", pem],
                       check=True, capture_output=True)
        (cls.place / "cert").write_bytes(pem.read_bytes())
        pem.write_bytes(pem.read_bytes() + key.read_bytes())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.users = self.place / f"users-{self.id().rsplit('.', 1)[1]}"
        self.users.write_text("")
        os.chmod(self.users, 0o640)
        if os.geteuid() == 0:
            os.chown(self.users, 0, 65534)
        self.relay = None

    def tearDown(self):
        if self.relay:
            self.relay.stop()
            log = self.relay.log(1 << 20)
            for secret in (PASSWORD, b64(PASSWORD.encode()), b64(f"\0anna\0{PASSWORD}".encode())):
                self.assertNotIn(secret, log)

    def user(self, *words, password=PASSWORD, status=0):
        got = subprocess.run([BATON, "user", *words, "--users", self.users] + (["--password-env", "P"] if words[0] in ("add", "check") else []),
                             env={**os.environ, "P": password}, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(got.returncode, status, got.stderr)
        self.said = got.stderr
        return got.stdout

    def start(self):
        self.starttls, self.clear, self.tls = free_ports(3)
        place = pathlib.Path(tempfile.mkdtemp(dir=self.place))
        os.chmod(place, 0o777)
        self.relay = Relay(place, RULES.format(pem=self.place / "pem", users=self.users, starttls=self.starttls, clear=self.clear, tls=self.tls))
        self.relay.start(ports=[("127.0.0.1", self.starttls)])

    def connect(self, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if version:
            context.maximum_version = version
        smtp = smtplib.SMTP_SSL("127.0.0.1", self.tls, context=context, timeout=100)
        self.addCleanup(smtp.close)
        smtp.ehlo()
        return smtp

    def offered(self, smtp):
        return smtp.esmtp_features.get("auth", "").split()

    def may(self, smtp):
        """Is the session one of a login?"""
        smtp.mail("anna@mail.example")
        return smtp.rcpt("b@next.example")[0]

    def log_in(self, mechanism, password=PASSWORD, user="anna"):
        smtp = self.connect()
        smtp.user, smtp.password = user, password
        return smtp.auth(mechanism, getattr(smtp, "auth_" + mechanism.lower().replace("-", "_")))

    def test_hashes_offer_what_a_hash_can(self):
        self.user("add", "anna")
        self.assertIn('owner "anna" { address = "anna@your.domain" }', " ".join(self.said.split()))
        self.user("add", "anna")  # a new password
        self.assertNotIn("owner", self.said)
        self.user("add", "bert", "--argon2id")
        self.start()
        clear = smtplib.SMTP("127.0.0.1", self.starttls, timeout=100)
        clear.ehlo()
        self.assertEqual(self.offered(clear), [])
        self.assertEqual(clear.docmd("AUTH", "PLAIN " + b64(f"\0anna\0{PASSWORD}".encode()))[0], 538)
        clear.close()
        smtp = self.connect()
        self.assertEqual(self.offered(smtp), ["PLAIN", "LOGIN"])
        self.assertEqual(smtp.docmd("AUTH", "CRAM-MD5")[0], 504)
        self.assertEqual(self.may(smtp), 530)
        for mechanism in ("PLAIN", "LOGIN"):
            for user in ("anna", "bert"):
                self.assertEqual(self.log_in(mechanism, user=user)[0], 235)
                for wrong in ("tulip", PASSWORD + "x"):
                    with self.assertRaises(smtplib.SMTPAuthenticationError) as e:
                        self.log_in(mechanism, wrong, user)
                    self.assertEqual(e.exception.smtp_code, 535)
                    self.assertIn(b"5.7.8", e.exception.smtp_error)
        smtp = self.connect()
        smtp.user, smtp.password = "anna", PASSWORD
        smtp.auth("PLAIN", smtp.auth_plain)
        smtp.mail("anna@mail.example")
        self.assertNotEqual(smtp.rcpt("b@next.example")[0], 530)
        self.assertIn("right-again", self.relay.log(1 << 20))

    def test_secrets_offer_all(self):
        self.user("add", "anna", "--plain")
        self.user("add", "b,=x", "--plain", "--scram")
        self.start()
        smtp = self.connect()
        self.assertEqual(self.offered(smtp), ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1",
                                              "CRAM-MD5", "PLAIN", "LOGIN"])
        for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5"):
            self.assertEqual(self.log_in(mechanism)[0], 235)
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                self.log_in(mechanism, PASSWORD + "x")
        for user in ("anna", "b,=x"):
            for mechanism, digest in (("SCRAM-SHA-256", "sha256"), ("SCRAM-SHA-1", "sha1")):
                smtp = self.connect()
                self.assertEqual(Scram(digest, user, PASSWORD).play(smtp, mechanism)[0], 235)
                self.assertNotEqual(self.may(smtp), 530)
        smtp = self.connect()
        self.assertEqual(Scram("sha256", "anna", "tulip").play(smtp, "SCRAM-SHA-256")[0], 535)
        self.assertEqual(Scram("sha256", "nobody", PASSWORD).play(smtp, "SCRAM-SHA-256")[0], 535)
        self.assertEqual(self.may(smtp), 530)

    def test_bound_to_its_connection(self):
        self.user("add", "anna", "--scram")
        self.start()
        for mechanism, digest in (("SCRAM-SHA-256", "sha256"), ("SCRAM-SHA-1", "sha1")):
            smtp = self.connect(ssl.TLSVersion.TLSv1_2)
            binding = smtp.sock.get_channel_binding("tls-unique")
            self.assertIn(mechanism + "-PLUS", self.offered(smtp))
            wrong = Scram(digest, "anna", PASSWORD, "p=tls-unique,,", binding[:-1] + bytes([binding[-1] ^ 1]))
            self.assertEqual(wrong.play(smtp, mechanism + "-PLUS")[0], 535)
            self.assertEqual(Scram(digest, "anna", PASSWORD, "y,,").play(smtp, mechanism)[0], 535)
            self.assertEqual(Scram(digest, "anna", PASSWORD, "p=tls-unique,,", binding).play(smtp, mechanism + "-PLUS")[0], 235)
        smtp = self.connect()                                # TLS 1.3: tls-exporter alone
        self.assertEqual(Scram("sha256", "anna", PASSWORD, "p=tls-unique,,", b"x").play(smtp, "SCRAM-SHA-256-PLUS")[0], 535)

    def test_bound_only_where_there_is_tls(self):
        """A listener that takes logins in clear too: -PLUS is offered behind STARTTLS, and not before."""
        self.user("add", "anna", "--scram")
        self.start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        smtp = smtplib.SMTP("127.0.0.1", self.clear, timeout=100)
        self.addCleanup(smtp.close)
        smtp.ehlo()
        self.assertEqual(self.offered(smtp), ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN"])
        self.assertEqual(smtp.docmd("AUTH", "SCRAM-SHA-256-PLUS")[0], 504)
        smtp.starttls(context=context)
        smtp.ehlo()
        self.assertIn("SCRAM-SHA-256-PLUS", self.offered(smtp))
        self.assertEqual(Scram("sha256", "anna", PASSWORD).play(smtp, "SCRAM-SHA-256")[0], 235)
        smtp = smtplib.SMTP("127.0.0.1", self.clear, timeout=100)
        self.addCleanup(smtp.close)
        smtp.ehlo()                                          # in clear a client that could bind believes rightly that we cannot
        self.assertEqual(Scram("sha256", "anna", PASSWORD, "y,,").play(smtp, "SCRAM-SHA-256")[0], 235)

    def test_bound_by_exporter(self):
        """TLS 1.3, played by baton's own doctor, whose client's end was held against other servers."""
        self.user("add", "anna", "--scram")
        self.start()
        for mechanism in ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"):
            for password, code in ((PASSWORD, 235), ("tulip", 535)):
                got = subprocess.run([BATON, "doctor", "--server", f"mail.example:{self.tls}", "--connect-to", "127.0.0.1", "--security", "tls",
                                      "--auth", mechanism, "--user", "anna", "--password-env", "P", "--from", "anna@mail.example",
                                      "--to", "b@next.example", "--ca", self.place / "cert", "--json"],
                                     env={**os.environ, "P": password}, capture_output=True, text=True, check=False, timeout=60)
                log = self.relay.log(1 << 20)
                result = "right" if code == 235 else "wrong"
                self.assertRegex(log, rf"result={result} .*mechanism={mechanism}", got.stdout[-2000:] + got.stderr)

    def test_cancelled_and_broken(self):
        self.user("add", "anna", "--scram")
        self.start()
        smtp = self.connect()
        for word in ("PLAIN", "LOGIN", "SCRAM-SHA-256"):
            self.assertEqual(smtp.docmd("AUTH", word)[0], 334)
            self.assertEqual(smtp.docmd("*")[0], 501)
            self.assertEqual(smtp.docmd("AUTH", word)[0], 334)
            self.assertEqual(smtp.docmd("not base64!")[0], 501)
        # Begun, cancelled, and begun again: nothing of the first is left.
        first = Scram("sha256", "anna", PASSWORD)
        self.assertEqual(smtp.docmd("AUTH", "SCRAM-SHA-256 " + b64(first.first()))[0], 334)
        self.assertEqual(smtp.docmd("*")[0], 501)
        self.assertEqual(Scram("sha256", "anna", PASSWORD).play(smtp, "SCRAM-SHA-256")[0], 235)
        self.assertEqual(smtp.docmd("AUTH", "PLAIN " + b64(b"\0a\0b"))[0], 503)
        # A client that is gone while its password is checked.
        for _ in range(5):
            gone = self.connect()
            gone.send("AUTH PLAIN " + b64(b"\0anna\0" + os.urandom(6).hex().encode()) + "\r\n")
            gone.sock.close()
        self.assertEqual(self.log_in("PLAIN")[0], 235)

    def test_many_wrong_ones_are_braked(self):
        self.user("add", "anna")
        self.user("add", "bert")
        self.start()
        self.assertEqual(self.log_in("PLAIN")[0], 235)       # anna is known here from now on
        began, codes = time.monotonic(), []
        for n in range(100):
            smtp = self.connect()
            codes.append(smtp.docmd("AUTH", "PLAIN " + b64(f"\0bert\0wrong{n}".encode()))[0])
            if codes[-1] == 421:
                break
        more = len(codes) - 11                               # one comes back in 30 s: a machine may be that slow
        self.assertEqual(codes, [535] * (10 + more) + [421])
        self.assertTrue(0 <= more <= (time.monotonic() - began) / 30, more)
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            smtp.noop()
            smtp.noop()
        time.sleep(0.01)
        smtp = self.connect()                                # what is wrong in the same way again costs nothing
        self.assertEqual(smtp.docmd("AUTH", "PLAIN " + b64(f"\0bert\0{PASSWORD}".encode()))[0], 421)
        self.assertEqual(self.log_in("PLAIN")[0], 235)
        with self.assertRaises(smtplib.SMTPAuthenticationError) as e:
            self.log_in("PLAIN", "not hers")
        self.assertEqual(e.exception.smtp_code, 535)
        self.assertIn("braked-address", self.relay.log(1 << 20))

    def test_the_same_wrong_one_is_counted_once(self):
        self.user("add", "anna")
        self.start()
        for _ in range(30):
            smtp = self.connect()
            self.assertEqual(smtp.docmd("AUTH", "PLAIN " + b64(b"\0anna\0stale"))[0], 535)
        self.assertEqual(self.log_in("PLAIN")[0], 235)

    def test_disabled_and_unknown_hashes(self):
        self.user("add", "anna")
        self.user("disable", "anna")
        with open(self.users, "a", encoding="ascii") as f:
            f.write("carl:$9$of$another\ndora:$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHQ$AAAA\n")
        self.start()
        os.chmod(self.users, 0o644)
        self.relay.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "secret-open-to-all" in self.relay.log(1 << 20), 100, self.relay.log)
        for user, code, enhanced in (("anna", 535, b"5.7.13"), ("carl", 454, b"4.7.0"), ("dora", 454, b"4.7.0")):
            with self.assertRaises(smtplib.SMTPAuthenticationError) as e:
                self.log_in("PLAIN", user=user)
            self.assertEqual(e.exception.smtp_code, code)
            self.assertIn(enhanced, e.exception.smtp_error)
        with self.assertRaises(smtplib.SMTPAuthenticationError) as e:
            self.log_in("PLAIN", "wrong", "anna")
        self.assertIn(b"5.7.8", e.exception.smtp_error)      # who does not know the password learns nothing

    def test_a_changed_password_counts_at_once(self):
        self.user("add", "anna")
        self.start()
        self.assertEqual(self.log_in("PLAIN")[0], 235)
        self.user("add", "anna", password="another one")
        self.relay.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 100
        while True:
            try:
                self.log_in("PLAIN", "another one")
                break
            except smtplib.SMTPAuthenticationError:
                self.assertLess(time.monotonic(), end, self.relay.log())
                time.sleep(0.05)
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            self.log_in("PLAIN")                             # it was right seconds ago, and is not any more


class Users(unittest.TestCase):
    """baton user alone."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="baton-")
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / "users"

    def run_it(self, *words, status=0, password="x", **more):
        got = subprocess.run([BATON, "user", *words, "--users", self.file], env={**os.environ, "P": password}, text=True, check=False,
                             capture_output=True, timeout=60, stdin=subprocess.DEVNULL, **more)
        self.assertEqual(got.returncode, status, got.stderr)
        return got.stdout + got.stderr

    def test_what_is_not_meant_stays(self):
        self.file.write_text("# ours\n\nanna:{PLAIN}a\n# the printer\nprinter:{PLAIN}p\n\nzoe:{PLAIN}z")
        os.chmod(self.file, 0o640)
        self.run_it("add", "printer", "--plain", "--password-env", "P")
        self.run_it("add", "a:b%", "--plain", "--password-env", "P", password="p:%")
        self.run_it("disable", "zoe")
        self.run_it("del", "anna")
        self.assertEqual(self.file.read_text(), "# ours\n\n# the printer\nprinter:{PLAIN}x\n\nzoe:{PLAIN}z:disabled\n"
                                                "a%3Ab%25:{PLAIN}p%3A%25\n")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(self.folder.name), ["users"])

    @unittest.skipUnless(os.geteuid() == 0, "only root gives a file to a group")
    def test_a_new_file_in_the_groups_directory_is_the_groups(self):
        os.chown(self.folder.name, 0, 65534)
        os.chmod(self.folder.name, 0o750)
        self.assertNotIn("chmod", self.run_it("add", "anna", "--password-env", "P"))
        self.run_it("add", "bert", "--password-env", "P")
        self.assertEqual((self.file.stat().st_mode & 0o777, self.file.stat().st_gid), (0o640, 65534))

    def test_a_new_file_is_its_owners_alone(self):
        self.run_it("add", "anna", "--password-env", "P")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        if os.geteuid() == 0:
            self.assertIn("chmod 640", self.run_it("add", "bert", "--password-env", "P"))
        os.chmod(self.file, 0o644)
        self.assertIn("chmod o=", self.run_it("list"))

    def test_a_link_is_followed(self):
        other = pathlib.Path(self.folder.name) / "other"
        other.write_text("anna:{PLAIN}a\n")
        self.file.symlink_to(other)
        self.run_it("del", "anna")
        self.assertTrue(self.file.is_symlink())
        self.assertEqual(other.read_text(), "")

    def test_check_says_so_by_its_status(self):
        self.run_it("add", "anna", "--argon2id", "--password-env", "P")
        self.run_it("check", "anna", "--password-env", "P")
        self.run_it("check", "anna", "--password-env", "P", password="y", status=1)
        self.run_it("check", "bert", "--password-env", "P", status=1)
        self.run_it("disable", "anna")
        self.assertIn("is disabled", self.run_it("check", "anna", "--password-env", "P", status=1))
        self.file.write_text("anna:$9$a$b\n")
        self.run_it("check", "anna", "--password-env", "P", status=3)
        self.assertIn("no kind", self.run_it("list"))

    def test_the_list_says_whom_scram_hangs_on(self):
        for name in "abcdefgh":
            self.run_it("add", name, "--plain" if name == "h" else "--crypt", "--password-env", "P")
        got = self.run_it("list")
        self.assertIn("SCRAM-SHA-256 is not offered: 7 without its keys: a, b, c, d, e, ...", got)
        self.assertIn("CRAM-MD5 is not offered: 7 ", got)
        self.assertIn("h: SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN", got)

    def test_wrong_files_and_words(self):
        self.file.write_text("anna:{PLAIN}a\nanna:{PLAIN}b\n")
        self.assertIn("users:2: the login 'anna' stands in line 1 already", self.run_it("list", status=2))
        self.file.write_text("anna:{PLAIN}a\n no blank:x\n\nanna:{PLAIN}b\nnothing\nzoe:{PLAIN}z\n")
        got = self.run_it("list", status=2)
        for line, said in ((2, "begins with a blank"), (4, "'anna' stands in line 1 already"), (5, "there is no colon")):
            self.assertRegex(got, rf"(?m)^baton user: .*users:{line}: .*{said}.*\.$")
        self.assertRegex(got, r"(?s)anna: .*zoe: .*2 logins")
        self.file.write_text("anna:{PLAIN}a\nanna:{PLAIN}b\n")
        self.run_it("add", "bert", "--plain", "--password-env", "P", status=2)
        self.assertEqual(self.file.read_text(), "anna:{PLAIN}a\nanna:{PLAIN}b\n")
        self.file.write_text("")
        for words, said in ((("add",), "wants the name"), (("add", "a", "b"), "wants the name"), (("list", "a"), "wants no name"),
                            (("frob", "a"), "say what to do"), ((), "say what to do"), (("add", "a"), "there is no password"),
                            (("add", "a", "--crypt", "--argon2id", "--password-env", "P"), "do not go together"),
                            (("del", "a", "--scram"), "are for add"), (("del", "a", "--password-env", "P"), "wants no password"),
                            (("add", "a\nb", "--password-env", "P"), "control character"),
                            (("add", "a", "--password-env", "NOT_THERE"), "no such variable"),
                            (("check", "a", "--json"), "--json is for list")):
            self.assertIn(said, self.run_it(*words, status=2), words)
        self.assertEqual(self.file.read_text(), "")
        self.file.unlink()
        self.assertIn("baton user add NAME makes it", self.run_it("list", status=2))
        nowhere = subprocess.run([BATON, "user", "add", "a", "--users", f"{self.file}.d/users", "--password-env", "P"], capture_output=True,
                                 text=True, env={**os.environ, "P": "p"}, timeout=60, check=False)
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("there is no directory for the file of logins", nowhere.stderr)

    def test_ten_at_once_lose_nobody(self):
        children = [subprocess.Popen([BATON, "user", "add", f"u{n}", "--plain", "--users", self.file, "--password-env", "P"],
                                     env={**os.environ, "P": f"p{n}"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for n in range(10)]
        self.assertEqual([child.wait(60) for child in children], [0] * 10)
        self.assertEqual(sorted(re.findall(r"^(u\d):", self.file.read_text(), re.M)), [f"u{n}" for n in range(10)])


if __name__ == "__main__":
    unittest.main()
