# SPDX-License-Identifier: ISC
"""relay_run.py BATON - the relay as a service: how it starts, what it gave up, what its service manager is told, reload and
stop, metrics, and baton queue over the control socket. All on loopback; as root it becomes nobody."""
import contextlib
import json
import os
import pathlib
import re
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from ports import free_port, free_ports

BATON = os.path.realpath(sys.argv.pop(1))
ROOT = os.geteuid() == 0
SANITIZED = any(mark in pathlib.Path(BATON).read_bytes() for mark in (b"__asan_init", b"__tsan_init"))


def wait_for(condition, what, seconds=100):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.02)
    return value


def run(*words, status=0, **more):
    done = subprocess.run([BATON, *map(str, words)], capture_output=True, text=True, timeout=100, check=False, **more)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr


def changed(text, done):
    """How many are held or dropped, at once or when the attempt ends that one is in."""
    lines = [re.fullmatch(rf"(\d+) messages? ({done}|in hand: (it|each) is {done} when the attempt ends, unless the next hop takes it)", line)
             for line in text.splitlines()]
    assert lines and all(lines), text
    return sum(int(line[1]) for line in lines)


class Relay:
    """One relay in one directory, with a service manager that listens."""

    def __init__(self, extra="", watchdog=False, handed=()):
        """handed: [(name, socket)], as a service manager hands them over."""
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="baton-run-", dir="/var/tmp"))
        self.place.chmod(0o755)
        self.port, self.metrics, self.next = free_ports(3)
        self.control, self.state, self.file = self.place / "run/control", self.place / "state", self.place / "etc/relay.conf"
        self.log = self.place / "log"
        self.file.parent.mkdir()
        self.file.parent.chmod(0o755)
        self.write(extra)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(self.place / "notify"))
        (self.place / "notify").chmod(0o777)
        self.manager.settimeout(100)
        env = {**os.environ, "NOTIFY_SOCKET": str(self.place / "notify")}
        if watchdog:
            env |= {"WATCHDOG_USEC": "200000"}
        self.handed, self.env = handed, env
        self.start()

    def start(self):
        """The same again, after it has ended."""
        words = [BATON, "relay", "--config", str(self.file)]
        if self.handed:                          # by a shell of the same number: descriptors from 3 on, and whom they are for
            fds = [s.fileno() for _, s in self.handed]
            moves = "".join(f" {at}<&{fd}" for at, fd in enumerate(fds, 60)) + "".join(f" {at + 3}<&{at + 60}" for at in range(len(fds)))
            self.env |= {"LISTEN_FDS": str(len(fds)), "LISTEN_FDNAMES": ":".join(name for name, _ in self.handed)}
            words = ["bash", "-c", f'exec {moves}; LISTEN_PID=$$ exec "$@"', "bash", *words]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
                                            pass_fds=[s.fileno() for _, s in self.handed])

    def write(self, extra=""):
        run_as = 'run-as = "nobody"\n' if ROOT else ""
        self.file.write_text(f"""hostname = "relay.example"
state = "{self.state}"
control = "{self.control}"
users = "{self.place}/etc/users"
logins = "{self.place}/etc/logins"
metrics = "127.0.0.1:{self.metrics}"
{run_as}listen "here" {{ address = "127.0.0.1"  port = {self.port}  security = none }}
permit "here" {{ network = {{"127.0.0.1"}} }}
route "next" {{ smarthost = {{"127.0.0.1:{self.next}"}}  security = none }}
{extra}
""")

    def told(self, what):
        """Waits until the service manager hears it; the datagram."""
        while True:
            try:
                said = self.manager.recv(4096).decode()
            except TimeoutError:
                raise AssertionError(f"{what} was not told: {self.text()}") from None
            if what in said:
                return said

    def text(self):
        return self.log.read_text(errors="replace")

    def queue(self, *words, status=0):
        return run("queue", *words, "--control", self.control, status=status)

    def listed(self, *words):
        return json.loads(self.queue("list", "--json", *words))["messages"]

    def send(self, count=1, to=("c@d.example",), sender="a@b.example", text="Subject: x\r\n\r\nhello\r\n"):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=100) as s:
            for _ in range(count):
                s.sendmail(sender, list(to), text)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(100)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.manager.close()
        subprocess.run(["rm", "-rf", "--", str(self.place)], check=True)
        return self.process.returncode


