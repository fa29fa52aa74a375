#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton explain --log, as a user runs it: files, packed files, pipes, and logs that are being written.

usage: explain_log.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import gzip
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from lookup_kit import expect, main

BATON = pathlib.Path(sys.argv[1]).resolve()
PLACE = pathlib.Path(tempfile.mkdtemp())
GIVE_UP_S = 90
GIB = 1 << 30


def session(n, client="203.0.113.5", sender="anna@a.example", domain="far.example",
            words="554 5.7.1 <tom@{d}>: Relay access denied", minute=10):
    """A session of Postfix that was refused, without a login."""
    head = f"Nov 26 06:{minute:02}:{n % 60:02} mx postfix/smtpd[{1000 + n}]: "
    said = words.format(d=domain)
    return (f"{head}connect from unknown[{client}]\n"
            f"{head}NOQUEUE: reject: RCPT from unknown[{client}]: {said}; from=<{sender}> to=<tom@{domain}> proto=ESMTP "
            f"helo=<pc.a.example>\n"
            f"{head}disconnect from unknown[{client}] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4\n")


TWO = session(1) + session(2)
MANY = TWO + session(3, client="198.51.100.7", sender="bob@b.example") + session(
    4, words="550 5.1.1 <tom@{d}>: Recipient address rejected: User unknown in local recipient table")
NOT_MAIL = "Nov 26 06:10:01 mx cron[1]: (root) CMD (true)\n"


def run(*arguments, octets=None, status=0, env=None, **more):
    done = subprocess.run([BATON, "explain", *arguments], input=octets, capture_output=True, check=False, timeout=GIVE_UP_S,
                          env={**os.environ, **(env or {})}, **more)
    expect(done.returncode == status or status is None, f"{arguments} ends with {done.returncode}, not {status}", done.stderr, done.stdout[-600:])
    return done


def document(*arguments, octets=None, status=0):
    """Groups and totals; what holds for every document is looked at here."""
    done = run("--json", "--year", "2026", *arguments, octets=octets, status=status)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    groups, totals = lines[:-1], lines[-1]
    expect(all(line["schema"] == "baton.explain-log/1" for line in lines), "schema", lines)
    expect([line["type"] for line in lines] == ["group"] * len(groups) + ["totals"], "types", lines)
    expect(groups == sorted(groups, key=lambda group: -group["count"]), "the largest first", groups)
    if "--top" not in arguments:
        expect(sum(group["count"] for group in groups) == totals["refusals"], "the sum", totals)
        expect(len(groups) == totals["groups"], "the number", totals)
        expect(sum(cause["count"] for cause in totals["causes"]) == totals["refusals"], "by cause", totals)
    return groups, totals


def file(name, octets):
    path = PLACE / name
    path.write_bytes(octets.encode() if isinstance(octets, str) else octets)
    return str(path)


# ---- what is in it ----

def groups_and_totals():
    groups, totals = document("--log", file("log", MANY))
    expect(len(groups) == 3 and groups[0]["count"] == 2, "groups", groups)
    first = groups[0]
    for key, value in {"client": "203.0.113.5", "sender": "anna@a.example", "domain": "far.example", "error": 0,
                       "first": "2026-11-26T06:10:01", "last": "2026-11-26T06:10:02", "program": "Postfix"}.items():
        expect(first[key] == value, key, first)
    expect(first["cause"] and first["family"] and 0 < first["confidence"] <= 1, "a cause", first)
    expect("Relay access denied" in first["example"] and first["fix"]["steps"], "example and fix", first)
    expect("recipient-unknown" in [group["cause"] for group in groups], "another cause", groups)
    for key, value in {"lines": 12, "octets": len(MANY), "refusals": 4, "sessions": 4, "foreign": 0, "unread": 0, "cut": 0,
                       "exact": True, "files": 1, "broken": None}.items():
        expect(totals[key] == value, key, totals)


def the_text():
    said = run("--year", "2026", "--log", file("log", MANY)).stdout.decode()
    for words in ("4 refusals in 3 groups, 2026-11-26 06:10:01 to 2026-11-26 06:10:04", "client 203.0.113.5, from anna@a.example, "
                  "to far.example", "What to do:", "as in 1", "Read: 12 lines", "> Nov 26 06:10:01 mx postfix/smtpd[1001]: NOQUEUE"):
        expect(words in said or words == "as in 1", words, said)


