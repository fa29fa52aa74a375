#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The relay as an administrator runs it: installed by meson install, its user and directories made by systemd's own programs,
started, reloaded, stopped and killed under a real systemd with the unit that comes with it. The machine is systemd_kit's."""
import os
import pathlib
import re
import smtplib
import ssl
import subprocess
import sys
import tempfile

import kit
import relay_kit
import systemd_kit
from relay_kit import wait_for

INSIDE = "BATON_SYSTEMD_INSIDE"
UNIT, DROP_INS = "baton-relay", "/etc/systemd/system/baton-relay.service.d"
USER, PASSWORD, UPSTREAM = "anna", "tulip-Mania-1637", "rose-Mania-1638"
HERE = "127.0.0.1"
PORT, SINK = 587, 2525
MACHINE = HOP = None

RULES = f"""hostname    = "relay.example"
certificate = "/etc/baton/relay.pem"
listen "submission" {{ address = "{HERE}"  port = {PORT}  security = starttls }}
permit "users"      {{ authenticated = true }}
route "next"        {{ smarthost = "{HERE}:{SINK}"  security = none }}
"""


def rules(more="", text=RULES):
    MACHINE.write("/etc/baton/relay.conf", text + more, "root:baton", "0640")


def main_pid():
    """Never 0, which kill would take for all that run here."""
    pid = int(MACHINE.show(UNIT, "MainPID")["MainPID"])
    assert pid > 0, f"the relay does not run: {MACHINE.journal(UNIT)[-1500:]}"
    return pid


def tls():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE   # the certificate is not what is tried here
    return context


def send(subject, user=USER, password=PASSWORD, sender="anna@corp.example"):
    with smtplib.SMTP(HERE, PORT, timeout=60) as s:
        s.starttls(context=tls())
        s.login(user, password)
        s.sendmail(sender, ["b@next.example"], f"Subject: {subject}\r\n\r\nhello\r\n")


def came(subject):
    return HOP.accepted(lambda mail: subject.encode() in mail.header("Subject"), 20, lambda: MACHINE.journal(UNIT)[-3000:])


def times(subject):
    return sum(subject.encode() in mail.header("Subject") for mail in HOP.mails)


def add_user(name, password):
    MACHINE.run("baton", "user", "add", name, "--password-fd", "0", "--users", "/etc/baton/users", input=password)


# ---- the cases, in this order ----

def it_is_installed_as_the_page_says():
    """systemd finds what meson install has put there; the user is made, and the directories are his."""
    MACHINE.run("systemd-sysusers")
    MACHINE.run("systemd-tmpfiles", "--create")
    assert MACHINE.run("stat", "-c", "%U:%G %a", "/var/lib/baton").stdout == "baton:baton 700\n"
    assert MACHINE.run("stat", "-c", "%U:%G %a", "/etc/baton").stdout == "root:baton 750\n"
    assert MACHINE.run("getent", "passwd", "baton").stdout.endswith(":/usr/sbin/nologin\n")
    MACHINE.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=relay.example", "-keyout", "/etc/baton/key", "-out", "/etc/baton/cert")
    MACHINE.run("sh", "-c", "cd /etc/baton && cat key cert >relay.pem && chown root:baton relay.pem && chmod 640 relay.pem && rm key cert")
    rules()
    add_user(USER, PASSWORD)
    told = MACHINE.run("systemd-analyze", "verify", "--man=no", "/usr/local/lib/systemd/system/baton-relay.service", check=False)
    assert "baton" not in told.stderr + told.stdout, told.stderr + told.stdout   # no key that this systemd passes over


def it_starts_and_relays():
    MACHINE.run("systemctl", "enable", "--now", UNIT)
    got = MACHINE.show(UNIT, "ActiveState", "SubState", "Type", "StatusText", "WatchdogUSec", "NRestarts")
    assert (got["ActiveState"], got["SubState"], got["Type"]) == ("active", "running", "notify"), got
    assert "sessions" in got["StatusText"], got                                  # sd_notify came through
    send("first")
    came("first")


