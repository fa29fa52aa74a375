#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton dkim beside dkimpy, OpenDKIM and Mail::DKIM, against one DNS server on loopback: messages that those three sign,
the same changed on the way, and the cases of the unit tests (src/mailauth/dkim_cases.inc).

usage: dkim.py BATON [WORD...]
       dkim.py BATON --compare     prints every message that one of them judges otherwise, as a table
"""
import collections
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

import dkim_kit
import kit
import spf_kit

kit.alone()

BATON = str(pathlib.Path(sys.argv[1]).absolute())
FORMS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")
HEAD = (b"From: Anna Berg <anna@a.example>\r\nTo: b@b.example\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
        b"Message-ID: <1@a.example>\r\nSubject: About  the\r\n garden \r\nX-Other: 1\r\n\r\n")
BODIES = {
    "plain": b"Hello.\r\nBye.\r\n",
    "none": b"",
    "empty lines": b"\r\n\r\n",
    "no line end": b"Hello.",
    "blanks": b" a \t b  \r\n\r\n \r\nc\t\r\n\r\n\r\n",
    "8 bits": b"Gr\xc3\xbc\xc3\x9fe \xff\r\n",
    "long": (b"x" * 900 + b"  \r\n") * 200,
}
# The unit test has a public suffix list of its own, and no library for names in other scripts.
NOT_HERE = ("a registry's domain", "a registry's domain, one author of two", "a registry's own mail",
            "a name in another script, no library")
POLICY = ("DKIM_FROM_ADDED", "DKIM_BODY_UNSIGNED", "DKIM_SUFFIX_DOMAIN")


def ours(path, server):
    done = subprocess.run([BATON, "dkim", "--json", "--at", str(dkim_kit.NOW), "--resolver", f"127.0.0.1:{server.port}",
                           "--timeout", "10", path], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode not in (0, 1, 3):
        raise AssertionError(f"{path}: {done.returncode} {done.stderr}")
    said = json.loads(done.stdout)
    return said["result"], said["signatures"][0]["reason"] if said["signatures"] else None


def server():
    """On a port that is free over UDP and over TCP."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            return spf_kit.Server(spf_kit.Zone(b""))
    raise RuntimeError("no port is free")


class Bench:
    """A DNS server, a directory, and the verifiers, which all see the same zone."""

    def __enter__(self):
        gone = dkim_kit.missing()
        if gone:
            raise kit.Skip("not installed: " + ", ".join(gone))
        self.directory = tempfile.TemporaryDirectory()
        self.place = pathlib.Path(self.directory.name)
        self.ring = dkim_kit.keys(self.place)
        self.server = server()
        self.server.__enter__()
        self.others = {"dkimpy": dkim_kit.DkimPy(), "OpenDKIM": dkim_kit.OpenDkim(self.place),
                       "Mail::DKIM": dkim_kit.MailDkim(self.server.port)}
        return self

    def __exit__(self, *_):
        for other in self.others.values():
            other.close()
        self.server.__exit__()
        self.directory.cleanup()

    def zone(self, script):
        self.server.zone = spf_kit.Zone(script)

    def judge(self, message):
        """(our result, our reason, {name: theirs})."""
        path = self.place / "message"
        path.write_bytes(message)
        result, reason = ours(path, self.server)
        return result, reason, {n: o.verify(path, self.server.zone) for n, o in self.others.items()}


def signed(bench):
    """(label, form, message) of all signers, forms, bodies and keys."""
    rsa, small, ed = (bench.ring["SIGNER_" + n] for n in ("RSA", "RSA_1024", "ED25519"))
    for form in FORMS:
        for what, body in BODIES.items():
            message = HEAD + body
            for key in (rsa, ed, small):
                yield f"dkimpy {form} {key.name}, {what}", form, key, dkim_kit.dkimpy_signed(key, form, message)
            made = dkim_kit.opendkim_signed(bench.place, rsa, form, message)
            if made:
                yield f"OpenDKIM {form}, {what}", form, rsa, made
            if what != "no line end" or form.endswith("/relaxed"):  # it does not add the CRLF that section 3.4.3 wants
                made = dkim_kit.mail_dkim_signed(rsa, "rsa-sha256", form, message)
                if made:
                    yield f"Mail::DKIM {form}, {what}", form, rsa, made


def record_of(key):
    kind = b"ed25519" if key.ed25519 else b"rsa"
    return b"sel._domainkey.a.example TXT v=DKIM1; k=" + kind + b"; p=" + key.public(bare=key.ed25519)


