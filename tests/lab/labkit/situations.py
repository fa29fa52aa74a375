# SPDX-License-Identifier: ISC
"""The user's side of every situation: the settings his mail program has, and nothing more.

A situation has a number. What a server does in it stands under the same number in that server's
own module (postfix.py, exim.py, opensmtpd.py); what the trouble is stands in answers.json, which
the scorer reads and the runner does not.
"""

import dataclasses

DOMAIN = "lab.example"
ANNA = "anna@lab.example"
OUTSIDE = "tom@elsewhere.example"
PASSWORD = "Kestrel-41-harbour"
OTHER_PASSWORD = "Kestrel-14-harbour"
SPACED_PASSWORD = "Kestrel 41 harbour"
COAST_PASSWORD = "K\u00fcste-41-harbour"
PASSWORD_ENV = "LAB_PASSWORD"
NO_BREAK_SPACE = "\u00a0"
CLIENT = "127.200.0.9"        # where connections come from unless the user names another source
OTHER_CLIENT = "127.200.7.44"
TOWN = "town.test"            # in a row's or a user's words: the domain that the cell has for itself
RESOLVER = "127.53.0.1"


@dataclasses.dataclass(frozen=True)
class User:
    """Settings of a mail program. `login` None: it has no account at this server.

    The password is as the program sends it: octets where it is not UTF-8. `by_name`: the program finds the
    server's addresses by its name. `pop`: there is a POP3 server of the same name; `fetches`:
    it is asked for mail first. `own_certificate`: the
    program shows one. `town`: what DNS says of TOWN (names.py); None: DNS is not asked.
    """

    port: int = 587
    security: str = "starttls"
    auth: str = "auto"
    login: str | None = ANNA
    password: str | bytes = PASSWORD
    sender: str = ANNA
    to: str = OUTSIDE
    helo: str | None = None
    source: str | None = None
    old_helo: bool = False
    logins: int = 1
    size: int | None = None
    pop: bool = False
    fetches: bool = False
    send: bool = False
    header_from: str | None = None
    own_certificate: bool = False
    by_name: bool = False
    town: str | None = None

    @property
    def secret(self):
        """The octets of the password."""
        return self.password if isinstance(self.password, bytes) else self.password.encode()

    def changed(self, **settings):
        return dataclasses.replace(self, **settings)

    def flags(self, host, own_certificate):
        """The doctor's flags that say the same; the certificate is a file with its key."""
        flags = ["--security", self.security, "--auth", self.auth, "--from", self.sender, "--to", self.to]
        if self.login:
            flags += ["--user", self.login, "--password-env", PASSWORD_ENV]
        if self.helo:
            flags += ["--helo", self.helo]
        if self.source:
            flags += ["--source", self.source]
        if self.old_helo:
            flags += ["--old-helo"]
        if self.logins > 1:
            flags += ["--logins", str(self.logins)]
        if self.size:
            flags += ["--size", str(self.size)]
        if self.pop:
            flags += ["--pop", host]
        if self.send:
            flags += ["--send"]
        if self.header_from:
            flags += ["--header-from", self.header_from]
        if self.own_certificate:
            flags += ["--cert", str(own_certificate), "--key", str(own_certificate)]
        if self.town:
            flags += ["--resolver", RESOLVER]
        return flags


def no_login(**settings):
    return User(auth="none", login=None, **settings)


