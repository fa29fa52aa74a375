#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The guard rails of the doctor against servers made by chance, and settings made by chance.

A seed makes a host: one address or two, ports, capabilities, certificates, and at any step refusals, ends, silence, nonsense,
floods, delays, other answers at every second time, and echoes of what the client said in every spelling.
It makes a user too: flags, login, password. The servers count. What a run printed, and every file it
left, is searched for the password.

usage: doctor_guard_matrix.py BATON [--count N] [--seed FIRST] [--show]

Every failure names its seed: --seed N --count 1 --show plays it again, and says what the host is.
"""
import argparse
import base64
import contextlib
import ipaddress
import os
import pathlib
import random
import socket
import sys
import tempfile
import threading
import time

from doctor_kit import HOST, OUTSIDE, USER, Bench, Failure, echo_of, expect, hides, owes, owes_document
from peers import Close, Flood, Reset, Silence, Site
from rails import holds, said_auth

parser = argparse.ArgumentParser()
parser.add_argument("baton")
parser.add_argument("--count", type=int, default=160)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--show", action="store_true")
options = parser.parse_args()
del sys.argv[2:]

bench = Bench(52)
CERTIFICATES = {
    "good": bench.cert,
    "expired": bench.authority.issue("expired", begin_s=-86400 * 9, end_s=-86400),
    "early": bench.authority.issue("early", begin_s=86400 * 3),
    "of another name": bench.authority.issue("name", "DNS:www.hosting.example"),
    "self-signed": bench.authority.issue("self", own=True),
}
PASSWORDS = ("kV7#pz q/Lm+29%é", "correct horse battery", "Zm9v=bar/+9", "p'ss\"w\\rd$HOME", "äöü-ßÄÖ-12", "<tag>&amp;%41%")
TIMEOUT_S = 4

DIGESTS = ("CRAM-MD5", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "NTLM")  # show no password
TOKENS = ("XOAUTH2", "OAUTHBEARER")
MECHANISMS = ("PLAIN LOGIN", "PLAIN LOGIN", "LOGIN", "PLAIN", "CRAM-MD5", "CRAM-MD5 PLAIN", "SCRAM-SHA-256 PLAIN",
              "DIGEST-MD5 LOGIN", "NTLM PLAIN", "XOAUTH2 PLAIN", "XOAUTH2 OAUTHBEARER", "SCRAM-SHA-1 SCRAM-SHA-256-PLUS NTLM", "GSSAPI PLAIN", "X-UNHEARD", "")
REFUSALS = ("550 5.7.1 relaying denied", "554 5.7.1 relay access denied", "530 5.7.0 Authentication required",
            "535 5.7.8 bad credentials", "534 5.7.9 an app password is needed", "530 5.7.0 Must issue a STARTTLS command first",
            "553 5.7.1 sender address rejected: not owned by user", "501 5.5.2 helo name refused", "550 5.1.1 user unknown",
            "450 4.2.0 greylisted, come back", "451 4.3.0 try again later", "454 4.7.0 temporary authentication failure",
            "421 4.7.0 too many errors", "421 4.3.2 closing", "503 5.5.1 bad sequence", "502 5.5.2 not known", "552 5.3.4 too big",
            "550-5.7.1 one line\n550-5.7.1 and another\n550 5.7.1 and the last", "554 5.7.1 blocked by blocklist.example",
            "538 5.7.11 encryption required", "432 4.7.12 a password transition is needed", "454 4.7.1 relay access denied")
STEPS = ("greeting", "ehlo", "ehlo-tls", "starttls", "auth", "auth", "mail", "mail", "rcpt", "rcpt", "rset", "data", "body",
         "quit")
REFUSED_LATE = ("auth", "mail", "rcpt", "data", "body")


def spelt(password, code):
    """A reply of the password in every spelling."""
    lines = [line.replace(b"\r", b"").replace(b"\n", b"") for line in echo_of(password)]
    return b"".join(code + b"-" + line + b"\r\n" for line in lines) + code + b" so there\r\n"


def ask_with(password):
    """The password as challenges, then in the answer."""
    def answer(conn, _):
        for octets in (password.encode(), base64.b64encode(password.encode()), password.encode().hex().encode()):
            conn.peer.ask(conn, octets)
        return spelt(password, b"535")
    return answer


def slowly(_conn, _argument):
    time.sleep(0.4)


class Names:
    """A name server on loopback that knows one host."""

    def __init__(self, addresses):
        self.addresses = [ipaddress.ip_address(a) for a in addresses]
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                query, client = self.socket.recvfrom(4096)
                end = query.index(b"\0", 12) + 5
                kind = int.from_bytes(query[end - 4:end - 2], "big")
                found = [a.packed for a in self.addresses if kind == (1 if a.version == 4 else 28)]
                records = [b"\xc0\x0c" + query[end - 4:end] + b"\0\0\0\x3c" + len(a).to_bytes(2, "big") + a for a in found]
                self.socket.sendto(query[:2] + b"\x81\x80\0\1" + len(found).to_bytes(2, "big") + b"\0" * 4 +
                                   query[12:end] + b"".join(records), client)


class Host:
    """What a seed makes: rows for Site.listen, flags, and what the rails may not forbid."""

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.words = []
        self.password = rng.choice(PASSWORDS)
        self.known = rng.random() < 0.85        # a login is at hand
        self.right = rng.random() < 0.7
        self.ports = [self.port() for _ in range(rng.choice((1, 2, 2, 3, 4, 6)))]
        self.trusted = rng.random() < 0.1
        self.second = rng.random() < 0.4     # another address of the same host; of ::1 there is one for all
        self.there = [self.port() for _ in self.ports if rng.random() < 0.7] if self.second else []
        self.user()
        self.file(random.Random(-seed - 1))

    def odd_answer(self, step):
        """(name, answer) for a step."""
        rng, code = self.rng, {"greeting": b"220", "ehlo": b"250", "ehlo-tls": b"250"}
        refusal = rng.choice(REFUSALS)
        kinds = {
            "refuses": (8, refusal),
            "closes": (1, Close()),
            "closes behind a reply": (1, Close(refusal.split("\n", maxsplit=1)[0].encode() + b"\r\n")),
            "closes inside a reply": (1, Close(b"550-5.7.1 half")),
            "resets": (1, Reset()),
            "is silent": (1, Silence()),
            "talks nonsense": (1, rng.choice((b"\xff\xfe\x00\x01\r\n", b"what?\r\n", b"999 no such code\r\n", b"250\r\n",
                                              b"25\r\n", b"250-never\r\n251 mind\r\n", b"\x16\x03\x01\x02\x00\x01"))),
            "floods": (0.5, Flood(rng.choice((b"x" * 1000, b"250-more\r\n", b"250 ok\r\n")))),
            "is slow": (1, slowly),
            "refuses every second time": (2, self.every_second(refusal)),
            "refuses, and hangs up": (2, self.hang_up(refusal, step in REFUSED_LATE)),
            "tells the password": (3, lambda c, a: spelt(self.password, code.get(step, rng.choice((b"535", b"550", b"454"))))),
        }
        if step == "auth":
            kinds["asks with the password"] = (2, ask_with(self.password))
        names = list(kinds)
        name = rng.choices(names, [kinds[n][0] for n in names])[0]
        return name, kinds[name][1]

    @staticmethod
    def every_second(refusal):
        count = iter(range(10 ** 6))
        return lambda c, a: refusal if next(count) % 2 == 0 else None

    @staticmethod
    def hang_up(refusal, counts):
        def answer(conn, _):
            conn.send(refusal.replace("\n", "\r\n").encode() + b"\r\n")
            if counts:
                conn.peer.site.note_refusal(conn, "hang-up", int(refusal[:3]))
            return Close()
        return answer

    def port(self):
        rng = self.rng
        tls = rng.choice(("starttls", "starttls", "starttls", "implicit", None))
        certificate = rng.choice(("good", "good", "good", "good", "expired", "early", "of another name", "self-signed"))
        common = [c for c in ("PIPELINING", "8BITMIME", "SIZE 1000", "SMTPUTF8", "DSN") if rng.random() < 0.5]
        auth = rng.choice(MECHANISMS)
        offers = ["AUTH " + auth] if auth else []
        caps = common + (["STARTTLS"] if tls == "starttls" else [])
        caps += offers if tls is None or rng.random() < 0.2 else []
        greet = rng.choice(((),) * 8 + (((0.4, b""),), ((0.2, b"220-mail.peer.example\r\n"), (0.5, b"")), ((2.3, b""),)))
        odd = {}
        for step in rng.sample(STEPS, rng.choice((0, 0, 1, 1, 1, 2, 3))):
            name, odd[step] = self.odd_answer(step)
            self.words.append(f"port {len(self.words)}: {name} at {step}")
        self.words.append(f"tls {tls}, {certificate}, caps {caps}, under TLS {common + offers}, greet {greet}")
        return {"tls": tls, "cert": CERTIFICATES[certificate], "trusted": certificate == "good", "caps": caps,
                "caps_tls": common + offers, "greet": greet, "steps": odd}

    def user(self):
        rng = self.rng
        self.security = rng.choice(("starttls", "starttls", "tls", "none", "auto"))
        self.auth = rng.choice(("auto",) * 5 + ("none",) * 4 + DIGESTS + ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"))
        self.token = self.known and (self.auth in TOKENS or (self.auth in ("auto", "none") and rng.random() < 0.1))
        if self.auth in TOKENS and not self.token:
            self.auth = "auto"
        self.gentle = rng.random() < 0.25
        self.send = rng.random() < 0.25
        self.logins = rng.choice((1, 1, 1, 2, 3))
        self.clear_auth = rng.random() < 0.08
        self.helo = rng.random() < 0.2
        self.text = rng.random() < 0.3
        self.verbose = self.text and rng.random() < 0.5
        self.to = rng.choice((OUTSIDE, OUTSIDE, OUTSIDE, "other@inside.example", None))
        self.sender = rng.choice((None, None, None, "boss@inside.example", "x@else.example"))

    def file(self, rng):
        """Some users have their settings in a program's file, and that is all that the doctor is given."""
        said = self.security != "auto" and self.auth == "auto" and not self.token and not self.helo
        self.unchecked = rng.random() < 0.5
        self.config = said and rng.random() < 0.6

    def written(self, port):
        protocol = {"starttls": "smtp+starttls", "tls": "smtps", "none": "smtp"}[self.security]
        return (f"APP_NAME = Forge\n[mailer]\nENABLED = true\nPROTOCOL = {protocol}\nSMTP_ADDR = {HOST}\nSMTP_PORT = {port}\n"
                f"FROM = {self.sender or USER}\nUSER = {USER}\n" + (f"PASSWD = `{self.password}`\n" if self.known else "") +
                f"FORCE_TRUST_SERVER_CERT = {self.unchecked}\n")

    def flags(self):
        flags = ["--timeout", str(TIMEOUT_S)]
        if not self.config:
            flags += [USER, "--security", self.security]
            flags += ["--auth", self.auth] if self.auth != "auto" or self.known else []
        for wanted, words in ((self.gentle, ["--gentle"]), (self.send, ["--send"]), (self.clear_auth, ["--allow-clear-auth"]),
                              (self.logins > 1, ["--logins", str(self.logins)]), (self.helo, ["--helo", "bad.example"]),
                              (not self.text, ["--json"]), (self.verbose, ["--verbose"]), (self.to, ["--to", self.to]),
                              (self.sender and not self.config, ["--from", self.sender]),
                              (self.token, ["--token-command", 'printf %s "$PEER_TOKEN"'])):
            flags += words if wanted else []
        return flags

    def may_greet_tls(self):
        """May a ClientHello come before a greeting? The user says TLS, or a port kept silent for two seconds."""
        return self.security in ("tls", "auto") or any(
            p["tls"] == "implicit" or "greeting" in p["steps"] or any(pause >= 1.5 for pause, _ in p["greet"])
            for p in self.ports + self.there)


