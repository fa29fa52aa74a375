# SPDX-License-Identifier: ISC
"""Debian 12's Exim: the package's split configuration, and what a situation changes in it."""

import dataclasses
import re

from . import dovecot
from .rows import AUTHORITY, LISTED, NAMES_OF_DOMAINS, STRANGER_HOST, Common
from .sandbox import run_in
from .situations import ANNA, CLIENT, COAST_PASSWORD, DOMAIN, PASSWORD, SPACED_PASSWORD, TOWN

NAME = "exim"
TITLE = "Exim"
LETTER = "e"
NETWORK = "127.20.0"
FIRST_HOST = 70
LOG = "/var/log/exim4/mainlog"
CERTIFICATE = "/etc/exim4/lab.pem"
OWNER = "root:Debian-exim"
START = "if [ -e /etc/dovecot/users ]; then dovecot; fi && update-exim4.conf && exec exim4 -bdf"

CHECK_MAIL = "/etc/exim4/conf.d/acl/30_exim4-config_check_mail"
CHECK_DATA = "/etc/exim4/conf.d/acl/40_exim4-config_check_data"
MAIL_SPOOL = "/etc/exim4/conf.d/transport/30_exim4-config_mail_spool"
POP_SEEN = "/etc/exim4/pop-seen"
CHECK_RCPT = "/etc/exim4/conf.d/acl/30_exim4-config_check_rcpt"
EXAMPLES = "/etc/exim4/conf.d/auth/30_exim4-config_examples"
NOT_ON_25 = "${if eq{$received_port}{25}{}{*}}"
EVERYWHERE = "*"
WITH_TOWN = f"{DOMAIN}:{TOWN}"
ACCEPTS_LOGIN = """
  accept
    authenticated = *
    control = submission/sender_retain
    control = dkim_disable_verify
"""


def at_mail(*lines):
    """Conditions that stand before the package's own at MAIL."""
    return CHECK_MAIL, "acl_check_mail:\n", "\n".join(("acl_check_mail:", *lines, ""))


def at_rcpt(*lines):
    return CHECK_RCPT, "acl_check_rcpt:\n", "\n".join(("acl_check_rcpt:", *lines, ""))


def at_data(*lines):
    return CHECK_DATA, "acl_check_data:\n", "\n".join(("acl_check_data:", *lines, ""))


def acl(stage, *lines):
    """Conditions at a stage for which the package has no list: it accepts what they leave over."""
    return stage, ("", *lines, "  accept", "")


def denies_login(words):
    return acl("auth", "  deny", f"    message = {words}")


ANOTHER_FROM = "    condition = ${if !eqi{$sender_address}{$authenticated_id}}"
NO_DOT = "    condition = ${if match{$sender_helo_name}{\\N\\.\\N}{no}{yes}}"


DELAYS = tuple(acl(stage, "  warn", "    delay = 1s") for stage in ("connect", "helo"))
KNOWS_AUTHORITY = f"MAIN_TLS_VERIFY_CERTIFICATES = {AUTHORITY}"
SHOWS_CERTIFICATE = (at_rcpt("  accept", "    condition = ${if eq{$tls_in_certificate_verified}{1}}"),)
# What many copy into their configuration so that XOAUTH2 is on the list.
XOAUTH2 = """
xoauth2_server:
  driver = plaintext
  public_name = XOAUTH2
  server_condition = no
  server_set_id = $auth1
  server_advertise_condition = ${if eq{$tls_in_cipher}{}{}{*}}
"""


@dataclasses.dataclass(frozen=True)
class Row(Common):
    """What differs from the stock server. An edit is a file, words in it, and what stands in their place; an ACL
    is a stage and its lines; `macros` the package's own settings, `main` lines of
    the main section. `spoilt` passwords have no plain form stored.
    """

    edits: tuple = ()
    relay_nets: str = ""
    authenticators: tuple = ("plain_server", "login_server")
    login_hosts: str = NOT_ON_25
    ports: tuple = (25, 465, 587)
    acls: tuple = ()
    macros: tuple = ()
    main: tuple = ()
    spoilt: bool = False
    local_domain: str = DOMAIN


