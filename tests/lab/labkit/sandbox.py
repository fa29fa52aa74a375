# SPDX-License-Identifier: ISC
"""The box a server runs in: one network for the whole lab, a private file system for each cell."""

import functools
import ipaddress
import os
import pathlib
import shutil
import subprocess
import sys
import time

from .situations import CLIENT, DOMAIN, RESOLVER

HERE = pathlib.Path(__file__).resolve().parent.parent
INSIDE = "BATON_LAB_INSIDE"
LISTENING = "0A"
DEVICES = ("null", "zero", "full", "random", "urandom")


@functools.cache
def root_of(server):
    where = subprocess.run([HERE / "roots", "--where", server], capture_output=True, text=True, check=True)
    return pathlib.Path(where.stdout.strip())


def enter_network():
    """Go on in a network and a mount table of our own: ports 25 and 587 are free there, nothing leads out."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = str(os.getpid())
    os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", "--",
                          sys.executable, *sys.argv])


def run_in(root, *argv, **options):
    done = subprocess.run(["chroot", root, *argv], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv[:2])}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def set_up_network(root):
    """Bring loopback up, and let connections come from CLIENT: 127.0.0.1 is trusted by stock servers."""
    run_in(root, "ip", "link", "set", "lo", "up")
    route_from_client(root, "127.0.0.0/8")


def add_address6(root, address):
    run_in(root, "ip", "address", "replace", f"{address}/128", "dev", "lo", "nodad")


def know_names(hosts, place):
    """Give this mount table's programs, so the doctor, a hosts file: {name: addresses}."""
    place.write_text("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, addresses in hosts.items()
                                                       for address in addresses), encoding="ascii")
    mount("--bind", place, "/etc/hosts")


def add_address(root, address):
    run_in(root, "ip", "address", "replace", f"{address}/32", "dev", "lo")
    route_from_client(root, address)


def route_from_client(root, to):
    run_in(root, "ip", "route", "replace", "table", "local", "local", to, "dev", "lo", "src", CLIENT)


def drop(root, address, port, protocol="tcp"):
    """Lose every packet to this port, as a firewall on the way would."""
    ip = "ip6" if ":" in address else "ip"
    rules = (f"add table {ip} lab; add chain {ip} lab in {{ type filter hook input priority 0; }};"
             f"add rule {ip} lab in {ip} daddr {address} {protocol} dport {port} drop")
    run_in(root, "nft", "-f", "-", input=rules)


def intercept(root, address, port, to_port):
    """Lead the client's connections to this port to another one, as a device on the way would."""
    rules = (f"add table ip lab; add chain ip lab out {{ type nat hook output priority -100; }};"
             f"add rule ip lab out ip saddr {CLIENT} ip daddr {address} tcp dport {port} "
             f"dnat to {address}:{to_port}")
    run_in(root, "nft", "-f", "-", input=rules)


def undrop(root):
    run_in(root, "nft", "-f", "-", input="add table ip lab; delete table ip lab;")


def listening(address, port):
    # /proc/net/tcp writes an address as the machine holds it in memory, so read it in its byte order.
    number = int.from_bytes(ipaddress.ip_address(address).packed, sys.byteorder)
    wanted = f"{number:08X}:{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(row.split()[1] == wanted and row.split()[3] == LISTENING for row in table.readlines()[1:])