@contextlib.contextmanager
def relay(**how):
    r = Relay(**how)
    try:
        r.told("READY=1")
        yield r
    except BaseException:
        print(r.text()[-4000:], file=sys.stderr)
        raise
    finally:
        r.stop()


def get(r, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{r.metrics}{path}", timeout=100) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def metric(r, name):
    return float(re.search(rf"^baton_{name} (\S+)$", get(r)[1], re.M)[1])


class Run(unittest.TestCase):
    def test_what_it_gave_up(self):
        with relay() as r:
            status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{r.process.pid}/status").read_text().splitlines() if ":\t" in line)
            for key in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
                self.assertEqual(int(status[key], 16), 0, key)
            self.assertEqual(status["NoNewPrivs"], "1")
            if not SANITIZED:
                self.assertEqual(status["Seccomp"], "2")
            if ROOT:
                self.assertEqual(status["Uid"], "\t".join(["65534"] * 4))
                self.assertEqual(int(status["CapBnd"], 16), 0)
                self.assertNotIn("0", status["Groups"].split())
            self.assertIn("event=confined", r.text())
            # Its threads too: they began behind it.
            for task in pathlib.Path(f"/proc/{r.process.pid}/task").iterdir():
                self.assertIn("NoNewPrivs:\t1", (task / "status").read_text())
            limits = pathlib.Path(f"/proc/{r.process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size\s+0\s+0")

    def test_it_relays_stops_and_starts_again(self):
        with relay() as r:
            r.send(3)
            wait_for(lambda: len(r.listed()) == 3, "three wait")
            r.process.send_signal(signal.SIGTERM)
            r.told("STOPPING=1")
            self.assertEqual(r.process.wait(100), 0, r.text())
            self.assertFalse(r.control.exists(), "the socket is left behind")
            self.assertIn("event=relay-stopped", r.text())

    def test_reload(self):
        with relay() as r, smtplib.SMTP("127.0.0.1", r.port, timeout=100) as before:
            before.ehlo("client.example")
            r.write('forbid "bob" { sender = {"bob@b.example"} }')
            r.process.send_signal(signal.SIGHUP)
            said = r.told("RELOADING=1")
            self.assertRegex(said, r"MONOTONIC_USEC=\d+")
            r.told("READY=1")
            with smtplib.SMTP("127.0.0.1", r.port, timeout=100) as after:
                after.ehlo("client.example")
                after.mail("bob@b.example")
                self.assertGreaterEqual(after.rcpt("c@d.example")[0], 500)
            before.mail("bob@b.example")
            self.assertEqual(before.rcpt("c@d.example")[0], 250, "it goes on by the file that it began with")
            # A file that is wrong, and one that is an open relay: the old one stays in force.
            for wrong in ('permit "x" { nonsense = 1  login = 5 }', 'permit "all" { }'):
                r.write(wrong)
                r.process.send_signal(signal.SIGHUP)
                r.told("RELOADING=1")
                r.told("READY=1")
                with smtplib.SMTP("127.0.0.1", r.port, timeout=100) as after:
                    after.ehlo("client.example")
                    after.mail("bob@b.example")
                    self.assertGreaterEqual(after.rcpt("c@d.example")[0], 500, wrong)
            self.assertEqual(r.text().count("event=not-reloaded"), 2, r.text())
            r.file.unlink()
            r.process.send_signal(signal.SIGHUP)
            r.told("RELOADING=1")
            r.told("READY=1")
            self.assertRegex(r.text(), "event=not-reloaded why=.*No such file")
            self.assertNotRegex(r.text(), "event=not-reloaded .* do=")      # that is for a file that may not be read
            # Each error and each warning is an event; nothing in the log is of another form.
            self.assertEqual(len(re.findall(r"level=error event=rule-file file=\S+ line=\d+ column=\d+ why=", r.text())), 3, r.text())
            self.assertRegex(r.text(), 'level=warning event=rule-file .*trusts 127.0.0.1')
            self.assertEqual([line for line in r.text().splitlines() if not line.startswith("time=")], [])
            r.write()
            r.file.write_text(r.file.read_text().replace(f"metrics = \"127.0.0.1:{r.metrics}\"", ""))
            r.process.send_signal(signal.SIGHUP)
            r.told("READY=1")
            wait_for(lambda: "event=needs-a-restart key=metrics" in r.text(), r.text)

    def test_a_reload_that_is_asked_for_says_what_of_it_waits(self):
        with relay() as r:
            def reload(status):
                done = subprocess.run([BATON, "relay", "--reload", "--control", str(r.control)], capture_output=True, text=True, timeout=100,
                                      check=False)
                self.assertEqual(done.returncode, status, (done.stdout, done.stderr, r.text()))
                return done.stdout + done.stderr
            self.assertEqual(reload(0), f"{r.file} is in force.\n")
            r.write('forbid "bob" { sender = {"bob@b.example"} }')
            reload(0)
            with smtplib.SMTP("127.0.0.1", r.port, timeout=100) as after:
                after.ehlo("client.example")
                after.mail("bob@b.example")
                self.assertGreaterEqual(after.rcpt("c@d.example")[0], 500)
            r.write('permit "x" { nonsense = 1 }')
            self.assertRegex(reload(2), r"relay.conf:\d+.*nonsense.*the old file stays in force")
            # A port that was not named at the start: Landlock keeps it from the relay. The other listener goes on.
            new = free_port()
            r.write(f'listen "late" {{ address = "127.0.0.1"  port = {new}  security = none }}\nlog = json')
            if re.search("landlock=[4-9]", r.text()):
                said = reload(1)
                self.assertRegex(said, rf'not in force yet: listen "late": .*port {new}.*Permission denied.*restart the relay')
                self.assertRegex(r.text(), "event=needs-a-restart key=listen listener=late .*restart the relay")
            self.assertRegex(reload(1), "not in force yet: log: .*restart")
            r.send()
            taken = socket.create_server(("127.0.0.1", 0))
            r.write(f'listen "taken" {{ address = "127.0.0.1"  port = {taken.getsockname()[1]}  security = none }}')
            reload(1)
            taken.close()
            r.write()
            reload(0)
        self.assertIn("no relay answers", run("relay", "--reload", "--control", "/nonexistent/control", status=2))

    def test_what_waits_for_a_restart(self):
        """Each key that is settled at the start, by itself; and a port that another has."""
        spare = free_port()
        door = f'listen "spare" {{ address = "127.0.0.1"  port = {spare}  security = none }}\n'
        with relay(extra=door) as r:
            whole = r.file.read_text()

            def reload(text):
                r.file.write_text(text)
                return subprocess.run([BATON, "relay", "--reload", "--control", str(r.control)], capture_output=True, text=True, timeout=100,
                                      check=False)
            metrics = f'"127.0.0.1:{r.metrics}"'
            for old, new, key in ((f'state = "{r.state}"', f'state = "{r.state}2"', "state"),
                                  (f'control = "{r.control}"', f'control = "{r.control}2"', "control"),
                                  (metrics, f'"127.0.0.1:{free_port()}"', "metrics"), (metrics, f'"127.0.0.2:{r.metrics}"', "metrics"),
                                  ("hostname", "loops = 7\nhostname", "loops"), ("hostname", "log = json\nhostname", "log"),
                                  *([("nobody", "daemon", "run-as")] if ROOT else [])):
                self.assertIn(old, whole)
                done = reload(whole.replace(old, new, 1))
                self.assertEqual((done.returncode, re.findall(r"not in force yet: (.+?): ", done.stdout + done.stderr)), (1, [key]), done)
            done = reload(whole)
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual(reload(whole.replace(door, "")).returncode, 0)

            def taken():                         # once the last worker has closed it
                with contextlib.suppress(OSError):
                    return socket.create_server(("127.0.0.1", spare))
            with wait_for(taken, "the port is free"):
                done = reload(whole)
                self.assertEqual(done.returncode, 1, done)
                self.assertRegex(done.stdout + done.stderr, r'(?s)listen "spare": .*see who has it \(ss -ltnp\)')
            self.assertEqual(reload(whole).returncode, 0)

    def test_sockets_that_are_handed_over(self):
        with socket.create_server(("127.0.0.1", 0), backlog=100) as given:
            port = given.getsockname()[1]
            door = f'listen "given" {{{{ address = "127.0.0.1"  port = {{}}  security = none }}}}'
            with relay(extra=door.format(port), handed=[("given", given)]) as r:
                def greeted(s):
                    s.settimeout(100)
                    return s.recv(4) == b"220 "
                for _ in range(50):                       # all workers take from the one socket
                    with socket.create_connection(("127.0.0.1", port), timeout=100) as s:
                        self.assertTrue(greeted(s))
                # Who comes while it restarts waits, and is served by the next.
                r.process.send_signal(signal.SIGTERM)
                self.assertEqual(r.process.wait(100), 0, r.text())
                with contextlib.ExitStack() as waiting:
                    early = [waiting.enter_context(socket.create_connection(("127.0.0.1", port), timeout=100)) for _ in range(20)]
                    r.start()
                    r.told("READY=1")
                    self.assertTrue(all(greeted(s) for s in early))
                # Without its listener it stays ours, and comes back; another port than the socket's is told.
                for extra, said in ((door.format(port), None), ("", "a socket is handed over under this name"), (door.format(port), None),
                                    (door.format(free_port()), "says otherwise"), (door.format(port), None)):
                    r.write(extra)
                    done = subprocess.run([BATON, "relay", "--reload", "--control", str(r.control)], capture_output=True, text=True, timeout=100,
                                          check=False)
                    self.assertEqual(done.returncode, 1 if said else 0, done.stderr)
                    self.assertIn(said or "", done.stderr)
                    self.assertEqual("then restart the .socket unit" in done.stderr, said == "says otherwise", done.stderr)
                with socket.create_connection(("127.0.0.1", port), timeout=100) as s:
                    self.assertTrue(greeted(s))
            self.assertEqual(given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), 1)

    def test_what_cannot_be_handed_over(self):
        with socket.create_server(("127.0.0.1", 0)) as given, socket.socket() as quiet:
            for name, one, said in (("other", given, 'as "other", and no listener has that name.*one of: here'), ("here", given, "says otherwise"),
                                    ("here", quiet, "no TCP socket that listens")):
                r = Relay(handed=[(name, one)])
                try:
                    self.assertEqual(r.process.wait(100), 2, r.text())
                    self.assertRegex(r.text(), said)
                finally:
                    r.stop()

    def test_the_watchdog_is_fed(self):
        with relay(watchdog=True) as r:
            for _ in range(3):
                r.told("WATCHDOG=1")
            self.assertRegex(r.told("STATUS="), r"STATUS=\d+ sessions, \d+ messages wait")

    def test_metrics(self):
        with relay() as r:
            r.send(2)
            kind, text = get(r)
            self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
            self.assertTrue(text.endswith("\n"))
            self.assertEqual(metric(r, "messages_kept_total"), 2)
            self.assertEqual(metric(r, "recipients_permitted_total"), 2)
            self.assertEqual(metric(r, "data_answer_seconds_count"), 2)
            self.assertEqual(metric(r, "queue_messages"), 2)
            self.assertGreaterEqual(metric(r, "queue_syncs_total"), 1)
            for line in text.splitlines():
                self.assertRegex(line, r'^(# (HELP|TYPE) baton_[a-z_]+ .+|baton_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+)$')
            for path, status in (("/", 404), ("/metrics/x", 404)):
                with self.assertRaises(urllib.error.HTTPError) as got:
                    get(r, path)
                self.assertEqual(got.exception.code, status)
                got.exception.close()
            for said, status in ((b"POST /metrics HTTP/1.1\r\n\r\n", b"405"), (b"nonsense\r\n\r\n", b"400"),
                                 (b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 8000, b"431"), (b"EHLO x\r\n\r\n", b"400"),
                                 (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", b"200")):
                with socket.create_connection(("127.0.0.1", r.metrics), timeout=100) as s:
                    s.sendall(said)
                    self.assertEqual(s.recv(4096).split(b" ")[1], status, said[:40])
            idle = [socket.create_connection(("127.0.0.1", r.metrics), timeout=100) for _ in range(30)]
            for s in idle:  # too many, and silent: they cost no one else
                s.close()

            def again():
                with contextlib.suppress(OSError):
                    return get(r)[1]
            wait_for(again, "metrics after idle ones")

    def test_queue(self):
        with relay() as r:
            self.assertEqual(r.queue(), "Nothing waits.\n")
            self.assertEqual(r.listed(), [])
            r.send(to=["c@d.example", "e@f.example", "g@h.example"])
            r.send(2, sender="carl@b.example")
            wait_for(lambda: all(m["recipients"][0]["reply"] and m["state"] == "waiting" for m in r.listed()), lambda: r.queue())
            first, second, third = r.listed()
            self.assertEqual((first["from"], first["state"], first["recipient_count"], first["client"], first["listener"], first["route"]),
                             ("a@b.example", "waiting", 3, "127.0.0.1", "here", "next"))
            self.assertEqual(first["recipients"][0]["cause"], "server-down")
            text = r.queue("list")
            self.assertEqual(text.splitlines()[0].split()[:4], ["ID", "AGE", "SIZE", "STATE"])
            self.assertIn("a@b.example -> c@d.example, e@f.example and 1 more", text)
            self.assertIn("[server-down]", text)
            self.assertTrue(text.endswith("3 messages\n"))
            shown = json.loads(r.queue("show", first["id"].lower(), "--json"))["messages"]
            self.assertEqual([x["to"] for x in shown[0]["recipients"]], ["c@d.example", "e@f.example", "g@h.example"])
            text = r.queue("show", first["id"])
            self.assertIn(f"baton why {first['why']}", text)
            self.assertIn("e@f.example: waiting", text)
            self.assertIn("here", run("why", first["why"], "--control", r.control))

            self.assertEqual(changed(r.queue("hold", first["id"], second["id"]), "held"), 2)
            self.assertEqual([m["id"] for m in r.listed("--held")], [first["id"], second["id"]])
            self.assertEqual([m["id"] for m in r.listed("--matching", "CARL@")], [second["id"], third["id"]])
            self.assertEqual([m["id"] for m in r.listed(third["id"], first["id"])], [third["id"], first["id"]])
            # What they have in common: all that is said must hold, and --count changes nothing.
            for words, wanted in ((["--from", "A@b.example"], [first]), (["--from", "@b.example", "--to-domain", "f.example"], [first]),
                                  (["--route", "next"], [first, second, third]), (["--older-than", "5d"], []),
                                  (["--from", second["from"], "--held"], [second])):
                self.assertEqual([m["id"] for m in json.loads(r.queue("list", "--json", *words, status=0 if wanted else 1) or
                                                             '{"messages": []}')["messages"]], [m["id"] for m in wanted], words)
                many = f"{len(wanted)} message{'' if len(wanted) == 1 else 's'}\n"
                counted = subprocess.run([BATON, "queue", "drop", "--count", "--control", str(r.control), *words], capture_output=True, text=True,
                                         timeout=100, check=False)
                self.assertEqual((counted.stdout, counted.returncode), (many, 0 if wanted else 1), words)
            self.assertEqual(len(r.listed()), 3)
            self.assertEqual(changed(r.queue("hold", "--to-domain", "f.example"), "held"), 1)
            self.assertIn("say which messages", r.queue("hold", "--all", "--route", "next", status=2))
            # What this relay does not know of a filter, it does not take for none.
            for words in ({"colour": "red"}, {"from": 5}, {"older_s": "5"}, {"held": False}, {"ids": "Q"}):
                with socket.socket(socket.AF_UNIX) as s, s.makefile("rb") as answer:
                    s.settimeout(100)
                    s.connect(str(r.control))
                    asked = json.dumps({"do": "queue-change", "what": "drop", "all": True, **words}).encode()
                    s.sendall(len(asked).to_bytes(4, "big") + asked)
                    self.assertIn(next(iter(words)), json.loads(answer.read(int.from_bytes(answer.read(4), "big")))["error"])
            self.assertEqual(r.queue("release", "--matching", "carl@"), "2 messages released\n")
            self.assertEqual([m["id"] for m in r.listed("--held")], [first["id"]])
            self.assertEqual(changed(r.queue("drop", first["id"]), "dropped"), 1)
            self.assertIn("--yes", r.queue("drop", "--all", status=2))
            self.assertIn("no message", r.queue("show", first["id"], status=1))
            self.assertEqual(r.queue("drop", first["id"], status=1), "")
            self.assertEqual(len(r.listed()), 2)
            self.assertIn("is no id", r.queue("show", "nonsense", status=2))
            self.assertIn("is no id", r.queue("hold", "\x1b[31m", status=2))
            self.assertEqual(r.queue("list", "--matching", "nobody-has-this", status=1), "")
            r.send(5)
            self.assertEqual(changed(r.queue("drop", "--all", "--yes"), "dropped"), 7)
            wait_for(lambda: not r.listed(), lambda: r.queue())
            r.send(2)
            with smtp_sink(r.next) as sink:
                def tried_again():
                    # A connection that was refused a moment before the sink stood closes the way again: ask once more.
                    subprocess.run([BATON, "queue", "retry", "--all", "--control", str(r.control)], capture_output=True, timeout=100, check=False)
                    return not r.listed()
                wait_for(tried_again, lambda: r.queue())
                self.assertEqual(len(sink), 2)

    def test_a_long_queue_and_many_recipients(self):
        with relay() as r:
            many = [f"r{i}@d.example" for i in range(950)]
            r.send(to=many)
            r.send(450, sender="b@c.example")
            ids = [m["id"] for m in r.listed()]
            self.assertEqual(len(set(ids)), 451)
            message = r.listed(ids[0])[0]
            self.assertEqual((message["recipient_count"], len(message["recipients"])), (950, 20))
            shown = json.loads(r.queue("show", ids[0], "--json"))["messages"][0]
            self.assertEqual([x["to"] for x in shown["recipients"]], many)
            self.assertEqual(changed(r.queue("hold", "--all"), "held"), 451)
            # Whoever stops reading half way costs nothing.
            p = subprocess.Popen([BATON, "queue", "--control", str(r.control)], stdout=subprocess.PIPE)
            p.stdout.read(10)
            p.stdout.close()
            p.wait(100)
            self.assertEqual(len(r.listed()), 451)

    @unittest.skipUnless(ROOT, "another user can be tried by root alone")
    def test_another_user_may_not(self):
        with relay() as r:
            daemon = ["setpriv", "--reuid", "1", "--regid", "1", "--clear-groups", BATON, "queue", "--control", str(r.control)]
            got = subprocess.run(daemon, capture_output=True, text=True, timeout=100, check=False)
            self.assertEqual(got.returncode, 2)
            self.assertIn("you may not", got.stderr)
            self.assertEqual([oct(x.stat().st_mode & 0o777) for x in (r.control.parent, r.control)], ["0o750", "0o660"],
                             "members of the group may ask")
            r.control.parent.chmod(0o755)
            r.control.chmod(0o666)
            got = subprocess.run(daemon, capture_output=True, text=True, timeout=100, check=False)
            self.assertEqual(got.returncode, 2)
            self.assertIn("you may not", got.stderr)
            member = ["setpriv", "--reuid", "1", "--regid", "1", "--groups", "65534", *daemon[6:]]
            self.assertEqual(subprocess.run(member, capture_output=True, text=True, timeout=100, check=False).returncode, 0)

    def test_what_keeps_it_from_starting(self):
        with relay() as r:
            second = subprocess.run([BATON, "relay", "--config", str(r.file)], capture_output=True, text=True, timeout=100, check=False)
            self.assertNotEqual(second.returncode, 0)
            said = r.file.read_text()
            cases = [(f'port = {r.port} ', f'port = {free_port()} ', "another relay answers"),
                     ('metrics = "127.0.0.1', 'metrics = "192.0.2.1', "loopback only"),
                     ('permit "here" { network = {"127.0.0.1"} }', 'permit "all" { }', "open relay")]
            if ROOT:
                cases.append(('run-as = "nobody"', 'run-as = "no-such-user"', "useradd --system"))
            for old, new, why in cases:
                self.assertIn(old, said)
                other = r.place / "etc/other.conf"
                other.write_text(said.replace(old, new) if why == "another relay answers" else
                                 said.replace(old, new).replace(f"port = {r.port} ", f"port = {free_port()} "))
                got = subprocess.run([BATON, "relay", "--config", str(other)], capture_output=True, text=True, timeout=100, check=False)
                self.assertNotEqual(got.returncode, 0, new)
                self.assertIn(why, got.stderr, new)
            self.assertEqual(r.listed(), [])

    def test_a_queue_that_another_relay_has_open(self):
        with relay() as r:
            second = r.file.read_text()
            # Without metrics nothing keeps its loop awake, and what was posted to it is heard only when it is freed.
            for mine, own in ((f"port = {r.port} ", f"port = {free_port()} "), (f'metrics = "127.0.0.1:{r.metrics}"\n', ""),
                              (f'"{r.control}"', f'"{r.control}2"')):
                self.assertIn(mine, second)
                second = second.replace(mine, own)
            other = r.place / "etc/other.conf"
            other.write_text(second)
            self.assertIn(f"process {r.process.pid} has it open", run("relay", "--config", other, status=1))
            self.assertEqual(r.listed(), [])

    def test_files_that_serve_nobody(self):
        """It starts without logins and with a certificate whose time is over: that is told, by name."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as d:
            os.chmod(d, 0o755)
            pem, old = d + "/pem", d + "/old"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", d + "/key",
                            "-out", pem, "-days", "9", "-subj", "/CN=relay.example"], check=True, capture_output=True)
            subprocess.run(["openssl", "x509", "-in", pem, "-signkey", d + "/key", "-days", "-1", "-out", old], check=True, capture_output=True)
            for path in (pem, old, d + "/key"):
                os.chmod(path, 0o644)
            keys = f'certificate = "{old}"\nkey = "{d}/key"\n'
            with relay(extra=keys) as r:
                self.assertIn(f"event=certificate-not-valid-now file={old}", r.text())
                self.assertIn(f"event=no-file-of-logins file={r.place}/etc/users", r.text())
                self.assertIn(f"event=secret-open-to-all file={d}/key", r.text())
                (r.place / "etc/users").write_text("")
                (r.place / "etc/users").chmod(0o644)
                before = len(r.text())
                r.write(keys.replace(old, pem))
                r.process.send_signal(signal.SIGHUP)
                wait_for(lambda: "event=reloaded" in r.text()[before:], r.text)
                self.assertNotIn("not-valid-now", r.text()[before:])
                self.assertNotIn("no-file-of-logins", r.text()[before:])
                r.write(keys.replace(f"{d}/key", pem))
                r.process.send_signal(signal.SIGHUP)
                wait_for(lambda: "no key in it that is read without a passphrase" in r.text(), r.text)
                # What is not there is told by the key that names it, and what belongs into it.
                pathlib.Path(d, "other").write_bytes(subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], check=True, capture_output=True).stdout)
                pathlib.Path(d, "der").write_bytes(subprocess.run(["openssl", "x509", "-in", pem, "-outform", "DER"], check=True, capture_output=True).stdout)
                for path in (d + "/other", d + "/der"):
                    os.chmod(path, 0o644)
                for text, said in ((keys.replace(f"{d}/key", f"{d}/other"), "the key is not that of the certificate"),
                                   (keys.replace(old, f"{d}/der"), "there is no certificate in PEM in it"),
                                   (keys.replace(f"{d}/key", f"{d}/none"), f"key: opening '{d}/none': No such file"),
                                   (keys.replace(old, f"{d}/none"), f"certificate: opening '{d}/none': No such file"),
                                   ('route "x" { smarthost = "x.example"  recipient-domain = "x.example"  login = "gone" }', "the login of route x: opening ")):
                    before = len(r.text())
                    r.write(text)
                    r.process.send_signal(signal.SIGHUP)
                    wait_for(lambda said=said, before=before: said in r.text()[before:], r.text)

    @unittest.skipUnless(ROOT, "only root becomes another")
    def test_files_of_root(self):
        """A file that only root reads is read before; a reload says what is in the way, and the old rules stay."""
        r = Relay()
        try:
            r.told("READY=1")
            r.process.send_signal(signal.SIGTERM)
            r.process.wait(100)
            r.file.chmod(0o600)
            with open(r.log, "wb") as log:
                r.process = subprocess.Popen([BATON, "relay", "--config", str(r.file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={**os.environ, "NOTIFY_SOCKET": str(r.place / "notify")})
            r.told("READY=1")
            self.assertIn("not readable any more", r.text())
            r.process.send_signal(signal.SIGHUP)
            r.told("RELOADING=1")
            r.told("READY=1")
            self.assertRegex(r.text(), "event=not-reloaded why=.*Permission denied.* do=.*group of run-as")
            r.send()
        finally:
            r.stop()

    def test_a_stop_while_much_is_asked(self):
        """Questions, changes, reloads and looks at the metrics that are under way when it ends get an answer or none, and harm nobody."""
        def frames(count, **request):
            text = json.dumps(request).encode()
            return (len(text).to_bytes(4, "big") + text) * count

        def drain(s):
            with contextlib.suppress(OSError):
                while s.recv(65536):
                    pass
        with relay() as r, contextlib.ExitStack() as open_ones:
            r.send(250)
            ids = [m["id"] for m in r.listed()]
            asked = ([frames(100, do="queue-list")] * 8 + [frames(2, do="queue-change", what="hold", ids=ids * 8)] * 4 +
                     [frames(100, do="why", id=ids[0])] * 2 + [frames(20, do="reload")] * 2)
            threads = []
            for words in asked:
                s = open_ones.enter_context(socket.socket(socket.AF_UNIX))
                s.settimeout(100)
                s.connect(str(r.control))
                s.sendall(words)
                threads.append(threading.Thread(target=drain, args=(s,)))
                threads[-1].start()
            for _ in range(10):
                s = open_ones.enter_context(socket.create_connection(("127.0.0.1", r.metrics), timeout=100))
                s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            r.process.send_signal(signal.SIGTERM)
            self.assertEqual(r.process.wait(100), 0, r.text()[-4000:])
            for t in threads:
                t.join()
            self.assertNotIn("Sanitizer", r.text())

    def test_told_twice_it_stops_at_once(self):
        with relay() as r, socket.create_connection(("127.0.0.1", r.port), timeout=100) as s:
            s.recv(100)
            s.sendall(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
            wait_for(lambda: b"354" in s.recv(4096), "DATA")
            r.process.send_signal(signal.SIGTERM)
            r.told("STOPPING=1")
            r.process.send_signal(signal.SIGTERM)
            self.assertEqual(r.process.wait(100), 1)


CONTAINER = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro /
cd /
exec setpriv --reuid=12345 --regid=12345 --clear-groups env -i PATH=/usr/bin:/bin "$2" relay --config "$1/etc/relay.conf"
"""


@unittest.skipUnless(ROOT, "only root may make namespaces")
class Container(unittest.TestCase):
    """As the first process of a container: a number that no file of users has, no HOME, all but its volume read-only."""

    def test_as_the_first_process(self):
        r = Relay.__new__(Relay)
        r.place = pathlib.Path(tempfile.mkdtemp(prefix="baton-container-", dir="/var/tmp"))
        r.port, r.metrics, r.next = free_port(), free_port(), free_port()
        r.control, r.state, r.file, r.log = r.place / "run/control", r.place / "state", r.place / "etc/relay.conf", r.place / "log"
        for name in ("etc", "run", "state"):
            (r.place / name).mkdir()
            os.chown(r.place / name, 12345, 12345)
        r.place.chmod(0o755)
        r.write()
        r.file.write_text(r.file.read_text().replace('run-as = "nobody"\n', ""))
        r.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with open(r.log, "wb") as log:
            r.process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", CONTAINER, "sh",
                                          r.place, BATON], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(lambda: "event=relay-started" in r.text(), r.text)
            first = int(wait_for(lambda: pathlib.Path(f"/proc/{r.process.pid}/task/{r.process.pid}/children").read_text().split(), r.text)[0])
            r.send(2)
            wait_for(lambda: len(r.listed()) == 2, r.text)
            # Who is left behind by somebody else's process becomes its child: it goes without a trace.
            subprocess.run(["nsenter", f"--target={first}", "--pid", "sh", "-c", "(sleep 0.3 &) & exit"], check=True, timeout=100)

            def zombies():
                at = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
                return [pid for pid in at if os.path.exists(f"/proc/{pid}/status") and "State:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text()]
            time.sleep(0.6)
            wait_for(lambda: not zombies(), "an orphan stays a zombie")
            os.kill(first, signal.SIGHUP)
            wait_for(lambda: "event=reloaded" in r.text(), r.text)
            os.kill(first, signal.SIGTERM)
            self.assertEqual(r.process.wait(100), 0, r.text())
            self.assertIn("event=relay-stopped", r.text())
        finally:
            if r.process.poll() is None:
                print(r.text(), file=sys.stderr)
                r.process.kill()
                r.process.wait()
            r.stop()


@contextlib.contextmanager
def smtp_sink(port):
    """A next hop that takes everything; a list of the messages."""
    got, ending = [], threading.Event()
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.1)

    def talk(s):
        with s, s.makefile("rwb") as f:
            def say(text):
                f.write(text.encode() + b"\r\n")
                f.flush()
            say("220 sink.example ESMTP")
            data = None
            for line in f:
                if data is not None:
                    if line == b".\r\n":
                        got.append(b"".join(data))
                        data = None
                        say("250 2.0.0 taken")
                    else:
                        data.append(line)
                elif line.upper().startswith(b"DATA"):
                    data = []
                    say("354 go on")
                elif line.upper().startswith(b"QUIT"):
                    say("221 bye")
                    return
                else:
                    say("250 sink.example" if line[:4].upper() == b"EHLO" else "250 2.0.0 ok")

    def serve():
        while not ending.is_set():
            with contextlib.suppress(TimeoutError):
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield got
    finally:
        ending.set()
        thread.join()
        listener.close()


if __name__ == "__main__":
    unittest.main()
