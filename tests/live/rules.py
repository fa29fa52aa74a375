#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""rules.py BATON - baton relay --check and baton what-if as whole programs: errors with their places, open relays,
decisions with their replies and nearest changes, exit status."""

import json
import pathlib
import subprocess
import sys
import tempfile

BATON = sys.argv[1]
PLACE = tempfile.TemporaryDirectory()
FILE = pathlib.Path(PLACE.name) / "baton.conf"
KNOWN = pathlib.Path(PLACE.name) / "recipients"
OFFICE = f"""
hostname = "relay.example.org"
listen "submission" {{ port = 587  security = starttls }}
listen "devices"    {{ address = "192.168.1.5"  port = 25  bare-newline = normalize }}
permit "users"    {{ authenticated = true  sender = owned  rate = "300/h" }}
permit "printers" {{ listener = "devices"  network = {{"192.168.1.0/24"}} }}
permit "inbound"  {{ recipient-domain = "example.org"  recipients = "{KNOWN}"  unless-spf = {{fail}} }}
forbid "left"     {{ login = "old@example.org" }}
owner  "anna@example.org" {{ address = "info@example.org" }}
route  "provider" {{ smarthost = {{"smtp.provider.example:465"}}  login = "provider" }}
rewrite "scanner" {{ network = "192.168.1.40"  from = "scan@example.org"  keep = reply-to }}
"""
KNOWN.write_text("# those who are here\nanna@example.org\n\nbob@example.org\n")


def run(*args, status=0):
    done = subprocess.run([BATON, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, (args, done.returncode, done.stdout, done.stderr)
    return done.stdout, done.stderr


def check(text, status=0):
    FILE.write_text(text)
    return run("relay", "--check", str(FILE), status=status)


def what_if(*flags, status=0):
    words = ["what-if", "--rules", str(FILE), *flags]
    document = json.loads(run(*words, "--json", status=status)[0])
    assert document["schema"] == "baton.what-if/1"
    assert run(*words, status=status)[0]
    return document


# Whoever reaches loopback is not always of this machine: said where a permit means all of them, and nowhere else.
HERE = 'listen "here" { address = "127.0.0.1"  port = 2525 }\nlisten "all" { port = 587 }\n'
assert 'permit "a" trusts whoever reaches' in check(HERE + 'permit "a" { listener = {"all", "here"}  tls = true }\nforbid "b" { authenticated = false }')[1]
assert 'permit "a" trusts whoever reaches' in check(HERE + 'permit "a" { listener = "here" }')[1]
for quiet in ('listener = "here"  authenticated = true', 'listener = "all"  authenticated = true', 'listener = "here"  network = "192.0.2.0/24"',
              'listener = "here"  recipient-domain = "a.example"', "tls = true  authenticated = true"):
    assert "whoever reaches" not in check(HERE + f'permit "a" {{ {quiet} }}\nforbid "b" {{ listener = "here"  login = "x" }}')[1], quiet

# A right file, and files that are wrong: all that is wrong is told, with its place.
assert "2 listeners, 3 permits, 1 forbids" in check(OFFICE)[0]
assert "3 permits" in check("recipients = 200\n" + OFFICE)[0], "how many recipients there may be is no file of them"
told = check(OFFICE.replace("sender", "sendr").replace("starttls", "startls"), status=2)[1]
assert f"{FILE}:3:" in told and "did you mean starttls?" in told, told
assert f"{FILE}:5:" in told and "did you mean sender?" in told, told
assert "baton.conf:9:10: forbid" not in told
for wrong, words in (('permit "a" { }', "open relay"), ('permit "a" { login = "x" login = "y" }', "stands in line 1 already"),
                     ('permit "a" { recipients = "/nowhere/at/all" recipient-domain = "a.example" }', "/nowhere/at/all"),
                     ('listen "a" { port = 25 address = "zebra" }', "no IP address"), ("permit \"a\" { tls = true", "not closed")):
    assert words in check(wrong, status=2)[1], wrong
# What stands beside the rules is told with them, in one go; a value that is wrong is not missing as well.
told = check('listen "a" { port = 25 address = "zebra" }\npermit "b" { network = "10.0.0.0/33"  recipients = "/nowhere/at/all" }\n'
             'route "c" { smarthost = {"[::1", "smtp example", "smtp.example:587"} }', status=2)[1]
for line, words in ((1, "no IP address"), (2, "prefix"), (2, "/nowhere/at/all': No such file"), (3, "this is no server")):
    assert any(at.startswith(f"{FILE}:{line}:") and words in at for at in told.splitlines()), (words, told)
assert told.count("this is no server") == 2, told
assert "needs port" not in check('listen "a" { port = 0 }', status=2)[1]
# Whoever may come as a proxy may say that he is anybody.
for wide in ('"0.0.0.0/0"', '{"192.0.2.1", "::/0"}', '"0.0.0.0/1"'):
    told = check(f'listen "a" {{ port = 25  proxy = {wide} }}\npermit "b" {{ network = "10.1.2.0/24" }}', status=2)[1]
    assert f"{FILE}:1:" in told and "name the addresses of your proxies" in told, told
assert "proxy" not in check('listen "a" { port = 25  proxy = {"192.0.2.1", "10.0.0.0/8"} }\npermit "b" { authenticated = true }')[1]
# The document has all keys of a file that is right, of one that is wrong, and of one that is not there.
for text, status in ((OFFICE, 0), ("hostnam = 1", 2), (None, 2)):
    FILE.unlink(missing_ok=True)
    if text:
        FILE.write_text(text)
    document = json.loads(run("relay", "--check", str(FILE), "--json", status=status)[0])
    assert list(document) == ["schema", "file", "right", "digest", "errors", "warnings", "open_relay"], document
    assert document["right"] == (status == 0) and bool(document["errors"]) == (status != 0), document
# What a start would miss is said of a file that is right.
for text, words in (("", "there is no listener"), ('listen "a" { port = 25 }', "there is no route"),
                    ('listen "a" { port = 25  security = tls }', "begins with TLS, and there is no certificate"),
                    ('listen "a" { port = 25 }', "cannot offer STARTTLS"), ('listen "a" { port = 25 }', "there is no permit"),
                    ('listen "a" { port = 25  security = none }\npermit "b" { authenticated = true  sender = owned }',
                     ':2:1: warning: permit "b" wants a login, and no listener takes one'),
                    ('route "a" { smarthost = "x.example"  login = "p"  security = none }', 'route "a" has a login and security = none')):
    assert words in check(text)[1], words
COMPLETE = 'certificate = "/x"\nlisten "a" { port = 25 }\nlisten "b" { port = 465  security = tls }\nroute "c" { smarthost = "smtp.example" } permit "d" { login = "anna" }\n'
assert check(COMPLETE)[1] == "", check(COMPLETE)[1]
assert "login" not in check('listen "a" { port = 25  security = none  auth-in-clear = true }\npermit "b" { authenticated = true }')[1]
# Below a public suffix everybody is at home; whoever logs in may write there all the same.
for rule, words in (('recipient-domain = {"*.corp.example", "*.CO.UK"}', "below CO.UK, where anybody can register"),
                    ('recipient-domain = "*.co.uk"  unless-spf = {fail}', "anybody can register"),
                    ('recipient-domain = "*.co.uk"  authenticated = true', None), ('recipient-domain = "*.corp.co.uk"', None),
                    ('recipient-domain = "*.corp.example"', None)):
    told = check(COMPLETE + f'permit "a" {{ {rule} }}')[1]
    assert (f"{FILE}:5:" in told and words in told) if words else told == "", (rule, told)
run("relay", "--check", PLACE.name, status=2)
run("relay", "--check", PLACE.name + "/nothing", status=2)
run("relay", status=2)

# Open relays, each by the permit that makes it.
for rule in ('permit "hole" { tls = true }', 'permit "hole" { network = "0.0.0.0/0" }', 'permit "hole" { network = "::/0" }',
             'permit "hole" { listener = "submission" }', 'permit "hole" { sender = "@example.org" }'):
    assert 'permit "hole" lets everybody relay' in check(OFFICE + rule, status=1)[0], rule
    hole = json.loads(run("relay", "--check", str(FILE), "--json", status=1)[0])["open_relay"]
    assert hole["permit"] == "hole" and hole["line"] == 12 and hole["remedy"], hole
    passed = what_if("--client", hole["client"], "--listener", hole["listener"], "--from", hole["from"], "--to", hole["to"],
                     *(["--tls"] if "tls" in rule else []))
    assert passed["outcome"] == "permit" and passed["permit"] == "hole", passed

# An answer that nobody gets is no answer: said once, and not taken for one by its status.
for words in (["relay", "--check", str(FILE)], ["what-if", "--rules", str(FILE), "--client", "192.0.2.7", "--to", "a@b.example"], ["causes"],
              ["mock", "--list"]):
    for more in ([], ["--json"]) if words[0] != "mock" else ([],):
        for where in (">/dev/full", ">&-"):
            lost = subprocess.run(["sh", "-c", f'"$@" {where}', "sh", BATON, *words, *more], capture_output=True, text=True, check=False, timeout=60)
            said = [line for line in lost.stderr.splitlines() if "could not be written" in line]
            assert lost.returncode == 2 and len(said) == 1 and "baton what-if: ." not in lost.stderr, (words, more, where, lost)

# Decisions.
check(OFFICE)
OUT = ("--to", "tom@elsewhere.example")
stranger = what_if("--client", "192.0.2.7", "--from", "anna@example.org", *OUT, status=1)
assert (stranger["outcome"], stranger["cause"]) == ("refuse", "client-never-authenticates"), stranger
assert stranger["reply"] == {"code": 530, "enhanced": "5.7.0", "text": stranger["reply"]["text"]}
assert stranger["nearest"] == [{"fact": "login", "change": "log in as anna@example.org"}]
assert [r["name"] for r in stranger["rules"]] == ["users", "printers", "inbound", "left"]
# A name in another script is the same as its A-labels, in every fact; the file has one form of it.
IDN = FILE.with_name("idn.conf")
IDN.write_text("""listen "s" { address = "127.0.0.1"  port = 2588 }
permit "in" { recipient-domain = "xn--bcher-kva.example" }
permit "users" { authenticated = true  sender = owned }
forbid "f" { recipient-domain = "xn--mller-kva.example" }
owner "anna@xn--bcher-kva.example" { address = "info@xn--bcher-kva.example" }
""")
for status, to, login, sender in ((0, "x@b\u00fccher.example", None, "a@b.example"), (0, "x@B\u00dcCHER.example", None, "a@b.example"),
                                  (0, "y@z.example", "anna@b\u00fccher.example", "info@b\u00fccher.example"),
                                  (1, "y@m\u00fcller.example", "anna@b\u00fccher.example", "info@b\u00fccher.example"),
                                  (1, "y@z.example", "anna@b\u00fccher.example", "zoe@b\u00fccher.example")):
    run("what-if", "--rules", str(IDN), "--client", "192.0.2.7", *(["--login", login] if login else []), "--from", sender, "--to", to,
        status=status)
IDN.write_text(IDN.read_text().replace("xn--mller-kva", "m\u00fcller"))
assert "in ASCII" in run("relay", "--check", str(IDN), status=2)[1]

# Who owns the address is named, and not a login of the address's own name that nobody has.
info = what_if("--client", "192.0.2.7", "--from", "info@example.org", *OUT, status=1)
assert info["nearest"] == [{"fact": "login", "change": "log in as anna@example.org"}], info["nearest"]

ANNA = ("--client", "192.0.2.7", "--login", "anna@example.org")
assert what_if(*ANNA, "--from", "anna@example.org", *OUT, status=3)["missing"] == ["rate"]
assert "Say what is found, as in --sent 0\n" in run("what-if", "--rules", str(FILE), *ANNA, "--from", "anna@example.org", *OUT, status=3)[0]
assert what_if(*ANNA, "--from", "anna@example.org", *OUT, "--sent", "0")["permit"] == "users"
assert what_if(*ANNA, "--from", "anna@example.org", *OUT, "--sent", "299")["permit"] == "users"
over = what_if(*ANNA, "--from", "anna@example.org", *OUT, "--sent", "300", status=1)
assert (over["outcome"], over["cause"], over["reply"]["code"]) == ("defer", "rate-limited", 451), over
other = what_if(*ANNA, "--from", "bob@example.org", *OUT, status=1)
assert (other["cause"], other["reply"]["code"]) == ("from-not-login", 553)
assert other["nearest"] == [{"fact": "from", "change": "send from <anna@example.org>"}], other["nearest"]
# A login without an address of its own: that bounces pass is no help, and what would be is said.
(own,) = what_if("--client", "192.0.2.7", "--login", "zoe", "--from", "zoe@example.org", *OUT, status=1)["nearest"]
assert own["change"].startswith("send from <>, as bounces are; or the rule file says in an owner section"), own
assert what_if(*ANNA, "--from", "info@example.org", "--author", "bob@example.org", *OUT, status=1)["cause"] == "from-not-login"
assert what_if("--client", "192.0.2.7", "--login", "old@example.org", "--from", "old@example.org", *OUT,
               status=1)["forbid"] == "left"
for client in ("192.168.1.40", "::ffff:192.168.1.40"):
    printer = what_if("--client", client, "--listener", "devices", "--from", "scan@x.example", *OUT)
    assert printer["permit"] == "printers", printer
IN = ("--client", "192.0.2.7", "--from", "x@y.example", "--to")
assert what_if(*IN, "anna@example.org", status=3)["missing"] == ["unless-spf"]
assert what_if(*IN, "anna@example.org", "--spf", "pass")["permit"] == "inbound"
assert what_if(*IN, "anna@example.org", "--spf", "fail", status=1)["reply"]["enhanced"] == "5.7.23"
assert what_if(*IN, "nobody@example.org", "--spf", "pass", status=1)["cause"] == "recipient-unknown"
assert what_if(*IN, "tom%elsewhere.example@example.org", "--spf", "pass", status=1)["outcome"] == "refuse"

# Usage.
run("what-if", "--rules", str(FILE), "--client", "192.0.2.7", status=2)
run("what-if", "--rules", str(FILE), "--client", "zebra", *OUT, status=2)
run("what-if", "--rules", str(FILE), "--client", "192.0.2.7", *OUT, "--listener", "zebra", status=2)
for wrong, words in ((("--to", "tom"), "--to 'tom' is no address"), ((*OUT, "--from", "anna"), "--from 'anna' is no address"),
                     ((*OUT, "--author", "a@"), "--author 'a@' is no address"), ((*OUT, "--certificate", "AB:CD"), "64 hexadecimal digits"),
                     ((*OUT, "--sent", "many"), "--sent 'many'")):
    assert words in run("what-if", "--rules", str(FILE), "--client", "192.0.2.7", *wrong, status=2)[1], wrong
assert what_if("--client", "192.0.2.7", "--from", "<anna@example.org>", "--to", "<@hop.example:tom@elsewhere.example>", status=1)["nearest"] == stranger["nearest"]
assert what_if("--client", "192.0.2.7", "--from", "<>", "--to", "postmaster", status=1)["outcome"] == "refuse"
run("what-if", "--rules", PLACE.name + "/nothing", "--client", "192.0.2.7", *OUT, status=2)
