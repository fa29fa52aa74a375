# SPDX-License-Identifier: ISC
"""A small DNS server on loopback, and the messages it is made of (RFC 1035, over UDP and TCP)."""
import contextlib
import ipaddress
import socket
import struct
import threading

import ports

A, CNAME, PTR, MX, TXT, AAAA = 1, 5, 12, 15, 16, 28
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(name, kind, value):
    if kind == MX:
        preference, host = value
        data = struct.pack("!H", preference) + wire_name(host)
    elif kind == TXT:
        data = bytes([len(value)]) + value.encode()
    else:
        data = wire_name(value) if kind in (CNAME, PTR) else ipaddress.ip_address(value).packed
    return wire_name(name) + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def read_question(message):
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1"))
        at += 1 + message[at]
    return ".".join(labels).lower(), struct.unpack_from("!H", message, at + 1)[0], at + 5


def reply(query, records=(), code=NOERROR, cut=False, ident=None, question=None, own=False):
    end = read_question(query)[2]
    flags = 0x8180 | (0x0200 if cut else 0) | (0x0400 if own else 0) | code
    asked = query[12:end] if question is None else wire_name(question) + b"\0\1\0\1"
    return (query[:2] if ident is None else ident) + struct.pack("!5H", flags, 1, len(records), 0, 0) + asked + \
        b"".join(records)


class NameServer:
    """answer(query, name, kind, tcp) gives messages to send back; None is silence. tcp=False: nobody listens."""

    def __init__(self, address, answer, tcp=True):
        self.answer, self.asked, self.address = answer, [], address
        self._udp, self._tcp, self.port = ports.udp_and_tcp(address)
        threading.Thread(target=self._serve_udp, daemon=True).start()
        if tcp:
            self._tcp.listen(8)
            threading.Thread(target=self._serve_tcp, daemon=True).start()

    def _messages(self, query, tcp):
        name, kind, _ = read_question(query)
        self.asked.append((name, kind, tcp))
        return self.answer(query, name, kind, tcp) or []

    def _serve_udp(self):
        with contextlib.suppress(OSError):
            while True:
                query, client = self._udp.recvfrom(4096)
                for message in self._messages(query, False):
                    self._udp.sendto(message, client)

    def _serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._one_tcp, args=(self._tcp.accept()[0],), daemon=True).start()

    def _one_tcp(self, sock):
        with contextlib.suppress(OSError), sock:
            sock.settimeout(30)
            query = sock.recv(4096)[2:]
            for message in self._messages(query, True):
                framed = struct.pack("!H", len(message)) + message
                sock.sendall(framed[:7])
                sock.sendall(framed[7:])
            sock.recv(1)
