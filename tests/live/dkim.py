#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton dkim, as a user runs it, on messages that dkimpy, OpenDKIM and Mail::DKIM signed (tests/live/dkim).

usage: dkim.py BATON [WORD...]      only cases with a WORD in their name
"""
import pathlib
import subprocess
import sys
import tempfile

from lookup_kit import Run, Zone, expect, main

MESSAGES = pathlib.Path(__file__).parent / "dkim"
RECORDS = dict(line.split(" ", 1) for line in (MESSAGES / "records").read_text().splitlines())
NAME = "sel._domainkey.a.example"
RSA = Zone(f"{NAME} TXT {RECORDS['rsa']}\n")
SIGNED = {"dkimpy.eml": RSA, "opendkim.eml": RSA, "mail-dkim.eml": RSA,
          "dkimpy-ed25519.eml": Zone(f"{NAME} TXT {RECORDS['ed25519']}\n")}
THEN = ("--at", "1700000000")


def said_of(message, zone=RSA, *flags):
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "message"
        path.write_bytes(message)
        return Run("dkim", *THEN, *flags, str(path), resolver=zone)


def read(name="dkimpy.eml"):
    return (MESSAGES / name).read_bytes()


def what_others_sign_passes():
    for name, zone in SIGNED.items():
        Run("dkim", str(MESSAGES / name), *THEN, resolver=zone).owes(0, "DKIM: pass", "a.example, selector sel: pass")
        unix = read(name).replace(b"\r\n", b"\n")
        said_of(unix, zone).owes(0, "DKIM: pass")
        said_of(b"From b@b.example Tue Nov 14 22:13:20 2023\n" + unix, zone).owes(0, "DKIM: pass", "mbox's own")


def the_document():
    d = said_of(read(), RSA, "--json").document(0, schema="baton.dkim/1", result="pass", publish=None, key=None)
    s, = d["signatures"]
    for key, value in {"domain": "a.example", "selector": "sel", "identity": "@a.example", "algorithm": "rsa-sha256",
                       "canonicalization": "relaxed/relaxed", "result": "pass", "reason": "ok", "key_bits": 2048,
                       "testing": False, "signed_at": 1700000000, "age_s": 0, "expires_at": None, "body_length": None,
                       "body_unsigned_octets": 0, "covers_from": True, "body_holds": True, "header_holds": True,
                       "notes": []}.items():
        expect(s[key] == value, key, s[key])
    expect("from" in [n.lower() for n in s["signed_headers"]], "h=", s["signed_headers"])
    expect(s["key"]["name"] == NAME and s["key"]["record"] == RECORDS["rsa"], "the key", s["key"])
    expect(d["message"]["from"] == ["anna@a.example"] and d["message"]["from_fields"] == 1, "From", d["message"])


def what_was_changed_is_told():
    said_of(read().replace(b"Bye", b"Buy")).owes(1, "DKIM: fail", "[body-changed]", "header fields are as they were")
    said_of(read().replace(b"garden", b"pardon")).owes(1, "[signature-wrong]", "The body is as it was signed")
    said_of(b"From: x@y.example\r\n" + read("opendkim.eml")).owes(1, "DKIM: policy", "[more-from-than-signed]")
    said_of(read().replace(b"v=1;", b"v=1; v=1;")).owes(1, "DKIM: permerror", "[tag-twice]")


def keys_that_are_no_use():
    for record, result, reason in (("v=DKIM1; p=", "permerror", "key-revoked"), ("k=rsa; v=DKIM1; p=x", "permerror",
                                                                                  "key-version")):
        d = said_of(read(), Zone(f"{NAME} TXT {record}\n"), "--json").document(1, result=result)
        expect(d["signatures"][0]["reason"] == reason, reason, d["signatures"][0])
    said_of(read(), Zone("a.example A 192.0.2.1\n")).owes(1, "[no-key]", "does not exist")
    for fault in "SERVFAIL", "REFUSED":
        said_of(read(), Zone(f"{NAME} {fault}\n")).owes(3, "DKIM: temperror", "[key-lookup-failed]")
    mended = said_of(read(), Zone(f"{NAME} TXT k=rsa; {RECORDS['rsa']}\n"), "--json").document(1)
    expect(mended["publish"]["name"] == NAME and mended["publish"]["type"] == "TXT" and
           mended["publish"]["value"] == RECORDS["rsa"], "the record to publish", mended["publish"])


def a_long_key_comes_over_tcp():
    padded = f"v=DKIM1; k=rsa; n={'x' * 1500}; p={RECORDS['rsa'].split('p=')[1]}"
    said_of(read(), Zone(f"{NAME} TXT {padded}\n")).owes(0, "DKIM: pass")


def a_selector_alone():
    flags = ("dkim", "--selector", "sel", "--domain", "a.example")
    Run(*flags, resolver=RSA).owes(0, "DKIM key: pass", f"{NAME}. IN TXT")
    d = Run(*flags, "--json", resolver=RSA).document(0, result="pass", signatures=[], message=None)
    expect(d["key"]["bits"] == 2048 and d["publish"]["value"] == RECORDS["rsa"], "the key", d)
    Run(*flags, resolver=Zone("a.example A 192.0.2.1\n")).owes(1, "[no-key]", "v=DKIM1; k=rsa; p=...")
    Run(*flags, resolver=Zone(f"{NAME} SERVFAIL\n")).owes(3, "temperror")
    for selector in "s l", "s.", "s..l", "":
        Run("dkim", "--selector", selector, "--domain", "a.example", resolver=RSA).owes(1, "[selector-syntax]")
    Run("dkim", "--selector", "sel", "--domain", "_a.example", resolver=RSA).owes(1, "[domain-syntax]")
    odd = Zone(f"s_l._domainkey.a.example TXT {RECORDS['rsa']}\n")
    flags = ("dkim", "--selector", "s_l", "--domain", "a.example")
    Run(*flags, resolver=odd).owes(0, "DKIM key: pass", "underscore")
    d = Run(*flags, "--json", resolver=odd).document(0, result="pass")
    expect([n["id"] for n in d["key"]["notes"]] == ["selector-underscore"], "notes of a key", d["key"])


def what_cannot_be_read():
    Run("dkim").owes(2, "give one FILE")
    Run("dkim", "/nowhere/at/all").owes(2, "opening")
    Run("dkim", "--selector", "x").owes(2, "--selector and --domain go together")
    Run("dkim", "--selector", "x", "--domain", "a.example", "file").owes(2, "not both")
    Run("dkim", "--at", "now", "file").owes(2, "--at")
    said_of(b"A:x\r\n" * 5000).owes(2, "header fields")
    said_of(b"").owes(1, "DKIM: none")
    said_of(b"From: a@a.example\r\n\r\nHello.\r\n").owes(1, "The message is not signed")
    d = said_of(b"\0\xff\r\n\n: \x1b[31m\r\nDKIM-Signature: \x1b[31m\xff\r\n", RSA, "--json").document(1)
    expect(d["result"] in ("none", "permerror"), "no message at all", d)


def standard_input_and_names_for_tests():
    done = subprocess.run([sys.argv[1], "dkim", "-"], input=read(), capture_output=True, timeout=60, check=False)
    expect(done.returncode == 3 and b"--resolver names a server" in done.stdout, "no question to public DNS", done)


if __name__ == "__main__":
    main([what_others_sign_passes, the_document, what_was_changed_is_told, keys_that_are_no_use,
          a_long_key_comes_over_tcp, a_selector_alone, what_cannot_be_read, standard_input_and_names_for_tests])
