#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton spf, as a user runs it, against a small name server.

usage: spf.py BATON [WORD...]      only cases with a WORD in their name
"""
import pathlib
import tempfile

from lookup_kit import Run, Zone, expect, main

SHOP = """
shop.example TXT v=spf1 a:out.shop.example include:svc.example -all exp=why.shop.example
why.shop.example TXT %{i} is not ours, %{l}: see https://shop.example/%{S}
out.shop.example A 192.0.2.1
svc.example TXT v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:5::/48 ~all
bare.example A 192.0.2.9
slow.example TIMEOUT
"""


def one_that_passes():
    zone = Zone(SHOP)
    Run("spf", "--ip", "192.0.2.1", "--from", "ann@shop.example", resolver=zone).owes(
        0, "SPF pass: 192.0.2.1 may send mail for shop.example", "'a:out.shop.example' matches",
        "asked DNS by 1 of at most 10 terms")
    document = Run("spf", "--ip", "192.0.2.1", "--from", "ann@shop.example", "--json", resolver=zone).document(
        0, schema="baton.spf/1", result="pass", explanation=None, lookups=1, voids=0, reason="matched",
        strength="proved", domain="shop.example", ip="192.0.2.1", helo=None, publish=None, received=None,
        by_provider=None, steps_left_out=0)
    steps = [(s["kind"], s["depth"], s["term"].split()[0], s["outcome"], s["result"]) for s in document["trace"]]
    expect(steps == [("record", 0, "v=spf1", "matched", "pass"),
                     ("mechanism", 0, "a:out.shop.example", "matched", "pass")], "the trace", steps)
    step = document["trace"][1]
    expect((step["found"], step["target"], step["position"], step["lookups"], step["domain"]) ==
           ("192.0.2.1", "out.shop.example", 7, 1, "shop.example"), "the step", step)


def one_that_fails_is_explained():
    zone = Zone(SHOP)
    words = "198.51.100.1 is not ours, ann: see https://shop.example/ann%40shop.example"
    Run("spf", "--ip", "198.51.100.1", "--from", "ann@shop.example", resolver=zone).owes(
        1, "SPF fail: 198.51.100.1 may not send mail for shop.example", "they say " + words,
        "if this address is one of yours: this record, in place of the one that is there",
        'shop.example. IN TXT "v=spf1 a:out.shop.example include:svc.example ip4:198.51.100.1 -all '
        'exp=why.shop.example"')
    Run("spf", "--ip", "198.51.100.1", "--from", "ann@shop.example", "--json", resolver=zone).document(
        1, result="fail", explanation=words, publish={
            "record": "v=spf1 a:out.shop.example include:svc.example ip4:198.51.100.1 -all exp=why.shop.example",
            "lookups": 2, "lookups_complete": True, "left_out": None, "replaces": 1})


def the_tree():
    Run("spf", "--ip", "203.0.113.7", "--from", "ann@shop.example", "--verbose", resolver=Zone(SHOP)).owes(
        0, "Step by step", "include:svc.example [svc.example] pass: the record of svc.example says pass",
        "ip4:203.0.113.0/24 pass: the client is in this range",
        "a:out.shop.example [out.shop.example] no match: the client is no address of out.shop.example (found: "
        "192.0.2.1)")


def nothing_known_is_no_answer():
    zone = Zone(SHOP)
    Run("spf", "--ip", "192.0.2.1", "--from", "a@slow.example", "--timeout", "1", resolver=zone).owes(
        3, "SPF temperror: 192.0.2.1 could not be checked now", "no answer came in time", "Try again later")
    document = Run("spf", "--ip", "192.0.2.1", "--from", "a@slow.example", "--timeout", "1", "--json",
                   resolver=zone).document(3, result="temperror", reason="dns-failed", publish=None, record=None)
    expect(document["trace"][0]["result"] == "temperror", "the trace", document["trace"])


def none_and_what_to_publish():
    Run("spf", "--ip", "192.0.2.9", "--from", "a@bare.example", "--include", "svc.example", resolver=Zone(SHOP)).owes(
        1, "SPF none: 192.0.2.9 cannot be checked: nothing is published for bare.example",
        'bare.example. IN TXT "v=spf1 include:svc.example ~all"', "Add every other server", "costs 1 of 10 look-ups")


def what_costs_too_much_is_said():
    many = " ".join(f"a:h{i}.example" for i in range(10))
    zone = Zone(f"many.example TXT v=spf1 {many} -all\nsvc.example TXT v=spf1 ip4:203.0.113.1 -all\n"
                + "".join(f"h{i}.example A 192.0.2.{i}\n" for i in range(10)))
    Run("spf", "--ip", "192.0.2.5", "--from", "a@many.example", "--include", "svc.example", resolver=zone).owes(
        0, "costs 11 of 10 look-ups: too many")


def a_long_record_is_several_strings():
    zone = Zone("long.example TXT v=spf1 " + " ".join(f"ip4:203.0.113.{i}" for i in range(40)) + " -all\n")
    said = Run("spf", "--ip", "192.0.2.5", "--from", "a@long.example", resolver=zone).owes(1, "SPF fail").out
    line = next(x for x in said.splitlines() if " IN TXT " in x)
    parts = line.split('"')[1::2]
    expect(len(parts) == 3 and all(len(p) <= 255 for p in parts), "the strings", parts)
    expect("".join(parts).endswith(" ip4:203.0.113.39 ip4:192.0.2.5 -all"), "the record", parts)


def submission_by_the_provider_is_likely_at_most():
    zone = Zone(SHOP + "_spf.google.com TXT v=spf1 ip4:198.51.100.0/24 ~all\n"
                       "gm.example TXT v=spf1 include:_spf.google.com -all\ngm.example MX 1 aspmx.l.google.com\n"
                       "half.example TXT v=spf1 ip4:203.0.113.0/24 -all\n")
    Run("spf", "--from", "a@gm.example", resolver=zone).owes(
        0, "SPF likely pass: mail that leaves by Gmail and Google Workspace may send mail for gm.example",
        "1 of the addresses that _spf.google.com lists")
    Run("spf", "--from", "a@gm.example", "--json", resolver=zone).document(0, result="pass", strength="likely",
                                                                         ip="198.51.100.0", publish=None)
    Run("spf", "--from", "a@shop.example", "--server", "smtp.gmail.com", resolver=zone).owes(
        1, "likely fail", "include:svc.example include:_spf.google.com -all")
    Run("spf", "--from", "a@half.example", "--include", "svc.example", resolver=zone).owes(
        3, "not known: of 2 addresses that svc.example lists, 1 may send mail for half.example and 1 may not")
    Run("spf", "--from", "a@half.example", "--include", "svc.example", "--json", resolver=zone).document(
        3, result=None, strength=None, reason=None)
    Run("spf", "--from", "a@shop.example", "--include", "bare.example", resolver=zone).owes(
        3, "not known: the provider's name has no SPF record")
    Run("spf", "--from", "a@shop.example", resolver=zone).owes(3, "--ip ADDRESS", "--server HOST", "--received FILE")
    Run("spf", "--from", "a@shop.example", "--json", resolver=zone).document(3, result=None, trace=[], lookups=2)


MESSAGE = """{}Received: by imap.b.example with LMTP; Thu, 26 Nov 2026 03:00:02 +0000
Received: from inside (inside [10.0.0.1]) by imap.b.example; Thu
Received: from out.shop.example (rev [192.0.2.1])
 by mx.b.example; Thu
