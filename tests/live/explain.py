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


BOUNCE = ("<b@there.example>: host mx.there.example[203.0.113.9] said: 550 5.7.1 <b@there.example>: Relay access denied (in reply to "
          "RCPT TO command)")
STAMP = "Nov 26 06:10:01 mx "
UPSTREAM = (STAMP + "postfix/smtp[7]: 4A1B2C3D4E: to=<b@there.example>, relay={by}:587, delay=1, delays=0/0/0/1, dsn=4.7.8, status=deferred "
            "(SASL authentication failed; server {by} said: 535 5.7.8 Error: authentication failed)")


def who_and_what_next():
    """Who refused, in words that fit who reads them, and a command that asks the server he submits to, never a stranger's."""
    for name, text, has, has_not in [
        ("a bare reply", REFUSAL, ["the text does not tell which one", "baton doctor --server HOST --to b@there.example"], []),
        ("a bounce of a stranger's server", BOUNCE, ["mx.there.example (203.0.113.9), the recipient's server", "baton domain there.example"],
         ["baton doctor"]),
        ("a server's own log", STAMP + "postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: " + REFUSAL + "; from=<a@here.example> "
         "to=<b@there.example> proto=ESMTP helo=<pc>", ["the server whose log this is", "baton explain --log FILE"],
         ["baton doctor", "that you hand"]),
        ("the next server", UPSTREAM.format(by="smtp.up.example[203.0.113.8]"), ["the server that yours hands mail to", "smtp_sasl_password_maps",
         "baton doctor --server smtp.up.example:587"], ["doveadm"]),
        ("Exim's log", "2026-11-26 06:10:01 1abcDE-0001Ab-2x ** b@there.example R=dnslookup T=remote_smtp H=mx.there.example [203.0.113.9]: SMTP "
         "error from remote mail server after RCPT TO:<b@there.example>: 550 5.7.1 Relaying denied", ["Check the spelling", "baton explain --log"],
         ["baton doctor"]),
        ("a host is no program", "The connection to the server was interrupted. Server: 'mail.here.example', Port: 25, Secure(SSL): No, Error "
         "Number: 0x800CCC0F", ["your own program"], ["mail.here.example, your own program"]),
        ("a program's own error has no code", "503 5.5.1 Error: 503 AUTH command used when not advertised", [], ["before a server answered"]),
        ("a full mailbox", "552 5.2.2 <b@there.example>: Mailbox is full", ["mailbox-full"], ["baton doctor"]),
        ("a listed address", "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.list.example", ["baton dnsbl "], ["baton doctor"]),
        ("a shell's words", "550 relaying denied to <x;reboot@there.example> by server 'there.example; rm -rf /'", [], ["--to x;", "--server there"]),
    ]:
        out = explain(text).owes(0).out
        folded = " ".join(out.split())
        for words in has:
            expect(words in folded, f"{name}: '{words}'", out)
        for words in has_not:
            expect(words not in folded, f"{name}: no '{words}'", out)
        expect("100 %" not in out, f"{name}: words alone are never certain", out)
        expect(len(out.splitlines()) <= 48, f"{name}: more than a screen", out)
        expect(not any(line.startswith("  baton") and "  " in line.strip() for line in out.splitlines()), f"{name}: a command to paste", out)


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


def settings_for_one_program():
    text = "SERVER smtp.corp.example:587 said 550 5.7.1 <b@there.example>: Relay access denied"
    run = explain("--for", "Msmtp", text)
    flat = " ".join(run.out.split())
    expect(run.status == 0 and "Settings for msmtp" in flat and "not tried" in flat and "auth on" in flat, "text", run.out)
    told = explain("--json", "--for", "msmtp", REFUSAL).document(0)["fix"]
    expect(list(told["settings"]) == ["msmtp"] and "account baton\n" in told["settings"]["msmtp"], "document", told)
    expect("not tried" in told["basis"], "basis", told)
    expect(explain("--json", REFUSAL).document(0)["fix"]["settings"] is None, "none without --for")
    run = explain("--for", "postfx", REFUSAL)
    expect(run.status == 2 and "postfix" in run.err, "the nearest", run.err)
    run = explain("--for", "postfix", "--log", "/dev/null")
    expect(run.status == 2 and "--log" in run.err, "a log", run.err)
    run = explain("--for", "thunderbird", text="550 5.7.1 relay access denied <\x1b[31ma@b.example>")
    expect("\x1b" not in run.out, "controls", run.out)


def octets_of_a_stranger_reach_no_terminal():
    run = explain(text="550 5.7.1 relay access denied \x1b[31mred\x07 \u202e")
    expect(not set("\x1b\x07\u202e") & set(run.out), "controls", run.out)


main([the_same_by_every_way_in, keys_of_the_document, text_for_people, who_and_what_next, nothing_about_mail, a_very_long_line,
      among_broken_octets, unreadable, secrets_are_in_no_output, settings_for_one_program, octets_of_a_stranger_reach_no_terminal])
