# SPDX-License-Identifier: ISC
"""Postfix, Exim and Baton, each set up to take mail as fast as it can and be safe, for bench/relay.

All of them keep their queue in one directory of the same disk, log to a file, ask no name server, trust the same
loopback network, and hand mail to the same smtp-sink where they hand it on at all. What each was told is printed.
"""
import contextlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP / "tests" / "lab")]
sys.dont_write_bytecode = True
from labkit import postfix, sandbox                                 # noqa: E402
from labkit.rows import Common                                      # noqa: E402

HOST = "relay.bench.example"
POSTFIX_AT, EXIM_AT, BATON_AT, SINK_AT = (f"127.30.0.{n}" for n in (1, 2, 3, 9))
PORT, SINK_PORT, METRICS_PORT = 25, 2525, 9725
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
SYNCS = ("fsync", "fdatasync", "sync_file_range", "syncfs", "sync", "msync")


# ---- what a program used ----

def find_cgroup():
    """Where groups of processes can be made whose processor time is counted: (directory, file, nanoseconds a unit)."""
    mounts = [line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    two = [(row[1], "cpu.stat", 1000) for row in mounts if row[2] == "cgroup2"]
    one = [(row[1], "cpuacct.usage", 1) for row in mounts if row[2] == "cgroup" and "cpuacct" in row[3].split(",")]
    for top, file, unit in two + one:
        trial = pathlib.Path(top) / f"baton-bench-{os.getpid()}"
        with contextlib.suppress(OSError):
            trial.mkdir()
            there = (trial / file).exists()
            trial.rmdir()
            if there:
                return pathlib.Path(top), file, unit
    return None


class Account:
    """The processor time of a server: by a cgroup where there are some, else by what /proc tells of it and its children."""
    WAYS, RUN = "unset", "baton-bench"

    def __init__(self, name):
        if Account.WAYS == "unset":
            Account.WAYS = find_cgroup()
        self.group = None
        if Account.WAYS:
            self.group = Account.WAYS[0] / f"{Account.RUN}-{name}-{time.time_ns()}"
            self.group.mkdir(exist_ok=True)

    @contextlib.contextmanager
    def opened(self):
        """What is started meanwhile is counted."""
        if not self.group:
            yield
            return
        (self.group / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            (self.group.parent / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self, root_pid):
        if not self.group:
            return tree_seconds(root_pid)
        text = (self.group / Account.WAYS[1]).read_text()
        number = re.search(r"usage_usec (\d+)", text)
        return int(number[1] if number else text) * Account.WAYS[2] / 1e9

    def close(self):
        if self.group:
            with contextlib.suppress(OSError):
                self.group.rmdir()


def forget_accounts(run):
    """The groups of a run that was ended by a signal; all its processes are gone."""
    if found := find_cgroup():
        for group in found[0].glob(f"{run}-*"):
            with contextlib.suppress(OSError):
                group.rmdir()


def stat_of(pid):
    """(parent, ticks of its own, ticks of children that ended), or None."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])


def tree_of(root_pid):
    """A process and all that descend from it: {pid: stat_of}."""
    all_of = {int(pid): stat_of(pid) for pid in os.listdir("/proc") if pid.isdigit()}
    found = {root_pid} if all_of.get(root_pid) else set()
    while True:
        more = {pid for pid, stat in all_of.items() if stat and stat[0] in found} - found
        if not more:
            return {pid: all_of[pid] for pid in found}
        found |= more


def tree_seconds(root_pid):
    total_ns = 0
    for pid, (_, own, ended) in tree_of(root_pid).items():
        exact = 0
        with contextlib.suppress(OSError):
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                exact += int((task / "schedstat").read_text().split()[0])
        total_ns += max(exact, own * TICK_NS) + ended * TICK_NS
    return total_ns / 1e9


def peak_mib(root_pid):
    """The memory that the processes have of their own now, shared pages by halves (PSS)."""
    total = 0
    for pid in tree_of(root_pid):
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1024


def resident_mib(pid):
    found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024


# ---- Postfix's own tools ----

def tool(*argv):
    """smtp-source and smtp-sink, as the Postfix root has them."""
    return ["chroot", str(sandbox.root_of("postfix")), *map(str, argv)]


def listens(address, port):
    return sandbox.listening(address, port)


class Sink:
    """smtp-sink; how many messages it took is read from what it prints."""
    SAID = re.compile(rb"mesg=\s*(\d+)")

    def __init__(self, address=SINK_AT, port=SINK_PORT, count=True, more=()):
        assert not listens(address, port), "somebody listens there: two sinks can share a port unseen"
        self.count, self.taken, self.base = count, 0, 0
        words = ["setpriv", "--pdeathsig", "KILL", *tool("/usr/sbin/smtp-sink", *(["-c"] if count else []), *more, "-u", "postfix",
                                                         f"{address}:{port}", 1000)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        os.set_blocking(self.process.stdout.fileno(), False)
        sandbox.wait_until(lambda: listens(address, port), 10, "smtp-sink does not listen")

    def messages(self):
        """So far, since the last zero()."""
        with contextlib.suppress(BlockingIOError):
            while octets := os.read(self.process.stdout.fileno(), 1 << 20):
                if found := Sink.SAID.findall(octets):
                    self.taken = int(found[-1])
        return self.taken - self.base

    def zero(self):
        self.messages()
        self.base = self.taken

    def wait(self, count, seconds):
        end = time.monotonic() + seconds
        while self.messages() < count:
            if time.monotonic() > end:
                raise TimeoutError(f"the sink has {self.messages()} of {count} messages after {seconds} s")
            time.sleep(0.002)

    def close(self):
        self.process.kill()
        self.process.wait()


def source(address, port, sessions, octets, count, timeout_s=600):
    """smtp-source with sessions that stay; seconds until the last one has ended."""
    words = tool("/usr/sbin/smtp-source", "-d", "-s", sessions, "-l", octets, "-m", count, "-f", "a@bench.example",
                 "-t", "b@next.example", "-M", "client.bench.example", f"{address}:{port}")
    began = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout_s, check=False)
    if done.returncode or "fatal" in done.stderr or "warning" in done.stderr:
        raise RuntimeError(f"smtp-source to {address}: {done.stderr.strip()[-300:] or done.returncode}")
    return time.monotonic() - began


# ---- the servers ----

class Boxed:
    """A mail server in its private root, its queue in a directory of the disk that is measured."""
    name = title = address = spool = start = log = None

    def __init__(self, place, hands_on):
        self.place, self.hands_on, self.port = place / self.name, hands_on, PORT
        self.account = Account(self.name)
        kind = type(self.name, (), {"NAME": self.name, "LOG": self.log, "START": self.start})
        self.box = sandbox.Box(kind, Common(), self.place, self.address, HOST)

    def __enter__(self):
        self.box.__enter__()
        queue = self.place / "queue"
        shutil.copytree(sandbox.root_of(self.name) / self.spool.lstrip("/"), queue, symlinks=True, copy_function=shutil.copy2)
        subprocess.run(["chown", "--reference", sandbox.root_of(self.name) / self.spool.lstrip("/"), queue], check=True)
        for path in queue.rglob("*"):
            was = (sandbox.root_of(self.name) / self.spool.lstrip("/") / path.relative_to(queue)).lstat()
            os.lchown(path, was.st_uid, was.st_gid)
        sandbox.mount("--bind", queue, self.box.root / self.spool.lstrip("/"))
        sandbox.run_in(sandbox.root_of("postfix"), "ip", "address", "replace", f"{self.address}/32", "dev", "lo")
        self.configure()
        with self.account.opened():
            self.box.start((PORT,))
        return self

    def __exit__(self, *_):
        self.box.__exit__()
        self.account.close()

    pid = property(lambda self: self.box.process.pid)

    def seconds(self):
        return self.account.seconds(self.pid)

    def pids(self):
        return list(tree_of(self.pid))

    def complaint(self):
        return self.box.complaint()

    def waiting(self):
        """How many messages lie in its queue."""
        raise NotImplementedError


class Postfix(Boxed):
    name, title, address, spool, log = "postfix", "Postfix", POSTFIX_AT, "/var/spool/postfix", postfix.LOG
    start = "/usr/lib/postfix/configure-instance.sh - && exec postfix start-fg"
    MAIN = {
        "compatibility_level": "3.7", "myhostname": HOST, "mydestination": "", "mynetworks": "127.0.0.0/8",
        "inet_interfaces": POSTFIX_AT, "inet_protocols": "ipv4", "maillog_file": postfix.LOG, "alias_maps": "",
        "local_recipient_maps": "", "default_process_limit": "1100", "in_flow_delay": "0", "queue_minfree": "0",
        "smtpd_client_restrictions": "", "smtpd_helo_restrictions": "", "smtpd_sender_restrictions": "",
        "smtpd_relay_restrictions": "permit_mynetworks, reject", "smtpd_recipient_restrictions": "",
        "smtpd_peername_lookup": "no", "smtpd_client_connection_count_limit": "0",
        "smtpd_client_connection_rate_limit": "0", "smtpd_client_event_limit_exceptions": "127.0.0.0/8",
        "smtpd_tls_security_level": "none", "smtpd_sasl_auth_enable": "no", "max_use": "100000",
        "receive_override_options": "no_address_mappings, no_header_body_checks, no_unknown_recipient_checks, no_milters",
        "smtp_tls_security_level": "none", "disable_dns_lookups": "yes",
    }
    HANDS_ON = {
        "relayhost": f"[{SINK_AT}]:{SINK_PORT}", "default_destination_concurrency_limit": "50",
        "initial_destination_concurrency": "50", "smtp_connection_cache_destinations": f"[{SINK_AT}]:{SINK_PORT}",
        "smtp_connection_reuse_count_limit": "1000", "smtp_destination_recipient_limit": "1",
    }
    ACCEPTS = {}

    def configure(self):
        main = self.MAIN | (self.HANDS_ON if self.hands_on else self.ACCEPTS)
        self.box.write("/etc/postfix/main.cf", "".join(f"{key} = {value}\n" for key, value in main.items()))
        if not self.hands_on:   # what takes mail alone is measured: nobody takes it out of the queue
            lines = self.box.read("/etc/postfix/master.cf").splitlines()
            self.box.write("/etc/postfix/master.cf", "\n".join(line for line in lines if not line.startswith(("qmgr", "pickup"))) + "\n")

    def told(self):
        main = self.MAIN | (self.HANDS_ON if self.hands_on else self.ACCEPTS)
        return [f"{key} = {value}" for key, value in main.items()] + ([] if self.hands_on else ["master.cf without qmgr and pickup"])

    def waiting(self):
        queue = self.place / "queue"
        return sum(1 for name in ("incoming", "active", "deferred", "maildrop") for file in (queue / name).rglob("*") if file.is_file())

    def clear(self):
        if not self.hands_on:
            for file in (self.place / "queue/incoming").rglob("*"):
                if file.is_file():
                    file.unlink()


class Exim(Boxed):
    name, title, address, spool, log = "exim", "Exim", EXIM_AT, "/var/spool/exim4", "/var/log/exim4/mainlog"
    start = "exec exim4 -bdf"
    MAIN = (
        f"primary_hostname = {HOST}", f"local_interfaces = {EXIM_AT}", "daemon_smtp_ports = 25", "disable_ipv6 = true",
        "acl_smtp_rcpt = acl_rcpt", "host_lookup =", "rfc1413_query_timeout = 0s", "tls_advertise_hosts =",
        "smtp_accept_max = 0", "smtp_accept_queue = 0", "smtp_accept_queue_per_connection = 0",
        "smtp_accept_max_per_connection = 0", "smtp_accept_max_nonmail = 100000", "smtp_connect_backlog = 1000",
        "smtp_enforce_sync = false", "split_spool_directory = true", "message_logs = false", "check_spool_space = 0",
        "check_spool_inodes = 0", "keep_environment =", "never_users =", "received_headers_max = 100",
    )
    ACCEPTS = ("queue_only = true",)
    HANDS_ON = ("queue_run_max = 50", "remote_max_parallel = 4")
    REST = f"""
begin acl
acl_rcpt:
  accept hosts = 127.0.0.0/8
         control = dkim_disable_verify
begin routers
sink:
  driver = manualroute
  transport = sink
  route_list = * {SINK_AT} byname
  self = send
  no_more
begin transports
sink:
  driver = smtp
  port = {SINK_PORT}
  hosts_avoid_tls = *
  connection_max_messages = 1000
begin retry
* * F,1h,1m
"""

    def lines(self):
        return self.MAIN + (self.HANDS_ON if self.hands_on else self.ACCEPTS)

    def configure(self):
        self.box.write("/etc/exim4/exim4.conf", "\n".join(self.lines()) + "\n" + self.REST)

    def told(self):
        return [*self.lines(), f"manualroute to {SINK_AT}, connection_max_messages = 1000" if self.hands_on else "", "dkim_disable_verify"]

    def waiting(self):
        return sum(1 for file in (self.place / "queue/input").rglob("*-H"))

    def clear(self):
        if not self.hands_on:
            for file in (self.place / "queue/input").rglob("*-[HDJ]"):
                file.unlink(missing_ok=True)


class Baton:
    name, title, address = "baton", "Baton", BATON_AT

    def __init__(self, place, hands_on, program=None, extra="", users=None, smarthosts=None):
        self.place, self.hands_on, self.port, self.extra = place / self.name, hands_on, PORT, extra
        self.program = program or TOP / "build" / "baton"
        # Without hand-over the only smarthost takes an hour for a message: the relay is at the first of them all the time.
        self.smarthosts = smarthosts or f'"{SINK_AT}:{SINK_PORT if hands_on else SINK_PORT + 1}"'
        self.users = users or self.place / "users"
        self.account = Account(self.name)
        self.process = None

    def lines(self):
        return [f'hostname = "{HOST}"', f'state = "{self.place}/state"', f'control = "{self.place}/control"',
                f'users = "{self.users}"', 'run-as = "nobody"', f'metrics = "{BATON_AT}:{METRICS_PORT}"',
                "sessions-per-client = 20000",
                f'listen "bench" {{ address = "{BATON_AT}"  port = {PORT}  security = none }}',
                'permit "bench" { network = {"127.0.0.0/8"} }',
                f'route "sink" {{ smarthost = {{{self.smarthosts}}}  security = none  connections = {50 if self.hands_on else 1} }}', *self.extra.splitlines()]

    told = lines

    def state(self):
        return self.place / "state"

    def __enter__(self):
        self.place.mkdir(parents=True)
        self.place.chmod(0o777)
        self.file = self.place / "relay.conf"
        self.file.write_text("\n".join(self.lines()) + "\n")
        self.start()
        return self

    def start(self, wrapper=()):
        with self.account.opened(), open(self.place / "log", "ab") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *wrapper, str(self.program), "relay", "--config", str(self.file)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        sandbox.wait_until(lambda: self.process.poll() is not None or listens(self.address, PORT), 20,
                           f"baton relay does not listen: {self.complaint()}")
        if self.process.poll() is not None:
            raise RuntimeError(f"baton relay ended at once: {self.complaint()}")

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)
        self.account.close()

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    pid = property(lambda self: self.process.pid)

    def seconds(self):
        return self.account.seconds(self.pid)

    def pids(self):
        return list(tree_of(self.pid))

    def complaint(self):
        return (self.place / "log").read_text(errors="replace")[-1500:]

    def metrics(self):
        """Prometheus' text as {name with labels: number}."""
        if not listens(BATON_AT, METRICS_PORT):
            return {}
        with urllib.request.urlopen(f"http://{BATON_AT}:{METRICS_PORT}/metrics", timeout=10) as answer:
            rows = (line.rpartition(" ") for line in answer.read().decode().splitlines() if line and line[0] != "#")
            return {name: float(number) for name, _, number in rows}

    def clear(self):
        """Its queue is kept: it is one file more or less."""


SERVERS = {server.name: server for server in (Postfix, Exim, Baton)}


# ---- syncs ----

def counts_of(tracer, out):
    """{name: calls}, as `perf stat -x,` or `strace -c` tell them."""
    for line in out.read_text().splitlines():
        if tracer == "perf" and "sys_enter_" in line:
            yield line.split("sys_enter_")[1].split(",")[0], int(line.split(",")[0])
        elif tracer == "strace" and line.split() and line.split()[-1] in SYNCS:
            yield line.split()[-1], int(line.split()[3])


def count_syncs(server, messages, sessions, octets=4096):
    """(by what, calls of the sync family for each message), of all processes of the server in a short run of its own. By
    perf, which stops nobody, where the kernel lets it; else by strace, under which a server is slow and its batches small."""
    out, pids = server.place / "syncs", [str(pid) for pid in server.pids()]
    events = ",".join(f"syscalls:sys_enter_{name}" for name in SYNCS)
    perf = ["perf", "stat", "-x,", "-o", str(out), "-e", events]
    tracer, words = "perf", [*perf, "-p", ",".join(pids)]
    if not shutil.which("perf") or subprocess.run([*perf, "true"], capture_output=True).returncode:
        tracer, words = "strace", ["strace", "-f", "-c", "-e", f"trace={','.join(SYNCS)}", "-o", str(out)]
        words += [word for pid in pids for word in ("-p", pid)]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    try:
        source(server.address, server.port, sessions, octets, messages)
        time.sleep(0.5)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
    return tracer, {name: count / messages for name, count in counts_of(tracer, out) if count}


def raise_limits():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
