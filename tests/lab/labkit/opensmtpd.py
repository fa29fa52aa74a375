# SPDX-License-Identifier: ISC
"""Debian 13's OpenSMTPD: a smtpd.conf as its manual page shows, and what a situation changes in it."""

import dataclasses

from .rows import AUTHORITY, IN_TOWN, LISTED, STRANGER_HOST, Common
from .sandbox import HERE, run_in
from .situations import ANNA, CLIENT, COAST_PASSWORD, DOMAIN, PASSWORD, SPACED_PASSWORD, TOWN

NAME = "opensmtpd"
TITLE = "OpenSMTPD"
LETTER = "o"
NETWORK = "127.30.0"
FIRST_HOST = 130
LOG = None                    # smtpd -d logs to its standard error
CERTIFICATE = "/etc/smtpd/lab.pem"
OWNER = "root:root"
START = "exec smtpd -d"

FILTER = "/usr/local/libexec/smtpd_filter.pl"
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
class Row(Common):
    """What differs from a plain submission server and MX: its listeners, rules, and other lines."""

    listen: dict = dataclasses.field(default_factory=listen)
    tables: tuple = ()
    rules: tuple = (RELAYS_LOGINS,)
    local_domain: str = DOMAIN


def runs_filter(*arguments):
    """A line that makes the filter `lab` of the lab's own program for rules smtpd.conf has no words for."""
    words = " ".join(f"'{argument}'" for argument in arguments)
    return (f'filter lab proc-exec "{FILTER} {words}"',)


def denies_login(words):
    return Row(listen=listen(port_465=SUBMISSIONS + " filter lab", port_587=SUBMISSION + " filter lab"),
               tables=runs_filter("refuse", "auth", words))


