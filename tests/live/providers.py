#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""providers.py BATON - baton providers as a whole program: rows, addresses, near names, settings, its exit status."""

import json
import plistlib
import subprocess
import sys

BATON = sys.argv[1]
ROW = {"id", "title", "domains", "mx", "host", "other_hosts", "doors", "user", "fixed_user", "mechanisms", "password",
       "since", "since_said", "page", "page_for", "limits", "notes", "hosts_beside", "source", "day"}
TOP = {"schema", "asked", "user_name", "host", "nearest", "providers", "program", "settings"}


def run(*args, status=0):
    done = subprocess.run([BATON, "providers", *args], capture_output=True, timeout=60, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == status, (args, done.returncode, err)
    return out, err


def document(*args, status=0):
    found = json.loads(run("--json", *args, status=status)[0])
    assert set(found) == TOP and found["schema"] == "baton.providers/1", found.keys()
    for row in found["providers"]:
        assert set(row) == ROW and row["page"].startswith("https://") and row["source"] and row["day"], row
    return found


whole = document()
assert len(whole["providers"]) >= 80
listed = run()[0]
for row in whole["providers"]:
    assert f"\n{row['id']} " in listed, row["id"]
    one = document(row["id"])["providers"]
    assert one == [row], row["id"]
    text = run(row["id"])[0]
    assert row["title"] in text and row["page"] in text and row["day"] in text, row["id"]

# A name, a title, a part of it, a domain, an address, a host, an MX.
for typed, wanted in (("GMAIL", "gmail"), ("Amazon SES", "amazon-ses"), ("sendinblue", "brevo"), ("hotmail.com", "outlook.com"),
                      ("anna@web.de", "web.de"), ("smtp.office365.com", "microsoft365"), ("exchange online", "microsoft365"),
                      ("corp.mail.protection.outlook.com", "microsoft365"), ("smtp.eu.mailgun.org", "mailgun"),
                      ("mx1.emailsrvr.com", "rackspace"), ("smtp-relay.gmail.com", "gmail"), ("imap.gmx.net", "gmx")):
    assert document(typed)["providers"][0]["id"] == wanted, typed
anna = document("anna@web.de")
assert anna["user_name"] == "anna" and "what stands before the @: anna" in run("anna@web.de")[0]
assert document("smtp-relay.gmail.com")["host"]["role"] == "other-product"
assert run("smtp-relay.gmail.com")[0].startswith("smtp-relay.gmail.com: this is the SMTP relay")
assert document("smtp.gmail.com")["host"]["role"] == "submission"

assert "  server        email-smtp.eu-west-1.amazonaws.com\n" in run("email-smtp.eu-west-1.amazonaws.com")[0]
assert "smtp-relay.gmail.com" not in run("gmail")[0].split("limits")[0]

# Near ones are named, and not taken for it.
for typed, near in (("gmial.com", "gmail.com"), ("anna@gmial.com", "gmail.com"), ("smtp.gmal.com", "smtp.gmail.com"),
                    ("sendgird", "sendgrid")):
    found = document(typed, status=3)
    assert found["nearest"] == near and found["providers"] == [], (typed, found)
    assert near in run(typed, status=3)[0]
assert "anna@gmail.com" in run("anna@gmial.com", status=3)[0]
for typed in ("anna@corp.example", "corp.example", "zebra", "", "@", "a" * 5000, "\x1b[2J", "é@ü"):
    found = document(typed, status=3)
    assert found["nearest"] is None and found["providers"] == [], typed
    assert "\x1b" not in run(typed, status=3)[0]
assert "baton discover" in run("anna@corp.example", status=3)[0]

# Microsoft 365 at the end of 2026: what goes in place of passwords.
microsoft = " ".join(run("microsoft365")[0].split())
for words in ("December 2026", "SMTP AUTH clients", "Set-CASMailbox USER -SmtpClientAuthenticationDisabled $false", "XOAUTH2",
              "direct send", "High Volume Email", "smtp.azurecomm.net", "connector", "second half of 2027"):
    assert words in microsoft, words

# Settings of a program.
text, hint = run("anna@gmail.com", "--for", "msmtp")
assert "host smtp.gmail.com\nport 465\n" in text and 'user "anna@gmail.com"' in text and "apppasswords" in hint
text = run("anna@gmail.com", "--for", "thunderbird")[0]
assert "OAuth2" in text
text = run("sendgrid", "--for", "msmtp")[0]
assert 'user "apikey"' in text and "host smtp.sendgrid.net" in text
text = run("smtp.eu.mailgun.org", "--user", "postmaster@mg.corp.example", "--for", "msmtp")[0]
assert "host smtp.eu.mailgun.org" in text
text = run("email-smtp.eu-west-1.amazonaws.com", "--user", "AKIAEXAMPLEEXAMPLE00", "--for", "device")[0]
assert "SMTP server: email-smtp.eu-west-1.amazonaws.com" in text and "has not tried" in text
text, hint = run("microsoft365", "--user", "anna@corp.example", "--for", "outlook")
assert "since 2026-12: " in hint
assert "Add Account" in text
profile = plistlib.loads(run("anna@gmail.com", "--for", "mobileconfig")[0].encode())
mail = profile["PayloadContent"][0]
assert mail["PayloadType"] == "com.apple.mail.managed" and mail["OutgoingMailServerHostName"] == "smtp.gmail.com"
assert mail["IncomingMailServerHostName"] == "imap.gmail.com" and mail["OutgoingMailServerPortNumber"] == 465
hostile = plistlib.loads(run("gmail", "--user", "a&b<c>]]>\"'--@gmail.com", "--for", "mobileconfig")[0].encode())
assert hostile["PayloadContent"][0]["OutgoingMailServerUsername"] == "a&b<c>]]>\"'--@gmail.com"
assert document("anna@gmail.com", "--for", "msmtp")["settings"].startswith("#")

# What cannot be.
for args, words in ((("gmail", "yahoo"), "one too many"), (("--for", "msmtp"), "NAME or an ADDRESS"), (("gmail", "--for", "zebra"), "no program"),
                    (("gmail", "--for", "msmpt"), "did you mean msmtp"), (("gmail", "--for", "msmtp"), "--user"),
                    (("anna@tuta.com", "--for", "msmtp"), "no server"), (("amazon-ses", "--for", "msmtp"), "several servers"),
                    (("anna@outlook.com", "--for", "device"), "cannot log in"), (("gmail", "--user", "a\nb", "--for", "msmtp"), "line break"),
                    (("--nonsense",), "nonsense")):
    assert words in run(*args, status=2)[1], (args, run(*args, status=2)[1])
