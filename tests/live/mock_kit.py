# SPDX-License-Identifier: ISC
"""`baton mock` and `baton observe` as programs that run while a test talks to them."""
import itertools
import os
import re
import select
import socket
import subprocess
import tempfile
import time

from doctor_kit import NET, Failure

HOST, USER, PASSWORD = "mail.corp.example", "anna@corp.example", "Kestrel-41-harbour"
OUTSIDE, GHOST = "tom@elsewhere.example", "ghost@corp.example"
KINDS = {"mx": 25, "submission": 587, "submissions": 465, "pop3": 110, "pop3s": 995}
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def may_use_low_ports():
    with socket.socket() as s:
        try:
            s.bind(("127.0.0.1", 25))
        except OSError as error:
            return error.errno != 13  # EACCES
    return True


LOW_PORTS = may_use_low_ports()


def addresses():
    """Loopback addresses that nobody else uses: ports under 1024 are taken whole."""
    return map(lambda n: f"127.{NET}.{n // 250 % 40}.{n % 250 + 1}", itertools.count())


def read_until(file, word):
    said = b""
    while word not in said:
        piece = os.read(file.fileno(), 4096)
        if not piece:
            raise Failure(f"it did not start: {said!r}")
        said += piece
    return said.decode()


class Mock:
    """A running mock: its ports by the kind of door, its authority and a client's certificate as files."""

    def __init__(self, baton, address, arguments):
        self.address = address
        self.folder = tempfile.TemporaryDirectory(prefix="baton-mock-")
        self.ca, self.cert = f"{self.folder.name}/ca.pem", f"{self.folder.name}/client.pem"
        doors = []
        for kind, port in KINDS.items():
            doors += ["--port", f"{kind}:{port if LOW_PORTS else 0}"]
        self.log = ""
        self.process = subprocess.Popen(
            [baton, "mock", "--listen", address, "--ca-out", self.ca, "--client-cert-out", self.cert,
             "--user", USER, "--password-env", "MOCK_PASSWORD", *doors, *arguments],
            env={**ENVIRONMENT, "MOCK_PASSWORD": PASSWORD}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = read_until(self.process.stdout, b"\nready")
        self.ports = {kind: int(port) for kind, port in re.findall(r"(\w+) +[\d.:a-f]+ port (\d+),", said)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.log = self.process.communicate()[1].decode()
        self.folder.cleanup()


class Observer:
    """A running observer: its two ports, its authority as a file; what it printed once it ended."""

    def __init__(self, baton, address, arguments, password=None):
        self.folder = tempfile.TemporaryDirectory(prefix="baton-observe-")
        self.address, self.ca = address, f"{self.folder.name}/ca.pem"
        env, secret = dict(ENVIRONMENT), []
        if password is not None:
            env["TYPED_PASSWORD"] = password
            secret = ["--password-env", "TYPED_PASSWORD"]
        self.process = subprocess.Popen(
            [baton, "observe", "--listen", f"{address}:0", "--tls-port", "0", "--ca-out", self.ca, "--json",
             *secret, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.err = read_until(self.process.stderr, b"Ctrl-C ends")
        self.port, self.tls_port = (int(port) for port in re.findall(r" port (\d+)", self.err))
        self.out, self.status, self.heard = "", None, b""

    def __enter__(self):
        return self

    def tells(self, count, limit_s=100):
        """Waits until it has told of so many connections."""
        until = time.monotonic() + limit_s
        while self.heard.count(b"\n}\n") < count:
            if time.monotonic() > until:
                raise Failure(f"it tells of fewer than {count}: {self.heard[-600:]}")
            if select.select([self.process.stdout], [], [], 1)[0]:
                self.heard += os.read(self.process.stdout.fileno(), 65536)

    def end(self, limit_s=60):
        """Waits until it has told what it saw."""
        try:
            out, err = self.process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"the observer goes on: {self.err}") from error
        self.out, self.err, self.status = (self.heard + out).decode(), self.err + err.decode(), self.process.returncode
        return self.out

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.folder.cleanup()
