#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""DNS_BY_VALIDATOR against signed, unsigned and forged zones by real servers, through resolvers that validate, that
pass signatures on, that strip them, lose them, or say nothing.

usage: validator.py BATON [WORD...]      the probe of tests/live is taken from the same build
"""
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

import dns_kit
import kit
import ports

kit.alone()

PROBE = pathlib.Path(sys.argv[1]).absolute().parent / "tests/live/gather_probe"
LIMIT_S = 60
DS, RRSIG, NSEC, DNSKEY, OPT = 43, 46, 47, 48, 41
EXPECTED = {
    "good.test/MX": ("NOERROR", "secure"), "alias.good.test/A": ("NOERROR", "secure"),
    "none.good.test/A": ("NXDOMAIN", "secure"), "good.test/A": ("NOERROR", "secure"),
    "plain.test/TXT": ("NOERROR", "unsigned"), "none.plain.test/A": ("NXDOMAIN", "unsigned"),
    "no-ds.test/TXT": ("NOERROR", "unsigned"), "none/A": ("NXDOMAIN", "secure"),
    "_25._tcp.good.test/TLSA": ("NOERROR", "secure"), "/SOA": ("NOERROR", "secure"),
}


def ask(resolver, anchor, *questions, timeout_ms=20000):
    done = subprocess.run([PROBE, "--resolver", resolver, "--timeout", str(timeout_ms), "--anchor", str(anchor),
                           *(q + "/validator" for q in questions)], capture_output=True, text=True, timeout=LIMIT_S,
                          check=True)
    answers = {}
    for line in done.stdout.splitlines():
        question, *fields = line.split("\t")
        answers[question] = dict(field.split("=", 1) for field in fields)
    return answers


def owes(answer, code, trust, *words, count=None):
    if (answer["code"], answer["trust"]) != (code, trust) or any(w not in answer["why"] for w in words) or \
            (count is not None and answer["count"] != str(count)):
        raise AssertionError(f"not {code} {trust} {words} {count}: {answer}")


class Between:
    """A forwarder in front of the resolver. change(query, name, type, answer) gives what is sent on: octets, or None
    for silence; answer is a function that asks the resolver."""

    def __init__(self, resolver, change):
        host, port = resolver.rsplit(":", 1)
        self._to, self._change, self.seen = (host, int(port)), change, []
        self._udp, self._tcp, port = ports.udp_and_tcp("127.0.0.1")
        self._tcp.listen()
        self.address = f"127.0.0.1:{port}"
        for run in (self._run_udp, self._run_tcp):
            threading.Thread(target=run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._udp.close()
        self._tcp.close()

    def _ask(self, query):
        with socket.create_connection(self._to, 10) as s, s.makefile("rb") as f:
            s.sendall(len(query).to_bytes(2, "big") + query)
            return f.read(int.from_bytes(f.read(2), "big"))

    def _answer(self, query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        name, kind = ".".join(labels), int.from_bytes(query[at + 1:at + 3], "big")
        self.seen.append((name, kind))
        return self._change(query, name, kind, lambda q=query: self._ask(q))

    def _run_udp(self):
        with contextlib.suppress(OSError):
            while True:
                query, client = self._udp.recvfrom(4096)
                threading.Thread(target=self._reply, args=(query, client), daemon=True).start()

    def _reply(self, query, client):
        with contextlib.suppress(OSError):
            answer = self._answer(query)
            if answer is not None:
                self._udp.sendto(answer, client)

    def _run_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                conn = self._tcp.accept()[0]
                with contextlib.suppress(OSError), conn, conn.makefile("rb") as f:
                    answer = self._answer(f.read(int.from_bytes(f.read(2), "big")))
                    if answer is not None:
                        conn.sendall(len(answer).to_bytes(2, "big") + answer)


def servfail(query):
    return query[:2] + bytes([query[2] | 0x80, 0x82]) + query[4:6] + bytes(6) + query[12:].split(b"\0\0\x29")[0]


def without_edns(query):
    """The query as an old forwarder sends it on: no OPT record, no CD."""
    end = query.index(b"\0", 12) + 5
    return query[:3] + bytes([query[3] & ~0x10]) + query[4:10] + b"\0\0" + query[12:end]


@contextlib.contextmanager
def tree(**options):
    if dns_kit.missing():
        raise kit.Skip(f"not installed: {' '.join(dns_kit.missing())}")
    with tempfile.TemporaryDirectory() as place, dns_kit.Tree(pathlib.Path(place), **options) as t:
        t.zone("good.test", "@ MX 10 mx\nmx A 192.0.2.1\nalias CNAME mx\n_25._tcp TLSA 3 1 1 " + "0f" * 32)
        t.zone("plain.test", "@ TXT x", signed=False)
        t.zone("no-ds.test", "@ TXT x", ds=False)
        t.zone("forged.test", "@ TXT original\n@ MX 10 mx.forged.test.")
        t.start()
        t.spoil("forged.test", "original", "tampered")
        served = next(iter(t.zones["forged.test"].servers.values()))
        while b"tampered" not in (dns_kit._query(served, t.port, "forged.test", 16) or b""):
            time.sleep(0.05)
        yield t


def every_verdict(resolver, anchor):
    answers = ask(resolver, anchor, "forged.test/TXT", "forged.test/MX", *EXPECTED)
    for question, (code, trust) in EXPECTED.items():
        owes(answers[question], code, trust)
    owes(answers["forged.test/TXT"], "SERVFAIL", "bogus", "signature", count=0)
    owes(answers["forged.test/MX"], "NOERROR", "secure", count=1)


def through_a_resolver_that_validates():
    with tree() as t:
        every_verdict(t.resolver, t.anchor)


def through_a_resolver_that_does_not():
    with tree(validates=False) as t:
        every_verdict(t.resolver, t.anchor)


def from_knot():
    with tree(server="knot") as t:
        every_verdict(t.resolver, t.anchor)


def signatures_stripped():
    """An old forwarder knows no EDNS: nothing is forged, nothing can be said."""
    with tree(validates=False) as t, Between(t.resolver, lambda q, n, k, answer: answer(without_edns(q))) as b:
        answers = ask(b.address, t.anchor, "forged.test/TXT", *EXPECTED)
        for question, (code, _) in EXPECTED.items():
            owes(answers[question], code, "unchecked", "cannot be checked")
        owes(answers["forged.test/TXT"], "NOERROR", "unchecked", count=1)


def edns_dropped():
    """A box on the way loses every message with EDNS."""
    def change(query, name, kind, answer):
        return None if query[10:12] != b"\0\0" else answer()
    with tree(validates=False) as t, Between(t.resolver, change) as b:
        answers = ask(b.address, t.anchor, "good.test/MX", "plain.test/TXT", timeout_ms=9000)
        owes(answers["good.test/MX"], "NOERROR", "unchecked", count=1)
        owes(answers["plain.test/TXT"], "NOERROR", "unchecked", count=1)


def keys_that_fail():
    """The resolver answers for the name, and fails for the keys of its zone: that proves nothing."""
    for kinds in ((DNSKEY,), (DS,)):
        def change(query, name, kind, answer, fail=kinds):
            return servfail(query) if kind in fail and name == "good.test" else answer()
        with tree() as t, Between(t.resolver, change) as b:
            answers = ask(b.address, t.anchor, "good.test/MX", "plain.test/TXT", "none/A")
            owes(answers["good.test/MX"], "NOERROR", "unchecked", count=1)
            owes(answers["plain.test/TXT"], "NOERROR", "unsigned")
            owes(answers["none/A"], "NXDOMAIN", "secure")


def keys_that_fail_once():
    """The first look misses the keys, and a second one has them."""
    failed = set()

    def change(query, name, kind, answer):
        if kind == DNSKEY and name == "good.test" and query[3] & 0x10 and len(failed) < 8:
            failed.add(query[:2])
            return servfail(query)
        return answer()
    with tree() as t, Between(t.resolver, change) as b:
        answer = ask(b.address, t.anchor, "good.test/MX")["good.test/MX"]
    if answer["trust"] not in ("secure", "unchecked"):
        raise AssertionError(f"{answer}")


def a_name_that_is_rewritten():
    """A filter in the resolver gives another address for one name: that is what bogus is there for."""
    def change(query, name, kind, answer):
        octets = answer()
        return octets.replace(bytes([192, 0, 2, 1]), bytes([192, 0, 2, 66])) if name == "mx.good.test" else octets
    with tree() as t, Between(t.resolver, change) as b:
        answers = ask(b.address, t.anchor, "mx.good.test/A", "good.test/MX")
        owes(answers["mx.good.test/A"], "SERVFAIL", "bogus", "signature", count=0)
        owes(answers["good.test/MX"], "NOERROR", "secure")


def another_anchor():
    """The root's real keys do not fit this tree, a missing file holds none, and one zone's keys are no other's."""
    with tree() as t:
        (t.place / "empty").write_text("")
        for anchor, words in (("/usr/share/dns/root.key", "do not hold"), (t.place / "none", "No such file"),
                              (t.place / "empty", "no trust anchor"), ("/dev/null", "no file that can be read")):
            owes(ask(t.resolver, anchor, "good.test/MX")["good.test/MX"], "NOERROR", "unchecked", words, count=1)
        island = t.place / "island"
        island.write_text(t._ds(t.zones["good.test"]) + "\n")
        answers = ask(t.resolver, island, "good.test/MX", "plain.test/TXT", "forged.test/MX")
        owes(answers["good.test/MX"], "NOERROR", "secure")
        owes(answers["plain.test/TXT"], "NOERROR", "unchecked", "no trust anchor stands above")
        owes(answers["forged.test/MX"], "NOERROR", "unchecked", "no trust anchor stands above")


