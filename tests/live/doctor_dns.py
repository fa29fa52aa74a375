#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The doctor and its look-ups: --resolver against a small DNS server that answers, fails, cuts and keeps
silent (RFC 1035, over UDP and TCP), and hosts of several addresses.

usage: doctor_dns.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import socket

from doctor_kit import HOST, OUTSIDE, PASSWORD, USER, Bench, expect, owes, owes_document, owes_words
from name_server import A, AAAA, CNAME, NXDOMAIN, REFUSED, SERVFAIL, NameServer, record, reply
from peers import Site

bench = Bench(48)
TIMEOUT_S = 9


def zone(**names):
    """Answers from a table {name: [(type, value)]}, CNAMEs with what they lead to; NXDOMAIN for the rest."""
    table = {name.replace("_", "."): rows for name, rows in names.items()}

    def answer(query, name, kind, _):
        if name not in table:
            return [reply(query, code=NXDOMAIN)]
        records, seen = [], set()
        while name in table and name not in seen:
            seen.add(name)
            records += [record(name, k, v) for k, v in table[name] if k in (kind, CNAME)]
            name = next((v for k, v in table[name] if k == CNAME), None)
        return [reply(query, records)]
    return answer


def host_is(*rows):
    return zone(**{HOST.replace(".", "_"): list(rows)})


def ask(server, port, *flags, timeout_s=TIMEOUT_S):
    run = bench.doctor([USER, "--server", f"{HOST}:{port}", "--ports", "", "--resolver",
                        f"{server.address}:{server.port}", "--ca", bench.authority.pem, "--to", OUTSIDE,
                        "--security", "starttls", "--timeout", str(timeout_s), *flags])
    owes(run, PASSWORD, timeout_s)
    return run


def case(name, function, *arguments):
    bench.case(name, function, *arguments)


# ---- it works ----

def found(answer_for, addresses=1, port_at=0, tcp_asked=None, fastest_s=None):
    """A host found through DNS is asked and accepted; answer_for makes the answers from its addresses."""
    where = [bench.address() for _ in range(addresses)]
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen(where[port_at], cert=bench.cert)
        server = NameServer(bench.address(), answer_for(*where))
        run = ask(server, peer.port, "--no-dns", "--json")
        d = owes_document(run, f"port {peer.port}")
        expect(run.status == 0, "exit status, wanted 0", run.status, d["summary"], server.asked)
        expect(d["works"]["address"] == where[port_at], "address", d["works"]["address"])
        expect({k for _, k, _ in server.asked} == {A, AAAA}, "A and AAAA are asked for", server.asked)
        expect({n for n, _, _ in server.asked} == {HOST}, "other names were asked for", server.asked)
        expect(tcp_asked is None or any(t for _, _, t in server.asked) == tcp_asked, "TCP", server.asked)
        expect(fastest_s is None or run.seconds < fastest_s, "waits too long for an answer it has", run.seconds)
        expect(site.most_open_at_host <= 4 and site.most_open <= 8, "connections open", site.most_open)


def chain(address):
    return zone(mail_peer_example=[(CNAME, "one.peer.example")], one_peer_example=[(CNAME, "two.peer.example")],
                two_peer_example=[(CNAME, "mx.hosting.example")], mx_hosting_example=[(A, address)])


def cut_then_whole(address):
    def answer(query, name, kind, tcp):
        return host_is((A, address))(query, name, kind, tcp) if tcp else [reply(query, cut=True)]
    return answer


def forged_first(address):
    """Answers with another number, and for another name, come before the right one: they are not ours."""
    def answer(query, name, kind, tcp):
        other = bytes([query[0] ^ 255, query[1]])
        lie = [record(HOST, A, "127.77.63.254")]
        return [reply(query, lie, ident=other), reply(query, lie, question="www.peer.example"), b"", b"\0" * 5,
                *host_is((A, address))(query, name, kind, tcp)]
    return answer


def aaaa_fails(address):
    def answer(query, name, kind, tcp):
        return [reply(query, code=SERVFAIL)] if kind == AAAA else host_is((A, address))(query, name, kind, tcp)
    return answer


def aaaa_silent(address):
    def answer(query, name, kind, tcp):
        return None if kind == AAAA else host_is((A, address))(query, name, kind, tcp)
    return answer