ROWS = {
    1: Row(),
    2: Row(),
    3: Row(login_hosts=EVERYWHERE),
    4: Row(edits=(at_rcpt("  deny !authenticated = *",
                          "    domains = !+local_domains",
                          "    message = $sender_host_address is not permitted to relay through this server"
                          "\\nwithout authentication."),)),
    5: Row(),
    6: Row(relay_nets=CLIENT, authenticators=(),
           edits=(at_mail("  deny !encrypted = *",
                          "    message = 530 5.7.0 Must issue a STARTTLS command first"),)),
    7: Row(),
    8: Row(),
    9: Row(),
    10: Row(),
    11: Row(login_hosts=EVERYWHERE),
    12: Row(),
    13: Row(authenticators=("cram_md5_server",)),
    14: Row(relay_nets=CLIENT, authenticators=()),
    15: Row(edits=(at_mail("  deny authenticated = *", ANOTHER_FROM,
                           "    message = Sender $sender_address does not belong to $authenticated_id"),)),
    16: Row(edits=(at_rcpt("  deny authenticated = *", ANOTHER_FROM,
                           "    message = Access denied - Invalid From address"),)),
    17: Row(authenticators=(), ports=(25,)),
    18: Row(authenticators=(), ports=(25,), relay_nets=CLIENT),
    19: Row(certificate="past"),
    20: Row(certificate="future"),
    21: Row(certificate="self"),
    22: Row(certificate="other-ca"),
    23: Row(certificate="other-name"),
    24: Row(ports=()),
    25: Row(silent=(587,)),
    26: Row(silent=(25,)),
    27: Row(),
    28: Row(edits=(at_rcpt("  deny authenticated = *", "    message = Administrative prohibition"),)),
    29: Row(edits=(at_rcpt("  defer authenticated = *",
                           "    message = Temporary local problem - please try later"),)),
    30: Row(edits=((CHECK_RCPT, ACCEPTS_LOGIN, "\n"),)),
    31: Row(edits=(at_mail("  deny", NO_DOT,
                           "    message = HELO name $sender_helo_name is not fully qualified"),)),
    32: Row(authenticators=("plain_saslauthd_server", "login_saslauthd_server")),
    33: Row(edits=(at_mail("  deny condition = ${if match{$sender_address_domain}{\\N\\.\\N}{no}{yes}}",
                           "    message = Sender address $sender_address is not fully qualified"),)),
    34: Row(relay_nets=CLIENT),
    35: Row(silent=(25,)),
    37: Row(login_hosts=EVERYWHERE),
    38: Row(edits=(at_rcpt("  defer domains = +local_domains", "    local_parts = !postmaster",
                           "    message = greylisted - please try again in 5 minutes"),)),
    39: Row(ports=(25, 465, 2525)),
    40: Row(login_hosts=EVERYWHERE),
    41: Row(),
    42: Row(relay_nets=CLIENT, authenticators=(), ports=(25, 587),
            edits=(at_mail("  deny !encrypted = *", "    message = TLS encryption is required here"),)),
    43: Row(acls=(acl("connect", "  warn", "    delay = 6s"),)),
    44: Row(acls=(acl("connect", "  warn", "    delay = 4s"),)),
    45: Row(edits=(at_rcpt("  drop !authenticated = *", "    domains = !+local_domains",
                           "    message = Relaying denied"),)),
    46: Row(acls=DELAYS, edits=(at_mail("  warn", "    delay = 1s"), at_rcpt("  warn", "    delay = 1s"))),
    47: Row(edits=(at_rcpt("  defer local_parts = !postmaster", "    domains = +local_domains",
                           "    !seen = -5m / key=${sender_host_address}_${sender_address}_${local_part}@${domain}",
                           "    message = Greylisted, please try again later"),)),
    48: Row(edits=(at_rcpt("  deny condition = ${if ={${randint:2}}{0}}", "    message = Not accepted"),)),
    49: Row(edits=(at_rcpt("  defer !authenticated = *", "    domains = !+local_domains",
                           "    message = 454 4.7.1 <$local_part@$domain>: relay access denied"),)),
    50: Row(),
    51: Row(authenticators=("plain_server", "login_server", "cram_md5_server"), spoilt=True),
    52: Row(authenticators=(), macros=(KNOWS_AUTHORITY, "MAIN_TLS_TRY_VERIFY_HOSTS = *"),
            edits=SHOWS_CERTIFICATE),
    53: Row(macros=(KNOWS_AUTHORITY, "MAIN_TLS_VERIFY_HOSTS = *")),
    54: Row(authenticators=(), macros=(KNOWS_AUTHORITY, "MAIN_TLS_TRY_VERIFY_HOSTS = *"),
            edits=SHOWS_CERTIFICATE),
    55: Row(),
    56: Row(account=("anna", PASSWORD)),
    57: Row(),
    58: Row(),
    59: Row(),
    60: Row(account=(ANNA, SPACED_PASSWORD)),
    61: Row(account=(ANNA, COAST_PASSWORD)),
    62: Row(acls=(denies_login("534 5.7.9 Please log in with an application-specific password"),)),
    63: Row(acls=(denies_login("535 5.7.8 Basic authentication is disabled for this mailbox, use OAuth2"),)),
    64: Row(acls=(denies_login("535 5.7.1 Your account is suspended, contact support"),)),
    65: Row(edits=(at_mail("  deny authenticated = *",
                           "    message = 550 5.7.1 The account $authenticated_id has been suspended"),)),
    66: Row(authenticators=(), files=(("/etc/exim4/conf.d/auth/40_lab", XOAUTH2, 0o644),)),
    67: Row(main=("tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.0:%COMPAT",)),
    68: Row(main=("tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3",)),
    69: Row(strips="masks"),
    70: Row(strips="removes"),
    71: Row(called=STRANGER_HOST),
    72: Row(edits=(at_mail("  deny !verify = sender"),), names=NAMES_OF_DOMAINS),
    73: Row(edits=(at_mail("  deny authenticated = *", "    senders = :",
                           "    message = An empty sender address is not allowed here"),)),
    74: Row(),
    75: Row(edits=(at_rcpt("  deny !verify = sender/callout"),)),
    76: Row(edits=(at_mail("  deny authenticated = *", "    senders = !boss@lab.example",
                           "    message = 553 5.7.1 $sender_address: sender is not owned by $authenticated_id"),)),
    77: Row(edits=(at_data("  deny authenticated = *",
                           "    condition = ${if !eqi{${address:$h_from:}}{$authenticated_id}}",
                           "    message = From header must be the address of the login $authenticated_id"),)),
    78: Row(local_domain=""),
    79: Row(acls=(acl("helo", "  deny condition = ${if match{$sender_helo_name}{\\N\\.\\N}{no}{yes}}",
                      "    message = HELO name $sender_helo_name is not acceptable"),)),
    80: Row(edits=(at_rcpt("  deny !verify = reverse_host_lookup",
                           "    message = No reverse DNS name for $sender_host_address"),), client_named=False,
            names=NAMES_OF_DOMAINS),
    81: Row(authenticators=(), ports=(25,), pop=True,
            edits=(at_rcpt(f"  accept hosts = net-iplsearch;{POP_SEEN}"),)),
    82: Row(edits=(at_mail("  defer ratelimit = 2 / 1h / per_cmd / strict / $sender_host_address",
                           "    message = 450 4.7.1 Rate limit exceeded: $sender_rate mails per "
                           "$sender_rate_period, try later"),), warm=3),
    83: Row(edits=(at_rcpt("  deny dnslists = bl.lists.example",
                           "    message = $sender_host_address is in a black list at $dnslist_domain"),),
            names=LISTED),
    84: Row(main=("message_size_limit = 1M",)),
    85: Row(edits=(at_rcpt("  deny domains = +local_domains", "    !verify = recipient/quota",
                          "    message = 552 5.2.2 The mailbox is full: $acl_verify_message"),
                   (MAIL_SPOOL, "driver = appendfile\n", "driver = appendfile\nquota = 10K\n")),
            files=(("/var/mail/anna", "From tom Thu Jan  1 00:00:00 2026\n\n" + "x" * 60000 + "\n", 0o660),)),
    86: Row(edits=(at_data("  deny message = This message was classified as spam"),)),
    87: Row(silent=(25, 465, 587, 2525)),
    88: Row(relay_nets=CLIENT, authenticators=(), ports=(25,), on_ipv6=True),
    89: Row(on_ipv6=True, silent6=(25, 465, 587, 2525)),
    90: Row(relay_nets="0.0.0.0/0"),
    91: Row(relay_nets="127.0.0.1"),
    92: Row(),
    93: Row(edits=(at_rcpt("  deny !authenticated = *", "    domains = !+local_domains",
                           "    message = 550 5.7.1 Relaying denied. IP name lookup failed"),)),
    94: Row(edits=(at_rcpt("  deny senders = info@lab.example", "    message = relay not permitted"),)),
    95: Row(edits=(at_rcpt("  deny !authenticated = *", "    dnslists = bl.lists.example",
                           "    message = $sender_host_address is in a black list at $dnslist_domain"),),
            names=LISTED),
    96: Row(ports=(25, 465)),
    97: Row(),
    98: Row(authenticators=(), ports=(25,)),
    99: Row(local_domain=WITH_TOWN),
    101: Row(),
    102: Row(authenticators=(), ports=(25,)),
    103: Row(edits=(at_mail("  deny !verify = sender"),), resolves=True),
    104: Row(edits=(at_mail("  deny !verify = sender"),), resolves=True),
    105: Row(edits=(at_mail("  deny !verify = sender"),), resolves=True),
    106: Row(edits=(at_rcpt("  deny !verify = sender/callout"),), resolves=True),
    107: Row(edits=(at_rcpt("  deny dnslists = bl.lists.example",
                            "    message = $sender_host_address is in a black list at $dnslist_domain"),), resolves=True),
    108: Row(),
    109: Row(local_domain=WITH_TOWN),
    110: Row(local_domain=WITH_TOWN),
    111: Row(authenticators=(), ports=(25,)),
}


