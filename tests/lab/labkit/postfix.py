# SPDX-License-Identifier: ISC
"""Debian 12's Postfix with Dovecot for logins: the packages' own files, and what a situation changes."""

import dataclasses
import re

from .sandbox import run_in
from .situations import ANNA, CLIENT, DOMAIN, PASSWORD

NAME = "postfix"
TITLE = "Postfix"
LETTER = "p"
NETWORK = "127.10.0"
FIRST_HOST = 10
LOG = "/var/log/mail.log"
CERTIFICATE = "/etc/ssl/lab.pem"
OWNER = "root:root"
START = ("/usr/lib/postfix/configure-instance.sh - && dovecot && "
         "until [ -S /var/spool/postfix/private/auth ]; do sleep 0.05; done && exec postfix start-fg")
PORTS = {"smtp": 25, "submission": 587, "submissions": 465, "2525": 2525}

OFFERS_LOGIN = {"smtpd_sasl_auth_enable": "yes", "smtpd_tls_auth_only": "yes"}


def relay_lists(relay):
    """The other style of submission service: it has a relay list, as main.cf has, and no recipient list."""
    return {"smtpd_recipient_restrictions": "", "smtpd_relay_restrictions": relay}


def refuses_all(answer):
    return {"smtpd_recipient_restrictions": "check_recipient_access static:{" + answer + "}, reject"}


LISTS_OF_MAIN = relay_lists("permit_mynetworks permit_sasl_authenticated defer_unauth_destination")
STRICT_RELAY = {"smtpd_relay_restrictions":
                "permit_mynetworks permit_sasl_authenticated reject_unauth_destination"}
NO_LOGIN = {"smtpd_sasl_auth_enable": "no"}
OWNED = {"smtpd_sender_login_maps": f"inline:{{{ANNA}={ANNA}, info@{DOMAIN}=boss@{DOMAIN}}}"}
GREYLISTED = (f"check_recipient_access inline:{{{{{ANNA} = 450 4.2.0 Greylisted, "
              f"see http://postgrey.schweikert.ch/help/{DOMAIN}.html}}}}")


@dataclasses.dataclass(frozen=True)
class Row:
    """What differs from the stock server: lines of main.cf, and `-o` options of the services in master.cf."""

    main: dict = dataclasses.field(default_factory=dict)
    smtp: dict = dataclasses.field(default_factory=dict)
    submission: dict = dataclasses.field(default_factory=dict)
    submissions: dict = dataclasses.field(default_factory=dict)
    services: tuple = ("smtp", "submission", "submissions")
    mechanisms: str = "plain login"
    certificate: str = "good"
    silent: tuple = ()


ROWS = {
    1: Row(),
    2: Row(),
    3: Row(),
    4: Row(submission=LISTS_OF_MAIN),
    5: Row(submission={"smtpd_tls_security_level": "may"}),
    6: Row(main={"mynetworks": CLIENT}, smtp={"smtpd_tls_security_level": "encrypt"}),
    7: Row(),
    8: Row(),
    9: Row(),
    10: Row(),
    11: Row(mechanisms="plain login cram-md5"),
    12: Row(),
    13: Row(mechanisms="cram-md5"),
    14: Row(main={"mynetworks": f"127.0.0.1 {CLIENT}"}, services=("smtp", "submission"),
            submission=NO_LOGIN | LISTS_OF_MAIN),
    15: Row(main=OWNED, submission={"smtpd_sender_restrictions": "reject_sender_login_mismatch"}),
    16: Row(main=OWNED, submissions={"smtpd_sender_restrictions": "reject_authenticated_sender_login_mismatch"}),
    17: Row(services=("smtp",)),
    18: Row(main={"mynetworks": CLIENT} | STRICT_RELAY, services=("smtp",)),
    19: Row(certificate="past"),
    20: Row(certificate="future"),
    21: Row(certificate="self"),
    22: Row(certificate="other-ca"),
    23: Row(certificate="other-name"),
    24: Row(services=()),
    25: Row(silent=(587,)),
    26: Row(silent=(25,)),
    27: Row(main=STRICT_RELAY),
    28: Row(submission=refuses_all("554 5.7.0 Message refused")),
    29: Row(submissions=refuses_all("451 4.3.0 Please try again later")),
    30: Row(submission=relay_lists("permit_mynetworks reject_unauth_destination")),
    31: Row(submission={"smtpd_helo_required": "yes",
                        "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname"}),
    32: Row(main={"smtpd_sasl_type": "cyrus", "smtpd_sasl_path": "smtpd"}),
    33: Row(submission={"smtpd_sender_restrictions": "reject_non_fqdn_sender"}),
    34: Row(main={"mynetworks": CLIENT}),
    35: Row(silent=(25,)),
    36: Row(submission={"smtpd_reject_unlisted_recipient": "yes"}),
    37: Row(),
    38: Row(main={"smtpd_recipient_restrictions": GREYLISTED}),
    39: Row(services=("smtp", "submissions", "2525")),
    40: Row(smtp=OFFERS_LOGIN),
    41: Row(main=STRICT_RELAY),
    42: Row(main={"mynetworks": CLIENT}, services=("smtp", "submission"),
            submission=NO_LOGIN | LISTS_OF_MAIN),
}


