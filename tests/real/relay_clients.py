#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Real mail programs and real mail servers that send by way of baton relay: what they say is understood, what they may not is
refused in words they act on, and what arrives at the next hop is octet for octet what they sent, with trace in front.

usage: relay_clients.py BATON [WORD...]      ./run real relay_clients [WORD...]
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile

import kit
from relay_kit import BATON, Relay, Sink, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
from labkit import exim, opensmtpd, postfix, sandbox                 # noqa: E402
from labkit.rows import Common                                      # noqa: E402

HOST, ADDRESS, NEXT = "mail.kit.example", "127.10.0.250", ("127.10.0.251", 2525)
PLAIN_PORT, PORTS = 2500, {"starttls": 587, "tls": 465}
ANNA, PASSWORD = "anna@kit.example", "tulip Mania:1637%"
BORIS = "boris@kit.example"
PRINTER = "127.10.0.40"                     # an address that may relay without a login
METRICS = "127.0.0.1:9725"
PLACE = CA = RELAY = NEXT_HOP = None
serial = iter(range(1, 1 << 30))

RULES = """hostname = "{host}"
certificate = "{pem}"
users = "{users}"
metrics = "{metrics}"
message-size = "40M"
recipients = 1000
listen "clear"       {{ address = "{address}"  port = {plain}  security = none }}
listen "submission"  {{ address = "{address}"  port = 587  security = starttls }}
listen "submissions" {{ address = "{address}"  port = 465  security = tls }}
permit "users"    {{ authenticated = true  sender = owned }}
permit "printers" {{ network = "{printer}" }}
route "next" {{ smarthost = "{next}"  security = none }}
"""


# ---- messages ----

def fresh(who):
    return f"{who}-{next(serial)}@outside.example"


def message(to, sender=ANNA, body="words of the order\r\n.a line with a dot\r\n..and two\r\n", more=""):
    return (f"From: {sender}\r\nTo: {to}\r\nSubject: an order\r\nDate: Thu, 26 Nov 2026 12:00:00 +0000\r\n"
            f"Message-ID: <{next(serial)}@kit.example>\r\n{more}\r\n{body}").encode()


def arrived(to, sent=None, timeout_s=20):
    """The message for it at the next hop; what was sent stands at its end, and only trace in front."""
    mail = NEXT_HOP.accepted(lambda mail: to in mail.to, timeout_s, RELAY.log)
    if sent is not None:
        assert mail.octets.endswith(sent), f"{mail.octets[-200:]!r} is not the end of {sent[-200:]!r}"
        front = mail.octets[:len(mail.octets) - len(sent)].replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ")
        fields = front.split(b"\r\n")
        assert fields.pop() == b"" and fields and all(field.startswith(b"Received: ") for field in fields), front
    return mail


def never_arrives(to):
    assert not any(to in mail.to for mail in NEXT_HOP.mails), f"mail for {to} was handed on"


