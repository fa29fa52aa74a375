# SPDX-License-Identifier: ISC
"""Debian 12's Dovecot beside a mail server: logins for Postfix, a POP3 server, and what it knows of a full mailbox."""

from .sandbox import run_in

POP_SEEN = "/usr/local/bin/pop-seen"
AUTH_SOCKET = "/var/spool/postfix/private/auth"


def configure(box, row, mechanisms="plain login", scheme="PLAIN", quota=False, policy=None, pop_seen=None):
    """`scheme`: how the password is stored; with PLAIN even CRAM-MD5 can be served. `policy`: the address of a
    service that is asked about every login. `pop_seen`: shell words that are run when $IP has read its mail.
    """
    login, password = row.account
    stored = run_in(box.root, "doveadm", "pw", "-s", scheme, "-p", password).strip()
    box.write("/etc/dovecot/users", f"{login}:{stored}\n", mode=0o640)
    run_in(box.root, "chgrp", "dovecot", "/etc/dovecot/users")
    parts = [base(mechanisms)]
    if box.server.NAME == "postfix":
        parts.append(LOGINS_FOR_POSTFIX)
    if policy:
        parts.append(f"auth_policy_server_url = {policy}\nauth_policy_hash_nonce = lab\n"
                     "auth_policy_request_attributes = login=%{requested_username} remote=%{rip}\n")
    if pop_seen:
        parts.append(pop(box, pop_seen))
    if quota:
        parts.append(full(box))
    box.write("/etc/dovecot/dovecot.conf", "".join(parts))


def base(mechanisms):
    return f"""\
protocols =
log_path = /var/log/dovecot.log
auth_verbose = yes
auth_mechanisms = {mechanisms}
passdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
userdb {{
  driver = static
  args = uid=anna gid=anna home=/home/anna
}}
mail_location = maildir:/home/anna/Maildir
"""


LOGINS_FOR_POSTFIX = f"""\
service auth {{
  unix_listener {AUTH_SOCKET} {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""


def pop(box, pop_seen):
    """POP3 on 110 (after STLS) and 995; the words are run as root, between login and mailbox."""
    box.write(POP_SEEN, f'#!/bin/sh\n{pop_seen}\nexec "$@"\n', mode=0o755)
    return f"""\
protocols = pop3
listen = {box.address}
ssl = required
ssl_cert = <{box.server.CERTIFICATE}
ssl_key = <{box.server.CERTIFICATE}
service pop3 {{
  executable = pop3 pop3-postlogin
}}
service pop3-postlogin {{
  executable = script-login {POP_SEEN}
  user = root
  unix_listener pop3-postlogin {{
  }}
}}
"""


def full(box):
    """A mailbox beyond its quota, and the service that a mail server asks about it."""
    for part in ("cur", "tmp"):
        box.write(f"/home/anna/Maildir/{part}/.keep", "")
    box.write("/home/anna/Maildir/new/1.lab", "Subject: much\n\n" + "x" * 60000 + "\n")
    run_in(box.root, "chown", "-R", "anna:anna", "/home/anna")
    return f"""\
mail_plugins = quota
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage=10K
  quota_status_success = DUNNO
  quota_status_nouser = DUNNO
  quota_status_overquota = "552 5.2.2 Mailbox is full"
}}
service quota-status {{
  executable = quota-status -p postfix
  inet_listener {{
    address = {box.address}
    port = 12340
  }}
}}
"""