USERS = {
    1: User(),
    2: User(port=465, security="tls"),
    3: User(auth="none"),
    4: User(auth="none"),
    5: User(security="none"),
    6: no_login(port=25, security="none"),
    7: User(port=25),
    8: User(security="tls"),
    9: User(port=465),
    10: User(password=OTHER_PASSWORD),
    11: User(port=465, security="tls", password=OTHER_PASSWORD),
    12: User(auth="CRAM-MD5"),
    13: User(auth="PLAIN"),
    14: User(),
    15: User(sender="info@lab.example"),
    16: User(port=465, security="tls", sender="orders@shop.example"),
    17: no_login(port=25),
    18: no_login(port=25, source=OTHER_CLIENT),
    19: User(),
    20: User(port=465, security="tls"),
    21: User(),
    22: User(port=465, security="tls"),
    23: User(),
    24: User(),
    25: User(),
    26: User(port=465, security="tls"),
    27: no_login(port=25, to="ghost@lab.example"),
    28: User(),
    29: User(port=465, security="tls"),
    30: User(),
    31: User(helo="web01"),
    32: User(),
    33: User(sender="anna@web01"),
    34: no_login(port=25),
    35: User(port=25),
    36: User(to="ghost@lab.example"),
    37: no_login(port=25, to=ANNA),
    38: no_login(port=25, to=ANNA),
    39: User(port=2525),
    40: User(port=25, auth="none"),
    41: User(port=25, security="none"),
    42: no_login(port=587, security="none"),
    43: User(),
    44: no_login(port=25, to=ANNA),
    45: User(auth="none"),
    46: User(auth="none"),
    47: no_login(port=25, to=ANNA),
    48: User(),
    49: User(port=465, security="tls", auth="none"),
    50: User(port=465, security="tls", old_helo=True),
    51: User(auth="CRAM-MD5", logins=2),
    52: no_login(),
    53: User(),
    54: no_login(own_certificate=True),
    55: User(login="anna", logins=2),
    56: User(logins=2),
    57: User(password=PASSWORD + "\n"),
    58: User(password=PASSWORD + " ", logins=2),
    59: User(port=465, security="tls", password=f'"{PASSWORD}"', logins=2),
    60: User(password=SPACED_PASSWORD.replace(" ", NO_BREAK_SPACE), logins=2),
    61: User(port=465, security="tls", password=COAST_PASSWORD.encode("latin-1"), logins=2),
    62: User(),
    63: User(port=465, security="tls"),
    64: User(),
    65: User(),
    66: User(),
    67: User(),
    68: User(),
    69: User(),
    70: User(),
    71: User(),
    72: User(sender="anna@gone.example"),
    73: User(sender="<>"),
    74: User(port=465, security="tls", sender="anna"),
    75: User(sender="orders@lab.example"),
    76: User(),
    77: User(send=True, header_from="info@lab.example"),
    78: no_login(port=25, sender=OUTSIDE, to=ANNA),
    79: no_login(port=25, sender=OUTSIDE, to=ANNA, helo="localhost"),
    80: no_login(port=25, sender=OUTSIDE, to=ANNA),
    81: User(port=25, auth="none", pop=True),
    82: User(),
    83: no_login(port=25, sender=OUTSIDE, to=ANNA),
    84: User(size=3_000_000),
    85: no_login(port=25, sender=OUTSIDE, to=ANNA),
    86: User(send=True),
    87: User(),
    88: no_login(port=25, by_name=True),
    89: User(by_name=True),
    90: no_login(port=25),
    91: no_login(port=25, source="127.0.0.1"),
    92: User(send=True),
    93: User(auth="none"),
    94: User(sender="info@lab.example"),
    95: User(auth="none"),
    96: User(),
    97: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="here"),
    98: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="there"),
    99: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="there"),
    100: User(login=f"anna@{TOWN}", sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="there"),
    101: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="moved"),
    102: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="two places"),
    103: User(sender=f"anna@{TOWN}", town="null"),
    104: User(sender=f"anna@{TOWN}", town="nothing"),
    105: User(sender=f"anna@{TOWN}", town="gone"),
    106: User(sender=f"ghost@{TOWN}", town="there"),
    107: no_login(port=25, sender=f"anna@{TOWN}", to=ANNA, town="here"),
    108: User(sender=f"anna@{TOWN}", town="there"),
    109: no_login(port=25, sender=f"anna@{TOWN}", to=f"anna@{TOWN}", town="here"),
    110: no_login(port=25, sender=f"anna@{TOWN}", to=f"ghost@{TOWN}", town="there"),
    111: no_login(port=25, sender=f"anna@{TOWN}", to=f"bob@{TOWN}", town="silent"),
}
