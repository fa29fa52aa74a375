#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton doctor --config: a program's own file is where the doctor begins, against servers that count.

The file of a Gitea stands for all: what each program's reader makes of its file has tests of its own.

usage: doctor_config.py BATON [WORD...]      only cases with a WORD in their name
"""
import pathlib
import re
import subprocess
import tempfile

from doctor_kit import HOST, LONG_S, OUTSIDE, PASSWORD, USER, Bench, expect, hides, owes, owes_document
from peers import Site
from rails import holds

bench = Bench(64)
LOGINS = {USER: PASSWORD.encode()}
EXPIRED = bench.authority.issue("expired", begin_s=-86400 * 9, end_s=-86400)


def app_ini(port, host=HOST, protocol="smtp+starttls", user=USER, password=PASSWORD, sender=USER, more=""):
    lines = ["APP_NAME = Forge", "", "[mailer]", "ENABLED = true", f"PROTOCOL = {protocol}", f"SMTP_ADDR = {host}",
             f"SMTP_PORT = {port}", f"FROM = {sender}"]
    lines += [f"USER = {user}"] if user else []
    lines += [f"PASSWD = `{password}`"] if password else []
    return "\n".join(lines) + "\n" + more


def line_of(text, key):
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(key))


class Played:
    """One run over a file, and what came of it."""

    def __init__(self, make, *flags, row=None, rows=(), logins=None, typed=None, to=OUTSIDE, status=None, secret=PASSWORD,
                 words=(), env=None):
        address = bench.address()
        with tempfile.TemporaryDirectory() as folder, Site(logins=logins or LOGINS) as site:
            asked, *others = [site.listen(address, **{"cert": bench.cert, **r}) for r in (row or {}, *rows)]
            self.port, self.others = asked.port, [o.port for o in others]
            self.path = pathlib.Path(folder, "app.ini")
            self.before = make(self.port)
            self.path.write_text(self.before)
            self.path.chmod(0o640)
            arguments = ["--config", str(self.path), "--connect-to", address, "--ca", bench.authority.pem, "--ports",
                         ",".join(map(str, self.others)), "--timeout", str(LONG_S), "--no-dns", *flags]
            arguments += ["--to", to] if to else []
            self.run = bench.doctor([*arguments, "--json"] if "text" not in words else arguments, password=typed, env=env)
            site.settle()
            self.site, self.after = site, self.path.read_text()
            self.left = {p.name: p.read_bytes() for p in pathlib.Path(folder).iterdir() if p.name != "app.ini"}
            self.mode = self.path.stat().st_mode & 0o777
        owes(self.run, secret, 12)
        expect(status is None or self.run.status == status, f"exit status, wanted {status}", self.run.status,
               self.run.text[:1500], self.run.errors)
        if "text" not in words and self.run.out:
            self.d = owes_document(self.run, f"port {self.port}") if "elsewhere" not in words else self.run.document()
            hides(self.run.out, secret, "the document")


def config_of(d):
    expect(d["config"] and d["config"]["program"] == "gitea", "config", d["config"])
    return d["config"]


# ---- what it starts from ----

def as_the_program():
    """Server, port, encryption, login, password to the letter, From: all of it from the file, and nobody is asked."""
    p = Played(app_ini, status=0)
    a = p.d["asked"]
    expect((a["host"], a["port"], a["security"], a["user"], a["from"]) == (HOST, p.port, "starttls", USER, USER), "asked", a)
    expect(p.site.auths and p.site.auths[0][1] == 235, "the file's own password", p.site.auths)
    places = config_of(p.d)["places"]
    for field, key in (("host", "SMTP_ADDR"), ("port", "SMTP_PORT"), ("user", "USER"), ("password", "PASSWD")):
        expect(places[field]["line"] == line_of(p.before, key), field, places)
    expect(p.d["config"]["password"]["characters"] == len(PASSWORD), "length", p.d["config"]["password"])
    expect(p.d["fix"]["diff"] is None, "nothing has to change", p.d["fix"])
    expect(p.d["config"]["mistakes"] == [] and p.d["config"]["beside"] == [], "mistakes", p.d["config"])
    holds(p.site, p.run, gentle=False, send=False, to=OUTSIDE)


def told_in_words():
    p = Played(app_ini, words=("text",), status=0)
    flat = " ".join(p.run.text.split())
    for words in ("What app.ini says (Gitea", f"server app.ini:{line_of(p.before, 'SMTP_ADDR')} {HOST}",
                  f"password app.ini:{line_of(p.before, 'PASSWD')} {len(PASSWORD)} characters",
                  "Settings that work, for Gitea", "[mailer]"):
        expect(words in flat, f"not told: {words}", p.run.text)
    expect("HELO_HOSTNAME" not in flat, "this machine's EHLO name is none of the program's", p.run.text)


def not_trimmed():
    """What is odd about the password goes as it is; undone it is taken, and that is the proof."""
    p = Played(lambda port: app_ini(port, password=" " + PASSWORD), status=5)
    expect(p.d["cause"] == "password-mangled", "cause", p.d["cause"], p.d["causes"])
    expect(p.site.auths[0][1] == 535, "the first login has the blank", p.site.auths)
    lines = " ".join(p.d["fix"]["steps"][:2])
    expect(f"app.ini:{line_of(p.before, 'PASSWD')}" in lines, "the line", p.d["fix"]["steps"])


def printed_by_a_command():
    """It is run only when asked for, and appears nowhere: whoever writes "echo" has his password in it."""
    def make(port):
        return (f"account default\nhost {HOST}\nport {port}\ntls on\nauth on\nuser {USER}\n"
                f"passwordeval printf %s '{PASSWORD}'\nfrom {USER}\n")
    p = Played(make, "--program", "msmtp", status=3)
    expect(not p.site.auths and "--run-password-command" in p.d["next"], "not run", p.site.auths, p.d["next"])
    p = Played(make, "--program", "msmtp", "--run-password-command", status=0)
    expect(p.site.auths[0][1] == 235 and b"printf" not in p.run.out, "run", p.site.auths, p.run.text)
    p = Played(make, "--program", "msmtp", "--password-env", "OTHER", status=0, env={"OTHER": PASSWORD})
    expect("password" in p.d["config"]["beside"] and b"printf" not in p.run.out, "another way", p.d["config"])


def none_in_the_file():
    p = Played(lambda port: app_ini(port, user=None, password=None), status=1)
    expect(p.d["asked"]["mechanism"] is None and not p.site.auths, "no login", p.d["asked"], p.site.auths)


# ---- flags beside it ----

def flags_win():
    p = Played(lambda port: app_ini(port, user="nobody@inside.example"), "--user", USER, "--from", USER, status=0)
    expect(sorted(p.d["config"]["beside"]) == ["from", "user"], "beside", p.d["config"]["beside"])
    expect(p.d["asked"]["user"] == USER, "user", p.d["asked"])


def a_password_beside_wins():
    p = Played(lambda port: app_ini(port, password="another one"), typed=PASSWORD, status=0)
    expect("password" in p.d["config"]["beside"], "beside", p.d["config"]["beside"])


def another_program():
    p = Played(app_ini, "--for", "msmtp", words=("text",), status=0)
    expect("Settings that work, for msmtp" in p.run.text and "tls_starttls on" in p.run.text, "--for", p.run.text)


def unknown_program():
    run = bench.doctor(["--for", "potsfix", "--server", HOST], password=None)
    expect(run.status == 2 and "postfix" in run.errors, "the nearest", run.errors)
    run = bench.doctor(["--in-place", "--server", HOST], password=None)
    expect(run.status == 2 and "--config" in run.errors, "--in-place alone", run.errors)


# ---- mistakes ----

def wrong_tls_mode():
    """TLS at once on a port that greets in clear: the file says it, the server shows it, the answer has the line."""
    p = Played(lambda port: app_ini(port, protocol="smtps"), rows=[{}], status=1)
    expect(p.d["cause"] == "tls-mode-mismatch" and p.d["strength"] == "proved", "cause", p.d["causes"])
    step = p.d["fix"]["steps"][0]
    expect(f"app.ini:{line_of(p.before, 'PROTOCOL')}" in " ".join(p.d["fix"]["steps"]), "the line", step)
    diff = p.d["fix"]["diff"].splitlines()
    expect("-PROTOCOL = smtps" in diff and any(line.startswith("+PROTOCOL") for line in diff), "the diff", diff)
    expect(p.before == p.after, "the file was touched")
    text = Played(lambda port: app_ini(port, protocol="smtps"), rows=[{}], words=("text",)).run.text
    expect("\nIn the file (with --in-place" in text and "    -PROTOCOL = smtps" in text, "the diff in words", text)


def not_applied():
    """The settings work, and the program does not look at them: the line that says so is the answer."""
    p = Played(lambda port: app_ini(port).replace("ENABLED = true", "ENABLED = false"), status=0)
    cause = p.d["causes"][0]
    expect(cause["cause"] == "client-never-authenticates" and cause["strength"] == "likely", "cause", p.d["causes"])
    expect(cause["for"][0] == "m1", "evidence", cause)
    row = next(row for row in p.d["evidence"] if row["id"] == "m1")
    expect(row["probe"] == "config" and f"app.ini:{line_of(p.before, 'ENABLED')}" in row["said"], "row", row)
    expect(f"app.ini:{line_of(p.before, 'ENABLED')}" in p.d["fix"]["steps"][0], "the remedy first", p.d["fix"])


def nothing_to_try():
    """No server can be tried, and the file's mistake is what is left: likely, and no more."""
    p = Played(lambda port: app_ini(port, host="ssl://mail peer"), status=1, words=("elsewhere",))
    expect(not p.site.conns, "somebody was tried", p.site.conns)
    expect(p.d["cause"] == "wrong-server" and p.d["strength"] in ("likely", "possible"), "cause", p.d["causes"])


