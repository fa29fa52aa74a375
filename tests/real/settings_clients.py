#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""msmtp, nullmailer, dma, mutt and NeoMutt with settings that Baton wrote, and as Baton reads what users write.

usage: settings_clients.py BATON [WORD...]      ./run real settings_clients [WORD...]
"""
import base64
import contextlib
import smtplib
import ssl

import settings_kit as lab


# ---- the servers are what settings_kit.py says ----

def conversation(host, security):
    kind = smtplib.SMTP_SSL if security == "tls" else smtplib.SMTP
    context = {"context": ssl.create_default_context()} if security == "tls" else {}
    s = kind(host, lab.PORTS[security], local_hostname="pc.example", timeout=20, **context)
    if security == "starttls":
        s.starttls(context=ssl.create_default_context())
    s.ehlo()
    return s


def log_in(s, user, password):
    token = b"\0".join((b"", lab.octets(user), lab.octets(password)))
    return s.docmd("AUTH", "PLAIN " + base64.b64encode(token).decode())[0]


def server_takes_the_right_login():
    for name, password in lab.HOSTILE.items():
        to, settings = lab.fresh(name), lab.wanted("starttls", name)
        with conversation(lab.HOST, "starttls") as s:
            assert log_in(s, settings["user"], password) == 235, name
            s.sendmail(lab.ANNA, [to], f"From: {lab.ANNA}\r\n\r\nwords\r\n")
        mail = lab.accepted(to)
        lab.matches(mail, settings)
        assert (mail.mechanism, mail.helo, mail.to) == ("PLAIN", "pc.example", [to]), mail.facts


def server_refuses_what_is_wrong():
    for security in lab.PORTS:
        with conversation(lab.HOST, security) as s:
            assert log_in(s, lab.ANNA, "wrong") == 535, security
            assert s.mail(lab.ANNA)[0] == 250 and s.rcpt(lab.fresh())[0] == 554, security
    assert lab.tried(lab.ANNA)[-1] == b"wrong"


def server_without_login():
    for security in lab.PORTS:
        to = lab.fresh()
        with conversation(lab.OPEN, security) as s:
            assert "auth" not in s.esmtp_features
            s.sendmail(lab.ANNA, [to], f"From: {lab.ANNA}\r\n\r\nwords\r\n")
        lab.matches(lab.accepted(to), lab.wanted(security))


def server_of_a_stranger():
    for security in ("starttls", "tls"):
        with contextlib.suppress(ssl.SSLCertVerificationError):
            conversation(lab.STRANGER, security)
            raise AssertionError(security)


CASES = [server_takes_the_right_login, server_refuses_what_is_wrong, server_without_login, server_of_a_stranger]

if __name__ == "__main__":
    lab.main(CASES)
