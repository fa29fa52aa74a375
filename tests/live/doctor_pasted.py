#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What the doctor takes from a pasted error or a bounce: recipient, server and settings, and the cause by its words.

usage: doctor_pasted.py BATON [WORD...]      only cases with a WORD in their name
"""
from doctor_kit import LONG_S, OUTSIDE, PASSWORD, USER, Bench, expect, owes, owes_document
from peers import Site

bench = Bench(60)
LOGINS = {USER: PASSWORD.encode()}
OWN = "smtp.inside.example"  # of the domain of USER
STRANGER = "smtp.stranger.example"
OWN_CERT = bench.authority.issue("own", f"DNS:{OWN}")
STRANGER_CERT = bench.authority.issue("stranger", f"DNS:{STRANGER}")


def dialog(host, port):
    """As a mail program shows it."""
    return (f"The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail "
            f"address was '{OUTSIDE}'. Account: 'work', Server: '{host}', Protocol: SMTP, Server Response: "
            f"'550 relay not permitted', Port: {port}, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79")


def played(host, cert, *flags):
    """A run without --server, over a text that names one; the site, the run and its document."""
    address = bench.address()
    with Site(logins=LOGINS) as site:
        port = site.listen(address, cert=cert)
        run = bench.doctor([USER, "--connect-to", address, "--ca", bench.authority.pem, "--ports", "", "--timeout", str(LONG_S),
                            "--error", dialog(host, port.port), "--no-dns", "--json",
                            "--security", "starttls", *flags])
        site.settle()
        owes(run, PASSWORD, 12)
        return site, port, run, owes_document(run, f"port {port.port}")


def own_server():
    site, port, run, d = played(OWN, OWN_CERT)
    expect(d["asked"]["host"] == OWN and d["asked"]["port"] == port.port and d["asked"]["to"] == OUTSIDE, "asked", d["asked"])
    expect("pasted text names" in d["asked"]["found"], "where the server comes from", d["asked"]["found"])
    expect(len(site.auths) == 1, "one login to the user's own domain", site.auths)
    expect(d["pasted"]["code"] == 550 and d["pasted"]["cause"] == "client-never-authenticates", "by its words", d["pasted"])


def no_password_to_a_stranger():
    site, _, run, d = played(STRANGER, STRANGER_CERT)
    expect(not site.auths and PASSWORD.encode() not in site.unprotected(), "a login at a host that a text named", site.auths)
    expect("no password goes there" in d["asked"]["found"], "it is said", d["asked"]["found"])


def trusted_when_asked():
    site, _, _, _ = played(STRANGER, STRANGER_CERT, "--trust-found")
    expect(len(site.auths) == 1, "a login where it was asked for", site.auths)


def bounce_of_the_recipient():
    """The settings work; what was pasted was said by another server."""
    address = bench.address()
    text = (f"<{OUTSIDE}>: host mx.outside.example[192.0.2.4] said: 552 5.2.2 <{OUTSIDE}>:\n"
            "    the mailbox is full (in reply to RCPT TO command)\n")
    with Site(logins=LOGINS) as site:
        port = site.listen(address, cert=OWN_CERT)
        flags = [USER, "--server", f"{OWN}:{port.port}", "--connect-to", address, "--ca", bench.authority.pem, "--ports", "",
                 "--timeout", str(LONG_S), "--bounce", "-", "--no-dns"]
        run = bench.doctor([*flags, "--json"], stdin=text.encode())
        d = owes_document(run, f"port {port.port}")
        told = bench.doctor(flags, stdin=text.encode())
    expect(d["verdict"] == "accepted" and d["asked"]["to"] == OUTSIDE, "the recipient is that of the bounce", d["asked"])
    expect(d["pasted"]["cause"] == "mailbox-full" and d["pasted"]["hop"] == "recipient", "by its words", d["pasted"])
    flat = " ".join(told.text.split())
    expect("mailbox-full" in flat and "not the one that was tried here" in flat, "told beside the answer", told.text)


for case in (own_server, no_password_to_a_stranger, trusted_when_asked, bounce_of_the_recipient):
    bench.case(case.__name__.replace("_", " "), case)
bench.run()