def broken_file():
    with tempfile.TemporaryDirectory() as folder:
        for path in (folder, folder + "/none", "/dev/null"):
            run = bench.doctor(["--config", path], password=None)
            expect(run.status == 2 and run.errors.startswith("baton doctor:"), path, run.status, run.errors)


# ---- --verify, --report ----

def verified_again():
    with tempfile.TemporaryDirectory() as folder:
        for make in (lambda port: app_ini(port, protocol="smtps"), lambda port: app_ini(port, password=PASSWORD + " ")):
            p = Played(make, rows=[{}])
            stored = pathlib.Path(folder, "report.json")
            stored.write_bytes(p.run.out)
            again = bench.doctor(["--verify", str(stored)], password=None)
            expect(again.status == 0, "derived again", again.text, again.errors)


def anonymous_page():
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        p = Played(lambda port: app_ini(port, protocol="smtps", sender="shop@inside.example"), "--report", str(page),
                   rows=[{}])
        html = page.read_text()
    hides(html.encode(), PASSWORD, "the page")
    for word in ("anna", "shop@", "inside.example", str(p.path.parent)):
        expect(word not in html, f"{word} stands on the page", html[max(0, html.find(word) - 200):][:400])
    expect("file says" in html and "app.ini:" in html, "the file is on it", html[:200])


