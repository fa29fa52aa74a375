#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The guard rails of the doctor, counted by the servers it meets.

Whatever is wrong with a server, and whatever the flags, a run may open four connections at a time (two
with --gentle), cause one refused login and three refusals, and says no more than it must to whom it may.

usage: doctor_guard_rails.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import socket

from doctor_kit import HOST, LONG_S, NET, OUTSIDE, PASSWORD, USER, Bench, Failure, expect, owes, owes_document
from peers import Close, Reset, Silence, Site
from ports import free_port
from rails import POSTMASTER, agrees, holds

bench = Bench(32)
LOGINS = {USER: PASSWORD.encode()}
WRONG = {USER: b"another one"}

cert = bench.cert
other_authority = bench.folder.name + "/other"
EXPIRED = bench.authority.issue("expired", begin_s=-86400 * 9, end_s=-86400)
EARLY = bench.authority.issue("early", begin_s=86400 * 3)
WRONG_NAME = bench.authority.issue("name", "DNS:www.hosting.example")
SELF_SIGNED = bench.authority.issue("self", own=True)


# ---- situations ----

def case(name, ports, *flags, status=None, cause=None, cases=("", "gentle", "send"), **options):
    """A situation: ports is a list of rows for Site.listen, the first is the one asked for."""
    for extra in cases:
        bench.case(f"{name} {extra}".strip(), situation, ports, flags, extra, status, cause, options)


def situation(ports, flags, extra, status, cause, options):
    keys = ("logins", "trusted_clients", "local_domains")
    site_options = {k: options[k] for k in keys if k in options}
    site_options.setdefault("logins", LOGINS)
    rails = {"logins": options.get("logins_allowed", 1)}
    rails |= {k: options[k] for k in ("hello_ok", "clear_auth", "digest", "variants") if k in options}
    to = options.get("to", OUTSIDE)
    address = bench.address()
    with Site(**site_options) as site:
        rows = [{"cert": cert, **row} for row in ports]
        asked, *others = [site.listen(address, **row) for row in rows]
        others = [str(p.port) for p in others] + [str(free_port()) for _ in range(options.get("closed", 0))]
        arguments = ["--server", f"{HOST}:{asked.port}", "--connect-to", address, "--ca", bench.authority.pem,
                     "--ports", ",".join(others), "--timeout", str(options.get("timeout_s", LONG_S)), "--json",
                     *flags, *(["--" + extra] if extra else [])]
        arguments += [] if "no-address" in options else [USER]
        arguments += ["--to", to] if to else []
        run = bench.doctor(arguments, password=options.get("password", PASSWORD))
        site.settle()
        owes(run, PASSWORD, options.get("timeout_s", LONG_S))
        d = owes_document(run, f"port {asked.port}")
        try:
            holds(site, run, gentle=extra == "gentle", send=extra == "send", to=to, **rails)
            agrees(site, d["stats"])
            expect(status is None or run.status == status, f"exit status, wanted {status}", run.status, d["summary"])
            expect(cause is None or d["cause"] == cause, f"cause, wanted {cause}", d["cause"], d["causes"])
        except Failure as failure:
            told = "\n".join(f"{c.peer.port} {c.commands}" for c in site.conns)
            raise Failure(f"{failure}\n{told}\n" + "\n".join(row["said"] for row in d["evidence"])) from failure


def own_only(conn, argument):
    """Takes the login's own reverse-path, refuses any other."""
    if conn.logged_in and f"<{conn.logged_in.decode()}>" in argument:
        return None
    return "553 5.7.1 sender address rejected: not owned by user"


def unless_bad_helo(conn, _):
    bad = any(v == "EHLO" and name == "bad.example" for v, name, _ in conn.commands)
    return "550 5.7.1 helo refused" if bad else None


def named(conn, argument):
    return None if argument.startswith("[") else "550 5.7.1 helo name refused"


SUBMISSION = {}
SUBMISSIONS = {"tls": "implicit"}
RELAY = {"caps_tls": ["PIPELINING"], "caps": ["PIPELINING", "STARTTLS"]}
PLAIN_RELAY = {"tls": None, "caps": ["PIPELINING"]}
REFUSES_ALL = {"rcpt": "550 5.7.1 relaying denied"}
TLS, STARTTLS, BARE = ["--security", "tls"], ["--security", "starttls"], ["--security", "none"]

case("works", [SUBMISSION], *STARTTLS, status=0)
case("works with tls", [SUBMISSIONS, SUBMISSION], *TLS, status=0)
case("works, many ports", [SUBMISSION] + [RELAY] * 7, *STARTTLS, status=0)
case("wrong credentials", [SUBMISSION, SUBMISSION, SUBMISSIONS], *STARTTLS, logins=WRONG, status=5,
     cause="wrong-credentials")