def it_has_no_rights_left():
    """All that the unit takes away is away, and what the relay takes from itself on top."""
    status = dict(row.split(":\t", 1) for row in MACHINE.proc(main_pid(), "status").splitlines() if ":\t" in row)
    number = MACHINE.run("id", "-u", "baton").stdout.strip()
    assert status["Uid"].split() == [number] * 4 and status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert all(int(status[key], 16) == 0 for key in ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd")), status
    mounts = MACHINE.proc(main_pid(), "mountinfo")
    assert re.search(r" / / ro,", mounts) and re.search(r" /var/lib/baton rw,", mounts), mounts   # ProtectSystem=strict
    assert re.search(r"event=confined .*landlock=\d+ seccomp=1", MACHINE.journal(UNIT)), MACHINE.journal(UNIT)
    told = MACHINE.run("systemd-analyze", "security", "--no-pager", "--threshold=35", f"{UNIT}.service", check=False)
    print("    " + next(row for row in told.stdout.splitlines() if "Overall exposure" in row).strip(), flush=True)
    assert told.returncode == 0, told.stdout


def a_user_added_by_root_logs_in_after_a_reload():
    add_user("bert", "lily-Mania-1639")
    assert MACHINE.run("stat", "-c", "%U:%G %a", "/etc/baton/users").stdout == "root:baton 640\n"
    pid = main_pid()
    MACHINE.run("systemctl", "reload", UNIT)
    send("of bert", "bert", "lily-Mania-1639")
    came("of bert")
    assert main_pid() == pid


def a_reload_that_does_not_take_says_so():
    """systemctl reload fails, the reason is in the journal, and the service goes on."""
    pid = main_pid()
    for more, said in (('permit "x" { nonsense = 1 }\n', "nonsense.*the old file stays in force"),
                       (f'listen "late" {{ address = "{HERE}"  port = 465  security = tls }}\n', "not in force yet: listen \"late\".*restart the relay")):
        rules(more)
        assert MACHINE.run("systemctl", "reload", UNIT, check=False).returncode != 0
        assert re.search(said, MACHINE.journal(UNIT)), MACHINE.journal(UNIT)[-3000:]
        got = MACHINE.show(UNIT, "ActiveState", "SubState")
        assert got == {"ActiveState": "active", "SubState": "running"}, got
    assert main_pid() == pid
    MACHINE.run("systemctl", "restart", UNIT)        # the remedy that was named
    with smtplib.SMTP_SSL(HERE, 465, context=tls(), timeout=60) as s:
        assert s.noop()[0] == 250
    rules()
    MACHINE.run("systemctl", "reload", UNIT)
    send("after")
    came("after")


def a_stop_during_a_delivery_ends_it_well():
    HOP.answer_after_s = 2
    send("slow")
    wait_for(lambda: '"state":"sending"' in MACHINE.run("baton", "queue", "list", "--json").stdout, 60, lambda: MACHINE.journal(UNIT))
    MACHINE.run("systemctl", "stop", UNIT)
    got = MACHINE.show(UNIT, "ActiveState", "Result", "ExecMainStatus")
    assert got == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}, got
    HOP.answer_after_s = 0
    MACHINE.run("systemctl", "start", UNIT)
    came("slow")
    wait_for(lambda: "Nothing waits" in MACHINE.run("baton", "queue").stdout, 60, lambda: MACHINE.run("baton", "queue").stdout)
    assert times("slow") == 1, times("slow")


def what_kills_it_starts_it_again():
    before = int(MACHINE.show(UNIT, "NRestarts")["NRestarts"])
    MACHINE.run("sh", "-c", f"kill -KILL {main_pid()}")
    wait_for(lambda: int(MACHINE.show(UNIT, "NRestarts")["NRestarts"]) > before, 60, "it was not started again")
    wait_for(lambda: MACHINE.show(UNIT, "ActiveState")["ActiveState"] == "active", 60, lambda: MACHINE.journal(UNIT)[-3000:])
    send("again")
    came("again")