def first_is_lost(address):
    seen = set()

    def answer(query, name, kind, tcp):
        if kind in seen:
            return host_is((A, address))(query, name, kind, tcp)
        return seen.add(kind)
    return answer


case("A", found, lambda a: host_is((A, a)), 1, 0, False)
case("CNAME chain", found, chain)
case("cut over UDP, whole over TCP", found, cut_then_whole, 1, 0, True)
case("forged answers come first", found, forged_first)
case("A, and AAAA fails", found, aaaa_fails)
case("A, and AAAA is silent", found, aaaa_silent, 1, 0, None, TIMEOUT_S - 2)
case("the first question is lost", found, first_is_lost)
case("first address dead, second alive", found, lambda a, b: host_is((A, a), (A, b)), 2, 1)
case("three dead, fourth alive", found, lambda *all_: host_is(*((A, a) for a in all_)), 4, 3)


# ---- it fails: exit status 6 ----

def fails(mode, answer, words, tcp=True):
    server = NameServer(bench.address(), answer, tcp)
    run = ask(server, 2601, *(["--json"] if mode == "json" else []))
    expect(run.status == 6, "exit status, wanted 6", run.status, run.text)
    if mode == "json":
        d = owes_document(run, HOST)
        expect((d["cause"], d["family"]) == ("dns-failure", "dns-failure"), "cause", d["cause"], d["family"])
        expect(d["verdict"] == "refused" and d["stats"]["connections"] == 0, "verdict", d["verdict"], d["stats"])
        expect(d["strength"] != "proved", "a failed look-up proves nothing", d["strength"])
        expect(words in d["evidence"][0]["said"], f"{words!r} is not said", d["evidence"][0]["said"])
        expect("--resolver" in d["next"], "next", d["next"])
    else:
        owes_words(run, HOST)
        expect(words in " ".join(run.text.split()), f"{words!r} is not said", run.text)
    return run


def codes(code):
    return lambda query, *_: [reply(query, code=code)]