case("wrong credentials, eight ports", [SUBMISSION] * 8, logins=WRONG, status=5)
case("login closes", [{"steps": {"auth": Close()}}] * 3, *STARTTLS)
case("login says 421", [{"steps": {"auth": "421 4.7.0 too many errors"}}] * 3, *STARTTLS)
case("login resets", [{"steps": {"auth": Reset()}}] * 3, *STARTTLS)
case("login backend down", [{"steps": {"auth": "454 4.7.0 temporary authentication failure"}}] * 3, *STARTTLS,
     status=5, cause="auth-backend-down")
case("mechanism dead", [{"steps": {"auth": "503 5.5.1 AUTH not available"}}] * 2, *STARTTLS, status=1)
case("no common mechanism", [SUBMISSION], *STARTTLS, "--auth", "CRAM-MD5", status=1, cause="no-common-mechanism")
case("never authenticates", [SUBMISSION, RELAY], *STARTTLS, "--auth", "none", status=1,
     cause="client-never-authenticates")
case("never authenticates, login unknown", [SUBMISSION, RELAY], *STARTTLS, "--auth", "none", status=1,
     password=None, cause="client-never-authenticates")
case("never authenticates, login wrong", [SUBMISSION, RELAY], *STARTTLS, "--auth", "none", logins=WRONG)
case("auth hidden until tls", [SUBMISSION, RELAY], *BARE, status=1, cause="auth-hidden-until-tls")
case("mail only under tls", [{"steps": {"mail": lambda c, a: None if c.tls else "530 5.7.0 Must issue STARTTLS"}}],
     *BARE, "--auth", "none", status=1)
case("tls mode mismatch", [SUBMISSION, SUBMISSION], *TLS, status=1, cause="tls-mode-mismatch", hello_ok=True)
case("tls mode mismatch, the other way", [SUBMISSIONS], *STARTTLS, status=1, cause="tls-mode-mismatch")
for label, paper, cause in (("expired", EXPIRED, "certificate-expired"), ("early", EARLY, "certificate-not-yet-valid"),
                            ("of another name", WRONG_NAME, "certificate-wrong-name"),
                            ("self-signed", SELF_SIGNED, "certificate-self-signed")):
    bad = {"cert": paper, "trusted": False}
    case(f"certificate {label}", [bad, bad, {**bad, **SUBMISSIONS}], *STARTTLS, status=1, cause=cause)
    case(f"certificate {label} with tls", [{**bad, **SUBMISSIONS}, bad], *TLS, status=1, cause=cause)
    case(f"certificate {label}, good elsewhere", [bad, SUBMISSION], *STARTTLS, status=1, cause=cause)
IN_CLEAR = {"tls": None, "caps": ["PIPELINING", "AUTH PLAIN LOGIN"]}
case("login in clear alone", [IN_CLEAR, IN_CLEAR], *BARE)
case("login in clear alone, auto", [IN_CLEAR])
case("login in clear allowed", [IN_CLEAR], *BARE, "--allow-clear-auth", clear_auth=True, status=0)
DIGEST = {"tls": None, "caps": ["PIPELINING", "AUTH CRAM-MD5 PLAIN"]}
NOT_IN_CLEAR = {"caps": ["PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN"],
                "steps": {"auth": lambda c, a: None if c.tls else "538 5.7.11 encryption needed"}}
case("AUTH alone wants TLS", [NOT_IN_CLEAR] * 2, *BARE, status=1, cause="auth-hidden-until-tls")
case("AUTH alone is heard in clear", [{"caps": ["PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN"]}] * 2, *BARE)
case("digest in clear", [DIGEST], *BARE, "--auth", "CRAM-MD5", digest="CRAM-MD5", status=0)
case("digest in clear, wrong credentials", [DIGEST] * 3, *BARE, "--auth", "CRAM-MD5", digest="CRAM-MD5", logins=WRONG)
case("digest in clear, not named", [DIGEST] * 3, *BARE)
case("starttls stripped", [IN_CLEAR, RELAY], *STARTTLS)
case("starttls refused", [{"steps": {"starttls": "454 4.7.0 TLS not available"},
                           "caps": ["STARTTLS", "AUTH PLAIN"]}] * 2, *STARTTLS)
case("from not login", [{"steps": {"mail": own_only}}], *STARTTLS, "--from", "boss@inside.example", status=1,
     cause="from-not-login")
case("from not login, no pipelining", [{"steps": {"mail": own_only}, "caps_tls": ["AUTH PLAIN"]}], *STARTTLS,
     "--from", "boss@inside.example", status=1, cause="from-not-login")
case("from refused whatever it is", [{"steps": {"mail": "553 5.1.8 no such sender"}}] * 4, *STARTTLS,
     "--from", "boss@inside.example")
