# SPDX-License-Identifier: ISC
"""A mail program that does what the user's settings say, over Python's own SMTP client, and writes the
whole dialogue down."""

import base64
import hmac
import poplib
import smtplib
import ssl

PATIENCE_S = 60
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
NAME = "pc-anna.lab.example"
SHOWN = ("HELO", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "QUIT")


class Refused(Exception):
    pass


class Client(smtplib.SMTP):
    """smtplib's client, talking to one address under another name, and writing the dialogue down."""

    def __init__(self, address, host, user, certificates):
        self.lines = []
        self.address, self.settings = address, user
        self.context = context_for(user, certificates)
        super().__init__(timeout=PATIENCE_S, local_hostname=user.helo or NAME,
                         source_address=(user.source, 0) if user.source else None)
        self._host = host

    def _get_socket(self, host, port, timeout):
        plain = super()._get_socket(self.address, port, timeout)
        if self.settings.security != "tls":
            return plain
        return self.context.wrap_socket(plain, server_hostname=self._host)

    def putcmd(self, cmd, args=""):
        shown = f"{cmd} {args}".rstrip() if cmd.upper() in SHOWN else "AUTH ..." if cmd == "AUTH" else "..."
        self.lines.append(f"C: {shown}")
        super().putcmd(cmd, args)

    def getreply(self):
        code, text = super().getreply()
        self.lines += [f"S: {code} {line}" for line in text.decode("latin-1").split("\n")]
        return code, text

    def must(self, answer):
        if answer[0] >= 400:
            raise Refused
        return answer

    def greet(self):
        self.must(self.helo() if self.settings.old_helo else self.ehlo())


def context_for(user, certificates):
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    if user.own_certificate:
        context.load_cert_chain(certificates / "own.pem")
    return context


def attempt(cell, user, certificates):
    """Play the user's settings up to RCPT, or to the message. Returns whether that was accepted, and the dialogue."""
    client = Client(cell.addresses[-1], cell.host, user, certificates)
    try:
        if user.fetches:
            fetch(cell, user, client)
        client.must(client.connect(cell.addresses[-1], user.port))
        client.greet()
        if user.security == "starttls":
            client.must(client.starttls(context=client.context))
            client.greet()
        if user.auth != "none":
            log_in(client, user)
        size = [f"size={user.size}"] if user.size and client.has_extn("size") else []
        client.must(client.mail(user.sender, size))
        if size and 0 < int(client.esmtp_features["size"] or 0) < user.size:
            raise Refused(f"the server announces {client.esmtp_features['size']} at most")
        client.must(client.rcpt(user.to))
        if user.send:
            client.must(client.data(f"From: {user.header_from or user.sender}\r\nTo: {user.to}\r\n"
                                    "Subject: A test\r\n\r\nA test.\r\n"))
        client.quit()
        return True, client.lines
    except (Refused, OSError, smtplib.SMTPException, poplib.error_proto) as stopped:
        return False, client.lines + [f"-- {type(stopped).__name__} {stopped}"]
    finally:
        client.close()


def fetch(cell, user, client):
    """Look into the mailbox, as the user's program would before it sends."""
    box = poplib.POP3_SSL(cell.address, timeout=PATIENCE_S, context=unnamed(client.context))
    box.user(user.login)
    box.pass_(user.password)
    client.lines.append(f"POP3: {box.stat()}")
    box.quit()


def unnamed(context):
    """poplib takes the address for the name."""
    context.check_hostname = False
    return context


def log_in(client, user):
    offered = client.esmtp_features.get("auth", "").split()
    known = MECHANISMS if user.auth == "auto" else (user.auth,)
    wanted = [name for name in known if name in offered]
    if not wanted:
        raise smtplib.SMTPNotSupportedError(f"no mechanism in common with {offered}")
    client.must(BY_MECHANISM[wanted[0]](client, user.login.encode(), user.secret))


def plain(client, login, secret):
    return client.docmd("AUTH", "PLAIN " + text(b"\0" + login + b"\0" + secret))


def login_login(client, login, secret):
    client.must(client.docmd("AUTH", "LOGIN"))
    client.must(client.docmd(text(login)))
    return client.docmd(text(secret))


def cram_md5(client, login, secret):
    challenge = client.must(client.docmd("AUTH", "CRAM-MD5"))[1]
    digest = hmac.new(secret, base64.b64decode(challenge), "md5").hexdigest()
    return client.docmd(text(login + b" " + digest.encode()))


def text(octets):
    return base64.b64encode(octets).decode()


BY_MECHANISM = {"PLAIN": plain, "LOGIN": login_login, "CRAM-MD5": cram_md5}
