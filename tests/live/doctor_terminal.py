# SPDX-License-Identifier: ISC
"""What a terminal sees: the line of progress, and the questions of a doctor run bare.

The doctor runs in a pseudo-terminal of its own; without one it must write nothing of the kind.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from doctor_kit import LONG_S, OUTSIDE, PASSWORD, USER, Bench, expect, hides
from peers import Silence, Site

LOGINS = {USER: PASSWORD.encode()}
HOST = "localhost"
bench = Bench(154)
GIVE_UP_S = 60
LATE_SIGNAL = os.environ.get("LATE_SIGNAL")  # a library: see late_signal.c


class Terminal:
    """A program in a terminal of so many columns; screen is all that it wrote there."""

    def __init__(self, arguments, columns=80, env=None, stdout=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm", **(env or {})}
        self.process = subprocess.Popen([bench.baton, *arguments], stdin=slave, stdout=stdout or slave, stderr=slave,
                                        env=environment, start_new_session=True, preexec_fn=self.own)
        self.screen = b""

    @staticmethod
    def own():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self, wait_s):
        if select.select([self.master], [], [], wait_s)[0]:
            try:
                self.screen += os.read(self.master, 65536)
            except OSError:
                return False
        return True

    def until(self, words):
        """Waits for words behind all that was waited for before."""
        until = time.monotonic() + GIVE_UP_S
        start = getattr(self, "seen", 0)
        while words.encode() not in self.screen[start:]:
            expect(time.monotonic() < until, f"never says {words!r}", self.screen.decode(errors="replace"))
            expect(self.read(0.2), f"ends without {words!r}", self.screen.decode(errors="replace"))
        self.seen = self.screen.index(words.encode(), start) + len(words)

    def type(self, text):
        os.write(self.master, text.encode())

    def answer(self, words, text):
        self.until(words)
        self.type(text + "\n")

    def end(self):
        until = time.monotonic() + GIVE_UP_S
        while self.process.poll() is None:
            expect(time.monotonic() < until, "hangs", self.screen)
            self.read(0.1)
        while select.select([self.master], [], [], 0.2)[0]:
            if not self.read(0):
                break
        expect(termios.tcgetattr(self.slave) == self.before, "the terminal is not as it was")
        os.close(self.slave)
        os.close(self.master)
        return self.process.returncode

    def lines(self):
        """What a person sees in the end: what was erased is gone."""
        shown = []
        for line in self.screen.decode(errors="replace").replace("\r\n", "\n").split("\n"):
            shown.append(line.rpartition("\r\x1b[K")[2])
        return shown


def doctor(peer, *flags):
    return ["doctor", USER, "--server", f"mail.peer.example:{peer.port}", "--connect-to", peer.address, "--ports", "",
            "--ca", bench.authority.pem, "--security", "starttls", "--auth", "none", "--to", OUTSIDE, "--timeout", str(LONG_S),
            "--password-env", "PEER_PASSWORD", *flags]


def run(*flags, **options):
    options["env"] = {"PEER_PASSWORD": PASSWORD, **options.get("env", {})}
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert)
        t = Terminal(doctor(peer, *flags), **options)
        t.status, t.port = t.end(), peer.port
    hides(t.screen, PASSWORD, "the terminal")
    return t


def progress_lines(t):
    return [part.decode() for part in re.findall(rb"\r\x1b\[K([^\r\n\x1b]+)", t.screen)]


def progress():
    t = run()
    said = progress_lines(t)
    for words in (f"Trying port {t.port} with STARTTLS ...", f"Logging in on port {t.port} with STARTTLS ...",
                  f"Asking port {t.port} with STARTTLS to take the mail, without a login ..."):
        expect(words in said, f"{words!r} is not said", said)
    shown = t.lines()
    expect(not any("..." in line for line in shown), "progress is left behind", shown)
    expect(shown[0].lstrip("\x1b[1m").startswith("The program does not log in"), "the answer is not first", shown[:2])
    expect(t.status == 1, "exit status", t.status)


def narrow():
    t = run(columns=24)
    said = progress_lines(t)
    expect(said and all(len(line) <= 23 for line in said), "wider than the terminal", said)


def too_narrow():
    expect(not progress_lines(run(columns=12)), "written all the same")


def no_cursor():
    for env in ({"TERM": "dumb"}, {"TERM": ""}):
        t = run(env=env)
        expect(b"..." not in t.screen and b"\x1b[K" not in t.screen, "a cursor is moved", env, t.screen)


def no_colour():
    t = run(env={"NO_COLOR": "1"})
    expect(progress_lines(t), "no progress")
    expect(not re.search(rb"\x1b\[[0-9;]*m", t.screen), "a colour", t.screen)


def with_json():
    """The document goes to a file, the progress to the terminal."""
    path = os.path.join(bench.folder.name, "document.json")
    with open(path, "wb") as file:
        t = run("--json", stdout=file)
    expect(progress_lines(t), "no progress")
    with open(path, "rb") as file:
        octets = file.read()
    expect(octets.startswith(b"{") and b"\x1b" not in octets, "not the document alone", octets[:100])


def with_verbose():
    expect(not progress_lines(run("--verbose")), "two writers on one line")


def no_terminal():
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert)
        for flags in ((), ("--json",)):
            done = bench.doctor([*doctor(peer)[1:-2], *flags], env={"TERM": "xterm"})
            expect(not done.err and b"\x1b" not in done.out, "written without a terminal", done.err)


def interrupted():
    """Ctrl-C in the middle: the line goes with it."""
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert, steps={"greeting": Silence()})
        t = Terminal(doctor(peer), env={"PEER_PASSWORD": PASSWORD})
        t.until("Trying port")
        t.type("\x03")
        expect(t.end() == -signal.SIGINT, "exit status", t.process.returncode)
    expect(not any("..." in line for line in t.lines()), "left behind", t.lines())


# ---- questions ----

QUESTIONS = ("What did the error say", "Your mail address", "Whom did you write to?", "Outgoing server (SMTP)",
             "Its security", "Does your program log in there?", "User name", "Password")


def ask(answers, **options):
    """The doctor run bare, its answers typed in turn."""
    t = Terminal(["doctor"], **options)
    for words, text in answers:
        t.answer(words, text)
    return t


def questions():
    with Site(LOGINS) as site:
        peer = site.listen("127.0.0.1", cert=bench.cert)
        t = ask(zip(QUESTIONS, ("550 5.7.1 relay 'not' permitted", USER, OUTSIDE, f"{HOST}:{peer.port}", "none", "no", "",
                                PASSWORD)))
        t.until("Tested from")
        status = t.end()
    text = "\n".join(t.lines())
    hides(t.screen, PASSWORD, "the terminal")
    expect(status in (1, 3, 5), "exit status", status, text)
    line = next(line.strip() for line in t.lines() if line.startswith("  baton doctor"))
    for part in (USER, f"--server {HOST}:{peer.port}", "--security none", "--auth none", f"--to {OUTSIDE}"):
        expect(part in line, f"{part!r} is not in the command line", line)
    expect("password" not in line and r"'\''" in line, "the command line", line)
    expect(site.recipients, "the server was not asked", text)


def nothing_known():
    with Site(LOGINS) as site:
        peer = site.listen("127.0.0.1", cert=bench.cert)
        t = ask([("What did the error say", ""), ("Your mail address", ""), ("Outgoing server (SMTP)", ""),
                 ("your program's settings for outgoing mail: in Thunderbird", ""), ("Outgoing server", HOST),
                 ("Its port", str(peer.port)), ("Its security", ""), ("Does your program log in", "")])
        t.until("Tested from")
        status = t.end()
    expect(status in (1, 3), "exit status", status, t.screen)
    expect(b"Whom did you write to" not in t.screen and b"Password" not in t.screen, "asked what is of no use", t.screen)


def found_by_the_address():
    """Without a server no password is asked for before one is found, and of a reserved name nobody is asked."""
    t = ask([("What did the error say", ""), ("Your mail address", USER), ("Whom did you write", ""),
             ("Outgoing server", ""), ("Its security", ""), ("log in there", ""), ("User name", "")])
    t.until("none was found")
    expect(t.end() == 3, "exit status", t.process.returncode, t.screen)
    expect(b"Password" not in t.screen and b"Its port" not in t.screen, "asked what is of no use", t.screen)


def asked_again():
    """A wrong answer is asked again, with the reason of the flag's own reader."""
    with Site(LOGINS) as site:
        peer = site.listen("127.0.0.1", cert=bench.cert)
        t = ask([("What did the error say", ""), ("Your mail address", "anna"), ("no mailbox such as", ""),
                 ("Outgoing server", "a b:x"), ("is no HOST or HOST:PORT", HOST), ("Its port", "70000"),
                 ("is no port", str(peer.port)), ("Its security", "ssh"), ("is one of", ""),
                 ("log in there", "maybe"), ("neither yes nor no", "")])
        t.until("Tested from")
        t.end()


