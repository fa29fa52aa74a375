# SPDX-License-Identifier: ISC
"""Runs `baton doctor` as a user would, and holds what it prints against what every run owes.

A test of the doctor is a list of cases run side by side, each with a loopback address of its own. A case
prints one line, in cmocka's form, so that tools/tally counts it.
"""
import base64
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

import peers
import ports

HOST = "mail.peer.example"
USER = "anna@inside.example"
OUTSIDE = "someone@outside.example"
PASSWORD = "kV7#pz q/Lm+29%é"
EXITS = {0, 1, 3, 4, 5, 6}  # a run; 2 is usage
NET = ports.own_net()
SLACK_S = 40                # a busy machine: only a hang takes longer
LONG_S = 60                 # a run that waits for nobody is over long before, on any machine


class Failure(AssertionError):
    pass


def expect(truth, words, *what):
    if not truth:
        raise Failure(words + "".join(f"\n    {item!r}" for item in what))


class Run:
    """What a run of the doctor printed and how it ended."""

    def __init__(self, baton, arguments, password=PASSWORD, env=None, stdin=b"", limit_s=200, cwd=None):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(env or {})}
        if password is not None:
            environment["PEER_PASSWORD"] = password
            arguments = [*arguments, "--password-env", "PEER_PASSWORD"]
        self.arguments = arguments
        began = time.monotonic()
        try:
            done = subprocess.run([baton, "doctor", *arguments], input=stdin, env=environment,
                                  capture_output=True, timeout=limit_s, check=False, cwd=cwd)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"hangs: not over after {limit_s} s: {arguments}") from error
        self.seconds = time.monotonic() - began
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.text = self.out.decode("utf-8", "replace")
        self.errors = self.err.decode("utf-8", "replace")

    def document(self):
        """The JSON, one document without keys twice, complete at the top."""
        try:
            document = json.loads(self.out.decode("utf-8"), object_pairs_hook=no_key_twice)
        except ValueError as error:
            raise Failure(f"no valid JSON: {error}\n{self.text[:2000]}\n{self.errors[:500]}") from error
        keys = ("schema verdict cause family hop strength summary causes findings asked config pasted at_hand works cells mx fix "
                "next evidence dns stats").split()
        expect(sorted(document) == sorted(keys), "keys of the document", sorted(document))
        expect(document["schema"] == "baton.doctor/1", "schema", document["schema"])
        return document