def play(seed):
    host = Host(seed)
    words = f"seed {seed}: {'--config ' if host.config else ''}{' '.join(host.flags())}\n    " + "\n    ".join(host.words)
    if options.show:
        print(words, flush=True)
    try:
        judge(host)
    except Failure as failure:
        raise Failure(f"{words}\n{failure}") from failure


def judge(host):
    address = bench.address()
    logins = {USER: host.password.encode() if host.right else b"another one"}
    place = tempfile.mkdtemp(dir=bench.folder.name)
    d = None
    with Site(logins=logins, trusted_clients=("127.0.0.1",) if host.trusted else ()) as site:
        peers = [site.listen(address, **row) for row in host.ports]
        there = bench.address()
        for peer, row in zip(peers, host.there):
            site.listen(there, peer.port, **row)
        to = ["--resolver", Names((address, there)).place] if host.second else ["--connect-to", address]
        where = ["--server", f"{HOST}:{peers[0].port}"]
        if host.config:
            path = pathlib.Path(tempfile.mkdtemp(dir=bench.folder.name), "app.ini")
            path.write_text(host.written(peers[0].port))
            where = ["--config", str(path)]
        arguments = [*host.flags(), *where, *to, "--ca", bench.authority.pem, "--ports", ",".join(str(p.port) for p in peers[1:])]
        if CAN_REPORT:
            arguments += ["--report", f"{place}/report.html"]
        typed = host.known and not host.token and not host.config
        run = bench.doctor(arguments, password=host.password if typed else None, cwd=place,
                           env={"PEER_TOKEN": host.password})
        site.settle()
        told = "\n".join(f"{c.peer.address} {c.peer.port} {'greeted' if c.greeted else 'not greeted'} {c.commands}" for c in site.conns)
        if options.show:
            print(told, flush=True)
        try:
            owes(run, host.password if host.known else None, TIMEOUT_S)
            for file in pathlib.Path(place).rglob("*"):
                if file.is_file() and host.known:
                    hides(file.read_bytes(), host.password, f"the file {file.name}")
            d = owes_document(run, f"port {peers[0].port}") if not host.text else None
            rails(host, site, run)
            if d:
                # It stood, and the end came before the client saw it.
                late = 1 if cut_short(run) or any(c.is_mute() for c in site.conns) else 0
                expect(abs(len(site.conns) - d["stats"]["connections"]) <= late, "stats.connections", d["stats"], len(site.conns))
                lost = sum(c.server_ended for c in site.conns)   # AUTH may have met a closed door
                expect(0 <= d["stats"]["auth_attempts"] - len(said_auth(site)) <= lost, "stats.auth_attempts", d["stats"])
                expect(d["stats"]["data_sent"] == site.data, "stats.data_sent", d["stats"])
        except Failure as failure:
            rows = "\n".join(f"{row['at_ms']} {row['said']}" for row in d["evidence"]) if not host.text and d else run.text
            raise Failure(f"{failure}\n{told}\n{rows}") from failure


