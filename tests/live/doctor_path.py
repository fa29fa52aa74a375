#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The way to the server, on real sockets: TLS that is too old, offers of STARTTLS that are taken out, greetings
that take their time, servers that drop or drag.

usage: doctor_path.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import functools
import socket
import ssl
import tempfile
import threading
import time
import warnings

import peers
from doctor_kit import HOST, LONG_S, PASSWORD, USER, Bench, expect, owes, owes_document
from peers import Close, Site

warnings.simplefilter("ignore", DeprecationWarning)  # old versions of TLS are what is meant here
bench = Bench(27)
LOGINS = {USER: PASSWORD.encode()}
REPEATED = len(PASSWORD) // 2


def old_context(cert, version=ssl.TLSVersion.TLSv1, ciphers="ALL:@SECLEVEL=0"):
    """What a server of fifteen years ago has."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version, made.maximum_version = ssl.TLSVersion.TLSv1, version
    made.set_ciphers(ciphers)
    made.load_cert_chain(*cert)
    return made


def use(label, context):
    """A certificate's name for peers.py under which this context is found."""
    peers._contexts[label] = context
    return label


def rsa(label, bits):
    """A certificate with an RSA key of that length."""
    ordinary = peers.Authority._openssl

    def short(*arguments):
        given = list(arguments)
        if "ec" in given:
            at = given.index("ec")
            given[at:at + 3] = [f"rsa:{bits}"]
        ordinary(*given)
    bench.authority._openssl = short
    try:
        return bench.authority.issue(label)
    finally:
        del bench.authority._openssl


def no_secret(site):
    """Nothing was said under the weak context but EHLO at most, and no login was tried at all."""
    expect(not site.auths, "a login was tried", site.auths)
    expect(PASSWORD.encode() not in site.unprotected(), "the password was shown")
    for conn in site.conns:
        verbs = {verb for verb, _, _ in conn.commands}
        expect(verbs <= {"EHLO", "STARTTLS", "QUIT"}, "more than a look", conn.commands)


def derived_again(run):
    """The stored document alone gives the same answer."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(run.out)
        file.flush()
        again = bench.doctor(["--verify", file.name], password=None)
    expect(again.status == 0, "--verify", again.text, again.errors)


def weak(tls, security, context, words):
    """The second handshake shows why the first one failed; nothing is said on it."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), tls=tls, cert=use(f"weak {tls} {words}", context), trusted=False)
        run = bench.ask(peer, "--json", security=security)
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] == "tls-version-or-cipher", "cause", document["cause"], run.text)
        expect(document["strength"] == "proved", "strength", document["strength"], run.text)
        seen = [row for row in document["evidence"] if row["probe"] == "observed-tls"]
        expect(len(seen) == 1 and words in seen[0]["said"], "what was seen", seen)
        expect(len(site.conns) <= 3, "connections", len(site.conns))
        derived_again(run)
        expect(not site.impolite(), "left without QUIT", [c.commands for c in site.impolite()])
        no_secret(site)


def short_key():
    """The handshake completes, and the check of the certificate says why it must not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*rsa("short", 1024))
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=use("short key", context), trusted=False)
        run = bench.ask(peer, "--json")
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] == "tls-version-or-cipher", "cause", document["cause"], run.text)
        expect(not site.auths, "a login was tried", site.auths)


def refused_by_any():
    """A server that wants nobody: both handshakes fail alike, and that is not called a matter of versions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*bench.cert)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(bench.authority.pem)
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=use("wants a certificate", context), trusted=False)
        run = bench.ask(peer, "--json")
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] != "tls-version-or-cipher", "cause", document["cause"], run.text)
        no_secret(site)


