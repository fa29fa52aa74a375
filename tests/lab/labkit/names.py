# SPDX-License-Identifier: ISC
"""Real DNS for the cells that have a domain of their own: nsd for the root, for `example` and for the towns, unbound
in front of them, and a neighbour: a second mail server, which takes mail for most towns.

All of it lies at addresses of 127.53.0.0/16 on port 53, which the lab's network has for itself.
"""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import time

from . import postfix
from .rows import AUTHORITY
from .sandbox import Box, add_address, drop, listening, root_of, wait_until
from .situations import CLIENT, DOMAIN, OUTSIDE, RESOLVER

PARENT, OLD_PLACE, NEW_PLACE = "127.53.0.2", "127.53.0.3", "127.53.0.4"
NEIGHBOUR, NEIGHBOUR_HOST = "127.53.2.1", "mx.harbour.example"
SILENT, SILENT_HOST = "127.53.2.2", "mx.island.example"
PROGRAMS = ("nsd", "unbound")
LISTED = ".".join(reversed(CLIENT.split(".")))
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MAILBOXES = ("anna", "bob", "postmaster")
MX = 15
WEEK_S, NOW_S = 600_000, 300


def missing():
    """The programs that are not here."""
    return [name for name in PROGRAMS if not shutil.which(name, path=PATH)]


def zone(name, lines, servers=(("ns1", OLD_PLACE),), serial=1, ttl=NOW_S):
    head = [f"$ORIGIN {name}.", f"$TTL {ttl}", f"@ SOA ns1 hostmaster {serial} 3600 600 86400 {ttl}"]
    return "\n".join(head + [f"@ NS {host}\n{host} A {address}" for host, address in servers] + list(lines)) + "\n"


def leads_to(host):
    return [f"@ MX 10 {host}."]


class Town:
    """What DNS says of a cell's own domain: now, before, and at another place than the one that the parent names."""

    def __init__(self, cell):
        self.name, self.host, self.kind = cell.town, cell.host, cell.user.town
        self.address = cell.address

    @property
    def exists(self):
        return self.kind != "gone"

    def now(self):
        here, there = leads_to(self.host), leads_to(NEIGHBOUR_HOST)
        lines = {"here": here, "there": there, "moved": there, "two places": here, "null": ["@ MX 0 ."],
                 "nothing": ["@ TXT anything"], "silent": leads_to(SILENT_HOST)}[self.kind]
        if self.kind == "two places":            # the parent names one server, the zone there another
            return zone(self.name, ["ns1 A " + OLD_PLACE, *lines], servers=(("ns2", NEW_PLACE),))
        return zone(self.name, lines, serial=2)

    def before(self):
        return zone(self.name, leads_to(self.host), ttl=WEEK_S) if self.kind == "moved" else self.now()

    def elsewhere(self):
        if self.kind != "two places":
            return None
        return zone(self.name, leads_to(NEIGHBOUR_HOST), servers=(("ns2", NEW_PLACE),))

    @property
    def is_served_there(self):
        return self.kind not in ("here", "null", "nothing", "gone")


