#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Discovery against real parts on loopback: zones in nsd behind unbound, settings files from nginx over TLS, and a
web server that says nothing. Nothing here is timed: that nobody waited for the silent one is read from the
evidence, which calls it pending.
"""
import contextlib
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

import dns_kit
import kit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
import peers  # noqa: E402

kit.alone()

BATON = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
WEB, SILENT, CLOSED, SMTP = "127.53.1.1", "127.53.1.2", "127.53.1.3", "127.53.1.4"
PASSWORD = "tulip-Mania-1637"
MAIL_HOSTS = ("smtp.user.test", "smtp.other.test")
TREE = NGINX = SITE = PEER = None


# ---- what stands where ----

def config(*servers):
    rows = "".join(f"<outgoingServer type='smtp'><hostname>{host}</hostname><port>{port}</port>"
                   f"<socketType>{socket_type}</socketType><username>%EMAILADDRESS%</username>"
                   "<authentication>password-cleartext</authentication></outgoingServer>"
                   for host, port, socket_type in servers)
    return ("<?xml version='1.0' encoding='UTF-8'?><clientConfig version='1.1'><emailProvider id='x'>"
            f"{rows}</emailProvider></clientConfig>")


BOMB = "<!DOCTYPE a [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10)) + "]><clientConfig>&a9;</clientConfig>"
POX = ("<Autodiscover><Response><Account><Protocol><Type>SMTP</Type><Server>ex.plain.test</Server><Port>587</Port>"
       "<Encryption>TLS</Encryption></Protocol></Account></Response></Autodiscover>")
DEEP = "<clientConfig>" + "<a>" * 5000

# Host: {path: text to serve, or a line of nginx's}
AUTOCONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
POX_PATH = "/autodiscover/autodiscover.xml"
PAGES = {
    "autoconfig.corp.test": {AUTOCONFIG: config(("smtp.corp.test", 465, "SSL"), ("mail.other.test", 587, "STARTTLS"))},
    "known.test": {WELL_KNOWN: config(("mail.known.test", 587, "STARTTLS"))},
    "autoconfig.moved.test": {AUTOCONFIG: "return 302 https://www.moved.test:PORT/settings.xml;"},
    "www.moved.test": {"/settings.xml": config(("smtp.moved.test", 465, "SSL"))},
    "autoconfig.away.test": {AUTOCONFIG: "return 302 https://autoconfig.corp.test:PORT/mail/config-v1.1.xml;"},
    "autoconfig.clear.test": {AUTOCONFIG: "return 301 http://autoconfig.clear.test:PORT/mail/config-v1.1.xml;"},
    "autoconfig.loop.test": {AUTOCONFIG: f"return 302 https://autoconfig.loop.test:PORT{AUTOCONFIG};"},
    "autoconfig.bomb.test": {AUTOCONFIG: BOMB},
    "autoconfig.deep.test": {AUTOCONFIG: DEEP},
    "autoconfig.large.test": {AUTOCONFIG: "alias PLACE/large;"},
    "autoconfig.page.test": {AUTOCONFIG: "<!DOCTYPE html><html><body>Welcome</body></html>"},
    "autoconfig.error.test": {AUTOCONFIG: "return 503;"},
    "autodiscover.locked.test": {POX_PATH: "return 401;"},
    "autodiscover.plain.test": {POX_PATH: POX},
    "autoconfig.hoster.test": {AUTOCONFIG: config(("mail.hoster.test", 587, "STARTTLS"))},
    "db.ispdb.test": {"/v1.1/nobody.test": config(("mail.elsewhere.test", 587, "STARTTLS"))},
}
SRV = "_submission._tcp SRV 0 0 587"
ZONES = {
    "corp.test": "autoconfig A WEB\n@ MX 10 mx.corp.test.", "known.test": "@ A WEB", "moved.test": "autoconfig A WEB\nwww A WEB",
    "away.test": "autoconfig A WEB", "clear.test": "autoconfig A WEB", "loop.test": "autoconfig A WEB",
    "bomb.test": "autoconfig A WEB", "deep.test": "autoconfig A WEB", "large.test": "autoconfig A WEB",
    "page.test": "autoconfig A WEB", "error.test": "autoconfig A WEB",
    "locked.test": "autodiscover A WEB", "plain.test": "autodiscover A WEB",
    "hoster.test": "autoconfig A WEB\nmx A 192.0.2.25", "ispdb.test": "db A WEB", "nobody.test": "@ TXT x",
    "noname.test": "autoconfig A WEB",
    "silent.test": f"{SRV} mail.silent.test.\nautoconfig A SILENT\nautodiscover A SILENT\n@ A SILENT\nmail A 192.0.2.9",
    "mute.test": "autoconfig A SILENT\nsmtp A 192.0.2.9",
    "signed.test": f"{SRV} smtp.other.test.", "bought.test": "@ MX 10 mx.hoster.test.",
    "google.test": "@ MX 1 aspmx.l.google.com.", "none.test": "_submissions._tcp SRV 0 0 0 .\n" f"{SRV} .",
    "usual.test": "smtp A 192.0.2.7\nmail AAAA 2001:db8::7", "wild.test": "* A CLOSED",
    "2.0.192.in-addr.arpa": "7 PTR line7.isp.test.", "isp.test": f"line7 A 192.0.2.7\n{SRV} smtp.isp.test.",
    "mailhost.test": "@ MX 10 mx.mailhost.test.\nmx A 192.0.2.5\nsmtp A 192.0.2.6",
}
ZONES |= {
    "user.test": "_submission._tcp SRV 0 0 PORT smtp.user.test.\nsmtp A SMTP",
    "other.test": "smtp A SMTP",
}
UNSIGNED = {"stray.test": "_submission._tcp SRV 0 0 PORT smtp.other.test.", "unproved.test": f"{SRV} smtp.other.test.", "rented.test": "@ MX 10 mx.hoster.test."}


def run(*argv, **options):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip() or done.stdout.strip()}")


def certificates(place):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=Test Authority", "-keyout", place / "ca.key", "-out", place / "ca.pem")
    for label, hosts in (("web", PAGES), ("smtp", MAIL_HOSTS)):
        names = place / f"{label}.names"
        names.write_text("subjectAltName=" + ",".join(f"DNS:{h}" for h in hosts if h != "autoconfig.noname.test"))
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={label}",
            "-keyout", place / f"{label}.key", "-out", place / f"{label}.csr")
        run("openssl", "x509", "-req", "-in", place / f"{label}.csr", "-CA", place / "ca.pem", "-CAkey",
            place / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", names, "-out", place / f"{label}.pem")


def location(place, port, path, text, number):
    if text.startswith(("return ", "alias ")):
        return f"location = {path} {{ {text.replace('PORT', str(port)).replace('PLACE', str(place))} }}\n"
    (place / f"page{number}").write_text(text)
    return f"location = {path} {{ default_type text/xml; alias {place}/page{number}; }}\n"


class Nginx:
    def __init__(self, place):
        self.place, self.port = place, dns_kit.free_port()
        with open(place / "large", "wb") as f:
            f.truncate(1 << 30)
        servers, number = "", 0
        for host, pages in PAGES.items():
            servers += f"server {{ listen {WEB}:{self.port} ssl; server_name {host};\n"
            for path, text in pages.items():
                servers += location(place, self.port, path, text, number)
                number += 1
            servers += "}\n"
        (place / "nginx.conf").write_text(
            f"daemon off; pid {place}/nginx.pid; error_log {place}/nginx.log; worker_processes 1;\n"
            + ("user root;\n" if os.geteuid() == 0 else "") +
            f"events {{}}\nhttp {{ log_format one '$host $request'; access_log {place}/asked one;\n"
            + "".join(f"{t}_temp_path {place}/tmp;\n" for t in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) +
            f"ssl_certificate {place}/web.pem; ssl_certificate_key {place}/web.key;\n{servers}}}\n")
        self.process = subprocess.Popen(["nginx", "-c", place / "nginx.conf", "-e", place / "nginx.log"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            if self.process.poll() is not None:
                raise RuntimeError((place / "nginx.log").read_text())
            with contextlib.suppress(OSError), socket.create_connection((WEB, self.port), timeout=5):
                break

    def asked(self):
        return (self.place / "asked").read_text()

    def close(self):
        self.process.terminate()
        self.process.wait(100)


class Silent:
    """Takes connections and says nothing. Every one that came is kept open."""

    def __init__(self, port):
        self.socket = socket.create_server((SILENT, port))
        self.kept = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                self.kept.append(self.socket.accept()[0])

    def close(self):
        self.socket.close()
        for c in self.kept:
            c.close()


# ---- asking ----

def discover(address, *flags, status=0):
    done = subprocess.run([BATON, "discover", address, "--json", *TREE.flags, "--ca", NGINX.place / "ca.pem",
                           "--https-port", str(NGINX.port), "--timeout", "600", *flags],
                          capture_output=True, text=True, check=False, timeout=900)
    if done.returncode != status:
        raise AssertionError(f"{address}: status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def short(d):
    return [f"{s['hostname']} {s['port']} {s['security']} {s['source']} {s['trusted_by']}" for s in d["outgoing"]]


def must(d, *servers):
    if short(d) != list(servers):
        raise AssertionError(f"{short(d)} is not {list(servers)}\n{json.dumps(d['evidence'], indent=1)}")


def said(d, source, came, words=""):
    rows = [e for e in d["evidence"] if e["source"] == source and e["came"] == came and words in e["said"]]
    if not rows:
        raise AssertionError(f"no {source} {came} '{words}' in\n{json.dumps(d['evidence'], indent=1)}")


def doctor(address, *flags):
    """The doctor's document, or None; what it said on standard error; the connections that the server took."""
    before = len(SITE.conns)
    done = subprocess.run([BATON, "doctor", address, "--json", *TREE.flags, "--ca", NGINX.place / "ca.pem",
                           "--https-port", str(NGINX.port), "--ports", "", "--password-env", "PW", "--timeout", "600", *flags],
                          capture_output=True, text=True, check=False, timeout=900, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PW": PASSWORD})
    document = json.loads(done.stdout) if done.stdout else None
    return done.returncode, document, done.stderr, SITE.conns[before:]


def logins(conns):
    return [c for conn in conns for c in conn.commands if c[0].upper() == "AUTH"]


# ---- cases ----

def autoconfig():
    d = discover("anna@corp.test")
    must(d, "smtp.corp.test 465 tls autoconfig own-domain", "mail.other.test 587 starttls autoconfig https")
    assert d["outgoing"][0]["user"] == "anna@corp.test"
    assert d["outgoing"][0]["mechanisms"] == ["PLAIN", "LOGIN"]
    assert f"autoconfig.corp.test GET {AUTOCONFIG}?emailaddress=anna@corp.test " in NGINX.asked()


def well_known():
    must(discover("anna@known.test"), "mail.known.test 587 starttls well-known own-domain")


def redirect_within_the_organisation():
    must(discover("anna@moved.test"), "smtp.moved.test 465 tls autoconfig own-domain")


def redirects_that_are_not_followed():
    for domain, words in (("away.test", "somebody else"), ("clear.test", "without TLS"),
                          ("loop.test", "again and again")):
        d = discover(f"anna@{domain}", status=1)
        must(d)
        said(d, "autoconfig", "refused", words)


def pages_that_are_not_taken():
    for domain, words in (("bomb.test", "document type"), ("deep.test", "nested"), ("page.test", "document type"),
                          ("large.test", "longer than what is taken")):
        d = discover(f"anna@{domain}", status=1)
        must(d)
        said(d, "autoconfig", "refused", words)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most < 200_000, f"{most} KiB for a gigabyte that is not taken"


def a_name_that_the_certificate_does_not_show():
    d = discover("anna@noname.test", status=1)
    said(d, "autoconfig", "refused", "another name")


def an_error_is_no_no():
    d = discover("anna@error.test", status=3)
    said(d, "autoconfig", "failed", "503")


def silent_web_beside_srv():
    d = discover("anna@silent.test")
    must(d, "mail.silent.test 587 starttls srv own-domain")
    said(d, "autoconfig", "pending")
    said(d, "well-known", "pending")


def silent_web_and_nothing_better():
    d = discover("anna@mute.test", "--timeout", "3")
    must(d, "smtp.mute.test 465 tls guess own-domain", "smtp.mute.test 587 starttls guess own-domain")
    said(d, "autoconfig", "failed")


def dnssec_decides_where_a_password_may_go():
    must(discover("anna@signed.test"), "smtp.other.test 587 starttls srv dnssec")
    d = discover("anna@unproved.test")
    must(d, "smtp.other.test 587 starttls srv None")
    assert d["outgoing"][0]["trusted"] is False


def the_provider_behind_the_mx():
    must(discover("anna@bought.test"), "mail.hoster.test 587 starttls mx-autoconfig https")
    must(discover("anna@rented.test"), "mail.hoster.test 587 starttls mx-autoconfig None")
    assert "anna@rented.test" not in NGINX.asked(), "the provider was told the address"
    must(discover("anna@google.test"), "smtp.gmail.com 465 tls mx-provider table",
         "smtp.gmail.com 587 starttls mx-provider table")


def autodiscover():
    must(discover("anna@plain.test"), "ex.plain.test 587 starttls autodiscover own-domain")
    d = discover("anna@locked.test", status=1)
    said(d, "autodiscover", "refused", "401")


def a_database_where_it_is_named():
    must(discover("anna@nobody.test", status=1))
    must(discover("anna@nobody.test", "--ispdb", "https://db.ispdb.test/v1.1/"),
         "mail.elsewhere.test 587 starttls ispdb https")
    assert "anna@nobody.test" not in NGINX.asked(), "the database was told the address"


def usual_names():
    must(discover("anna@usual.test"), "smtp.usual.test 465 tls guess own-domain",
         "smtp.usual.test 587 starttls guess own-domain", "mail.usual.test 465 tls guess own-domain",
         "mail.usual.test 587 starttls guess own-domain")
    must(discover("anna@wild.test", status=3))
    must(discover("anna@mailhost.test"), "smtp.mailhost.test 465 tls guess own-domain",
         "smtp.mailhost.test 587 starttls guess own-domain", "mx.mailhost.test 465 tls guess own-domain",
         "mx.mailhost.test 587 starttls guess own-domain")


def the_network_that_the_user_is_in():
    d = discover("anna@nobody.test", "--public-ip", "192.0.2.7")
    must(d, "smtp.isp.test 587 starttls isp None")


def not_offered():
    d = discover("anna@none.test", status=1)
    said(d, "srv", "nothing", "does not offer")


def slips_of_the_finger():
    for typed, meant in (("anna@copr.test", "corp.test"), ("anna@mailhots.test", "mailhost.test"),
                         ("anna@googel.test", "google.test")):
        d = discover(typed, status=1)
        assert d["no_such_domain"] is True and d["did_you_mean"] == meant, f"{typed}: {d['did_you_mean']}"
    d = discover("anna@qqzzxxqq.test", status=1)
    assert d["no_such_domain"] is True and d["did_you_mean"] is None


def a_resolver_that_is_dead():
    d = discover("anna@corp.test", "--resolver", f"{CLOSED}:9", "--timeout", "3", status=3)
    must(d)
    said(d, "srv", "failed")
    assert d["no_such_domain"] is False and d["did_you_mean"] is None


def the_doctor_finds_the_server():
    status, d, errors, conns = doctor("anna@user.test")
    assert d, errors
    assert d["asked"]["host"] == "smtp.user.test" and d["asked"]["port"] == PEER.port, d["asked"]
    assert "SRV" in d["asked"]["found"] and "no password" not in d["asked"]["found"], d["asked"]["found"]
    assert status == 0 and d["verdict"] == "accepted", d["summary"]
    assert logins(conns)


def the_doctor_gives_no_password_to_a_stranger():
    _, d, errors, conns = doctor("anna@stray.test")
    assert d, errors
    assert d["asked"]["host"] == "smtp.other.test" and conns, d["asked"]
    assert "no password goes there" in d["asked"]["found"], d["asked"]["found"]
    assert not logins(conns) and d["stats"]["auth_attempts"] == 0
    assert not any(PASSWORD.encode() in bytes(c.clear) + bytes(c.hidden) for c in conns)
    _, d, errors, conns = doctor("anna@stray.test", "--trust-found")
    assert d and logins(conns), errors


def the_doctor_names_the_nearest_domain():
    status, d, errors, conns = doctor("anna@copr.test")
    assert status == 6 and d and not conns and not errors, (status, errors)
    assert (d["verdict"], d["cause"], d["strength"]) == ("refused", "dns-failure", "likely"), d["summary"]
    assert "copr.test does not exist; did you mean corp.test?" in d["asked"]["found"], d["asked"]["found"]
    assert any("corp.test exists: did you mean that?" in s for s in d["fix"]["steps"]), d["fix"]["steps"]
    assert "--server" in d["next"] and d["stats"]["connections"] == 0
    with tempfile.NamedTemporaryFile("w", suffix=".json") as stored:
        json.dump(d, stored)
        stored.flush()
        again = subprocess.run([BATON, "doctor", "--verify", stored.name], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout + again.stderr


def the_doctor_finds_no_server():
    for address, words in (("anna@none.test", "none was found for none.test."), ("anna@tuta.com", "has none that mail programs")):
        status, d, errors, conns = doctor(address)
        assert status == 3 and d and not conns, (status, errors)
        assert d["verdict"] == "unknown" and d["cause"] is None and "--server" in d["next"], d["summary"]
        assert words in d["asked"]["found"], d["asked"]["found"]


def the_doctor_cannot_look():
    """A look-up that failed does not say that a domain does not exist."""
    status, d, errors, _ = doctor("anna@copr.test", "--resolver", f"{CLOSED}:9", "--timeout", "6")
    assert status == 3 and d and d["verdict"] == "unknown" and d["cause"] is None, (status, errors)
    assert "some look-ups failed" in d["asked"]["found"], d["asked"]["found"]
    assert d["stats"]["wall_ms"] > 0, d["stats"]


def the_doctor_names_the_nearest_host():
    _, d, errors, _ = doctor("anna@user.test", "--server", f"smpt.user.test:{PEER.port}")
    assert d and d["cause"] == "dns-failure", (errors, d and d["summary"])
    assert any("smtp.user.test exists: did you mean that?" in s for s in d["fix"]["steps"]), d["fix"]["steps"]


CASES = [the_doctor_names_the_nearest_host, the_doctor_finds_the_server, the_doctor_gives_no_password_to_a_stranger,
         the_doctor_names_the_nearest_domain, the_doctor_finds_no_server, the_doctor_cannot_look, autoconfig, well_known, redirect_within_the_organisation, redirects_that_are_not_followed,
         pages_that_are_not_taken, a_name_that_the_certificate_does_not_show, an_error_is_no_no,
         silent_web_beside_srv, silent_web_and_nothing_better, dnssec_decides_where_a_password_may_go,
         the_provider_behind_the_mx, autodiscover, a_database_where_it_is_named, usual_names,
         the_network_that_the_user_is_in, not_offered, slips_of_the_finger, a_resolver_that_is_dead]


def addresses(text):
    return text.replace("PORT", str(PEER.port)).replace("SMTP", SMTP).replace("WEB", WEB).replace("SILENT", SILENT).replace("CLOSED", CLOSED)


def main():
    global TREE, NGINX, SITE, PEER
    lacking = dns_kit.missing() + [p for p in ("nginx", "openssl") if not shutil.which(p, path=dns_kit._PATH)]
    if lacking:
        sys.exit(f"discover: {', '.join(lacking)} missing: ./run install discover")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    with tempfile.TemporaryDirectory(prefix="bd") as name, contextlib.ExitStack() as stack:
        place = pathlib.Path(name)
        place.chmod(0o755)
        (place / "web").mkdir()
        certificates(place / "web")
        SITE = stack.enter_context(peers.Site({a: PASSWORD.encode() for a in ("anna@user.test", "anna@stray.test")}))
        PEER = SITE.listen(SMTP, cert=(place / "web" / "smtp.pem", place / "web" / "smtp.key"))
        TREE = stack.enter_context(dns_kit.Tree(place))
        for zone, text in ZONES.items():
            TREE.zone(zone, addresses(text))
        for zone, text in UNSIGNED.items():
            TREE.zone(zone, addresses(text), signed=False)
        TREE.start()
        NGINX = stack.enter_context(contextlib.closing(Nginx(place / "web")))
        stack.enter_context(contextlib.closing(Silent(NGINX.port)))
        kit.main(CASES)


if __name__ == "__main__":
    main()