LOOP = zone(mail_peer_example=[(CNAME, "one.peer.example")], one_peer_example=[(CNAME, HOST)])
for mode in ("text", "json"):
    case(f"NXDOMAIN {mode}", fails, mode, zone(), "there is no such name")
    case(f"no address {mode}", fails, mode, host_is(), "has no address")
    case(f"SERVFAIL {mode}", fails, mode, codes(SERVFAIL), "could not find out")
    case(f"REFUSED {mode}", fails, mode, codes(REFUSED), "refused to answer")
    case(f"silence {mode}", fails, mode, lambda *_: None, "did not answer")
    case(f"noise {mode}", fails, mode, lambda query, *_: [query[:2] + b"\x81\x80" + b"\xff" * 40], "resolver")
    case(f"an answer cut within a name {mode}", fails, mode,
         lambda query, *_: [reply(query, [record(HOST, A, "127.0.0.1")])[:-9]], "resolver")
    case(f"a name that points to itself {mode}", fails, mode,
         lambda query, *_: [query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0\xc0\x0c\0\1\0\1"], "resolver")
    case(f"CNAME loop {mode}", fails, mode, LOOP, HOST)
    case(f"cut, and TCP closed {mode}", fails, mode, lambda query, *_: [reply(query, cut=True)], "resolver", False)
    case(f"cut, and TCP silent {mode}", fails, mode, lambda query, n, k, tcp: None if tcp else [reply(query, cut=True)],
         "resolver")
    case(f"cut over TCP too {mode}", fails, mode, lambda query, *_: [reply(query, cut=True)], "resolver")


# ---- both families ----

def has_ipv6():
    try:
        with contextlib.closing(socket.socket(socket.AF_INET6)) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def families(alive):
    """One family answers, nobody listens on the other, which comes first: the doctor gets there, and says so."""
    dead = bench.address()
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen("::1" if alive == AAAA else bench.address(), cert=bench.cert)
        rows = [(A, dead), (AAAA, "::1")] if alive == AAAA else [(AAAA, "::1"), (A, peer.address)]
        run = ask(NameServer(bench.address(), host_is(*rows)), peer.port, "--json")
        d = owes_document(run, f"port {peer.port}")
        first = [row["attempt"]["address"] for row in d["evidence"] if row["probe"] == "greeting"][0]
        expect(d["works"]["address"] == peer.address, "address", d["works"]["address"])
        if first == peer.address:  # the system's order: the one that answers comes first
            expect(run.status == 0, "exit status, wanted 0", run.status, d["summary"])
        else:
            differs(d, {first, peer.address})


def differs(d, addresses):
    expect((d["verdict"], d["cause"], d["strength"]) == ("refused", "ipv6-differs", "proved"), "cause", d["summary"])
    expect({cell["address"] for cell in d["cells"]} == addresses, "cells", d["cells"])


def relays_for(trusted):
    """Both families talk, and one of them relays for us: the recipient is named once at each."""
    with Site({}, trusted_clients=trusted) as site:
        six = site.listen("::1", tls=None, caps=["8BITMIME"])
        four = site.listen(bench.address(), port=six.port, tls=None, caps=["8BITMIME"])
        server = NameServer(bench.address(), host_is((AAAA, "::1"), (A, four.address)))
        run = bench.doctor(["--from", USER, "--server", f"{HOST}:{six.port}", "--ports", "", "--resolver",
                            f"{server.address}:{server.port}", "--to", OUTSIDE, "--auth", "none", "--security",
                            "none", "--timeout", "9", "--json"], password=None)
        d = owes_document(run, f"port {six.port}")
        first = [row["attempt"]["address"] for row in d["evidence"] if row["probe"] == "greeting"][0]
        expect(len(site.conns) <= 2, "connections", len(site.conns))
        expect(len(site.refusals) <= 2, "refusals", site.refusals)
        if not trusted:
            expect(d["cause"] == "ip-not-trusted", "cause", d["summary"])
            expect(d["strength"] != "proved", "strength", d["strength"])
        elif (first == "::1") != ("::1" in trusted):
            differs(d, {"::1", four.address})
        else:
            expect(run.status == 0, "exit status, wanted 0", run.status, d["summary"])


def six_alone():
    with Site({USER: PASSWORD.encode()}) as site:
        peer = site.listen("::1", cert=bench.cert)
        run = ask(NameServer(bench.address(), host_is((AAAA, "::1"))), peer.port)
        expect(run.status == 0, "exit status, wanted 0", run.status, run.text)
        expect("Tested from ::1" in run.text, "where it was tested from", run.text)


if has_ipv6():
    case("IPv4 dead, IPv6 alive", families, AAAA)
    case("IPv6 dead, IPv4 alive", families, A)
    case("IPv6 alone", six_alone)
    case("trusted over IPv4 alone", relays_for, ("127.0.0.1",))
    case("trusted over IPv6 alone", relays_for, ("::1",))
    case("trusted over neither", relays_for, ())
else:
    bench.skip("IPv6", "there is no ::1 here")


# ---- many addresses ----

def crowd():
    """Sixty addresses, none answers: the run does not go through them all, and ends in time."""
    server = NameServer(bench.address(), host_is(*((A, f"127.77.62.{n}") for n in range(1, 61))))
    run = ask(server, 2601, "--json")
    d = owes_document(run, "2601")
    expect(run.status == 4, "exit status, wanted 4", run.status, d["summary"])
    tried = {row["attempt"]["address"] for row in d["evidence"] if row["probe"] == "greeting"}
    expect(2 <= len(tried) <= 8, "addresses tried", tried)


def literal():
    """An address needs no looking up; the certificate must be for it."""
    with Site({USER: PASSWORD.encode()}) as site:
        address = bench.address()
        peer = site.listen(address, cert=bench.authority.issue("literal", f"IP:{address}"))
        server = NameServer(bench.address(), zone())
        run = bench.doctor([USER, "--server", f"{address}:{peer.port}", "--ports", "", "--to", OUTSIDE, "--ca",
                            bench.authority.pem, "--resolver", f"{server.address}:{server.port}", "--timeout", "5"])
        owes(run, PASSWORD, 5)
        expect(run.status == 0, "exit status, wanted 0", run.status, run.text)
        asked = {name for name, _, _ in server.asked}
        expect(not any(address in name for name in asked), "DNS was asked for an address", server.asked)


case("sixty addresses", crowd)
case("an address in place of a name", literal)

bench.run()
