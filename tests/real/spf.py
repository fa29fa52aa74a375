#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton spf beside the commands of libspf2, pyspf and Mail::SPF, against one DNS server, over the cases of the unit
tests (src/mailauth/spf_*.inc).

usage: spf.py BATON [WORD...]      the others need root: a network and a mount namespace of their own, since they ask
                                   the server of /etc/resolv.conf and no other
       spf.py BATON --compare      prints every case in which one of them answers otherwise, as a table
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import kit
import spf_kit

kit.alone()

BATON = str(pathlib.Path(sys.argv[1]).absolute())
COMMON, RECORDS, MACROS, WORLD, EXPLANATIONS = spf_kit.tables()
CLIENT, HELO = b"192.0.2.1", b"out.shop.example"
OTHERS = {
    "libspf2": lambda ip, helo, sender: ["spfquery.libspf2", "--ip", ip, "--helo", helo, "--sender", sender],
    "pyspf": lambda ip, helo, sender: ["spfquery.pyspf", "--ip", ip, "--helo", helo, "--sender", sender],
    "Mail::SPF": lambda ip, helo, sender: (
        ["spfquery.mail-spf-perl", "--scope", "mfrom", "--identity", sender, "--ip-address", ip, "--helo-identity", helo]
        if sender else
        ["spfquery.mail-spf-perl", "--scope", "helo", "--identity", helo, "--ip-address", ip]),
}
LIMIT_S = 120


def ask(server, ip, helo, sender, timeout_s=60):
    done = subprocess.run([BATON, "spf", "--ip", ip, "--helo", helo, "--from", sender, "--receiver",
                           "mx.receiver.example", "--resolver", f"127.0.0.1:{server.port}", "--timeout", str(timeout_s), "--json"],
                          capture_output=True, timeout=LIMIT_S, check=False)
    if done.returncode not in (0, 1, 3):
        raise AssertionError(f"exit status {done.returncode}: {done.stderr.decode()}")
    said = json.loads(done.stdout)
    status = {"pass": 0, "temperror": 3}.get(said["result"], 1)
    if done.returncode != status:
        raise AssertionError(f"exit status {done.returncode} for {said['result']}")
    return said


def reason(name):
    return name.removeprefix("SPF_").lower().replace("_", "-")


def all_cases():
    """(name, zone, ip, helo, from, result, reason or None, explanation or None)"""
    for record, result, why, ip in RECORDS:
        zone = b"shop.example TXT " + record + b"\n" + COMMON
        yield record.decode("latin-1"), zone, ip or CLIENT, HELO, b"ann@shop.example", result, why, None
    for name, ip, helo, sender, result, why in WORLD:
        yield name.decode(), COMMON, ip, helo, sender, result, why, None
    for text, words, ip, helo, sender in MACROS:
        zone = (b"deep.shop.example TXT v=spf1 -all exp=why.shop.example\nwhy.shop.example TXT " + text + b"\n" + COMMON)
        if b"%{t}" not in text and b"%{T}" not in text:
            yield (text.decode("latin-1"), zone, ip or CLIENT, helo or HELO,
                   b"strong-bad+x@deep.shop.example" if sender is None else sender, "AUTH_FAIL", "SPF_MATCHED", words)
    for sender, words, result in EXPLANATIONS:
        yield sender.decode(), COMMON, CLIENT, HELO, sender, result, None, words


def word(result):
    return result.removeprefix("AUTH_").lower()


def ours():
    """Every case through DNS as it is spoken: result, reason and explanation."""
    wrong = []
    with spf_kit.Server(spf_kit.Zone(COMMON)) as server:
        for name, zone, ip, helo, sender, result, why, words in all_cases():
            server.zone = spf_kit.Zone(zone)
            said = ask(server, ip, helo, sender, 2 if result == "AUTH_TEMPERROR" else 15)    # those alone wait for nobody's answer
            if said["result"] != word(result) or (why and said["reason"] != reason(why)) or \
                    said["explanation"] != (None if words is None else words.decode()):
                wrong.append(f"{name}: {said['result']} {said['reason']} {said['explanation']!r}")
    if wrong:
        raise AssertionError("\n".join(wrong))


