#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton explain, as a user runs it: what it takes, how it ends, and what it never shows.

usage: explain.py BATON [WORD...]      only cases with a WORD in their name
"""
import os
import pathlib
import tempfile

from lookup_kit import Run, expect, main

KEYS = ["schema", "cause", "family", "confidence", "also", "hop", "who_refused", "reply", "summary", "fix"]
REFUSAL = "550 5.7.1 <b@there.example>: Relay access denied"
SECRET = "s3cr3t-of-anna"
CODED = "AGFubmEAczNjcjN0LW9mLWFubmE="  # PLAIN: anna and her secret


def explain(*arguments, text=b""):
    return Run("explain", *arguments, text=text.encode() if isinstance(text, str) else text)


def the_same_by_every_way_in():
    with tempfile.TemporaryDirectory() as room:
        path = pathlib.Path(room, "refusal.txt")
        path.write_text(REFUSAL)
        first = explain("--json", REFUSAL).document(0, schema="baton.explain/1")
        for run in (explain("--json", *REFUSAL.split()), explain("--json", str(path)),
                    explain("--json", text=REFUSAL), explain("--json", "-", text=REFUSAL)):
            expect(run.document(0) == first, "another answer", run.out)


def keys_of_the_document():
    told = explain("--json", REFUSAL).document(0)
    expect(list(told)[:len(KEYS)] == KEYS, "keys", list(told))
    expect(told["reply"]["code"] == 550 and told["reply"]["enhanced"] == "5.7.1", "reply", told["reply"])
    expect(told["fix"]["steps"] and told["family"] not in told["also"], "steps, also", told)
    expect(0 < told["confidence"] <= 1, "confidence", told["confidence"])


def text_for_people():
    told = explain("--json", REFUSAL).document(0)
    run = explain(REFUSAL).owes(0, "What to do", "Relay access denied", "550 5.7.1", "baton doctor")
    expect(f"[{told['cause']}]" in run.out.splitlines()[0], "the first line is the answer", run.out)


def nothing_about_mail():
    for name, text in [
        ("empty", ""), ("blanks", " \n\n\t"), ("binary", bytes(range(256)) * 64), ("NULs", b"\0" * 4096),
        ("broken UTF-8", b"\xff\xfe\xfd caf\xe9 \xc3"),
        ("a recipe", "Stir the flour into the butter, add milk, and let it rest for 20 minutes.\n"),
    ]:
        run = explain(text=text).owes(3)
        expect("Nothing about a refused mail" in run.out, f"{name}: what was looked for", run.out)
        explain("--json", text=text).document(3, cause=None, family=None, confidence=0, about_mail=False, also=[])


def a_very_long_line():
    explain(text=b"x" * (20 << 20)).owes(3, "only the first 4 MiB were read")
    explain(text=REFUSAL.encode() + b"\n" + b"x" * (20 << 20)).owes(0, "Relay access denied")


def among_broken_octets():
    told = explain("--json", text=b"\xff\xfa\n" + REFUSAL.encode() + b"\n\x80\x81").document(0)
    expect(told["reply"]["code"] == 550, "the refusal", told)


def unreadable():
    with tempfile.TemporaryDirectory() as room:
        explain(room).owes(2, "Is a directory")
        path = pathlib.Path(room, "refusal.txt")
        path.write_text(REFUSAL)
        path.chmod(0)
        if os.getuid():  # root may read it all the same
            explain(str(path)).owes(2, "Permission denied")
    explain("--jsn", REFUSAL).owes(2, "--json")


def secrets_are_in_no_output():
    for name, text in [
        ("a setting", f"smtp_password = {SECRET}\n{REFUSAL}"),
        ("a conversation", f"AUTH PLAIN {CODED}\n535 5.7.8 authentication failed\n{REFUSAL}"),
        ("quoted-printable", f"MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable"
                             f"\n\nthe pass=3D{SECRET} was sent =E2=80=94 and\n{REFUSAL}"),
        ("entities", f"<p>&quot;password&quot;: &quot;{SECRET}&quot;</p><p>{REFUSAL}</p>"),
        ("a URL", f"smtp://anna:{SECRET}@mail.example:587 {REFUSAL}"),
    ]:
        for arguments in ([], ["--json"], ["--why"]):
            run = explain(*arguments, text=text)
            expect(SECRET not in run.out + run.err and CODED[:12] not in run.out + run.err, name, run.out)
    explain("--json", text=f"password: {SECRET}\n{REFUSAL}").document(0, hidden=1)


def octets_of_a_stranger_reach_no_terminal():
    run = explain(text="550 5.7.1 relay access denied \x1b[31mred\x07 \u202e")
    expect(not set("\x1b\x07\u202e") & set(run.out), "controls", run.out)


main([the_same_by_every_way_in, keys_of_the_document, text_for_people, nothing_about_mail, a_very_long_line,
      among_broken_octets, unreadable, secrets_are_in_no_output, octets_of_a_stranger_reach_no_terminal])
