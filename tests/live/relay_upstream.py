# SPDX-License-Identifier: ISC
"""The hand-off of baton relay until a smarthost takes mail: TLS of each kind, the login, the old greeting, several addresses
of one name. Next hops follow a script and write down what they heard in clear.

usage: relay_upstream.py BATON [WORD...]   only the cases whose names hold one of the words
"""
import base64
import contextlib
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

import relay_courier
from relay_courier import OFFERS, Die, Hop, Relay, Session, wait_for

relay_courier.CASES.clear()
case = relay_courier.case
USER, PASSWORD = "anna@provider.example", "pass word %s"
LOGIN = ("AUTH PLAIN LOGIN",)


def make_certificate(place, name, alt):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", place / f"{name}.key", "-out", place / f"{name}.pem", "-subj", f"/CN={name}", "-addext", f"subjectAltName={alt}"],
                   check=True, capture_output=True)


class Upstream(Session):
    """Knows STARTTLS and AUTH too; what it hears before TLS is in self.hop.clear."""
    secure = False

    def shake(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.hop.certificate.with_suffix(".pem"), self.hop.certificate.with_suffix(".key"))
        self.file.close()
        self.conn = context.wrap_socket(self.conn, server_side=True)
        self.file, self.secure = self.conn.makefile("rb"), True

    def talk(self):
        with contextlib.suppress(ssl.SSLError):
            if self.hop.at_once:
                self.shake()
            super().talk()

    def ehlo(self):
        words = [self.hop.name, *self.hop.offers, *(self.hop.secure_offers if self.secure else self.hop.clear_offers)]
        return "\n".join(f"250{'-' if i + 1 < len(words) else ' '}{word}" for i, word in enumerate(words))

    def other(self, verb, line):
        if verb == "STAR":
            if self.answer("starttls", "", "220 2.0.0 go on").startswith("220"):
                if self.hop.script.get("handshake") == "die":
                    raise Die
                if self.hop.script.get("handshake") == "words":
                    self.send("454 4.7.0 no TLS after all")
                    return
                self.shake()
        elif verb == "AUTH":
            words = line.split()
            if words[1] == "LOGIN":
                for word in "VXNlcm5hbWU6", "UGFzc3dvcmQ6":
                    self.send("334 " + word)
                    words.append(base64.b64decode(self.file.readline()).decode())
                said = words[2:]
            else:
                said = base64.b64decode(words[2]).decode().split("\0")[1:]
            with self.hop.lock:
                self.hop.logins.append((self.secure, words[1], *said))
            self.answer("auth", "", "235 2.7.0 welcome")
        else:
            super().other(verb, line)


class Smarthost(Hop):
    def __init__(self, certificate, at_once=False, clear_offers=("STARTTLS",), secure_offers=LOGIN, **more):
        self.certificate, self.at_once, self.clear_offers, self.secure_offers, self.logins = certificate, at_once, clear_offers, secure_offers, []
        super().__init__(**more)

    def session(self, conn):
        return Upstream(self, conn)

    def under_tls(self):
        return [mail["session"].secure for mail in self.mails]


PLACE = tempfile.TemporaryDirectory()
KNOWN, STRANGE = (pathlib.Path(PLACE.name) / name for name in ("known", "strange"))
WITH_LOGIN = 'login = "provider"'


def rules(login=f"{USER}\n{PASSWORD}\n"):
    (pathlib.Path(PLACE.name) / "provider").write_text(login)
    return f'logins = "{PLACE.name}"\nca = "{KNOWN}.pem"'


def upstream(hops, route=WITH_LOGIN, login=f"{USER}\n{PASSWORD}\n"):
    return Relay(hops, route=route, rules=rules(login))


def down(relay, count=1):
    """The lines that tell why a smarthost is left alone."""
    return wait_for("host-down", lambda: relay.events("host-down") if len(relay.events("host-down")) >= count else None)


def left(hop):
    """Whoever came has gone again: nothing more is said in those sessions."""
    wait_for("the end of the sessions", lambda: hop.sessions and all(session.conn.fileno() < 0 for session in hop.sessions))


# ---- the login ----