def many_lines():
    """A pasted error may have several lines; none of them answers the next question."""
    with Site(LOGINS) as site:
        peer = site.listen("127.0.0.1", cert=bench.cert)
        t = Terminal(["doctor"])
        t.until("What did the error say")
        t.type("550-5.7.1 relay\n550 5.7.1 not permitted\n")
        for words, text in (("Your mail address", ""), ("Outgoing server", f"{HOST}:{peer.port}"), ("Its security", ""),
                            ("log in there", "")):
            t.answer(words, text)
        t.until("Tested from")
        t.end()
    expect(b"That does not go" not in t.screen, "a line answered another question", t.screen)


def given_up():
    for key in ("\x03", "\x04"):
        for step in (0, 1, 3, 7):
            t = ask(zip(QUESTIONS[:step], ("", USER, OUTSIDE, f"{HOST}:1", "", "", "")))
            t.until(QUESTIONS[step])
            t.type(key)
            expect(t.end() == 2, "exit status", key, step, t.process.returncode, t.screen)
            expect(b"nothing was tried" in t.screen, "no word on it", t.screen)


def given_up_late():
    """The signal comes between the last look for one and the wait for an answer, and is seen all the same."""
    t = Terminal(["doctor"], env={"LD_PRELOAD": LATE_SIGNAL, "ASAN_OPTIONS": "verify_asan_link_order=0"})
    expect(t.end() == 2, "exit status", t.process.returncode, t.screen)
    expect(b"nothing was tried" in t.screen, "no word on it", t.screen)


