#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Real mail servers as next hops of baton relay, with real TLS and logins: Postfix, Exim and OpenSMTPD take its mail, a wrong
password and a wrong certificate cost no message, and Postfix's smtp-sink refuses and dies at each command.

usage: relay_next.py BATON [WORD...]      ./run real relay_next [WORD...]
"""
import email
import email.policy
import json
import os
import pathlib
import re
import smtplib
import subprocess
import sys
import tempfile
import time

import kit
import settings_kit as servers
from relay_kit import Relay, free_port, wait_for
from settings_kit import ADDRESSES, ANNA, DOMAIN, HOST, OPEN, PASSWORD, PORTS, STRANGER, accepted, arrived, fresh, sandbox

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
from labkit.rows import Common  # noqa: E402

BODY = "words\r\n.a dot\r\n..two\r\n" + "x" * 900 + "\r\n"
EXIM, OPENSMTPD = ("127.10.0.240", "exim.kit.example"), ("127.10.0.241", "opensmtpd.kit.example")


class Next:
    """A relay in a place of its own, with one route."""

    def __init__(self, *smarthosts, route="", password=PASSWORD, user=ANNA, mechanism="", more=""):
        self.directory = tempfile.TemporaryDirectory(prefix="relay-next", dir="/var/tmp")
        place = pathlib.Path(self.directory.name)
        place.chmod(0o755)
        self.port = free_port()
        (place / "logins").mkdir()
        login = place / "logins/next"
        login.write_text("\n".join([user, password, mechanism]).rstrip("\n") + "\n")
        login.chmod(0o600)
        hosts = ", ".join(f'"{host}"' for host in smarthosts)
        self.relay = Relay(place, f"""hostname = "relay.kit.example"