@case
def a_login_is_said_under_tls_only():
    for at_once, mechanism, expected in (False, "", "PLAIN"), (True, "", "PLAIN"), (False, "LOGIN", "LOGIN"), (True, "LOGIN\r", "LOGIN"):
        text = f"{USER}\r\n{PASSWORD}\r\n{mechanism}\n" if "\r" in mechanism else f"{USER}\n{PASSWORD}\n{mechanism}"
        with Smarthost(KNOWN, at_once, clear_offers=("STARTTLS", *LOGIN), secure_offers=("STARTTLS", *LOGIN)) as hop, \
                upstream([hop], WITH_LOGIN + (" security = tls" if at_once else ""), text) as relay:
            relay.send("tom@next.example")
            wait_for("the message", lambda: hop.to() == ["tom@next.example"])
            assert hop.logins == [(True, expected, USER, PASSWORD)] and hop.under_tls() == [True], hop.logins
            assert " AUTH=<>" in hop.said("MAIL")[0], hop.lines  # RFC 4954 section 5: whose mail it is stays here
            log = relay.log()
            for secret in PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode():
                assert secret not in log


@case
def no_password_for_who_cannot_show_who_it_is():
    with Smarthost(STRANGE) as bad, Smarthost(STRANGE, True) as at_once, Smarthost(KNOWN) as good:
        for hop, route in (bad, WITH_LOGIN), (at_once, WITH_LOGIN + " security = tls"):
            with upstream([hop], route) as relay:
                relay.send("tom@next.example")
                said = down(relay)[0]
                assert "cause=certificate-self-signed" in said and "was not sent" in said, said
                left(hop)
                assert not hop.logins and not hop.said("MAIL")
        with upstream([bad, good]) as relay:
            relay.send("tom@next.example")
            wait_for("the message", lambda: good.to() == ["tom@next.example"])
            assert not bad.logins and not bad.said("MAIL")


@case
def no_password_in_clear():
    for offers, cause in (LOGIN, False), (("XXXXXXXA", *LOGIN), True):
        with Smarthost(KNOWN, clear_offers=offers) as hop, upstream([hop]) as relay:
            relay.send("tom@next.example")
            said = down(relay)[0]
            assert "it does not offer STARTTLS" in said and ("cause=starttls-stripped" in said) == cause, said
            left(hop)
            assert not hop.logins and not hop.said("MAIL")
    with Smarthost(KNOWN, clear_offers=("STARTTLS", *LOGIN)) as hop, upstream([hop], WITH_LOGIN + " security = none") as relay:
        relay.send("tom@next.example")
        assert "no mechanism that a password" in down(relay)[0]
        left(hop)
        assert not hop.logins and not hop.said("MAIL")
    with Smarthost(KNOWN, starttls="454 4.7.0 not now", clear_offers=("STARTTLS", *LOGIN)) as hop, upstream([hop]) as relay:
        relay.send("tom@next.example")
        assert "STARTTLS was refused: 454" in down(relay)[0]
        left(hop)
        assert not hop.logins and not hop.said("MAIL")


@case
def a_refused_login_is_not_tried_again_soon():
    """For as long as the pause lasts, which is said; a login put off has the usual one."""
    for reply, words, cause, long in ("535 5.7.8 Error: authentication failed", "was refused", "cause=wrong-credentials", True), \
            ("454 4.7.0 Temporary authentication failure", "was put off", "cause=auth-backend-down", False):
        with Smarthost(KNOWN, auth=reply) as bad, Smarthost(KNOWN) as good, upstream([bad, good]) as relay:
            relay.send("tom@next.example")
            wait_for("the message", lambda h=good: h.to() == ["tom@next.example"])
            said = down(relay)[0]
            assert words in said and reply in said and cause in said, said
            assert (int(said.partition("pause-ms=")[2].split()[0]) > 60000) == long, said
            relay.send("tim@next.example")
            wait_for("the second", lambda h=good: len(h.to()) == 2)
            assert not bad.said("MAIL") and (not long or len(bad.logins) == 1), bad.logins


@case
def a_login_that_cannot_be_said():
    for offers, login, cause, words in \
            ((), f"{USER}\n{PASSWORD}\n", "relay-takes-no-login", "offers no login"), \
            (("AUTH GSSAPI",), f"{USER}\n{PASSWORD}\n", "no-common-mechanism", "no mechanism that a password"), \
            (LOGIN, f"{USER}\n{PASSWORD}\nCRAM-MD5\n", "no-common-mechanism", "that the login's file names"):
        with Smarthost(KNOWN, secure_offers=offers) as hop, upstream([hop], login=login) as relay:
            relay.send("tom@next.example")
            said = down(relay)[0]
            assert f"cause={cause}" in said and words in said, said
            left(hop)
            assert not hop.logins and not hop.said("MAIL")


