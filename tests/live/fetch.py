#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""One HTTPS GET (net/fetch.h) against web servers on loopback that do what no server should.

usage: fetch.py PROBE [WORD...]      only cases with a WORD in their name
"""
import concurrent.futures
import contextlib
import gzip
import itertools
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.dont_write_bytecode = True
from peers import Authority  # noqa: E402

HOST = "auto.peer.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
PROBE, WORDS = sys.argv[1], sys.argv[2:]
GIVE_UP_S = 60
CASES = []


def case(function):
    CASES.append(function)
    return function


def whole(body, head=OK):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def moved(to, status=302):
    return b"HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, to.encode())


class Web:
    """answer(request line, send) speaks for the server, or returns octets; the connection is closed behind it."""

    def __init__(self, cert, answer):
        self.answer, self.asked, self.requests = answer, [], []
        self._context = None
        if cert:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*cert)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                conn = self._socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        with contextlib.suppress(OSError, ssl.SSLError), conn:
            conn.settimeout(GIVE_UP_S)
            if self._context:
                conn = self._context.wrap_socket(conn, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = conn.recv(4096)
                if not piece:
                    return
                request += piece
                if request[0] == 0x16:      # TLS, to a server that knows none
                    conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
            self.asked.append(request.split(b"\r\n")[0].decode())
            self.requests.append(request.decode())
            octets = self.answer(self.asked[-1], conn.sendall)
            if octets:
                conn.sendall(octets)
            if self._context:
                conn.unwrap()

    def close(self):
        self._socket.close()


class Bench:
    def __init__(self, folder):
        self.authority = Authority(folder)
        self.certs = {}
        self._lock = threading.Lock()
        for label, names, keywords in (
                ("good", f"DNS:{HOST},DNS:other.example,DNS:www.peer.example", {}),
                ("expired", f"DNS:{HOST}", {"begin_s": -864000, "end_s": -86400}),
                ("early", f"DNS:{HOST}", {"begin_s": 86400}), ("other", "DNS:else.example", {}),
                ("own", f"DNS:{HOST}", {"own": True})):
            self.certs[label] = self.authority.issue(label, names, **keywords)

    def fetch(self, port, *arguments, host=HOST, path="/a", scheme="https", pin="", env=None, ca=True):
        pins = ["--pin", f"{pin}=127.0.0.1:{port}"] if pin is not None else []
        began = time.monotonic()
        done = subprocess.run([PROBE, f"{scheme}://{host}{path}", *pins,
                               *(["--ca", self.authority.pem] if ca else []), *arguments],
                              capture_output=True, timeout=GIVE_UP_S, check=True,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(env or {})})
        answer = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
        answer["seconds"] = time.monotonic() - began
        return answer

    def against(self, answer, *arguments, cert="good", **keywords):
        web = Web(self.certs.get(cert), answer)
        try:
            return self.fetch(web.port, *arguments, **keywords), web
        finally:
            web.close()


def expect(truth, *what):
    if not truth:
        raise AssertionError("\n    ".join(repr(item) for item in what))


def owes(answer, outcome, *words, **more):
    expect(answer["outcome"] == outcome, f"outcome is not {outcome}", answer)
    for word in words:
        expect(word in answer["why"], f"'{word}' is not said", answer)
    for key, value in more.items():
        expect(answer[key] == str(value), f"{key} is not {value}", answer)
    expect(outcome == "ok" or (answer["octets"] == "0" and answer["why"]), "a body or no sentence", answer)


@case
def a_page(bench):
    answer, web = bench.against(lambda line, send: whole(b"<x/>"))
    owes(answer, "ok", status=200, verified=1, body="<x/>", type="text/xml", server="127.0.0.1",
         url=f"https://{HOST}/a", redirects=0)
    expect(web.asked == ["GET /a HTTP/1.1"], web.asked)
    headers = {line.split(":")[0].lower() for line in web.requests[0].split("\r\n")[1:] if line}
    expect(headers == {"host", "user-agent", "accept"}, "headers that say more than they must", web.requests)
    expect("User-Agent: baton/" in web.requests[0], web.requests)


@case
def nothing_of_the_environment(bench):
    with tempfile.TemporaryDirectory() as home:
        with open(f"{home}/.netrc", "w", encoding="ascii") as f:
            f.write(f"machine {HOST} login anna password secret\n")
        answer, web = bench.against(lambda line, send: whole(b"x", OK + b"Set-Cookie: a=b\r\n"), env={
            "HOME": home, "https_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"})
    owes(answer, "ok", body="x")
    expect("Authorization" not in web.requests[0], web.requests)


@case
def statuses(bench):
    for status, outcome in ((404, "not-found"), (410, "not-found"), (401, "status"), (500, "status"),
                            (204, "status"), (304, "status"), (206, "status")):
        answer, _ = bench.against(lambda line, send, s=status:
                                  b"HTTP/1.1 %d Word\r\nContent-Length: 0\r\n\r\n" % s)
        owes(answer, outcome, str(status), status=status)


@case
def the_body_of_an_error_does_not_matter(bench):
    """However long and whatever it is, a page that is not there is not there."""
    for head in (b"Content-Length: 99999999999\r\n\r\n", b"\r\n", b"Content-Encoding: gzip\r\n\r\n"):
        def answer(line, send, h=head):
            send(b"HTTP/1.1 404 None\r\n" + h)
            for _ in range(1 << 10):
                send(b"x" * 65536)
        owes(bench.against(answer)[0], "not-found", status=404)


@case
def certificates(bench):
    for cert, word in (("expired", "expired"), ("early", "not yet valid"), ("other", "another name"),
                       ("own", "not trusted")):
        answer, web = bench.against(lambda line, send: whole(b"<x/>"), cert=cert)
        owes(answer, "certificate", word, status=0, verified=0)
        expect(not web.asked, "a request was sent", web.asked)
    answer, web = bench.against(lambda line, send: whole(b"<x/>"), ca=False)
    owes(answer, "certificate", "not trusted")
    answer, web = bench.against(lambda line, send: whole(b"<x/>"), cert=None)
    owes(answer, "tls")


@case
def plain_only_when_asked(bench):
    answer, web = bench.against(lambda line, send: whole(b"<x/>"), cert=None, scheme="http")
    owes(answer, "unable", "https")
    expect(not web.asked, web.asked)
    answer, web = bench.against(lambda line, send: whole(b"<x/>"), "--plain", cert=None, scheme="http")
    owes(answer, "ok", verified=0, body="<x/>")


@case
def urls_that_are_none(bench):
    for host, path in (("", "/"), ("anna:secret@" + HOST, "/"), (HOST + ":0", "/"), (HOST, "/" + "a" * 4000),
                       ("ä.example", "/"), (HOST + ":99999", "/")):
        owes(bench.fetch(9, host=host, path=path), "unable")
    for scheme in ("ftp", "file", "gopher", "scp", "ldap"):
        owes(bench.fetch(9, scheme=scheme), "unable")


@case
def redirects_are_not_followed_by_default(bench):
    answer, web = bench.against(lambda line, send: moved("/b"))
    owes(answer, "redirect", "not followed", status=302)
    expect(len(web.asked) == 1, web.asked)


@case
def a_redirect_within_the_host(bench):
    def answer(line, send):
        return whole(b"here") if "/b" in line else moved("/b", 301)
    answer, web = bench.against(answer, "--follow", "same")
    owes(answer, "ok", body="here", redirects=1, url=f"https://{HOST}/b")


@case
def redirects_that_go_astray(bench):
    for to, words in ((f"http://{HOST}/b", ("without TLS",)), ("https://other.example/b", ("somebody else",)),
                      (f"https://{HOST}:22/b", ("another port",)), ("ftp://x.example/", ("cannot be asked",)),
                      (f"https://a:b@{HOST}/", ("cannot be asked",)), ("file:///etc/passwd", ("cannot be asked",)),
                      ("https://", ("cannot be asked",)), ("https://\x1b[31mx/", ("cannot be asked",))):
        answer, web = bench.against(lambda line, send, t=to: moved(t), "--follow", "same")
        owes(answer, "redirect", *words, status=302)
        expect(len(web.asked) == 1, web.asked)
        expect("\x1b" not in answer["why"], answer)


@case
def a_redirect_to_this_machine(bench):
    """Private and loopback addresses are not connected to when a server says so."""
    for to in ("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/", "https://0x7f.1/",
               "https://2130706433/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest", "https://0/", "https://[::]/", "https://[64:ff9b::7f00:1]/",
               "https://[2002:7f00:1::]/", "https://255.255.255.255/"):
        answer, web = bench.against(lambda line, send, t=to: moved(t), "--follow", "any", pin=HOST)
        owes(answer, "private-address", redirects=1)
        expect(len(web.asked) == 1, web.asked)


@case
def a_redirect_without_end(bench):
    for to in ("/a", "/b"):
        answer, web = bench.against(lambda line, send, t=to: moved(t), "--follow", "same")
        owes(answer, "redirect", "again and again", redirects=3)
        expect(len(web.asked) == 4, web.asked)


@case
def a_near_host(bench):
    for host in ("127.0.0.1", "[::1]", "localhost"):
        owes(bench.fetch(0, host=host, pin=None), "private-address")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        answer = bench.fetch(0, "--near", host=f"127.0.0.1:{port}", pin=None)
        owes(answer, "refused", "refused", str(port))
        owes(bench.fetch(port), "refused", "refused")


@case
def a_gigabyte(bench):
    """Cut at the maximum, whether its length is said or not; memory stays where it is."""
    sent = itertools.count()

    def flood(line, send):
        send(OK + (b"Content-Length: 1073741824\r\n\r\n" if "long" in line else b"\r\n"))
        for _ in range(1 << 14):
            send(b"x" * 65536)
            next(sent)
    for path in ("/long", "/endless"):
        answer, _ = bench.against(flood, path=path)
        owes(answer, "too-large", "longer", status=0)
    expect(next(sent) < 2000, "was read on and on", sent)
    owes(bench.against(lambda line, send: whole(b"x" * 1000), "--body", "1000")[0], "ok", octets=1000)
    owes(bench.against(lambda line, send: whole(b"x" * 1001), "--body", "1000")[0], "too-large")
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    expect(peak_kib < 200 << 10, "memory grew", peak_kib)


@case
def a_header_without_end(bench):
    def many(line, send):
        send(OK)
        for number in range(1 << 20):
            send(b"X-%d: %s\r\n" % (number, b"y" * 1000))

    def one(line, send):
        send(OK + b"X: ")
        for _ in range(1 << 14):
            send(b"y" * 65536)
    owes(bench.against(many)[0], "too-large", "header")
    owes(bench.against(one)[0], "too-large", "header")


def drip(line, send):
    for octet in itertools.chain(OK, itertools.cycle(b"X")):
        send(bytes([octet]))
        time.sleep(0.05)


@case
def too_slow(bench):
    def hold(line, send):
        send(OK + b"Content-Length: 10\r\n\r\nabc")
        time.sleep(GIVE_UP_S)
    for answer in (drip, hold):
        owes(bench.against(answer, "--timeout", "700")[0], "timeout", "in time")
    with socket.create_server(("127.0.0.1", 0)) as silent:     # takes connections, never shakes hands
        owes(bench.fetch(silent.getsockname()[1], "--timeout", "700"), "timeout")


@case
def broken_answers(bench):
    gzipped = gzip.compress(b"\0" * 10_000_000)
    for octets, outcome in (
            (b"", "broken"), (b"SSH-2.0-x\r\n", "broken"), (b"\0" * 5000, "broken"), (b"HTTP/1.1 ", "broken"),
            (OK + b"Content-Length: 100\r\n\r\nshort", "broken"),
            (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", "broken"),
            (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "broken"),
            (OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc", "broken"),
            (OK + b"Content-Length: -5\r\n\r\n", "broken"), (OK + b"Content-Length: 99999999999999999999999\r\n\r\n", "too-large"),
            (whole(gzipped, OK + b"Content-Encoding: gzip\r\n"), "broken"),
            (whole(gzipped, OK + b"content-encoding:br\r\n"), "broken")):
        answer, _ = bench.against(lambda line, send, o=octets: o)
        expect(answer["outcome"] == outcome, octets[:80], answer)
        expect(answer["octets"] == "0", answer)
    answer, _ = bench.against(lambda line, send: OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    owes(answer, "ok", body="abcde")
    answer, _ = bench.against(lambda line, send: whole(gzipped, OK + b"Content-Encoding: identity\r\n"))
    owes(answer, "ok", octets=len(gzipped))


@case
def a_transfer_bomb(bench):
    """gzip as a transfer coding is not undone."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    answer, _ = bench.against(lambda line, send: OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n" % len(bomb) +
                              bomb + b"\r\n0\r\n\r\n")
    owes(answer, "broken", "compressed")


