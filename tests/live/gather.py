#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""DNS questions (net/gather.h, net/asker.h) to servers on loopback that fail, lie, dawdle and cut.

usage: gather.py PROBE [WORD...]      only cases with a WORD in their name
"""
import concurrent.futures
import contextlib
import itertools
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import ports

PROBE, WORDS = sys.argv[1], sys.argv[2:]
A, NS, CNAME, SOA, MX, TXT, AAAA, OPT = 1, 2, 5, 6, 15, 16, 28, 41
OK, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
LIMIT_S = 90
NET, SERVERS = ports.own_net(), itertools.count()
CASES = []


def case(function):
    CASES.append(function)
    return function


def expect(truth, *what):
    if not truth:
        raise AssertionError("\n    ".join(repr(item) for item in what))


# ---- messages ----

def name(text):
    return b"".join(bytes([len(x)]) + x.encode("latin-1") for x in text.split(".") if x) + b"\0"


def rr(owner, kind, data, ttl=60):
    owner = owner if isinstance(owner, bytes) else name(owner)
    return owner + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def address(owner, last=1, ttl=60):
    return rr(owner, A, bytes([192, 0, 2, last]), ttl)


def txt(owner, *strings):
    return rr(owner, TXT, b"".join(bytes([len(s)]) + s for s in strings))


def soa(owner, ttl=60, minimum=30):
    return rr(owner, SOA, name("ns." + owner) + name("h." + owner) + struct.pack("!5I", 7, 1, 1, 1, minimum), ttl)


class Query:
    def __init__(self, octets, tcp):
        self.octets, self.tcp, at, labels = octets, tcp, 12, []
        while octets[at]:
            labels.append(octets[at + 1:at + 1 + octets[at]].decode("latin-1"))
            at += 1 + octets[at]
        self.name, self.end = ".".join(labels), at + 5
        self.kind = int.from_bytes(octets[at + 1:at + 3], "big")
        self.edns = octets[10:12] != b"\0\0"

    def reply(self, records=(), code=OK, flags=0x8180, authority=(), additional=(), ident=None, question=None):
        asked = self.octets[12:self.end] if question is None else question
        return ((self.octets[:2] if ident is None else struct.pack("!H", ident)) +
                struct.pack("!5H", flags | code, 1 if asked else 0, len(records), len(authority), len(additional)) +
                asked + b"".join((*records, *authority, *additional)))

    def cut(self):
        return self.reply(flags=0x8380)


class Server:
    """answer(query, send) returns a message, or None; send sends more over UDP. tcp: takes (query, connection)."""

    def __init__(self, answer, tcp=None, listens=True, at=None, port=0):
        self.answer, self.tcp, self.asked = answer, tcp, []
        number = next(SERVERS)
        self.at = at or f"127.{NET}.{number // 250}.{number % 250 + 1}"
        self._udp, self._tcp, self.port = ports.udp_and_tcp(self.at, port)
        if listens:
            self._tcp.listen()
            threading.Thread(target=self._run_tcp, daemon=True).start()
        threading.Thread(target=self._run_udp, daemon=True).start()

    def _run_udp(self):
        while True:
            octets, client = self._udp.recvfrom(4096)
            threading.Thread(target=self._take, args=(Query(octets, False), client), daemon=True).start()

    def _take(self, query, client):
        self.asked.append(query)
        octets = self.answer(query, lambda o: self._udp.sendto(o, client))
        if octets is not None:
            self._udp.sendto(octets, client)

    def _run_tcp(self):
        while True:
            conn = self._tcp.accept()[0]
            threading.Thread(target=self._take_tcp, args=(conn,), daemon=True).start()

    def _take_tcp(self, conn):
        with contextlib.suppress(OSError), conn, conn.makefile("rb") as f:
            query = Query(f.read(int.from_bytes(f.read(2), "big")), True)
            self.asked.append(query)
            octets = self.tcp(query, conn) if self.tcp else self.answer(query, None)
            if octets is not None:
                conn.sendall(struct.pack("!H", len(octets)) + octets)


def probe(*arguments):
    done = subprocess.run([PROBE, *map(str, arguments)], capture_output=True, timeout=LIMIT_S, check=True)
    answers = []
    for line in done.stdout.decode().splitlines():
        fields = [field.split("=", 1) for field in line.split("\t")[1:]]
        answers.append(dict(fields))
        answers[-1]["records"] = [value for key, value in fields if key == "record"]
        answers[-1]["data"] = [value for key, value in fields if key == "data"]
    return answers


def ask(server, question="a.example/A/resolver", *arguments):
    return probe("--resolver", f"{server.at}:{server.port}", *arguments, question)[0]


def owes(answer, code, count=0, **more):
    expect((answer["code"], answer["count"]) == (code, str(count)), f"not {code} {count}", answer)
    for key, value in more.items():
        expect(answer[key] == str(value), f"{key} is not {value}", answer)


# ---- codes ----

@case
def answers_and_codes(_):
    table = {
        "a.example": lambda q: q.reply([address("a.example", ttl=77)]),
        "none.example": lambda q: q.reply(code=NXDOMAIN, authority=[soa("example")]),
        "empty.example": lambda q: q.reply(authority=[soa("example", minimum=10)]),
        "fails.example": lambda q: q.reply(code=SERVFAIL), "refused.example": lambda q: q.reply(code=REFUSED),
        "bare.example": lambda q: q.reply(code=SERVFAIL, question=b""),
        "odd.example": lambda q: q.reply(code=9), "lame.example": lambda q: q.reply(code=NOTIMP),
        "upper.example": lambda q: q.reply([address("UPPER.example")], question=name("uPPer.EXAMPLE") + b"\0\1\0\1"),
    }
    s = Server(lambda q, send: table[q.name](q))
    for question, code, count, ttl in (
            ("a.example", "NOERROR", 1, 77), ("none.example", "NXDOMAIN", 0, 30), ("empty.example", "NOERROR", 0, 10),
            ("fails.example", "SERVFAIL", 0, 0), ("refused.example", "REFUSED", 0, 0), ("bare.example", "SERVFAIL", 0, 0),
            ("odd.example", "broken", 0, 0), ("lame.example", "broken", 0, 0), ("upper.example", "NOERROR", 1, 60)):
        owes(ask(s, f"{question}/A/resolver"), code, count, ttl=ttl, trust="unchecked", server=s.at)


@case
def straight_or_recursive(_):
    """RD only for a resolver (RFC 1035 section 4.1.1); what lies beside the answer is taken."""
    s = Server(lambda q, send: q.reply(flags=0x8400, authority=[rr("example", NS, name("ns.example"))],
                                       additional=[address("ns.example", 9)]))
    owes(probe("--port", s.port, f"a.example/A/server/{s.at}")[0], "NOERROR", aa=1, authority=1, additional=1)
    expect(not s.asked[-1].octets[2] & 1, "recursion was desired")
    ask(s)
    expect(s.asked[-1].octets[2] & 1, "recursion was not desired")


@case
def without_edns(_):
    for code in (FORMERR, NOTIMP):
        s = Server(lambda q, send, c=code: q.reply(code=c, question=b"") if q.edns else q.reply([address(q.name)]))
        owes(ask(s), "NOERROR", 1)
        s = Server(lambda q, send, c=code: q.reply(code=c, question=b""))
        owes(ask(s), "broken")
    s = Server(lambda q, send: None if q.edns else q.reply([address(q.name)]))
    owes(ask(s), "NOERROR", 1)


# ---- what does not match ----

@case
def forgeries(_):
    """Other ids, other questions and other places do not answer (RFC 5452 section 9.1); the true answer counts."""
    def wrong_ids(q, send):
        for offset in range(1, 200):
            send(q.reply([address(q.name, 66)], ident=(int.from_bytes(q.octets[:2], "big") + offset) % 65536))
        return q.reply([address(q.name, 1)])

    def wrong_question(q, send):
        send(q.reply([address("b.example", 66)], question=name("b.example") + b"\0\1\0\1"))
        send(q.reply([address(q.name, 66)], question=name(q.name) + b"\0\x10\0\1"))
        send(q.reply([address(q.name, 66)], question=name(q.name) + b"\0\1\0\3"))
        send(q.reply([address(q.name, 66)], question=b""))
        send(q.octets)
        return q.reply([address(q.name, 1)])
    for answer in (wrong_ids, wrong_question):
        reply = ask(Server(answer))
        owes(reply, "NOERROR", 1)
        expect("192.0.2.1" in reply["records"][0], reply)


@case
def only_forgeries(_):
    owes(ask(Server(lambda q, send: q.reply([address("b.example")], question=name("b.example") + b"\0\1\0\1")),
             "a.example/A/resolver", "--timeout", 4000), "broken")
    owes(ask(Server(lambda q, send: q.reply([address(q.name)], ident=int.from_bytes(q.octets[:2], "big") ^ 1)),
             "a.example/A/resolver", "--timeout", 1500), "timeout")


@case
def from_another_place(_):
    """The same octets from another port and from another address: as if they had never come."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        near.bind(("127.0.0.1", 0))
        far.bind((f"127.{NET}.252.1", 0))
        s = Server(lambda q, send: None)
        clients = []
        s._take = lambda q, client: (clients.append(client), near.sendto(q.reply([address(q.name)]), client),
                                     far.sendto(q.reply([address(q.name)]), client))
        owes(ask(s, "a.example/A/resolver", "--timeout", 1500), "timeout")
        expect(clients, "was not asked")