def rails(host, site, run):
    digest = host.auth if host.security == "none" and host.auth in DIGESTS and host.auth != "NTLM" else None  # v1 is none
    holds(site, run, gentle=host.gentle, send=host.send, to=host.to, hello_ok=host.may_greet_tls(),
          clear_auth=host.clear_auth, digest=digest, variants=1 + host.helo, logins=host.logins, password=host.password, cut_short=cut_short(run))
    for conn in site.conns:
        waited = conn.silent_at in ("mail", "rcpt", "rset", "auth", "ehlo", "ehlo-tls", "body")
        heard = bytes(conn.hidden if conn.tls else conn.clear)
        expect(not waited or heard.endswith(b"QUIT\r\n"), f"no QUIT after silence at {conn.silent_at}", heard[-60:])


def cut_short(run):
    return run.seconds > TIMEOUT_S - 0.5


def can_report():
    trial = f"{bench.folder.name}/trial.html"
    bench.doctor(["--server", "127.0.0.1:1", "--from", USER, "--auth", "none", "--timeout", "1", "--report", trial],
                 password=None)
    return os.path.exists(trial)


CAN_REPORT = can_report()
for number in range(options.seed, options.seed + options.count):
    bench.case(f"seed {number}", play, number)
bench.run(workers=16)
