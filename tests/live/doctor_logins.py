#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Logins that hang on the TLS connection itself, and a token in the hands of a server that tells it.

SCRAM's -PLUS variants are checked by a server of their own here: under TLS 1.2 with Python's channel
binding, under TLS 1.3 with what OpenSSL's s_server exports, so that both ends come to the same octets by
different ways.
"""
import base64
import contextlib
import hashlib
import hmac
import json
import re
import socket
import ssl
import subprocess
import threading

from doctor_kit import Bench, HOST, Run, LONG_S, USER, OUTSIDE, expect, hides

bench = Bench(220)
PASSWORD = "willow-Bark-51"
TOKEN = "ya29.A0ARrdaM-sEcReT_t0ken+/with~odd.parts"
ROUNDS = 4096


# ---- servers ----

class Broken(Exception):
    pass


def decoded(line):
    return base64.b64decode(line)


def scram_plus(take, say, kind, binding):
    """The server's end of RFC 5802 with SHA-256; raises Broken where the client is not bound to this connection."""
    head = f"p={kind},,"
    first = decoded(take().split()[2]).decode()
    if not first.startswith(head):
        raise Broken(f"the client begins by {first}")
    bare = first[len(head):]
    nonce = re.search(r"r=([^,]+)", bare)[1] + "server"
    salt = b"sixteen octets.."
    server_first = f"r={nonce},s={base64.b64encode(salt).decode()},i={ROUNDS}"
    say("334 " + base64.b64encode(server_first.encode()).decode())
    final = decoded(take()).decode()
    without, _, proof = final.partition(",p=")
    bound = decoded(re.match(r"c=([^,]+)", without)[1])
    if bound != head.encode() + binding:
        raise Broken(f"bound to {bound!r}, and this is {binding!r}")

    def mac(key, message):
        return hmac.new(key, message, hashlib.sha256).digest()
    salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, ROUNDS)
    key = mac(salted, b"Client Key")
    message = f"{bare},{server_first},{without}".encode()
    wanted = bytes(a ^ b for a, b in zip(key, mac(hashlib.sha256(key).digest(), message)))
    if decoded(proof) != wanted:
        say("535 5.7.8 no")
        return
    signature = mac(mac(salted, b"Server Key"), message)
    say("334 " + base64.b64encode(b"v=" + base64.b64encode(signature)).decode())
    if take() != "":
        raise Broken("no empty answer to the server's proof")
    say("235 2.7.0 in")


def talk(take, say, offers, auth):
    """The rest of a session; take gives a line without its end, None at the end."""
    say("220 here")
    pushed = []
    while (line := pushed.pop() if pushed else take()) is not None:
        verb = line[:4].upper()
        if verb == "AUTH":
            auth(lambda first=[line]: first.pop() if first else take(), say)
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250-here\r\n250 AUTH " + offers if verb == "EHLO" else "250 ok")


