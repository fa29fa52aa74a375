#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton dnsbl, as a user runs it, against small name servers.

usage: dnsbl.py BATON [WORD...]      only cases with a WORD in their name
"""
from lookup_kit import Run, Zone, expect, main

GOOD = "2.0.0.127.bl.test A 127.0.0.2\n"
ZEN = "2.0.0.127.zen.spamhaus.org A 127.0.0.2\n"
ME, MY = "192.0.2.99", "99.2.0.192"


def a_listing():
    zone = Zone(GOOD + f"{MY}.bl.test A 127.0.0.2\n{MY}.bl.test TXT see \x1b[1m https://bl.test/why\n")
    Run("dnsbl", ME, "--list", "bl.test", resolver=zone).owes(
        1, f"{ME} is on 1 of 1 lists.", "bl.test: Listed", "it says: see \\x1B[1m https://bl.test/why")
    document = Run("dnsbl", "--public-ip", ME, "--list", "bl.test", "--json", resolver=zone).document(
        1, schema="baton.dnsbl/1", result="listed", address=ME, whoami=None, matters_for_login=True)
    expect(document["lists"][0] == {
        "zone": "bl.test", "name": None, "state": "listed", "why": "Listed.", "codes": ["127.0.0.2"],
        "text": "see \\x1B[1m https://bl.test/why", "matters_for_login": True, "delist": None, "note": None,
        "source": None}, "the list", document["lists"])


def one_that_does_not_matter_to_who_logs_in():
    zone = Zone(ZEN + f"{MY}.zen.spamhaus.org A 127.0.0.11\n")
    Run("dnsbl", ME, "--list", "zen.spamhaus.org", resolver=zone).owes(
        1, "None of them matters to a server that you log in to", "PBL:", "removal: https://check.spamhaus.org/")
    document = Run("dnsbl", ME, "--list", "zen.spamhaus.org", "--json", resolver=zone).document(
        1, result="listed", matters_for_login=False)
    expect(document["lists"][0]["delist"] == "https://check.spamhaus.org/", "removal", document["lists"])


def on_no_list():
    zone = Zone(GOOD + "2.0.0.127.b.test A 127.0.0.2\n")
    Run("dnsbl", ME, "--list", "bl.test", "--list", "b.test", resolver=zone).owes(
        0, f"{ME} is on none of the 2 lists that could tell.", "b.test: Not listed.")
    asked = zone.asked
    expect(len(asked) == len(set(asked)) == 8, "four questions a list, each once", asked)


def what_is_no_listing():
    zone = Zone(GOOD + f"{MY}.bl.test A 198.51.100.7\n2.0.0.127.b.test A 127.255.255.254\n1.0.0.127.b.test A "
                f"127.255.255.254\n{MY}.b.test A 127.255.255.254\n{MY}.slow.test A 127.0.0.2\n"
                f"2.0.0.127.slow.test SERVFAIL\n{MY}.gone.test A 127.0.0.2\n")
    names = ("bl.test", "b.test", "slow.test", "gone.test")
    flags = [word for name in names for word in ("--list", name)]
    Run("dnsbl", ME, *flags, resolver=zone).owes(
        3, "is on none of the 0 lists that could tell. 4 could not tell.",
        "bl.test: Not known: the answer is no list's.",
        "b.test: Not known: the list says that it does not answer this resolver.",
        "slow.test: Not known: the question ended in SERVFAIL.", "gone.test: Not known: the list does not even have")
    document = Run("dnsbl", ME, *flags, "--json", resolver=zone).document(3, result="unknown", matters_for_login=None)
    expect([x["state"] for x in document["lists"]] == ["error"] * 4, "states", document["lists"])
    expect(all(x["why"] and x["matters_for_login"] is None for x in document["lists"]), "why", document["lists"])


def a_resolver_that_rewrites():
    class Rewriter(Zone):
        def _answer(self, query, name, kind, tcp):
            self.records.setdefault(name, [(1, "203.0.113.80")])
            return super()._answer(query, name, kind, tcp)
    document = Run("dnsbl", ME, "--json", resolver=Rewriter("")).document(3, result="unknown")
    expect(len(document["lists"]) > 9 and all(x["state"] == "error" for x in document["lists"]), "lists",
           document["lists"])


def a_dead_resolver():
    zone = Zone("".join(f"{n}.0.0.127.bl.test TIMEOUT\n" for n in (1, 2)) + f"{MY}.bl.test TIMEOUT\n")
    Run("dnsbl", ME, "--list", "bl.test", "--timeout", "1", resolver=zone).owes(3, "the question ended in timeout.")


def the_whole_table():
    zone = Zone(ZEN)
    document = Run("dnsbl", "2001:db8::5", "--list", "all", "--json", resolver=zone).document(3, result="unknown")
    v4_only = [x["zone"] for x in document["lists"] if "addresses of this kind" in x["why"]]
    expect("bl.spamcop.net" in v4_only and "zen.spamhaus.org" not in v4_only, "lists", v4_only)
    expect(not any("spamcop" in name for name, _ in zone.asked), "asked although it has no IPv6", zone.asked)


def who_am_i():
    lists = GOOD + f"{MY}.bl.test A 127.0.0.2\n"
    straight = Zone(f"who.test A {ME}\n", own=True)
    zone = Zone(lists + f"who.test TXT 203.0.113.1\nwho.test NS ns.test\nns.test A {straight.server.address}\n")
    flags = ("dnsbl", "--whoami", "who.test", "--list", "bl.test", "--dns-port", str(straight.server.port))
    Run(*flags, resolver=zone).owes(1, f"{ME} is on 1 of 1 lists.", "The address is what who.test answered.")
    Run(*flags, "--json", resolver=zone).document(
        1, address=ME, whoami={"name": "who.test", "server": straight.server.address, "through_resolver": False})
    expect(straight.asked and all(name == "who.test" for name, _ in straight.asked), "asked", straight.asked)
    zone = Zone(lists + f"who.test TXT {ME}\n")
    Run("dnsbl", "--whoami", "who.test", "--list", "bl.test", resolver=zone).owes(1, "it is your resolver's address")
    Run("dnsbl", "--whoami", "nobody.test", "--list", "bl.test", resolver=zone).owes(
        3, "nobody.test did not tell the address.")


def usage():
    Run("dnsbl").owes(2, "give the IP address that mail servers see")
    Run("dnsbl", "192.168.1.2").owes(2, "192.168.1.2 is a private address, of which no public list knows anything")
    Run("dnsbl", "127.0.0.2").owes(2, "a loopback address")
    Run("dnsbl", "192.0.2.1").owes(2, "a reserved address")
    Run("dnsbl", "8.8.8.8", "--list", "bl.test").owes(2, "give --resolver")
    Run("dnsbl", "mail.example").owes(2, "'mail.example' is no IP address")
    Run("dnsbl", "8.8.8.8", "8.8.4.4").owes(2, "one word too many")
    Run("dnsbl", "8.8.8.8", "--public-ip", "8.8.4.4").owes(2, "two addresses are given")
    Run("dnsbl", "8.8.8.8", "--list", "a..b").owes(2, "--list:")


main([a_listing, one_that_does_not_matter_to_who_logs_in, on_no_list, what_is_no_listing, a_resolver_that_rewrites,
      a_dead_resolver, the_whole_table, who_am_i, usage])
