# SPDX-License-Identifier: ISC
"""Real traffic against the lab's servers, of every kind that is refused, with a book of what was sent.

A kind of mail has a function that sends it, and, for each server, which causes its refusal may be counted under and what
the server's log tells of it: client, reverse-path, recipient domain. One server takes all kinds: its configuration is
the lab's, with the rules of several situations at once.
"""
import collections
import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
from labkit import cells, exim, opensmtpd, postfix, sandbox                  # noqa: E402
from labkit.situations import ANNA, DOMAIN, PASSWORD                        # noqa: E402

NUMBER = 200                                       # of our cells: an address that no situation has
BARRED, NEXT = "barred.example", "next.example"
GREY, NOBODY = f"grey@{DOMAIN}", "nobody"
SIZE_MAX = 20000
BARE_NAME = "pc"
CLIENTS = "198.18"                                 # RFC 2544: no address of a network that a server might trust
LISTS = ("reject_unauth_destination", f"check_recipient_access inline:{{{{{GREY}=greyed}}}}")
POSTFIX = postfix.Row(
    main={"message_size_limit": str(SIZE_MAX), "smtpd_sender_login_maps": f"inline:{{{ANNA}={ANNA}, info@{DOMAIN}=boss@{DOMAIN}}}",
          "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
          "smtpd_restriction_classes": "greyed", "greyed": "check_policy_service inet:ADDRESS:10023",
          "smtpd_recipient_restrictions": ", ".join(LISTS), "smtpd_client_connection_count_limit": "0",
          "mailbox_size_limit": "0"},
    smtp=postfix.OFFERS_LOGIN | {"smtpd_tls_auth_only": "no", "smtpd_helo_required": "yes", "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname"},
    submission={"smtpd_tls_security_level": "may", "smtpd_tls_auth_only": "no",
                "smtpd_sender_restrictions": "reject_sender_login_mismatch",
                "smtpd_recipient_restrictions": f"check_recipient_access inline:{{{{{BARRED}=554 5.7.1 Relay access denied}}}}, "
                                                "permit_sasl_authenticated, reject"},
    services=("smtp", "submission"), files=(postfix.POSTGREY,))
EXIM = exim.Row(
    login_hosts=exim.EVERYWHERE, ports=(25, 587),
    macros=("AUTH_SERVER_ALLOW_NOTLS_PASSWORDS = yes", f"MESSAGE_SIZE_LIMIT = {SIZE_MAX}"),
    main=("smtp_accept_max = 200", "smtp_accept_queue_per_connection = 0"),
    edits=(exim.at_mail("  deny", exim.NO_DOT, "    message = HELO name $sender_helo_name is not fully qualified", "",
                        "  deny authenticated = *", exim.ANOTHER_FROM,
                        "    message = Sender $sender_address does not belong to $authenticated_id", ""),
           exim.at_rcpt(f"  deny authenticated = *", f"    domains = {BARRED}", "    message = relay not permitted", "",
                        f"  defer recipients = {GREY}", "    message = greylisted - please try again in 5 minutes", "")))
OPENSMTPD = opensmtpd.Row(
    listen=opensmtpd.listen(port_25="tls pki lab auth-optional <users> filter all", port_465=None,
                            port_587="tls pki lab auth-optional <users> senders <owners> filter all"),
    tables=(*opensmtpd.OWNERS, f"smtp max-message-size {SIZE_MAX}", 'table bare { "^[^.]+$" }', f'table greyed {{ "{GREY}" }}',
            'filter name phase ehlo match helo regex <bare> reject "550 5.7.1 Invalid EHLO name"',
            'filter grey phase rcpt-to match rcpt-to <greyed> reject "451 4.7.1 Greylisted, try again in some minutes"',
            "filter all chain { name, grey }"),
    rules=(f'match from any auth for domain "{BARRED}" reject', opensmtpd.RELAYS_LOGINS))


class Cell(cells.Cell):
    @property
    def row(self):
        return {"postfix": POSTFIX, "exim": EXIM, "opensmtpd": OPENSMTPD}[self.server.NAME]


SERVERS = {name: Cell(server, NUMBER) for name, server in cells.SERVERS.items()}


# ---- one conversation ----

