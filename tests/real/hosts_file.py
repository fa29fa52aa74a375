#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The doctor where the system's own look-up and DNS do not agree: a real hosts file, nsswitch and resolv.conf, in
a network and a mount table of our own (as root), with a name server at 127.0.0.1 port 53 and servers on loopback.

usage: hosts_file.py BATON [WORD...]
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from kit import Skip, main                                          # noqa: E402
from name_server import A, NXDOMAIN, NameServer, record, reply      # noqa: E402
from peers import Authority, Site                                   # noqa: E402

BATON = os.path.abspath(sys.argv[1])
INSIDE = "BATON_TEST_INSIDE"
NAME, OTHER, USER, OUTSIDE = "mail.corp.arpa", "mx.stranger.arpa", "anna@corp.arpa", "bob@elsewhere.arpa"
MEANT, STRAY = "127.0.0.25", "127.0.0.66"
FILES = {"/etc/nsswitch.conf": "hosts: files dns\n", "/etc/resolv.conf": "nameserver 127.0.0.1\n",
         "/etc/hosts": "127.0.0.1 localhost\n"}


class Resolver(NameServer):
    """At port 53, where a program's resolver looks for it. It knows the one name."""

    def __init__(self):
        self.answer, self.asked, self.address, self.port = self.say, [], "127.0.0.1", 53
        self.addresses = []
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((self.address, self.port))
        threading.Thread(target=self._serve_udp, daemon=True).start()

    def say(self, query, name, kind, _):
        if name != NAME:
            return [reply(query, code=NXDOMAIN)]
        return [reply(query, [record(name, A, each) for each in self.addresses] if kind == A else [])]


def go_inside():
    """Once more, in namespaces of our own."""
    if os.geteuid() != 0:
        return
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", "--", sys.executable, *sys.argv])


def hosts(*lines):
    FILES_PLACE["/etc/hosts"].write_text(FILES["/etc/hosts"] + "".join(line + "\n" for line in lines))


def doctor(authority, port, *flags):
    run = subprocess.run([BATON, "doctor", USER, "--server", f"{NAME}:{port}", "--ports", "", "--security", "starttls",
                          "--ca", authority.pem, "--password-env", "P", "--to", OUTSIDE, "--json", "--timeout", "10", *flags],
                         capture_output=True, env={**os.environ, "P": "correct horse"}, timeout=60, check=False)
    assert run.stdout, run.stderr
    return json.loads(run.stdout)


def strength(d, cause):
    return next((c["strength"] for c in d["causes"] if c["cause"] == cause), None)


def played(hosts_lines, dns, names, listens):
    """What the doctor finds, with that hosts file and that in DNS, where a server with that certificate is."""
    if INSIDE not in os.environ:
        raise Skip("network and mount namespaces need root")
    hosts(*hosts_lines)
    with tempfile.TemporaryDirectory() as place, Site({USER: b"correct horse"}) as site:
        authority = Authority(place)
        peer = site.listen(listens, cert=authority.issue("peer", f"DNS:{names}"), name=names, trusted=names == NAME)
        RESOLVER.addresses = dns
        return doctor(authority, peer.port)


def leads_to_a_stranger():
    d = played([f"{STRAY} {NAME}"], ["198.51.100.4"], OTHER, STRAY)
    assert d["cause"] == "wrong-server" and d["strength"] == "likely", d["summary"]
    assert any("/etc/hosts" in s and STRAY in s and "198.51.100.4" in s for s in d["fix"]["steps"]), d["fix"]["steps"]
    used = [row["said"] for row in d["evidence"] if row["probe"] == "dns"]
    assert any("hosts file" in said and STRAY in said for said in used), used


def leads_nowhere():
    """Nobody listens at the address of the hosts file: that it is another one than DNS gives is said too."""
    d = played([f"{STRAY} {NAME}"], ["198.51.100.4"], NAME, MEANT)
    assert strength(d, "wrong-server") == "likely" and strength(d, "server-down"), d["causes"]


def says_the_same():
    d = played([f"{MEANT} {NAME}"], [MEANT], NAME, MEANT)
    assert d["verdict"] == "accepted" and not d["causes"], d["summary"]


def leads_elsewhere_and_it_is_the_right_one():
    """A server inside, by an address of its own, with the certificate of the name: nothing is wrong."""
    d = played([f"{MEANT} {NAME}"], ["198.51.100.4"], NAME, MEANT)
    assert d["verdict"] == "accepted" and not d["causes"], d["summary"]


def is_only_in_dns():
    d = played([], [MEANT], NAME, MEANT)
    assert d["verdict"] == "accepted", d["summary"]
    assert any(row["way"] == "system" and row["records"] for row in d["dns"]), d["dns"]


def is_nowhere():
    d = played([], [], NAME, MEANT)
    assert d["cause"] == "dns-failure", d["summary"]


if INSIDE not in os.environ:
    go_inside()
FILES_PLACE = {}
if INSIDE in os.environ:
    etc = pathlib.Path(tempfile.mkdtemp())
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for path, text in FILES.items():
        FILES_PLACE[path] = etc / path.replace("/", "-")
        FILES_PLACE[path].write_text(text)
        subprocess.run(["mount", "--bind", FILES_PLACE[path], os.path.realpath(path)], check=True)
    RESOLVER = Resolver()
main([leads_to_a_stranger, leads_nowhere, says_the_same, leads_elsewhere_and_it_is_the_right_one, is_only_in_dns, is_nowhere])
