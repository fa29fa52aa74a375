# SPDX-License-Identifier: ISC
"""A cell is one server in one situation; here it is started, met, and put away again."""

import contextlib
import dataclasses
import itertools
import subprocess
import types

from . import exim, opensmtpd, postfix
from .mailer import attempt
from .sandbox import HERE, Box, add_address, add_address6, drop, intercept, listening, root_of, wait_until
from .rows import ADDRESS, AUTHORITY
from .situations import DOMAIN, TOWN, USERS

SERVERS = {server.NAME: server for server in (postfix, exim, opensmtpd)}
serial = itertools.count(1)
SUBMISSION = 587
MIDDLEBOX_PORT = 10587


@dataclasses.dataclass(frozen=True)
class Cell:
    server: types.ModuleType
    number: int

    @property
    def name(self):
        return f"{self.server.LETTER}{self.number:02}"

    @property
    def user(self):
        user = USERS[self.number]
        return user.changed(**{name: (getattr(user, name) or "").replace(TOWN, self.town) or None
                               for name in ("login", "sender", "to")})

    @property
    def town(self):
        """The domain that the cell has for itself."""
        return f"town-{self.server.FIRST_HOST + self.number}.example"

    @property
    def row(self):
        row = self.server.ROWS[self.number]
        login, password = row.account
        return dataclasses.replace(row, account=(login.replace(TOWN, self.town), password))

    @property
    def address(self):
        return f"{self.server.NETWORK}.{self.number}"

    @property
    def address6(self):
        return f"2001:db8:{self.server.NETWORK.split('.')[1]}::{self.number}"

    @property
    def host(self):
        return f"mx-{self.server.FIRST_HOST + self.number}.{DOMAIN}"

    @property
    def addresses(self):
        """Those that the server's name has."""
        return (self.address, *((self.address6,) if self.row.on_ipv6 else ()))


def all_cells(server_names):
    return [Cell(SERVERS[name], number) for name in server_names for number in SERVERS[name].ROWS]


@contextlib.contextmanager
def running(cell, scratch, certificates):
    """The cell's server, listening."""
    server, row = cell.server, cell.row
    root = root_of(server.NAME)
    with Box(server, row, scratch / f"{cell.name}-{next(serial)}", cell.address, row.called or cell.host) as box:
        box.address6 = cell.address6 if row.on_ipv6 else None
        box.town = cell.town
        put_certificate(box, cell, certificates)
        add_address(root, cell.address)
        if row.on_ipv6:
            add_address6(root, cell.address6)
        for path, text, mode in row.files:
            box.write(path, text.replace(ADDRESS, cell.address), mode)
        server.configure(box, row)
        shape_network(cell, root, box)
        if server.ports(row):
            box.start(server.ports(row))
        for _ in range(row.warm):
            attempt(cell, cell.user, certificates)
        yield box


def shape_network(cell, root, box):
    """What lies between the client and the server."""
    row = cell.row
    for port in row.silent:
        drop(root, cell.address, port)
    for port in row.silent6:
        drop(root, cell.address6, port)
    if row.slow_names:
        drop(root, cell.address, 53, "udp")
    if row.strips:
        box.help_with("middlebox.py", cell.address, MIDDLEBOX_PORT, SUBMISSION, row.strips)
        wait_until(lambda: listening(cell.address, MIDDLEBOX_PORT), 100, "the middlebox does not listen")
        intercept(root, cell.address, SUBMISSION, MIDDLEBOX_PORT)


def put_certificate(box, cell, certificates):
    made = certificates / f"{box.host}.pem"
    leaf(certificates, cell.row.certificate, box.host, made)
    box.write(cell.server.CERTIFICATE, made.read_text(encoding="ascii"), mode=0o640)
    box.write(AUTHORITY, (certificates / "ca.pem").read_text(encoding="ascii"))
    subprocess.run(["chroot", box.root, "chown", cell.server.OWNER, cell.server.CERTIFICATE], check=True)


def leaf(certificates, kind, name, made):
    subprocess.run([HERE / "certs", "leaf", certificates, kind, name, made], check=True)