def ports(row):
    return [PORTS[service] for service in row.services]


def configure(box, row):
    """Edit the packages' own main.cf, master.cf and Dovecot files."""
    settings = main_settings(box, row)
    run_in(box.root, "postconf", *(f"{name}={value}" for name, value in settings.items()))
    box.write("/etc/postfix/master.cf", master(box.read("/etc/postfix/master.cf"), row))
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    run_in(box.root, "newaliases")
    # Only for the situation that asks saslauthd, which is not there.
    box.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n")
    configure_dovecot(box, row)


def main_settings(box, row):
    return {
        "myhostname": box.host,
        "mydestination": f"$myhostname, {DOMAIN}, localhost",
        "mynetworks": f"127.0.0.1 {box.address}",
        "inet_interfaces": box.address,
        "inet_protocols": "ipv4",
        "maillog_file": LOG,
        "smtpd_tls_cert_file": CERTIFICATE,
        "smtpd_tls_key_file": CERTIFICATE,
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": "private/auth",
    } | row.main


def master(stock, row):
    """Uncomment the services that are wanted, and add a situation's options to them."""
    text = stock if "smtp" in row.services else re.sub(r"(?m)^(smtp +inet)", r"#\1", stock)
    text = with_options(text, "smtp", row.smtp)
    for service in ("submission", "submissions"):
        if service in row.services:
            text = with_options(uncommented(text, service), service, getattr(row, service))
    if "2525" in row.services:
        text += re.search(r"(?m)^submission .*\n( .*\n)+", uncommented(stock, "submission")).group(0).replace(
            "submission", "2525", 1)
    return text


def uncommented(text, service):
    """The block of a service that the package ships commented out: its line and the `-o` lines after it."""
    block = re.search(rf"(?m)^#{service} +inet.*\n(#.*\n)*?(?=#?\w)", text)
    lines = [line[1:] for line in block.group(0).splitlines() if re.match(rf"#({service} |  -o)", line)]
    return text[:block.start()] + "\n".join(lines) + "\n" + text[block.end():]


def with_options(text, service, options):
    added = "".join(f"  -o {{ {name} = {value} }}\n" for name, value in options.items())
    return re.sub(rf"(?m)^({service} +inet.*\n( .*\n)*)", lambda found: found.group(0) + added, text, count=1)


def configure_dovecot(box, row):
    """Only the login service of Dovecot; its passwords are stored plain so that CRAM-MD5 can be offered."""
    box.write("/etc/dovecot/users", f"{ANNA}:{{PLAIN}}{PASSWORD}\n", mode=0o640)
    run_in(box.root, "chgrp", "dovecot", "/etc/dovecot/users")
    box.write("/etc/dovecot/dovecot.conf", f"""\
protocols =
log_path = /var/log/dovecot.log
auth_mechanisms = {row.mechanisms}
passdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
userdb {{
  driver = static
  args = uid=anna gid=anna home=/home/anna
}}
service auth {{
  unix_listener /var/spool/postfix/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
""")