def run(*words, stdin=b"", status=0):
    if not shutil.which(words[0]):
        raise kit.Skip(f"{words[0]} is not installed")
    done = subprocess.run(words, input=stdin, capture_output=True, timeout=90, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert status is None or done.returncode == status, f"{words[0]} ended with {done.returncode}: {said[-1500:]}"
    return said


# ---- the programs, each with its own words: security, mechanism, login, reverse-path, recipient, message ----

def swaks(security, mechanism, login, sender, to, octets, status=0):
    tls = {"none": [], "starttls": ["--tls"], "tls": ["--tls-on-connect"]}[security]
    if tls:
        tls += ["--tls-verify", "--tls-ca-path", str(CA)]
    port = PLAIN_PORT if security == "none" else PORTS[security]
    who = ["--auth", mechanism, "--auth-user", login[0], "--auth-password", login[1]] if login else []
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(octets.replace(b"\r\n", b"\n").removesuffix(b"\n"))       # it ends the last line itself
        file.flush()
        return run("swaks", "--server", HOST, "--port", str(port), "--from", sender, "--to", to, "--ehlo", "pc.kit.example",
                   *tls, *who, "--suppress-data", "--data", f"@{file.name}", status=status)


def msmtp(security, mechanism, login, sender, to, octets, status=0):
    lines = ["account default", f"host {HOST}", f"port {PORTS[security]}", "domain pc.kit.example", "tls on", f"tls_trust_file {CA}",
             f"tls_starttls {'on' if security == 'starttls' else 'off'}", f"from {sender}",
             f"auth {mechanism.lower()}", f"user {login[0]}", f'passwordeval "cat {PLACE}/msmtp.password"']
    (PLACE / "msmtp.password").write_text(login[1] + "\n")
    file = PLACE / "msmtprc"
    file.write_text("\n".join(lines) + "\n")
    file.chmod(0o600)
    return run("msmtp", "-C", str(file), "--read-envelope-from", "--", to, stdin=octets.replace(b"\r\n", b"\n"), status=status)


def curl(security, mechanism, login, sender, to, octets, status=0):
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(octets)
        file.flush()
        scheme = "smtps" if security == "tls" else "smtp"
        return run("curl", "--silent", "--show-error", "--url", f"{scheme}://{HOST}:{PORTS[security]}/pc.kit.example", "--ssl-reqd",
                   "--cacert", str(CA), "--mail-from", sender, "--mail-rcpt", to, "--user", ":".join(login),
                   *(["--login-options", f"AUTH={mechanism}"] if mechanism else []), "--upload-file", file.name, status=status)


def smtp(security="starttls", login=None, mechanism=None, source=None):
    """A session of smtplib."""
    context = ssl.create_default_context(cafile=CA)
    if security == "tls":
        client = smtplib.SMTP_SSL(HOST, PORTS["tls"], "pc.kit.example", context=context, timeout=60)
    else:
        client = smtplib.SMTP(HOST, PLAIN_PORT if security == "none" else 587, "pc.kit.example", timeout=60,
                              source_address=(source, 0) if source else None)
    if security == "starttls":
        client.starttls(context=context)
    client.ehlo()
    if mechanism:
        client.user, client.password = login
        client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
    elif login:
        client.login(*login)
    return client


def python_smtplib(security, mechanism, login, sender, to, octets):
    with smtp(security, login, mechanism) as client:
        client.sendmail(sender, [to], octets)


NODE = """
const settings = JSON.parse(process.argv[1]);
require('nodemailer').createTransport(settings.transport).sendMail(settings.mail)
  .then(() => process.exit(0), why => { console.error(why.code, why.responseCode, why.message); process.exit(1); });
"""


def nodemailer(security, mechanism, login, sender, to, octets, status=0):
    settings = {"transport": {"host": ADDRESS, "port": PORTS[security], "secure": security == "tls", "requireTLS": True,
                              "auth": {"user": login[0], "pass": login[1]}, "authMethod": mechanism,
                              "tls": {"ca": CA.read_text(), "servername": HOST}, "name": "pc.kit.example"},
                "mail": {"envelope": {"from": sender, "to": to}, "raw": octets.decode()}}
    os.environ["NODE_PATH"] = "/usr/share/nodejs"
    if not pathlib.Path("/usr/share/nodejs/nodemailer").exists():
        raise kit.Skip("nodemailer is not installed")
    done = subprocess.run(["node", "-e", NODE, json.dumps(settings)], capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "NODE_PATH": "/usr/share/nodejs"})
    assert done.returncode == status, f"nodemailer ended with {done.returncode}: {done.stderr[-900:]}"
    return done.stderr


def sends(program, security, mechanism):
    def case():
        to = fresh(program.__name__)
        sent = message(to)
        program(security, mechanism, (ANNA, PASSWORD), ANNA, to, sent)
        mail = arrived(to, sent)
        assert mail.sender == ANNA, mail
        trace = mail.header("Received")[0]
        assert b"pc.kit.example" in trace and b"ESMTPSA" in trace and HOST.encode() in trace, trace
    case.__name__ = f"{program.__name__}-{security}-{mechanism or 'auto'}"
    return case


