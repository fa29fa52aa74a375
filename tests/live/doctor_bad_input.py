#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What must not break the doctor: peers that are no mail servers, replies that are no replies, peers that
leave at any step, passwords and addresses that cannot be used.

usage: doctor_bad_input.py BATON [WORD...]      only cases with a WORD in their name
"""
import random

from doctor_kit import (EXITS, HOST, LONG_S, OUTSIDE, PASSWORD, USER, Bench, echo_of, expect, hides, owes,
                        owes_document, owes_words)
from peers import Close, Flood, Reset, Silence, Site

bench = Bench(16)
LOGINS = {USER: PASSWORD.encode()}


def meet(name, check=None, *, status=None, verdict=None, cause=None, flags=(), security="starttls",
         password=PASSWORD, timeout_s=LONG_S, place=None, **peer):
    """A case: one peer, met twice, for a person and for a program. check(document, site) says more."""
    for mode in ("text", "json"):
        bench.case(f"{name} {mode}", meet_once, mode, check, status, verdict, cause, flags, security,
                   password, timeout_s, place, peer)


def meet_once(mode, check, status, verdict, cause, flags, security, password, timeout_s, place, peer):
    with Site(LOGINS) as site:
        p = site.listen(bench.address(), cert=peer.get("cert", bench.cert),
                        **{k: v for k, v in peer.items() if k != "cert"})
        more = [*flags, "--json"] if mode == "json" else [*flags]
        run = bench.ask(p, *more, security=security, timeout_s=timeout_s, password=password)
        owes(run, password, timeout_s)
        wanted = status if isinstance(status, (set, tuple)) else {status} if status is not None else EXITS
        expect(run.status in wanted, f"exit status, wanted {wanted}", run.status, run.text)
        if mode == "text":
            owes_words(run, str(p.port))
            return
        d = owes_document(run, f"port {p.port}")
        expect(verdict is None or d["verdict"] == verdict, f"verdict, wanted {verdict}", d["verdict"], d["cause"])
        expect(cause is None or d["cause"] == cause, f"cause, wanted {cause}", d["cause"], d["causes"])
        site.settle()
        if check:
            check(d, site)


def said(d):
    return "\n".join(row["said"] for row in d["evidence"])


def says(*words):
    def check(d, _):
        for word in words:
            expect(word in said(d), f"{word!r} is not said", said(d))
    return check


def not_injected(d, _):
    expect("INJECTED" not in str(d), "what came in clear behind STARTTLS was read", said(d))


# ---- peers that are not SMTP ----

def http(conn, _):
    """Silent until a request ends, as a web server is; the ClientHello of a second try gets a 400."""
    while b"\r\n\r\n" not in conn.clear and b"\x16\x03" not in conn.clear:
        conn.recv()
    return Close(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


WAITS_S = 6         # to the end of a run that waits for a peer in vain
noise = random.Random(5).randbytes(4096)
meet("http", status=3, verdict="unknown", tls=None, timeout_s=WAITS_S, steps={"greeting": http})
meet("http at once", says("HTTP/1.1 200 OK"), status=3, verdict="unknown", tls=None,
     steps={"greeting": Close(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")})
meet("http tls", status=3, verdict="unknown", tls=None, security="tls", timeout_s=WAITS_S, steps={"greeting": http})
meet("ssh", says("SSH-2.0-OpenSSH_9.2p1"), status=3, verdict="unknown", tls=None,
     steps={"greeting": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"})
meet("imap", says("* OK"), status=3, verdict="unknown", tls=None, steps={"greeting": "* OK IMAP4rev1 ready"})
meet("silence", status={3, 4}, verdict="unknown", tls=None, timeout_s=WAITS_S, steps={"greeting": Silence()})
meet("silence tls", status={3, 4}, verdict="unknown", tls=None, security="tls", timeout_s=WAITS_S,
     steps={"greeting": Silence()})
meet("noise", status=3, verdict="unknown", tls=None, steps={"greeting": Close(noise)})
meet("noise tls", status=3, verdict="unknown", tls=None, security="tls", steps={"greeting": Close(noise)})
meet("noise on and on", status=3, verdict="unknown", tls=None, steps={"greeting": Flood(noise)})

# ---- replies that are no replies ----

for step in ("greeting", "ehlo", "ehlo-tls", "starttls", "auth", "mail", "rcpt"):
    meet(f"a megabyte in one line at {step}", steps={step: b"250 " + b"x" * (1 << 20) + b"\r\n"})
    meet(f"a megabyte in lines at {step}", steps={step: (b"250-" + b"y" * 60 + b"\r\n") * 16000 + b"250 end\r\n"})
    meet(f"without end at {step}", steps={step: Flood(b"250-more to come\r\n" * 512)})
    meet(f"NUL octets at {step}", steps={step: b"2\x0050 \0\0 a\0b\r\n"})
    meet(f"codes differ at {step}", steps={step: b"250-one\r\n550 two\r\n"})
    meet(f"a code of nothing at {step}", steps={step: "999 what"})
    meet(f"an empty line at {step}", steps={step: b"\r\n"})
    meet(f"drips at {step}", steps={step: b"250-"}, timeout_s=3)

ESCAPES = b"550 \x1b]0;owned\x07\x1b[2J\x1b[31mgone \x9b1m \xc2\x9b1m \xff\xfe \xe2\x80\xae\r\n"
for step in ("greeting", "ehlo", "ehlo-tls", "auth", "mail", "rcpt", "starttls"):
    meet(f"terminal escapes at {step}", steps={step: ESCAPES})
meet("NUL in a reply", says("550"), status={1, 3}, steps={"rcpt": b"550 5.7.1 no \0 relay\r\n"})
meet("thirty mechanisms", status=0, caps_tls=["AUTH " + " ".join(f"X{n}" for n in range(28)) + " PLAIN LOGIN"])
meet("five thousand mechanisms", caps_tls=["AUTH PLAIN LOGIN " + " ".join(f"X{n}" for n in range(5000))])
meet("a thousand capabilities", status=0, caps_tls=[*(f"X-{n} y" for n in range(1000)), "AUTH PLAIN LOGIN"])
meet("starttls answered 250", says("STARTTLS was answered 250"), status={1, 3},
     steps={"starttls": "250 2.0.0 go ahead"})
for whole, octets in (("a reply", b"250-AUTH XINJECTED\r\n250 end\r\n"), ("half a reply", b"250-AUTH XINJECTED\r\n")):
    meet(f"{whole} in clear behind the 220 of starttls", not_injected, status=0,
         steps={"starttls": b"220 ready\r\n" + octets})
meet("no tls behind the 220 of starttls", status={1, 3}, steps={"handshake": Close(noise[:200])})
meet("silence behind the 220 of starttls", status={1, 3}, steps={"handshake": Silence()}, timeout_s=WAITS_S)
meet("two greetings", steps={"greeting": b"220 one\r\n220 two\r\n"})
meet("challenges without end", steps={"auth": Flood(b"334 \r\n")})
meet("a challenge that is no base64", steps={"auth": b"334 !!!\r\n"})


# ---- peers that leave ----

LEAVING = {
    "closes": lambda: Close(),
    "resets": lambda: Reset(),
    "says 421": lambda: "421 4.3.2 going down",
    "says 421 and resets": lambda: Reset(b"421 4.3.2 going down\r\n"),
    "closes within a line": lambda: Close(b"250 2.1"),
    "is silent": lambda: Silence(),
}
for step in ("greeting", "ehlo", "starttls", "handshake", "ehlo-tls", "auth", "mail", "rcpt", "rset", "quit"):
    for how, answer in LEAVING.items():
        if step == "handshake" and "421" in how:
            continue
        late = step in ("rset", "quit")
        # A reset throws away what the client has not read yet: it may cost the answer to RCPT too.
        lost = step == "rset" and "resets" in how
        meet(f"{how} at {step}", verdict="accepted" if late and not lost else None,
             timeout_s=LONG_S if "silent" not in how else WAITS_S if late else 3,
             status={0, 3} if lost else 0 if late else {1, 3, 4, 5}, steps={step: answer()})
for step in ("data", "body"):
    for how, answer in LEAVING.items():
        meet(f"{how} at {step}", timeout_s=3 if "silent" in how else LONG_S, flags=["--send"],
             steps={step: answer()}, verdict=None, status={1, 3, 0})


# ---- certificates ----

def general_name(octets):
    """subjectAltName with one dNSName of any octets (RFC 5280 section 4.2.1.6), as openssl takes it."""
    der = b"\x30" + bytes([len(octets) + 2]) + b"\x82" + bytes([len(octets)]) + octets
    return "DER:" + ":".join(f"{o:02x}" for o in der)


def keeps_password(d, site):
    hides(site.unprotected(), PASSWORD, "what a server without a valid certificate got")
    expect(not site.auths, "AUTH was said to a server without a valid certificate", site.auths)
    expect(d["stats"]["auth_attempts"] == 0, "stats.auth_attempts", d["stats"])


nul = bench.authority.issue("nul", general_name(HOST.encode() + b"\0.evil.example"))
for security, tls in (("starttls", "starttls"), ("tls", "implicit")):
    meet(f"a NUL in the certificate's name {tls}", keeps_password, status=1, verdict="refused",
         cause="certificate-wrong-name", security=security, tls=tls, cert=nul, trusted=False)
    meet(f"escapes in the certificate's name {tls}", keeps_password, status=1, verdict="refused",
         cause="certificate-wrong-name", security=security, tls=tls, trusted=False,
         cert=bench.authority.issue(f"esc{tls}", general_name(b"\x1b[2Jevil\r\n.example")))


# ---- a server that tells the password ----

def parrot(conn, _):
    lines = [line.replace(b"\r", b"").replace(b"\n", b"") for line in echo_of(PASSWORD)]
    return b"".join(b"535-5.7.8 " + line + b"\r\n" for line in lines) + b"535 5.7.8 so there\r\n"


def parrot_rcpt(conn, _):
    return parrot(conn, _).replace(b"535", b"554").replace(b"5.7.8", b"5.7.1")


meet("echoes the password at auth", status=5, verdict="refused", steps={"auth": parrot})
meet("echoes the password at rcpt", status={1, 3}, steps={"rcpt": parrot_rcpt})
meet("echoes the password at greeting", status=0,
     steps={"greeting": lambda c, a: parrot(c, a).replace(b"535", b"220")})
meet("echoes the password at ehlo", status={0, 1, 3},
     steps={"ehlo-tls": lambda c, a: parrot(c, a).replace(b"535", b"250")})
meet("echoes the password at mail and leaves", steps={"mail": lambda c, a: Close(parrot(c, a)[:-20])})
for n in range(48, 80, 3):  # near where a line of the report is wrapped, or a cell of it cut
    meet(f"echoes the password behind {n} octets", status={1, 3},
         steps={"rcpt": b"554 " + b"x" * n + b" " + PASSWORD.encode() + b"\r\n"})
meet("echoes the password as no reply", steps={"auth": PASSWORD.encode() + b"\r\n"})


def loud():
    """--verbose shows the dialogue, and never the password."""
    with Site(LOGINS) as site:
        p = site.listen(bench.address(), cert=bench.cert, steps={"auth": parrot})
        run = bench.ask(p, "--verbose")
        owes(run, PASSWORD, LONG_S)
        expect("AUTH PLAIN" in run.errors, "no transcript", run.errors)


bench.case("echoes the password verbose", loud)


# ---- passwords, addresses and flags that cannot be used ----

def usage(name, *words, flags=(), **options):
    bench.case(f"usage {name}", usage_once, words, flags, options)


def usage_once(words, flags, options):
    run = bench.doctor(["--server", HOST, "--timeout", "2", *flags], **{"password": None, **options})
    expect(run.status == 2, "exit status, wanted 2", run.status, run.text, run.errors)
    expect(not run.out, "a usage error printed on standard output", run.text[:300])
    first, _, rest = run.errors.partition("\n")
    sentence = first.removeprefix("baton doctor: ")
    expect(sentence != first and len(sentence) > 20 and sentence.endswith("."), "no sentence", run.errors)
    expect("baton help doctor" in rest, "no word on where to read more", run.errors)
    expect(len(run.err) < 2000, "a wall of text", run.errors[:300])
    for word in words:
        expect(word in sentence, f"{word!r} is not said", sentence)
    bad = [o for o in run.err if o < 32 and o != 10 or o == 127]
    expect(not bad, "control octets", run.err)
    expect(run.seconds < 2 + 12, f"took {run.seconds:.1f} s")
    if options.get("secret"):
        hides(run.err, options["secret"], "stderr")


WITH_FD = ["--user", USER, "--password-fd", "0"]
usage("a password of 1 MiB", "password", "longer than", flags=WITH_FD, stdin=b"p" * (1 << 20))
usage("a password without end", "password", flags=["--user", USER, "--password-command", "cat /dev/zero"])
usage("an empty password", "password is empty", flags=WITH_FD, stdin=b"")
usage("a password of one newline", "password is empty", flags=WITH_FD, stdin=b"\n")
usage("an empty password in the environment", "password is empty", flags=["--user", USER], password="")
usage("a NUL in the password", "NUL", flags=WITH_FD, stdin=b"a\0b")
usage("a password command that fails", "status 7", flags=["--user", USER, "--password-command", "exit 7"])
usage("no such variable", "PEER_NOPE", flags=["--user", USER, "--password-env", "PEER_NOPE"])
usage("a descriptor that is closed", "descriptor", flags=["--user", USER, "--password-fd", "77"])
usage("two passwords", "two ways", flags=[*WITH_FD, "--password-env", "X"])
usage("a password and no user", "no user", flags=["--password-fd", "0"], stdin=b"x")
for address in ("anna", "@inside.example", "anna@", "anna@@x.example", "a b@x.example", "anna@in side.example",
                "<anna@x.example>", "anna@x.example\r\nRCPT TO:<x@y.example>", "a" * 65 + "@x.example",
                "anna@" + "x" * 300 + ".example", "anna@[300.1.1.1]", "anna@x..example", "\x1b[2J@x.example"):
    shown = address.encode("ascii", "replace").decode().replace("\x1b", "ESC").replace("\r\n", " CRLF ")
    # A program's --from may be what is wrong with it: only what cannot be said in a command is no use.
    sayable = len(address) < 256 and all(c.isprintable() and c not in " <>" for c in address)
    for flag in ("ADDRESS", "--to") if sayable else ("ADDRESS", "--to", "--from"):
        place = [address] if flag == "ADDRESS" else [flag, address]
        who = [] if flag == "ADDRESS" else [USER]
        tag = "".join(c if c.isalnum() or c in "._-" else "_" for c in shown)[:40]
        usage(f"{flag.strip('-')} {tag}", flag, "is no mailbox", flags=[*who, *place])
usage("no server", "--server", flags=["--server", ""])
for server in (":587", "[::1", "[::1]x", "::1:99999:", "host:0", "host:99999", "host:x", "a b", "-x.example",
               "x" * 64 + ".example", "x..example", "host\r\nQUIT", "host:587:25"):
    tag = "".join(c if c.isalnum() or c in "._-" else "_" for c in server)[:30]
    usage(f"server {tag}", flags=["--server", server])
for flag, value in (("--timeout", "0"), ("--timeout", "x"), ("--timeout", "-5"), ("--timeout", "99999999999999999999"),
                    ("--logins", "0"), ("--logins", "1000"), ("--security", "maybe"), ("--auth", "PL AIN"),
                    ("--ports", "25,,x"), ("--ports", "0"), ("--source", "here"), ("--connect-to", "there"),
                    ("--resolver", "x"), ("--helo", "a b"), ("--helo", "x\r\nMAIL FROM:<>"),
                    ("--helo", "[x\r\nMAIL FROM:<>"), ("--cert", "/nope"), ("--bounce", "/no/such/file"),
                    ("--ca", "/no/such/file"), ("--bounce", "/")):
    tag = "".join(c if c.isalnum() or c in "._-" else "_" for c in value)[:30]
    usage(f"{flag.strip('-')} {tag}", flags=[USER, flag, value])
usage("a source that is not ours", "203.0.113.9", flags=[USER, "--source", "203.0.113.9", "--connect-to", "127.0.0.1"])
usage("an unknown option", "--sever", "--server", flags=["--sever", "x"])
usage("an option without its value", "--to", flags=["--to"])
usage("two addresses", flags=[USER, OUTSIDE])
usage("a huge error text", "larger", flags=[USER, "--bounce", "-"], stdin=b"550 no\n" * 300000)

# ---- internationalised addresses ----

def idn():
    """A domain in letters goes out as A-labels: no SMTPUTF8 is needed."""
    with Site({"anna@xn--bcher-kva.example": PASSWORD.encode(), "anna@bücher.example": PASSWORD.encode()}) as site:
        p = site.listen(bench.address(), cert=bench.cert)
        run = bench.ask(p, "--json", user="anna@bücher.example", to="otto@straße.example")
        owes(run, PASSWORD, LONG_S)
        expect(run.status == 0, "exit status", run.status, run.text)
        site.settle()
        expect(set(site.recipients) == {("otto@xn--strae-oqa.example", True)}, "recipients", site.recipients)
        expect(all(max(c.hidden, default=0) < 128 for c in site.conns), "an octet above 127 in a command")


def local_part(offered):
    """A local-part in letters needs SMTPUTF8: where it is not offered nothing is refused, and it is said."""
    with Site({"jörg@inside.example": PASSWORD.encode()}) as site:
        caps = ["PIPELINING", "AUTH PLAIN LOGIN"] + (["SMTPUTF8", "8BITMIME"] if offered else [])
        p = site.listen(bench.address(), cert=bench.cert, caps_tls=caps)
        run = bench.ask(p, "--json", user="jörg@inside.example")
        owes(run, PASSWORD, LONG_S)
        d = owes_document(run, f"port {p.port}")
        site.settle()
        mails = [a for c in site.conns for v, a, _ in c.commands if v == "MAIL"]
        if offered:
            expect(run.status == 0, "exit status", run.status, d["summary"])
            expect(mails and all(m.endswith(" SMTPUTF8") for m in mails), "MAIL without SMTPUTF8", mails)
        else:
            expect(run.status in (1, 3) and d["verdict"] != "accepted", "accepted?", d["summary"])
            expect(not mails, "MAIL was said though it cannot be", mails)
            expect("SMTPUTF8" in said(d), "SMTPUTF8 is not named", said(d))


bench.case("a domain in letters", idn)
bench.case("a local-part in letters, offered", local_part, True)
bench.case("a local-part in letters, not offered", local_part, False)


# ---- no way there ----

def nowhere(flags, status, mode):
    run = bench.doctor([USER, "--server", f"{HOST}:2601", "--ports", "", "--to", OUTSIDE, "--timeout", "4",
                        *flags, *(["--json"] if mode == "json" else [])])
    owes(run, PASSWORD, 4)
    expect(run.status == status, f"exit status, wanted {status}", run.status, run.text)
    if mode == "json":
        d = owes_document(run, "2601" if status == 4 else HOST)
        expect(d["verdict"] == ("refused" if status == 6 or d["cause"] else "unknown"), "verdict", d["verdict"])
    else:
        expect("\nNext\n" in run.text or "Do this" in run.text, "no remedy", run.text)


for mode in ("text", "json"):
    # 224.0.0.1 is no address TCP can go to: the kernel says "network is unreachable" at once.
    bench.case(f"no network {mode}", nowhere, ["--connect-to", "224.0.0.1"], 4, mode)
    bench.case(f"nobody listens {mode}", nowhere, ["--connect-to", bench.address()], 4, mode)
    bench.case(f"unknown host {mode}", nowhere, ["--resolver", "127.77.31.250:9"], 6, mode)

bench.run()
