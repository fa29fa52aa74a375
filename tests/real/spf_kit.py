# SPDX-License-Identifier: ISC
"""A DNS server over the lines of src/mailauth/zone_script.h, and the tables of SPF's unit tests read from C.

It answers over UDP and TCP, in threads; what a line calls TIMEOUT it does not answer at all.
"""
import codecs
import pathlib
import re
import socket
import socketserver
import struct
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from ports import free_port          # noqa: E402

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
CODES = {"TIMEOUT": None, "SERVFAIL": 2, "REFUSED": 5, "BROKEN": 10}
UDP_MOST = 1232
TOP = pathlib.Path(__file__).resolve().parent.parent.parent

TOKEN = re.compile(rb'"((?:\\.|[^"\\])*)"|/\*.*?\*/|([A-Za-z_]\w*)|([{}])|[\s,;=]|.', re.S)


def c_rows(text):
    """The innermost brace lists of a piece of C: strings as bytes, names as str, NULL as None."""
    row, rows, strings = None, [], None
    for m in TOKEN.finditer(text):
        if m.group(1) is not None and row is not None:
            value = codecs.escape_decode(m.group(1))[0]
            if strings is not None:
                row[-1] += value
            else:
                row.append(value)
            strings = True
        elif m.group(0).isspace() or m.group(0).startswith(b"/*"):
            continue
        else:
            strings = None
            if m.group(2) and row is not None:
                row.append(None if m.group(2) == b"NULL" else m.group(2).decode())
            elif m.group(3) == b"{":
                row = []
            elif m.group(3) == b"}" and row is not None:
                rows.append(row)
                row = None
    return rows


def c_text(text):
    """All strings of a piece of C in one."""
    return b"".join(codecs.escape_decode(m.group(1))[0] for m in TOKEN.finditer(text) if m.group(1) is not None)


def labels_of(name):
    """The labels of a name with the escapes of RFC 1035 section 5.1."""
    labels, now, i = [], bytearray(), 0
    while i < len(name):
        if name[i:i + 1] == b"\\" and name[i + 1:i + 4].isdigit():
            now.append(int(name[i + 1:i + 4]))
            i += 4
        elif name[i:i + 1] == b"\\":
            now += name[i + 1:i + 2]
            i += 2
        elif name[i:i + 1] == b".":
            labels.append(bytes(now))
            now = bytearray()
            i += 1
        else:
            now += name[i:i + 1]
            i += 1
    return tuple(labels + ([bytes(now)] if now else []))


def wire_name(labels):
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def key_of(labels):
    return tuple(x.lower() for x in labels)


class Zone:
    def __init__(self, script):
        self.records, self.names = {}, set()
        for line in script.split(b"\n"):
            self.add(line)

    def add(self, line):
        parts = line.strip().split(None, 2)
        if not parts or parts[0].startswith(b"#"):
            return
        key = key_of(labels_of(parts[0]))
        self.records.setdefault(key, []).append((parts[1].decode(), parts[2] if len(parts) > 2 else b""))
        for i in range(len(key)):
            self.names.add(key[i:])

    def at(self, labels, kind):
        """What stands at one name: (code, wire data, CNAME's labels or None)."""
        rows = self.records.get(key_of(labels), [])
        code = 0 if key_of(labels) in self.names else 3
        data, cname = [], None
        for what, text in rows:
            if what in CODES and (not text or TYPES[text.decode()] == kind):
                code = CODES[what]
            elif what == "CNAME":
                cname = labels_of(text)
            elif TYPES.get(what) == kind:
                data.append(self.wire(what, text))
        return code, data, cname

    @staticmethod
    def wire(what, text):
        if what == "A":
            return socket.inet_pton(socket.AF_INET, text.decode())
        if what == "AAAA":
            return socket.inet_pton(socket.AF_INET6, text.decode())
        if what == "MX":
            number, host = text.split()
            return struct.pack("!H", int(number)) + wire_name(labels_of(host.rstrip(b".")))
        if what == "TXT":
            octets = re.sub(rb"\\x([0-9a-fA-F]{2})", lambda m: bytes([int(m.group(1), 16)]), text)
            chunks = [octets[i:i + 255] for i in range(0, len(octets), 255)] or [b""]
            return b"".join(bytes([len(c)]) + c for c in chunks)
        return wire_name(labels_of(text))


def answer(zone, query, udp):
    """The message that answers, or None."""
    ident, flags, questions, _, _, additional = struct.unpack("!6H", query[:12])
    if flags & 0x8000 or questions != 1:
        return None
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]])
        at += 1 + query[at]
    kind = struct.unpack("!H", query[at + 1:at + 3])[0]
    asked = query[12:at + 5]
    body, count, name, code = b"", 0, tuple(labels), 0
    for _ in range(9):
        code, data, cname = zone.at(name, kind)
        if code is None:
            return None
        if code or not cname or kind == TYPES["CNAME"]:
            break
        body += wire_name(name) + struct.pack("!HHIH", TYPES["CNAME"], 1, 0, len(wire_name(cname))) + wire_name(cname)
        count += 1
        name = cname
    else:
        code, data = 2, []
    if code == 0:
        for one in data:
            body += wire_name(name) + struct.pack("!HHIH", kind, 1, 0, len(one)) + one
            count += 1
    authority = 0
    if (code == 0 and not data) or code == 3:
        soa = wire_name((b"ns", b"example")) * 2 + struct.pack("!5I", 1, 2, 3, 4, 0)
        body += b"\0" + struct.pack("!HHIH", TYPES["SOA"], 1, 0, len(soa)) + soa
        authority = 1
    head = struct.pack("!6H", ident, 0x8400 | (flags & 0x0100) | 0x0080 | code, 1, count, authority, 0)
    if udp and len(head) + len(asked) + len(body) > (UDP_MOST if additional else 512):
        return struct.pack("!6H", ident, 0x8780, 1, 0, 0, 0) + asked
    return head + asked + body


class Server:
    """with Server(zone, address, port) as s: s.zone may be changed while it runs; s.asked counts."""

    def __init__(self, zone, address="127.0.0.1", port=0):
        self.zone, self.asked = zone, 0
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                outer.asked += 1
                out = answer(outer.zone, self.request[0], True)
                if out:
                    self.request[1].sendto(out, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                size = self.rfile.read(2)
                if len(size) == 2:
                    out = answer(outer.zone, self.rfile.read(struct.unpack("!H", size)[0]), False)
                    if out:
                        self.wfile.write(struct.pack("!H", len(out)) + out)

        socketserver.ThreadingMixIn.daemon_threads = True
        socketserver.TCPServer.allow_reuse_address = True
        for last in range(19, -1, -1):              # libunbound sends from any port over 1023
            try:
                self.port = port or free_port()
                self.udp = socketserver.ThreadingUDPServer((address, self.port), Udp)
                break
            except OSError:
                if port or not last:
                    raise
        self.tcp = socketserver.ThreadingTCPServer((address, self.port), Tcp)

    def __enter__(self):
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()


def tables():
    """(common zone, records, macros, world, explanations) of the unit tests."""
    room = TOP / "src/mailauth"
    test = (room / "spf_test.c").read_bytes()

    def table(name):
        begin = test.index(name)
        return c_rows(test[begin:test.index(b"\n};", begin)])

    return (c_text((room / "spf_zone.inc").read_bytes()), c_rows((room / "spf_records.inc").read_bytes()),
            c_rows((room / "spf_macros.inc").read_bytes()), table(b"WORLD[]"), table(b"EXPLANATIONS[]"))
