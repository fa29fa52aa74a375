#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""`baton doctor --verify`: a stored document proves again what it claims, a changed one does not, and what is
no document is refused with the place.

usage: doctor_verify.py BATON [WORD...]      only cases with a WORD in their name
"""
import copy
import json
import re

from doctor_kit import HOST, LONG_S, OUTSIDE, PASSWORD, USER, Bench, Run, expect, hides, owes, owes_document
from peers import Silence, Site

bench = Bench(56)
LOGINS = {USER: PASSWORD.encode()}
SUBMISSION, SUBMISSIONS = {}, {"tls": "implicit"}
RELAY = {"caps_tls": ["PIPELINING"]}


def own_only(conn, argument):
    return None if f"<{USER}>" in argument else "553 5.7.1 not owned by user"


def met(ports, *flags, password=PASSWORD, logins=LOGINS, timeout_s=LONG_S):
    """The document of a run, as it was printed."""
    with Site(logins) as site:
        address = bench.address()
        asked, *others = [site.listen(address, cert=bench.cert, **row) for row in ports]
        run = bench.doctor([USER, "--server", f"{HOST}:{asked.port}", "--connect-to", address, "--to", OUTSIDE,
                            "--ports", ",".join(str(p.port) for p in others), "--ca", bench.authority.pem,
                            "--timeout", str(timeout_s), "--json", *flags], password=password)
        owes(run, password, timeout_s)
        owes_document(run, f"port {asked.port}")
        return run.out


def verify(octets):
    path = f"{bench.folder.name}/{bench.address()}.json"
    with open(path, "wb") as f:
        f.write(octets)
    run = Run(bench.baton, ["--verify", path], password=None, limit_s=30)
    bad = [o for o in run.out + run.err if o < 32 and o != 10 or o == 127]
    expect(not bad, "control octets", run.out[:200], run.err[:200])
    expect(run.status in (0, 1, 2), "exit status", run.status, run.errors)
    return run


def claims(document):
    return [c["cause"] for c in document["causes"] if c["strength"] == "proved"]


# ---- proved again ----

def again(stored, cause):
    document = json.loads(stored())
    run = verify(json.dumps(document).encode())
    expect(run.status == 0, "exit status, wanted 0", run.status, run.text, run.errors)
    expect(f"verdict   {document['verdict']}, stored as {document['verdict']}" in run.text, "verdict", run.text)
    expect(cause is None or cause in claims(document), f"{cause} is not proved", document["causes"])
    for name in claims(document):
        expect(re.search(rf"^proved    {name}: derived again from e\d", run.text, re.M), "not derived", run.text)
    hides(run.out, PASSWORD, "stdout")


MANY_LINES = "554-5.7.1 relay\n554-5.7.1 \x1b[2J \\ \"denied\"\n554 end"
STORED = {
    "accepted": (lambda: met([SUBMISSION], "--security", "starttls"), None),
    "never authenticates": (lambda: met([SUBMISSION], "--security", "starttls", "--auth", "none"),
                            "client-never-authenticates"),
    "hidden until tls": (lambda: met([SUBMISSION], "--security", "none"), "auth-hidden-until-tls"),
    "tls mode": (lambda: met([SUBMISSION], "--security", "tls"), "tls-mode-mismatch"),
    "from not login": (lambda: met([{"steps": {"mail": own_only}}], "--security", "starttls", "--from",
                                   "boss@inside.example"), "from-not-login"),
    "mx port": (lambda: met([RELAY, SUBMISSION], "--security", "starttls"), "mx-port-not-submission"),
    "wrong password": (lambda: met([SUBMISSION], "--security", "starttls", logins={USER: b"x"}), None),
    "no login known": (lambda: met([SUBMISSION], "--security", "starttls", password=None), None),
    "greylisted": (lambda: met([{"steps": {"rcpt": "450 4.2.0 greylisted"}}], "--security", "starttls"), None),
    "not SMTP": (lambda: met([{"tls": None, "steps": {"greeting": b"SSH-2.0-x\r\n"}}]), None),
    "closed": (lambda: met([{"steps": {"greeting": "554 5.7.1 go away"}}, RELAY]), None),
    "silent": (lambda: met([{"steps": {"greeting": Silence()}}], timeout_s=4), None),
    "sent": (lambda: met([SUBMISSION], "--security", "starttls", "--send"), None),
    "empty reverse-path": (lambda: met([SUBMISSION], "--security", "starttls", "--from", "<>"), None),
    "answers of many lines": (lambda: met([{"steps": {"rcpt": MANY_LINES}}], "--auth", "none", "--security", "starttls"), None),
}
for name, (stored, cause) in STORED.items():
    bench.case(f"again {name}", again, stored, cause)


# ---- tampered with ----

PROVED = {}


def proved():
    if not PROVED:
        PROVED["document"] = json.loads(met([SUBMISSION], "--security", "starttls", "--auth", "none"))
    return copy.deepcopy(PROVED["document"])


def tampered(change, words):
    document = proved()
    change(document)
    run = verify(json.dumps(document).encode())
    expect(run.status == 1, "exit status, wanted 1", run.status, run.text, run.errors)
    expect(words in run.text, f"{words!r} is not said", run.text)


def rows(document, probe, login=None):
    return [row for row in document["evidence"] if row["probe"] == probe
            and (login is None or bool(row["attempt"]["mechanism"]) == login)]


def stranger_was_accepted(d):
    for row in rows(d, "trial", login=False):
        row["attempt"]["reply"].update(code=250, enhanced="2.1.5", text="2.1.5 ok")


def member_was_refused(d):
    for row in rows(d, "trial", login=True):
        row["attempt"]["reply"].update(code=550, enhanced="5.7.1", text="5.7.1 no")


def no_trials(d):
    d["evidence"] = [row for row in d["evidence"] if row["probe"] != "trial"]


def other_cause(d):
    d["causes"][0].update(cause="auth-hidden-until-tls", family="tls-required")


def stronger(d):
    d["causes"].append({**d["causes"][0], "cause": "wrong-credentials", "family": "auth-failed"})


def other_verdict(d):
    d["verdict"] = "accepted"


def asked_otherwise(d):
    d["asked"]["mechanism"] = "auto"
    d["asked"]["user"] = USER


NOT_SO = "not so    client-never-authenticates"
for name, change, words in (
        ("the stranger was accepted", stranger_was_accepted, NOT_SO),
        ("the login was refused", member_was_refused, NOT_SO),
        ("no trials", no_trials, NOT_SO),
        ("no evidence", lambda d: d["evidence"].clear(), NOT_SO),
        ("another cause", other_cause, "not so    auth-hidden-until-tls"),
        ("one cause more", stronger, "not so    wrong-credentials"),
        ("another verdict", other_verdict, "verdict   refused, stored as accepted"),
        ("something else was asked", asked_otherwise, NOT_SO)):
    bench.case(f"tampered {name}", tampered, change, words)


# ---- no document ----

def refused(octets, *words):
    run = verify(octets() if callable(octets) else octets)
    expect(run.status == 2, "exit status, wanted 2", run.status, run.text, run.errors)
    expect(not run.out, "something on standard output", run.text[:200])
    expect(run.errors.startswith("baton doctor: ") and len(run.err) < 1000, "no sentence", run.errors[:300])
    expect(run.seconds < 20, f"took {run.seconds:.1f} s")
    for word in words:
        expect(word in run.errors, f"{word!r} is not said", run.errors)


def text():
    return json.dumps(proved(), indent=2)


def key_twice():
    return text().replace('"verdict":', '"verdict": "accepted",\n  "verdict":', 1).encode()


def with_(change):
    def made():
        document = proved()
        change(document)
        return json.dumps(document, indent=2).encode()
    return made


def setting(*path, value):
    def change(document):
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value
    return with_(change)


LINE = "line"
for name, octets, *words in (
        ("empty", b"", LINE),
        ("one brace", b"{", LINE),
        ("an array", b"[]", "schema"),
        ("a number", b"7", LINE),
        ("noise", bytes(range(256)) * 40, LINE),
        ("NUL octets", b"\0" * 4096, LINE),
        ("HTML", b"<!doctype html><title>no</title>", LINE),
        ("half", lambda: text()[:len(text()) // 2].encode(), LINE),
        ("all but the last brace", lambda: text().rstrip()[:-1].encode(), LINE),
        ("something behind", lambda: text().encode() + b"}\n", LINE),
        ("a key twice", key_twice, LINE, "verdict"),
        ("a key twice deep inside", lambda: text().replace('"probe":', '"probe": "tls", "probe":', 1).encode(), LINE),
        ("not UTF-8", lambda: text().encode().replace(b'"summary": "', b'"summary": "\xff\xfe', 1), LINE),
        ("deep", b"[" * 100000, LINE),
        ("deep and closed", b'{"a":' * 5000 + b"1" + b"}" * 5000, LINE),
        ("huge", lambda: b'{"schema": "' + b"x" * (17 << 20) + b'"}', "larger"),
        ("another schema", setting("schema", value="baton.doctor/2"), "schema"),
        ("explain's schema", setting("schema", value="baton.explain/1"), "schema"),
        ("no verdict", with_(lambda d: d.pop("verdict")), "verdict"),
        ("a verdict nobody gives", setting("verdict", value="perhaps"), "verdict"),
        ("asked is text", setting("asked", value="me"), "asked"),
        ("a port too large", setting("asked", "port", value=65536), "asked"),
        ("a port below zero", setting("asked", "port", value=-1), "asked"),
        ("an address that is none", setting("asked", "address", value="1.2.3"), "asked"),
        ("no evidence at all", with_(lambda d: d.pop("evidence")), "evidence"),
        ("evidence is text", setting("evidence", value="e1"), "evidence"),
        ("evidence of numbers", setting("evidence", value=[1, 2]), "evidence[0]"),
        ("an unknown probe", setting("evidence", 1, "probe", value="guess"), "evidence[1]", "probe"),
        ("an unknown stage", setting("evidence", 1, "attempt", "reply", "stage", value="x"), "evidence[1]", "reply"),
        ("an unknown end", setting("evidence", 0, "attempt", "reply",
                                   value={"stage": "greeting", "code": None, "enhanced": None, "text": "odd: x"}),
         "evidence[0]", "reply"),
        ("an unknown cause", setting("causes", 0, "cause", value="gremlins"), "cause"),
        ("an unknown strength", setting("causes", 0, "strength", value="certain"), "cause"),
        ("more evidence than fits", with_(lambda d: d.update(evidence=d["evidence"] * 200)), "evidence")):
    bench.case(f"no document {name}", refused, octets, *words)


def no_file(path):
    run = Run(bench.baton, ["--verify", path], password=None)
    expect(run.status == 2 and path in run.errors, "a file that cannot be read", run.status, run.errors)


bench.case("no such file", no_file, "/no/such/file.json")
bench.case("a directory", no_file, "/tmp")

bench.run()