Received: from laptop (dsl [198.51.100.1]) by out.shop.example; Thu
From: Ann <ann@svc.example>

hi
"""


def a_received_message():
    zone = Zone(SHOP)
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "m.eml"
        path.write_text(MESSAGE.format("Return-Path: <ann@shop.example>\n"))
        Run("spf", "--received", str(path), resolver=zone).owes(
            0, "SPF pass: 192.0.2.1 may send mail for shop.example",
            "Received field 3 from the top, written by mx.b.example; sender from Return-Path")
        Run("spf", "--received", str(path), "--json", resolver=zone).document(
            0, result="pass", helo="out.shop.example", ip="192.0.2.1", strength="likely")
        Run("spf", "--received", str(path), "--hop", "4", resolver=zone).owes(1, "fail: 198.51.100.1 may not send")
        Run("spf", "--received", str(path), "--hop", "1", resolver=zone).owes(2, "Received field 1 of", "no client's")
        Run("spf", "--received", str(path), "--from", "a@bare.example", resolver=zone).owes(
            1, "SPF none: 192.0.2.1", "sender from --from")
        path.write_text(MESSAGE.format(""))
        Run("spf", "--received", str(path), resolver=zone).owes(
            1, "softfail: 192.0.2.1 probably may not send mail for svc.example", "From, since there is no Return-Path")
        path.write_text("Return-Path: <>\nReceived: from out.shop.example ([192.0.2.1]) by x\n\n")
        Run("spf", "--received", str(path), "--json", resolver=zone).document(1, domain="out.shop.example", result="none")
        path.write_text("Subject: x\n\n")
        Run("spf", "--received", str(path), resolver=zone).owes(2, "--hop N names a field, --ip the address")
    Run("spf", "--received", "/nowhere/m.eml", resolver=zone).owes(2, "/nowhere/m.eml")


def octets_of_dns_do_not_reach_the_terminal():
    zone = Zone("evil.example TXT v=spf1 \x1b[2J\x9b -all\nwhy.example TXT \x1b[2J\n"
                "ok.example TXT v=spf1 -all x=\x1b[31m\n")
    for name in ("evil", "ok"):
        for more in ([], ["--verbose"], ["--json"]):
            said = Run("spf", "--ip", "192.0.2.1", "--from", f"a@{name}.example", *more, resolver=zone).owes(1)
            expect("\x1b" not in said.out and "\x9b" not in said.out, "an escape", said.out)


def usage():
    Run("spf").owes(2, "--from ADDRESS")
    Run("spf", "--ip", "nonsense", "--from", "a@b.example").owes(2, "is no IP address")
    Run("spf", "--ip", "192.0.2.1", "--from", "a@shop.example").owes(2, "public DNS knows nothing of 'shop.example'")
    Run("spf", "--hop", "0", "--from", "a@b.example").owes(2, "--hop")
    Run("spf", "--include", "-x-", "--from", "a@b.example").owes(2, "is not a domain name")
    Run("spf", "one", "--from", "a@b.example").owes(2, "one word too many")


main([one_that_passes, one_that_fails_is_explained, the_tree, nothing_known_is_no_answer, none_and_what_to_publish,
      what_costs_too_much_is_said, a_long_record_is_several_strings, submission_by_the_provider_is_likely_at_most,
      a_received_message, octets_of_dns_do_not_reach_the_terminal, usage])