@case
def a_login_that_is_not_whole_is_refused_at_start():
    for text, words in ("", "the first line is to be the user"), (f"{USER}\n", "the second the password"), (f"{USER}\n\n", "the second the password"), \
            (f"\n{PASSWORD}\n", "the first line is to be the user"), (None, "No such file"):
        relay = upstream(["127.0.0.1:9"], login=text or "")
        if text is None:
            (pathlib.Path(PLACE.name) / "provider").unlink()
        with relay.place:
            got = subprocess.run([relay_courier.RELAY, "relay", "--config", str(relay.file)], capture_output=True, text=True, check=False, timeout=60)
            assert got.returncode != 0 and words in got.stderr + got.stdout and "provider" in got.stderr + got.stdout, (text, got)


@case
def each_route_has_its_own_login():
    """Two routes with one login read its file once, a third has another."""
    other = pathlib.Path(PLACE.name) / "other"
    other.write_text("tim\nother secret\n")
    with Smarthost(KNOWN) as one, Smarthost(KNOWN) as two, Smarthost(KNOWN) as three:
        extra = f'route "two" {{ smarthost = "127.0.0.1:{two.port}" login = "other" recipient-domain = "two.example" }}\n' \
                f'route "three" {{ smarthost = "127.0.0.1:{three.port}" login = "provider" recipient-domain = "three.example" }}\n'
        with Relay([one], WITH_LOGIN, rules(), extra) as relay:
            for domain in "one", "two", "three":
                relay.send(f"tom@{domain}.example")
            wait_for("all", lambda: one.to() and two.to() and three.to())
            assert one.logins == three.logins == [(True, "PLAIN", USER, PASSWORD)] and two.logins == [(True, "PLAIN", "tim", "other secret")]


# ---- TLS without a login ----

@case
def without_a_login_tls_is_used_where_it_works():
    with Smarthost(STRANGE) as hop, upstream([hop], "") as relay:
        relay.send("tom@next.example")
        wait_for("the message", lambda: hop.under_tls() == [True])
        wait_for("the warning", lambda: relay.events("certificate-not-verified"))
        assert not hop.logins and "AUTH" not in hop.said("MAIL")[0], hop.lines
    for script in {"starttls": "454 4.7.0 not now"}, {"handshake": "die"}, {"handshake": "words"}, {"clear_offers": ()}:
        with Smarthost(KNOWN, **script) as hop, upstream([hop], "") as relay:
            relay.send("tom@next.example")
            wait_for("the message", lambda h=hop: h.under_tls() == [False])
            relay.send("tim@next.example")  # it is not tried again at each connection
            wait_for("the second", lambda h=hop: len(h.mails) == 2)
            assert len(hop.said("STARTTLS")) == (0 if "clear_offers" in script else 1), hop.lines


@case
def where_tls_is_wanted_nothing_goes_in_clear():
    for script, route, words in ({"starttls": "454 4.7.0 not now"}, "security = starttls", "STARTTLS was refused"), \
            ({"handshake": "words"}, "security = starttls", "cause=tls-version-or-cipher"), \
            ({"handshake": "die"}, "security = starttls", "event=host-down"), \
            ({"clear_offers": ()}, "security = starttls", "does not offer STARTTLS"), \
            ({}, "security = tls", "cause=tls-mode-mismatch"):
        with Smarthost(KNOWN, **script) as hop, upstream([hop], route) as relay:
            relay.send("tom@next.example")
            assert words in down(relay)[0], down(relay)
            left(hop)
            assert not hop.said("MAIL")


@case
def tls_that_nobody_wants_is_not_begun():
    with Smarthost(KNOWN) as hop, upstream([hop], "security = none") as relay:
        relay.send("tom@next.example")
        wait_for("the message", lambda: hop.under_tls() == [False])
        assert not hop.said("STARTTLS")


# ---- greetings ----

