#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton dnsbl and baton dmarc through a real resolver (unbound) that asks real servers (nsd): lists that are well,
empty, sold, refusing, signed wrongly; a resolver that answers for names which do not exist.

usage: dnsbl.py BATON [WORD...]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import dns_kit
from kit import Skip, alone, main

alone()

LISTED, CLEAN = "192.0.2.99", "192.0.2.98"
TESTED = "2.0.0.127 A 127.0.0.2\n"
ENTRY = '99.2.0.192 A 127.0.0.2\n99.2.0.192 TXT "listed since yesterday, see https://bl.test/99"\n'
ENTRY6 = ("2.0.0.0.0.0.f.7.f.f.f.f" + ".0" * 20 + " A 127.0.0.2\n5" + ".0" * 23 + ".8.b.d.0.1.0.0.2 A 127.0.0.2\n")


def tree(place, **options):
    made = dns_kit.Tree(place, **options)
    made.zone("bl.test", TESTED + ENTRY + ENTRY6, signed=False)
    made.zone("signed.test", TESTED + ENTRY)
    made.zone("empty.test", "", signed=False)
    made.zone("sold.test", "* A 203.0.113.80\n", signed=False)
    made.zone("wide.test", "* A 127.0.0.2\n", signed=False)
    made.zone("refuses.test", "* A 127.255.255.254\n", signed=False)
    made.zone("lame.test", TESTED + ENTRY, signed=False, serves=())
    made.zone("a.test", '_dmarc TXT "v=DMARC1; p=reject; sp=none; np=quarantine"\nmail A 192.0.2.1\n')
    return made


class Place:
    """The tree, once for all cases; Skip where its programs are not here."""
    made = None

    @classmethod
    def get(cls):
        if cls.made is None:
            gone = dns_kit.missing()
            if gone:
                raise Skip("not installed: " + " ".join(gone))
            cls.directory = tempfile.TemporaryDirectory(prefix="baton-dns-")
            cls.made = tree(pathlib.Path(cls.directory.name))
            cls.made.start()
        return cls.made

    @classmethod
    def leave(cls):
        if cls.made is not None:
            cls.made.__exit__()
            cls.directory.cleanup()


def baton(made, *words):
    done = subprocess.run([sys.argv[1], *words, "--json", *made.flags], capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode not in (0, 1, 3):
        raise AssertionError(done.stderr)
    return done.returncode, json.loads(done.stdout)


def ask(ip, *zones, made=None):
    flags = [word for zone in zones for word in ("--list", zone)]
    status, document = baton(made or Place.get(), "dnsbl", ip, *flags)
    return status, document, {x["zone"]: x["state"] for x in document["lists"]}


def listed_and_not():
    status, document, states = ask(LISTED, "bl.test", "signed.test")
    assert (status, document["result"]) == (1, "listed"), document
    assert states == {"bl.test": "listed", "signed.test": "listed"}, states
    assert document["lists"][0]["text"] == "listed since yesterday, see https://bl.test/99", document
    status, document, states = ask(CLEAN, "bl.test", "signed.test")
    assert (status, document["result"], set(states.values())) == (0, "clean", {"clean"}), document
    status, document, states = ask("2001:db8::5", "bl.test")
    assert (status, states) == (1, {"bl.test": "listed"}), document
    status, document, states = ask("2001:db8::6", "bl.test")
    assert (status, states) == (0, {"bl.test": "clean"}), document


def lists_that_are_no_lists():
    names = ("empty.test", "sold.test", "wide.test", "refuses.test", "lame.test", "nowhere.test")
    for ip in (LISTED, CLEAN):
        status, document, states = ask(ip, *names)
        assert (status, document["result"]) == (3, "unknown"), document
        assert set(states.values()) == {"error"} and len(states) == 6, states


def an_entry_whose_signature_is_wrong():
    with tempfile.TemporaryDirectory(prefix="baton-dns-") as directory:
        with tree(pathlib.Path(directory)) as made:
            Place.get()
            made.start()
            entry = "2.0.0.127.signed.test.\t300\tIN\tA\t127.0.0."
            made.spoil("signed.test", entry + "2", entry + "3")
            status, document, states = ask(LISTED, "signed.test", made=made)
            assert (status, states) == (3, {"signed.test": "error"}), document


def a_resolver_that_rewrites():
    Place.get()
    rewrites = ('local-zone: "bl.test." redirect', 'local-data: "bl.test. A 203.0.113.80"',
                'local-zone: "zen.spamhaus.org." redirect', 'local-data: "zen.spamhaus.org. A 203.0.113.80"')
    with tempfile.TemporaryDirectory(prefix="baton-dns-") as directory:
        with tree(pathlib.Path(directory), resolver_options=rewrites) as made:
            made.start()
            status, document, states = ask(LISTED, "bl.test", "zen.spamhaus.org", made=made)
            assert (status, set(states.values())) == (3, {"error"}), document


def dmarc_of_real_zones():
    made = Place.get()
    status, document = baton(made, "dmarc", "--from", "anna@mail.a.test", "--dkim", "a.test")
    assert (status, document["result"], document["policy"]) == (0, "pass", "none"), document
    status, document = baton(made, "dmarc", "--from", "anna@ghost.a.test")
    assert (status, document["result"], document["policy_tag"]) == (1, "fail", "np"), document
    status, document = baton(made, "dmarc", "--from", "anna@a.test", "--spf", "bl.test")
    assert (status, document["policy"], document["alignment"]["spf"]) == (1, "reject", "not-aligned"), document
    status, document = baton(made, "dmarc", "--from", "anna@x.lame.test")
    assert (status, document["result"]) == (3, "temperror"), document


try:
    main([listed_and_not, lists_that_are_no_lists, an_entry_whose_signature_is_wrong, a_resolver_that_rewrites,
          dmarc_of_real_zones])
finally:
    Place.leave()