OUTGOING = "Nov 26 06:20:01 mx postfix/smtp[77]: 4A1B2C3D4E: to=<tom@far.example>, relay={by}, delay=1, delays=0/0/0/1, dsn={dsn}, status={said}\n"
BY = "mx.far.example[203.0.113.9]"


def both_sides():
    """What this server refused, and what others refused: each with what can be done on this side."""
    log = file("log", session(1, words="550 5.1.1 <tom@{d}>: Recipient address rejected: User unknown in local recipient table")
               + OUTGOING.format(by=BY + ":25", dsn="5.1.1", said=f"bounced (host {BY} said: 550 5.1.1 <tom@far.example>: Recipient address "
                                 "rejected: User unknown in local recipient table (in reply to RCPT TO command))")
               + OUTGOING.format(by="smtp.up.example[203.0.113.8]:587", dsn="4.7.8", said="deferred (SASL authentication failed; server "
                                 "smtp.up.example[203.0.113.8] said: 535 5.7.8 Error: authentication failed)"))
    groups, _ = document("--log", log)
    got = {(group["cause"], group["side"]): group["fix"]["steps"][0] for group in groups}
    expect(len(got) == 3, "three groups", groups)
    expect("postmap -q ADDRESS" in got["recipient-unknown", "takes"], "its own tables", got)
    expect("spelling" in got["recipient-unknown", "sends"], "what one who sends can do", got)
    expect("smtp_sasl_password_maps" in got["wrong-credentials", "sends"], "its own login", got)
    expect(not any(group["unnamed"] for group in groups), "all have names", groups)
    said = run("--log", log).stdout.decode()
    for words in ("refused by this server", "refused by the recipient's server", "refused by the next server", "outgoing, to far.example"):
        expect(said.count(words) == (2 if words.startswith("outgoing") else 1), words, said)
    expect("1 by this server, 2 by others that it hands mail to." in said, "whose rules", said)
    expect("login refused" not in said, "no login of its users", said)
    expect("as in" not in said and "Careful:" in said, "each has its own steps", said)


def the_largest():
    groups, totals = document("--top", "1", "--log", file("log", MANY))
    expect(len(groups) == 1 and totals["groups"] == 3, "one group", groups, totals)
    said = run("--top", "1", "--log", file("log", MANY)).stdout.decode()
    expect("The largest group:" in said and " 2. " not in said, "one in text", said)


def since_and_until():
    log = file("log", TWO + session(5, minute=40))
    _, totals = document("--since", "2026-11-26 06:30", "--log", log)
    expect(totals["refusals"] == 1, "since", totals)
    _, totals = document("--until", "2026-11-26T06:30", "--log", log)
    expect(totals["refusals"] == 2, "until", totals)
    _, totals = document("--since", "2026-11-26 06:10:02", "--until", "2026-11-26 06:40", "--log", log)
    expect(totals["refusals"] == 1, "both", totals)


def nothing_was_refused():
    good = "Nov 26 06:10:01 mx postfix/smtpd[7]: connect from a.example[203.0.113.5]\n"
    expect("Nothing was refused" in run("--log", file("log", good)).stdout.decode(), "says so")
    document("--log", file("log", good))


def words_that_nobody_knows():
    log = file("log", session(1, words="554 5.9.9 Vorpal grommets"))
    groups, _ = document("--log", log, status=None)
    expect(groups[0]["cause"] in (None, "other-not-relay") and "Vorpal" in groups[0]["example"], "not known", groups)
    said = run("--log", log, status=0 if groups[0]["cause"] else 3).stdout.decode()
    expect("Vorpal" in said and " 9" not in said.split("% sure")[0][-4:], "in text", said)


def among_many_known_ones():
    """Shown with an example, also where the group is not among the largest."""
    said = run("--top", "1", "--log", file("log", TWO + session(9, words="554 5.9.9 Vorpal grommets"))).stdout.decode()
    expect("whose cause the words do not tell" in said and "Vorpal" in said, "told", said)


def no_secret_is_shown():
    line = ('Nov 26 06:10:01 mx smtpd[9]: 89eebf97bcc8b552 smtp failed-command command="AUTH PLAIN AGFubmEAdHVsaXAtbWFuaWE=" '
            'result="535 Authentication failed"\n')
    log = file("log", line.replace("smtp failed", "smtp connected address=203.0.113.5 host=<unknown>\n" + line[:50] + "smtp failed"))
    for flags in (("--json",), ()):
        said = run(*flags, "--log", log).stdout.decode()
        expect("AGFubm" not in said and "tulip" not in said, "hidden", said)


