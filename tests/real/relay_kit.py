# SPDX-License-Identifier: ISC
"""baton relay as it runs for users, and a next hop that keeps what it was given.

    with Sink(address, port) as sink, Relay(place, RULES) as relay:
        ...mail to relay.port...
        mail = sink.accepted(lambda mail: "b@next.example" in mail.to)
"""
import asyncio
import dataclasses
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from ports import free_port          # noqa: E402, F401 - handed on

BATON = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)
    return value


# ---- the relay ----

class Relay:
    """One rule file in one directory; started, killed and started again as often as a test wants."""

    def __init__(self, place, rules, program=None):
        self.place, self.program, self.process = pathlib.Path(place), program or BATON, None
        self.state, self.control = self.place / "state", self.place / "control"
        self.file, self.log_file = self.place / "relay.conf", self.place / "log"
        self.rules(rules)

    def rules(self, text):
        """Another rule file, from the next start or reload on."""
        run_as = 'run-as = "nobody"\n' if os.geteuid() == 0 else ""
        self.file.write_text(f'state = "{self.state}"\ncontrol = "{self.control}"\n{run_as}{text}\n')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, ports=(), wait_s=100):
        """Returns when all of these are taken: [(address, port)]."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", str(self.program), "relay", "--config", str(self.file)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for where in ports:
            wait_for(lambda: self.answers(where) or self.gone(), wait_s, lambda: f"the relay does not listen: {self.log()}")
            assert not self.gone(), f"the relay ended at once: {self.log()}"
        return self

    def gone(self):
        return self.process is None or self.process.poll() is not None

    @staticmethod
    def answers(where):
        try:
            with socket.create_connection(where, timeout=5) as s:
                return s.recv(3) == b"220"
        except OSError:
            return False

    def log(self, octets=3000):
        return self.log_file.read_text(errors="replace")[-octets:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, wait_s=100):
        """As a service manager stops it; the exit status."""
        if self.gone():
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def ask(self, *words, status=0):
        """baton queue, why, allow over the control socket; what it printed. why ends with 1 for what was refused."""
        done = subprocess.run([self.program, *words, "--control", self.control], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == status, f"baton {' '.join(words)}: {done.returncode} {done.stderr}{done.stdout}"
        return done.stdout

    def queue(self):
        """All messages that wait, as the documents that baton queue prints."""
        return json.loads(self.ask("queue", "list", "--json"))


# ---- the next hop ----

@dataclasses.dataclass
class Mail:
    sender: str = ""
    parameters: str = ""                    # what stood behind MAIL FROM:<...>
    to: list = dataclasses.field(default_factory=list)
    to_parameters: list = dataclasses.field(default_factory=list)
    octets: bytes = b""                     # as it stood before dots were stuffed
    helo: str = ""                          # who gave it to us, by its own word
    at: float = 0.0                         # when it was accepted, by time.monotonic()

    def header(self, name):
        """The values of all fields of that name, unfolded, in order."""
        head = self.octets.partition(b"\r\n\r\n")[0].replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ")
        return [value.strip() for field, _, value in (line.partition(b":") for line in head.split(b"\r\n"))
                if field.lower() == name.lower().encode()]

    @property
    def body(self):
        return self.octets.partition(b"\r\n\r\n")[2]


class Sink:
    """An SMTP server that keeps each message before it answers 250. A thread of its own; on_mail is called there."""
    OFFERS = ("PIPELINING", "SIZE 100000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")

    def __init__(self, address, port, on_mail=None, offers=OFFERS, answer_after_s=0):
        self.where, self.on_mail, self.offers, self.answer_after_s = (address, port), on_mail, offers, answer_after_s
        self.mails, self.came, self.loop, self.connections = [], threading.Condition(), asyncio.new_event_loop(), 0

    def __enter__(self):
        up = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(up,), daemon=True)
        self.thread.start()
        assert up.wait(100), "the next hop does not start"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end)
        self.thread.join(10)

    def end(self):
        """Sessions first: each is told, and has a turn of the loop to close."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.call_later(0.05, self.loop.stop)

    def run(self, up):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self.talk, *self.where, limit=1 << 27, backlog=1000))
        up.set()
        self.loop.run_forever()

    async def talk(self, reader, writer):
        self.connections += 1
        try:
            await self.session(reader, writer)
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def session(self, reader, writer):
        mail, helo = Mail(), ""
        writer.write(b"220 sink.example ESMTP\r\n")
        while line := await reader.readline():
            verb, answer = line[:4].upper(), b"250 2.0.0 ok\r\n"
            if verb in (b"EHLO", b"HELO"):
                helo = line[5:].strip().decode(errors="replace")
                words = ("sink.example", *self.offers)
                answer = "".join(f"250{'-' if n + 1 < len(words) else ' '}{word}\r\n" for n, word in enumerate(words)).encode()
            elif verb == b"MAIL":
                mail = Mail(*path_and_rest(line), helo=helo)
            elif verb == b"RCPT":
                path, rest = path_and_rest(line)
                mail.to.append(path)
                mail.to_parameters.append(rest)
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                mail.octets = await self.data(reader)
                if self.answer_after_s:
                    await asyncio.sleep(self.answer_after_s)
                self.keep(mail)
            elif verb == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                await writer.drain()
                return
            writer.write(answer)
            await writer.drain()

    @staticmethod
    async def data(reader):
        octets = await reader.readuntil(b"\r\n")
        if octets == b".\r\n":
            return b""
        octets += await reader.readuntil(b"\r\n.\r\n")
        octets = octets[:-3]
        return (octets[1:] if octets.startswith(b".") else octets).replace(b"\r\n..", b"\r\n.")

    def keep(self, mail):
        mail.at = time.monotonic()
        with self.came:
            if self.on_mail:
                self.on_mail(mail)
            else:
                self.mails.append(mail)
            self.came.notify_all()

    def accepted(self, wanted, timeout_s=20, why=lambda: ""):
        """The first message that wanted() says yes to; waits for it."""
        def found():
            return next((mail for mail in self.mails if wanted(mail)), None)
        with self.came:
            self.came.wait_for(found, timeout_s)
        mail = found()
        assert mail, f"the next hop got no such message: {why()}"
        return mail


def path_and_rest(line):
    text = line.decode("utf-8", "surrogateescape")
    begin, end = text.index("<"), text.rindex(">")
    return text[begin + 1:end], text[end + 1:].strip()
