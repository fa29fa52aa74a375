#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Whose domain baton spf checks, what it makes of names and aliases, and what it says when nobody is known to send.

usage: spf_domains.py BATON [WORD...]      only cases with a WORD in their name
"""
from lookup_kit import Run, Zone, expect, main

IP = ("--ip", "192.0.2.1")
HELO = ("--helo", "out.b.example")


def result(zone, status, sender, helo=HELO, **values):
    return Run("spf", *IP, *helo, "--from", sender, "--json", resolver=zone).document(status, **values)


def whose_domain_is_checked():
    zone = Zone("a.example TXT v=spf1 -all exp=why.a.example\nwhy.a.example TXT %{l} of %{o}, %{h}\n"
                "out.b.example TXT v=spf1 ip4:192.0.2.1 -all\n")
    result(zone, 1, "ann@a.example", result="fail", explanation="ann of a.example, out.b.example", domain="a.example")
    result(zone, 1, "<ann@a.example>", explanation="ann of a.example, out.b.example")
    result(zone, 1, '"b@c d"@a.example.', explanation='"b@c d" of a.example, out.b.example')
    result(zone, 1, "@a.example", explanation="postmaster of a.example, out.b.example")
    for nobody in ("", "<>"):
        result(zone, 0, nobody, result="pass", domain="out.b.example", explanation=None)


def what_is_no_domain_has_no_result():
    zone = Zone("a.example TXT v=spf1 -all\n")
    for sender, helo in (("ann@[192.0.2.1]", "x"), ("ann@local", "x"), ("ann@a..example", "x"), ("@", "x"),
                         ("", ""), ("", "[192.0.2.1]"), ("", "single"), ("ann@-\u2010.example", "x"),
                         ("ann@" + 64 * "x" + ".example", "x")):
        said = result(zone, 1, sender, ("--helo", helo), result="none", explanation=None, publish=None)
        expect(said["reason"] in ("malformed-domain", "no-domain"), "the reason", sender, said)
    Run("spf", *IP, *HELO, "--from", b"ann@b\xffcher.example", "--json", resolver=zone).document(1, result="none")


def aliases_whose_end_is_left_to_us():
    zone = Zone("a.example CNAME b.example\nb.example TXT v=spf1 mx ~all\nb.example MX 1 m.example\n"
                "m.example CNAME n.example\nn.example A 192.0.2.1\n"
                "c.example CNAME d.example\nd.example TXT v=spf1 -all\n"
                "_dmarc.c.example CNAME _d.example\n_d.example TXT v=DMARC1; p=reject\n"
                "e.example CNAME dead.example\ndead.example SERVFAIL\nf.example CNAME f.example\n")
    result(zone, 0, "ann@a.example", result="pass")
    said = result(zone, 1, "ann@c.example", result="fail")
    expect(said["publish"]["record"] == "v=spf1 ip4:192.0.2.1 -all", "it is made of what is there", said["publish"])
    for unknown in ("e.example", "f.example"):
        result(zone, 3, "ann@" + unknown, result="temperror", publish=None)
    Run("dmarc", "--from", "c.example", "--json", resolver=zone).document(1, result="fail", policy="reject")


def names_with_many_odd_octets():
    local = "\u00fc".encode() * 100
    zone = Zone("a.example TXT v=spf1 exists:%{h}.a.example -all\n")
    said = Run("spf", *IP, "--helo", 20 * b"(()))\xff" + b"." + 9 * b"\\;", "--from", b"ann@a.example", "--json",
               resolver=zone).document(1, result="fail", explanation=None)
    said = Run("spf", *IP, "--helo", 9 * b"(\xff;;" + b"." + 9 * b"\\\x01()" + b"." + 9 * b"\xfc\xfc", "--from",
               b"ann@a.example", "--json", resolver=zone).document(1, result="fail")
    expect(said["trace"][1]["outcome"] == "no-such-name", "it was asked", said["trace"])
    Run("spf", *IP, *HELO, "--from", local + b"@a.example", "--json", resolver=zone).document(1, result="fail")


def the_record_to_publish():
    zone = Zone("two.example TXT v=spf1 -all\ntwo.example TXT v=spf1 +all\n"
                "soft.example TXT v=spf1 ?all\nsoft.example TXT v=spf1 mx ~all\nsoft.example TXT v=spf1 ?all\n"
                "open.example TXT v=spf1 +all typo\nmild.example TXT v=spf1 ?all\n"
                "late.example TXT v=spf1 a:dead.example -all\ndead.example SERVFAIL\n")
    for domain, record in (("two", "v=spf1 ip4:192.0.2.1 -all"), ("soft", "v=spf1 mx ip4:192.0.2.1 ~all"),
                           ("open", "v=spf1 ip4:192.0.2.1 ~all"), ("mild", "v=spf1 ip4:192.0.2.1 ?all"),
                           ("new", "v=spf1 ip4:192.0.2.1 ~all")):
        said = result(zone, 1, f"ann@{domain}.example")
        expect(said["publish"]["record"] == record, "the record", domain, said["publish"])
    result(zone, 3, "ann@late.example", result="temperror", publish=None)


def nothing_is_known_of_who_sends():
    terms = " ".join(f"a:h{i}.a.example" for i in range(11))
    zone = Zone(f"a.example TXT v=spf1 mx include:b.example +all\nb.example TXT v=spf1 a ~all\n"
                f"c.example TXT v=spf1 {terms} -all\nd.example TXT v=spf1 ip4:1.2.3 -all\ne.example SERVFAIL\n"
                "f.example TXT v=spf1 -all\nf.example TXT v=spf1\n")

    def owes(status, domain, *words, **values):
        Run("spf", "--from", "ann@" + domain, resolver=zone).owes(status, *words)
        return Run("spf", "--from", "ann@" + domain, "--json", resolver=zone).document(
            status, explanation=None, **values)

    owes(3, "a.example", "SPF not known: which address", "record v=spf1 mx include:b.example +all", "costs 3 of 10",
         "+all lets everybody", result=None, lookups=3, lookups_complete=True,
         record="v=spf1 mx include:b.example +all", strength=None)
    owes(3, "c.example", "costs 11 of 10 look-ups: too many", result=None, lookups=11)
    owes(1, "d.example", "SPF permerror: mail from any address", "'ip4:1.2.3'", "record v=spf1 ip4:1.2.3 -all",
         result="permerror", reason="bad-address", strength="proved", ip=None)
    owes(1, "f.example", "Delete all SPF records of the domain but one", result="permerror",
         reason="several-records")
    owes(1, "g.example", "SPF none: mail from any address", result="none", record=None)
    owes(3, "e.example", "SPF temperror", result="temperror", publish=None)
    Run("spf", resolver=zone).owes(2, "say whose mail it is")


main([whose_domain_is_checked, what_is_no_domain_has_no_result, aliases_whose_end_is_left_to_us,
      names_with_many_odd_octets, the_record_to_publish, nothing_is_known_of_who_sends])