# ---- --in-place ----

def puts_it_in():
    p = Played(lambda port: app_ini(port, protocol="smtps", more="; kept\n[repository]\nROOT = /srv\n"), "--in-place",
               rows=[{}], status=1)
    expect(p.d["strength"] == "proved", "proved", p.d["causes"])
    changed = [(a, b) for a, b in zip(p.before.splitlines(), p.after.splitlines()) if a != b]
    expect(len(p.before.splitlines()) == len(p.after.splitlines()) and 1 <= len(changed) <= 2, "lines changed", changed)
    expect(all(re.match(r"PROTOCOL|SMTP_PORT", a) for a, _ in changed), "other lines", changed)
    expect(p.before.encode() in p.left.values(), "the copy", list(p.left))
    expect(p.mode == 0o640, "mode", oct(p.mode))
    again = Played(lambda port: p.after.replace(str(p.d["works"]["port"]), str(port)), status=0)
    expect(again.site.auths[0][1] == 235, "the changed file works", again.d["summary"])


def leaves_it_alone(make, flags, options):
    p = Played(make, *flags, **options)
    expect(p.before == p.after and not p.left, "the file was touched", p.after, p.left)


def password_never():
    """Only its password is wrong: that is told, and stays."""
    p = Played(lambda port: app_ini(port, password=" " + PASSWORD), "--in-place", status=5)
    expect(p.before == p.after and not p.left, "the file was touched", p.left)


