#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton domain against real zones: nsd and knot behind unbound, on loopback, and a policy file from a real web
server with TLS. What is changed in a zone is changed while unbound holds the old.

usage: domain.py BATON [WORD...]      only cases with a WORD in their name
"""
import contextlib
import functools
import http.server
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
import dns_kit                     # noqa: E402
import kit                         # noqa: E402
from peers import Authority        # noqa: E402

kit.alone()

BATON = sys.argv[1] if len(sys.argv) > 1 else "build/baton"
LIMIT_S = 120
MAIL = "@ MX 10 mx\nmx A 192.0.2.25\n"
GOOD = (MAIL + "@ TXT \"v=spf1 mx -all\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n"
        "_submissions._tcp SRV 0 1 465 mx\n_pop3._tcp SRV 0 0 0 .\n"
        "good._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n")
TLSA = "_25._tcp.mx TLSA 3 1 1 " + "ab" * 32 + "\n"
POLICY = "version: STSv1\r\nmode: enforce\r\nmx: *.{domain}\r\nmax_age: 604800\r\n"


@contextlib.contextmanager
def directory():
    with tempfile.TemporaryDirectory(prefix="dom", dir="/tmp") as place:
        yield pathlib.Path(place)


def needs_programs():
    missing = dns_kit.missing()
    if missing:
        raise kit.Skip("not installed: " + ", ".join(missing))


def run(tree, *arguments, stdin=None, limit=LIMIT_S):
    command = [BATON, "domain", *arguments, *(tree.flags if tree else ())]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=limit, check=False)


def look(tree, domain, *arguments):
    """(document, exit status)"""
    done = run(tree, domain, "--json", *arguments)
    assert done.stderr == "", done.stderr
    return json.loads(done.stdout), done.returncode


def fact(document, kind, about=None):
    found = [f for f in document["facts"] if f["id"] == kind and about in (None, f["about"])]
    assert found, f"nothing is said of {kind}: {document['facts']}"
    return found[0]


def states(document):
    return {(f["id"], f["about"]): f["state"] for f in document["facts"] if f["state"] != "ok"}


class Web(http.server.ThreadingHTTPServer):
    """Serves one policy file over TLS, at an address of its own."""
    daemon_threads = True

    def __init__(self, chain, body):
        self.body = body.encode()
        super().__init__(("127.0.0.1", 0), Page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*chain)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def place(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        there = self.path == "/.well-known/mta-sts.txt" and self.server.body
        self.send_response(200 if there else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_):
        pass


# ---- mail hosts, records, signatures ----

def a_good_domain(server):
    with directory() as place, dns_kit.Tree(place, server=server) as tree:
        tree.zone("good.test", GOOD + TLSA + "_mta-sts TXT \"v=STSv1; id=1\"\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:r@good.test\"\n",
                  servers={"ns1.good.test": tree.new_address(), "ns2.good.test": tree.new_address()})
        tree.zone("2.0.192.in-addr.arpa", "25 PTR mx.good.test.")
        tree.start()
        authority = Authority(str(place))
        chain = authority.issue("web", "DNS:mta-sts.good.test")
        web = Web(chain, POLICY.format(domain="good.test"))
        document, status = look(tree, "good.test", "--selector", "good", "--policy-server", web.place,
                                "--ca", authority.pem)
        assert status == 0 and document["state"] == "ok", states(document)
        assert document["dnssec"]["state"] == "secure", document["dnssec"]
        assert document["dane"][0]["state"] == "used", document["dane"]
        assert document["mta_sts"]["policy"]["mode"] == "enforce", document["mta_sts"]
        assert document["delegation"]["state"] == "fine", document["delegation"]
        assert document["reverse"][0]["state"] == "confirmed", document["reverse"]
        assert document["changes"][0]["state"] == "none", document["changes"]
        assert document["dkim"][0]["result"] == "pass", document["dkim"]
        assert document["spf"]["lookups"] == 1, document["spf"]
        services = {s["service"]: s["state"] for s in document["services"]}
        assert services["_submissions._tcp"] == "offered" and services["_pop3._tcp"] == "not-offered", services


def nsd_a_good_domain():
    a_good_domain("nsd")


def knot_a_good_domain():
    a_good_domain("knot")


def typed_in_any_way():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("xn--bcher-kva.test", GOOD)
        tree.start()
        for typed in ("bücher.test", "BÜCHER.TEST.", "xn--bcher-kva.test", "Anna <anna@bücher.test>"):
            document, _ = look(tree, typed)
            assert document["domain"] == "xn--bcher-kva.test" and document["mx"]["state"] == "hosts", document["mx"]
        for typed in ("", "a..b", "192.0.2.1", "a b", "-x.test", "x" * 64 + ".test"):
            assert run(tree, typed).returncode == 2, typed


def no_domain_and_no_mail():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("null.test", "@ MX 0 .\n@ TXT \"v=spf1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject\"")
        tree.zone("bare.test", "@ TXT x")
        tree.zone("plain.test", "@ A 192.0.2.25")
        tree.zone("dot.test", "@ MX 10 mx.dot.test\nmx A 192.0.2.25")
        tree.zone("ip.test", "@ MX 10 192.0.2.25.")
        tree.zone("alias.test", "@ MX 10 mx\nmx CNAME host\nhost A 192.0.2.25")
        tree.zone("local.test", "@ MX 10 localhost.")
        tree.zone("gone.test", "@ MX 10 mx.nowhere.test.")
        tree.start()
        for domain, state, faults, status in (
                ("null.test", "null", [], 0), ("bare.test", "nothing", [], 1), ("plain.test", "implicit", [], 0),
                ("nothing.test", "no-domain", [], 1), ("dot.test", "hosts", ["no-name", "doubled"], 1),
                ("ip.test", "hosts", ["ip-address"], 1), ("alias.test", "hosts", ["alias"], 0),
                ("local.test", "hosts", ["local"], 1), ("gone.test", "hosts", ["no-name"], 1)):
            document, code = look(tree, domain)
            hosts = document["mx"]["hosts"]
            assert document["mx"]["state"] == state and code == status, (domain, code, document["mx"], states(document))
            assert not faults or sorted(hosts[0]["faults"]) == sorted(faults), (domain, hosts)
        document, _ = look(tree, "dot.test")
        assert "dot.test. 3600 IN MX 10 mx.dot.test." in fact(document, "mail-host")["paste"]


def signatures():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("signed.test", GOOD + TLSA)
        tree.zone("unsigned.test", GOOD + TLSA, signed=False)
        tree.zone("broken.test", GOOD + TLSA)
        tree.zone("island.test", GOOD, ds=False)
        tree.start()
        tree.spoil("broken.test", "192.0.2.25", "192.0.2.26")
        tree.spoil("broken.test", "10 mx", "11 mx")
        for domain, state, dane in (("signed.test", "secure", "used"), ("unsigned.test", "unsigned", "unsigned"),
                                    ("island.test", "unsigned", "none")):
            document, _ = look(tree, domain)
            assert document["dnssec"]["state"] == state, (domain, document["dnssec"])
            assert document["dane"][0]["state"] == dane, (domain, document["dane"])
        document, status = look(tree, "broken.test")
        assert document["dnssec"]["state"] == "bogus" and status == 1, document["dnssec"]
        # The resolver validates and fails: which hosts there are is not known, and nothing is said of their lack.
        assert document["mx"]["state"] == "unknown" and document["mx"]["code"] == "SERVFAIL", document["mx"]


# ---- name servers ----

def lame_and_missing_servers():
    with directory() as place, dns_kit.Tree(place) as tree:
        good, lame, other = (tree.new_address() for _ in range(3))
        tree.zone("lame.test", MAIL, servers={"ns1.lame.test": good, "ns2.lame.test": lame}, serves=[good])
        tree.zone("lists.test", MAIL, servers={"ns1.lists.test": good, "ns2.lists.test": other},
                  parent_servers={"ns1.lists.test": good})
        tree.zone("two.test", MAIL, servers={"ns1.two.test": good, "ns2.two.test": other})
        tree.zone("solo.test", MAIL)
        tree.start()
        document, status = look(tree, "lame.test")
        assert "lame" in document["delegation"]["faults"] and status == 1, document["delegation"]
        assert fact(document, "name-server", "ns2.lame.test")["state"] == "wrong"
        server = next(s for s in document["delegation"]["servers"] if s["name"] == "ns2.lame.test")
        assert server["state"] in ("refused", "servfail", "not-authoritative"), server
        document, _ = look(tree, "lists.test")
        assert document["delegation"]["faults"] == ["missing-at-parent"], document["delegation"]
        assert any("IN NS ns2.lists.test." in line for line in fact(document, "delegation")["paste"])
        document, _ = look(tree, "two.test")
        assert document["delegation"]["state"] == "fine", document["delegation"]
        document, _ = look(tree, "solo.test")
        assert document["delegation"]["faults"] == ["one-server"], document["delegation"]


def change_pending():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("moved.test", "@ MX 10 old\nold A 192.0.2.25\nnew A 192.0.2.26",
                  servers={"ns1.moved.test": tree.new_address(), "ns2.moved.test": tree.new_address()})
        tree.start()
        document, _ = look(tree, "moved.test")
        assert document["changes"][0]["state"] == "none", document["changes"]
        tree.change("moved.test", "@ MX 10 new\nold A 192.0.2.25\nnew A 192.0.2.26")
        before = time.time()
        document, _ = look(tree, "moved.test")
        after = time.time()
        change = document["changes"][0]
        assert change["state"] == "pending" and change["resolver_is_old"], change
        assert change["resolver"] == ["10 old.moved.test"] and change["now"] == ["10 new.moved.test"], change
        assert before <= change["ends_at"] <= after + dns_kit.TTL + 1, (before, after, change)
        said = fact(document, "change")
        assert said["state"] == "warning" and "keeps the old one until about" in said["text"], said
        tree.restart_resolver()
        document, _ = look(tree, "moved.test")
        assert document["changes"][0]["state"] == "none", document["changes"]


def change_of_nothing_pending():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("later.test", "@ TXT x")
        tree.start()
        document, _ = look(tree, "later.test")
        assert document["mx"]["state"] == "nothing", document["mx"]
        tree.change("later.test", "@ MX 10 mx\nmx A 192.0.2.25")
        document, _ = look(tree, "later.test")
        change = document["changes"][0]
        assert change["state"] == "pending" and change["resolver"] == [] and change["now"] == ["10 mx.later.test"], change


def dead_resolver_and_dead_servers():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("a.test", MAIL)
        tree.start()
        began = time.monotonic()
        done = subprocess.run([BATON, "domain", "a.test", "--json", "--timeout", "3", "--resolver", "127.53.250.1:5"],
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        document = json.loads(done.stdout)
        assert done.returncode == 3 and document["mx"]["state"] == "unknown", (done.returncode, document["mx"])
        assert all(f["state"] == "unknown" for f in document["facts"]), states(document)
        assert time.monotonic() - began < LIMIT_S / 2
        # Servers that cannot be asked straight (here: nobody listens on that port) are nobody's fault.
        done = subprocess.run([BATON, "domain", "a.test", "--json", "--resolver", tree.resolver, "--dns-port", "9"],
                              capture_output=True, text=True, timeout=LIMIT_S, check=False)
        document = json.loads(done.stdout)
        assert document["mx"]["state"] == "hosts" and document["delegation"]["state"] == "unknown", document["delegation"]
        assert fact(document, "delegation")["minor"], document["facts"]


# ---- MTA-STS ----

def policies_of_a_web_server():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("sts.test", MAIL + "_mta-sts TXT \"v=STSv1; id=1\"")
        tree.start()
        authority = Authority(str(place))
        right = authority.issue("right", "DNS:mta-sts.sts.test")
        wrong = authority.issue("wrong", "DNS:www.sts.test")
        for chain, body, state, fetched in (
                (right, POLICY.format(domain="sts.test"), "ok", "ok"),
                (right, POLICY.format(domain="other.test"), "wrong", "ok"),
                (right, "version: STSv1\nmode: strict\n", "wrong", "ok"),
                (right, "<html>not here</html>", "wrong", "ok"),
                (right, "", "wrong", "not-found"),
                (wrong, POLICY.format(domain="sts.test"), "wrong", "certificate")):
            web = Web(chain, body)
            document, _ = look(tree, "sts.test", "--policy-server", web.place, "--ca", authority.pem)
            said = fact(document, "mta-sts")
            assert said["state"] == state and document["mta_sts"]["fetched"] == fetched, (body, said, document["mta_sts"])
            web.shutdown()


# ---- many domains ----

def names_of(text):
    return [json.loads(line)["domain"] for line in text.splitlines()]


def many_domains():
    with directory() as place, dns_kit.Tree(place) as tree:
        for n in range(6):
            tree.zone(f"d{n}.test", GOOD)
        tree.start()
        listed = place / "domains"
        listed.write_text("\ufeff# a list\n\nd0.test\nD1.TEST.\r\nanna@d2.test\nnot a domain\nnothing.test\n"
                          + "x" * 5000 + "\nd3.test\nd4.test\nd5.test")
        done = run(tree, "--domains", str(listed))
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 2, done
        by_domain = {line["domain"]: line for line in lines if line["domain"]}
        assert sorted(by_domain) == [f"d{n}.test" for n in range(6)] + ["nothing.test"], by_domain.keys()
        assert by_domain["d5.test"]["line"] == 11 and by_domain["d0.test"]["line"] == 3
        assert by_domain["nothing.test"]["state"] == "wrong" and by_domain["d3.test"]["mx"]["state"] == "hosts"
        bad = [line for line in lines if not line["domain"]]
        assert sorted(line["line"] for line in bad) == [6, 8], bad
        assert f"{listed}:6: " in done.stderr and f"{listed}:8: " in done.stderr, done.stderr
        done = run(tree, "--domains", "-", stdin="d0.test\nd1.test\n")
        assert done.returncode == 0 and sorted(names_of(done.stdout)) == ["d0.test", "d1.test"], done
        for bad_file in ("/nonexistent/list", str(place)):
            assert run(tree, "--domains", bad_file).returncode == 2


def a_broken_run_is_gone_on_with():
    with directory() as place, dns_kit.Tree(place) as tree:
        for n in range(4):
            tree.zone(f"d{n}.test", GOOD)
        tree.start()
        listed, out = place / "domains", place / "out"
        listed.write_text("d0.test\nd1.test\nnot a domain\nd2.test\nd3.test\n")
        done = run(tree, "--domains", str(listed), "--output", str(out))
        assert done.returncode == 2 and done.stdout == "", done
        whole = out.read_text()
        assert sorted(map(str, names_of(whole))) == ["None", "d0.test", "d1.test", "d2.test", "d3.test"]
        lines = whole.splitlines(keepends=True)
        kept = "".join(lines[:2])
        out.write_text(kept + lines[2][: len(lines[2]) // 2])
        done = run(tree, "--domains", str(listed), "--output", str(out), "--verbose")
        assert out.read_text().startswith(kept), "what was done is not touched"
        assert sorted(map(str, names_of(out.read_text()))) == ["None", "d0.test", "d1.test", "d2.test", "d3.test"]
        assert "2 were there already" in done.stderr, done.stderr
        done = run(tree, "--domains", str(listed), "--output", str(out), "--verbose")
        assert "0 domains (5 were there already" in done.stderr and done.returncode == 0, done
        out.write_text("something else\n")
        done = run(tree, "--domains", str(listed), "--output", str(out))
        assert done.returncode == 2 and out.read_text() == "something else\n", "another's file is left alone"


def what_is_no_file_is_not_written_to():
    with directory() as place:
        listed = place / "domains"
        listed.write_text("a.example\n")
        for device in ("/dev/full", "/dev/zero", str(place)):
            done = run(None, "--domains", str(listed), "--output", device)
            assert done.returncode == 2 and device in done.stderr, done


def memory_stays_flat():
    with directory() as place, dns_kit.Tree(place) as tree:
        tree.zone("many.test", "\n".join(f"d{n} MX 10 mx\n" for n in range(2000)) + "mx A 192.0.2.25", signed=False)
        tree.start()
        peaks = []
        for count in (200, 2000):
            listed = place / "domains"
            listed.write_text("".join(f"d{n}.many.test\n" for n in range(count)))
            command = ["/usr/bin/env", "python3", "-c",
                       "import resource,subprocess,sys; subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
                       "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                       BATON, "domain", "--domains", str(listed), *tree.flags]
            peaks.append(int(subprocess.run(command, capture_output=True, text=True, timeout=600, check=True).stdout))
        assert peaks[1] < peaks[0] * 1.5 + 2048, f"peaks in KiB: {peaks}"


def reserved_names_are_not_asked_for():
    done = subprocess.run([BATON, "domain", "a.example", "--json"], capture_output=True, text=True, timeout=LIMIT_S,
                          check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 3 and document["questions"] == 0, document
    assert [f["id"] for f in document["facts"]] == ["reserved"], document["facts"]


def with_programs(case):
    @functools.wraps(case)
    def run_case():
        needs_programs()
        case()
    return run_case


if __name__ == "__main__":
    kit.main([reserved_names_are_not_asked_for, what_is_no_file_is_not_written_to] + [with_programs(case) for case in (
        nsd_a_good_domain, knot_a_good_domain, typed_in_any_way, no_domain_and_no_mail, signatures,
        lame_and_missing_servers, change_pending, change_of_nothing_pending, dead_resolver_and_dead_servers,
        policies_of_a_web_server, many_domains, a_broken_run_is_gone_on_with, memory_stays_flat)])