KNOWS_AUTHORITY = (f'ca lab cert "{AUTHORITY}"',)
OLD_TLS = ' protocols "tlsv1.0" ciphers "ALL:@SECLEVEL=0"'
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
    33: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=('table bare { "@[^.]+$" }',
                    'filter lab phase mail-from match mail-from regex <bare> '
                    'reject "550 5.1.8 Sender domain is not fully qualified"')),
    34: Row(rules=(RELAYS_CLIENT,)),
    35: Row(silent=(25,)),
    36: Row(),
    37: Row(),
    39: Row(listen=listen(port_587=None, port_2525=SUBMISSION)),
    40: Row(listen=listen(port_25="tls pki lab auth-optional <users>")),
    41: Row(),
    42: Row(listen=listen(port_465=None, port_587="tls-require pki lab"), rules=(RELAYS_CLIENT,)),
    43: Row(listen=listen(port_587=SUBMISSION + " filter lab"), tables=runs_filter("delay", 6, "connect")),
    45: Row(listen=listen(port_587="tls pki lab auth-optional <users> filter lab"),
            tables=('filter lab phase rcpt-to match !auth disconnect "550 5.7.1 Relaying denied"',)),
    46: Row(listen=listen(port_587="tls pki lab auth-optional <users> filter lab"),
            tables=runs_filter("delay", 1, "connect", "ehlo", "mail-from", "rcpt-to")),
    47: Row(listen=listen(port_25=MX + " filter lab"),
            tables=runs_filter("greylist", "451 4.7.1 Greylisted, try again in some minutes")),
    48: Row(listen=listen(port_587=SUBMISSION + " filter lab"), tables=runs_filter("random", "550 5.0.0 Not accepted")),
    49: Row(listen=listen(port_465="smtps pki lab auth-optional <users> filter lab"),
            tables=('filter lab phase rcpt-to match !auth reject "454 4.7.1 Relay access denied"',)),
    50: Row(),
    53: Row(listen=listen(port_465=None, port_587="tls-require verify pki lab ca lab auth <users>"), tables=KNOWS_AUTHORITY),
    54: Row(listen=listen(port_465=None, port_587="tls-require verify pki lab ca lab tag SHOWN"),
            tables=KNOWS_AUTHORITY, rules=('match tag SHOWN from any for any action "relay"',)),
    55: Row(),
    56: Row(account=("anna", PASSWORD)),
    57: Row(),
    58: Row(),
    59: Row(),
    60: Row(account=(ANNA, SPACED_PASSWORD)),
    61: Row(account=(ANNA, COAST_PASSWORD)),
    62: denies_login("534 5.7.9 An app password is required here"),
    63: denies_login("535 5.7.8 Password login is disabled for this account, use OAuth"),
    64: denies_login("535 5.7.1 Account suspended"),
    65: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=('filter lab phase mail-from match auth reject "550 5.7.1 Account suspended, sending is not allowed"',)),
    67: Row(listen=listen(port_465=SUBMISSIONS + OLD_TLS, port_587=SUBMISSION + OLD_TLS)),
    68: Row(listen=listen(port_587=SUBMISSION + ' protocols "tlsv1.3"')),
    69: Row(strips="masks"),
    70: Row(strips="removes"),
    71: Row(called=STRANGER_HOST),
    73: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=('table empty { "^(<>)?$" }',
                    'filter lab phase mail-from match mail-from regex <empty> reject "550 5.1.7 Empty sender refused"')),
    74: Row(listen=listen(port_465=SUBMISSIONS + " filter lab"),
            tables=('table bare { "^[^@]*$" }',
                    'filter lab phase mail-from match mail-from regex <bare> '
                    'reject "553 5.1.7 Sender address must have a domain"')),
    76: Row(listen=listen(port_587=SUBMISSION + " senders <owners>"),
            tables=(f"table owners {{ {ANNA} = boss@{DOMAIN} }}",)),
    77: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=runs_filter("owner", ANNA, "550 5.7.1 From header does not belong to the login")),
    78: Row(local_domain="shop.example"),
    79: Row(listen=listen(port_25=MX + " filter lab"),
            tables=('table bare { "^[^.]+$" }',
                    'filter lab phase ehlo match helo regex <bare> reject "550 5.7.1 Invalid EHLO name"')),
    80: Row(listen=listen(port_25=MX + " filter lab"), client_named=False,
            tables=('filter lab phase connect match !rdns disconnect "550 5.7.25 No reverse DNS for your address"',)),
    82: Row(listen=listen(port_587=SUBMISSION + " filter lab"), warm=3,
            tables=runs_filter("rate", 2, "451 4.7.1 Too many messages from your address, slow down")),
    83: Row(listen=listen(port_25=MX + " filter lab"), names=LISTED,
            tables=runs_filter("listed", "bl.lists.example",
                               "554 5.7.1 Your address is on the blocklist bl.lists.example")),
    84: Row(tables=("smtp max-message-size 1M",)),
    85: Row(listen=listen(port_25=MX + " filter lab"),
            tables=(f"table full {{ {ANNA} }}",
                    'filter lab phase rcpt-to match rcpt-to <full> reject "552 5.2.2 Mailbox is over its quota"')),
    86: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=('filter lab phase commit match auth reject "550 5.7.1 Message looks like spam"',)),
    87: Row(silent=(25, 465, 587, 2525)),
    88: Row(listen=ONLY_MX, rules=(RELAYS_CLIENT,), on_ipv6=True),
    89: Row(on_ipv6=True, silent6=(25, 465, 587, 2525)),
    90: Row(rules=('match from any for any action "relay"',)),
    91: Row(rules=('match from local for any action "relay"',)),
    92: Row(),
    93: Row(listen=listen(port_587="tls pki lab auth-optional <users> filter lab"),
            tables=('filter lab phase rcpt-to match !auth reject "550 5.7.1 Relaying denied. IP name lookup failed"',)),
    94: Row(listen=listen(port_587=SUBMISSION + " filter lab"),
            tables=(f"table other {{ info@{DOMAIN} }}",
                    'filter lab phase mail-from match mail-from <other> reject "550 Invalid recipient"')),
    96: Row(listen=listen(port_587=None)),
    97: Row(),
    98: Row(listen=ONLY_MX, rules=()),
    99: Row(local_domain=TOWN),
    100: Row(local_domain=TOWN, account=IN_TOWN),
    101: Row(),
    102: Row(listen=ONLY_MX, rules=()),
    108: Row(),
    109: Row(local_domain=TOWN),
    110: Row(local_domain=TOWN),
    111: Row(listen=ONLY_MX, rules=()),
}


def ports(row):
    return tuple(row.listen)


def configure(box, row):
    login, password = row.account
    hashed = run_in(box.root, "perl", "-e", "print crypt($ARGV[0], q($6$labsalt$))", password)
    box.write("/etc/smtpd/users", f"{login} {hashed}\n", mode=0o640)
    run_in(box.root, "chown", "root:opensmtpd", "/etc/smtpd/users")
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    box.write(FILTER, (HERE / "labkit" / "smtpd_filter.pl").read_text(encoding="utf-8"), mode=0o755)
    addresses = (box.address, *((box.address6,) if box.address6 else ()))
    listens = (f"listen on {address} port {port} {options} hostname {box.host}"
               for address in addresses for port, options in row.listen.items())
    box.write("/etc/smtpd.conf", "\n".join((
        f'pki lab cert "{CERTIFICATE}"',
        f'pki lab key "{CERTIFICATE}"',
        "table aliases file:/etc/aliases",
        "table users file:/etc/smtpd/users",
        *row.tables,
        *listens,
        'action "local" maildir alias <aliases>',
        'action "relay" relay',
        f'match from any for domain "{row.local_domain.replace(TOWN, box.town)}" action "local"',
        *row.rules,
        "")))