@case
def other_owners(_):
    """Records of names that were not asked for are no answer."""
    s = Server(lambda q, send: q.reply([address("b.example", 66), address("example", 66), address("x." + q.name, 66)]))
    owes(ask(s), "NOERROR", 0)


@case
def ports_and_ids_differ(_):
    """Each question has a port and an id of its own (RFC 5452 section 9.2)."""
    s = Server(lambda q, send: q.reply([address(q.name)]))
    clients, take = [], s._take
    s._take = lambda q, client: (clients.append((client[1], q.octets[:2])), take(q, client))
    probe("--resolver", f"{s.at}:{s.port}", *(f"h{i}.example/A/resolver" for i in range(200)))
    expect(len({port for port, _ in clients}) > 150, "ports repeat", clients)
    expect(len({ident for _, ident in clients}) > 190, "ids repeat", clients)


# ---- chains ----

def chain(length, end):
    def answer(q, send):
        names = [q.name] + [f"c{i}.example" for i in range(length)]
        return q.reply([rr(a, CNAME, name(b)) for a, b in zip(names, names[1:])] + end(names[-1]))
    return Server(answer)


@case
def chains_of_aliases(_):
    owes(ask(chain(16, lambda last: [address(last)])), "NOERROR", 1, canonical="c15.example")
    owes(ask(chain(3, lambda last: [])), "NOERROR", 0, canonical="c2.example")
    owes(ask(chain(17, lambda last: [address(last)])), "broken")
    owes(ask(chain(300, lambda last: [address(last)])), "broken")
    owes(ask(chain(3, lambda last: [rr(last, CNAME, name("c0.example"))])), "broken")
    owes(ask(Server(lambda q, send: q.reply([rr(q.name, CNAME, name(q.name))]))), "broken")