case("from refused whatever it is, no login", [{"steps": {"mail": "553 5.1.8 no such sender"}}] * 4, *STARTTLS,
     "--auth", "none", "--from", "boss@inside.example")
case("own address refused at MAIL", [{"steps": {"mail": "553 5.1.8 helo or sender refused"}}] * 4, *STARTTLS, "--helo",
     "bad.example", variants=2)
case("greylisted", [{"steps": {"rcpt": "450 4.2.0 greylisted, try again"}}] * 3, *STARTTLS)
case("ip not trusted", [PLAIN_RELAY] * 3, *BARE, "--auth", "none", status=1, cause="ip-not-trusted")
case("ip not trusted, two sources", [PLAIN_RELAY], *BARE, "--auth", "none", "--source", "127.0.0.9", status=1,
     cause="ip-not-trusted", trusted_clients=("127.0.0.1",), password=None, variants=2)
case("relay takes no login", [RELAY] * 3, *STARTTLS, status=1)
case("login not honoured", [{"steps": REFUSES_ALL}] * 4, *STARTTLS, status=1, cause="login-not-honoured")
case("login not honoured, from another", [{"steps": REFUSES_ALL}] * 4, *STARTTLS, "--from", "boss@inside.example")
case("all refused, and much left to try", [{"steps": {"rcpt": "550 5.7.1 helo refused, relaying denied"}}] * 4,
     *STARTTLS, "--auth", "none", "--from", "boss@inside.example", "--helo", "bad.example", variants=2)
case("more logins allowed", [SUBMISSION] * 8, "--logins", "9", logins=WRONG, status=5, logins_allowed=3)
case("says HELO", [SUBMISSION, SUBMISSIONS, RELAY], *STARTTLS, "--old-helo", status=1, cause="helo-instead-of-ehlo")
case("says HELO, login wrong", [SUBMISSION] * 3, *STARTTLS, "--old-helo", logins=WRONG)
case("login needless", [{"steps": {"auth": "535 5.7.8 no"}}] * 2, *STARTTLS, status=1, cause="relay-takes-no-login",
     trusted_clients=("127.0.0.1",))
NAMED = ("--user", "anna", "--from", USER)
case("another form of the name", [SUBMISSION] * 2, *STARTTLS, *NAMED, "--logins", "2", status=5,
     cause="wrong-username-form")
case("another form of the name, hangs up", [{"steps": {"auth": lambda c, a: None}}] * 2, *STARTTLS, *NAMED, status=5,
     cause="wrong-credentials")
for logins, cause in (("1", "password-mangled"), ("2", "password-mangled"), ("9", "password-mangled")):
    case(f"the password ends in a line end, {logins} logins", [SUBMISSION] * 2, *STARTTLS, "--logins", logins,
         status=5, cause=cause, password=PASSWORD + "\r\n")
case("recipient unknown", [{"steps": {"rcpt": "550 5.1.1 user unknown"}}] * 4, *STARTTLS)
case("ehlo name refused", [{"steps": {"ehlo": named, "ehlo-tls": named}}] * 2, *STARTTLS, "--helo", "bad.example",
     status=1, cause="ehlo-name-refused")
case("ehlo name refused at rcpt", [{"steps": {"rcpt": unless_bad_helo}}] * 2, *STARTTLS, "--helo",
     "bad.example", status=1, cause="ehlo-name-refused")
case("ehlo name refused at rcpt, no login", [{"tls": None, "steps": {"rcpt": "550 5.7.1 helo refused"}}] * 2,
     *BARE, "--auth", "none", "--helo", "bad.example", password=None, variants=2)
case("mx port", [RELAY, SUBMISSION], *STARTTLS, status=1, cause="mx-port-not-submission")
case("closed ports", [SUBMISSION], *STARTTLS, status=0, closed=6)
case("asked port closed to all", [{"steps": {"greeting": "554 5.7.1 no service here"}}, SUBMISSION], *STARTTLS)
case("says 421 at once", [{"steps": {"greeting": "421 4.3.2 too many connections"}}] * 4, *STARTTLS)
case("the second connection gets 421", [{"steps": {"greeting": lambda c, a: None if c.peer.site.conns[0] is c
                                                     else "421 4.7.0 too many connections"}}] * 3, *STARTTLS)
# One connection at a time: the asked port has its turn when the others are gone.
case("one connection at a time", [{"steps": {"greeting": lambda c, a: None if all(
    o is c or o.said_quit or o.server_ended for o in c.peer.site.conns) else "421 4.7.0 one at a time"}}] * 3, *STARTTLS, status=0)
