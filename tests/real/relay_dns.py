#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Conditions that ask DNS, with real servers: nsd serves the zones, unbound is the relay's resolver."""
import json
import pathlib
import smtplib
import socket
import tempfile

import dns_kit
import kit
import relay_kit

kit.alone()

CLIENT = "198.51.100.7"     # who the proxy says it is: RFC 5737
RELAY = TREE = PORTS = None
# port by condition
CONDITIONS = {
    "spf": "unless-spf = fail",
    "good": 'unless-listed = "good.test"',
    "refuses": 'unless-listed = "refuses.test"',
    "everything": 'unless-listed = "everything.test"',
    "empty": 'unless-listed = "empty.test"',
    "lame": 'unless-listed = "lame.test"',
}


def rules():
    text = f'hostname = "relay.example"\nresolver = "{TREE.resolver}"\nlisten "open" {{ address = "127.0.0.1"  port = {PORTS["open"]}  security = none }}\n'
    for name, condition in CONDITIONS.items():
        text += f'listen "{name}" {{ address = "127.0.0.1"  port = {PORTS[name]}  security = none  proxy = "127.0.0.1" }}\n'
        text += f'permit "{name}" {{ recipient-domain = "corp.example"  listener = "{name}"  {condition} }}\n'
    return text + f'route "next" {{ smarthost = "127.0.0.1:{relay_kit.free_port()}"  security = none }}\n'


class Smtp(smtplib.SMTP):
    """Comes from CLIENT, as a proxy tells it (PROXY version 2)."""

    def _get_socket(self, host, port, timeout):
        s = super()._get_socket(host, port, timeout)
        s.sendall(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + socket.inet_aton(self.client) + b"\x7f\0\0\1\x30\x39\0\x19")
        return s


def rcpt(port, sender="x@none.test", client=CLIENT):
    smtp = Smtp.__new__(Smtp)
    smtp.client = client
    smtp.__init__("127.0.0.1", PORTS[port], local_hostname="client.example", timeout=60)
    with smtp as s:
        s.ehlo()
        s.mail(sender)
        code, text = s.rcpt("anna@corp.example")
        return code, text.decode()


def expect(port, code, enhanced=None, cause=None, **more):
    got, text = rcpt(port, **more)
    assert got == code, (port, got, text, RELAY.log())
    if not cause:
        return None
    assert text.startswith(enhanced), text
    why = json.loads(RELAY.ask("why", text.rpartition("why: ")[2].strip(")"), "--json", status=1))
    assert why["cause"] == cause and why["agrees"], why
    return why


def spf_that_fails():
    why = expect("spf", 550, "5.7.23", "spf-fail", sender="x@fails.test")
    assert why["looked_up"]["spf"] == "fail", why


def spf_that_passes_or_is_not_there():
    for sender in ("x@passes.test", "x@none.test", "x@soft.test", ""):
        expect("spf", 250, sender=sender)


def spf_that_cannot_be_had():
    why = expect("spf", 451, "4.4.3", "dns-failure", sender="x@lame.test")
    assert why["looked_up"]["spf"] == "failed", why


def a_listed_address():
    why = expect("good", 554, "5.7.1", "ip-blocklisted")
    assert why["looked_up"]["listed"] == [{"zone": "good.test", "listed": True}], why
    expect("good", 250, client="198.51.100.8")


def a_list_that_does_not_answer_us_lists_nobody():
    expect("refuses", 250)


def a_list_that_lists_everything_is_not_believed():
    expect("everything", 250)


def a_list_without_its_own_test_is_not_believed():
    expect("empty", 250)
    relay_kit.wait_for(lambda: "blocklist-not-believed" in RELAY.log(100000), 60, RELAY.log)


def a_list_that_is_silent_defers():
    expect("lame", 451, "4.4.3", "dns-failure")


CASES = [spf_that_fails, spf_that_passes_or_is_not_there, spf_that_cannot_be_had, a_listed_address,
         a_list_that_does_not_answer_us_lists_nobody, a_list_that_lists_everything_is_not_believed,
         a_list_without_its_own_test_is_not_believed, a_list_that_is_silent_defers]

TESTED = "2.0.0.127 A 127.0.0.2\n"
ZONES = {
    "good.test": TESTED + "7.100.51.198 A 127.0.0.2\n7.100.51.198 TXT listed",
    "refuses.test": TESTED + "7.100.51.198 A 127.255.255.254",
    "everything.test": TESTED + "1.0.0.127 A 127.0.0.2\n7.100.51.198 A 127.0.0.2",
    "empty.test": "7.100.51.198 A 127.0.0.2",
    "fails.test": '@ TXT "v=spf1 -all"',
    "passes.test": '@ TXT "v=spf1 ip4:198.51.100.0/24 -all"',
    "soft.test": '@ TXT "v=spf1 ~all"',
    "none.test": "@ TXT nothing",
}


def main():
    global RELAY, TREE, PORTS
    with tempfile.TemporaryDirectory(prefix="dns-") as place:
        pathlib.Path(place).chmod(0o755)
        tree_place, relay_place = pathlib.Path(place) / "t", pathlib.Path(place) / "r"
        tree_place.mkdir()
        relay_place.mkdir()
        with dns_kit.Tree(tree_place) as TREE:
            for name, text in ZONES.items():
                TREE.zone(name, text)
            TREE.zone("lame.test", "@ TXT x", serves=[])
            TREE.start()
            PORTS = {name: relay_kit.free_port() for name in [*CONDITIONS, "open"]}
            with relay_kit.Relay(relay_place, rules()) as RELAY:
                RELAY.start([("127.0.0.1", PORTS["open"])])
                kit.main(CASES)


if __name__ == "__main__":
    main()
