# SPDX-License-Identifier: ISC
"""Debian 13's OpenSMTPD: a smtpd.conf as its manual page shows, and what a situation changes in it."""

import dataclasses

from .sandbox import run_in
from .situations import ANNA, CLIENT, DOMAIN, PASSWORD

NAME = "opensmtpd"
TITLE = "OpenSMTPD"
LETTER = "o"
NETWORK = "127.30.0"
FIRST_HOST = 130
LOG = None                    # smtpd -d logs to its standard error
CERTIFICATE = "/etc/smtpd/lab.pem"
OWNER = "root:root"
START = "exec smtpd -d"

MX = "tls pki lab"
SUBMISSION = "tls-require pki lab auth <users>"
SUBMISSIONS = "smtps pki lab auth <users>"
RELAYS_LOGINS = 'match from any auth for any action "relay"'
RELAYS_CLIENT = f'match from src {CLIENT} for any action "relay"'


def listen(**changes):
    """`listen` lines by port; None leaves the port out."""
    lines = {"25": MX, "465": SUBMISSIONS, "587": SUBMISSION}
    lines |= {name.removeprefix("port_"): options for name, options in changes.items()}
    return {int(port): options for port, options in lines.items() if options}


@dataclasses.dataclass(frozen=True)
class Row:
    listen: dict = dataclasses.field(default_factory=listen)
    tables: tuple = ()
    rules: tuple = (RELAYS_LOGINS,)
    certificate: str = "good"
    silent: tuple = ()


ONLY_MX = listen(port_465=None, port_587=None)
OWNERS = (f"table owners {{ {ANNA} = {ANNA} }}",)

ROWS = {
    1: Row(),
    2: Row(),
    3: Row(),
    4: Row(listen=listen(port_587="tls pki lab auth-optional <users>")),
    5: Row(listen=listen(port_587="tls pki lab auth-optional <users>")),
    6: Row(listen=listen(port_25="tls-require pki lab", port_465=None, port_587=None), rules=(RELAYS_CLIENT,)),
    7: Row(),
    8: Row(),
    9: Row(),
    10: Row(),
    11: Row(),
    12: Row(),
    14: Row(listen=listen(port_465=None, port_587="tls pki lab"), rules=(RELAYS_CLIENT,)),
    15: Row(listen=listen(port_587=SUBMISSION + " senders <owners>"), tables=OWNERS),
    16: Row(listen=listen(port_465=SUBMISSIONS + " senders <owners>"), tables=OWNERS),
    17: Row(listen=ONLY_MX, rules=()),
    18: Row(listen=ONLY_MX, rules=(RELAYS_CLIENT,)),
    19: Row(certificate="past"),
    20: Row(certificate="future"),
    21: Row(certificate="self"),
    22: Row(certificate="other-ca"),
    23: Row(certificate="other-name"),
    24: Row(listen={}),
    25: Row(silent=(587,)),
    26: Row(silent=(25,)),
    27: Row(),
    28: Row(listen=listen(port_587=SUBMISSION + " filter policy"),
            tables=('filter policy phase rcpt-to match auth reject "550 5.7.0 Message refused by policy"',)),
    29: Row(listen=listen(port_465=SUBMISSIONS + " filter policy"),
            tables=('filter policy phase rcpt-to match auth reject "451 4.3.0 Try again later"',)),
    30: Row(rules=('match from local for any action "relay"',)),
    31: Row(listen=listen(port_587=SUBMISSION + " filter name"),
            tables=('table bare { "^[^.]+$" }',
                    'filter name phase ehlo match helo regex <bare> reject "550 5.7.1 Invalid EHLO name"')),
    34: Row(rules=(RELAYS_CLIENT,)),
    35: Row(silent=(25,)),
    36: Row(),
    37: Row(),
    39: Row(listen=listen(port_587=None, port_2525=SUBMISSION)),
    40: Row(listen=listen(port_25="tls pki lab auth-optional <users>")),
    41: Row(),
    42: Row(listen=listen(port_465=None, port_587="tls-require pki lab"), rules=(RELAYS_CLIENT,)),
}


def ports(row):
    return tuple(row.listen)


def configure(box, row):
    hashed = run_in(box.root, "perl", "-e", "print crypt($ARGV[0], q($6$labsalt$))", PASSWORD)
    box.write("/etc/smtpd/users", f"{ANNA} {hashed}\n", mode=0o640)
    run_in(box.root, "chown", "root:opensmtpd", "/etc/smtpd/users")
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    listens = (f"listen on {box.address} port {port} {options} hostname {box.host}"
               for port, options in row.listen.items())
    box.write("/etc/smtpd.conf", "\n".join((
        f'pki lab cert "{CERTIFICATE}"',
        f'pki lab key "{CERTIFICATE}"',
        "table aliases file:/etc/aliases",
        "table users file:/etc/smtpd/users",
        *row.tables,
        *listens,
        'action "local" maildir alias <aliases>',
        'action "relay" relay',
        f'match from any for domain "{DOMAIN}" action "local"',
        *row.rules,
        "")))
