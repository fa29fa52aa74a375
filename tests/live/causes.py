#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""causes.py BATON - baton causes as a whole program: what it lists, the document, its exit status."""

import json
import subprocess
import sys

BATON = sys.argv[1]
SERVERS = ("postfix", "exim", "opensmtpd", "exchange", "microsoft-365", "cpanel", "plesk")
STEP = {"text", "check", "undo", "warning", "side", "server"}
CAUSE = {"cause", "family", "about_relaying", "title", "sentence", "told_apart", "sender_steps", "operator_steps",
         "standards", "exit_status", "words_only"}


def run(*args, status=0):
    done = subprocess.run([BATON, "causes", *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, (args, done.returncode, done.stderr)
    return done.stdout if status == 0 else done.stderr


def document(*args):
    found = json.loads(run("--json", *args))
    assert set(found) == {"schema", "server", "causes", "families", "findings"}, found.keys()
    assert found["schema"] == "baton.causes/1"
    for cause in found["causes"]:
        assert set(cause) == CAUSE, cause.keys()
        for step in cause["sender_steps"] + cause["operator_steps"]:
            assert set(step) == STEP and step["text"], step
    return found


whole = document()
assert len(whole["causes"]) > 50 and len(whole["families"]) == 23 and len(whole["findings"]) > 5
assert {f["family"] for f in whole["families"]} == {c["family"] for c in whole["causes"]}
spoken = {s["server"] for c in whole["causes"] for s in c["operator_steps"]}
assert spoken == {None, *SERVERS}, spoken
assert {s["side"] for c in whole["causes"] for s in c["operator_steps"]} == {None, "takes", "sends"}
assert {s["side"] for c in whole["causes"] for s in c["sender_steps"]} == {None}
listed = run()
for cause in whole["causes"]:
    assert f"  {cause['cause']} " in listed and cause["title"] in listed, cause["cause"]

for server in SERVERS:
    some = document("--server", server)
    assert some["server"] == server and len(some["causes"]) == len(whole["causes"])
    assert {s["server"] for c in some["causes"] for s in c["operator_steps"]} == {None, server}
one = document("ip-not-trusted", "--server", "Postfix")
assert [c["cause"] for c in one["causes"]] == ["ip-not-trusted"] and len(one["families"]) == 1 and not one["findings"]
page = run("ip-not-trusted", "--server", "postfix")
assert "With Postfix:" in page and "With Exim:" not in page and "Careful:" in page and "Undo:" in page
assert run("--server", "exim").count("Exit status of baton doctor") == len(whole["causes"])

family = document("auth-failed")
assert len(family["causes"]) == 8 and {c["family"] for c in family["causes"]} == {"auth-failed"}
assert "wrong-credentials" in run("auth-failed") and "spf-fail" not in run("auth-failed")
assert document("spf-fail")["causes"][0]["cause"] == "spf-fail"       # a cause's own name goes before its family's
note = document("open-relay")
assert [f["id"] for f in note["findings"]] == ["open-relay"] and not note["causes"] and not note["families"]
assert "blocklists" in run("open-relay") and run("Open-Relay") == run("open-relay")

assert run("mail-loop", "--markdown").startswith("### The message goes round in a circle\n")
assert run("--markdown").startswith("# Why mail is refused\n")
assert run("tls-required", "--markdown").count("\n### ") == 1

assert "did you mean spf-fail" in run("spf-fial", status=2)
assert "did you mean exim" in run("--server", "exm", status=2)
assert "microsoft-365" in run("--server", "zebra", status=2)
assert "no cause 'zebra'" in run("zebra", status=2)
assert "one ID at a time" in run("spf-fail", "mail-loop", status=2)
print(f"{len(whole['causes'])} causes, {sum(len(c['operator_steps']) for c in whole['causes'])} operator steps")
