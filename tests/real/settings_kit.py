# SPDX-License-Identifier: ISC
"""A real mail server for programs whose settings Baton wrote, and what Baton reads and writes.

Postfix with Cyrus SASL, from the lab's private root, in a network of our own. Ports 25 (TLS if asked for), 587
(STARTTLS, or no mail) and 465 (TLS at once), on three names:

    HOST      takes mail to anywhere, but only after the right login; its certificate is good
    OPEN      offers no login, and takes mail from everybody
    STRANGER  is as HOST, with a certificate of an authority that nobody trusts

The system's list of authorities is, in our mount table, the one that signed the first two. What a server takes lies
in the sink before the program hears "250": accepted(to) waits for it, arrived(to) looks only.

    def case():
        text = baton_write("msmtp", **wanted("starttls", "dollar"))
        ...run the program on it, mail to fresh("msmtp")...
        mail = accepted(to)          # mail.user, .mechanism, .tls, .port, .sender, .helo, .message
        baton_read("msmtp", path)    # the whole reading; ["secret_text"] is octets

    if __name__ == "__main__":
        settings_kit.main(CASES)     # in place of kit.main()
"""
import dataclasses
import email
import itertools
import json
import os
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading

import kit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
from labkit import postfix, sandbox  # noqa: E402

BATON = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
DOMAIN, OUTSIDE = "kit.example", "outside.example"
HOST, OPEN, STRANGER = (f"{name}.{DOMAIN}" for name in ("mail", "open", "stranger"))
ADDRESSES = {HOST: "127.10.0.250", OPEN: "127.10.0.251", STRANGER: "127.10.0.252"}
SINK_PORT, POLICY_PORT = 10025, 10031
SEVEN_BIT_PORT = 2525  # of OPEN: Postfix that does not offer 8BITMIME
PORTS = {"none": 25, "starttls": 587, "tls": 465}

# Passwords that go wrong in one language or another, by the name of the one who has it: NAME@kit.example logs in
# with HOSTILE[NAME].
HOSTILE = {
    "plain": "tulip-Mania-1637",
    "dollar": "pa$word9", "variable": "x$HOME/y", "braces": "a${HOME}b", "unknown": "a${x}b$x", "dollars": "a$$b",
    "subshell": "a$(id)b", "backtick": "a`id`b",
    "double": 'a"b', "single": "a'b", "quotes": "a'b\"c", "in-double": '"ab"', "in-single": "'ab'",
    "backslash": "a\\b\\n\\\\c", "backslash-last": "ab\\",
    "hash": "a#b", "hash-first": "#ab", "hash-blank": "a #b", "semicolon": "a;b", "comment": "a//b/*c*/",
    "blank": "a b  c", "blank-first": " ab", "blank-last": "ab ", "tab": "a\tb",
    "percent": "50%off%", "percent-code": "p%40q%0Ar", "accent": "café-é", "latin": b"caf\xe9-x",
    "colon": "a:b", "at": "a@b", "slash": "a/b?c&d", "bang": "!a!b", "equals": "=a=b", "comma": "a,b", "brackets": "<[{(a)}]>",
    "angle": "<?php ?>{{a}}{%b%}", "star": "*?~a^|b", "dash": "--a", "number": "0123456", "null": "null", "true": "yes",
    "newline": "a\nb", "line-end": "ab\n", "carriage": "a\rb",
    "all": "$HOME ${x} \"'\\ # %40 é:@/!`;=,*&|<>?[]{}()~^+",
}
PEOPLE = {"anna": "tulip-Mania-1637", "corp\\boris": "quite-Another-one", f"odd+user%x#$y@{DOMAIN}": "tulip-Mania-1637"}
ANNA = f"anna@{DOMAIN}"
PASSWORD = PEOPLE["anna"]

# What can rightly be said of some of HOSTILE, whatever the program.
SHAPES = ("secret-quotes", "secret-blank", "secret-odd", "secret-line-end", "secret-placeholder", "file-not-utf8")

serial = itertools.count(1)


def octets(text):
    return text if isinstance(text, bytes) else text.encode()


