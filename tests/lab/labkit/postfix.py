# SPDX-License-Identifier: ISC
"""Debian 12's Postfix with Dovecot for logins: the packages' own files, and what a situation changes."""

import dataclasses
import re

from . import dovecot
from .rows import ADDRESS, AUTHORITY, IN_TOWN, LISTED, NAMES_OF_DOMAINS, STRANGER_HOST, Common
from .sandbox import run_in
from .situations import ANNA, CLIENT, COAST_PASSWORD, DOMAIN, PASSWORD, SPACED_PASSWORD, TOWN

NAME = "postfix"
TITLE = "Postfix"
LETTER = "p"
NETWORK = "127.10.0"
FIRST_HOST = 10
LOG = "/var/log/mail.log"
CERTIFICATE = "/etc/ssl/lab.pem"
OWNER = "root:root"
START = ("/usr/lib/postfix/configure-instance.sh - && dovecot && "
         "until [ -S /var/spool/postfix/private/auth ]; do sleep 0.05; done && "
         "if [ -e /etc/lab-greylist ]; then sh /etc/lab-greylist; fi && exec postfix start-fg")
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
WITH_TOWN = {"mydestination": f"$myhostname, {DOMAIN}, {TOWN}, localhost"}
NO_LOGIN = {"smtpd_sasl_auth_enable": "no"}
OWNED = {"smtpd_sender_login_maps": f"inline:{{{ANNA}={ANNA}, info@{DOMAIN}=boss@{DOMAIN}}}"}
GREYLISTED = (f"check_recipient_access inline:{{{{{ANNA} = 450 4.2.0 Greylisted, "
              f"see http://postgrey.schweikert.ch/help/{DOMAIN}.html}}}}")


POSTGREY = ("/etc/lab-greylist", "postgrey --inet=ADDRESS:10023 --daemonize --pidfile=/run/postgrey.pid\n", 0o644)
BY_CERTIFICATE = {"smtpd_tls_ask_ccert": "yes", "smtpd_tls_CAfile": AUTHORITY, "smtpd_sasl_auth_enable": "no",
                  "smtpd_relay_restrictions": "permit_tls_all_clientcerts,reject",
                  "smtpd_recipient_restrictions": ""}
POLICY_PORT = 4001
OLD_TLS = {"smtpd_tls_mandatory_protocols": "TLSv1", "smtpd_tls_protocols": "TLSv1",
           "tls_medium_cipherlist": "ALL:@SECLEVEL=0", "smtpd_tls_mandatory_ciphers": "medium"}
NEW_TLS = {"smtpd_tls_mandatory_protocols": ">=TLSv1.3"}
POP_FIRST = {"smtpd_relay_restrictions":
             "permit_mynetworks, check_client_access hash:/etc/postfix/pop-seen, reject_unauth_destination"}
FULL = {"smtpd_recipient_restrictions": "check_policy_service inet:ADDRESS:12340"}


@dataclasses.dataclass(frozen=True)
class Row(Common):
    """What differs from the stock server: lines of main.cf, and `-o` options of the services in master.cf."""

    main: dict = dataclasses.field(default_factory=dict)
    smtp: dict = dataclasses.field(default_factory=dict)
    submission: dict = dataclasses.field(default_factory=dict)
    submissions: dict = dataclasses.field(default_factory=dict)
    services: tuple = ("smtp", "submission", "submissions")
    postscreen: bool = False
    mechanisms: str = "plain login"
    scheme: str = "PLAIN"
    denies: str | None = None
    quota: bool = False