def ports(row):
    return row.ports


def configure(box, row):
    addresses = (box.address, *((box.address6,) if box.address6 else ()))
    box.write("/etc/exim4/update-exim4.conf.conf", f"""\
dc_eximconfig_configtype='internet'
dc_other_hostnames='{row.local_domain.replace(TOWN, box.town)}'
dc_local_interfaces='{" ; ".join(f"{address}.{port}" for address in addresses for port in row.ports)}'
dc_readhost=''
dc_relay_domains=''
dc_minimaldns='false'
dc_relay_nets='{row.relay_nets}'
dc_smarthost=''
CFILEMODE='644'
dc_use_split_config='true'
dc_hide_mailname=''
dc_mailname_in_oh='true'
dc_localdelivery='mail_spool'
""")
    box.write("/etc/exim4/conf.d/main/000_localmacros", f"""\
MAIN_TLS_ENABLE = yes
MAIN_TLS_CERTKEY = {CERTIFICATE}
MAIN_LOG_SELECTOR = +smtp_connection +smtp_incomplete_transaction +smtp_no_mail +smtp_protocol_error \
+smtp_syntax_error +incoming_port
""" + "".join(f"{line}\n" for line in row.macros))
    box.write("/etc/exim4/conf.d/main/95_lab",
              "\n".join(("tls_on_connect_ports = 465", f"auth_advertise_hosts = {row.login_hosts}",
                         *(f"acl_smtp_{stage} = acl_lab_{stage}" for stage, _ in row.acls), *row.main, "")))
    box.write("/etc/exim4/conf.d/acl/95_lab",
              "".join("\n".join((f"acl_lab_{stage}:", *lines)) for stage, lines in row.acls))
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    write_accounts(box, row)
    run_in(box.root, "sh", "-c", "[ ! -e /var/mail/anna ] || chown anna:mail /var/mail/anna")
    if row.pop:
        box.write(POP_SEEN, "")
        dovecot.configure(box, row, pop_seen=f'echo "$IP" >>{POP_SEEN}')
    box.write(EXAMPLES, uncommented(box.read(EXAMPLES), row.authenticators))
    for path, words, instead in row.edits:
        edit(box, path, words, instead)


def edit(box, path, words, instead):
    text = box.read(path)
    if words not in text:
        raise ValueError(f"{path} of this Exim has no {words!r}")
    box.write(path, text.replace(words, instead, 1))


def write_accounts(box, row):
    login, password = row.account
    hashed = run_in(box.root, "perl", "-e", "print crypt($ARGV[0], q($6$labsalt$))", password)
    box.write("/etc/exim4/passwd", f"{login}:{hashed}:{'' if row.spoilt else password}\n", mode=0o640)
    run_in(box.root, "chown", OWNER, "/etc/exim4/passwd")


def uncommented(text, authenticators):
    """The examples that the package ships commented out, those named here uncommented."""
    for name in authenticators:
        text = re.sub(rf"(?m)^# {name}:\n(#   .*\n)+",
                      lambda block: re.sub(r"(?m)^# ", "", block.group(0)), text, count=1)
    return text
