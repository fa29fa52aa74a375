#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""rules.py BATON - baton relay --check and baton what-if as whole programs: errors with their places, open relays,
decisions with their replies and nearest changes, exit status."""

import json
import pathlib
import subprocess
import sys
import tempfile

BATON = sys.argv[1]
PLACE = tempfile.TemporaryDirectory()
FILE = pathlib.Path(PLACE.name) / "baton.conf"
KNOWN = pathlib.Path(PLACE.name) / "recipients"
OFFICE = f"""
hostname = "relay.example.org"
listen "submission" {{ port = 587  security = starttls }}
listen "devices"    {{ address = "192.168.1.5"  port = 25  bare-newline = normalize }}
permit "users"    {{ authenticated = true  sender = owned  rate = "300/h" }}
permit "printers" {{ listener = "devices"  network = {{"192.168.1.0/24"}} }}
permit "inbound"  {{ recipient-domain = "example.org"  recipients = "{KNOWN}"  unless-spf = {{fail}} }}
forbid "left"     {{ login = "old@example.org" }}
owner  "anna@example.org" {{ address = "info@example.org" }}
route  "provider" {{ smarthost = {{"smtp.provider.example:465"}}  login = "provider" }}
rewrite "scanner" {{ network = "192.168.1.40"  from = "scan@example.org"  keep = reply-to }}
"""
KNOWN.write_text("# those who are here\nanna@example.org\n\nbob@example.org\n")


def run(*args, status=0):
    done = subprocess.run([BATON, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, (args, done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr


def check(text, status=0):
    FILE.write_text(text)
    return run("relay", "--check", str(FILE), status=status)


def what_if(*flags, status=0):
    words = ["what-if", "--rules", str(FILE), *flags]
    document = json.loads(run(*words, "--json", status=status)[0])
    assert document["schema"] == "baton.what-if/1"
    assert run(*words, status=status)[0]
    return document


# A right file, and files that are wrong: all that is wrong is told, with its place.
assert "2 listeners, 3 permits, 1 forbids" in check(OFFICE)[0]
told = check(OFFICE.replace("sender", "sendr").replace("starttls", "startls"), status=2)[1]
assert f"{FILE}:3:" in told and "did you mean starttls?" in told, told
assert f"{FILE}:5:" in told and "did you mean sender?" in told, told
assert "baton.conf:9:10: forbid" not in told
for wrong, words in (('permit "a" { }', "open relay"), ('permit "a" { login = "x" login = "y" }', "stands in line 1 already"),
                     ('permit "a" { recipients = "/nowhere/at/all" recipient-domain = "a.example" }', "/nowhere/at/all"),
                     ('listen "a" { port = 25 address = "zebra" }', "no IP address"), ("permit \"a\" { tls = true", "not closed")):
    assert words in check(wrong, status=2)[1], wrong
run("relay", "--check", PLACE.name, status=2)
run("relay", "--check", PLACE.name + "/nothing", status=2)
run("relay", status=2)

# Open relays, each by the permit that makes it.
for rule in ('permit "hole" { tls = true }', 'permit "hole" { network = "0.0.0.0/0" }', 'permit "hole" { network = "::/0" }',
             'permit "hole" { listener = "submission" }', 'permit "hole" { sender = "@example.org" }'):
    assert 'permit "hole" lets everybody relay' in check(OFFICE + rule, status=1)[0], rule
    hole = json.loads(run("relay", "--check", str(FILE), "--json", status=1)[0])["open_relay"]
    assert hole["permit"] == "hole" and hole["line"] == 12 and hole["remedy"], hole
    passed = what_if("--client", hole["client"], "--listener", hole["listener"], "--from", hole["from"], "--to", hole["to"],
                     *(["--tls"] if "tls" in rule else []))
    assert passed["outcome"] == "permit" and passed["permit"] == "hole", passed

# Decisions.
check(OFFICE)
OUT = ("--to", "tom@elsewhere.example")
stranger = what_if("--client", "192.0.2.7", "--from", "anna@example.org", *OUT, status=1)
assert (stranger["outcome"], stranger["cause"]) == ("refuse", "client-never-authenticates"), stranger
assert stranger["reply"] == {"code": 530, "enhanced": "5.7.0", "text": stranger["reply"]["text"]}
assert stranger["nearest"] == [{"fact": "login", "change": "log in as anna@example.org"}]
assert [r["name"] for r in stranger["rules"]] == ["users", "printers", "inbound", "left"]
ANNA = ("--client", "192.0.2.7", "--login", "anna@example.org")
assert what_if(*ANNA, "--from", "anna@example.org", *OUT, status=3)["missing"] == ["rate"]
other = what_if(*ANNA, "--from", "bob@example.org", *OUT, status=1)
assert (other["cause"], other["reply"]["code"]) == ("from-not-login", 553)
assert other["nearest"] == [{"fact": "login", "change": "log in as bob@example.org"}], other["nearest"]
assert what_if(*ANNA, "--from", "info@example.org", "--author", "bob@example.org", *OUT, status=1)["cause"] == "from-not-login"
assert what_if("--client", "192.0.2.7", "--login", "old@example.org", "--from", "old@example.org", *OUT,
               status=1)["forbid"] == "left"
for client in ("192.168.1.40", "::ffff:192.168.1.40"):
    printer = what_if("--client", client, "--listener", "devices", "--from", "scan@x.example", *OUT)
    assert printer["permit"] == "printers", printer
IN = ("--client", "192.0.2.7", "--from", "x@y.example", "--to")
assert what_if(*IN, "anna@example.org", status=3)["missing"] == ["unless-spf"]
assert what_if(*IN, "anna@example.org", "--spf", "pass")["permit"] == "inbound"
assert what_if(*IN, "anna@example.org", "--spf", "fail", status=1)["reply"]["enhanced"] == "5.7.23"
assert what_if(*IN, "nobody@example.org", "--spf", "pass", status=1)["cause"] == "recipient-unknown"
assert what_if(*IN, "tom%elsewhere.example@example.org", "--spf", "pass", status=1)["outcome"] == "refuse"

# Usage.
run("what-if", "--rules", str(FILE), "--client", "192.0.2.7", status=2)
run("what-if", "--rules", str(FILE), "--client", "zebra", *OUT, status=2)
run("what-if", "--rules", str(FILE), "--client", "192.0.2.7", *OUT, "--listener", "zebra", status=2)
run("what-if", "--rules", PLACE.name + "/nothing", "--client", "192.0.2.7", *OUT, status=2)