class Server:
    """TLS at once on a loopback address of its own; each connection talks on a thread."""

    def __init__(self, offers, auth, **context):
        self.offers, self.auth, self.trouble, self.connections, self.shown = offers, auth, [], 0, []
        self.address = bench.address()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*bench.cert)
        for name, value in context.items():
            setattr(self.context, name, value)
        self.listener = socket.create_server((self.address, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def trust(self, authority):
        self.context.load_verify_locations(authority)
        self.context.verify_mode = ssl.CERT_REQUIRED
        return self

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            sock.settimeout(30)
            with self.context.wrap_socket(sock, server_side=True) as tls, tls.makefile("rb") as lines:
                self.shown.append(tls.getpeercert())

                def take():
                    line = lines.readline()
                    return line.rstrip(b"\r\n").decode("latin-1") if line else None
                talk(take, lambda text: tls.sendall(text.encode("latin-1") + b"\r\n"), self.offers,
                     lambda take, say: self.auth(tls, take, say))
        except Broken as why:
            self.trouble.append(str(why))
        except (OSError, ValueError):
            pass


def ask(address, port, *flags, password=PASSWORD):
    return Run(bench.baton, ["--server", f"{HOST}:{port}", "--connect-to", address, "--ports", "", "--ca",
                             bench.authority.pem, "--security", "tls", "--timeout", str(LONG_S), USER, "--to", OUTSIDE,
                             *flags], password=password)


def told(document):
    return document["verdict"], document["cause"], document["strength"]


def expect_login(document, mechanism):
    expect(told(document)[:2] == ("accepted", None) and document["works"]["mechanism"] == mechanism,
           "the answer", told(document), *[row["said"] for row in document["evidence"]])


# ---- channel binding ----

def bound_by_unique(mechanism="SCRAM-SHA-256-PLUS"):
    server = Server(mechanism, lambda tls, take, say: scram_plus(take, say, "tls-unique",
                                                                 tls.get_channel_binding("tls-unique")),
                    maximum_version=ssl.TLSVersion.TLSv1_2)
    document = ask(server.address, server.port, "--auth", mechanism, "--json").document()
    expect(not server.trouble, "what the server saw", server.trouble)
    expect_login(document, mechanism)


def bound_by_exporter(mechanism="SCRAM-SHA-256-PLUS"):
    address, port = bench.address(), 46500
    process = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"{address}:{port}", "-cert", bench.cert[0], "-key", bench.cert[1], "-tls1_3",
         "-naccept", "1", "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
    trouble = []

    def serve():
        exported = None
        began = False

        def say(text):
            process.stdin.write(text.encode() + b"\r\n")

        def take():
            nonlocal began
            while line := process.stdout.readline():
                line = line.rstrip(b"\r\n").decode("latin-1")
                began |= line.startswith("EHLO ")
                if began:
                    return line
            return None
        try:
            while exported is None and (line := process.stdout.readline()):
                found = re.search(rb"Keying material: ([0-9A-F]+)", line)
                exported = bytes.fromhex(found[1].decode()) if found else None
            talk(take, say, mechanism, lambda take, say: scram_plus(take, say, "tls-exporter", exported))
        except Broken as why:
            trouble.append(str(why))
        except OSError:
            pass
    while (ready := process.stdout.readline()).startswith(b"Using"):
        pass  # said before it listens
    expect(ready.startswith(b"ACCEPT"), "s_server", ready)
    threading.Thread(target=serve, daemon=True).start()
    try:
        document = ask(address, port, "--auth", mechanism, "--json").document()
    finally:
        process.kill()
        process.wait()
    expect(not trouble, "what the server saw", trouble)
    expect_login(document, mechanism)


# ---- a certificate of ours ----

def refuses_all(tls, take, say):
    take()
    say("535 5.7.8 no")


def certificate_wanted(version, strengths):
    server = Server("PLAIN", refuses_all, maximum_version=version).trust(bench.authority.pem)
    document = ask(server.address, server.port, "--json", password=None).document()
    expect(told(document)[:2] == ("refused", "client-certificate-needed") and
           document["strength"] in strengths, "without one", told(document),
           *[row["said"] for row in document["evidence"]])
    shows = ("--cert", bench.cert[0], "--key", bench.cert[1], "--json")
    document = ask(server.address, server.port, "--auth", "none", *shows, password=None).document()
    expect(told(document)[:2] == ("accepted", None), "with one", told(document),
           *[row["said"] for row in document["evidence"]])


OWN = bench.authority.issue("own", own=True)


def certificate_withheld(version, mode):
    """A server whose certificate does not verify is not shown ours, and the lack of it is not the cause."""
    server = Server("PLAIN", refuses_all, maximum_version=version).trust(bench.authority.pem)
    server.context.verify_mode = mode
    server.context.load_cert_chain(*OWN)
    document = ask(server.address, server.port, "--auth", "none", "--cert", bench.cert[0], "--key", bench.cert[1], "--json",
                   password=None).document()
    expect(server.connections and not any(server.shown), "it was shown", server.shown)
    expect(document["cause"] == "certificate-self-signed", "the answer", told(document),
           *[row["said"] for row in document["evidence"]])


# ---- a token ----

def tells_the_token(tls, take, say):
    """Says it in the exchange and in the reply, in every form that a JSON text and a line can hold."""
    first = take().split()[2]
    error = json.dumps({"status": f"invalid_token {TOKEN}", "scope": TOKEN[::-1], "schemes": TOKEN.encode().hex(),
                        "error_description": first})
    say("334 " + base64.b64encode(error.encode()).decode())
    take()
    say(f"535-5.7.8 {TOKEN}\r\n535-5.7.8 {first}\r\n535 5.7.8 {base64.b64encode(TOKEN.encode()).decode()}")


def token_is_hidden(mechanism, flags):
    server = Server(mechanism, tells_the_token)
    run = ask(server.address, server.port, "--auth", mechanism, "--token-command", f"printf %s '{TOKEN}'", *flags,
              password=None)
    hides(run.out, TOKEN, "stdout")
    hides(run.err, TOKEN, "stderr")
    if "--json" in flags:
        document = run.document()
        expect(told(document) == ("refused", "oauth-token-rejected", "likely"), "the answer", told(document))
        expect(document["stats"]["auth_attempts"] == 1, "logins", document["stats"])
    else:
        expect("[hidden]" in run.text, "nothing was hidden", run.text)


def token_needs_verified_tls():
    """A server whose certificate is not trusted never hears it."""
    heard = []
    server = Server("XOAUTH2", lambda tls, take, say: (heard.append(take()), say("535 no")))
    run = Run(bench.baton, ["--server", f"{HOST}:{server.port}", "--connect-to", server.address, "--ports", "",
                            "--security", "tls", "--timeout", str(LONG_S), USER, "--to", OUTSIDE, "--auth", "XOAUTH2",
                            "--token-command", f"printf %s '{TOKEN}'", "--json"], password=None)
    document = run.document()
    expect(not heard and document["stats"]["auth_attempts"] == 0, "it was said", heard)


def too_much_work():
    """An iteration count that would cost minutes is refused at once, and the exchange called off."""
    def auth(tls, take, say):
        first = decoded(take().split()[2]).decode()
        nonce = first.partition("r=")[2] + "x"
        say("334 " + base64.b64encode(f"r={nonce},s=QSXCR+Q6sek8bf92,i=1000000000".encode()).decode())
        expect(take() == "*", "the exchange was not called off")
        say("501 5.7.0 cancelled")
    server = Server("SCRAM-SHA-256", auth)
    run = ask(server.address, server.port, "--auth", "SCRAM-SHA-256", "--json")
    said = [row["said"] for row in run.document()["evidence"] if row["probe"] == "login"]
    expect(len(said) == 1 and "more than 1000000 iterations" in said[0], "the row", said)
    expect(run.seconds < 15, "time", run.seconds)


def unsigned_success():
    """235 without the server's signature: no success, and nothing more is said to whoever it is."""
    def auth(tls, take, say):
        nonce = decoded(take().split()[2]).decode().partition("r=")[2] + "x"
        say("334 " + base64.b64encode(f"r={nonce},s=QSXCR+Q6sek8bf92,i=4096".encode()).decode())
        take()
        say("235 2.7.0 in")
        after.append(take())
    after = []
    server = Server("SCRAM-SHA-256", auth)
    document = ask(server.address, server.port, "--auth", "SCRAM-SHA-256", "--json").document()
    said = [row["said"] for row in document["evidence"] if row["probe"] == "login"]
    expect(len(said) == 1 and "before the exchange of SCRAM-SHA-256 was over" in said[0], "the row", said)
    expect(document["verdict"] != "accepted" and document["cause"] is None, "the answer", told(document))
    expect(after == ["QUIT"], "said behind it", after)
    expect(document["stats"]["auth_attempts"] == 1, "logins", document["stats"])


bench.case("SCRAM without the server's signature", unsigned_success)
bench.case("bound by tls-unique", bound_by_unique)
bench.case("bound by tls-exporter", bound_by_exporter)
bench.case("a certificate is wanted under TLS 1.3", certificate_wanted, ssl.TLSVersion.TLSv1_3, ("likely",))
bench.case("a certificate is wanted under TLS 1.2", certificate_wanted, ssl.TLSVersion.TLSv1_2,
           ("possible", "likely"))
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    for mode in (ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED):
        bench.case(f"a certificate is withheld {version.name} {mode.name}", certificate_withheld, version, mode)
for mechanism in ("XOAUTH2", "OAUTHBEARER"):
    for flags in (("--json",), ("--verbose",), ("--json", "--verbose")):
        bench.case(f"{mechanism} token told by the server {' '.join(flags)}", token_is_hidden, mechanism, flags)
bench.case("a token needs verified TLS", token_needs_verified_tls)
bench.case("SCRAM with a billion iterations", too_much_work)
bench.run()
