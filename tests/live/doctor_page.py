# SPDX-License-Identifier: ISC
"""The file of --report: whole or not at all, for its owner alone, and never in the way of the answer."""
import os
import stat

from doctor_kit import OUTSIDE, PASSWORD, USER, Bench, expect, hides
from peers import Site

LOGINS = {USER: PASSWORD.encode()}
bench = Bench(150)


def ask(path, *flags, env=None):
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert)
        return bench.ask(peer, "--auth", "none", "--report", path, *flags, env=env)


def room(name):
    path = os.path.join(bench.folder.name, name)
    os.mkdir(path)
    return path


def page_of(run, path):
    expect(run.status == 1, "exit status", run.status, run.errors)
    expect(not run.err, "standard error is not empty", run.errors)
    expect(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "mode", oct(os.stat(path).st_mode))
    with open(path, "rb") as file:
        octets = file.read()
    expect(octets.startswith(b"<!doctype html>") and octets.endswith(b"</html>\n"), "not whole", octets[:50])
    hides(octets, PASSWORD, path)
    return octets


def alone(folder, *names):
    expect(sorted(os.listdir(folder)) == sorted(names), "left behind", os.listdir(folder))


def made():
    folder = room("made")
    path = os.path.join(folder, "page.html")
    octets = page_of(ask(path), path)
    expect(USER.encode() not in octets and OUTSIDE.encode() not in octets, "somebody is named")
    alone(folder, "page.html")


def named():
    path = os.path.join(room("named"), "page.html")
    octets = page_of(ask(path, "--full"), path)
    expect(USER.encode() in octets and OUTSIDE.encode() in octets, "nobody is named")


def replaced():
    folder = room("replaced")
    path = os.path.join(folder, "page.html")
    with open(path, "w", encoding="ascii") as file:
        file.write("old" * 100000)
    os.chmod(path, 0o644)
    page_of(ask(path), path)
    alone(folder, "page.html")


def with_json():
    path = os.path.join(room("json"), "page.html")
    run = ask(path, "--json")
    page_of(run, path)
    expect(run.document()["cause"] == "client-never-authenticates", "cause", run.text)


def cannot(run, *words):
    """The answer is there all the same, and the error names the place and what to do."""
    expect(run.status == 2, "exit status", run.status)
    expect("The program does not log in" in run.text and "Tested from" in run.text, "no answer", run.text)
    for word in ("--report", *words):
        expect(word in run.errors, f"{word!r} is not said", run.errors)
    expect(run.errors.count("\n") == 1, "more than one line", run.errors)


def no_folder():
    path = os.path.join(bench.folder.name, "nowhere", "page.html")
    cannot(ask(path), path, "No such file", "folder that is there")


def is_a_folder():
    folder = room("folder")
    cannot(ask(folder), folder, "no ordinary file", "name another")
    alone(folder)


def is_a_device():
    cannot(ask("/dev/null"), "/dev/null", "no ordinary file")
    expect(stat.S_ISCHR(os.stat("/dev/null").st_mode), "the device is gone")


def no_room():
    cannot(ask("/dev/full"), "/dev/full", "no ordinary file")


def without_report():
    with Site(LOGINS) as site:
        peer = site.listen(bench.address(), cert=bench.cert)
        run = bench.ask(peer, "--auth", "none", "--full")
        expect(run.status == 2 and "--report FILE" in run.errors, "not refused", run.status, run.errors)
        expect(not site.conns, "the server was asked")


for case in (made, named, replaced, with_json, no_folder, is_a_folder, is_a_device, no_room, without_report):
    bench.case(case.__name__.replace("_", " "), case)
bench.run()