# What is done to a message on its way, and whether the signature holds then, by header and body form.
CHANGES = (
    ("nothing", b"", b"", lambda h, b: True),
    ("a field on top", b"DKIM-Signature:", b"Received: by x.example\r\nDKIM-Signature:", lambda h, b: True),
    ("blanks in Subject", b"About  the", b"About the", lambda h, b: h == "relaxed"),
    ("a fold in Subject", b"the\r\n garden", b"the garden", lambda h, b: h == "relaxed"),
    ("the case of a name", b"Subject:", b"SUBJECT:", lambda h, b: h == "relaxed"),
    ("a word of Subject", b"garden", b"pardon", lambda h, b: False),
    ("another From", b"anna@a.example>", b"otto@a.example>", lambda h, b: False),
    ("no To", b"\r\nTo: b@b.example", b"", lambda h, b: False),
    ("a line of text added", None, b"\r\nBuy!\r\n", lambda h, b: False),
    ("empty lines added", None, b"\r\n\r\n", lambda h, b: True),
    ("a From on top", b"DKIM-Signature:", b"From: x@y.example\r\nDKIM-Signature:", lambda h, b: False),
)


def changed(message, find, by):
    if find is None:
        return message + (b"" if message.endswith(b"\r\n") else b"\r\n") + by
    return message.replace(find, by, 1)


def all_messages(bench):
    """(label, message, zone, does it pass, the reason or None, passes by the letter)."""
    for label, form, key, message in signed(bench):
        for what, find, by, holds in CHANGES:
            if what != "nothing" and ", plain" not in label and ", blanks" not in label:
                continue
            header, body = form.split("/")
            yield f"{label}: {what}", changed(message, find, by), record_of(key), holds(header, body), None, \
                what == "a From on top"
    for table, label, key, tags, record, message, find, by, reason in dkim_kit.cases():
        if label.decode() in NOT_HERE:
            continue
        first, line_end, rest = message.partition(b"\r\n")  # OpenDKIM wants a Date
        message = first + line_end + b"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n" + rest
        whole = dkim_kit.sign(bench.ring[key], tags, message).replace(find, by, 1) if find else \
            dkim_kit.sign(bench.ring[key], tags, message)
        yield f"{table}: {label.decode()}", whole, dkim_kit.zone_of(record, bench.ring), reason == "DKIM_OK", reason, \
            reason in POLICY


def reason_id(name):
    """The id that the enumerator of a reason has."""
    text = (spf_kit.TOP / "src/mailauth/dkim_reason.c").read_text()
    at = text.index(f"[{name}] = ")
    return text[at:].split('"')[1]


def compare():
    """Every message, with what each says: (label, holds, reason, by the letter, (result, reason), theirs)."""
    with Bench() as bench:
        for label, message, zone, holds, reason, letter in all_messages(bench):
            bench.zone(zone)
            result, why, theirs = bench.judge(message)
            yield label, holds, reason, letter, (result, why), theirs


def verdicts():
    """Ours has no false pass and no false fail, and names the reason; the others are counted beside."""
    wrong, total, counts = [], 0, collections.defaultdict(collections.Counter)
    for label, holds, reason, letter, (result, why), theirs in compare():
        total += 1
        if (result == "pass") != holds:
            wrong.append(f"{label}: {result} ({why}), and it {'holds' if holds else 'does not hold'}")
        if reason and why != reason_id(reason):
            wrong.append(f"{label}: {why}, not {reason_id(reason)}")
        for name, said in theirs.items():
            passes = said.startswith("pass")
            if said == "not played":
                counts[name]["not played"] += 1
            elif passes and not holds:
                counts[name]["pass by the letter, not by prudence" if letter else "wrong pass"] += 1
            elif holds and not passes:
                counts[name]["wrong fail"] += 1
            else:
                counts[name]["right"] += 1
    print(f"{total} messages; baton: {total - len(wrong)} right")
    for name, count in counts.items():
        print(f"{name}: " + ", ".join(f"{n} {what}" for what, n in sorted(count.items())))
    assert total >= 150, total
    assert not wrong, "\n".join(wrong)


def table():
    """The differences, for a page."""
    rows = []
    for label, holds, reason, letter, (result, why), theirs in compare():
        if any(said.startswith("pass") != holds and said != "not played" for said in theirs.values()):
            rows.append((label, f"{result} ({why})", *theirs.values()))
    print("| message | baton | dkimpy | OpenDKIM | Mail::DKIM |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    if sys.argv[2:] == ["--compare"]:
        table()
    else:
        kit.main([verdicts])
