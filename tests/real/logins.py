#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Logins of every kind against real servers, in a network of their own: Dovecot's submission service, MIT
Kerberos' KDC, and Postfix with Cyrus SASL in the lab's private root, all from Debian, with all that they write in
one temporary directory.

The mail itself goes to a sink of a few lines: it is the login that is looked at. Each mechanism is played once
as it should be, and once with what is wrong about it; the answer must name it.
"""
import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

import kit

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / part) for part in ("lab", "live")]
from labkit import postfix, sandbox  # noqa: E402
from ports import free_port          # noqa: E402

BATON = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
USER, PASSWORD = "anna@example.org", "tulip-Mania-1637"
REALM = "EXAMPLE.ORG"
HOST = "localhost"
KEY = b"a key that signs the tokens of this test"
PLACE = None  # of the run
ENV = None    # for whoever speaks Kerberos


# ---- the places ----

def run(*argv, **options):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False,
                          env=ENV, **options)
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wait_for_port(port, process, log):
    end = time.monotonic() + 100
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {log()}")
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}: {log()}")


class Sink(socketserver.StreamRequestHandler):
    """Takes mail from the submission service, and keeps none. Without PIPELINING: with it, Dovecot 2.3.19 fails
    an assertion of its own when a second transaction follows RSET."""

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        self.say(b"220 sink")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.say(b"221 bye")
                return
            self.say(b"250 sink" if verb == b"EHLO" else b"250 ok")


@contextlib.contextmanager
def sink():
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


# ---- certificates ----

def make_certificates():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
        "-keyout", PLACE / "ca.key", "-out", PLACE / "ca.pem", "-addext", "keyUsage=keyCertSign,cRLSign")
    for name, subject, extra in (("server", "/CN=localhost", "subjectAltName=DNS:localhost"),
                                 ("client", f"/CN={USER}", "extendedKeyUsage=clientAuth")):
        (PLACE / f"{name}.ext").write_text(extra + "\n")
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject,
            "-keyout", PLACE / f"{name}.key", "-out", PLACE / f"{name}.csr")
        run("openssl", "x509", "-req", "-days", "2", "-in", PLACE / f"{name}.csr", "-CA", PLACE / "ca.pem",
            "-CAkey", PLACE / "ca.key", "-extfile", PLACE / f"{name}.ext", "-out", PLACE / f"{name}.pem")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={USER}",
        "-keyout", PLACE / "stranger.key", "-out", PLACE / "stranger.pem")


# ---- Kerberos ----

@contextlib.contextmanager
def kdc():
    """A realm of its own: database, keytab and tickets lie in PLACE."""
    port = free_port()
    (PLACE / "krb5.conf").write_text(f"""\
