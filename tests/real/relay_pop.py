#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""POP before SMTP with a real Dovecot: its post-login script calls baton allow, and from then on that address relays."""
import json
import pathlib
import poplib
import smtplib
import subprocess
import sys
import tempfile
import time

import kit
import relay_kit

kit.alone()

USER, PASSWORD = "anna@corp.example", "tulip-Mania-1637"
MINE, OTHERS = "127.0.0.7", "127.0.0.8"   # two clients: one fetches mail, one does not
PLACE = POP = RELAY = SINK = SMTP = None

DOVECOT = """\
base_dir = {place}/dovecot/run
state_dir = {place}/dovecot/state
log_path = {place}/dovecot.log
protocols = pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0 secs
mail_location = maildir:{place}/mail/%u
first_valid_uid = 1
service pop3-login {{
  inet_listener pop3 {{
    port = {port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
  chroot =
}}
service pop3 {{
  executable = pop3 pop3-postlogin
}}
service pop3-postlogin {{
  executable = script-login {place}/postlogin
  user = root
  unix_listener pop3-postlogin {{
  }}
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
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=daemon gid=daemon home={place}/mail/%u
}}
"""
POSTLOGIN = """\
#!/bin/sh
{baton} allow "$IP" --for {time} --note "pop3 $USER" --control {control} >>{place}/postlogin.log 2>&1
exec "$@"
"""
RULES = """
hostname = "relay.example"
listen "pop" {{ address = "127.0.0.1"  port = {port}  security = none }}
permit "pop" {{ pop-window = true }}
route "next" {{ smarthost = "127.0.0.1:{sink}"  security = none }}
"""


def log():
    return "".join(p.read_text() for p in (PLACE / "dovecot.log", PLACE / "postlogin.log") if p.exists())


def set_time(text):
    script = PLACE / "postlogin"
    script.write_text(POSTLOGIN.format(baton=relay_kit.BATON, time=text, control=RELAY.control, place=PLACE))
    script.chmod(0o755)


def fetch(source, password=PASSWORD):
    """Reads mail from that address, as a mail program does it before it sends."""
    pop = poplib.POP3.__new__(poplib.POP3)
    pop._create_socket = lambda timeout: __import__("socket").create_connection(("127.0.0.1", POP), timeout, (source, 0))
    pop.__init__("127.0.0.1", POP, timeout=100)
    pop.user(USER)
    pop.pass_(password)
    pop.stat()
    pop.quit()


def send(source, to):
    with smtplib.SMTP("127.0.0.1", SMTP, local_hostname="client.example", source_address=(source, 0), timeout=100) as s:
        s.ehlo()
        s.mail("anna@corp.example")
        code, text = s.rcpt(to)
        if code == 250:
            code, text = s.data(b"From: anna@corp.example\r\nSubject: x\r\n\r\nhello\r\n")
        return code, text.decode()


def windows():
    return [w["client"] for w in json.loads(RELAY.ask("allow", "--list", "--json"))["windows"]]


def an_address_that_fetched_mail_relays():
    set_time("30m")
    code, text = send(MINE, "a@next.example")
    assert code == 550 and "why: " in text, (code, text)
    why = json.loads(RELAY.ask("why", text.rpartition("why: ")[2].strip(")"), "--json", status=1))
    assert why["cause"] == "pop-before-smtp" and [x["fact"] for x in why["nearest"]] == ["pop-window"], why
    fetch(MINE)
    assert windows() == [MINE], (windows(), log())
    code, text = send(MINE, "b@next.example")
    assert code == 250, (code, text, log())
    SINK.accepted(lambda mail: "b@next.example" in " ".join(mail.to))


def another_address_does_not():
    assert send(OTHERS, "c@next.example")[0] == 550


def a_wrong_password_lets_nobody_in():
    try:
        fetch(OTHERS, "wrong")
    except poplib.error_proto:
        pass
    else:
        raise AssertionError("Dovecot took a wrong password")
    assert OTHERS not in windows() and send(OTHERS, "d@next.example")[0] == 550


def the_window_closes():
    set_time("2s")
    fetch(OTHERS)
    assert send(OTHERS, "e@next.example")[0] == 250, log()
    relay_kit.wait_for(lambda: send(OTHERS, "f@next.example")[0] == 550, 30, "the window stays open")


def it_outlives_a_restart():
    set_time("30m")
    fetch(MINE)
    assert RELAY.stop() == 0
    RELAY.start([("127.0.0.1", SMTP)])
    assert send(MINE, "g@next.example")[0] == 250
    assert RELAY.ask("allow", "--end", MINE)
    assert send(MINE, "h@next.example")[0] == 550


CASES = [an_address_that_fetched_mail_relays, another_address_does_not, a_wrong_password_lets_nobody_in, the_window_closes,
         it_outlives_a_restart]


def main():
    global PLACE, POP, RELAY, SINK, SMTP
    with tempfile.TemporaryDirectory(prefix="pop-") as place:
        PLACE = pathlib.Path(place)
        PLACE.chmod(0o755)
        (PLACE / "mail").mkdir(mode=0o777)
        (PLACE / "mail").chmod(0o777)
        (PLACE / "dovecot").mkdir()
        POP, SMTP, sink_port = (relay_kit.free_port() for _ in range(3))
        with relay_kit.Sink("127.0.0.1", sink_port) as SINK, \
                relay_kit.Relay(PLACE, RULES.format(port=SMTP, sink=sink_port)) as RELAY:
            RELAY.start([("127.0.0.1", SMTP)])
            set_time("30m")
            conf = PLACE / "dovecot" / "dovecot.conf"
            conf.write_text(DOVECOT.format(place=PLACE, port=POP, password=PASSWORD))
            dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=sys.stderr)
            try:
                end = time.monotonic() + 100
                while True:
                    try:
                        fetch(OTHERS)
                        break
                    except OSError:
                        assert time.monotonic() < end and dovecot.poll() is None, log()
                        time.sleep(0.1)
                RELAY.ask("allow", "--end", OTHERS)
                kit.main(CASES)
            finally:
                dovecot.terminate()
                dovecot.wait()


if __name__ == "__main__":
    main()