logins = "{place}/logins"
ca = "{servers.CA}"
{more}
listen "in" {{ address = "127.0.0.1"  port = {self.port}  security = none }}
permit "all" {{ network = "127.0.0.1" }}
route "next" {{ smarthost = {{{hosts}}}  {route} }}""", program=servers.BATON.with_name("baton-relay"))

    def __enter__(self):
        self.relay.start([("127.0.0.1", self.port)])
        return self

    def __exit__(self, *error):
        self.relay.stop()
        if error[0] is not None:
            sys.stdout.write(self.relay.log())
        self.directory.cleanup()

    def send(self, to, sender=ANNA, body=BODY, **more):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.sendmail(sender, to, f"From: {ANNA}\r\nTo: {to}\r\nSubject: next\r\n\r\n{body}".encode(), **more)

    def events(self, event):
        return [line for line in self.relay.log(1 << 20).splitlines() if re.search(rf"\bevent={event}\b", line)]

    def event(self, event, seconds=20):
        return wait_for(lambda: self.events(event), seconds, lambda: f"no {event}: {self.relay.log()}")


LOGIN = 'login = "next"'


# ---- Postfix ----

def delivers(host, security, mechanism="", expected=""):
    to = fresh()
    with Next(f"{host}:{PORTS[security]}", route=LOGIN, mechanism=mechanism) as relay:
        relay.send(to)
        mail = accepted(to)
        relay.event("delivered")
        assert PASSWORD not in relay.relay.log(1 << 20)
    assert mail.octets.endswith(BODY.encode().replace(b"\r\n.", b"\r\n..")), mail.octets[-2000:]
    assert (mail.user, mail.port, mail.sender, mail.helo) == (ANNA, PORTS[security], ANNA, "relay.kit.example"), mail.facts
    assert mail.tls.startswith("TLS") and (not expected or mail.mechanism == expected), mail.facts


def postfix_starttls():
    delivers(HOST, "starttls", "PLAIN", "PLAIN")


def postfix_tls():
    delivers(HOST, "tls", "LOGIN", "LOGIN")


def postfix_without_login():
    to = fresh()
    with Next(f"{OPEN}:25") as relay:
        relay.send(to)
        mail = accepted(to)
    assert mail.tls.startswith("TLS") and not mail.user, mail.facts


def a_stranger_gets_mail_without_login_only():
    to = fresh()
    with Next(f"{STRANGER}:25") as relay:  # 554: it wants a login, which the route has not
        relay.send(to)
        relay.event("certificate-not-verified")
        relay.event("failed")


def a_stranger_gets_no_password():
    to, before = fresh(), len(servers.TRIED)
    with Next(f"{STRANGER}:587", f"{HOST}:587", route=LOGIN) as relay:
        relay.send(to)
        assert accepted(to).server == ADDRESSES[HOST]
        told = relay.event("host-down")[0]
        assert "certificate" in told and "cause=certificate-" in told and "do=" in told, told
    assert [right for _, _, right in servers.TRIED[before:]] == [True], servers.TRIED[before:]


def a_wrong_password_is_tried_once():
    to, wrong = fresh(), "wrong-Secret-77"
    before = len(servers.TRIED)
    with Next(f"{HOST}:587", route=LOGIN, password=wrong) as relay:
        for _ in range(3):
            relay.send(to)
        told = relay.event("host-down")[0]
        assert "login was refused" in told and "535" in told and re.search("cause=(wrong-|password-)", told), told
        assert "level=error" in told
        relay.send(to)
        time.sleep(8)  # longer than what waits is kept in memory
        assert not relay.events("failed") and not arrived(to)
        assert len([1 for _, password, _ in servers.TRIED[before:] if password == wrong.encode()]) == 1, servers.TRIED[before:]
        assert wrong not in relay.relay.log(1 << 20)
        waiting = json.loads(subprocess.run([servers.BATON, "queue", "list", "--json", "--control", relay.relay.control],
                                            capture_output=True, text=True, check=False, timeout=60).stdout or "null")
        assert waiting is None or "535" in json.dumps(waiting), waiting
        # The operator mends it, and says so.
        login = pathlib.Path(relay.directory.name) / "logins/next"
        login.write_text(f"{ANNA}\n{PASSWORD}\n")


def no_login_in_clear():
    before = len(servers.TRIED)
    with Next(f"{HOST}:25", route=f"{LOGIN}  security = none") as relay:
        relay.send(fresh())
        told = relay.event("host-down")[0]
        assert "not encrypted" in told or "no mechanism" in told or "no login" in told, told
    assert len(servers.TRIED) == before


def dead_machine_first():
    """An address where nobody answers at all, then Postfix."""
    sandbox.run_in(sandbox.root_of("postfix"), "ip", "address", "replace", "127.10.0.222/32", "dev", "lo")
    sandbox.drop(sandbox.root_of("postfix"), "127.10.0.222", 587)
    to = fresh()
    with Next("127.10.0.222:587", f"{HOST}:587", route=LOGIN) as relay:
        began = time.monotonic()
        relay.send(to)
        accepted(to)
        took = time.monotonic() - began
        print(f"     a machine that drops packets cost {took:.2f} s")


def postfix_without_8bitmime():
    """Postfix that takes 7 bits gets 7 bits, and they mean what was sent."""
    to, words, picture = fresh(), "\u00fc = \u20ac \r\n.\r\n" * 3, bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    parts = (f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}".encode(),
             b"Content-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + picture, b"\r\nplain = \r\n")
    octets = (f"From: {ANNA}\r\nTo: {to}\r\nSubject: next\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
              "Content-Type: multipart/mixed; boundary=b\r\n\r\n").encode() + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    with Next(f"{OPEN}:{servers.SEVEN_BIT_PORT}") as relay:
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=60) as client:
            client.sendmail(ANNA, to, octets, mail_options=["BODY=8BITMIME"])
        mail = accepted(to)
        assert "parts=2" in relay.event("converted")[0]
    assert mail.octets.isascii()
    text, image, plain = email.message_from_bytes(re.sub(rb"(?m)^\.\.", b".", mail.octets)).get_payload()
    assert (text.get_payload(decode=True), text["Content-Transfer-Encoding"]) == (words.encode(), "quoted-printable"), mail.octets
    assert (image.get_payload(decode=True), image["Content-Transfer-Encoding"]) == (picture, "base64"), mail.octets
    assert plain.get_payload() == "plain = \r\n" and "Content-Transfer-Encoding" not in plain, mail.octets


# ---- Exim and OpenSMTPD ----

class Server(sandbox.Box):
    def __init__(self, name, where, log, start):
        kind = type(name, (), {"NAME": name, "LOG": log, "START": start})
        super().__init__(kind, Common(), servers.PLACE / f"next-{name}", *where)

    def __enter__(self):
        super().__enter__()
        sandbox.run_in(self.root, "ip", "address", "replace", f"{self.address}/32", "dev", "lo")
        self.pem = "/etc/ssl/next.pem"
        subprocess.run([sandbox.HERE / "certs", "leaf", servers.PLACE / "certificates", "good", self.host,
                        self.root / self.pem.lstrip("/")], check=True, stderr=subprocess.DEVNULL)
        return self


EXIM_CONF = """primary_hostname = {host}
disable_ipv6 = true
local_interfaces = <; {address}
daemon_smtp_ports = 587 : 465
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = {pem}
tls_privatekey = {pem}
keep_environment =
never_users =
trusted_users = root
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
queue_only = false
begin acl
rcpt:
  deny local_parts = nobody
    message = 550 5.1.1 no such person here
  defer local_parts = later
    message = 450 4.2.0 come back later
  accept authenticated = *
  deny message = relay not permitted
begin routers
sink:
  driver = manualroute
  transport = sink
  route_list = * {sink} byname
  self = send
begin transports
sink:
  driver = smtp
  port = 10025
  allow_localhost = true
  hosts_avoid_tls = *
begin retry
* * F,1h,1m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


def of_other(where, security, box, server):
    to = fresh(where[1].partition(".")[0])
    with Next(f"{where[1]}:{PORTS[security]}", route=LOGIN) as relay:
        relay.send(to)
        try:
            mail = accepted(to)
        except AssertionError as why:
            raise AssertionError(f"{why}\n{server}: {box.log()[-2000:]}") from None
        relay.event("delivered")
    assert b"words\r\n" in mail.octets and mail.sender == ANNA
    return relay


