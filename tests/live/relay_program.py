# SPDX-License-Identifier: ISC
"""baton and baton-relay: which libraries each has, how one finds the other, and what a wrong command line gets."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BATON = os.path.realpath(sys.argv.pop(1))
RELAY = os.path.join(os.path.dirname(BATON), "baton-relay")
SERVERS_OWN = ("sqlite3", "sodium", "seccomp", "cap-ng", "microhttpd")


def needed(program):
    out = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", out)


def run(*words, program=BATON, **more):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False, **more)


class Programs(unittest.TestCase):
    def test_baton_has_none_of_the_servers_libraries(self):
        libraries = needed(BATON)
        self.assertTrue(any("libuv" in x for x in libraries), libraries)
        for name in SERVERS_OWN:
            self.assertFalse([x for x in libraries if name in x], libraries)

    def test_it_is_looked_for_beside_baton_only(self):
        with tempfile.TemporaryDirectory() as d:
            os.mkdir(d + "/bin")
            os.mkdir(d + "/path")
            shutil.copy(BATON, d + "/bin/baton")
            for place, word in (("/bin/baton-relay", "beside"), ("/path/baton-relay", "by the path")):
                with open(d + place, "w", encoding="ascii") as f:
                    f.write(f'#!/bin/sh\necho "{word}: $*"\n')
                os.chmod(d + place, 0o755)
            env = {"PATH": d + "/path:" + os.environ["PATH"], "BATON_LIBEXEC": d + "/path"}
            got = run("relay", "--config", "x y", "--verbose", program=d + "/bin/baton", env=env, cwd=d + "/path")
            self.assertEqual(got.stdout, "beside: relay --config x y --verbose\n")
            os.unlink(d + "/bin/baton-relay")
            got = run("relay", "--config", "x", program=d + "/bin/baton", env=env, cwd=d + "/path")
            self.assertNotIn("by the path", got.stdout)

    def test_the_files_that_come_with_it(self):
        contrib = pathlib.Path(__file__).resolve().parents[2] / "contrib"
        self.assertLessEqual(len((contrib / "relay.conf").read_text().splitlines()), 12)
        got = run("relay", "--check", str(contrib / "relay.conf"))
        self.assertEqual((got.returncode, got.stderr), (0, ""))
        self.assertIn("No stranger reaches a foreign domain", got.stdout)
        unit = (pathlib.Path(BATON).parents[2] / "contrib/baton-relay.service").read_text()
        for line in ("Type=notify\n", "ExecReload=", "WatchdogSec=", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=on-failure"):
            self.assertIn(line, unit)
        if shutil.which("systemd-analyze"):
            with tempfile.TemporaryDirectory() as d:
                # A program that is there in place of the installed one: what is verified is the unit.
                copy = pathlib.Path(d) / "baton-relay.service"
                copy.write_text(re.sub(r"=/\S*/bin/baton ", f"={BATON} ", unit))
                got = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60, check=False)
                told = [x for x in (got.stderr + got.stdout).splitlines() if "baton-relay" in x]
                self.assertEqual(told, [])

    def test_every_command_has_an_installed_page(self):
        meson = (pathlib.Path(__file__).resolve().parents[2] / "src/cmd/meson.build").read_text()
        pages = re.findall(r"'([a-z-]+)'", re.search(r"^foreach name : \[(.*)\]$", meson, re.M).group(1))
        # The rows of help, up to the empty line behind them.
        rows = re.findall(r"^  ([a-z-]+)  +[A-Z]", run("help").stdout.split("baton help COMMAND")[0], re.M)
        self.assertGreater(len(rows), 15)
        self.assertEqual(sorted(pages), sorted(rows))

    def test_wrong_command_lines(self):
        for words, said in (
            (["relay"], "give one of: --config FILE"),
            (["relay", "--config"], "--config needs FILE"),
            (["relay", "--config", "a", "--check", "b"], "give one of: --config FILE"),
            (["relay", "--config", "a", "--reload"], "give one of: --config FILE"),
            (["relay", "--check", "a", "--control", "b"], "--control is for --reload"),
            (["relay", "--config", "a", "--json"], "--json is for --check"),
            (["relay", "--check", "a", "--verbose"], "--verbose is for --config"),
            (["relay", "a.conf"], "'a.conf' is no option"),
            (["relay", "--confg", "a"], "did you mean --config"),
            (["relay", "--config", "/nonexistent/rules"], "/nonexistent/rules"),
        ):
            got = run(*words)
            self.assertEqual((got.returncode, got.stdout), (2, ""), words)
            self.assertIn(said, got.stderr, words)

    def test_the_demo(self):
        got = run("demo")
        self.assertEqual((got.returncode, got.stderr), (0, ""))
        refused = re.search(r"530 5\.7\.0[^(]*\(why:\s+(\w+)\)", got.stdout)
        self.assertIn(f"$ baton why {refused[1]}\n", got.stdout)
        self.assertIn("log in as anna@corp.example", got.stdout)
        kept = re.search(r"message-kept queue=(\w+)", got.stdout)
        self.assertRegex(got.stdout, f"delivered id={kept[1]} to=tom@elsewhere.example")

    def test_the_manual_page_has_the_rows(self):
        page = run("man", "relay").stdout.replace("\\-", "-")
        for row in (".It Ic run-as ", ".It Ic smarthost ", ".Ss listen", "= none | starttls | tls\n", "= \\(dqtext\\(dq\n", ".It Ic bare-newline ", "Where it is not said: baton."):
            self.assertIn(row, page)

    def test_baton_relay_alone(self):
        self.assertEqual(run(program=RELAY).returncode, 2)
        self.assertIn("baton relay --config FILE", run("--wrong", program=RELAY).stderr.replace("baton-relay", "baton"))
        self.assertEqual(run("relay", "--check", "x", program=RELAY).returncode, 2)
        self.assertEqual(run("version", program=RELAY).stdout, run("version").stdout)


if __name__ == "__main__":
    unittest.main()
