#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton dmarc, as a user runs it, against a small name server.

usage: dmarc.py BATON [WORD...]      only cases with a WORD in their name
"""
import base64
import hashlib
import pathlib
import subprocess
import tempfile

from lookup_kit import Run, Zone, expect, main

REJECT = "_dmarc.a.example TXT v=DMARC1; p=reject; rua=mailto:d@a.example\na.example A 192.0.2.1\n"


def one_that_passes():
    zone = Zone(REJECT)
    Run("dmarc", "--from", "anna@mail.a.example", "--dkim", "a.example", resolver=zone).owes(
        0, "dmarc=pass. Mail from mail.a.example passes DMARC by DKIM for a.example.", "record of a.example",
        "policy reject (by p=)", "organisation a.example")
    document = Run("dmarc", "--from", "Anna <anna@mail.a.example>", "--spf", "A.example", "--json",
                   resolver=zone).document(
        0, schema="baton.dmarc/1", result="pass", policy="reject", disposition="none", domain="a.example",
        organizational_domain="a.example", from_domain="mail.a.example", record_domain="a.example",
        alignment={"spf": "aligned", "dkim": "none"}, aligned_spf="a.example", aligned_dkim=None, rfc=9989,
        policy_tag="p", from_exists=False, problems=[], publish=None, suffix_list=None)
    expect(document["record"].startswith("v=DMARC1; p=reject"), "the record", document["record"])
    expect(document["tags"]["p"] == "reject" and document["tags"]["sp"] is None, "tags", document["tags"])
    names = [(q["name"], q["type"]) for q in document["trace"]]
    expect(("_dmarc.mail.a.example", "TXT") in names and ("_dmarc.example", "TXT") in names, "the trace", names)


def one_that_fails():
    zone = Zone(REJECT)
    Run("dmarc", "--from", "a.example", "--dkim", "b.example", "--verbose", resolver=zone).owes(
        1, "dmarc=fail.", "SPF passed for no domain, DKIM passed for a domain that is not of the same organisation",
        "asks receivers to refuse it", "What was asked", "_dmarc.b.example TXT: NXDOMAIN")
    Run("dmarc", "--from", "a.example", resolver=zone).owes(1, "No domain was given for which SPF or DKIM passed")
    Run("dmarc", "--from", "a.example", "--json", resolver=zone).document(1, result="fail", disposition="reject")


def none_and_what_to_publish():
    zone = Zone("mail.a.example A 192.0.2.1\n")
    said = Run("dmarc", "--from", "anna@mail.a.example", resolver=zone).owes(
        1, "No DMARC record applies to mail.a.example.")
    expect('\n  _dmarc.a.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@a.example"\n' in said.out,
           "the record to publish", said.out)
    Run("dmarc", "--from", "mail.a.example", "--json", resolver=zone).document(
        1, result="none", policy=None, disposition="none", record=None, record_domain=None, tags=None,
        publish={"name": "_dmarc.a.example", "type": "TXT",
                 "value": "v=DMARC1; p=none; rua=mailto:postmaster@a.example"})


def faults_of_a_record():
    zone = Zone("_dmarc.a.example TXT v=DMARC1; p=reject; sp=all; adkim=strict; pct=50\n"
                "_dmarc.b.example TXT v=dmarc1; p=quarantine\n"
                "_dmarc.c.example TXT v=DMARC1; p=none\n_dmarc.c.example TXT v=DMARC1; p=reject\n")
    said = Run("dmarc", "--from", "a.example", resolver=zone).owes(
        1, "dmarc=none. The DMARC record of a.example has no policy that receivers could apply.",
        "wrong: sp= cannot be 'all'", "wrong: adkim= cannot be 'strict'", "note: pct=50 is of RFC 7489")
    expect('_dmarc.a.example. IN TXT "v=DMARC1; p=none"' in said.out, "the record to publish", said.out)
    Run("dmarc", "--from", "b.example", resolver=zone).owes(
        1, "wrong: at b.example stands 'v=dmarc1; p=quarantine', which is no DMARC record",
        'IN TXT "v=DMARC1; p=quarantine"')
    document = Run("dmarc", "--from", "c.example", "--json", resolver=zone).document(1, result="none")
    expect(document["problems"][0]["serious"] and document["problems"][0]["at"] == "c.example", "several",
           document["problems"])


def by_the_older_standard():
    zone = Zone("_dmarc.s.a.example TXT v=DMARC1; p=none\n_dmarc.a.example TXT v=DMARC1; p=reject; np=none\n")
    document = Run("dmarc", "--from", "x.s.a.example", "--rfc", "7489", "--json", resolver=zone).document(
        1, result="fail", policy="reject", record_domain="a.example", rfc=7489, from_exists=None)
    expect(document["suffix_list"] is None or document["suffix_list"].startswith("20"), "the list's day", document)
    expect(len(document["trace"]) == 2, "two questions", document["trace"])
    Run("dmarc", "--from", "x.s.a.example", "--rfc", "7489", resolver=zone).owes(1, "suffix list")


def no_answer():
    zone = Zone("_dmarc.a.example SERVFAIL\n_dmarc.b.example TIMEOUT\n")
    Run("dmarc", "--from", "a.example", resolver=zone).owes(
        3, "dmarc=temperror.", "the question for _dmarc.a.example ended in SERVFAIL.")
    Run("dmarc", "--from", "b.example", "--timeout", "1", "--json", resolver=zone).document(
        3, result="temperror", policy=None, publish=None)


def several_authors():
    zone = Zone(REJECT + "_dmarc.b.example TXT v=DMARC1; p=none\n")
    both = ("--from", "anna@a.example", "--from", "bea@b.example")
    Run("dmarc", *both, "--dkim", "b.example", resolver=zone).owes(
        1, "dmarc=permerror. From names authors of 2 domains.", "Mail from a.example fails DMARC")
    Run("dmarc", *both, "--dkim", "b.example", "--rfc", "7489", "--json", resolver=zone).document(
        1, result="fail", policy="reject", from_domain="a.example")
    Run("dmarc", "--from", "anna@a.example", "--from", "carl@a.example", "--spf", "a.example", "--json",
        resolver=zone).document(0, result="pass")
    for one in ("anna@a.example, Bea <bea@b.example>", "anna@a.example (home), bea@b.example",
                "all: anna@a.example, bea@b.example;"):
        Run("dmarc", "--from", one, "--dkim", "b.example", resolver=zone).owes(
            1, "dmarc=permerror. From names authors of 2 domains.")
    for one in ("anna@a.example, carl@a.example", '"bea@b.example" <anna@a.example>', "anna@a.example (bea@b.example)"):
        Run("dmarc", "--from", one, "--dkim", "a.example", "--dkim", "", "--spf", "", "--json", resolver=zone).document(
            0, result="pass", from_domain="a.example", alignment={"dkim": "aligned", "spf": "none"})


def one_round_trip():
    zone = Zone(REJECT)
    Run("dmarc", "--from", "s.a.example", "--dkim", "a.example", "--spf", "b.a.example", resolver=zone).owes(0)
    asked = zone.asked
    expect(len(asked) == len(set(asked)) == 7, "each once, and no more than are needed", asked)


def names_in_other_scripts():
    zone = Zone("_dmarc.xn--bcher-kva.example TXT v=DMARC1; p=none\n")
    Run("dmarc", "--from", "anna@bücher.example", "--dkim", "bücher.example", "--json", resolver=zone).document(
        0, result="pass", from_domain="xn--bcher-kva.example")


def what_a_peer_says_is_escaped():
    zone = Zone("_dmarc.a.example TXT v=DMARC1; p=none; x=\x1b[31m\n")
    said = Run("dmarc", "--from", "a.example", "--verbose", resolver=zone).owes(1, "\\x1B[31m")
    expect("\x1b" not in said.out, "an escape", said.out)
    said = Run("dmarc", "--from", "a.example", "--json", resolver=zone)
    expect("\\u001b" not in said.out and "\x1b" not in said.out, "an escape", said.out)


class Signer:
    """A key, and messages signed with it (RFC 6376, simple/simple, of From alone), by the command openssl."""

    def __init__(self, place):
        self.key = place / "key"
        self._openssl("genrsa", "-out", self.key, "2048")
        self.public = base64.b64encode(self._openssl("rsa", "-in", self.key, "-pubout", "-outform", "DER")).decode()

    @staticmethod
    def _openssl(*argv, data=b""):
        return subprocess.run(["openssl", *map(str, argv)], input=data, capture_output=True, check=True).stdout

    def sign(self, domain, author, body):
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        field = f"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; h=from; bh={digest}; b="
        signed = self._openssl("dgst", "-sha256", "-sign", self.key, data=(author + "\r\n" + field).encode())
        return field + base64.b64encode(signed).decode() + "\r\n"


def a_received_message():
    author, body = "From: Anna <anna@mail.a.example>", b"hello\r\n"
    trace = ("Return-Path: <bounce@b.example>\r\nReceived: from out.b.example (out.b.example [203.0.113.9])\r\n"
             "\tby mx.c.example with ESMTPS; Thu, 26 Nov 2026 03:00:00 +0000\r\n")
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        signer = Signer(place)
        zone = Zone(REJECT + f"s._domainkey.a.example TXT v=DKIM1; p={signer.public}\n"
                    "b.example TXT v=spf1 ip4:203.0.113.9 -all\n")

        def run(status, head, *flags, text=body, **values):
            (place / "message").write_bytes(head.encode() + author.encode() + b"\r\n\r\n" + text)
            Run("dmarc", "--received", str(place / "message"), *flags, resolver=zone).owes(status)
            return Run("dmarc", "--received", str(place / "message"), "--json", *flags, resolver=zone).document(
                status, **values)

        signature = signer.sign("a.example", author, body)
        document = run(0, trace + signature, result="pass", from_domain="mail.a.example", aligned_dkim="a.example",
                       alignment={"spf": "not-aligned", "dkim": "aligned"})
        expect(document["received"] == {
            "dkim": [{"domain": "a.example", "selector": "s", "result": "pass"}],
            "spf": {"domain": "b.example", "result": "pass"}}, "what the message brought", document["received"])
        document = run(1, signature, text=b"changed\r\n", result="fail", disposition="reject")
        expect(document["received"]["spf"] is None and document["received"]["dkim"][0]["result"] == "fail",
               "a changed message without its trace", document["received"])
        run(1, trace, result="fail", alignment={"spf": "not-aligned", "dkim": "none"})
        run(0, trace, "--spf", "a.example", result="pass")
        zone.fails["s._domainkey.a.example"] = 2  # SERVFAIL: what could not be asked is no failure
        run(3, signature, result="temperror", disposition="none", policy="reject")
        Run("dmarc", "--received", str(place / "message"), resolver=zone).owes(
            3, "DNS did not answer for the SPF record or a DKIM key")
        Run("dmarc", "--received", str(place / "message")).owes(2, "give --resolver to ask a server of yours")
        run(1, signature, "--from", "b.example", result="none")
        zone.fails["b.example"] = 2
        run(1, trace, result="fail")  # b.example would not be aligned had it passed
        run(1, "From: bea@b.example\r\n", result="permerror")
        author = "Subject: no author"
        run(1, "", result="none", from_domain=None)
        Run("dmarc", "--received", str(place / "nothing"), resolver=zone).owes(2, "nothing")


def usage():
    Run("dmarc").owes(2, "give --from")
    Run("dmarc", "--from", "anna@mail.example").owes(2, "give --resolver to ask a server of yours")
    Run("dmarc", "--from", "a..example").owes(2, "--from: 'a..example' is not a domain name")
    Run("dmarc", "--from", "a.example", "--dkim", "-x-").owes(2, "--dkim:")
    Run("dmarc", "--from", "a.example", "--rfc", "1").owes(2, "--rfc '1' is neither 7489 nor 9989")
    Run("dmarc", "anna@mail.example").owes(2)
    Run("dmarc", "--from", "").owes(1, "There is no domain in From")
    Run("dmarc", "--from", "anna@[192.0.2.1]").owes(1, "There is no domain in From")


main([one_that_passes, one_that_fails, none_and_what_to_publish, faults_of_a_record, by_the_older_standard, no_answer,
      several_authors, one_round_trip, names_in_other_scripts, what_a_peer_says_is_escaped,
      a_received_message, usage])