def stopped_at_the_password():
    """A stop would leave the shell a terminal without an echo: it is not taken there. (Without a shell the
    system stops nobody, so that the mask is looked at.)"""
    stop = 1 << (signal.SIGTSTP - 1)

    def ignored(t):
        with open(f"/proc/{t.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"SigIgn:\s*(\w+)", file.read())[1], 16) & stop

    t = ask(zip(QUESTIONS[:7], ("", USER, OUTSIDE, f"{HOST}:1", "", "", "")))
    t.until("Password")
    expect(ignored(t), "it may be stopped", t.screen)
    t.type("\x03")
    expect(t.end() == 2, "exit status", t.process.returncode, t.screen)


def nobody_to_ask():
    done = bench.doctor([], password=None)
    expect(done.status == 2 and "--server" in done.errors, "not told what is missing", done.errors)
    expect("What did the error say" not in done.errors, "asked nobody", done.errors)


for case in (progress, narrow, too_narrow, no_cursor, no_colour, with_json, with_verbose, no_terminal, interrupted,
             questions, nothing_known, found_by_the_address, asked_again, many_lines, given_up,
             stopped_at_the_password, nobody_to_ask):
    bench.case(case.__name__.replace("_", " "), case)
if LATE_SIGNAL:
    bench.case("given up late", given_up_late)
bench.run(workers=4)
