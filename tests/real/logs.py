#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Logs that real servers wrote about real traffic: Postfix, Exim and OpenSMTPD of the lab, in a network of their own.

Mail of many kinds is sent, most of it to be refused, from many addresses under many names. What was sent is known, and so
`baton explain --log` must count it: each refusal under its cause, client, sender and recipient domain, and who logged in
and was refused apart from who never did.
"""
import contextlib
import gzip
import json
import pathlib
import signal
import subprocess
import sys
import time

import kit
import logs_kit

BATON = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
COUNT = 40                    # mails of a kind
PATIENCE_S = 60
WORLD = None                  # place and certificates of the run
SEEN = {}                     # server: mails sent, octets of its log


def explain(*arguments, octets=None, status=0):
    """The groups and the totals."""
    done = subprocess.run([BATON, "explain", "--json", "--log", *arguments], input=octets, capture_output=True, check=False)
    assert done.returncode == status, f"status {done.returncode}: {done.stderr.decode()}{done.stdout.decode()[-500:]}"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]


def log_of(name):
    """What the server has logged about the traffic, which is made once."""
    if name not in SEEN:
        cell = logs_kit.SERVERS[name]
        if not logs_kit.is_built(cell):
            raise kit.Skip(f"the root of {name} could not be built")
        place, certificates = WORLD
        mails = logs_kit.plan(COUNT)
        with logs_kit.cells.running(cell, place, certificates) as box:
            logs_kit.send_all(cell, mails)
            SEEN[name] = mails, logs_kit.as_syslog(box, logs_kit.settled(box))
        (place / f"{name}.log").write_bytes(SEEN[name][1])
    return SEEN[name]


def right(name, mails, groups, totals):
    faults = logs_kit.compare(name, mails, groups)
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:20])
    wanted = sum(logs_kit.KINDS[mail.kind].refused for mail in mails)
    assert totals["refusals"] == wanted == sum(group["count"] for group in groups), (totals, wanted)
    assert totals["unread"] == 0 and totals["exact"], totals


def counted(name):
    mails, octets = log_of(name)
    place, _ = WORLD
    groups, totals = explain(place / f"{name}.log")
    right(name, mails, groups, totals)
    if name != "exim":                                 # Exim tells a login only with what it was for
        logins, refused = (sum(mail.kind in kinds for mail in mails) for kinds in (("logged-in", "not-owned"), ("wrong-password",)))
        assert (totals["logins"], totals["logins_refused"]) == (logins, refused), totals
    assert totals["lines"] == octets.count(b"\n") and totals["octets"] == len(octets), totals
    assert not any(logs_kit.PASSWORD in json.dumps(group) for group in groups)


def postfix_is_counted():
    counted("postfix")


def exim_is_counted():
    counted("exim")


def opensmtpd_is_counted():
    counted("opensmtpd")


def packed_and_piped():
    """The same octets by other ways give the same groups."""
    mails, octets = log_of("postfix")
    place, _ = WORLD
    plain = explain(place / "postfix.log")
    half = octets.index(b"\n", len(octets) // 2) + 1
    members = gzip.compress(octets[:half]) + gzip.compress(octets[half:])
    (place / "packed").write_bytes(members)
    for arguments, piped in (((place / "packed",), None), (("-",), octets), (("-",), members)):
        groups, totals = explain(*arguments, octets=piped)
        assert groups == plain[0] and totals["refusals"] == plain[1]["refusals"], arguments
        right("postfix", mails, groups, totals)


def rotated_files():
    """The old half packed, the new one not, named in a shell's order."""
    mails, octets = log_of("exim")
    place, _ = WORLD
    half = octets.index(b"\n", len(octets) // 2) + 1
    old, new = place / "mainlog.1.gz", place / "mainlog"
    old.write_bytes(gzip.compress(octets[:half]))
    time.sleep(1.1)                                    # of different seconds
    new.write_bytes(octets[half:])
    groups, totals = explain(new, old)
    right("exim", mails, groups, totals)


def watching(baton):
    """Waits until it has read what was there and looks for more."""
    files, end = pathlib.Path(f"/proc/{baton.pid}/fd"), time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(FileNotFoundError):    # one that is just closed
            if any("inotify" in str(file.readlink()) for file in files.iterdir()):
                break
        assert baton.poll() is None and time.monotonic() < end, "it does not watch"
        time.sleep(0.05)
    time.sleep(1)


def followed(name):
    """While the server writes, its log is renamed and begun anew; nothing is lost, and each refusal is told."""
    cell = logs_kit.SERVERS[name]
    if not logs_kit.is_built(cell):
        raise kit.Skip(f"the root of {name} could not be built")
    place, certificates = WORLD
    mails = [mail for mail in logs_kit.plan(20) if mail.kind != "wrong-password"]
    with logs_kit.cells.running(cell, place, certificates) as box:
        logs_kit.send_all(cell, mails[:20])
        logs_kit.settled(box)
        told = place / "told"
        with open(told, "wb") as out:
            baton = subprocess.Popen([BATON, "explain", "--json", "--follow", "--log", logs_kit.log_path(box)], stdout=out,
                                     stderr=subprocess.PIPE)
        watching(baton)
        try:
            third = len(mails) // 3
            logs_kit.send_all(cell, mails[20:third * 2])
            logs_kit.rotate(box)
            logs_kit.send_all(cell, mails[third * 2:])
            wanted = sum(logs_kit.KINDS[mail.kind].refused for mail in mails)
            before = sum(logs_kit.KINDS[mail.kind].refused for mail in mails[:20])
            end = time.monotonic() + PATIENCE_S
            while told.read_bytes().count(b'"type":"refusal"') < wanted - before and time.monotonic() < end:
                time.sleep(0.1)
        finally:
            baton.send_signal(signal.SIGINT)
            complaint = baton.communicate(timeout=PATIENCE_S)[1]
    assert baton.returncode == 0, complaint
    lines = [json.loads(line) for line in told.read_bytes().splitlines()]
    groups = [line for line in lines if line["type"] == "group"]
    right(name, mails, groups, lines[-1])
    assert sum(line["type"] == "refusal" for line in lines) == wanted - before


def postfix_is_followed():
    followed("postfix")


def exim_is_followed():
    followed("exim")


def main():
    global WORLD
    why = logs_kit.enter()
    if why:
        sys.exit(f"logs: {why}")
    with logs_kit.world() as WORLD:
        kit.main([postfix_is_counted, exim_is_counted, opensmtpd_is_counted, packed_and_piped, rotated_files,
                  postfix_is_followed, exim_is_followed])


if __name__ == "__main__":
    main()
