# SPDX-License-Identifier: ISC
"""A list of cases against real programs, one line a case in the form that tools/tally counts.

A case is a function; what it returns is not looked at, what it raises fails it. Skip says why a case
cannot run here; tests/skips must list it as "real/FILE.CASE".
"""
import concurrent.futures
import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time
import traceback


ALONE = "BATON_TEST_ALONE"


class Skip(Exception):
    pass


def alone():
    """Starts the test anew in a network of its own, where loopback is the only interface and no port is anybody else's.
    Only root can; where it cannot, or the system forbids it, the test goes on where it is."""
    if ALONE in os.environ:
        loopback_up()
    elif os.geteuid() == 0 and subprocess.run(["unshare", "--net", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0:
        os.environ[ALONE] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--", sys.executable, *sys.argv])


def loopback_up():
    """netdevice(7): SIOCSIFFLAGS with IFF_UP and IFF_RUNNING."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))


def play(case, name):
    """What came of it: "ok", "FAIL" or "SKIP", and the line that says so."""
    began = time.monotonic()
    try:
        case()
    except Skip as why:
        return "SKIP", f"SKIP {name}: {why}\n"
    except Exception:
        return "FAIL", f"FAIL {name}\n{traceback.format_exc()}\n"
    return "ok", f"ok   {name} ({time.monotonic() - began:.1f} s)\n"


def run(case, room, again):
    """Each line is one write, as others may be at work. Where again is true, a case that failed is played twice more, and
    counts as passed when it passes both times; what went wrong at first is told."""
    name = f"{room}.{case.__name__.replace('_', '-')}"
    came, line = play(case, name)
    if came == "FAIL" and again:
        later = [play(case, name) for _ in range(2)]
        if all(each == "ok" for each, _ in later):
            at_first = "  ".join(line.splitlines(True)[1:])
            came, line = "ok", f"AGAIN {name}: failed, then passed twice; at first:\n  {at_first}{later[1][1]}"
    sys.stdout.write(line)
    sys.stdout.flush()
    return came


def main(cases, *beside, again=True):
    """Runs the cases whose names hold a word of the command line (behind the path of baton), or all. Further lists run
    beside the first, each in its own order. again: see run(); a case whose matter is chance has one try."""
    room = "real/" + pathlib.Path(sys.argv[0]).stem.replace("_", "-")
    words = sys.argv[2:]

    def in_order(row):
        return [run(case, room, again) for case in row
                if not words or any(word in case.__name__.replace("_", "-") for word in words)]

    with concurrent.futures.ThreadPoolExecutor(1 + len(beside)) as pool:
        came = [each for row in pool.map(in_order, (cases, *beside)) for each in row]
    print(f"{came.count('ok')} passed, {came.count('FAIL')} failed, {came.count('SKIP')} skipped")
    sys.exit(1 if "FAIL" in came else 0)
