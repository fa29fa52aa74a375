# SPDX-License-Identifier: ISC
"""Runs the commands that only ask DNS against a small zone, and prints a line a case in cmocka's form.

A zone is text, a line a record: "NAME TYPE DATA" (A, AAAA, CNAME, MX, NS, TXT), or "NAME SERVFAIL|REFUSED|TIMEOUT".
What a CNAME leads to is left to whoever asks.
"""
import json
import os
import struct
import subprocess
import sys
import traceback

import name_server
import ports

NS, CNAME, TXT = 2, 5, 16
KINDS = {"A": name_server.A, "AAAA": name_server.AAAA, "MX": name_server.MX, "NS": NS, "CNAME": CNAME, "TXT": TXT}
FAILS = {"SERVFAIL": name_server.SERVFAIL, "REFUSED": name_server.REFUSED, "TIMEOUT": None}
NET = ports.own_net()


class Failure(AssertionError):
    pass


def expect(truth, words, *what):
    if not truth:
        raise Failure(words + "".join(f"\n    {item!r}" for item in what))


def _record(name, kind, data):
    if kind == TXT:
        octets = data.encode("latin-1")
        parts = [octets[i:i + 255] for i in range(0, len(octets), 255)] or [b""]
        wire = b"".join(bytes([len(p)]) + p for p in parts)
        return name_server.wire_name(name) + struct.pack("!HHIH", kind, 1, 60, len(wire)) + wire
    if kind in (NS, CNAME):
        wire = name_server.wire_name(data)
        return name_server.wire_name(name) + struct.pack("!HHIH", kind, 1, 60, len(wire)) + wire
    if kind == name_server.MX:
        preference, host = data.split()
        data = (int(preference), host)
    return name_server.record(name, kind, data)


class Zone:
    """A name server that answers from the text, and counts who asked what."""
    count = 0

    def __init__(self, text, own=False):
        self.records, self.fails, self.own = {}, {}, own
        for line in text.splitlines():
            if not line.strip():
                continue
            name, word, *rest = line.strip().split(None, 2)
            if word in FAILS:
                self.fails[name.lower()] = FAILS[word]
            else:
                self.records.setdefault(name.lower(), []).append((KINDS[word], rest[0] if rest else ""))
        Zone.count += 1
        self.server = name_server.NameServer(f"127.{NET}.7.{Zone.count}", self._answer)

    @property
    def address(self):
        return f"{self.server.address}:{self.server.port}"

    @property
    def asked(self):
        return [(name, kind) for name, kind, _ in self.server.asked]

    def _answer(self, query, name, kind, _):
        if name in self.fails:
            code = self.fails[name]
            return None if code is None else [name_server.reply(query, code=code)]
        found = [_record(name, k, data) for k, data in self.records.get(name, []) if k in (kind, CNAME)]
        there = any(n == name or n.endswith("." + name) for n in self.records)
        code = name_server.NOERROR if there else name_server.NXDOMAIN
        return [name_server.reply(query, found, code=code, own=self.own)]


class Run:
    def __init__(self, *arguments, resolver=None, text=b""):
        argv = [sys.argv[1], *arguments]
        if resolver:
            argv += ["--resolver", resolver.address]
        done = subprocess.run(argv, capture_output=True, timeout=60, check=False, input=text,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
        self.status, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()

    def owes(self, status, *words):
        expect(self.status == status, f"exit status {self.status}, wanted {status}", self.out, self.err)
        flat = " ".join((self.out + self.err).split())
        for word in words:
            expect(word in flat, f"no '{word}'", self.out, self.err)
        return self

    def document(self, status, **values):
        expect(self.status == status, f"exit status {self.status}, wanted {status}", self.out, self.err)
        document = json.loads(self.out)
        for key, value in values.items():
            expect(document[key] == value, f"{key} is not {value!r}", document[key])
        return document


def main(cases):
    """Runs the cases whose names hold a word of the command line behind the path of baton, or all."""
    words, failed = sys.argv[2:], 0
    for case in cases:
        name = case.__name__.replace("_", " ")
        if words and not any(word in name for word in words):
            continue
        try:
            case()
        except Exception:
            failed += 1
            print(traceback.format_exc())
            print(f"[  FAILED  ] {name}", flush=True)
        else:
            print(f"[       OK ] {name}", flush=True)
    sys.exit(1 if failed else 0)
