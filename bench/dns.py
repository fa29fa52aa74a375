#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""bench/dns.py - questions a second: straight to a real name server, through a real resolver, and with signatures
checked, beside dig. All on loopback; nothing is asserted: numbers are printed. CPU is what the asking program used.

usage: bench/dns.py [BUILD [QUESTIONS [OPEN]]]      packages: ./run install dns bench
"""
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests" / "real"))
sys.dont_write_bytecode = True
import dns_kit  # noqa: E402

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build").absolute()
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
OPEN = int(sys.argv[3]) if len(sys.argv) > 3 else 128
HOSTS = 1000


def zone():
    return "\n".join(f"h{i} A 192.0.2.{i % 250 + 1}\nh{i} MX 10 mail.h{i}\nh{i} TXT \"v=spf1 mx -all\"" for i in range(HOSTS))


def names(count, domain):
    return [(f"h{i % HOSTS}.{domain}", ("A", "MX", "TXT")[i % 3]) for i in range(count)]


def ours(way, server, port, anchor, questions):
    done = subprocess.run([BUILD / "bench" / "dns", way, server, str(port), str(anchor), str(OPEN)], check=True, text=True,
                          capture_output=True, input="".join(f"{name} {kind}\n" for name, kind in questions))
    return done.stdout.strip()


def dig(server, port, questions, folder, flag):
    batch = pathlib.Path(folder) / "batch"
    batch.write_text("".join(f"{name} {kind}\n" for name, kind in questions))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["dig", f"@{server}", "-p", str(port), flag, "+short", "-f", batch], check=True, stdout=subprocess.DEVNULL)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{len(questions)} asked, {len(questions) / took:.0f} a second, {used * 1e6 / len(questions):.1f} us of CPU each"


def main():
    subprocess.run(["ninja", "-C", BUILD, "--quiet", "bench/dns"], check=True)
    with tempfile.TemporaryDirectory() as folder, dns_kit.Tree(pathlib.Path(folder)) as tree:
        plain = tree.zone("bulk.test", zone(), signed=False)
        tree.zone("signed.test", zone())
        tree.start()
        at, resolver = next(iter(plain.servers.values())), (tree.resolver_address, tree.resolver_port)
        many, few = names(COUNT, "bulk.test"), names(COUNT // 4, "bulk.test")
        signed = names(min(HOSTS * 3, COUNT), "signed.test")
        print(f"at most {OPEN} under way; dig asks one after the other")
        print("straight, ours:     ", ours("server", at, tree.port, tree.anchor, many))
        print("straight, dig -f:   ", dig(at, tree.port, few, folder, "+norecurse"))
        print("resolver, ours:     ", ours("resolver", *resolver, tree.anchor, many))
        print("resolver, dig -f:   ", dig(*resolver, few, folder, "+recurse"))
        print("validated, ours:    ", ours("validator", *resolver, tree.anchor, signed))


main()