made_aliases = []             # the table, once one cell has made it

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
    43: Row(slow_names=True, client_named=False),
    44: Row(postscreen=True, main={"postscreen_greet_action": "drop", "postscreen_greet_wait": "4s"}),
    45: Row(submission={"smtpd_recipient_restrictions":
                        "permit_sasl_authenticated, check_client_access static:{521 5.7.1 Relaying denied}, reject"}),
    46: Row(main={"smtpd_error_sleep_time": "1s", "smtpd_soft_error_limit": "1"}),
    47: Row(main={"smtpd_recipient_restrictions": "reject_unauth_destination, check_policy_service "
                                                  "inet:ADDRESS:10023"}, files=(POSTGREY,)),
    48: Row(submission={"smtpd_recipient_restrictions":
                        "check_recipient_access randmap:{DEFER, DUNNO}, permit_sasl_authenticated, reject"}),
    49: Row(submissions=LISTS_OF_MAIN),
    50: Row(),
    51: Row(mechanisms="plain login cram-md5", scheme="SHA512-CRYPT"),
    52: Row(submission=BY_CERTIFICATE),
    53: Row(submission={"smtpd_tls_req_ccert": "yes", "smtpd_tls_CAfile": AUTHORITY}),
    54: Row(submission=BY_CERTIFICATE),
    55: Row(),
    56: Row(account=("anna", PASSWORD)),
    57: Row(),
    58: Row(),
    59: Row(),
    60: Row(account=(ANNA, SPACED_PASSWORD)),
    61: Row(account=(ANNA, COAST_PASSWORD)),
    62: Row(denies="Application-specific password required"),
    63: Row(denies="SMTP login with a password is disabled for this mailbox, use OAuth2"),
    64: Row(denies="Account suspended, contact support"),
    65: Row(submission={"smtpd_sender_restrictions": f"check_sasl_access inline:{{{{{ANNA} = 550 5.7.1 Your account is "
                                               "suspended from sending}}"}),
    66: Row(mechanisms="xoauth2 oauthbearer"),
    67: Row(main=OLD_TLS, submission=OLD_TLS, submissions=OLD_TLS),
    68: Row(submission=NEW_TLS),
    69: Row(strips="masks"),
    70: Row(strips="removes"),
    71: Row(called=STRANGER_HOST),
    72: Row(submission={"smtpd_sender_restrictions": "reject_unknown_sender_domain"}, names=NAMES_OF_DOMAINS),
    73: Row(submission={"smtpd_sender_restrictions":
                        "check_sender_access inline:{{<> = 550 5.7.1 Empty sender address is not allowed}}"}),
    74: Row(submissions={"smtpd_sender_restrictions": "reject_non_fqdn_sender"}),
    75: Row(submission={"smtpd_sender_restrictions": "reject_unverified_sender"},
            main={"unverified_sender_reject_code": "550", "address_verify_poll_count": "6"}),
    76: Row(main={"smtpd_sender_login_maps": f"inline:{{{ANNA}=boss@{DOMAIN}}}"},
            submission={"smtpd_sender_restrictions": "reject_sender_login_mismatch"}),
    77: Row(main={"header_checks": f"regexp:{{{{/^From:.*info@{DOMAIN}/ "
                                   f"REJECT From address does not belong to login {ANNA}}}}}"}),
    78: Row(main={"mydestination": "$myhostname, localhost"} | STRICT_RELAY),
    79: Row(smtp={"smtpd_helo_required": "yes", "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname"}),
    80: Row(smtp={"smtpd_client_restrictions": "reject_unknown_reverse_client_hostname"}, client_named=False),
    81: Row(main=POP_FIRST, services=("smtp",), pop=True),
    82: Row(main={"smtpd_client_message_rate_limit": "2", "anvil_rate_time_unit": "3600s"}, warm=3),
    83: Row(smtp={"smtpd_client_restrictions": "reject_rbl_client bl.lists.example"}, names=LISTED,
            client_named=True),
    84: Row(main={"message_size_limit": "1000000", "mailbox_size_limit": "2000000"}),
    85: Row(main=FULL, quota=True),
    86: Row(main={"header_checks": "regexp:{{/^Subject:/ REJECT Our filter takes this message for spam}}"}),
    87: Row(silent=(25, 465, 587, 2525)),
    88: Row(main={"mynetworks": CLIENT, "inet_protocols": "all"} | STRICT_RELAY, on_ipv6=True, services=("smtp",)),
    89: Row(main={"inet_protocols": "all"}, on_ipv6=True, silent6=(25, 465, 587, 2525)),
    90: Row(main={"mynetworks": "0.0.0.0/0"}),
    91: Row(),
    92: Row(),
    93: Row(submission={"smtpd_recipient_restrictions": "permit_sasl_authenticated, check_client_access "
                        "static:{550 5.7.1 Relaying denied. IP name lookup failed}, reject"}),
    94: Row(submission={"smtpd_sender_restrictions":
                        f"check_sender_access inline:{{{{info@{DOMAIN} = 554 5.7.1 Relay access denied}}}}"}),
    95: Row(submission={"smtpd_recipient_restrictions": "permit_sasl_authenticated, reject_rbl_client "
                        "bl.lists.example, reject"}, names=LISTED),
    96: Row(services=("smtp", "submissions")),
    97: Row(main=STRICT_RELAY),
    98: Row(main=STRICT_RELAY, services=("smtp",)),
    99: Row(main=WITH_TOWN | STRICT_RELAY),
    100: Row(main=WITH_TOWN, account=IN_TOWN, submission={"smtpd_reject_unlisted_recipient": "yes"}),
    101: Row(main=STRICT_RELAY),
    102: Row(main=STRICT_RELAY, services=("smtp",)),
    103: Row(submission={"smtpd_sender_restrictions": "reject_unknown_sender_domain"}, resolves=True),
    104: Row(submission={"smtpd_sender_restrictions": "reject_unknown_sender_domain"}, resolves=True),
    105: Row(submission={"smtpd_sender_restrictions": "reject_unknown_sender_domain"}, resolves=True),
    106: Row(submission={"smtpd_sender_restrictions": "reject_unverified_sender"}, resolves=True,
             main={"unverified_sender_reject_code": "550", "address_verify_poll_count": "6"}),
    107: Row(smtp={"smtpd_client_restrictions": "reject_rbl_client bl.lists.example"}, resolves=True),
    108: Row(),
    109: Row(main=WITH_TOWN),
    110: Row(main=WITH_TOWN | STRICT_RELAY),
    111: Row(main=STRICT_RELAY, services=("smtp",)),
}