@case
def an_early_word(bench):
    """100 Continue before the answer; what it says does not count."""
    answer, _ = bench.against(lambda line, send: b"HTTP/1.1 100 Continue\r\nContent-Encoding: gzip\r\n\r\n" + whole(b"x"))
    owes(answer, "ok", body="x", status=200)


@case
def hosts_that_are_looked_up(bench):
    """By the server given, over UDP; it says that one does not exist, and fails for another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    query, client = udp.recvfrom(2048)
                    code = 3 if b"\4none" in query else 2
                    udp.sendto(query[:2] + bytes([0x81, 0x80 | code]) + query[4:], client)
        threading.Thread(target=serve, daemon=True).start()
        where = ("--resolver", f"127.0.0.1:{udp.getsockname()[1]}")
        owes(bench.fetch(0, *where, host="none.example", pin=None), "no-host", "does not exist")
        owes(bench.fetch(0, *where, host="fails.example", pin=None), "lookup-failed")


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        chosen = [c for c in CASES if not WORDS or any(w in c.__name__ for w in WORDS)]

        def run(function):
            try:
                function(bench)
                return f"[       OK ] {function.__name__}", True
            except Exception:  # noqa: BLE001 - whatever a case meets is its failure
                return f"[  FAILED  ] {function.__name__}\n{traceback.format_exc()}", False
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            results = list(pool.map(run, chosen))
    for text, _ in results:
        print(text)
    sys.stdout.flush()
    os._exit(0 if all(ok for _, ok in results) else 1)


main()