def no_key_twice(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError(f"a key twice among {[key for key, _ in pairs]}")
    return made


# ---- secrets ----

def base64_inside(octets, before, alphabet):
    """The characters of base64 that depend on nothing but octets, with so many octets in front."""
    code = (base64.b64encode if alphabet == "+/" else base64.urlsafe_b64encode)(b"\0" * before + octets)
    return code[before and before + 1:(before + len(octets)) * 8 // 6]


def forms(password, user=USER):
    """name: octets, for every spelling in which a password must not be seen."""
    octets = password.encode()
    login = b"\0" + user.encode() + b"\0" + octets
    spelt = {
        "plain": octets,
        "reversed": octets[::-1],
        "hex": octets.hex().encode(),
        "HEX": octets.hex().upper().encode(),
        "every octet in percent": "".join(f"%{o:02X}" for o in octets).encode(),
        "every octet in percent, lower": "".join(f"%{o:02x}" for o in octets).encode(),
        "URL": urllib.parse.quote(password, safe="").encode(),
        "URL, lower": re.sub(r"%..", lambda m: m[0].lower(), urllib.parse.quote(password, safe="")).encode(),
        "URL path": urllib.parse.quote(password).encode(),
        "form": urllib.parse.quote_plus(password).encode(),
        "JSON": json.dumps(password, ensure_ascii=False)[1:-1].encode(),
        "AUTH PLAIN": base64.b64encode(login),
    }
    for before, alphabet in itertools.product(range(3), ("+/", "-_")):
        spelt[f"base64 {before} {alphabet}"] = base64_inside(octets, before, alphabet)
    return spelt


def echo_of(password):
    """What a server says that has seen the password and tells it in every form, one a line."""
    octets = password.encode()
    lines = [*forms(password).values()]
    lines += [base64.b64encode(b"\0" * n + octets) for n in range(3)]
    lines += [base64.b64encode(b"ab" + octets + b"cd"), b"user=" + octets + b"&x", octets + octets]
    return lines


def hides(octets, password, where):
    for name, form in forms(password).items():
        at = octets.find(form)
        expect(at < 0, f"the password stands in {where} ({name})", octets[max(0, at - 60):at + 80])


# ---- what every run owes ----

def owes(run, password=PASSWORD, limit_s=None):
    """One sentence first, a remedy, no secret, no control octet, no crash, in time."""
    for octets, where in ((run.out, "stdout"), (run.err, "stderr")):
        if password:
            hides(octets, password, where)
            hides(b" ".join(octets.split()), password, f"{where}, lines joined")
        bad = [o for o in octets if o < 32 and o != 10 or o == 127]
        expect(not bad, f"control octets in {where}", bytes(bad[:20]), octets[:300])
    expect(run.status in EXITS, "exit status", run.status, run.errors[-600:], run.text[-300:])
    if limit_s is not None:
        expect(run.seconds <= limit_s + SLACK_S, f"took {run.seconds:.1f} s of {limit_s}")


def is_sentence(text):
    return len(text) > 20 and text[0].isupper() and text.rstrip().endswith((".", "?"))


def owes_words(run, place):
    """For a person: a headline, the place, and what to do unless it was accepted."""
    lines = run.text.splitlines()
    expect(lines and lines[0].strip(), "there is no headline", run.text[:400])
    expect("Tested from" in run.text, "where it was tested from is missing", run.text[-300:])
    expect(place in run.text, f"the place {place} is not named", run.text)
    expect(run.status == 0 or "Do this" in run.text or "\nNext\n" in run.text, "no remedy", run.text)
    reasons = ("What was seen", "The proof", "What it rests on")
    expect(run.status == 0 or any(r in run.text for r in reasons), "no word on what was tried", run.text)
    expect(not run.err, "standard error is not empty", run.errors[:300])


def owes_document(run, place):
    """The same in the document, and its parts agree."""
    d = run.document()
    expect(is_sentence(d["summary"]), "the summary is no sentence", d["summary"])
    verdict, status = d["verdict"], run.status
    expect((verdict == "accepted") == (status == 0), "verdict against exit status", verdict, status)
    if verdict != "accepted":  # settings that work may name the cause of an error that was pasted
        expect((verdict == "refused") == (d["cause"] is not None), "verdict against cause", verdict, d["cause"])
    if verdict != "accepted":
        expect(d["next"] or d["fix"]["steps"], "neither a next experiment nor steps", d["summary"])
    said = " ".join(row["said"] for row in d["evidence"])
    expect(place in said, f"the place {place} is not named", said[:600])
    for text in strings(d):
        expect(all(c >= " " and c != "\x7f" or c == "\n" for c in text), "a control octet in the document", text)
    for row in d["evidence"]:
        expect(row["said"] and row["said"].strip(), "a row without words", row)
    return d


def strings(value):
    """Every text in a document, once its own escapes are gone."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


# ---- cases, side by side ----

class Bench:
    """The cases of one test file. address() is a loopback address nobody else uses, from 127.NET.NUMBER on."""

    def __init__(self, number):
        self.baton = os.path.abspath(sys.argv[1])
        self.folder = tempfile.TemporaryDirectory(prefix="baton-live-")
        self._addresses = (f"127.{NET}.{number + n // 250}.{n % 250 + 1}" for n in itertools.count())
        self._turn = threading.Lock()
        self._cases = []
        self.authority = peers.Authority(self.folder.name)
        self.cert = self.authority.issue("good")

    def address(self):
        with self._turn:  # cases run side by side, and a generator is for one at a time
            return next(self._addresses)

    def case(self, name, function, *arguments):
        name = re.sub(r"[^\w. -]", "", name)  # what tools/tally reads
        if any(name == other for other, _, _ in self._cases):
            raise ValueError(f"two cases are called {name}")
        self._cases.append((name, function, arguments))

    def skip(self, name, why):
        """tests/skips must list it."""
        print(f"[  SKIPPED ] {name}\n    {why}")

    def doctor(self, arguments, **options):
        return Run(self.baton, arguments, **options)

    def ask(self, peer, *more, user=USER, to=OUTSIDE, security="starttls", timeout_s=LONG_S, **options):
        """The doctor asked about one peer alone, as its user would."""
        arguments = ["--server", f"{HOST}:{peer.port}", "--connect-to", peer.address, "--ports", "",
                     "--ca", self.authority.pem, "--security", security, "--timeout", str(timeout_s)]
        arguments += [user] if user else []
        arguments += ["--to", to] if to else []
        return self.doctor([*arguments, *more], **options)

    def run(self, workers=8):
        """Exit status 1 when a case failed. A name given behind the program picks cases."""
        picked = sys.argv[2:]
        cases = [c for c in self._cases if not picked or any(word in c[0] for word in picked)]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for name, trouble in pool.map(one, cases):
                print(f"[  {'FAILED' if trouble else '    OK'} ] {name}")
                if trouble:
                    failed += 1
                    print("\n".join("    " + line for line in trouble.splitlines()), flush=True)
        self.folder.cleanup()
        print(f"{len(cases) - failed} of {len(cases)} cases passed")
        sys.stdout.flush()
        os._exit(1 if failed or not cases else 0)  # servers may still wait in threads


def one(case):
    name, function, arguments = case
    try:
        function(*arguments)
        return name, None
    except Failure as failure:
        return name, str(failure)
    except Exception:  # noqa: BLE001 - a case that breaks fails, the others go on
        return name, traceback.format_exc()
