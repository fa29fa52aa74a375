# SPDX-License-Identifier: ISC
"""What a row of any server may say: how its box, its network and its account differ from the usual."""

import dataclasses

from .situations import ANNA, CLIENT, DOMAIN, PASSWORD, TOWN

ADDRESS = "ADDRESS"           # in a row's words: the address of the cell
AUTHORITY = "/etc/ssl/lab-ca.pem"
IN_TOWN = (f"anna@{TOWN}", PASSWORD)
STRANGER_HOST = "smtp-out.hosting.example"
# Lines for the cell's own name server: which domains there are, and who stands on a list of bad addresses.
NAMES_OF_DOMAINS = (f"mx-host={DOMAIN},mail.{DOMAIN},10", f"host-record=mail.{DOMAIN},127.0.0.1")
LISTED = (f"address=/{'.'.join(reversed(CLIENT.split('.')))}.bl.lists.example/127.0.0.2",)


@dataclasses.dataclass(frozen=True)
class Common:
    """`silent` ports lose every packet, `closed6` ones have no listener on IPv6. `names` are lines of a name
    server of the cell's own; without them nobody is asked and /etc/hosts holds all names. `strips` is how
    something in front of port 587 takes STARTTLS out of the server's list. `warm` attempts with the user's
    settings come before the doctor. `called` is the server's name, where it is another than the one asked for.
    `resolves`: it asks the lab's resolver (names.py).
    """

    certificate: str = "good"
    silent: tuple = ()
    silent6: tuple = ()
    on_ipv6: bool = False
    names: tuple = ()
    slow_names: bool = False
    client_named: bool = True
    files: tuple = ()
    strips: str | None = None
    warm: int = 0
    called: str | None = None
    account: tuple = (ANNA, PASSWORD)
    pop: bool = False
    resolves: bool = False