def in_background(*command):
    """A program of the lab's own that ends with it."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL)


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


class Box:
    """A copy-on-write view of a server's root, and the server in it."""

    def __init__(self, server, row, place, address, host):
        self.server, self.row, self.address, self.host = server, row, address, host
        self.place = place
        self.root = place / "root"
        self.console = place / "console"
        self.process = None
        self.helpers = []

    def __enter__(self):
        for name in ("upper", "work", "root"):
            (self.place / name).mkdir(parents=True)
        mount("-t", "overlay", "overlay", self.root, "-o",
              f"lowerdir={root_of(self.server.NAME)},upperdir={self.place}/upper,workdir={self.place}/work")
        mount("-t", "tmpfs", "tmpfs", self.root / "dev", "-o", "mode=755")
        for device in DEVICES:
            (self.root / "dev" / device).touch()
            mount("--bind", f"/dev/{device}", self.root / "dev" / device)
        self.write_names()
        return self

    def __exit__(self, *_):
        self.stop()
        subprocess.run(["umount", "--recursive", "--lazy", self.root], check=False)
        shutil.rmtree(self.place, ignore_errors=True)

    def write(self, path, text, mode=0o644, append=False):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a" if append else "w", encoding="utf-8") as out:
            out.write(text)
        file.chmod(mode)

    def read(self, path):
        return (self.root / path.lstrip("/")).read_text(encoding="utf-8")

    def write_names(self):
        """All the names there are. Mostly no resolver is asked, and none would answer."""
        row = self.row
        named = f"{CLIENT} pc-anna.{DOMAIN}\n" if row.client_named else ""
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{self.address} {self.host}\n{named}")
        hosts = "files dns" if row.names or row.slow_names or row.resolves else "files"
        self.write("/etc/nsswitch.conf", f"passwd: files\ngroup: files\nshadow: files\nhosts: {hosts}\n"
                                         "services: files\nprotocols: files\n")
        resolver = self.address if row.names or row.slow_names else RESOLVER if row.resolves else "127.0.0.1"
        patience = "timeout:3 attempts:2" if row.slow_names else "timeout:1 attempts:1"
        self.write("/etc/resolv.conf", f"nameserver {resolver}\noptions {patience}\n")
        # Names that are not listed do not exist; nobody outside is asked.
        self.write("/etc/lab-names.conf", "\n".join((
            "no-resolv", "no-hosts", "no-dhcp-interface=lo", "local=/#/", "bind-interfaces", "pid-file", "user=root",
            f"listen-address={self.address}", "except-interface=none", *row.names, "")))
        self.write("/etc/mailname", f"{DOMAIN}\n")
        self.write("/etc/hostname", f"{self.host}\n")

    def start(self, ports):
        # This shell stays the first process of the namespace: when it goes, all of the server goes.
        names = "dnsmasq -C /etc/lab-names.conf && " if self.row.names else ""
        script = (f'hostname "{self.host}" && mount -t proc proc "{self.root}/proc" || exit\n'
                  f'chroot "{self.root}" sh -c \'{names}{self.server.START}\'\nexit $?')
        with open(self.console, "w", encoding="utf-8") as console:
            # setpriv and --kill-child: the server must not outlive the lab, however the lab ends.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--uts", "--ipc", "--pid", "--fork",
                 "--kill-child", "sh", "-c", script],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
        for port in ports:
            wait_until(lambda: self.gone() or listening(self.address, port), 100,
                       f"{self.server.NAME} does not listen on {self.address}:{port}: {self.complaint()}")
            if self.gone():
                raise RuntimeError(f"{self.server.NAME} ended at once: {self.complaint()}")

    def gone(self):
        return self.process.poll() is not None

    def log(self):
        """What the server has logged so far."""
        path = self.root / self.server.LOG.lstrip("/") if self.server.LOG else self.console
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def logs(self):
        """The server's log, and that of Dovecot beside it, by name."""
        beside = self.root / "var/log/dovecot.log"
        return {"server": self.log()} | ({"dovecot": beside.read_text(encoding="utf-8", errors="replace")}
                                         if beside.exists() else {})

    def complaint(self):
        return (self.log() + self.console.read_text(encoding="utf-8", errors="replace"))[-600:]

    def help_with(self, program, *arguments):
        """Run a program of labkit beside the server, until the box is put away."""
        self.helpers.append(in_background(sys.executable, str(HERE / "labkit" / program), *map(str, arguments)))

    def stop(self):
        for helper in self.helpers:
            helper.kill()
            helper.wait()
        if self.process and not self.gone():
            self.process.kill()
            self.process.wait()


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)
