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
import warnings

import peers
from doctor_kit import HOST, PASSWORD, USER, Bench, expect, owes, owes_document
from peers import Site

warnings.simplefilter("ignore", DeprecationWarning)  # old versions of TLS are what is meant here
bench = Bench(27)
LOGINS = {USER: PASSWORD.encode()}


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
        run = bench.ask(peer, "--json", security=security, timeout_s=20)
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
        run = bench.ask(peer, "--json", timeout_s=20)
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
        run = bench.ask(peer, "--json", timeout_s=20)
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] != "tls-version-or-cipher", "cause", document["cause"], run.text)
        no_secret(site)


def taken_out(caps, answer, cause, strength, cert=None):
    """EHLO lacks STARTTLS; the command is said once, on a connection of its own."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=cert or bench.cert, caps=caps,
                           steps={} if answer is None else {"starttls": answer})
        run = bench.ask(peer, "--json", timeout_s=20)
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
        self.said, self.clear, self.opened = [], b"", set()
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
                        security="none", timeout_s=20)
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


LOGIN = ["USER", "PASS", "QUIT"]
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
