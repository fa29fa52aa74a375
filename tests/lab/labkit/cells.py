# SPDX-License-Identifier: ISC
"""A cell is one server in one situation; here it is started, met, and put away again."""

import contextlib
import dataclasses
import itertools
import subprocess
import types

from . import exim, opensmtpd, postfix
from .sandbox import HERE, Box, add_address, drop, root_of
from .situations import DOMAIN, USERS

SERVERS = {server.NAME: server for server in (postfix, exim, opensmtpd)}
serial = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Cell:
    server: types.ModuleType
    number: int

    @property
    def name(self):
        return f"{self.server.LETTER}{self.number:02}"

    @property
    def user(self):
        return USERS[self.number]

    @property
    def row(self):
        return self.server.ROWS[self.number]

    @property
    def address(self):
        return f"{self.server.NETWORK}.{self.number}"

    @property
    def host(self):
        return f"mx-{self.server.FIRST_HOST + self.number}.{DOMAIN}"


def all_cells(server_names):
    return [Cell(SERVERS[name], number) for name in server_names for number in SERVERS[name].ROWS]


@contextlib.contextmanager
def running(cell, scratch, certificates):
    """The cell's server, listening."""
    server, row = cell.server, cell.row
    with Box(server, scratch / f"{cell.name}-{next(serial)}", cell.address, cell.host) as box:
        put_certificate(box, cell, certificates)
        add_address(root_of(server.NAME), cell.address)
        server.configure(box, row)
        for port in row.silent:
            drop(root_of(server.NAME), cell.address, port)
        if server.ports(row):
            box.start(server.ports(row))
        yield box


def put_certificate(box, cell, certificates):
    made = certificates / f"{cell.host}.pem"
    subprocess.run([HERE / "certs", "leaf", certificates, cell.row.certificate, cell.host, made], check=True)
    box.write(cell.server.CERTIFICATE, made.read_text(encoding="ascii"), mode=0o640)
    subprocess.run(["chroot", box.root, "chown", cell.server.OWNER, cell.server.CERTIFICATE], check=True)
