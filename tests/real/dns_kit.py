# SPDX-License-Identifier: ISC
"""Real DNS on loopback, on ports other than 53: a tree of zones from a signed root down, served by nsd or knot,
and unbound as the caching, validating resolver in front of them. All that they write lies in one directory.

    with dns_kit.Tree(place) as tree:               # place: an empty pathlib.Path, as short as a socket wants it
        tree.zone("moved.test", "@ MX 10 mx.new.test.")
        tree.zone("plain.test", "@ TXT x", signed=False)
        tree.start()
        run(baton, "domain", "moved.test", *tree.flags)
        tree.change("moved.test", "@ MX 10 mx.newer.test.")   # unbound keeps what it has

Names of a zone are relative; SOA, NS and the servers' addresses are written by the tree. A zone's servers are
addresses of 127.53.0.0/16, all on one port (tree.port), which baton is told with --dns-port.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from ports import free_port          # noqa: E402

TTL = 300


def _run(*argv, **options):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def missing():
    """The programs that are not here, for a Skip."""
    return [p for p in ("nsd", "knotd", "unbound", "ldns-signzone", "ldns-keygen") if not shutil.which(p, path=_PATH)]


_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def _query(address, port, name, kind=6, seconds=1.0):
    """One question over UDP, by hand: what came back, or None."""
    labels = b"".join(bytes([len(x)]) + x.encode() for x in name.strip(".").split(".") if x)
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.settimeout(seconds)
        s.sendto(b"\x2a\x2a\x01\x00\0\1\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\1", (address, port))
        with contextlib.suppress(OSError):
            return s.recv(4096)
    return None


class Zone:
    """What stands in one zone, and who serves it."""

    def __init__(self, name, text, servers, signed, parent_servers, ds, ttl, serves):
        self.name, self.text, self.servers, self.signed = name, text, servers, signed
        self.parent_servers, self.ds, self.ttl, self.serves, self.serial = parent_servers, ds, ttl, serves, 1
        self.key = None

    @property
    def fqdn(self):
        return self.name + "." if self.name else "."


class Tree:
    """Zones, their servers and one resolver. Ends all that it started."""

    def __init__(self, place, server="nsd", validates=True, resolver_options=()):
        self.place, self.server, self.validates = pathlib.Path(place), server, validates
        self.resolver_options = resolver_options
        self.zones, self.processes, self.addresses = {}, {}, {}
        self.resolver_address, self.next_address = "127.53.0.1", 10
        self.port = self.resolver_port = None
        self.anchor = self.place / "root.ds"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.processes.values():
            p.terminate()
        for p in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                p.wait(5)
            p.kill()
            p.wait()

    @property
    def resolver(self):
        return f"{self.resolver_address}:{self.resolver_port}"

    @property
    def flags(self):
        """What baton is to be told."""
        return ["--resolver", self.resolver, "--dns-port", str(self.port), "--trust-anchor", str(self.anchor)]

    # ---- what there is ----

    def zone(self, name, text="", servers=None, signed=True, parent_servers=None, ds=True, ttl=TTL, serves=None):
        """servers: {host name: address}, None for one of the tree's; parent_servers: what the parent says instead;
        ds False: the parent keeps quiet about the keys; serves: only these of the servers answer for it (others
        are lame)."""
        if servers is None:
            servers = {f"ns.{name}" if name else "ns.root-servers.test": self.new_address()}
        self.zones[name] = Zone(name, text, servers, signed, parent_servers or servers, ds, ttl, serves)
        return self.zones[name]

    def new_address(self):
        self.next_address += 1
        return f"127.53.0.{self.next_address}"

    def _parent(self, name):
        """The zone above, among those there are."""
        while name:
            name = name.partition(".")[2]
            if name in self.zones:
                return name
        return None

    def _complete(self):
        """Top-level domains, and the root, that nobody wrote."""
        for name in list(self.zones):
            top = name.rpartition(".")[2]
            if top and top not in self.zones:
                self.zone(top)
        if "" not in self.zones:
            self.zone("")

    # ---- zone files ----

    def _text(self, z):
        lines = [f"$ORIGIN {z.fqdn}", f"$TTL {z.ttl}",
                 f"@ SOA {next(iter(z.servers))}. hostmaster.{z.fqdn.lstrip('.')} {z.serial} 3600 600 86400 {z.ttl}"]
        glue = {}
        for host, address in z.servers.items():
            lines.append(f"@ NS {host}.")
            glue[host] = address
        for child in self.zones.values():
            if child is z or self._parent(child.name) != z.name:
                continue
            for host, address in child.parent_servers.items():
                lines.append(f"{child.fqdn} NS {host}.")
                glue[host] = address
            if child.signed and child.ds:
                lines.append(self._ds(child))
        lines += [f"{host}. A {address}" for host, address in glue.items()
                  if not z.name or host == z.name or host.endswith("." + z.name)]
        return "\n".join(lines + [z.text]) + "\n"

    def _file(self, z):
        return self.place / f"zone.{z.name or 'root'}"

    def _write(self, z):
        path = self._file(z)
        if not z.signed:
            path.write_text(self._text(z))
            return
        plain = path.with_suffix(path.suffix + ".plain")
        plain.write_text(self._text(z))
        _run("ldns-signzone", "-f", path, "-o", z.fqdn, plain, z.key, cwd=self.place)

    def _key(self, z):
        if z.signed and not z.key:
            z.key = self.place / _run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", z.fqdn, cwd=self.place)

    def _ds(self, z):
        return pathlib.Path(f"{z.key}.ds").read_text().strip()

    def spoil(self, name, old, new):
        """Changes signed data behind the back of its signature, in the file that is served."""
        path = self._file(self.zones[name])
        text = path.read_text()
        if old not in text:
            raise RuntimeError(f"{name}: there is no {old!r} to spoil")
        path.write_text(text.replace(old, new))
        self._serve_anew(self.zones[name])

    def change(self, name, text):
        """Another text under a higher serial, served at once; the resolver keeps what it has."""
        z = self.zones[name]
        z.text, z.serial = text, z.serial + 1
        self._write(z)
        self._serve_anew(z)

    # ---- servers ----

    def _spawn(self, name, *argv):
        with open(self.place / f"{name}.log", "ab") as out:
            self.processes[name] = subprocess.Popen([str(a) for a in argv], stdout=out, stderr=out, cwd=self.place,
                                                    env={**os.environ, "PATH": _PATH})

    def _wait(self, name, address, port, question):
        end = time.monotonic() + 100
        while time.monotonic() < end:
            if self.processes[name].poll() is not None:
                break
            if _query(address, port, question, seconds=0.3):
                return
        raise RuntimeError(f"{name}: {(self.place / f'{name}.log').read_text()[-2000:]}")

    def _serve(self, address):
        """One server process at one address."""
        zones = [z for z in self.zones.values() if address in z.servers.values() and self._serves(z, address)]
        name = f"{self.server}.{address}"
        conf = self.place / f"{name}.conf"
        if self.server == "knot":
            conf.write_text(f"server:\n  rundir: {self.place}/{address}.run\n  listen: {address}@{self.port}\n"
                            f"database:\n  storage: {self.place}/{address}.db\n"
                            "log:\n  - target: stderr\n    any: warning\nzone:\n" +
                            "".join(f"  - domain: {z.fqdn}\n    file: {self._file(z)}\n    zonefile-load: whole\n"
                                    for z in zones))
            (self.place / f"{address}.run").mkdir(exist_ok=True)
            self._spawn(name, "knotd", "-c", conf)
        else:
            conf.write_text(f"server:\n  ip-address: {address}@{self.port}\n  username: \"\"\n  chroot: \"\"\n"
                            f"  pidfile: \"\"\n  zonesdir: \"{self.place}\"\n  database: \"\"\n"
                            f"  xfrdfile: \"{self.place}/{address}.xfrd\"\n  zonelistfile: \"{self.place}/{address}.list\"\n"
                            f"  xfrdir: \"{self.place}\"\n  server-count: 1\n  verbosity: 1\n"
                            # Many questions from one address are what a test does.
                            "  rrl-ratelimit: 0\n"
                            "remote-control:\n  control-enable: no\n" +
                            "".join(f"zone:\n  name: \"{z.fqdn}\"\n  zonefile: \"{self._file(z)}\"\n" for z in zones))
            self._spawn(name, "nsd", "-d", "-c", conf)
        self._wait(name, address, self.port, zones[0].name if zones else "")

    def _serve_anew(self, z):
        """Ends the servers of a zone and starts them again: what is told to read its files anew may still answer from the
        old ones for a while."""
        for address in z.servers.values():
            old = self.processes.pop(f"{self.server}.{address}", None)
            if old:
                old.terminate()
                old.wait(100)
                self._serve(address)

    def _serves(self, z, address):
        return z.serves is None or address in z.serves

    def _resolve(self):
        conf = self.place / "unbound.conf"
        stubs = "".join(
            f"stub-zone:\n  name: \"{z.fqdn}\"\n  stub-prime: no\n  stub-first: no\n" +
            "".join(f"  stub-addr: {a}@{self.port}\n" for a in z.servers.values() if self._serves(z, a))
            for z in self.zones.values())
        conf.write_text(
            f"server:\n  directory: \"{self.place}\"\n  chroot: \"\"\n  username: \"\"\n  pidfile: \"\"\n"
            f"  do-daemonize: no\n  use-syslog: no\n  interface: {self.resolver_address}@{self.resolver_port}\n"
            "  access-control: 127.0.0.0/8 allow\n  do-not-query-localhost: no\n  do-ip6: no\n  num-threads: 1\n"
            "  module-config: \"" + ("validator iterator" if self.validates else "iterator") + "\"\n"
            + (f"  trust-anchor-file: \"{self.anchor}\"\n" if self.validates else "") +
            "  qname-minimisation: no\n  cache-min-ttl: 0\n  infra-host-ttl: 1\n  unblock-lan-zones: yes\n"
            "  insecure-lan-zones: yes\n"
            + "".join(f"  local-zone: \"{top}.\" nodefault\n" for top in ("test", "invalid", "example", "localhost", "onion"))
            + "  local-zone: \"127.in-addr.arpa.\" nodefault\n"
            + "".join(f"  {line}\n" for line in self.resolver_options)
            + "remote-control:\n  control-enable: no\n" + stubs)
        self._spawn("unbound", "unbound", "-d", "-c", conf)
        self._wait("unbound", self.resolver_address, self.resolver_port, "")

    def start(self):
        self._complete()
        self.port = self.port or free_port()
        self.resolver_port = self.resolver_port or free_port()
        for z in self.zones.values():
            self._key(z)
        self.anchor.write_text(self._ds(self.zones[""]) + "\n")
        for z in self.zones.values():
            self._write(z)
        addresses = dict.fromkeys(a for z in self.zones.values() for s in (z.servers, z.parent_servers) for a in s.values())
        for address in addresses:
            self._serve(address)
        self._resolve()

    def restart_resolver(self):
        """Forgets all that it knew."""
        self.processes["unbound"].terminate()
        self.processes["unbound"].wait(100)
        self._resolve()
