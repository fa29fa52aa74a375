# SPDX-License-Identifier: ISC
"""Does every situation refuse as intended, and accept what answers.json says would be accepted?

Not the doctor but Python's own SMTP client asks, once with the user's settings and once with the
changed ones, and the whole dialogue is written down.
"""

import smtplib
import ssl

from .answers import answer_for

PATIENCE_S = 12
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


class Refused(Exception):
    pass


class Client(smtplib.SMTP):
    """smtplib's client, talking to one address under another name, and writing the dialogue down."""

    def __init__(self, address, host, user, authorities):
        self.lines = []
        self.address, self.user = address, user
        self.context = ssl.create_default_context(cafile=authorities)
        super().__init__(timeout=PATIENCE_S, local_hostname=user.helo or "pc-anna.lab.example",
                         source_address=(user.source, 0) if user.source else None)
        self._host = host

    def _get_socket(self, host, port, timeout):
        plain = super()._get_socket(self.address, port, timeout)
        if self.user.security != "tls":
            return plain
        return self.context.wrap_socket(plain, server_hostname=self._host)

    def putcmd(self, cmd, args=""):
        self.lines.append(f"C: {cmd} {args}".rstrip() if cmd != "AUTH" else "C: AUTH ...")
        super().putcmd(cmd, args)

    def getreply(self):
        code, text = super().getreply()
        self.lines += [f"S: {code} {line}" for line in text.decode("latin-1").split("\n")]
        return code, text

    def must(self, answer):
        if answer[0] >= 400:
            raise Refused
        return answer


def attempt(cell, user, authorities):
    """Play the user's settings up to RCPT. Returns whether that was accepted, and the dialogue."""
    client = Client(cell.address, cell.host, user, authorities)
    try:
        client.must(client.connect(cell.address, user.port))
        client.must(client.ehlo())
        if user.security == "starttls":
            client.must(client.starttls(context=client.context))
            client.must(client.ehlo())
        if user.auth != "none":
            log_in(client, user)
        client.must(client.mail(user.sender))
        client.must(client.rcpt(user.to))
        client.quit()
        return True, client.lines
    except (Refused, OSError, smtplib.SMTPException) as stopped:
        return False, client.lines + [f"-- {type(stopped).__name__} {stopped}"]
    finally:
        client.close()


def log_in(client, user):
    offered = client.esmtp_features.get("auth", "").split()
    known = MECHANISMS if user.auth == "auto" else (user.auth,)
    wanted = [name for name in known if name in offered]
    if not wanted:
        raise smtplib.SMTPNotSupportedError(f"no mechanism in common with {offered}")
    client.user, settings = user.login, client.user
    client.password = user.password
    method = getattr(client, "auth_" + wanted[0].lower().replace("-", "_"))
    try:
        client.must(client.auth(wanted[0], method, initial_response_ok=wanted[0] != "LOGIN"))
    finally:
        client.user = settings


def check(cell, authorities):
    """Lines to print about the cell, and whether it behaves."""
    answer = answer_for(cell)
    accepted, dialogue = attempt(cell, cell.user, authorities)
    lines = [f"asked: {'accepted' if accepted else 'refused'}", *dialogue]
    good = accepted == (answer["verdict"] == "accepted")
    if answer.get("fixed"):
        accepted, dialogue = attempt(cell, cell.user.changed(**answer["fixed"]), authorities)
        lines += [f"fixed {answer['fixed']}: {'accepted' if accepted else 'refused'}", *dialogue]
        good = good and accepted
    return lines, good