class Names:
    """The servers of DNS, and the neighbour, for these cells; gone on leaving."""

    def __init__(self, cells, scratch, certificates):
        self.towns = [Town(cell) for cell in cells]
        self.place = pathlib.Path(scratch) / "names"
        self.scratch, self.certificates = scratch, certificates
        self.processes = {}
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.stop)
            self.place.mkdir()
            self.place.chmod(0o755)
            self.write_zones()
            self.serve(PARENT, {".": "root", "example": "example"})
            fixed = (DOMAIN, "harbour.example", "island.example", OUTSIDE.partition("@")[2], "bl.lists.example")
            self.serve(OLD_PLACE, {name: name for name in (*fixed, *(t.name for t in self.towns if t.exists))})
            self.serve(NEW_PLACE, {t.name: t.name + ".elsewhere" for t in self.towns if t.elsewhere()} | {"new.example": "new"})
            self.resolve()
            self.age()
            drop(root_of(postfix.NAME), SILENT, 25)
            self.stack.enter_context(neighbour([t.name for t in self.towns if t.is_served_there], self.scratch,
                                               self.certificates))
            stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stack.close()
        for process in self.processes.values():
            process.kill()
            process.wait()

    # ---- zones ----

    def write(self, name, text):
        (self.place / name).write_text(text, encoding="ascii")

    def write_zones(self):
        self.write("root", zone("", [f"example. NS ns.example.\nns.example. A {PARENT}"], servers=(("ns1.", PARENT),)))
        delegations = [f"{name} NS ns1.{name}\nns1.{name} A {OLD_PLACE}"
                       for name in ("lab", "harbour", "island", "elsewhere", "bl.lists")]
        delegations += [f"{t.name}. NS ns1.{t.name}.\nns1.{t.name}. A {OLD_PLACE}" for t in self.towns if t.exists]
        self.write("example", zone("example", delegations, servers=(("ns1", PARENT), ("ns", PARENT))))
        self.write(DOMAIN, zone(DOMAIN, [f"@ MX 10 {NEIGHBOUR_HOST}.",
                                         *(f"{t.host}. A {t.address}" for t in self.towns)]))
        self.write("harbour.example", zone("harbour.example", [f"mx A {NEIGHBOUR}"]))
        self.write("island.example", zone("island.example", [f"mx A {SILENT}"]))
        outside = OUTSIDE.partition("@")[2]
        self.write(outside, zone(outside, leads_to(NEIGHBOUR_HOST)))
        self.write("bl.lists.example", zone("bl.lists.example", [
            "2.0.0.127 A 127.0.0.2", f"{LISTED} A 127.0.0.2", f'{LISTED} TXT "Listed, see https://lists.example/"']))
        self.write("new", zone("new.example", [], servers=(("ns1", NEW_PLACE),)))
        for t in self.towns:
            if t.exists:
                self.write(t.name, t.before())
            if t.elsewhere():
                self.write(t.name + ".elsewhere", t.elsewhere())

    def age(self):
        """The resolver asks about the towns that have moved, and then they move."""
        moved = [t for t in self.towns if t.kind == "moved"]
        for t in moved:
            ask(RESOLVER, t.name)
            self.write(t.name, t.now())
        if moved:
            self.processes[OLD_PLACE].send_signal(1)
            for t in moved:
                wait_until(lambda town=t: b"\x07harbour" in ask(OLD_PLACE, town.name), 100, f"{t.name} does not move")

    # ---- servers ----

    def spawn(self, name, *command):
        with open(self.place / f"{name}.log", "w", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log, cwd=self.place, env={"PATH": PATH})
        address = RESOLVER if name == "unbound" else name
        wait_until(lambda: self.processes[name].poll() is not None or listening(address, 53), 100, f"{name} does not listen")
        if self.processes[name].poll() is not None:
            raise RuntimeError(f"{command[0]}: {(self.place / f'{name}.log').read_text()[-600:]}")

    def serve(self, address, zones):
        rows = "".join(f'zone:\n  name: "{name}"\n  zonefile: "{self.place}/{file}"\n' for name, file in zones.items())
        self.write(f"{address}.conf", f"""\
server:
  ip-address: {address}
  username: ""
  chroot: ""
  pidfile: ""
  zonesdir: "{self.place}"
  database: ""
  xfrdfile: "{self.place}/{address}.xfrd"
  zonelistfile: "{self.place}/{address}.list"
  xfrdir: "{self.place}"
  server-count: 1
  refuse-any: no
remote-control:
  control-enable: no
{rows}""")
        self.spawn(address, "nsd", "-d", "-c", f"{self.place}/{address}.conf")

    def resolve(self):
        self.write("unbound.conf", f"""\
server:
  directory: "{self.place}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  interface: {RESOLVER}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  num-threads: 1
  module-config: "iterator"
  local-zone: "example." nodefault
  cache-max-ttl: {WEEK_S}
  qname-minimisation: no
remote-control:
  control-enable: no
stub-zone:
  name: "."
  stub-addr: {PARENT}
  stub-prime: no
""")
        self.spawn("unbound", "unbound", "-d", "-c", f"{self.place}/unbound.conf")


def ask(address, name, kind=MX):
    """One question over UDP; the answer as it came."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = b"\x2a\x2a\x01\x00\0\1\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\1"
    end = time.monotonic() + 100
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        while time.monotonic() < end:
            s.sendto(question, (address, 53))
            with contextlib.suppress(OSError):
                return s.recv(4096)
    raise TimeoutError(f"{address} does not answer about {name}")


@contextlib.contextmanager
def neighbour(towns, scratch, certificates):
    """A Postfix that takes mail for the towns, for MAILBOXES there and nobody else."""
    known = ", ".join(f"{name}=x" for name in MAILBOXES)
    row = postfix.Row(services=("smtp",), main={
        "mydestination": ", ".join(("localhost", DOMAIN, OUTSIDE.partition("@")[2], *towns)),
        "local_recipient_maps": f"inline:{{{known}}}"} | postfix.STRICT_RELAY)
    with Box(postfix, row, pathlib.Path(scratch) / "neighbour", NEIGHBOUR, NEIGHBOUR_HOST) as box:
        add_address(root_of(postfix.NAME), NEIGHBOUR)
        box.address6, box.town = None, ""
        made = certificates / f"{NEIGHBOUR_HOST}.pem"
        subprocess.run([pathlib.Path(__file__).resolve().parent.parent / "certs", "leaf", certificates, "good",
                        NEIGHBOUR_HOST, made], check=True)
        box.write(postfix.CERTIFICATE, made.read_text(encoding="ascii"), mode=0o640)
        box.write(AUTHORITY, (certificates / "ca.pem").read_text(encoding="ascii"))
        postfix.configure(box, row)
        box.start(postfix.ports(row))
        yield box
