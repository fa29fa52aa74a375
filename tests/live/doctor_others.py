#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The doctor at a second server, one that DNS names: what it proves, and the guard rails, counted there.

usage: doctor_others.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import itertools
import socket
import subprocess
import tempfile
import threading

from doctor_kit import HOST, LONG_S, NET, PASSWORD, USER, Bench, Failure, expect, owes, owes_document
from name_server import A, MX, NXDOMAIN, NameServer, record, reply
from peers import Close, Flood, Reset, Silence, Site

bench = Bench(64)
DOMAIN = USER.partition("@")[2]
BOB, POSTMASTER, OUTSIDE = f"bob@{DOMAIN}", f"postmaster@{DOMAIN}", "someone@outside.example"
OTHER = "mx.elsewhere.example"
RELAYING = "554 5.7.1 relay access denied"
UNKNOWN = "550 5.1.1 user unknown"
_numbers, _turn = itertools.count(1), threading.Lock()


def address():
    with _turn:
        return f"127.{NET}.64.{next(_numbers)}"


def zone(rows, own):
    """A resolver that says it serves all this itself, where own."""
    names = {name for name, _, _ in rows}

    def answer(query, name, kind, _):
        if name not in names and not any(n.endswith("." + name) for n in names):
            return [reply(query, code=NXDOMAIN, own=own)]
        return [reply(query, [record(n, k, v) for n, k, v in rows if n == name and k == kind], own=own)]
    return answer


def only(*taken, otherwise=RELAYING):
    """To RCPT: these are taken."""
    return {"rcpt": lambda c, a: "250 2.1.5 ok" if a in taken else otherwise(a) if callable(otherwise) else otherwise}


def serves(mailboxes=()):
    """The domain is served; of its mailboxes there are postmaster and these."""
    return {"rcpt": lambda c, a: RELAYING if not a.endswith("@" + DOMAIN)
            else "250 2.1.5 ok" if a in (POSTMASTER, *mailboxes) else UNKNOWN}


def holds(site, other, said):
    """What came to the other server is no more than it may be."""
    expect(len(other.conns) <= 1, "more than one connection at the other server", len(other.conns))
    expect(len(site.conns) + len(other.conns) <= 8 and site.most_open_at_host <= 4, "too many connections")
    expect(len(site.refusals) <= 3 and len(other.refusals) <= 3, "refusals", site.refusals, other.refusals)
    expect(not other.auths and not other.data, "a login or mail data", other.auths, other.data)
    expect({r for r, _ in other.recipients} <= said, "other recipients", other.recipients)
    expect(len(other.recipients) == len(set(other.recipients)), "a recipient twice", other.recipients)
    expect(not other.impolite(), "left without QUIT", [c.commands for c in other.impolite()])
    for c in other.conns:
        expect(not c.early and not c.past, "octets too early", c.early, c.past)
        verbs = {v for v, _, _ in c.commands}
        expect(verbs <= {"EHLO", "MAIL", "RCPT", "RSET", "QUIT"}, "other commands", verbs)
        froms = {a for v, a, _ in c.commands if v == "MAIL"}
        expect(froms <= {"FROM:<>"}, "a reverse-path", froms)
        expect(PASSWORD.encode() not in bytes(c.clear), "the password")


def names_nobody(page):
    """The page is fit to be handed on: whom DNS names for the user's domain is not in it."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for name in (OTHER, "elsewhere.example", BOB, USER, TYPO, f"@{DOMAIN}", f"for {DOMAIN}", f"{DOMAIN} MX"):
        at = text.find(name)
        expect(at < 0, f"{name} is on the page", text[max(at - 200, 0):at + 100])


def table(d, site, other):
    """Who takes the domain's mail: both hosts, and what each said."""
    rows = {row["host"]: row for row in d["mx"]}
    expect(set(rows) <= {HOST, OTHER} and OTHER in rows, "hosts in the table", d["mx"])
    named = [a for a, _ in other.recipients]
    expect(not named or rows[OTHER]["state"] != "not-tested", "the other server in the table", d["mx"])
    expect(rows[OTHER]["asked"] is False, "which one was asked", d["mx"])


def proves_again(run):
    """--verify derives every "proved" from what is stored."""
    with tempfile.NamedTemporaryFile(dir=bench.folder.name) as f:
        f.write(run.out)
        f.flush()
        done = subprocess.run([bench.baton, "doctor", "--verify", f.name], capture_output=True, check=False)
        expect(done.returncode == 0, "--verify", done.returncode, done.stdout, done.stderr)