def ports(row):
    return [PORTS[service] for service in row.services]


def configure(box, row):
    """Edit the packages' own main.cf, master.cf and Dovecot files."""
    settings = main_settings(box, row)
    run_in(box.root, "postconf", *(f"{name}={value.replace(ADDRESS, box.address).replace(TOWN, box.town)}" for name, value in settings.items()))
    box.write("/etc/postfix/master.cf", master(box.read("/etc/postfix/master.cf"), row))
    put_aliases(box)
    # Only for the situation that asks saslauthd, which is not there.
    box.write("/etc/postfix/sasl/smtpd.conf", "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n")
    if row.pop:
        box.write("/etc/postfix/pop-seen", "")
        run_in(box.root, "postmap", "hash:/etc/postfix/pop-seen")
        # smtpd sees that a table changed by its time, in whole seconds.
        run_in(box.root, "touch", "--date=1 hour ago", "/etc/postfix/pop-seen.db")
    if row.denies:
        box.help_with("login_policy.py", box.address, POLICY_PORT, row.denies)
    dovecot.configure(box, row, mechanisms=row.mechanisms, scheme=row.scheme, quota=row.quota,
                      policy=f"http://{box.address}:{POLICY_PORT}/" if row.denies else None,
                      pop_seen='echo "$IP OK" >>/etc/postfix/pop-seen; postmap hash:/etc/postfix/pop-seen'
                      if row.pop else None)


def put_aliases(box):
    """The table is the same in all cells, and newaliases takes two seconds over it to be sure of its time."""
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    table = box.root / "etc/aliases.db"
    if not made_aliases:
        run_in(box.root, "newaliases")
        made_aliases.append(table.read_bytes())
    table.write_bytes(made_aliases[0])


def main_settings(box, row):
    return {
        "myhostname": box.host,
        "mydestination": f"$myhostname, {DOMAIN}, localhost",
        "mynetworks": f"127.0.0.1 {box.address}",
        "inet_interfaces": f"{box.address} {box.address6 or ''}".strip(),
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
    if row.postscreen:
        text = re.sub(r"(?m)^smtp +inet .*smtpd$", "", text)
        text = re.sub(r"(?m)^#((smtp +inet .*postscreen|smtpd +pass|dnsblog|tlsproxy) *.*)$", r"\1", text)
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
