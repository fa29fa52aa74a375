#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What DNS says beside the dialogue: causes that it bears out, what is never asked, and a resolver that is dead.

usage: doctor_evidence.py BATON [WORD...]      only cases with a WORD in their name
"""
import json
import pathlib
import tempfile

from doctor_kit import HOST, LONG_S, OUTSIDE, PASSWORD, USER, Bench, expect, owes, owes_document
from name_server import A, MX, NXDOMAIN, PTR, SERVFAIL, TXT, NameServer, record, reply
from peers import Site

bench = Bench(66)
DOMAIN = USER.partition("@")[2]
SLIP = "ana.secretname@insdie.example"
NO_DOMAIN = "550 5.1.8 Sender address rejected: Domain not found"


def zone(*rows):
    names = {name for name, _, _ in rows}

    def answer(query, name, kind, _):
        if name not in names and not any(n.endswith("." + name) for n in names):
            return [reply(query, code=NXDOMAIN)]
        return [reply(query, [record(n, k, v) for n, k, v in rows if n == name and k == kind])]
    return answer


def ask(server, peer, *flags, password=PASSWORD, security="starttls", sender=USER):
    words = [USER, "--server", f"{HOST}:{peer.port}", "--connect-to", peer.address, "--ports", "", "--ca",
             bench.authority.pem, "--to", OUTSIDE, "--security", security, "--from", sender, "--timeout",
             str(LONG_S), "--json", *flags]
    if server:
        words += ["--resolver", f"{server.address}:{server.port}", "--dns-port", str(server.port)]
    run = bench.doctor(words, password=password)
    owes(run, password, LONG_S)
    return run, owes_document(run, f"port {peer.port}")


def nothing_private_asked(server):
    """No local-part and no secret is part of a question."""
    for name, _, _ in server.asked:
        for private in (PASSWORD, USER.partition("@")[0], SLIP.partition("@")[0], "secretname"):
            expect(private.lower() not in name, "something private was asked of DNS", name)


def verifies(run):
    """The document, read back, is judged the same."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "report.json"
        path.write_bytes(run.out)
        again = bench.doctor(["--verify", str(path)], password=None)
    expect(again.status == 0, "--verify", again.status, again.text, again.errors)


def refuses(sender, words):
    return {"mail": lambda c, a: words if sender in a else "250 2.1.0 ok"}


def slip(rows, cause, strength, evidence):
    """A domain with a slip in it: refused in words, and DNS has its say."""
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=refuses(SLIP, NO_DOMAIN))
        server = NameServer(bench.address(), zone(*rows))
        run, d = ask(server, peer, sender=SLIP)
        expect((d["cause"], d["strength"]) == (cause, strength), "cause", d["summary"], d["causes"], d["dns"])
        used = [row for row in d["evidence"] if row["probe"] == "dns"]
        expect(bool(used) == evidence, "evidence of DNS", used)
        expect(all(row["id"] in sum((c["for"] + c["against"] for c in d["causes"]), []) for row in used), "ids", used)
        nothing_private_asked(server)
        verifies(run)


OURS = (DOMAIN, MX, (10, HOST)), (HOST, A, "127.0.0.1")
bench.case("a domain that does not exist", slip, OURS, "from-invalid", "proved", True)
bench.case("... and it exists", slip, (*OURS, ("insdie.example", MX, (10, HOST))), "from-invalid", "possible", True)


def no_dns():
    """--no-dns: no question but the server's address, and here that is given."""
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=refuses(SLIP, NO_DOMAIN))
        server = NameServer(bench.address(), zone(*OURS))
        _, d = ask(server, peer, "--no-dns", sender=SLIP)
        expect(not server.asked, "DNS was asked", server.asked)
        expect((d["cause"], d["strength"], d["dns"]) == ("from-invalid", "likely", []), "cause", d["summary"], d["dns"])


def dead(answer):
    """A resolver that says nothing, or nothing of use, makes no cause and no proof, and the run ends all the same."""
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=refuses(SLIP, NO_DOMAIN))
        server = NameServer(bench.address(), answer)
        run, d = ask(server, peer, sender=SLIP)
        expect((d["cause"], d["strength"]) == ("from-invalid", "likely"), "cause", d["summary"])
        expect(not [row for row in d["evidence"] if row["probe"] == "dns"], "a failure as evidence", d["evidence"])
        expect(d["dns"] and all(row["code"] != "NOERROR" for row in d["dns"]), "answers", d["dns"])
        verifies(run)


bench.case("--no-dns", no_dns)
bench.case("a resolver that says nothing", dead, lambda *_: None)
bench.case("a resolver that fails", dead, lambda query, *_: [reply(query, code=SERVFAIL)])
bench.case("a resolver that answers noise", dead, lambda query, *_: [query[:2] + b"\x81\x80" + b"\xff" * 40])


def spf(record_text, strength):
    """Refused by SPF, in words with our address; the record asks for the local-part, and is not told it."""
    said = "550 5.7.23 SPF: [198.51.100.66] may not send for " + DOMAIN
    with Site() as site:
        peer = site.listen(bench.address(), port=0, tls=None, steps={"mail": lambda c, a: said}, caps=["8BITMIME"])
        rows = (*OURS, (DOMAIN, TXT, record_text), ("v.inside.example", A, "127.0.0.2"))
        server = NameServer(bench.address(), zone(*rows))
        run, d = ask(server, peer, "--auth", "none", password=None, security="none")
        expect((d["cause"], d["strength"]) == ("spf-fail", strength), "cause", d["summary"], d["causes"])
        expect(f"postmaster.{DOMAIN}" in {name for name, _, _ in server.asked}, "SPF was not evaluated", server.asked)
        nothing_private_asked(server)
        verifies(run)


bench.case("SPF asks for the local-part", spf, "v=spf1 exists:%{l}.%{d} exists:%{s}.%{d} -all", "likely")


def reverse():
    """Refused for want of a reverse name: the address that the server says is looked up, and its name is asked."""
    said = "550 5.7.25 Client host rejected: cannot find your reverse hostname, [198.51.100.66]"
    with Site() as site:
        peer = site.listen(bench.address(), tls=None, steps={"rcpt": lambda c, a: said}, caps=["8BITMIME"])
        server = NameServer(bench.address(), zone(*OURS, ("67.100.51.198.in-addr.arpa", PTR, "x.inside.example")))
        run, d = ask(server, peer, "--auth", "none", password=None, security="none")
        expect(("66.100.51.198.in-addr.arpa", PTR) in {(n, k) for n, k, _ in server.asked}, "PTR", server.asked)
        expect(d["cause"] == "reverse-dns-missing", "cause", d["summary"])
        expect(any("198.51.100.66" in step for step in d["fix"]["steps"]), "steps", d["fix"]["steps"])
        verifies(run)


bench.case("the address has no name", reverse)


def huge():
    """Answers as large as they can be: the document is whole, and can be read back."""
    text = "x" * 250
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=refuses(SLIP, NO_DOMAIN))

        def answer(query, name, kind, tcp):
            return [reply(query, [record(name, TXT, text)] * 230 if kind == TXT else [])] if tcp else \
                [reply(query, cut=True)]
        run, d = ask(NameServer(bench.address(), answer), peer, sender=SLIP)
        expect(any(len(row["records"]) == 230 for row in d["dns"]), "records", [len(r["records"]) for r in d["dns"]])
        expect(json.loads(run.out) == d, "the document")
        verifies(run)


bench.case("answers of 64 KiB", huge)
bench.run()