# ---- programs that Baton reads, and writes with their password ----

# Those whose own text is one file. Django's, Compose's and the rest have the tests of their readers.
PROGRAMS = ("msmtp", "postfix", "python", "phpmailer", "wordpress", "nextcloud", "nodemailer", "gitea", "gitlab", "grafana")


def written_for(program, folder, port, *more):
    """Its own text, with the password, out of the file of a Gitea; NAME.txt, so that only --program tells whose it is."""
    source, made = pathlib.Path(folder, "app.ini"), pathlib.Path(folder, program + ".txt")
    source.write_text(app_ini(port))
    done = subprocess.run([bench.baton, "settings", "convert", "--to", program, "--with-password", "--output", str(made), *more,
                           str(source)], capture_output=True, check=False)
    expect(done.returncode == 0, "not written", done.stderr)
    return made


def each_program(program):
    """What is written for it is what the doctor then plays; one wrong setting is found, whoever's file it is."""
    address = bench.address()
    with tempfile.TemporaryDirectory() as folder, Site(logins=LOGINS) as site:
        port = site.listen(address, cert=bench.cert).port
        common = ["--program", program, "--connect-to", address, "--ca", bench.authority.pem, "--timeout", str(LONG_S), "--no-dns",
                  "--to", OUTSIDE, "--json", "--ports", "", USER]
        run = bench.doctor(["--config", str(written_for(program, folder, port)), *common], password=None)
        owes(run, PASSWORD, 12)
        d = run.document()
        expect(run.status == 0 and d["asked"]["user"] == USER and d["asked"]["security"] == "starttls", "as it is", d["asked"],
               d["summary"], d["config"]["mistakes"])
        made = written_for(program, folder, port, "--force", "--user", "somebody@inside.example")
        run = bench.doctor(["--config", str(made), *common], password=None)
        owes(run, PASSWORD, 12)
        expect(run.status == 5 and run.document()["cause"] == "wrong-credentials", "another user", run.document()["causes"])
        wrong = [a for a in site.auths if a[1] != 235]
        expect(len(site.auths) == 2 and len(wrong) == 1, "logins", site.auths)


# ---- guard rails ----

def guarded(name, row, make, security):
    """Whatever the file says, its password never goes where it could be read."""
    p = Played(make, row=row)
    holds(p.site, p.run, gentle=False, send=False, to=OUTSIDE, hello_ok=security == "smtps")
    hides(p.site.unprotected(), PASSWORD, "what anybody could read")
    good = row.get("cert") is None and row.get("tls", "starttls")
    expect(bool(p.site.auths) == bool(good), "logins", name, p.site.auths)


for case in (as_the_program, told_in_words, not_trimmed, printed_by_a_command, none_in_the_file, flags_win, a_password_beside_wins, another_program,
             unknown_program, wrong_tls_mode, not_applied, nothing_to_try, broken_file, verified_again, anonymous_page,
             puts_it_in, password_never):
    bench.case(case.__name__.replace("_", " "), case)
bench.case("in place: works as it is", leaves_it_alone, app_ini, ["--in-place"], {"status": 0})
bench.case("in place: not known", leaves_it_alone, app_ini, ["--in-place"], {"row": {"steps": {"rcpt": "451 4.3.0 later"}}})
bench.case("in place: never without the flag", leaves_it_alone, lambda port: app_ini(port, protocol="smtps"), [],
           {"rows": [{}], "status": 1})
for name in PROGRAMS:
    bench.case(f"written and read {name}", each_program, name)
for security in ("smtp", "smtp+starttls", "smtps"):
    for label, row in (("no TLS", {"tls": None, "caps": ["AUTH PLAIN LOGIN"]}), ("an expired certificate", {"cert": EXPIRED}),
                       ("TLS", {})):
        for trust in ("", "FORCE_TRUST_SERVER_CERT = true\n"):
            bench.case(f"guard {security.replace('+', ' ')} against {label}{' unchecked' if trust else ''}", guarded, label, row,
                       lambda port, s=security, t=trust: app_ini(port, protocol=s, more=t), security)
bench.run()