# ---- Baton ----

class Refused(Exception):
    """Baton's own sentence."""


def driver(*arguments, env=None):
    """tests/real/settings_driver.c, built when it is first asked for. It shows secrets, as no command of ours does."""
    root = BATON.parents[2]
    done = subprocess.run([root / "tests/real/settings_driver", *arguments], capture_output=True, check=False, env=env)
    if done.returncode:
        raise Refused(done.stderr.decode(errors="replace").strip())
    return done.stdout


def build_driver():
    subprocess.run(["ninja", "-C", BATON.parents[2], "--quiet", "tests/real/settings_driver"], check=True)


def words(settings):
    return [octets(key) + b"=" + (b"true" if value is True else b"false" if value is False else
                                  value if isinstance(value, bytes) else str(value).encode())
            for key, value in settings.items() if value is not None]


def wanted(security="starttls", who=None, **more):
    """Settings for HOST with the login of `who`, one of HOSTILE, or for OPEN without one."""
    settings = {"host": HOST if who else OPEN, "port": PORTS[security], "security": security, "from": ANNA}
    if who:
        settings |= {"mechanism": "auto", "user": f"{who}@{DOMAIN}", "secret": "literal", "secret_text": HOSTILE[who]}
    return settings | more


def baton_write(program, **settings):
    """The text as octets; Refused with Baton's sentence."""
    return driver("write", program, *words(settings))


def baton_read(program, path, env=None):
    """The reading; program "-": found by its shape."""
    return reading(driver("read", program, path, env=env))


def reading(printed):
    document = json.loads(printed)
    document["secret_text"] = bytes.fromhex(document.pop("secret_hex"))
    return document


def baton_change(program, path, **settings):
    """{path: new text}"""
    return json.loads(driver("change", program, path, *words(settings)))


def reads_back(program, path, settings, ignore=()):
    """What was written is read as what was wanted, and with no mistake in it."""
    got = baton_read(program, path)
    for key, value in settings.items():
        if key == "secret_text":
            value = octets(value)
        if key not in ignore:
            assert got[key] == value, f"{program} reads {key} as {got[key]!r}, not {value!r}"
    mine = ("verify-off", "login-in-clear", "port-25", *ignore)
    if octets(settings.get("secret_text", "")) != octets(HOSTILE["plain"]):
        mine += SHAPES
    faults = [m for m in got["mistakes"] if m["id"] not in mine]
    assert not faults, f"{program}: false alarm: {faults}"
    return got


# ---- the sink ----

@dataclasses.dataclass
class Mail:
    sender: str
    to: list
    octets: bytes

    @property
    def message(self):
        return email.message_from_bytes(self.octets)

    @property
    def facts(self):
        """What the server knew of the client: sasl_username, sasl_method, encryption_protocol, helo_name, server_port."""
        return json.loads(self.message["X-Kit"])

    user = property(lambda self: self.facts["sasl_username"])
    mechanism = property(lambda self: self.facts["sasl_method"])
    tls = property(lambda self: self.facts["encryption_protocol"])  # "" or "TLSv1.3"
    helo = property(lambda self: self.facts["helo_name"])
    port = property(lambda self: int(self.facts["server_port"]))
    server = property(lambda self: self.facts["server_address"])


MAILS = []
CAME = threading.Condition()