def a_resolver_that_is_dead():
    """The library takes 17 s to say so; the deadline is ours."""
    with tree() as t, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        closed = dns_kit.free_port()
        for port in (silent.getsockname()[1], closed):
            began = time.monotonic()
            answers = ask(f"127.0.0.1:{port}", t.anchor, "good.test/MX", "plain.test/TXT", timeout_ms=2000)
            for answer in answers.values():
                if answer["code"] not in ("timeout", "broken") or answer["trust"] != "unchecked" or not answer["why"]:
                    raise AssertionError(f"{answer}")
            if time.monotonic() - began > 14:
                raise AssertionError("the library's own time was waited for")


class Rounds:
    """Holds back all answers until no new question came for a while: what is left is the depth of the questions."""

    QUIET_S = 0.7

    def __init__(self):
        self.count, self._last, self._changed, self._waiting = 0, time.monotonic(), threading.Condition(), 0

    def __call__(self, query, name, kind, answer):
        octets = answer()
        with self._changed:
            mine, self._last = self.count, time.monotonic()
            while self.count == mine:
                self._changed.wait(0.05)
                if self.count == mine and time.monotonic() - self._last > self.QUIET_S:
                    self.count += 1
                    self._changed.notify_all()
        return octets


def in_few_round_trips():
    """The chain of trust is asked for at once, not a step at a time: 6 for a name in a zone of two labels."""
    for question, trust in (("good.test/MX", "secure"), ("plain.test/TXT", "unsigned"), ("_25._tcp.good.test/TLSA", "secure")):
        counts = []
        while not counts or (counts[-1] > 3 and len(counts) < 5):    # who is slow to ask asks in a round of its own
            rounds = Rounds()
            with tree() as t, Between(t.resolver, rounds) as b:
                owes(ask(b.address, t.anchor, question)[question], "NOERROR", trust)
            counts.append(rounds.count)
        if counts[-1] > 3:
            raise AssertionError(f"{question}: {counts} round trips")


CASES = [in_few_round_trips, through_a_resolver_that_validates, through_a_resolver_that_does_not, from_knot, signatures_stripped,
         edns_dropped, keys_that_fail, keys_that_fail_once, a_name_that_is_rewritten, another_anchor,
         a_resolver_that_is_dead]
if not os.access(PROBE, os.X_OK):
    sys.exit(f"validator: {PROBE} is not there; './run test' builds it")
kit.main(CASES)