@case
def who_does_not_know_ehlo_is_greeted_the_old_way():
    """RFC 5321 section 3.2; a refusal of the client is none of EHLO, and what needs an extension cannot go without."""
    with Hop(ehlo="500 5.5.1 what?") as hop, Relay([hop]) as relay:
        relay.send("tom@next.example")
        wait_for("the message", lambda: hop.to() == ["tom@next.example"])
        assert hop.said("HELO") == ["HELO relay.test"] and "SIZE" not in hop.mails[0]["line"]
    for script, route in ({"ehlo": "550 5.7.1 not you"}, ""), ({"ehlo": "554 5.7.1 not you"}, ""), ({"ehlo": "450 4.7.1 later"}, ""), \
            ({"ehlo": "500 5.5.1 what?"}, WITH_LOGIN), ({"ehlo": "500 5.5.1 what?", "helo": "500 5.5.1 what?"}, ""):
        with Smarthost(KNOWN, **script) as hop, upstream([hop], route) as relay:
            relay.send("tom@next.example")
            assert "EHLO was refused" in down(relay)[0]
            left(hop)
            assert len(hop.said("HELO")) == ("helo" in script) * len(hop.sessions) and not hop.said("MAIL"), hop.lines


# ---- addresses ----

@contextlib.contextmanager
def preloaded(library):
    """What is started meanwhile has it."""
    before = dict(os.environ)
    os.environ.update(LD_PRELOAD=library, ASAN_OPTIONS="verify_asan_link_order=0:" + before.get("ASAN_OPTIONS", ""))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@case
def any_address_of_a_name_will_do():
    """Where none is open at one, and where one says nothing at all."""
    for dead in "closed", "silent":
        with Hop() as hop, socket.socket() as other, preloaded(os.environ["TWO_ADDRESSES"]), Relay([f"both.test:{hop.port}"]) as relay:
            if dead == "silent":  # with a full backlog a connection does not even open
                other.bind(("127.0.0.2", hop.port))
                other.listen(0)
                full = [socket.socket() for _ in range(4)]
                for s in full:
                    s.setblocking(False)
                    s.connect_ex(("127.0.0.2", hop.port))
            relay.send("tom@next.example")
            wait_for("the message", lambda h=hop: h.to() == ["tom@next.example"])
            assert not relay.events("host-down") and not relay.events("deferred")
            if dead == "silent":
                for s in full:
                    s.close()


@case
def a_name_without_an_address_is_no_smarthost():
    with Hop() as good, preloaded(os.environ["TWO_ADDRESSES"]), Relay([f"none.test:{good.port}", good]) as relay:
        relay.send("tom@next.example")
        wait_for("the message", lambda: good.to() == ["tom@next.example"])
        assert "cause=dns-failure" in down(relay)[0] and "none.test has no address" in down(relay)[0], down(relay)


# ---- a second attempt ----

@case
def who_has_it_is_no_part_of_the_second_attempt():
    """The recipient that needed SMTPUTF8 has the mail; the one that is left does not need it."""
    answers = {"tim": "450 4.2.0 later"}
    with Hop(rcpt=lambda _, to: answers.get(to.partition("@")[0])) as hop, Relay([hop]) as relay:
        relay.send("t\u00f6m@next.example", "tim@next.example", mail="SMTPUTF8")
        wait_for("the first attempt", lambda: relay.events("deferred") and hop.to() == ["t\u00f6m@next.example"])
        answers.clear()
        hop.offers = ("8BITMIME",)
        for session in hop.sessions:
            with contextlib.suppress(OSError):
                session.conn.shutdown(socket.SHUT_RDWR)
        left(hop)
        subprocess.run([relay_courier.BATON, "queue", "retry", "--all", "--control", pathlib.Path(relay.place.name) / "control"], check=True,
                       capture_output=True, timeout=60)
        wait_for("the second", lambda: len(hop.mails) == 2 or relay.events("failed"))
        assert hop.to() == ["t\u00f6m@next.example", "tim@next.example"] and not relay.events("failed"), hop.to()


if __name__ == "__main__":
    with PLACE:
        make_certificate(KNOWN.parent, KNOWN.name, "IP:127.0.0.1,DNS:both.test")
        make_certificate(STRANGE.parent, STRANGE.name, "IP:127.0.0.1")
        os.chmod(PLACE.name, 0o755)
        relay_courier.main()
