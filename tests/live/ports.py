# SPDX-License-Identifier: ISC
"""Ports and loopback addresses of servers that a test starts, nobody else's for as long as the test runs.

A port that the system hands out (bind to 0), and that is used only later, may in between go to anybody's connection.
These lie outside the range from which the system takes the ports of connections. One is reserved by an abstract socket
named after it (unix(7)): it holds for this network namespace and ends with the process, and ports.c heeds it too.
"""
import itertools
import os
import socket
import threading
import time

_FIRST, _LAST = 10240, 65535    # below lie the ports that have a meaning
_turn = threading.Lock()


def _candidates():
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
            low, high = map(int, f.read().split())
    except OSError:
        low, high = 32768, 60999
    ports = [p for p in range(_FIRST, _LAST + 1) if not low <= p <= high]
    if len(ports) < 1000:       # a system that wants them all for its connections
        ports = list(range(_FIRST, _LAST + 1))
    start = os.getpid() * 97 % len(ports)
    return itertools.cycle(ports[start:] + ports[:start])


def _reserve(what):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        s.bind(f"\0baton-test-{what}")
    except OSError:
        s.close()
        return False
    s.detach()                  # it stays open until the process ends
    return True


def _taken():
    """Ports that somebody has, at whatever address. They are read and not tried: a socket that tries one may live on for a
    moment in a process that another thread is just making."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        try:
            with open(f"/proc/net/{name}", encoding="ascii") as f:
                found.update(int(row.split()[1].rpartition(":")[2], 16) for row in list(f)[1:])
        except OSError:
            pass                # there is no IPv6 here
    return found


_ports = _candidates()


def free_port():
    """A port at which nobody listens, at any address, until this test does."""
    with _turn:
        taken = _taken()
        for port in itertools.islice(_ports, _LAST):
            if port not in taken and _reserve(f"port-{port}"):
                return port
    raise OSError("no port is left for a test")


def free_ports(count):
    return [free_port() for _ in range(count)]


def udp_and_tcp(address, port=0):
    """A socket of each kind at one port, and its number. UDP may be taken for a moment: libunbound sends from any port over 1023."""
    for _ in range(100):
        number, udp, tcp = port or free_port(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        try:
            udp.bind((address, number))
            tcp.bind((address, number))
            return udp, tcp, number
        except OSError:
            udp.close()
            tcp.close()
            time.sleep(0.05)
    raise OSError(f"no port of {address} is left for a test, or {port} is taken")


def own_net():
    """N, where all of 127.N.0.0/16 is this process's."""
    with _turn:
        for n in range(150):
            net = 100 + (os.getpid() + n) % 150
            if _reserve(f"net-{net}"):
                return net
    raise OSError("no network of loopback is left for a test")
