# SPDX-License-Identifier: ISC
"""Debian 12's Exim: the package's split configuration, and what a situation changes in it."""

import dataclasses
import re

from .sandbox import run_in
from .situations import ANNA, CLIENT, DOMAIN, PASSWORD

NAME = "exim"
TITLE = "Exim"
LETTER = "e"
NETWORK = "127.20.0"
FIRST_HOST = 70
LOG = "/var/log/exim4/mainlog"
CERTIFICATE = "/etc/exim4/lab.pem"
OWNER = "root:Debian-exim"
START = "update-exim4.conf && exec exim4 -bdf"

CHECK_MAIL = "/etc/exim4/conf.d/acl/30_exim4-config_check_mail"
CHECK_RCPT = "/etc/exim4/conf.d/acl/30_exim4-config_check_rcpt"
EXAMPLES = "/etc/exim4/conf.d/auth/30_exim4-config_examples"
NOT_ON_25 = "${if eq{$received_port}{25}{}{*}}"
EVERYWHERE = "*"
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


ANOTHER_FROM = "    condition = ${if !eqi{$sender_address}{$authenticated_id}}"
NO_DOT = "    condition = ${if match{$sender_helo_name}{\\N\\.\\N}{no}{yes}}"


@dataclasses.dataclass(frozen=True)
class Row:
    """What differs from the stock server. An edit is a file, words in it, and what stands in their place."""

    edits: tuple = ()
    relay_nets: str = ""
    authenticators: tuple = ("plain_server", "login_server")
    login_hosts: str = NOT_ON_25
    ports: tuple = (25, 465, 587)
    certificate: str = "good"
    silent: tuple = ()


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
}


def ports(row):
    return row.ports


def configure(box, row):
    box.write("/etc/exim4/update-exim4.conf.conf", f"""\
dc_eximconfig_configtype='internet'
dc_other_hostnames='{DOMAIN}'
dc_local_interfaces='{" ; ".join(f"{box.address}.{port}" for port in row.ports)}'
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
""")
    box.write("/etc/exim4/conf.d/main/95_lab",
              f"tls_on_connect_ports = 465\nauth_advertise_hosts = {row.login_hosts}\n")
    box.write("/etc/aliases", "postmaster: anna\nroot: anna\n")
    write_accounts(box)
    box.write(EXAMPLES, uncommented(box.read(EXAMPLES), row.authenticators))
    for path, words, instead in row.edits:
        edit(box, path, words, instead)


def edit(box, path, words, instead):
    text = box.read(path)
    if words not in text:
        raise ValueError(f"{path} of this Exim has no {words!r}")
    box.write(path, text.replace(words, instead, 1))


def write_accounts(box):
    hashed = run_in(box.root, "perl", "-e", "print crypt($ARGV[0], q($6$labsalt$))", PASSWORD)
    box.write("/etc/exim4/passwd", f"{ANNA}:{hashed}:{PASSWORD}\n", mode=0o640)
    run_in(box.root, "chown", OWNER, "/etc/exim4/passwd")


def uncommented(text, authenticators):
    """The examples that the package ships commented out, those named here uncommented."""
    for name in authenticators:
        text = re.sub(rf"(?m)^# {name}:\n(#   .*\n)+",
                      lambda block: re.sub(r"(?m)^# ", "", block.group(0)), text, count=1)
    return text