def octets_of_any_kind():
    """A terminal gets no control character, JSON stays JSON."""
    log = file("log", session(1, sender="a\x1b[31m\x07@a.example").encode() + session(2).encode().replace(b"anna", b"\xff\xc3\x28anna")
               + session(3).encode().replace(b"pc.a", b"pc\0a") + TWO.replace("\n", "\r\n").encode())
    _, totals = document("--log", log)
    expect(totals["refusals"] == 5 and totals["lines"] == 15, "all are read", totals)
    said = run("--log", log).stdout
    expect(not re.search(rb"[\0-\x09\x0b-\x1f\x7f]", said), "control characters", said)
    said.decode()


# ---- where it comes from ----

def packed_by_content():
    half = MANY.index("\n", len(MANY) // 2) + 1
    members = gzip.compress(MANY[:half].encode()) + gzip.compress(MANY[half:].encode())
    wanted = document("--log", file("log", MANY))[0]
    expect(document("--log", file("no-suffix", members))[0] == wanted, "members")
    expect(document("--log", "-", octets=members)[0] == wanted, "piped")
    expect(document("--log", "-", octets=MANY.encode())[0] == wanted, "plain")
    expect(document("--log", file("plain.gz", MANY))[0] == wanted, "a name that lies")


def packed_and_broken():
    members = gzip.compress((MANY * 200).encode(), mtime=0)
    for name, octets, words in (("cut", members[:-20], "end too early"), ("junk", members + b"junk", "behind its gzip data"),
                                ("bad", members[:len(members) // 2] + b"\xff\xff\xff\xff" + members[len(members) // 2:], "damaged"),
                                ("head", members[:12], "end too early")):
        path = file(name, octets)
        groups, totals = document("--log", path, status=2)
        expect(words in totals["broken"] and name in totals["broken"], words, totals)
        expect(name in ("head", "bad") or sum(group["count"] for group in groups) >= 700, "what could be read is told", totals)
        expect(words in run("--log", path, status=2).stderr.decode(), "on standard error")


def other_packers():
    for octets, words in ((b"\xfd7zXZ\0\0\4more", "xzcat"), (b"\x28\xb5\x2f\xfd more and more", "zstdcat"),
                          (b"BZh91AY&SY", "bzcat"), (b"LPKSHHRH\0\0\0\0", "journalctl")):
        expect(words in run("--log", file("packed", octets), status=2).stderr.decode(), words)


def several_files():
    """In the order in which they were written, whatever the order of their names."""
    old, new = file("log.1", gzip.compress(TWO.encode())), file("log", session(3))
    os.utime(old, (1, 1))
    groups, totals = document("--log", new, old)
    expect(groups[0]["count"] == 3 and totals["files"] == 2, "both", groups)
    expect(":01 mx" in groups[0]["example"], "the older is the first", groups)
    groups, totals = document("--log", new, "--log", str(PLACE / "none"), status=2)
    expect(groups[0]["count"] == 1 and "none" in totals["broken"], "one is not there", totals)


def nothing_to_read():
    for arguments, words in ((("--log", str(PLACE / "none")), "No such file"), (("--log", str(PLACE)), "directory"),
                             (("--log",), "--log"), (("--follow",), "--log FILE"), (("--top", "0", "--log", "x"), "--top"),
                             (("--since", "soon", "--log", "x"), "is no time"), (("--year", "26", "--log", "x"), "--year")):
        expect(words in run(*arguments, status=2).stderr.decode(), words, arguments)
    if os.geteuid() != 0:
        secret = file("secret", MANY)
        os.chmod(secret, 0)
        expect("Permission denied" in run("--log", secret, status=2).stderr.decode(), "no right to it")


def nothing_about_mail():
    for octets in (b"", b"\n", NOT_MAIL.encode() * 50, bytes(range(256)) * 500, b"\0" * 100000, b"no line end"):
        done = run("--log", "-", octets=octets, status=3)
        expect(b"There is no line" in done.stdout or b"Looked for lines of Postfix, Exim" in done.stdout.replace(b"\n", b" "),
               "says what it looked for", octets[:20], done.stdout)
        document("--log", "-", octets=octets, status=3)


def a_fifo():
    path = PLACE / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(MANY.encode()))
    writer.start()
    groups, _ = document("--log", str(path))
    writer.join()
    expect(len(groups) == 3, "groups", groups)


def a_line_of_a_gibibyte():
    path = PLACE / "sparse"
    with open(path, "wb") as out:
        out.write(session(1).encode())
        out.truncate(GIB)
        out.seek(GIB)
        out.write(b"\n" + session(2).encode())
    groups, totals = document("--log", str(path))
    path.unlink()
    expect(groups[0]["count"] == 2 and totals["cut"] == 1 and totals["octets"] > GIB, "the lines around it", totals)


def a_long_line_by_a_pipe():
    child = subprocess.Popen([BATON, "explain", "--json", "--log", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write(session(1).encode() + b"Nov 26 06:10:01 mx postfix/smtpd[1]: ")
    for _ in range(64):
        child.stdin.write(b"x\xff\0y" * (1 << 18))
    child.stdin.write(b"\n" + session(2).encode())
    child.stdin.close()
    totals = json.loads(child.stdout.read().splitlines()[-1])
    expect(child.wait() == 0 and totals["refusals"] == 2 and totals["cut"] == 1, "the lines around it", totals)


def nowhere_to_write():
    with open("/dev/full", "wb") as full:
        for flags in (("--json",), ()):
            done = subprocess.run([BATON, "explain", *flags, "--log", file("log", MANY)], stdout=full, stderr=subprocess.PIPE,
                                  check=False)
            expect(done.returncode == 2 and b"could not be written" in done.stderr, "told", done)


def a_terminal_has_a_bar():
    for term, shown in (("xterm", True), ("dumb", False)):
        master, slave = pty.openpty()
        child = subprocess.Popen([BATON, "explain", "--log", file("log", MANY)], stdout=subprocess.DEVNULL, stderr=slave,
                                 env={**os.environ, "TERM": term})
        os.close(slave)
        screen = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            screen += piece
        os.close(master)
        expect(child.wait() == 0, "status")
        expect((b"####" in screen and b"lines/s" in screen and screen.endswith(b"\r\x1b[K")) == shown, "a bar, gone at the end", screen)
        expect(shown or not screen, "nothing where it cannot be moved", screen)
    done = run("--log", file("log", MANY))
    expect(not done.stderr, "nothing where there is no terminal", done.stderr)


# ---- while it is written ----

class Follower:
    all = []

    def __init__(self, *arguments, **options):
        self.child = subprocess.Popen([BATON, "explain", "--follow", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      **options)
        Follower.all.append(self.child)
        self.said = b""

    def until(self, count, words=b'"type":"refusal"'):
        """Until it has said the words so often."""
        end = time.monotonic() + GIVE_UP_S
        while self.said.count(words) < count:
            expect(time.monotonic() < end, f"never says {words} {count} times", self.said)
            if select.select([self.child.stdout], [], [], 0.2)[0]:
                piece = os.read(self.child.stdout.fileno(), 65536)
                expect(piece, "it has ended", self.said, self.child.stderr.read() if not piece else b"")
                self.said += piece

    def reads_from(self, path, octets):
        """Until it stands so far into the file."""
        at, end = f"/proc/{self.child.pid}", time.monotonic() + GIVE_UP_S
        while True:
            expect(time.monotonic() < end, f"never reads {path} from {octets}", self.said)
            with contextlib.suppress(FileNotFoundError):         # it was closed just now
                for fd in os.listdir(f"{at}/fd"):
                    if os.readlink(f"{at}/fd/{fd}") == os.path.realpath(path) and \
                            f"pos:\t{octets}\n" in pathlib.Path(f"{at}/fdinfo/{fd}").read_text("ascii"):
                        return
            time.sleep(0.01)

    def end(self, signal_number=signal.SIGINT):
        if signal_number:
            self.child.send_signal(signal_number)
        out, err = self.child.communicate(timeout=GIVE_UP_S)
        self.said += out
        expect(self.child.returncode == 0, "status", self.child.returncode, err)
        return self.said


def counted(said):
    lines = [json.loads(line) for line in said.splitlines()]
    return sum(line["count"] for line in lines if line["type"] == "group"), lines[-1]


def append(path, text):
    with open(path, "a", encoding="utf-8") as out:
        out.write(text)


def begun(path):
    """Follows the file from now on: a follower, and how many refusals were written until it told one."""
    baton, n = Follower("--json", "--year", "2026", "--log", str(path)), 0
    while b'"type":"refusal"' not in baton.said and n < 300:
        n += 1
        append(path, session(n, minute=1))
        if select.select([baton.child.stdout], [], [], 0.3)[0]:
            baton.said += os.read(baton.child.stdout.fileno(), 65536)
    return baton, n


def followed_from_here():
    """What was there is counted and not told; half a line waits for the other half."""
    path = PLACE / "follow"
    path.write_text(session(1, minute=0) + session(2, minute=0), encoding="utf-8")
    baton, n = begun(path)
    late = session(3, minute=2)
    append(path, late[:150])
    time.sleep(0.7)                                    # it has looked meanwhile, as a rule
    append(path, late[150:])
    baton.until(1, b'"last":"2026-11-26T06:02')
    count, totals = counted(baton.end())
    expect(count == totals["refusals"] == n + 3, "counted once", n, totals)
    expect(b"06:00:01 mx" not in baton.said.split(b'"type":"group"')[0], "what was there is not told", baton.said)


def turned(name, change, wanted, *more):
    """A followed file, and what `change` does to it."""
    path = PLACE / name
    path.write_text("", encoding="utf-8")
    baton, n = begun(path)
    change(path, baton)
    _, totals = counted(baton.end(*more))
    expect(totals["refusals"] == n + wanted, "none is lost, none is counted twice", n, totals)
    expect(totals["broken"] is None, "unbroken", totals)


def followed_over_a_rename():
    def change(path, baton):
        append(path, session(1, minute=2))
        path.rename(f"{path}.1")
        append(f"{path}.1", session(2, minute=2))      # the writer has not been told yet
        path.write_text(session(3, minute=2), encoding="utf-8")
        append(f"{path}.1", session(4, minute=2))
        append(path, session(5, minute=2))
        baton.until(5, b'"last":"2026-11-26T06:02')
    turned("rename", change, 5)


def followed_after_it_was_emptied():
    def change(path, baton):
        os.truncate(path, 0)
        baton.reads_from(path, 0)                      # a file that is long again before it is looked at cannot be told apart
        append(path, session(1, minute=2))
        baton.until(1, b'"last":"2026-11-26T06:02')
    turned("emptied", change, 1)


def followed_after_it_was_gone():
    def change(path, baton):
        path.unlink()
        time.sleep(1)                                  # it has looked meanwhile, as a rule
        path.write_text(session(1, minute=2), encoding="utf-8")
        baton.until(1, b'"last":"2026-11-26T06:02')
    turned("gone", change, 1, signal.SIGTERM)


def followed_on_standard_input():
    baton = Follower("--json", "--log", "-", stdin=subprocess.PIPE)
    baton.child.stdin.write(session(1).encode())
    baton.child.stdin.flush()
    baton.until(1)
    baton.child.stdin.write(session(2).encode())
    baton.child.stdin.flush()
    baton.until(2)
    baton.child.stdin.close()
    baton.child.stdin = None
    count, _ = counted(baton.end(None))
    expect(count == 2, "the end is the end", baton.said)


def followed_in_words():
    baton = Follower("--log", "-", stdin=subprocess.PIPE)
    baton.child.stdin.write(session(1).encode() + session(2).encode())
    baton.child.stdin.flush()
    baton.until(1, b"(2)")
    said = baton.end().decode()
    for words in ("(new, 1)", "client 203.0.113.5, from anna@a.example, to far.example", "What to do:", "2 refusals in 1 group"):
        expect(words in said, words, said)


def packed_is_not_followed():
    done = run("--follow", "--log", file("packed", gzip.compress(MANY.encode())), status=2)
    expect(b"leave out --follow" in done.stderr and b"4 refusals" in done.stdout, "told", done)


if __name__ == "__main__":
    try:
        main([groups_and_totals, the_text, both_sides, the_largest, since_and_until, nothing_was_refused, words_that_nobody_knows,
              among_many_known_ones, no_secret_is_shown, octets_of_any_kind, packed_by_content, packed_and_broken, other_packers,
              several_files, nothing_to_read, nothing_about_mail, a_fifo, a_line_of_a_gibibyte, a_long_line_by_a_pipe,
              nowhere_to_write, a_terminal_has_a_bar, followed_from_here, followed_over_a_rename, followed_after_it_was_emptied,
              followed_after_it_was_gone, followed_on_standard_input, followed_in_words, packed_is_not_followed])
    finally:
        for left in Follower.all:                      # of a case that failed
            left.kill()
            left.wait()
        shutil.rmtree(PLACE, ignore_errors=True)
