#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""score_test - the lab's judge is judged: answers, guard rails, leaks. No server is needed."""

import importlib.machinery
import importlib.util
import json
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from labkit.answers import answers                                # noqa: E402
from labkit.cells import SERVERS, Cell                            # noqa: E402
from labkit.situations import OUTSIDE, PASSWORD, USERS            # noqa: E402

IDS = HERE.parent.parent / "src" / "cause" / "ids.h"
FINDINGS = HERE.parent.parent / "docs" / "causes.md"


def load_score():
    loader = importlib.machinery.SourceFileLoader("score", str(HERE / "score"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("score", loader))
    sys.modules["score"] = module                      # dataclasses look there
    loader.exec_module(module)
    return module


score = load_score()


def document(verdict="refused", cause=None, strength=None, following="do this", findings=(), **stats):
    counted = {"wall_ms": 1, "connections": 1, "auth_refused": 0, "refusals_caused": 0, "data_sent": False} | stats
    return {"verdict": verdict, "cause": cause, "strength": strength, "next": following,
            "findings": [{"id": name} for name in findings], "stats": counted}


REFUSED = {"verdict": "refused", "cause": "ip-not-trusted", "exit": [1]}
JUDGED = (
    # name, answer, what the doctor said, how that is judged
    ("the cause", REFUSED, document(cause="ip-not-trusted", strength="proved"), "right"),
    ("too strong", REFUSED | {"at_most": "likely"}, document(cause="ip-not-trusted", strength="proved"), "wrong"),
    ("another, possible", REFUSED, document(cause="server-down", strength="possible"), "unsure"),
    ("another, likely", REFUSED, document(cause="server-down", strength="likely"), "wrong"),
    ("one of two", REFUSED | {"cause": ["server-down", "ip-not-trusted"]},
     document(cause="ip-not-trusted", strength="likely"), "right"),
    ("accepted for refused", REFUSED, document("accepted"), "wrong"),
    ("nobody can tell", REFUSED | {"cause": None}, document("unknown"), "right"),
    ("... and no way on", REFUSED | {"cause": None}, document("unknown", following=None), "unsure"),
    ("... and a claim", REFUSED | {"cause": None}, document(cause="server-down", strength="likely"), "wrong"),
    ("... or perhaps one", REFUSED | {"cause": [None, "server-down"], "at_most": "possible"},
     document(cause="server-down", strength="possible"), "right"),
    ("... or perhaps one, and it is not said", REFUSED | {"cause": [None, "server-down"], "at_most": "possible"},
     document("unknown"), "right"),
    ("... or perhaps one, too strong", REFUSED | {"cause": [None, "server-down"], "at_most": "possible"},
     document(cause="server-down", strength="likely"), "wrong"),
    ("by chance", REFUSED | {"cause": None, "varies": True}, document("accepted"), "right"),
    ("by chance, and a claim", REFUSED | {"varies": True}, document(cause="server-down", strength="proved"), "wrong"),
    ("no false alarm", {"verdict": "accepted", "cause": None}, document("accepted"), "right"),
    ("a false alarm", {"verdict": "accepted", "cause": None}, document(cause="server-down", strength="likely"), "wrong"),
)
# name, cell, file, its text, what the remarks must hold; empty: nothing
REMARKS = (
    ("clean", "p03", "server.json.log", "connect from x", ""),
    ("no log", "p03", "server.json.log", "", "the server's log is empty"),
    ("two refused logins", "p10", "server.json.log", "SASL PLAIN authentication failed: x\n" * 2, "2 refused logins"),
    ("two that were allowed", "p55", "server.json.log", "SASL PLAIN authentication failed: x\n" * 2, ""),
    ("four refusals", "e03", "server.json.log", "rejected RCPT <tom@elsewhere.example>: x\n" * 4, "4 refusals"),
    ("a message", "e03", "server.json.log", "1x <= anna@lab.example", "1 messages"),
    ("two with --send", "e92", "server.json.log", "1x <= anna@lab.example\n" * 2, ""),
    ("three with --send", "e92", "server.json.log", "1x <= anna@lab.example\n" * 3, "3 messages"),
    ("a stranger's address", "p92", "server.json.log", "postfix/smtp[1]: A: to=<eve@else.example>, relay=none",
     "mail for eve@else.example"),
    ("the user's recipient", "p92", "server.json.log", f"postfix/smtp[1]: A: to=<{OUTSIDE}>, relay=none", ""),
    ("the password", "p03", "doctor.txt", PASSWORD, "password in doctor.txt"),
    ("... reversed", "p03", "doctor.txt", PASSWORD[::-1], "password in doctor.txt"),
    ("... in hex", "p03", "doctor.txt", PASSWORD.encode().hex(), "password in doctor.txt"),
    ("... as in a URL", "p03", "doctor.txt", "".join(f"%{ord(letter):02X}" for letter in PASSWORD),
     "password in doctor.txt"),
    ("... in base64", "p03", "doctor.txt", "AGFubmFAbGFiLmV4YW1wbGUAS2VzdHJlbC00MS1oYXJib3Vy", "password in doctor.txt"),
)


def cell_of(name):
    return Cell(next(server for server in SERVERS.values() if server.LETTER == name[0]), int(name[1:]))


def judged(answer, said):
    return score.judge(answer, said)


def remarks(cell, name, text):
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        (place / "server.json.log").write_text("connect from x\n", encoding="utf-8")
        (place / "run.json.txt").write_text('{"exit": 1}', encoding="utf-8")
        (place / "doctor.json").write_text(json.dumps(document()), encoding="utf-8")
        (place / name).write_text(text, encoding="utf-8")
        return "; ".join(score.score_run(cell, REFUSED, "ip-not-trusted", place).remarks)


def runs_that_differ():
    """Two runs of one cell, each right, that name different strengths."""
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for number, strength in enumerate(("proved", "likely"), 1):
            run = place / f"run-{number}"
            run.mkdir()
            (run / "server.json.log").write_text("connect from x\n", encoding="utf-8")
            (run / "run.json.txt").write_text('{"exit": 1}', encoding="utf-8")
            (run / "doctor.json").write_text(
                json.dumps(document(cause="client-never-authenticates", strength=strength)), encoding="utf-8")
        return score.score_cell(cell_of("p03"), place)


def answers_are_whole():
    """Every situation has an answer, of causes and findings that there are."""
    ids = set(re.findall(r'"([a-z0-9-]+)"', IDS.read_text(encoding="utf-8")))
    findings = set(re.findall(r"^- `([a-z-]+)`:", FINDINGS.read_text(encoding="utf-8"), re.MULTILINE))
    for number in USERS:
        answer = answers().get(f"{number:02}")
        if answer is None:
            yield f"{number}: no answer"
            continue
        for row in (answer, *(answer[name] for name in SERVERS if name in answer)):
            named = {cause for cause in score.causes_of(answer | row) if cause}
            yield from (f"{number}: there is no cause {cause}" for cause in sorted(named - ids))
            yield from (f"{number}: there is no finding {name}"
                        for name in sorted(set(row.get("findings", ())) - findings))
    for server in SERVERS.values():
        yield from (f"{server.NAME}: nobody is in situation {number}" for number in sorted(set(server.ROWS) - set(USERS)))


def main():
    failed = [f"{name}: judged {judged(answer, said)}, not {wanted}"
              for name, answer, said, wanted in JUDGED if judged(answer, said) != wanted]
    for name, cell, file, text, wanted in REMARKS:
        found = remarks(cell_of(cell), file, text)
        if wanted not in found or (not wanted and found):
            failed.append(f"{name}: '{found}', not '{wanted}'")
    if "do not agree" not in "; ".join(runs_that_differ().remarks):
        failed.append("runs that differ pass")
    failed += answers_are_whole()
    print("\n".join(failed) or f"{len(JUDGED) + len(REMARKS) + 1} cases, {len(USERS)} answers: as they should be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