def play(here, there, flags, options):
    """here and there: the steps of the server asked and of the other; there None: nobody listens."""
    asked, away, named = address(), address(), options.get("named", "other")
    rows = [(HOST, A, asked), (OTHER, A, away)]
    rows += [(DOMAIN, MX, (10, HOST if named == "asked" else OTHER))] if named else []
    to = options.get("to", BOB)
    with Site({USER: PASSWORD.encode()}, local_domains=()) as site, Site(local_domains=()) as other:
        site.listen(asked, 25, tls=None, steps=here, **options.get("asked_port", {}))
        for port in options.get("logins_on", ()):
            site.listen(asked, port, cert=bench.cert)
        if there is not None:
            other.listen(away, 25, tls=None, steps=there, name=OTHER, caps=["PIPELINING", "STARTTLS", "AUTH PLAIN"])
        server = NameServer(address(), zone(rows, options.get("own", True)))
        page = f"{bench.folder.name}/{server.address}.html"
        run = bench.doctor([USER, "--server", f"{HOST}:{options.get('port', 25)}", "--resolver",
                            f"{server.address}:{server.port}", "--ca", bench.authority.pem, "--to", to, "--json",
                            "--timeout", str(LONG_S), "--report", page, *flags], password=options.get("password"))
        site.settle()
        other.settle()
        owes(run, options.get("password"), LONG_S)
        d = owes_document(run, "port")
        try:
            holds(site, other, options.get("said", {POSTMASTER, BOB}))
            met_all = len(site.conns) + len(other.conns)  # one that is reset at once may not have stood, as seen from here
            expect(len(site.conns) <= d["stats"]["connections"] <= met_all, "stats", d["stats"], met_all)
            expect(d["stats"]["refusals_caused"] == len(site.refusals), "refusals counted", d["stats"], site.refusals)
            wanted = options.get("wanted")
            expect(not wanted or (d["cause"], d["strength"]) == wanted, f"wanted {wanted}", d["cause"], d["strength"],
                   d["causes"])
            met = options.get("met", there is not None)
            expect(met is None or bool(other.conns) == met, f"the other server met: {met}", other.conns)
            if other.conns:
                table(d, site, other)
            proves_again(run)
            names_nobody(page)
        except Failure as failure:
            told = "\n".join(f"{c.peer.address} {c.commands}" for c in site.conns + other.conns)
            raise Failure(f"{failure}\n{told}\n" + "\n".join(row["said"] for row in d["evidence"])) from failure


def case(name, here, there, *flags, **options):
    bench.case(name, play, here, there, flags, options)


DENIES = {"rcpt": RELAYING}
NONE = ["--auth", "none"]

case("served elsewhere", DENIES, serves([BOB]), *NONE, wanted=("mx-points-elsewhere", "proved"))
case("served elsewhere, gently", DENIES, serves([BOB]), *NONE, "--gentle", wanted=("mx-points-elsewhere", "proved"))
case("served elsewhere, nobody listens there", DENIES, None, *NONE, wanted=("mx-points-elsewhere", "likely"))
case("served here, by DNS", DENIES, {}, *NONE, named="asked", met=False, wanted=("domain-not-configured", "proved"))
case("served here, by a resolver alone", DENIES, {}, *NONE, named="asked", met=False, own=False,
     wanted=("domain-not-configured", "likely"))
case("still local", serves(), serves([BOB]), *NONE, wanted=("domain-still-local", "proved"))
case("no mailbox there either", serves(), serves(), *NONE, wanted=("recipient-unknown", "proved"))
case("it denies everything too", DENIES, DENIES, *NONE, wanted=("domain-not-configured", "likely"))
case("mail for outside", DENIES, DENIES, *NONE, to=OUTSIDE, met=False)
case("it is accepted", {"rcpt": "250 ok"}, DENIES, *NONE, met=False, wanted=(None, "likely"))
case("accepted, and an error was pasted", {"rcpt": "250 ok"}, DENIES, *NONE, "--error", RELAYING,
     wanted=("mx-points-elsewhere", "proved"))
case("DNS is not to be asked", DENIES, serves([BOB]), *NONE, "--no-dns", met=False)
case("no MX, and no address", DENIES, serves([BOB]), *NONE, named=None, met=False)
for name, steps in (("closes at once", {"greeting": Close()}), ("resets", {"greeting": Reset()}),
                    ("says 421", {"greeting": "421 4.7.0 busy"}), ("says 554", {"greeting": "554 no"}),
                    ("refuses EHLO", {"ehlo": "550 no"}), ("floods", {"greeting": Flood(b"x" * 4096)}),
                    ("floods behind RCPT", {"rcpt": Flood(b"250-x\r\n" * 500)}), ("is mute", {"greeting": Silence()}),
                    ("is mute behind EHLO", {"ehlo": Silence()}), ("refuses the empty reverse-path", {"mail": "550 no"}),
                    ("says 421 at RCPT", {"rcpt": "421 4.7.0 busy"}), ("is temporary", {"rcpt": "450 4.2.0 greylisted"}),
                    ("hangs up at RSET", {"rset": Close()}), ("no QUIT", {"quit": Close()})):
    proved = ("mx-points-elsewhere", "proved" if name in ("hangs up at RSET", "no QUIT") else "likely")
    case(f"another that {name}", DENIES, {**serves([BOB]), **steps}, *NONE, wanted=proved)

NO_NULL = {"rcpt": RELAYING, "mail": lambda c, a: "550 5.7.1 no empty sender" if "<>" in a else None}
case("the server asked refuses the empty reverse-path", NO_NULL, {}, *NONE, named="asked", met=False,
     wanted=("domain-not-configured", "likely"))
case("... and DNS leads to another", NO_NULL, serves([BOB]), *NONE, wanted=("mx-points-elsewhere", "likely"))

# ---- the From where its mail arrives ----

TYPO = f"ann@{DOMAIN}"
VERIFIES = {"mail": lambda c, a: None if f"<{USER}>" in a else "550 5.1.7 Sender verify failed"}
FROM = ["--from", TYPO, "--to", OUTSIDE]
case("the From is missing at home", VERIFIES, serves([USER]), *NONE, *FROM, said={TYPO, POSTMASTER})
case("the From is at home", VERIFIES, serves([TYPO]), *NONE, *FROM, said={TYPO, POSTMASTER},
     wanted=("sender-unverified", "likely"))


def may_bind():
    with contextlib.closing(socket.socket()) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            s.bind((f"127.{NET}.64.250", 25))
            return True
    return False


if not may_bind():
    bench.skip("another server on port 25", "ports under 1024 may not be bound here")
    bench._cases = []
    print("0 of 0 cases passed")
    raise SystemExit(0)
bench.run()