def taken_out(caps, answer, cause, strength, cert=None):
    """EHLO lacks STARTTLS; the command is said once, on a connection of its own."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=cert or bench.cert, caps=caps,
                           steps={} if answer is None else {"starttls": answer})
        run = bench.ask(peer, "--json")
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] == cause, "cause", document["cause"], run.text)
        expect(document["strength"] == strength, "strength", document["strength"], run.text)
        derived_again(run)
        said = [c for c in site.conns if any(verb == "STARTTLS" for verb, _, _ in c.commands)]
        expect(len(said) == 1, "STARTTLS that was not offered", [c.commands for c in site.conns])
        expect([v for v, _, _ in said[0].commands] == ["EHLO", "STARTTLS", "QUIT"], "said", said[0].commands)
        no_secret(site)


# ---- mail is fetched first ----

class Pop:
    """A POP3 server (RFC 1939) that notes what it is told. tls: "once", "stls" or None."""

    def __init__(self, address, tls, cert, password=PASSWORD):
        self.tls, self.cert, self.password = tls, cert, password
        self.said, self.clear, self.opened, self.repeats = [], b"", set(), False
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, client = self.listener.accept()
            except OSError:
                return
            sock.settimeout(30)
            with contextlib.suppress(OSError, ValueError):
                self._serve(sock, client[0])
            sock.close()

    def _serve(self, sock, client):
        secure = self.tls == "once"
        if secure:
            sock = peers.context(self.cert).wrap_socket(sock, server_side=True)
        sock.sendall(b"+OK ready\r\n")
        pending = b""
        while True:
            while b"\n" not in pending:
                octets = sock.recv(4096)
                if not octets:
                    return
                self.clear += b"" if secure else octets
                pending += octets
            line, _, pending = pending.partition(b"\n")
            verb, _, argument = line.strip().partition(b" ")
            self.said.append(verb.decode())
            if verb == b"STLS" and self.tls == "stls":
                sock.sendall(b"+OK begin\r\n")
                sock, secure = peers.context(self.cert).wrap_socket(sock, server_side=True), True
            elif verb == b"PASS":
                good = argument == self.password.encode()
                if good:
                    self.opened.add(client)
                if self.repeats:  # in two pieces, of which neither is the whole secret
                    sock.sendall(b"-ERR [AUTH] not " + argument[:REPEATED])
                    time.sleep(0.2)
                    sock.sendall(argument[REPEATED:] + b"\r\n")
                    continue
                sock.sendall(b"+OK 2 messages\r\n" if good else b"-ERR [AUTH] no\r\n")
            elif verb == b"QUIT":
                sock.sendall(b"+OK\r\n")
                return
            else:
                sock.sendall(b"+OK\r\n" if verb == b"USER" else b"-ERR not here\r\n")


def fetched_first(tls, cert, strength, said, *flags, password=PASSWORD, status=1):
    address = bench.address()
    pop = Pop(address, tls, cert, password)
    with Site({}) as site:
        peer = site.listen(address, tls=None, caps=["8BITMIME"], steps={
            "rcpt": lambda conn, _: "250 2.1.5 ok" if conn.client in pop.opened else
            "550 5.7.1 check for new mail before sending"})
        run = bench.ask(peer, "--json", "--auth", "none", "--pop", f"{HOST}:{pop.port}", *flags,
                        security="none")
        site.settle()
        owes(run, PASSWORD, 20)
        document = owes_document(run, f"port {peer.port}")
        expect((document["cause"], document["strength"]) == ("pop-before-smtp", strength), "cause", run.text)
        derived_again(run)
        expect(pop.said == said, "said to the POP3 server", pop.said)
        expect(run.status == status, "exit status", run.status)
        expect(len(site.recipients) == 1 + (strength == "proved"), "the recipient was named", site.recipients)
        expect("--allow-clear-auth" in flags or PASSWORD.encode() not in pop.clear, "the password in clear", pop.clear)
        logins = said.count("PASS")
        stats = document["stats"]
        expect((stats["auth_attempts"], stats["auth_refused"]) == (logins, logins * (strength != "proved")), "stats",
               stats)


def repeated_in_pieces():
    address = bench.address()
    pop = Pop(address, "once", bench.cert, "another")
    pop.repeats = True
    with Site({}) as site:
        peer = site.listen(address, tls=None, caps=["8BITMIME"], steps={
            "rcpt": "550 5.7.1 check for new mail before sending"})
        run = bench.ask(peer, "--verbose", "--auth", "none", "--pop", f"{HOST}:{pop.port}", security="none")
        site.settle()
        expect(pop.said == LOGIN, "said to the POP3 server", pop.said)
        for part in (PASSWORD[:REPEATED], PASSWORD[REPEATED:]):
            expect(part not in run.text + run.errors, "part of the password is shown", run.errors)
        expect("[AUTH] not [hidden]" in run.errors, "the refusal is not shown", run.errors)


LOGIN = ["USER", "PASS", "QUIT"]
bench.case("POP3 repeats the password in two pieces", repeated_in_pieces)
for name, arguments, more in (
        ("POP3 under TLS at once", ("once", bench.cert, "proved", LOGIN), {}),
        ("POP3 with STLS", ("stls", bench.cert, "proved", ["STLS", *LOGIN]), {}),
        ("POP3 without TLS", (None, None, "likely", ["STLS", "QUIT"]), {}),
        ("POP3 without TLS allowed", (None, None, "proved", ["STLS", *LOGIN], "--allow-clear-auth"), {}),
        ("POP3 with a certificate of nobody", ("once", bench.authority.issue("own", own=True), "likely", ["QUIT"]), {}),
        ("POP3 with a certificate of nobody and STLS, clear allowed",
         ("stls", bench.authority.issue("own2", own=True), "likely", ["STLS", "QUIT"], "--allow-clear-auth"), {}),
        ("POP3 refuses the password", ("once", bench.cert, "likely", LOGIN), {"password": "another"})):
    bench.case(name, functools.partial(fetched_first, **more), *arguments)


# ---- servers that take their time, or lose patience ----

def early_talkers(delay_s, *flags, status, cause):
    """The greeting comes late, and who spoke before it is turned away: nobody did, but for the one ClientHello that
    tries whether the port waits for TLS."""
    def greeting(conn, _):
        return "554 5.5.1 you talk too soon" if conn.early else None

    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, greet=((delay_s, b""),), steps={"greeting": greeting})
        run = bench.ask(peer, "--json", *flags)
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(run.status == status and document["cause"] == cause, "verdict", run.text)
        early = [c for c in site.conns if c.early]
        expect(all(c.early.startswith(b"\x16\x03") for c in early), "said before the greeting", early)
        expect(len(early) <= 1, "how many spoke early", len(early))
        expect(not site.impolite(), "left without QUIT", [c.commands for c in site.impolite()])


def tarpit(reply_s, timeout_s, statuses):
    """Every reply takes its time. The run ends in time with what it knows, and what it does not know it does not name."""
    def slowly(conn, _):
        time.sleep(reply_s)

    steps = {step: slowly for step in ("greeting", "ehlo", "ehlo-tls", "starttls", "auth", "mail", "rcpt", "rset", "quit")}
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=steps)
        run = bench.ask(peer, "--json", "--auth", "none", timeout_s=timeout_s)
        site.settle()
        owes(run, PASSWORD, timeout_s)
        document = owes_document(run, f"port {peer.port}")
        expect(run.status in statuses, "exit status", run.status, run.text)
        if run.status != 1:
            named = [c for c in document["causes"] if c["strength"] != "possible"]
            expect(not named, "a cause is named that was not seen", named)
        else:
            expect(document["cause"] == "client-never-authenticates", "cause", run.text)
        expect(len(site.refusals) <= 3 and site.refused_auths == 0, "refusals", site.refusals)


def hangs_up(reply):
    """The connection ends with each refusal: the login is made on the next one."""
    def refuse(conn, _):
        return None if conn.logged_in else Close(reply)

    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps={"rcpt": refuse})
        run = bench.ask(peer, "--json", "--auth", "none")
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect((document["cause"], document["strength"]) == ("client-never-authenticates", "proved"), "cause", run.text)
        expect(len(site.conns) <= 4, "connections", len(site.conns))


def banned_after(refusals):
    """After so many refusals the address is shut out: the run takes that for an end, and comes back no more."""
    def greeting(conn, _):
        return "421 4.7.0 too many errors from your address" if len(site.refusals) >= refusals else None

    def rcpt(conn, _):
        return Close(b"554 5.7.1 relay access denied\r\n")

    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps={"greeting": greeting, "rcpt": rcpt})
        run = bench.ask(peer, "--json")
        site.settle()
        owes_document(run, f"port {peer.port}")
        turned_away = [c for c in site.conns if not c.greeted]
        expect(len(turned_away) <= 2, "knocks at a closed door", len(turned_away))
        expect(len(site.refusals) <= 3, "refusals", site.refusals)


for name, function, arguments, more in (
        ("greeting after 6 s", early_talkers, (6,), {"status": 0, "cause": None}),
        ("greeting after 6 s, does not log in", early_talkers, (6, "--auth", "none"),
         {"status": 1, "cause": "client-never-authenticates"}),
        ("a tarpit that lets it finish", tarpit, (0.7, LONG_S, {1}), {}),
        ("a tarpit of 3 s a reply", tarpit, (3, 11, {3}), {}),
        ("a tarpit of 5 s a reply", tarpit, (5, 14, {3}), {}),
        ("a greeting that is too late", tarpit, (9, 6, {3, 4}), {}),
        ("hangs up with a refusal", hangs_up, (b"554 5.7.1 relay access denied\r\n",), {}),
        ("421 and hangs up", hangs_up, (b"550 5.7.1 relaying denied\r\n421 4.7.0 bye\r\n",), {}),
        ("shut out after the first refusal", banned_after, (1,), {})):
    bench.case(name, functools.partial(function, **more), *arguments)


# ---- TLS ----

RSA = rsa("rsa", 2048)
for name, function, *arguments in (
        ("TLS 1.0, STARTTLS", weak, "starttls", "starttls", old_context(RSA), "TLSv1"),
        ("TLS 1.0, at once", weak, "implicit", "tls", old_context(RSA), "TLSv1"),
        ("TLS 1.1", weak, "starttls", "starttls", old_context(RSA, ssl.TLSVersion.TLSv1_1), "TLSv1.1"),
        ("a weak cipher", weak, "starttls", "starttls",
         old_context(RSA, ssl.TLSVersion.TLSv1_2, "AECDH:@SECLEVEL=0"), "AECDH"),
        ("a short key", short_key),
        ("no handshake by any policy", refused_by_any),
        ("STARTTLS taken out and answered", taken_out, ["8BITMIME"], None, "starttls-stripped", "proved"),
        ("STARTTLS taken out and 502", taken_out, ["8BITMIME"], "502 5.5.1 no", "starttls-stripped", "possible"),
        ("STARTTLS made of X", taken_out, ["8BITMIME", "XXXXXXXA"], "500 5.5.1 no", "starttls-stripped", "likely")):
    bench.case(name, function, *arguments)
bench.run()
