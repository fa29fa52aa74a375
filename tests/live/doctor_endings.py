#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How connections and runs end: a 421 is no end of the experiments, and what was not begun in time, or not
sent, is not called silent or taken.

usage: doctor_endings.py BATON [WORD...]      only cases with a WORD in their name
"""
import time

from doctor_kit import HOST, OUTSIDE, PASSWORD, USER, Bench, expect, owes_document
from peers import Close, Silence, Site

bench = Bench(24)
LOGINS = {USER: PASSWORD.encode()}
NARROW = ["8BITMIME", "STARTTLS"]  # no PIPELINING: RSET has its own turn


def starttls_421():
    """The stranger's attempt in clear is made on a connection of its own."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps={"starttls": "421 4.3.2 come again"})
        run = bench.ask(peer, "--json", "--auth", "none", security="auto", password=None)
        site.settle()
        owes_document(run, f"port {peer.port}")
        expect(site.recipients == [(OUTSIDE, False)], "the recipient was not tried once", site.recipients)
        expect("does not fit" not in run.text, "a command that was never said is a row", run.text)


def rset_421():
    """The login is still played, on the next connection."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, caps=NARROW,
                           caps_tls=["8BITMIME", "AUTH PLAIN"], steps={"rset": "421 4.7.0 too many errors"})
        run = bench.ask(peer, "--json", "--auth", "none")
        site.settle()
        document = owes_document(run, f"port {peer.port}")
        expect(document["cause"] == "client-never-authenticates", "cause", document["cause"])
        expect(document["strength"] == "proved", "strength", document["strength"])
        expect([code for _, code, _, _ in site.auths] == [235], "logins", site.auths)


def data_250():
    """250 in place of 354: nothing was sent, and nothing was taken."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps={"data": "250 2.0.0 fine"})
        run = bench.ask(peer, "--json", "--send")
        site.settle()
        expect(not site.messages, "a message was sent", site.messages)
        expect("took a message" not in run.document()["summary"], "it is called taken", run.text[:400])


def too_late():
    """Ports whose turn never came: no connection after the time is up, and no row that calls them silent."""
    with Site(LOGINS) as site:
        address = bench.address()
        peers = [site.listen(address, cert=bench.cert, steps={"ehlo": Silence()}) for _ in range(6)]
        ports = ",".join(str(p.port) for p in peers[1:])
        run = bench.doctor(["--server", f"{HOST}:{peers[0].port}", "--connect-to", address, "--ports", ports,
                            "--ca", bench.authority.pem, "--timeout", "2", "--gentle", "--json", USER,
                            "--to", OUTSIDE])
        site.settle()
        document = run.document()
        expect(1 <= len(site.conns) <= 2, "connections", len(site.conns))
        late = [row["said"] for row in document["evidence"] if "the connection ended" in row["said"]]
        expect(not late, "rows about ports that were not tried", late)
        expect(document["verdict"] == "unknown", "verdict", document["verdict"], document["summary"])


def login_in_hand():
    """Two attempts are wanted at once, each with a login: the second waits, and is not forgotten."""
    def slowly(conn, _):
        time.sleep(0.3)

    with Site(LOGINS) as site:
        answers = iter([Close(b"550 5.7.1 HELO name invalid\r\n")])
        peer = site.listen(bench.address(), cert=bench.cert,
                           steps={"auth": slowly, "rcpt": lambda *_: next(answers, None)})
        run = bench.ask(peer, "--json", "--helo", "pc.peer.example", "--from", "other@inside.example")
        site.settle()
        expect([code for _, code, _, _ in site.auths] == [235] * 3, "logins", site.auths)
        expect(len(site.recipients) == 4, "attempts, and one of them once more", site.recipients)


for name, function in (("login in hand", login_in_hand), ("421 to STARTTLS", starttls_421), ("421 to RSET", rset_421),
                       ("250 to DATA", data_250), ("too late", too_late)):
    bench.case(name, function)
bench.run()