def a_loop_that_hangs_is_ended_by_the_watchdog():
    MACHINE.write(f"{DROP_INS}/watchdog.conf", "[Service]\nWatchdogSec=10\n")
    MACHINE.run("systemctl", "daemon-reload")
    MACHINE.run("systemctl", "restart", UNIT)

    def fed():
        return MACHINE.show(UNIT, "WatchdogTimestampMonotonic")["WatchdogTimestampMonotonic"]
    first = fed()
    wait_for(lambda: fed() != first, 60, "the watchdog is not fed")
    before = int(MACHINE.show(UNIT, "NRestarts")["NRestarts"])
    MACHINE.run("sh", "-c", f"kill -STOP {main_pid()}")
    wait_for(lambda: int(MACHINE.show(UNIT, "NRestarts")["NRestarts"]) > before, 60, lambda: MACHINE.journal(UNIT)[-3000:])
    wait_for(lambda: MACHINE.show(UNIT, "ActiveState")["ActiveState"] == "active", 60, lambda: MACHINE.journal(UNIT)[-3000:])
    send("watched")
    came("watched")
    MACHINE.run("rm", f"{DROP_INS}/watchdog.conf")
    MACHINE.run("systemctl", "daemon-reload")


def ports_of_systemd_need_no_rights():
    """The socket unit and the drop-in that come with it: the relay is never root, and who comes during a restart is served."""
    share = "/usr/local/share/doc/baton"
    rules()
    MACHINE.run("systemctl", "stop", UNIT)
    MACHINE.run("sh", "-c", f"sed 's/^ListenStream=587/ListenStream={HERE}:{PORT}/' {share}/baton-relay.socket >/etc/systemd/system/{UNIT}.socket"
                f" && mkdir -p {DROP_INS} && cp {share}/baton-relay-unprivileged.conf {DROP_INS}/unprivileged.conf && systemctl daemon-reload")
    MACHINE.run("systemctl", "enable", "--now", f"{UNIT}.socket")
    send("woken")                                # the connection starts the service
    came("woken")
    status = dict(row.split(":\t", 1) for row in MACHINE.proc(main_pid(), "status").splitlines() if ":\t" in row)
    assert all(int(status[key], 16) == 0 for key in ("CapEff", "CapPrm", "CapBnd")), status
    assert "not started as root" in MACHINE.journal(UNIT), MACHINE.journal(UNIT)[-3000:]
    MACHINE.run("systemctl", "reload", UNIT)
    restart = subprocess.Popen(["nsenter", f"--target={MACHINE.first}", "--mount", "--pid", "--ipc", "--root", "systemctl", "restart", UNIT])
    sent = told_to_come_again = 0
    while restart.poll() is None:                # one after another, and none finds the door closed
        try:
            send(f"meanwhile {sent}")
            sent += 1
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException, ssl.SSLError, ConnectionResetError, BrokenPipeError) as why:
            assert getattr(why, "smtp_code", 421) == 421, why        # a session that was open already, wherever it stood
            told_to_come_again += 1
    assert restart.returncode == 0 and told_to_come_again <= 3, told_to_come_again
    for n in range(sent):
        came(f"meanwhile {n}")
    told = MACHINE.run("systemd-analyze", "security", "--no-pager", f"{UNIT}.service", check=False)
    print("    " + next(row for row in told.stdout.splitlines() if "Overall exposure" in row).strip(), f"({sent} during a restart)", flush=True)


CASES = [it_is_installed_as_the_page_says, it_starts_and_relays, it_has_no_rights_left, a_user_added_by_root_logs_in_after_a_reload,
         a_reload_that_does_not_take_says_so, a_stop_during_a_delivery_ends_it_well, what_kills_it_starts_it_again,
         a_loop_that_hangs_is_ended_by_the_watchdog, ports_of_systemd_need_no_rights]


def the_machine():
    """Stands for all of them where no machine can be made."""
    global MACHINE, HOP
    with tempfile.TemporaryDirectory(prefix="baton-systemd-", dir="/var/tmp") as place, \
            systemd_kit.Machine(place, pathlib.Path(sys.argv[1]).resolve().parents[2]) as MACHINE, relay_kit.Sink(HERE, SINK) as HOP:
        kit.main(CASES)


if __name__ == "__main__":
    if not os.environ.get(INSIDE):               # ports 587 and 465 are free in a network of our own, and nothing leads out
        os.environ[INSIDE] = "1"
        systemd_kit.make_root()                  # from a mirror, which is out of reach in there
        os.execvp("unshare", ["unshare", "--net", "--", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        the_machine()
    except kit.Skip as why:
        print(f"SKIP real/relay-systemd.the-machine: {why}")
