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
PASSWORD_ENV = "LAB_PASSWORD"
CLIENT = "127.200.0.9"        # where connections come from unless the user names another source
OTHER_CLIENT = "127.200.7.44"


@dataclasses.dataclass(frozen=True)
class User:
    """Settings of a mail program. `login` None: it has no account at this server."""

    port: int = 587
    security: str = "starttls"
    auth: str = "auto"
    login: str | None = ANNA
    password: str = PASSWORD
    sender: str = ANNA
    to: str = OUTSIDE
    helo: str | None = None
    source: str | None = None

    def changed(self, **settings):
        return dataclasses.replace(self, **settings)

    def flags(self):
        """The doctor's flags that say the same."""
        flags = ["--security", self.security, "--auth", self.auth, "--from", self.sender, "--to", self.to]
        if self.login:
            flags += ["--user", self.login, "--password-env", PASSWORD_ENV]
        if self.helo:
            flags += ["--helo", self.helo]
        if self.source:
            flags += ["--source", self.source]
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
}