class Client(smtplib.SMTP):
    """smtplib's client from an address of its own, under a name of its own."""

    def __init__(self, cell, port, source, name):
        super().__init__(timeout=60, local_hostname=name, source_address=(source, 0))
        self._host = cell.host                                     # the name for TLS
        self.connect(cell.address, port)

    def begin(self, login=None, password=PASSWORD):
        """True: as far as MAIL."""
        code, _ = self.ehlo()
        if code >= 400:
            return False
        if login:
            if "auth" not in self.esmtp_features:                  # OpenSMTPD offers logins under TLS alone
                self.starttls(context=unchecked())
                self.ehlo()
            with contextlib.suppress(smtplib.SMTPAuthenticationError):
                self.user, self.password = login, password
                self.auth("PLAIN", self.auth_plain)
                return True
            return False
        return True

    def hand_over(self, sender, recipient, size=None):
        """The answers as far as one refuses."""
        if self.mail(sender, [f"SIZE={size}"] if size else [])[0] < 400 and self.rcpt(recipient)[0] < 400:
            more = "\r\n".join(["x" * 900] * ((size or 0) // 900))   # OpenSMTPD counts what comes, not what is announced
            with contextlib.suppress(smtplib.SMTPDataError):
                self.data(f"From: {sender}\r\nTo: {recipient}\r\nSubject: A test\r\n\r\nA test.\r\n{more}\r\n")


def unchecked():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@dataclasses.dataclass(frozen=True)
class Mail:
    """One session: who, from where, to whom, and whether it is refused."""
    kind: str
    client: str
    sender: str
    recipient: str

    @property
    def domain(self):
        return self.recipient.rpartition("@")[2]


@dataclasses.dataclass(frozen=True)
class Kind:
    """`tells`: what the lines of a server tell of a refusal: "both" paths, "from", "to", the "login" in place of a path, or
    "none"; one word for all servers or one each. `causes`: families or causes under which it may be counted, the same way."""
    port: int = 25
    login: bool = False
    password: str = PASSWORD
    name: str = "mail.{sender_domain}"
    size: int | None = None
    sender: str = "user{n}@client{n}.example"
    recipient: str = "someone{n}@far{n}.example"
    tells: object = dataclasses.field(default_factory=lambda: AT_RCPT)
    causes: object = ()
    refused: bool = True


def of(value, server):
    return value[server] if isinstance(value, dict) else value


AT_RCPT = {"postfix": "both", "exim": "both", "opensmtpd": "to"}
AT_MAIL = {"postfix": "both", "exim": "from", "opensmtpd": "from"}  # Postfix waits for RCPT
NOT_TOLD_APART = ("auth-required", "relay-ip-not-allowed", "recipient-domain-not-local", "wrong-port-or-tls-mode")
KINDS = {
    "good": Kind(recipient=ANNA, refused=False),
    "relay": Kind(causes={"postfix": NOT_TOLD_APART, "exim": NOT_TOLD_APART, "opensmtpd": NOT_TOLD_APART + ("recipient-unknown",)}),
    "no-login": Kind(port=587, causes={"postfix": ("client-never-authenticates",), "exim": NOT_TOLD_APART,
                                       "opensmtpd": NOT_TOLD_APART + ("recipient-unknown",)}),
    "wrong-password": Kind(port=587, login=True, password="Kestrel-14-harbour", tells="login", causes=("auth-failed",)),
    "not-owned": Kind(port=587, login=True, sender=f"other{{n}}@{DOMAIN}", tells=AT_MAIL,
                      causes=("sender-not-owned",)),
    "logged-in": Kind(port=587, login=True, sender=ANNA, recipient=f"someone{{n}}@{BARRED}", tells="both",
                      causes={"postfix": ("login-not-honoured",), "exim": ("login-not-honoured",),
                              "opensmtpd": ("login-not-honoured", "recipient-unknown")}),  # one word for both
    "unknown-user": Kind(recipient=f"nobody{{n}}@{DOMAIN}",
                         causes={"postfix": ("recipient-unknown",), "exim": ("recipient-unknown",),
                                 "opensmtpd": ("recipient-unknown",) + NOT_TOLD_APART}),
    "greylist": Kind(recipient=GREY, causes=("greylisted-temporary",)),
    "size": Kind(recipient=ANNA, size=SIZE_MAX * 2, tells={"postfix": "from", "exim": "from", "opensmtpd": "none"},
                 causes=("message-too-large",)),
    "helo": Kind(recipient=ANNA, name=BARE_NAME, tells={"postfix": "both", "exim": "from", "opensmtpd": "none"},
                 causes=("reverse-dns-or-helo",)),
}
DEAREST = {"wrong-password": 8}                    # Dovecot takes two seconds to refuse a login


def plan(count):
    """`count` mails of each kind, from pools of addresses and names: many of one, and one of many."""
    mails = []
    for place, (name, kind) in enumerate(KINDS.items()):
        for n in range(min(count, DEAREST.get(name, count))):
            few = n % 5 if n % 2 else n            # half of them come from five clients
            client = f"{CLIENTS}.{place * 10 + few // 250}.{few % 250 + 1}"
            mails.append(Mail(name, client, kind.sender.format(n=few), kind.recipient.format(n=few % 7)))
    return mails


def send(cell, mail):
    kind = KINDS[mail.kind]
    name = kind.name.format(sender_domain=mail.sender.rpartition("@")[2])
    client = Client(cell, kind.port, mail.client, name)
    try:
        if client.begin(ANNA if kind.login else None, kind.password):
            client.hand_over(mail.sender, mail.recipient, kind.size)
        client.quit()
    except smtplib.SMTPServerDisconnected:
        pass
    finally:
        client.close()


def send_all(cell, mails, parallel=8):
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        list(pool.map(lambda mail: send(cell, mail), mails))


# ---- what must be counted ----

def expected(server, mails):
    """{(kind, client, sender, domain): count}, as far as the server's log can tell them."""
    book = collections.Counter()
    for mail in mails:
        kind = KINDS[mail.kind]
        if kind.refused:
            tells = of(kind.tells, server)
            sender = ANNA if tells == "login" else mail.sender if tells in ("from", "both") else ""
            book[(mail.kind, mail.client, sender, mail.domain if tells in ("to", "both") else "")] += 1
    return book


def compare(server, mails, groups):
    """Sentences about what is counted otherwise than it was sent, one a kind and what was made of it; none: all is right."""
    faults, left = collections.defaultdict(list), list(groups)
    for (name, client, sender, domain), count in expected(server, mails).items():
        causes = of(KINDS[name].causes, server)
        about = [g for g in left if (g["client"], g["sender"] or "", g["domain"] or "") == (client, sender, domain)]
        found = sum(g["count"] for g in about if g["cause"] in causes or g["family"] in causes)
        if found != count or len(about) > 1:
            counted_as = ", ".join(sorted({str(g["cause"]) for g in about})) or "nothing"
            faults[f"{name} ({'/'.join(causes)}) is counted as {counted_as}"].append(
                f"{count} from {client}, {sender or 'no sender'}, to {domain or 'no domain'}: "
                f"{about[0]['count'] if about else 0} counted {about[0]['example'] if about else ''}")
        left = [g for g in left if g not in about]
    for g in left:
        faults[f"nobody sent what is counted as {g['cause']}"].append(
            f"{g['count']} from {g['client']}, {g['sender']}, to {g['domain']}: {g['example']}")
    return [f"{what}: {len(each)} groups, such as {each[0]}" for what, each in faults.items()]


# ---- servers ----

def enter():
    """Into a network of our own, with the servers' roots built."""
    if os.geteuid() != 0:
        return "only root can run mail servers"
    if sandbox.INSIDE not in os.environ:
        subprocess.run([sandbox.HERE / "roots", *SERVERS], check=True)
        sandbox.enter_network()
    return None


def is_built(cell):
    return (sandbox.root_of(cell.server.NAME) / ".complete").exists()


@contextlib.contextmanager
def world():
    """A place for the boxes, and certificates; the network is up."""
    built = [cell for cell in SERVERS.values() if is_built(cell)]
    with tempfile.TemporaryDirectory(prefix="logs", dir="/tmp") as name:
        place = pathlib.Path(name)
        sandbox.mount("-t", "tmpfs", "tmpfs", place, "-o", "mode=755")
        try:
            if built:
                root = sandbox.root_of(built[0].server.NAME)
                sandbox.set_up_network(root)
                sandbox.run_in(root, "ip", "route", "add", "local", f"{CLIENTS}.0.0/16", "dev", "lo")
            certificates = place / "certificates"
            certificates.mkdir()
            subprocess.run([sandbox.HERE / "certs", "authorities", certificates], check=True)
            yield place, certificates
        finally:
            subprocess.run(["umount", "--lazy", place], check=False)


def log_path(box):
    return box.root / box.server.LOG.lstrip("/") if box.server.LOG else box.console


def rotate(box):
    """As logrotate does, without delay."""
    path = log_path(box)
    path.rename(path.with_name(path.name + ".1"))
    if box.server.NAME == "postfix":
        # postlogd ends a while after the last line, and opens the file when it is started again.
        sandbox.run_in(box.root, "postfix", "reload")


def settled(box, quiet_s=3):
    """The log once nothing more is added: some lines come after the session."""
    path, before, since = log_path(box), -1, time.monotonic()
    while time.monotonic() - since < quiet_s:
        now = path.stat().st_size if path.exists() else 0
        if now != before:
            before, since = now, time.monotonic()
        time.sleep(0.1)
    return path.read_bytes()


def as_syslog(box, octets):
    """OpenSMTPD in the foreground writes no time and no name; syslog puts both before its lines."""
    if box.server.NAME != "opensmtpd":
        return octets
    head = f"{time.strftime('%b %e %H:%M:%S')} {box.host.partition('.')[0]} smtpd[4711]: ".encode()
    return b"".join(head + line + b"\n" for line in octets.splitlines())