SENDS = [sends(program, security, mechanism) for program, security, mechanism in (
    (swaks, "starttls", "PLAIN"), (swaks, "tls", "LOGIN"), (swaks, "starttls", "CRAM-MD5"),
    (msmtp, "starttls", "on"), (msmtp, "tls", "plain"), (msmtp, "starttls", "login"), (msmtp, "tls", "cram-md5"),
    (msmtp, "starttls", "scram-sha-1"), (msmtp, "tls", "scram-sha-256"),
    (curl, "starttls", None), (curl, "tls", "PLAIN"), (curl, "starttls", "LOGIN"), (curl, "tls", "CRAM-MD5"),
    (python_smtplib, "starttls", None), (python_smtplib, "tls", "PLAIN"), (python_smtplib, "starttls", "LOGIN"),
    (python_smtplib, "tls", "CRAM-MD5"),
    (nodemailer, "starttls", None), (nodemailer, "tls", "PLAIN"), (nodemailer, "starttls", "LOGIN"),
    (nodemailer, "tls", "CRAM-MD5"))]


# ---- what is refused ----

def logins_refused():
    return len(re.findall(r"event=login id=\w+ result=wrong", RELAY.log(1 << 24)))


def refused(call, *codes):
    """The reply's text; the code is one of these."""
    try:
        call()
    except smtplib.SMTPRecipientsRefused as why:
        code, text = next(iter(why.recipients.values()))
    except smtplib.SMTPResponseException as why:
        code, text = why.smtp_code, why.smtp_error
    else:
        raise AssertionError("it was not refused")
    assert code in codes, (code, text)
    return text.decode()


def wrong_password():
    for program, security, mechanism, status in ((swaks, "starttls", "PLAIN", 28), (swaks, "tls", "CRAM-MD5", 28),
                                                 (msmtp, "tls", "scram-sha-256", None), (curl, "tls", "PLAIN", 67)):
        to, before = fresh("wrong"), logins_refused()
        said = program(security, mechanism, (ANNA, "tulip"), ANNA, to, message(to), status=status)
        assert "535" in said or program is curl, said
        wait_for(lambda n=before: logins_refused() > n, 60, f"{program.__name__}: no refusal")
        never_arrives(to)
        assert logins_refused() == before + 1, f"{program.__name__}: more than one refusal"


def no_login_without_tls():
    """587 before STARTTLS, and a port without any."""
    client = smtplib.SMTP(HOST, 587, "pc.kit.example", timeout=60)
    client.ehlo()
    assert client.has_extn("starttls") and not client.has_extn("auth"), client.esmtp_features
    plain = base64.b64encode(f"\0{ANNA}\0{PASSWORD}".encode()).decode()
    code, text = client.docmd("AUTH", f"PLAIN {plain}")
    assert code in (530, 538, 502, 503, 504), (code, text)
    client.quit()
    client = smtp("none")
    assert not client.has_extn("auth") and not client.has_extn("starttls"), client.esmtp_features
    client.quit()
    said = swaks("none", "PLAIN", (ANNA, PASSWORD), ANNA, fresh("none"), message("b"), status=28)
    assert "did not advertise" in said, said[-300:]


def id_in(text):
    found = re.search(r"\(why: ([0-9A-Z]{8})\)", text)
    assert found, f"no id in {text!r}"
    return found[1]


def relay_refused_without_login():
    for security in ("none", "starttls", "tls"):
        to = fresh("stranger")
        with smtp(security) as client:
            text = refused(lambda: client.sendmail("stranger@elsewhere.example", [to], message(to)), 530, 550)
        why = RELAY.ask("why", id_in(text), status=1)
        assert "client-never-authenticates" in why, why
        never_arrives(to)


def a_device_by_its_address():
    to = fresh("printer")
    sent = message(to, "scan@elsewhere.example")
    with smtp("none", source=PRINTER) as client:
        client.sendmail("scan@elsewhere.example", [to], sent)
    trace = arrived(to, sent).header("Received")[0]
    assert PRINTER.encode() in trace and b"with ESMTP " in trace + b" ", trace


def reverse_path_of_another():
    to = fresh("boris")
    with smtp("tls", (ANNA, PASSWORD)) as client:
        text = refused(lambda: client.sendmail(BORIS, [to], message(to)), 553, 550)
        assert "from-not-login" in RELAY.ask("why", id_in(text), status=1), text
    never_arrives(to)


def author_of_another():
    to = fresh("boris")
    with smtp("tls", (ANNA, PASSWORD)) as client:
        text = refused(lambda: client.sendmail(ANNA, [to], message(to, BORIS)), 553, 550)
        assert "from-not-login" in RELAY.ask("why", id_in(text), status=1), text
        sent = message(to)
        client.sendmail(ANNA, [to], sent)           # the session goes on
    arrived(to, sent)


