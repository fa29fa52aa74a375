#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What goes over the wire about the mail itself: messages of --send, SIZE, and the same once more.

usage: doctor_mail.py BATON [WORD...]      only cases with a WORD in their name
"""
from doctor_kit import OUTSIDE, PASSWORD, USER, Bench, expect
from peers import Close, Site

bench = Bench(41)
LOGINS = {USER: PASSWORD.encode()}
OTHER = "info@inside.example"
NOT_OWNED = "550 5.7.60 no permission to send as this sender"


def author_of(message):
    line = next(line for line in message.split(b"\r\n") if line.lower().startswith(b"from:"))
    return line.partition(b"<")[2].partition(b">")[0].decode()


def by_author(site, refusal):
    """The end of data is refused unless the message is from the login's own address."""
    return {"body": lambda conn, _: None if author_of(site.messages[-1]) == USER else refusal}


def played(steps, *flags, caps_tls=None):
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps=steps(site), caps_tls=caps_tls)
        run = bench.ask(peer, "--json", *flags)
        site.settle()
        document = run.document()
        expect(len(site.refusals) <= 3, "refusals", site.refusals)
        expect({to for to, _ in site.recipients} <= {OUTSIDE}, "recipients", site.recipients)
        expect(document["stats"]["data_sent"] == site.data, "stats", document["stats"], site.data)
        if not any(c.server_ended for c in site.conns):  # what a Close says is not counted by the site
            expect(document["stats"]["refusals_caused"] == len(site.refusals), "stats", document["stats"], site.refusals)
        expect(not site.impolite(), "left without QUIT", [c.commands for c in site.impolite()])
        return site, document


def said(site, verb):
    return [argument for c in site.conns for v, argument, _ in c.commands if v == verb]


def is_proved(document, cause):
    got = document["cause"], document["strength"]
    expect(got == (cause, "proved"), f"not {cause} proved", got, document["evidence"][-1]["said"])


def two_messages(refusal=NOT_OWNED):
    site, document = played(lambda s: by_author(s, refusal), "--header-from", OTHER, "--send")
    expect([author_of(m) for m in site.messages] == [OTHER, USER], "messages", site.messages)
    is_proved(document, "from-not-login")
    expect(document["works"]["header_from"] == USER, "works", document["works"])


def two_messages_and_a_hang_up():
    two_messages(Close(NOT_OWNED.encode() + b"\r\n"))


def from_and_author():
    site, document = played(lambda s: by_author(s, NOT_OWNED), "--from", OTHER, "--send")
    expect([author_of(m) for m in site.messages] == [OTHER, USER], "messages", site.messages)
    is_proved(document, "from-not-login")


def both_refused():
    site, document = played(lambda s: {"body": "550 5.7.1 spam"}, "--header-from", OTHER, "--send")
    expect(site.data == 2, "messages", site.data)
    expect((document["cause"], document["strength"]) == ("content-rejected", "likely"), "cause", document["cause"])


def own_refused():
    site, _ = played(lambda s: {"body": "550 5.7.1 spam"}, "--send")
    expect(site.data == 1, "a second message that could show nothing", site.data)


def no_message():
    site, document = played(lambda s: by_author(s, NOT_OWNED), "--header-from", OTHER)
    expect(site.data == 0, "DATA without --send", site.data)
    expect((document["verdict"], document["strength"]) == ("accepted", "likely"), "verdict", document["verdict"])
    expect("--send" in (document["next"] or ""), "next", document["next"])


def taken():
    site, document = played(lambda s: {}, "--send")
    expect(site.data == 1, "messages", site.data)
    expect((document["verdict"], document["strength"], document["next"]) == ("accepted", "proved", None), "verdict",
           document["verdict"], document["strength"], document["next"])


SIZED = ["PIPELINING", "SIZE", "AUTH PLAIN LOGIN"]


def size_is_said():
    def mail(_, argument):
        return "552 5.3.4 larger than 1000" if "SIZE=" in argument else None
    site, document = played(lambda s: {"mail": mail}, "--size", "2000", caps_tls=SIZED)
    expect([a for a in said(site, "MAIL") if a.endswith(" SIZE=2000")], "MAIL", said(site, "MAIL"))
    is_proved(document, "message-too-large")
    expect(document["asked"]["size"] == 2000 and document["works"]["size"] is None, "size", document["works"])


def size_by_the_list():
    site, document = played(lambda s: {}, "--size", "2000", caps_tls=["SIZE 1000", "AUTH PLAIN LOGIN"])
    expect(not [a for a in said(site, "MAIL") if "SIZE" in a], "MAIL", said(site, "MAIL"))
    expect(not site.refusals, "refusals", site.refusals)
    is_proved(document, "message-too-large")


def size_is_not_offered():
    site, document = played(lambda s: {}, "--size", "2000")
    expect(not [a for a in said(site, "MAIL") if "SIZE" in a], "MAIL", said(site, "MAIL"))
    expect(document["verdict"] == "accepted", "verdict", document["verdict"])


def said_once_more():
    """What was accepted is said twice on one connection, and costs no refusal."""
    site, document = played(lambda s: {})
    expect(site.recipients == [(OUTSIDE, True)] * 2, "recipients", site.recipients)
    expect(not site.refusals and len(site.conns) == 1, "cost", site.refusals, len(site.conns))
    expect(document["verdict"] == "accepted", "verdict", document["verdict"])


def every_other():
    """Every other RCPT is refused in words that say nothing."""
    count = iter(range(9))
    site, document = played(lambda s: {"rcpt": lambda *_: "550 5.7.1 Access denied" if next(count) % 2 else None})
    expect([f["id"] for f in document["findings"]] == ["unsteady"], "findings", document["findings"])
    expect((document["verdict"], document["cause"]) == ("unknown", None), "verdict", document["verdict"])
    expect(len(site.refusals) == 1, "refusals", site.refusals)


for name, function in (("two messages", two_messages), ("two messages and a hang-up", two_messages_and_a_hang_up),
                       ("from and author", from_and_author), ("both refused", both_refused),
                       ("own refused", own_refused), ("no message", no_message), ("taken", taken),
                       ("size is said", size_is_said), ("size by the list", size_by_the_list),
                       ("size is not offered", size_is_not_offered), ("said once more", said_once_more),
                       ("every other", every_other)):
    bench.case(name, function)
bench.run()