class Sink(socketserver.StreamRequestHandler):
    """Keeps what the servers take."""

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        self.say(b"220 sink ESMTP")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say(b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN")
                continue
            if verb == b"MAIL":
                mail = Mail(path_of(line), [], b"")
            elif verb == b"RCPT":
                mail.to.append(path_of(line))
            elif verb == b"DATA":
                self.say(b"354 go on")
                mail.octets = b"".join(iter(self.rfile.readline, b".\r\n"))
                with CAME:
                    MAILS.append(mail)
                    CAME.notify_all()
            self.say(b"221 bye" if verb == b"QUIT" else b"250 ok")


def path_of(line):
    return line[line.index(b"<") + 1:line.index(b">")].decode()


class Policy(socketserver.StreamRequestHandler):
    """Postfix asks it before each message, and puts what it knows of the client into the message itself."""
    TOLD = ("sasl_username", "sasl_method", "encryption_protocol", "helo_name", "server_port", "server_address")

    def handle(self):
        told = {}
        for line in self.rfile:
            key, _, value = line.rstrip(b"\n").partition(b"=")
            if key:
                told[key.decode()] = value.decode(errors="replace")
                continue
            facts = json.dumps({key: told.get(key, "") for key in self.TOLD})
            self.wfile.write(f"action=PREPEND X-Kit: {facts}\n\n".encode())
            told = {}


USERS = {f"{name}@{DOMAIN}": octets(password) for name, password in HOSTILE.items()} | \
        {ANNA: octets(PASSWORD)} | {name: octets(password) for name, password in PEOPLE.items()}
TRIED = []  # (user, password, whether it is right), as the server got them


class Saslauthd(socketserver.StreamRequestHandler):
    """In place of Cyrus' daemon of that name. Dovecot takes no password with a line end or a tab, and a file of passwords
    none with the sign between its fields: here every octet goes."""

    def field(self):
        return self.rfile.read(int.from_bytes(self.rfile.read(2), "big"))

    def handle(self):
        login, password, _service, realm = (self.field() for _ in range(4))
        user = (login + (b"@" + realm if realm else b"")).decode(errors="replace")
        right = USERS.get(user) == password
        TRIED.append((user, password, right))
        answer = b"OK" if right else b"NO"
        self.wfile.write(len(answer).to_bytes(2, "big") + answer)


def tried(user):
    """The passwords that somebody tried for this user so far, as they came."""
    return [password for name, password, _ in TRIED if name == user]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request, client_address):
        """Somebody went away in the middle."""


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def begin(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve(handler, port):
    begin(Server((ADDRESSES[HOST], port), handler))


def fresh(program="someone"):
    """An address outside that nobody has written to yet."""
    return f"{program}-{next(serial)}@{OUTSIDE}"


def arrived(to):
    """The message for it, or None. Once the program has been told "250" it is there."""
    with CAME:
        return next((mail for mail in MAILS if to in mail.to), None)


def accepted(to, timeout_s=30):
    """Waits for the message."""
    with CAME:
        CAME.wait_for(lambda: any(to in mail.to for mail in MAILS), timeout_s)
    mail = arrived(to)
    assert mail, f"no mail for {to} was accepted\n{log()[-1500:]}"
    return mail


def matches(mail, settings):
    """The server saw what was wanted."""
    login = settings.get("mechanism")
    got = (bool(mail.tls), mail.user, mail.port, mail.sender)
    want = (settings["security"] != "none", settings["user"] if login else "", settings["port"], settings["from"])
    assert got == want, f"TLS, user, port, sender are {got}, not {want}"


# ---- the servers ----

class Postfix:
    NAME = "postfix"
    LOG = postfix.LOG
    START = "/usr/lib/postfix/configure-instance.sh - && exec postfix start-fg"


def service(address, port, pem, login):
    tls = {25: "-o smtpd_tls_security_level=may", 587: "-o smtpd_tls_security_level=encrypt",
           465: "-o smtpd_tls_wrappermode=yes"}[port]
    who = ("-o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject" if login else
           "-o mynetworks=127.0.0.0/8 -o smtpd_relay_restrictions=permit_mynetworks,reject")
    return (f"{address}:{port} inet n - n - - smtpd\n  {tls} {who} -o smtpd_tls_cert_file={pem} -o smtpd_tls_key_file={pem}\n"
            f"  -o syslog_name=postfix/{port}\n")


def configure(box, place):
    certs = sandbox.HERE / "certs"
    services = []
    for host, kind in ((HOST, "good"), (OPEN, "good"), (STRANGER, "other-ca")):
        pem = f"/etc/ssl/{host}.pem"
        subprocess.run([certs, "leaf", place / "certificates", kind, host, box.root / pem.lstrip("/")], check=True)
        services += [service(ADDRESSES[host], port, pem, host != OPEN) for port in PORTS.values()]
    services.append(f"{ADDRESSES[OPEN]}:{SEVEN_BIT_PORT} inet n - n - - smtpd\n  -o mynetworks=127.0.0.0/8"
                    " -o smtpd_relay_restrictions=permit_mynetworks,reject -o smtpd_discard_ehlo_keywords=8bitmime,smtputf8\n")
    sink, policy = (f"{ADDRESSES[HOST]}:{port}" for port in (SINK_PORT, POLICY_PORT))
    (box.root / "etc/postfix/main.cf").write_text(f"""\
compatibility_level = 3.7
myhostname = {HOST}
mydestination =
mynetworks =
inet_interfaces = all
inet_protocols = ipv4
maillog_file = {postfix.LOG}
alias_maps =
local_recipient_maps =
smtpd_tls_chain_files =
smtpd_recipient_restrictions =
smtpd_data_restrictions = check_policy_service inet:{policy}
smtpd_proxy_filter = {sink}
smtpd_sasl_path = smtpd
smtpd_sasl_security_options = noanonymous
smtpd_tls_received_header = yes
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_error_sleep_time = 0
""", encoding="ascii")
    stock = [line for line in box.read("/etc/postfix/master.cf").splitlines() if not line.startswith("smtp      inet")]
    box.write("/etc/postfix/master.cf", "\n".join(stock) + "\n" + "".join(services))
    box.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: saslauthd\nsaslauthd_path: /run/kit/mux\nmech_list: PLAIN LOGIN\n")
    socket_path = box.root / "run/kit/mux"
    socket_path.parent.mkdir()
    begin(UnixServer(str(socket_path), Saslauthd))
    socket_path.chmod(0o777)


BOX = None
PLACE = None  # a directory of this run, which any user may look into
CA = None     # the authority of HOST and OPEN, as a file


def log():
    return "\n".join(BOX.logs().values())


def trust(place):
    """Programs that go by the system's authorities trust ours, and no other."""
    authorities = place / "authorities"
    authorities.mkdir()
    (authorities / "ca-certificates.crt").write_bytes(CA.read_bytes())
    (authorities / "kit.pem").write_bytes(CA.read_bytes())
    subprocess.run(["openssl", "rehash", authorities], check=True, capture_output=True)
    sandbox.mount("--bind", authorities, "/etc/ssl/certs")


def main(cases, *beside):
    """kit.main() with the servers up."""
    global BOX, PLACE, CA
    if os.geteuid() != 0:
        sys.exit("settings: this test runs servers that want to be started by root")
    if sandbox.INSIDE not in os.environ:
        subprocess.run([sandbox.HERE / "roots", "postfix"], check=True, stdout=sys.stderr)
        build_driver()
        sandbox.enter_network()
    with tempfile.TemporaryDirectory(prefix="settings") as name:
        PLACE = pathlib.Path(name)
        sandbox.mount("-t", "tmpfs", "tmpfs", PLACE, "-o", "mode=755")
        try:
            root = sandbox.root_of("postfix")
            sandbox.run_in(root, "ip", "link", "set", "lo", "up")
            for address in ADDRESSES.values():
                sandbox.run_in(root, "ip", "address", "replace", f"{address}/32", "dev", "lo")
            sandbox.know_names({host: [address] for host, address in ADDRESSES.items()}, PLACE / "hosts")
            (PLACE / "certificates").mkdir()
            subprocess.run([sandbox.HERE / "certs", "authorities", PLACE / "certificates"], check=True, stderr=subprocess.DEVNULL)
            CA = PLACE / "ca.pem"
            CA.write_bytes((PLACE / "certificates/ca.pem").read_bytes())
            CA.chmod(0o644)
            trust(PLACE)
            serve(Sink, SINK_PORT)
            serve(Policy, POLICY_PORT)
            with sandbox.Box(Postfix, postfix.Row(), PLACE / "box", ADDRESSES[HOST], HOST) as BOX:
                configure(BOX, PLACE)
                BOX.start(PORTS.values())
                kit.main(cases, *beside)
        finally:
            subprocess.run(["umount", "--lazy", PLACE], check=False)