# ---- what messages and envelopes may be ----

def smtputf8():
    local, sender = f"grün-{next(serial)}", ANNA
    to = local + "@draußen.example"
    octets = message("b@outside.example", body="größer\r\n", more="X-Word: größer\r\n")
    with smtp("tls", (ANNA, PASSWORD)) as client:
        assert client.has_extn("smtputf8")
        client.command_encoding = "utf-8"
        assert client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"])[0] == 250
        code, text = client.rcpt(to)
        assert code == 250, text
        assert client.data(octets)[0] == 250
    mail = arrived(local + "@xn--drauen-eta.example", octets)       # one form of a domain for rules and next hops
    assert "SMTPUTF8" in mail.parameters, mail.parameters
    assert b"UTF8SMTPSA" in mail.header("Received")[0], mail.header("Received")


def eight_bits():
    to = fresh("eight")
    octets = message(to, body="größer \xff\r\n")
    octets = octets.decode().encode("latin-1")
    with smtp("tls", (ANNA, PASSWORD)) as client:
        client.sendmail(ANNA, [to], octets, mail_options=["BODY=8BITMIME"])
    assert "BODY=8BITMIME" in arrived(to, octets).parameters


def twenty_megabytes():
    to = fresh("big")
    line = base64.b64encode(os.urandom(54)).decode()
    octets = message(to, body=f"{line}\r\n" * (20_000_000 // (len(line) + 2)))
    curl("tls", None, (ANNA, PASSWORD), ANNA, to, octets)
    mail = arrived(to, octets, 60)
    assert hashlib.sha256(mail.octets[-len(octets):]).digest() == hashlib.sha256(octets).digest()


def too_big():
    with smtp("tls", (ANNA, PASSWORD)) as client:
        code, text = client.mail(ANNA, ["SIZE=50000000"])
        assert code == 552, (code, text)
        to = fresh("big")
        text = refused(lambda: client.sendmail(ANNA, [to], message(to, body="a line of no words\r\n" * 2_200_000), mail_options=["SIZE=1"]), 552)
    never_arrives(to)


def many_recipients():
    all_of_them = [fresh("many") for _ in range(1000)]
    sent = message(all_of_them[0])
    with smtp("tls", (ANNA, PASSWORD)) as client:
        assert client.sendmail(ANNA, all_of_them, sent) == {}

    def complete():
        return {to for mail in NEXT_HOP.mails for to in mail.to} >= set(all_of_them)
    wait_for(complete, 60, "not all of them came")
    to = [one for mail in NEXT_HOP.mails for one in mail.to if one in set(all_of_them)]
    assert len(to) == len(all_of_them), f"{len(to)} deliveries"


def dsn_parameters():
    to = fresh("dsn")
    sent = message(to)
    with smtp("tls", (ANNA, PASSWORD)) as client:
        assert client.has_extn("dsn")
        client.sendmail(ANNA, [to], sent, ["RET=HDRS", "ENVID=order+2B1"], ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{to}"])
    mail = arrived(to, sent)
    assert "RET=HDRS" in mail.parameters and "ENVID=order+2B1" in mail.parameters, mail.parameters
    told = mail.to_parameters[0]
    assert "NOTIFY=" in told and "FAILURE" in told and "DELAY" in told and f"ORCPT=rfc822;{to}" in told, told


def chunks():
    """BDAT in three pieces, cut within a line and within CRLF, pipelined."""
    to = fresh("chunks")
    sent = message(to, body=".one dot stays one\r\n" + "words\r\n" * 500)
    cuts = [0, 7, sent.index(b"\r\n", 40) + 1, len(sent) - 3]
    with smtp("tls", (ANNA, PASSWORD)) as client:
        assert client.has_extn("chunking")
        octets = f"MAIL FROM:<{ANNA}>\r\nRCPT TO:<{to}>\r\n".encode()
        for begin, end in zip(cuts, cuts[1:]):
            octets += f"BDAT {end - begin}\r\n".encode() + sent[begin:end]
        client.send(octets + f"BDAT {len(sent) - cuts[-1]} LAST\r\n".encode() + sent[cuts[-1]:])
        replies = [client.getreply() for _ in range(6)]
        assert all(code == 250 for code, _ in replies), replies
    arrived(to, sent)


def date_and_message_id_where_they_lack():
    to = fresh("bare")
    with smtp("tls", (ANNA, PASSWORD)) as client:
        client.sendmail(ANNA, [to], f"From: {ANNA}\r\nTo: {to}\r\nSubject: short\r\n\r\nwords\r\n".encode())
    mail = arrived(to)
    assert len(mail.header("Date")) == 1 and len(mail.header("Message-ID")) == 1, mail.octets
    assert mail.body == b"words\r\n"


# ---- mail servers as clients ----

class Client(sandbox.Box):
    """A server's root in which its sending half runs; every name leads to the relay."""

    def __init__(self, name, log, start):
        kind = type(name, (), {"NAME": name, "LOG": log, "START": start})
        super().__init__(kind, Common(), PLACE / f"client-{name}", "127.0.0.1", "client.kit.example")

    def write_names(self):
        super().write_names()
        self.write("/etc/hosts", f"127.0.0.1 localhost client.kit.example\n{ADDRESS} {HOST}\n")
        self.write("/etc/ssl/kit-ca.pem", CA.read_text())

    def send(self, to, words, *how):
        sandbox.run_in(self.root, *(how or ("/usr/sbin/sendmail",)), "-i", "-f", ANNA, to,
                       input=f"From: {ANNA}\nTo: {to}\nSubject: by a server\n\n{words}\n")


def of_a_server(name, box, *how):
    """A message through a mail server, and one whose body shows all that may go wrong on the way."""
    words = "one\n.dot\n..dots\n" + "x" * 900 + "\nlast"
    to = fresh(name)
    box.send(to, words, *how)
    try:
        mail = arrived(to)
    except AssertionError as why:
        raise AssertionError(f"{why}\nclient: {box.log()[-2500:]}") from None
    assert mail.body == words.replace("\n", "\r\n").encode() + b"\r\n", mail.body[:300]
    assert mail.sender == ANNA and b"ESMTPSA" in mail.header("Received")[0], mail.header("Received")
    return mail


def client_root(name):
    if not (sandbox.root_of(name) / ".complete").exists():
        raise kit.Skip(f"the lab's root for {name} is not there")


POSTFIX_MAIN = """compatibility_level = 3.7
maillog_file = /var/log/mail.log
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
smtp_host_lookup = native
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = texthash:/etc/postfix/password
smtp_tls_CAfile = /etc/ssl/kit-ca.pem
smtp_tls_security_level = verify
"""


def postfix_as_client(security):
    def case():
        client_root("postfix")
        with Client("postfix", postfix.LOG, "/usr/lib/postfix/configure-instance.sh - && exec postfix start-fg") as box:
            route = f"[{HOST}]:{PORTS[security]}"
            wrapper = "smtp_tls_wrappermode = yes\n" if security == "tls" else ""
            box.write("/etc/postfix/main.cf", f"{POSTFIX_MAIN}relayhost = {route}\n{wrapper}")
            box.write("/etc/postfix/password", f"{route} {ANNA}:{PASSWORD}\n", 0o600)
            lines = box.read("/etc/postfix/master.cf").splitlines()
            box.write("/etc/postfix/master.cf", "\n".join(line for line in lines if not line.startswith("smtp      inet")) + "\n")
            box.start(())
            sandbox.wait_until(lambda: "daemon started" in box.log() or box.gone(), 100, "Postfix does not start")
            of_a_server("postfix", box)
    case.__name__ = f"postfix-as-client-{security}"
    return case


EXIM_CONF = f"""primary_hostname = client.kit.example
disable_ipv6 = true
keep_environment =
begin routers
relay:
  driver = manualroute
  transport = relay
  route_list = * {HOST} byname
  self = send
begin transports
relay:
  driver = smtp
  port = PORT
  protocol = PROTOCOL
  hosts_require_tls = *
  hosts_require_auth = *
  tls_verify_certificates = /etc/ssl/kit-ca.pem
  tls_verify_hosts = *
begin retry
* * F,1h,1m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{ANNA}^{PASSWORD.replace(":", "::")}
"""


def exim_as_client(security):
    """Exim sends by CHUNKING where it is offered."""
    def case():
        client_root("exim")
        with Client("exim", "/var/log/exim4/mainlog", "exec exim4 -bdf") as box:
            box.write("/etc/exim4/exim4.conf", EXIM_CONF.replace("PORT", str(PORTS[security])).replace(
                "PROTOCOL", "smtps" if security == "tls" else "smtp"))
            of_a_server("exim", box, "exim4", "-odf")
            assert " K " in box.log(), f"Exim did not send by BDAT: {box.log()[-600:]}"
    case.__name__ = f"exim-as-client-{security}"
    return case


def opensmtpd_as_client(security):
    def case():
        client_root("opensmtpd")
        with Client("opensmtpd", None, "exec smtpd -d") as box:
            scheme = "smtps" if security == "tls" else "smtp+tls"
            box.write("/etc/aliases", "postmaster: root\n")
            box.write("/etc/secrets", f"kit {ANNA}:{PASSWORD}\n", 0o640)
            sandbox.run_in(box.root, "chown", "root:opensmtpd", "/etc/secrets")
            box.write("/etc/smtpd.conf", f"""table secrets file:/etc/secrets
action "relay" relay host {scheme}://kit@{HOST}:{PORTS[security]} auth <secrets>
match from local for any action "relay"
""")
            authorities = box.root / "etc/ssl/certs"
            authorities.mkdir(parents=True, exist_ok=True)
            (authorities / "ca-certificates.crt").write_bytes(CA.read_bytes())
            box.start(())
            path = box.root / "run/smtpd.sock"

            def listens():
                with socket.socket(socket.AF_UNIX) as caller:
                    return caller.connect_ex(str(path)) == 0
            sandbox.wait_until(lambda: listens() or box.gone(), 100, "OpenSMTPD does not start")
            assert not box.gone(), box.log()[-600:]
            of_a_server("opensmtpd", box)
    case.__name__ = f"opensmtpd-as-client-{security}"
    return case


SERVERS = [kind(security) for kind in (postfix_as_client, exim_as_client, opensmtpd_as_client) for security in ("starttls", "tls")]
CASES = [*SENDS, wrong_password, no_login_without_tls, relay_refused_without_login, a_device_by_its_address, reverse_path_of_another,
         author_of_another, smtputf8, eight_bits, twenty_megabytes, too_big, many_recipients, dsn_parameters, chunks,
         date_and_message_id_where_they_lack]


def main():
    global PLACE, CA, RELAY, NEXT_HOP
    if os.geteuid() != 0:
        sys.exit("relay_clients: this test needs ports under 1024 and private roots, which root has")
    if sandbox.INSIDE not in os.environ:
        subprocess.run([sandbox.HERE / "roots", "postfix", "exim", "opensmtpd"], check=True, stdout=sys.stderr)
        sandbox.enter_network()
    with tempfile.TemporaryDirectory(prefix="relay-clients", dir="/var/tmp") as name:
        PLACE = pathlib.Path(name)
        PLACE.chmod(0o777)
        sandbox.run_in(sandbox.root_of("postfix"), "ip", "link", "set", "lo", "up")
        sandbox.know_names({HOST: [ADDRESS]}, PLACE / "hosts")
        for words in (("authorities", PLACE), ("leaf", PLACE, "good", HOST, PLACE / "leaf.pem")):
            subprocess.run([sandbox.HERE / "certs", *words], check=True, stderr=subprocess.DEVNULL)
        CA, users = PLACE / "ca.pem", PLACE / "users"
        escaped = PASSWORD.replace("%", "%25").replace(":", "%3A")
        users.write_text(f"{ANNA}:{{PLAIN}}{escaped}\n{BORIS}:{{PLAIN}}quite-another\n")
        rules = RULES.format(host=HOST, pem=PLACE / "leaf.pem", users=users, metrics=METRICS, address=ADDRESS, plain=PLAIN_PORT,
                             printer=PRINTER, next=f"{NEXT[0]}:{NEXT[1]}")
        for file in ("leaf.pem", "users"):
            (PLACE / file).chmod(0o644)
        with Sink(*NEXT) as NEXT_HOP, Relay(PLACE, rules) as RELAY:
            RELAY.start([(ADDRESS, PLAIN_PORT), (ADDRESS, 587)])
            kit.main(CASES, SERVERS)


if __name__ == "__main__":
    main()
