# SPDX-License-Identifier: ISC
"""A Debian of its own whose first process is systemd, in namespaces of this machine: mounts, processes, control groups, names.
The network is the caller's, which should be in one of its own.

    make_root()
    with Machine(place, "build") as machine:      # with what meson install puts there
        machine.run("systemctl", "start", "baton-relay")
"""
import os
import pathlib
import shutil
import subprocess
import time

import kit

ROOTS = pathlib.Path(__file__).resolve().parents[1] / "lab/roots"
DEVICES = {"null": "1 3", "zero": "1 5", "full": "1 7", "random": "1 8", "urandom": "1 9", "tty": "5 0"}    # major, minor
BOOT = """
set -e
mount -t overlay overlay "$1/root" -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
%s                                       # of its own: who changes their owner there changes nothing here
mkdir dev/shm dev/pts
ln -s pts/ptmx dev/ptmx                  # PrivateDevices= of units makes one like it
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
touch dev/console
mount --bind "$1/console" dev/console
mkdir -p old
pivot_root . old
umount --lazy /old
exec </dev/null
exec env -i container=unshare PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=no
""" % "; ".join(f"mknod --mode=666 dev/{name} c {numbers}" for name, numbers in DEVICES.items())


def unified():
    """Where control groups of version 2 are, on their own or beside those of version 1."""
    for row in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        if row.split()[2] == "cgroup2":
            return pathlib.Path(row.split()[1])
    raise kit.Skip("no control groups of version 2 are mounted here")


def make_root():
    """The Debian that a machine begins with, where it is not there yet and can be made."""
    subprocess.run([ROOTS, "systemd"], check=True)


class Machine:
    def __init__(self, place, build):
        self.place, self.root, self.process, self.first = pathlib.Path(place), pathlib.Path(place) / "root", None, 0
        self.group = unified() / f"baton-test-{os.getpid()}"
        self.build = build

    def __enter__(self):
        if os.geteuid() != 0:
            raise kit.Skip("only root may make a machine")
        lower = subprocess.run([ROOTS, "--where", "systemd"], check=True, capture_output=True, text=True).stdout.strip()
        if not (pathlib.Path(lower) / ".complete").exists():
            raise kit.Skip("no Debian with systemd could be made")
        for name in ("upper", "work", "root"):
            (self.place / name).mkdir()
        (self.place / "upper").chmod(0o755)
        subprocess.run(["meson", "install", "-C", self.build, "--no-rebuild", "--quiet", "--destdir", self.place / "upper"], check=True,
                       stdout=subprocess.DEVNULL)
        try:
            self.group.mkdir()
        except OSError as why:
            raise kit.Skip(f"no control group can be made here: {why}") from why
        with open(self.place / "console", "wb") as console:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', self.group,
                 "unshare", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child", "--propagation", "private",
                 "sh", "-c", BOOT, "boot", self.place, lower], stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            self.wait_for_boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for _ in range(200):                     # the kernel takes the processes away in its own time
            try:
                for group in [*sorted((each for each in self.group.rglob("*") if each.is_dir()), reverse=True), self.group]:
                    group.rmdir()
                break
            except OSError:
                time.sleep(0.05)
        shutil.rmtree(self.place / "upper", ignore_errors=True)
        shutil.rmtree(self.place / "work", ignore_errors=True)

    def wait_for_boot(self):
        for _ in range(1200):
            if self.process.poll() is not None:
                raise kit.Skip(f"no systemd can run as a first process here: {self.console()}")
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
            if children:
                self.first = int(children[0])
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.05)
        raise kit.Skip(f"systemd does not come up here: {self.console()}")

    def console(self):
        return (self.place / "console").read_text(errors="replace")[-2000:]

    def run(self, *words, check=True, **more):
        """In the machine, as root; text comes back."""
        done = subprocess.run(["nsenter", f"--target={self.first}", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--root", "--wd",
                               *map(str, words)], capture_output=True, text=True, check=False, timeout=120, **more)
        assert not check or done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode} {done.stdout}{done.stderr}"
        return done

    def write(self, path, text, owner="root:root", mode="0644"):
        self.run("sh", "-c", 'mkdir -p "$(dirname "$0")" && cat >"$0" && chown "$1" "$0" && chmod "$2" "$0"', path, owner, mode, input=text)

    def show(self, unit, *keys):
        """{key: value} of systemctl show."""
        rows = self.run("systemctl", "show", unit, *(f"--property={key}" for key in keys)).stdout.splitlines()
        return dict(row.partition("=")[::2] for row in rows)

    def journal(self, unit):
        self.run("journalctl", "--sync", check=False)
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout

    def proc(self, pid, file):
        """Of a process by the number that it has in the machine."""
        return self.run("cat", f"/proc/{pid}/{file}").stdout