def other_result(name, argv):
    try:
        done = subprocess.run(argv, capture_output=True, timeout=LIMIT_S, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "never ends"
    if done.returncode < 0:
        return f"dies of signal {-done.returncode}"
    text = done.stdout.decode("latin-1")
    # libspf2's command: its errors first; both kinds of error are "(invalid)".
    errors, _, rest = text.rpartition("EndError\n") if text.startswith("StartError") else ("", "", text)
    first = rest.split("\n", 1)[0].strip().lower()
    if first == "(invalid)":
        return "temperror" if "ErrorCode: (26)" in errors else "permerror"
    m = re.match(r"(pass|fail|softfail|neutral|none|temperror|permerror)", first)
    return m.group(1) if m else "no answer" + (f" ({first[:40]})" if first else "")


def compare():
    """Every difference, as (case, ours, {name: theirs})."""
    differences, counts = [], {name: 0 for name in OTHERS}
    total = 0
    with spf_kit.Server(spf_kit.Zone(COMMON), port=53) as server, \
            concurrent.futures.ThreadPoolExecutor(len(OTHERS)) as pool:
        for name, zone, ip, helo, sender, result, _, _ in all_cases():
            if b"\0" in helo + sender:
                continue
            # Silence costs pyspf 20 s a question; to a failure it says the same at once.
            server.zone = spf_kit.Zone(zone.replace(b" TIMEOUT", b" SERVFAIL"))
            argvs = {o: [a if isinstance(a, bytes) else a.encode() for a in make(ip, helo, sender)]
                     for o, make in OTHERS.items()}
            theirs = dict(zip(OTHERS, pool.map(lambda o: other_result(o, argvs[o]), OTHERS)))
            total += 1
            for o in OTHERS:
                counts[o] += theirs[o] == word(result)
            if any(t != word(result) for t in theirs.values()):
                differences.append((name, word(result), theirs))
    return total, counts, differences


def inside(*words):
    """This script again, alone with a loopback of its own and a resolv.conf that names it."""
    missing = [argv("", "", "")[0] for argv in OTHERS.values() if not shutil.which(argv("", "", "")[0])]
    if missing:
        raise kit.Skip("not installed: " + ", ".join(missing))
    if os.geteuid() != 0 or not shutil.which("unshare"):
        raise kit.Skip("only root makes a namespace")
    with tempfile.TemporaryDirectory() as place:
        conf = pathlib.Path(place) / "resolv.conf"
        conf.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        script = f"ip link set lo up && mount --bind {conf} /etc/resolv.conf && exec \"$@\""
        done = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", script, "sh", sys.executable, __file__, BATON,
                               *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def others():
    """What the others answer is what docs/spf-compared.md says they do."""
    said = inside("--inside")
    sys.stdout.write(said)
    page = (spf_kit.TOP / "docs/spf-compared.md").read_text()
    for line in said.splitlines():
        if line.startswith("answers as") and line.split(": ")[1] not in page:
            raise AssertionError(f"docs/spf-compared.md does not say: {line}")


def speed():
    """One check, from start to end, by each command."""
    sys.stdout.write(inside("--speed"))


def run_speed():
    zone = b"shop.example TXT v=spf1 include:wide.example include:chain1.example a:other.example mx -all\n" + COMMON
    commands = {"baton spf": [BATON, "spf", "--ip", "203.0.113.77", "--helo", "h.example", "--from", "a@shop.example",
                              "--resolver", "127.0.0.1"]}
    commands |= {o: make("203.0.113.77", "h.example", "a@shop.example") for o, make in OTHERS.items()}
    with spf_kit.Server(spf_kit.Zone(zone), port=53):
        for name, argv in commands.items():
            times = []
            for _ in range(15):
                began = time.monotonic()
                subprocess.run(argv, capture_output=True, check=False)
                times.append(time.monotonic() - began)
            print(f"{name}: {sorted(times)[7] * 1000:.0f} ms (median of 15)")


if "--inside" in sys.argv or "--compare-inside" in sys.argv:
    total, counts, differences = compare()
    for o, n in counts.items():
        print(f"answers as we do: {o} {n} of {total}")
    if "--compare-inside" in sys.argv:
        for name, result, theirs in differences:
            print(f"| `{name}` | {result} | " + " | ".join(t if t != result else "" for t in theirs.values()) + " |")
elif "--compare" in sys.argv:
    print(inside("--compare-inside"))
elif "--speed" in sys.argv:
    run_speed()
else:
    kit.main([ours, others, speed])