def exim():
    address, host = EXIM
    with Server("exim", EXIM, "/var/log/exim4/mainlog", "exec exim4 -bdf -q1m") as box:
        box.write("/etc/exim4/exim4.conf", EXIM_CONF.format(address=address, host=host, pem=box.pem, sink=ADDRESSES[HOST], user=ANNA,
                                                            password=PASSWORD))
        box.start((587, 465))
        sandbox.run_in(box.root, "chown", "Debian-exim", box.pem)
        for security in ("starttls", "tls"):
            of_other(EXIM, security, box, "Exim")
            assert re.search(r" X=TLS\S+ .* A=plain:anna@kit.example", box.log()), box.log()[-500:]
        to = fresh()
        with Next(f"{host}:587", route=LOGIN) as relay:
            relay.send([f"nobody@{DOMAIN}", to, f"later@{DOMAIN}"])
            accepted(to)
            assert "5.1.1 no such person" in relay.event("failed")[0] and "recipient-unknown" in relay.event("failed")[0]
            assert "come back later" in relay.event("deferred")[0]
            bounce = email.message_from_bytes(accepted(ANNA).octets, policy=email.policy.SMTP)
            assert bounce.get_content_type() == "multipart/report" and "no such person here" in bounce.as_string()


def opensmtpd():
    address, host = OPENSMTPD
    with Server("opensmtpd", OPENSMTPD, None, "exec smtpd -d") as box:
        hashed = sandbox.run_in(box.root, "smtpctl", "encrypt", PASSWORD).strip()
        box.write("/etc/aliases", "postmaster: root\n")
        box.write("/etc/users", f"{ANNA} {hashed}\n", 0o640)
        sandbox.run_in(box.root, "chown", "root:opensmtpd", "/etc/users")
        (box.root / box.pem.lstrip("/")).chmod(0o600)
        box.write("/etc/smtpd.conf", f"""pki next cert "{box.pem}"
pki next key "{box.pem}"
table users file:/etc/users
listen on {address} port 587 tls-require pki next auth <users> hostname {host}
listen on {address} port 465 smtps pki next auth <users> hostname {host}
action "sink" relay host smtp://{ADDRESSES[HOST]}:10025
match from any auth for any action "sink"
""")
        box.start((587, 465))
        for security in ("starttls", "tls"):
            of_other(OPENSMTPD, security, box, "OpenSMTPD")


# ---- smtp-sink ----

def sink_of(*flags):
    port = free_port()
    root = sandbox.root_of("postfix")
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "chroot", str(root), "smtp-sink", "-u", "nobody", *flags,
                                f"127.0.0.1:{port}", "100"], stdin=subprocess.DEVNULL)
    sandbox.wait_until(lambda: sandbox.listening("127.0.0.1", port), 20, "smtp-sink does not start")
    return process, port


# Of each: the flag, the command, and what becomes of the message: with a second smarthost "taken", or by itself.
SINKS = [(flag, command, came)
         for flag, of in (("-f", {"connect": "taken", "ehlo,helo": "taken", "mail": "failed", "rcpt": "failed", "data": "failed", ".": "failed"}),
                          ("-r", {"connect": "taken", "ehlo,helo": "taken", "mail": "taken", "rcpt": "taken", "data": "taken", ".": "taken"}),
                          ("-q", {"connect": "taken", "ehlo": "taken", "mail": "taken", "rcpt": "taken", "data": "taken", ".": "deferred"}),
                          ("-Q", {"connect": "taken", "ehlo": "taken", "mail": "taken", "rcpt": "taken", "data": "taken", ".": "taken"}))
         for command, came in of.items()]


def sink_case(flag, command, came):
    def case():
        process, port = sink_of(flag, command)
        to = fresh("sink")
        try:
            with Next(f"127.0.0.1:{port}", f"{OPEN}:25") as relay:
                relay.send(to, sender="")
                if came == "taken":
                    accepted(to)
                else:
                    relay.event(came)
                    time.sleep(0.3)
                    assert not arrived(to) and not relay.events("failed" if came == "deferred" else "deferred")
        finally:
            process.kill()
            process.wait()
    case.__name__ = f"sink{flag}-{command.partition(',')[0].replace('.', 'dot')}"
    return case


CASES = [postfix_starttls, postfix_tls, postfix_without_login, postfix_without_8bitmime, a_stranger_gets_mail_without_login_only, a_stranger_gets_no_password,
         a_wrong_password_is_tried_once, no_login_in_clear, dead_machine_first, exim, opensmtpd]

if __name__ == "__main__":
    for server_address, server_host in (EXIM, OPENSMTPD):
        ADDRESSES[server_host] = server_address
    if sandbox.INSIDE not in os.environ:
        subprocess.run([sandbox.HERE / "roots", "exim", "opensmtpd"], check=True, stdout=sys.stderr)
    servers.main(CASES, [sink_case(*row) for row in SINKS])