[libdefaults]
 default_realm = {REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 {REALM} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 localhost = {REALM}
""")
    (PLACE / "kdc.conf").write_text(f"""\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {REALM} = {{
  database_name = {PLACE}/principal
  key_stash_file = {PLACE}/stash
  acl_file = {PLACE}/kadm5.acl
 }}
[logging]
 kdc = FILE:{PLACE}/kdc.log
""")
    run("kdb5_util", "create", "-s", "-P", "master", "-r", REALM)
    for question in (f"addprinc -pw {PASSWORD} anna", f"addprinc -pw {PASSWORD} boris",
                     f"addprinc -randkey smtp/{HOST}", f"ktadd -k {PLACE}/keytab smtp/{HOST}"):
        run("kadmin.local", "-r", REALM, "-q", question)
    (PLACE / "keytab").chmod(0o644)
    process = subprocess.Popen(["krb5kdc", "-n", "-r", REALM], env=ENV, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process, (PLACE / "kdc.log").read_text)
        yield
    finally:
        process.terminate()
        process.wait()


def ticket(principal):
    run("kinit", principal, input=PASSWORD + "\n")


def no_ticket():
    subprocess.run(["kdestroy", "-q"], env=ENV, check=False, capture_output=True)


# ---- tokens ----

def part(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def token(lifetime_s=600, key=KEY, **claims):
    """A JSON web token as Dovecot checks it on the spot (RFC 7519)."""
    now = int(time.time())
    body = {"sub": USER, "email": USER, "iss": "test", "iat": now - 5, "exp": now + lifetime_s,
            "scope": "smtp", "aud": "mail", **claims}
    signed = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "default"}).encode()) + b"." + \
        part(json.dumps(body).encode())
    return (signed + b"." + part(hmac.new(key, signed, hashlib.sha256).digest())).decode()


# ---- Dovecot ----

MECHANISMS = ("plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 gssapi external oauthbearer "
              "xoauth2")


def dovecot_conf(name, port, relay, mechanisms, more):
    return f"""\
instance_name = {name}
base_dir = {PLACE}/{name}/run
state_dir = {PLACE}/{name}/state
log_path = {PLACE}/dovecot.log
auth_verbose = yes
auth_debug = yes
protocols = submission
listen = 127.0.0.1
hostname = {HOST}
ssl = required
ssl_cert = <{PLACE}/server.pem
ssl_key = <{PLACE}/server.key
ssl_ca = <{PLACE}/ca.pem
ssl_require_crl = no
auth_ssl_username_from_cert = yes
ssl_verify_client_cert = yes
disable_plaintext_auth = yes
auth_mechanisms = {mechanisms}
{more}
auth_realms = example.org
auth_krb5_keytab = {PLACE}/keytab
auth_gssapi_hostname = "$ALL"
auth_failure_delay = 0 secs

submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = no
mail_location = maildir:{PLACE}/mail/%u
first_valid_uid = 1
service submission-login {{
  inet_listener submission {{
    port = {port}
  }}
  inet_listener submissions {{
    port = 0
  }}
  chroot =
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {PLACE}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = external gssapi
  args = nopassword=y
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
  args = username_format=%u {PLACE}/users
}}
userdb {{
  driver = static
  args = uid=daemon gid=daemon home={PLACE}/mail/%u
}}
"""


def accounts_and_keys():
    (PLACE / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    keys = PLACE / "keys/default/HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(KEY))
    (PLACE / "oauth2.conf").write_text(f"""\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={PLACE}/keys/
username_attribute = email
scope = smtp
""")
    (PLACE / "mail").mkdir(mode=0o777)
    (PLACE / "mail").chmod(0o777)


@contextlib.contextmanager
def dovecot(relay, name="all", mechanisms=MECHANISMS, more=""):
    port = free_port()
    (PLACE / name).mkdir()
    conf = PLACE / name / "dovecot.conf"
    conf.write_text(dovecot_conf(name, port, relay, mechanisms, more))
    with open(PLACE / name / "console", "w", encoding="utf-8") as console:
        process = subprocess.Popen(["dovecot", "-F", "-c", conf], env=ENV, stdout=console,
                                   stderr=subprocess.STDOUT)
    try:
        wait_for_port(port, process, lambda: log() + (PLACE / name / "console").read_text())
        yield port
    finally:
        process.terminate()
        process.wait()


def log():
    path = PLACE / "dovecot.log"
    return path.read_text() if path.exists() else ""


# ---- the doctor ----

SERVER = None  # port of the one that offers all
RELAY = None   # port of the sink


def doctor(*flags, secret=PASSWORD, user=USER, server=None, address="127.0.0.1", env=None):
    """The document; the secret must stand nowhere in it."""
    if "--token-command" not in flags and secret is not None:
        flags += ("--password-env", "TEST_SECRET")
    done = subprocess.run(
        [BATON, "doctor", user, "--server", f"{HOST}:{server or SERVER}", "--connect-to", address,
         "--security", "starttls", "--ports", "", "--ca", PLACE / "ca.pem", "--to", "bob@outside.example",
         "--json", "--verbose", "--timeout", "30", *flags],
        env={**ENV, **(env or {}), "TEST_SECRET": secret or ""}, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL)
    if done.returncode == 2 or not done.stdout:
        raise AssertionError(f"the doctor did not run: {done.stderr}")
    for form in forms(secret) if secret else ():
        assert form not in done.stdout and form not in done.stderr, "the secret is shown"
    return json.loads(done.stdout)


def forms(secret):
    octets = secret.encode()
    return (secret, base64.b64encode(octets).decode().rstrip("="), octets.hex())


def told(document):
    works = document["works"] or {}
    return {"verdict": document["verdict"], "works": works.get("mechanism"), "cause": document["cause"],
            "strength": document["strength"]}


def expect(document, **wanted):
    got = {key: told(document)[key] for key in wanted}
    said = "\n".join(e["said"] for e in document["evidence"])
    assert got == wanted, f"got {told(document)}, wanted {wanted}\n{said}\n{log()[-1500:]}"


def accepted(mechanism, *flags, **options):
    document = doctor("--auth", mechanism, *flags, **options)
    expect(document, verdict="accepted", works=mechanism)
    assert document["stats"]["auth_refused"] == 0, document["stats"]


def password_mechanism(mechanism):
    accepted(mechanism)
    document = doctor("--auth", mechanism, secret="quite-Another-one")
    # Another mechanism is offered too: that this one is dead can then not be told from a wrong password.
    strength = "likely" if mechanism in ("PLAIN", "LOGIN") else "possible"
    expect(document, verdict="refused", works=None, cause="wrong-credentials", strength=strength)
    assert document["stats"]["auth_refused"] == 1, document["stats"]


def plain():
    password_mechanism("PLAIN")


def login():
    password_mechanism("LOGIN")


def cram_md5():
    password_mechanism("CRAM-MD5")


def digest_md5():
    password_mechanism("DIGEST-MD5")


def scram_sha_1():
    password_mechanism("SCRAM-SHA-1")


def scram_sha_256():
    password_mechanism("SCRAM-SHA-256")


def gssapi():
    ticket("anna")
    accepted("GSSAPI", secret=None)


def gssapi_without_ticket():
    no_ticket()
    document = doctor("--auth", "GSSAPI", secret=None)
    expect(document, verdict="unknown", works=None)
    assert document["stats"]["auth_refused"] == 0
    assert any("no Kerberos ticket" in e["said"] for e in document["evidence"]), document["evidence"]


def gssapi_of_another_realm():
    """The ticket is good, and of no use for a server that belongs to another realm."""
    ticket("anna")
    (PLACE / "other.conf").write_text((PLACE / "krb5.conf").read_text().replace(
        f"localhost = {REALM}", "localhost = OTHER.EXAMPLE"))
    document = doctor("--auth", "GSSAPI", secret=None, env={"KRB5_CONFIG": str(PLACE / "other.conf")})
    expect(document, verdict="unknown", works=None)
    assert document["stats"]["auth_attempts"] == 0, document["stats"]
    assert any("no Kerberos ticket for this server" in e["said"] for e in document["evidence"])


def gssapi_while_the_kdc_is_silent():
    """The library waits for a KDC that never answers: the run ends in its time all the same."""
    ticket("anna")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf, socket.create_server(("127.0.0.1", 0)) as mute:
        deaf.bind(mute.getsockname())
        (PLACE / "silent.conf").write_text((PLACE / "krb5.conf").read_text().replace(
            "[realms]", f"[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{mute.getsockname()[1]}\n }}\n[old]"))
        began = time.monotonic()
        document = doctor("--auth", "GSSAPI", "--timeout", "3", secret=None,
                          env={"KRB5_CONFIG": str(PLACE / "silent.conf")})
        took_s = time.monotonic() - began
    expect(document, verdict="unknown", works=None)
    assert took_s < 60, took_s    # a busy machine may need some of it: whether it waited for the library, the row says
    last = document["evidence"][-1]
    assert last["probe"] == "login" and "before the login could begin" in last["said"], last


def gssapi_for_somebody_else():
    """The ticket is boris's, and he may not act as anna: no password is wrong."""
    ticket("boris")
    document = doctor("--auth", "GSSAPI", "--user", "anna", secret=None)
    expect(document, verdict="refused", works=None, cause="wrong-username-form", strength="possible")


def gssapi_skipped_for_a_password():
    no_ticket()
    document = doctor("--auth", "GSSAPI")
    expect(document, works="PLAIN")


def token_mechanism(mechanism):
    good = token()
    accepted(mechanism, "--token-command", f"echo {good}", secret=good)
    for bad in (token(-60), token(scope="read"), token(key=b"another key")):
        document = doctor("--auth", mechanism, "--token-command", f"echo {bad}", secret=bad)
        expect(document, verdict="refused", works=None, cause="oauth-token-rejected", strength="likely")
        said = [e["attempt"]["reply"]["sasl"] for e in document["evidence"] if e["probe"] == "login"]
        assert said and said[0] and "status" in said[0], said
        assert "The server's error says: status" in document["fix"]["steps"][0], document["fix"]["steps"]


def oauthbearer():
    token_mechanism("OAUTHBEARER")


def xoauth2():
    token_mechanism("XOAUTH2")


def external():
    show = ("--cert", PLACE / "client.pem", "--key", PLACE / "client.key")
    accepted("EXTERNAL", *show, secret=None)


def external_by_another_authority():
    document = doctor("--auth", "EXTERNAL", "--cert", PLACE / "stranger.pem", "--key", PLACE / "stranger.key",
                      secret=None)
    expect(document, verdict="refused", works=None, cause="client-certificate-needed", strength="likely")


def external_without_certificate():
    document = doctor("--auth", "EXTERNAL", secret=None)
    expect(document, verdict="unknown", works=None)
    assert document["stats"]["auth_attempts"] == 0, document["stats"]
    said = [e["said"] for e in document["evidence"] if e["probe"] == "login"]
    assert len(said) == 1 and "EXTERNAL was skipped" in said[0], said
    assert "--cert" in document["next"], document["next"]


def tokens_only():
    with dovecot(RELAY, "tokens", "oauthbearer xoauth2") as port:
        document = doctor(server=port)
        expect(document, verdict="refused", works=None, cause="no-common-mechanism", strength="likely")
        assert document["stats"]["auth_attempts"] == 0, document["stats"]
        first = document["fix"]["steps"][0]
        assert "OAUTHBEARER" in first and "SCRAM-SHA-256" in first, first


def certificates_only():
    with dovecot(RELAY, "certificates", "plain", "auth_ssl_require_client_cert = yes") as port:
        document = doctor("--auth", "PLAIN", server=port)
        expect(document, verdict="refused", works=None, cause="client-certificate-needed", strength="likely")
        accepted("PLAIN", "--cert", PLACE / "client.pem", "--key", PLACE / "client.key", server=port)


# ---- Postfix with Cyrus SASL, in the lab's private root: a second maker of mechanisms, and NTLM ----

class Postfix:
    NAME = "postfix"
    LOG = "/var/log/mail.log"
    START = "/usr/lib/postfix/configure-instance.sh - && exec postfix start-fg"


CYRUS_ADDRESS = "127.10.0.240"
CYRUS_MECHANISMS = ("NTLM", "DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN", "LOGIN")


@contextlib.contextmanager
def cyrus():
    with sandbox.Box(Postfix, postfix.Row(), PLACE / "cyrus", CYRUS_ADDRESS, HOST) as box:
        run("saslpasswd2", "-c", "-p", "-f", PLACE / "sasldb2", "-u", "example.org", "anna", input=PASSWORD)
        shutil.copy(PLACE / "sasldb2", box.root / "etc/sasldb2")
        (box.root / "etc/sasldb2").chmod(0o644)
        box.write("/etc/ssl/server.pem", (PLACE / "server.key").read_text() + (PLACE / "server.pem").read_text())
        box.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
                                                  f"mech_list: {' '.join(CYRUS_MECHANISMS)}\n")
        sandbox.run_in(box.root, "postconf", f"inet_interfaces={CYRUS_ADDRESS}", f"myhostname={HOST}",
                       "inet_protocols=ipv4", f"mynetworks={CYRUS_ADDRESS}",
                       "maillog_file=/var/log/mail.log", "smtpd_sasl_type=cyrus", "smtpd_sasl_local_domain=example.org",
                       "smtpd_sasl_path=smtpd",
                       "smtpd_sasl_auth_enable=yes", "smtpd_sasl_security_options=noanonymous",
                       "smtpd_tls_security_level=may", "smtpd_tls_auth_only=yes",
                       "smtpd_tls_chain_files=/etc/ssl/server.pem", "smtpd_tls_cert_file=", "smtpd_tls_key_file=",
                       "smtpd_recipient_restrictions=permit_sasl_authenticated, reject")
        sandbox.run_in(box.root, "postconf", "-F", "smtp/inet/chroot=n")
        box.start([25])
        yield box