case("no recipient", [SUBMISSION, RELAY], *STARTTLS, to=None)
case("own domain", [{"steps": REFUSES_ALL}] * 3, *STARTTLS, to="other@inside.example")
case("pasted error", [SUBMISSION], *STARTTLS, "--error", "554 5.7.1 relay access denied", status=0)
case("silent ports", [SUBMISSION] + [{"steps": {"greeting": Silence()}}] * 5, *STARTTLS, hello_ok=True,
     timeout_s=7, cases=("", "gentle"))

# ---- before the greeting ----

case("greeting after 1.5 s", [{"greet": [(1.5, b"")]}, RELAY], *STARTTLS, status=0)
case("220- first, the rest after 1.5 s", [{"greet": [(0, b"220-mail.peer.example\r\n"), (1.5, b"")]}], *STARTTLS, status=0)
case("220- after 1.5 s, the rest after 1.5 s",
     [{"greet": [(1.5, b"220-mail.peer.example\r\n"), (0.4, b"220-no spam\r\n"), (1.5, b"")]}], *STARTTLS,
     status=0)
case("late greetings on eight ports", [{"greet": [(1.2, b"")]}] * 8, *STARTTLS, status=0, logins=LOGINS)
case("late refusals on eight ports", [{"greet": [(0.8, b"")], "steps": {"greeting": "554 5.7.1 no"}}] * 8, *STARTTLS)

# ---- the ports that mean something, where they may be bound ----

REAL = (25, 465, 587, 2525)


def may_bind():
    with contextlib.closing(socket.socket()) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((f"127.{NET}.0.250", 465))
            return True
        except OSError:
            return False


def real(steps, flags, extra, rails, number, site_options):
    """A whole host, asked by name alone or by one port; greeting of port 25 late by 3 s."""
    address = f"127.{NET}.0.{number}"
    to = rails.pop("to", OUTSIDE)
    with Site(**{"logins": LOGINS, **site_options}) as site:
        for port in REAL:
            site.listen(address, port, cert=cert, steps=steps.get(port, {}),
                        tls="implicit" if port == 465 else "starttls",
                        caps_tls=["PIPELINING"] if port == 25 else None,
                        greet=[(3, b"")] if port == 25 and "late" in steps else ())
        run = bench.doctor([USER, "--connect-to", address, "--ca", bench.authority.pem, "--to", to, "--json",
                            "--timeout", str(LONG_S), *flags, *(["--" + extra] if extra else [])])
        site.settle()
        owes(run, PASSWORD, 20)
        d = owes_document(run, "port")
        holds(site, run, gentle=extra == "gentle", send=extra == "send", to=to, **rails)
        agrees(site, d["stats"])
        inside = {(c.peer.port, v) for c in site.conns for v, a, _ in c.commands if POSTMASTER in a and v == "RCPT"}
        expect(all(port == 25 for port, _ in inside), "postmaster elsewhere than on port 25", inside)
        early = [c for c in site.conns if c.peer.port == 25 and c.early]
        expect(not early, "octets before the greeting of port 25", early)


def postmaster_alone(_, address):
    return None if address == POSTMASTER else "550 5.1.1 user unknown"


REAL_CASES = (
    ("host alone", {}, ["--server", HOST], {}, {}),
    ("port 25", {}, ["--server", f"{HOST}:25"], {}, {}),
    ("port 25, late", {"late": 1}, ["--server", f"{HOST}:25", "--auth", "none"], {}, {}),
    ("port 465", {}, ["--server", f"{HOST}:465", "--security", "tls"], {}, {}),
    ("port 465 without tls", {}, ["--server", f"{HOST}:465", "--security", "starttls"], {}, {}),
    ("port 587 with tls", {}, ["--server", f"{HOST}:587", "--security", "tls"], {"hello_ok": True}, {}),
    ("wrong password", {}, ["--server", HOST], {}, {"logins": WRONG}),
    ("inside", {25: {"rcpt": postmaster_alone}}, ["--server", f"{HOST}:25", "--auth", "none"],
     {"to": "other@inside.example", "variants": 2}, {"logins": WRONG}),
    ("inside from 587", {25: {"rcpt": postmaster_alone}, 587: REFUSES_ALL}, ["--server", f"{HOST}:587", "--auth", "none"],
     {"to": "other@inside.example", "variants": 2}, {"logins": WRONG}),
    ("all refuse", {p: REFUSES_ALL for p in REAL}, ["--server", HOST, "--from", "boss@inside.example"], {}, {}),
)
number = 0
for name, steps, flags, rails, site_options in REAL_CASES if may_bind() else ():
    for extra in ("", "gentle", "send"):
        number += 1
        bench.case(f"real ports, {name} {extra}".strip(), real, steps, flags, extra, dict(rails), number,
                   site_options)
if not number:
    bench.skip("real ports", "ports under 1024 may not be bound here")

bench.run()