# ---- what cannot be read ----

@case
def messages_that_are_none(_):
    pointer = b"\xc0\x0c"
    for octets in (lambda q: q.octets[:2] + b"\x81\x80", lambda q: b"",
                   lambda q: q.octets[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + pointer + b"\0\1\0\1",   # points at itself
                   lambda q: q.reply([b"\xc0\xff" + b"\0\1\0\1\0\0\0\1\0\4abcd"]),                 # beyond the end
                   lambda q: q.reply([rr(q.name, MX, b"\0\1\xc0" + bytes([len(q.reply()) + 25]))]),  # forward, to itself
                   lambda q: q.reply([rr(q.name, A, b"\1\2\3")]), lambda q: q.reply([rr(q.name, A, b"\1\2\3\4\5")]),
                   lambda q: q.reply([address(q.name)])[:-3], lambda q: q.octets[:2] + b"\x81\x80" + b"\xff" * 500,
                   lambda q: q.reply([rr(q.name, A, b"")])):
        answer = ask(Server(lambda q, send, o=octets: o(q)), "a.example/A/resolver", "--timeout", 1200)
        expect(answer["code"] in ("broken", "timeout") and answer["count"] == "0", octets(Query(b"\0" * 40, False)), answer)


@case
def odd_names(_):
    """Octets that are no text come escaped, and are never NUL or control octets in ours."""
    odd = b"\x05a.b\0\xff\x07\x1b[31mxy\x02\xc3\x28\0"
    answer = ask(Server(lambda q, send: q.reply([rr(q.name, MX, b"\0\x0a" + odd)])), "a.example/MX/resolver")
    owes(answer, "NOERROR", 1)
    expect(all(32 <= ord(c) < 127 for c in answer["records"][0]), answer)
    expect("\\." in answer["records"][0], answer)


@case
def long_texts(_):
    strings = [bytes([65 + i % 26]) * 255 for i in range(255)]

    def tcp(q, conn):
        return q.reply([txt(q.name, *strings)])
    answer = ask(Server(lambda q, send: q.cut(), tcp), "a.example/TXT/resolver")
    owes(answer, "NOERROR", 1)
    expect(answer["records"][0].endswith(" 65025"), answer)
    answer = ask(Server(lambda q, send: q.reply([txt(q.name, *[b"x"] * 255)])), "a.example/TXT/resolver")
    expect(answer["records"][0].endswith(" 255") and answer["data"][0] == "x" * 255, answer)
    answer = ask(Server(lambda q, send: q.cut(), lambda q, c: q.reply([txt(b"\xc0\x0c", b"")] * 4000)), "a.example/TXT/resolver")
    owes(answer, "NOERROR", 4000)
    answer = ask(Server(lambda q, send: q.reply([txt(q.name, b"\xff\xfe\0bad")])), "a.example/TXT/resolver")
    expect(answer["data"] == ["\\xFF\\xFE\\x00bad"], answer)


# ---- TCP ----

@case
def cut_and_asked_over_tcp(_):
    s = Server(lambda q, send: q.cut(), lambda q, conn: q.reply([address(q.name)]))
    owes(ask(s), "NOERROR", 1)
    expect([q.tcp for q in s.asked] == [False, True], s.asked)


def drip(q, conn):
    octets = q.reply([address(q.name)])
    for octet in struct.pack("!H", len(octets)) + octets:
        conn.sendall(bytes([octet]))
        time.sleep(0.01)


def drip_for_ever(q, conn):
    conn.sendall(b"\xff\xff")
    while True:
        conn.sendall(b"x")
        time.sleep(0.05)


@case
def tcp_that_goes_wrong(_):
    def closes(q, conn):
        conn.sendall(b"\0\x40" + q.reply()[:10])

    def floods(q, conn):
        conn.sendall(b"\xff\xff" + b"x" * (1 << 22))
    for tcp, code, count in ((drip, "NOERROR", 1), (drip_for_ever, "timeout", 0), (closes, "broken", 0),
                             (lambda q, conn: None, "broken", 0), (lambda q, conn: q.cut(), "broken", 0),
                             (floods, "broken", 0), (lambda q, conn: b"", "broken", 0),
                             (lambda q, conn: q.reply(code=SERVFAIL), "SERVFAIL", 0),
                             (lambda q, conn: q.reply([address(q.name)], ident=0 if q.octets[:2] != b"\0\0" else 1), "broken", 0),
                             (lambda q, conn: time.sleep(30), "timeout", 0)):
        owes(ask(Server(lambda q, send: q.cut(), tcp), "a.example/A/resolver", "--timeout",
                 1500 if code == "timeout" else 30000), code, count)
    owes(ask(Server(lambda q, send: q.cut(), listens=False), "a.example/A/resolver", "--timeout", 30000), "broken")


# ---- silence ----

@case
def nobody_answers(_):
    s = Server(lambda q, send: None)
    answer = ask(s, "a.example/A/resolver", "--timeout", 5000)
    owes(answer, "timeout", server=s.at)
    expect(len(s.asked) == 3 and int(answer["took"]) >= 5000, "three tries", s.asked, answer)
    expect([q.edns for q in s.asked] == [True, True, False], "the last without EDNS", s.asked)


@case
def a_closed_port(_):
    """The system says at once that nobody listens: three times, and the time is not waited for."""
    answer = probe("--resolver", f"127.0.0.1:{ports.free_port()}", "--timeout", 30000, "a.example/A/resolver")[0]
    owes(answer, "timeout")
    expect(int(answer["took"]) < 25000, answer)


@case
def no_way(_):
    """A link-local address of an interface that there is not."""
    for where in ("fe80::1%999999", "fe80::1"):
        owes(probe("--timeout", 60000, f"a.example/A/server/{where}")[0], "unreachable")


@case
def the_deadline_of_all(_):
    s = Server(lambda q, send: q.reply([address(q.name)]) if q.name.startswith("good") else None)
    good, bad = probe("--resolver", f"{s.at}:{s.port}", "--timeout", 60000, "--deadline", 5000, "good.example/A/resolver",
                      "bad.example/A/resolver")
    owes(good, "NOERROR", 1)
    owes(bad, "timeout")


# ---- several resolvers ----

def with_conf(text, *questions, port, timeout_ms=9000):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as f:
        f.write(text)
        f.flush()
        return probe("--resolv-conf", f.name, "--port", port, "--timeout", timeout_ms, *questions)


@case
def the_next_resolver(_):
    good = Server(lambda q, send: q.reply([address(q.name)]))
    for number, answer in enumerate((lambda q, send: None, lambda q, send: q.reply(code=SERVFAIL),
                                     lambda q, send: q.reply(code=REFUSED), lambda q, send: b"\0\1\2",
                                     lambda q, send: q.reply([address(q.name)], question=name("b") + b"\0\1\0\1"))):
        bad = Server(answer, at=f"127.{NET}.250.{number + 1}", port=good.port)
        conf = f"nameserver {bad.at}\nnameserver {good.at}\noptions timeout:1 rotate\n"
        owes(with_conf(conf, "a.example/A/resolver", port=good.port)[0], "NOERROR", 1, server=good.at)
        expect(bad.asked, "the first was not asked")


@case
def one_that_does_not_exist_is_an_answer(_):
    first = Server(lambda q, send: q.reply(code=NXDOMAIN))
    second = Server(lambda q, send: q.reply([address(q.name)]), port=first.port)
    conf = f"nameserver {first.at}\nnameserver {second.at}\n"
    owes(with_conf(conf, "a.example/A/resolver", port=first.port)[0], "NXDOMAIN", server=first.at)
    expect(not second.asked, second.asked)


@case
def all_resolvers_fail(_):
    """What one said is told, not that the other kept silent."""
    silent = Server(lambda q, send: None)
    failing = Server(lambda q, send: q.reply(code=SERVFAIL), port=silent.port)
    for order in ((silent, failing), (failing, silent)):
        conf = "".join(f"nameserver {s.at}\n" for s in order) + "options timeout:4 attempts:1\n"
        owes(with_conf(conf, "a.example/A/resolver", port=silent.port)[0], "SERVFAIL", server=failing.at)
    conf = f"nameserver {silent.at}\nnameserver {silent.at}\noptions timeout:1 attempts:1\n"
    owes(with_conf(conf, "a.example/A/resolver", port=silent.port)[0], "timeout")


@case
def a_dead_one_is_remembered(_):
    """Once the second resolver answered, it is asked first: one question pays for the dead one, not each."""
    good = Server(lambda q, send: q.reply([address(q.name)]))
    dead = Server(lambda q, send: None, at=f"127.{NET}.251.1", port=good.port)
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(f"nameserver {dead.at}\nnameserver {good.at}\noptions timeout:5\n")
        f.flush()
        answers = probe("--resolv-conf", f.name, "--port", good.port, "--open", 1, "--timeout", 20000,
                        *(f"h{i}.example/A/resolver" for i in range(20)))
    expect(all(a["code"] == "NOERROR" for a in answers), answers)
    expect({q.name for q in dead.asked} == {"h0.example"}, "asked again", [q.name for q in dead.asked])


# ---- many ----

class Crowd(Server):
    """Counts how many questions it holds at a time."""

    def __init__(self, **keywords):
        self.now, self.most, self._lock = 0, 0, threading.Lock()
        super().__init__(self._slowly, **keywords)

    def _slowly(self, q, send):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self._lock:
            self.now -= 1
        return q.reply([address(q.name)])


@case
def not_too_many_at_a_time(_):
    s = Crowd()
    other = Crowd(port=s.port)
    questions = [f"h{i}.example/A/server/{s.at}" for i in range(40)] + [f"h{i}.example/A/server/{other.at}" for i in range(5)]
    answers = probe("--port", s.port, "--timeout", 20000, "--open-per-server", 4, *questions)
    expect(all(a["code"] == "NOERROR" for a in answers), answers)
    expect(0 < s.most <= 4 and 0 < other.most <= 4, s.most, other.most)
    s = Crowd()
    answers = probe("--resolver", f"{s.at}:{s.port}", "--timeout", 20000, "--open", 7,
                    *(f"h{i}.example/A/resolver" for i in range(60)))
    expect(all(a["code"] == "NOERROR" for a in answers), answers)
    expect(0 < s.most <= 7, s.most)


@case
def questions_that_cannot_be_asked(_):
    s = Server(lambda q, send: q.reply([address(q.name)]))
    for bad in ("a..example", "x" * 64 + ".example", ".".join(["x" * 60] * 5), "y" * 1500):
        for way in ("resolver", f"server/{s.at}", "validator"):
            answer = ask(s, f"{bad}/A/{way}", "--port", s.port, "--anchor", "/dev/null")
            owes(answer, "broken")
    expect(not s.asked, [q.name for q in s.asked])


def main():
    chosen = [c for c in CASES if not WORDS or any(w in c.__name__ for w in WORDS)]

    def run(function):
        began = time.monotonic()
        try:
            function(None)
            return f"[       OK ] {function.__name__} ({time.monotonic() - began:.1f} s)", True
        except Exception:  # noqa: BLE001 - whatever a case meets is its failure
            return f"[  FAILED  ] {function.__name__}\n{traceback.format_exc()}", False
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        results = list(pool.map(run, chosen))
    for text, _ in results:
        print(text)
    sys.stdout.flush()
    os._exit(0 if all(ok for _, ok in results) else 1)


main()