def at_cyrus(box, mechanism, secret):
    document = doctor("--auth", mechanism, address=CYRUS_ADDRESS, secret=secret, server=25)
    return document, box.log()[-1500:]


def by_cyrus():
    with cyrus() as box:
        for mechanism in CYRUS_MECHANISMS:
            document, log_of_it = at_cyrus(box, mechanism, PASSWORD)
            assert told(document)["works"] == mechanism, (mechanism, told(document), log_of_it)
        for mechanism in ("DIGEST-MD5", "SCRAM-SHA-256"):
            document, _ = at_cyrus(box, mechanism, "quite-Another-one")
            expect(document, verdict="refused", works=None, cause="wrong-credentials")  # port 25: only possible
        document, _ = at_cyrus(box, "NTLM", "quite-Another-one")
        expect(document, verdict="unknown", cause=None)


CASES = [plain, login, cram_md5, digest_md5, scram_sha_1, scram_sha_256, gssapi, gssapi_without_ticket,
         gssapi_of_another_realm, gssapi_while_the_kdc_is_silent, gssapi_for_somebody_else,
         gssapi_skipped_for_a_password, oauthbearer, xoauth2, external,
         external_by_another_authority, external_without_certificate, tokens_only, certificates_only,
         by_cyrus]


def main():
    global PLACE, ENV, SERVER, RELAY
    if os.geteuid() != 0:
        sys.exit("logins: this test runs servers that want to be started by root")
    subprocess.run([sandbox.HERE / "roots", "postfix"], check=True, stdout=subprocess.DEVNULL)
    sandbox.enter_network()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", f"{CYRUS_ADDRESS}/32", "dev", "lo"], check=True)
    PLACE = pathlib.Path(tempfile.mkdtemp(prefix="baton-logins-"))
    PLACE.chmod(0o755)
    ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "KRB5_CONFIG": str(PLACE / "krb5.conf"),
           "KRB5_KDC_PROFILE": str(PLACE / "kdc.conf"), "KRB5CCNAME": f"FILE:{PLACE}/tickets",
           "KRB5RCACHEDIR": str(PLACE), "KRB5_TRACE": str(PLACE / "krb5.trace")}
    try:
        make_certificates()
        accounts_and_keys()
        with sink() as RELAY, kdc(), dovecot(RELAY) as SERVER:
            kit.main(CASES)
    finally:
        if os.environ.get("KEEP"):
            print(PLACE)
        else:
            shutil.rmtree(PLACE, ignore_errors=True)


if __name__ == "__main__":
    main()
