#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton settings, as a user runs it: show, convert, set, list, and files that are no settings files.

usage: settings.py BATON [WORD...]      only cases with a WORD in their name
"""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.parse

from lookup_kit import expect, main

BATON = str(pathlib.Path(sys.argv[1]).resolve())
SECRET = "kQ7$x\"z\\n'%40 é#1"
GITEA = """APP_NAME = Forge
[mailer]
ENABLED = true
PROTOCOL = smtp+starttls
SMTP_ADDR = smtp.corp.example
SMTP_PORT = 587
USER = git@corp.example
PASSWD = `kQ7$x"z\\n'%40 é#1`
FROM = git@corp.example
"""
KEYS = {"schema", "program", "file", "account", "accounts", "settings", "verified", "ca_file", "password", "places",
        "references", "unknown", "mistakes"}


def forms(secret):
    """The secret in the forms in which it might slip out."""
    octets = secret.encode()
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], octets.hex(), octets.hex().upper(),
            base64.b64encode(octets).decode().rstrip("="), urllib.parse.quote(secret, safe=""), secret[::-1], secret[:6]}


class Run:
    """baton settings WORDS; no secret may be in what it says."""

    def __init__(self, *words, text=b"", env=None, secret=SECRET, weak=False, stdin=None):
        # Root may read and write everywhere: without these two rights it is as anybody.
        argv = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if weak and os.geteuid() == 0 else []
        argv += [BATON, "settings", *map(str, words)]
        given = {"stdin": stdin} if stdin is not None else {"input": text}
        done = subprocess.run(argv, capture_output=True, timeout=60, check=False, **given,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": os.getcwd(), **(env or {})})
        self.status, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()
        for form in forms(secret):
            expect(form not in self.out + self.err, "the secret is shown", form, self.out, self.err)

    def owes(self, status, *words):
        expect(self.status == status, f"exit status {self.status}, wanted {status}", self.out, self.err)
        flat = " ".join((self.out + self.err).split())
        for word in words:
            expect(word in flat, f"no '{word}'", self.out, self.err)
        return self

    def document(self, status):
        expect(self.status == status, f"exit status {self.status}, wanted {status}", self.out, self.err)
        return json.loads(self.out)


def in_folder(case):
    """Runs it in a folder of its own that is gone behind it."""
    def inside():
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            try:
                pathlib.Path("app.ini").write_text(GITEA)
                case()
            finally:
                os.chdir(before)
    inside.__name__ = case.__name__
    return inside


def copies(name="app.ini"):
    return sorted(pathlib.Path().glob(name + ".baton-*"))


# ---- show ----

@in_folder
def shows_what_would_be_sent():
    Run("show", "app.ini").owes(
        0, "read app.ini:5 smtp.corp.example:587 STARTTLS, user git@corp.example, password: 17 characters",
        "encryption STARTTLS app.ini:4 (PROTOCOL)", "user git@corp.example app.ini:7 (USER)",
        "17 characters, 18 octets: small letters, capitals, digits, signs, blanks, characters outside ASCII (stands there) "
        "app.ini:8 (PASSWD)", "certificate verified", "passed app.ini:1 APP_NAME", "No mistake is seen in it")
    document = Run("show", "--json", "app.ini").document(0)
    expect(set(document) == KEYS, "keys of the document", set(document) ^ KEYS)
    expect(document["schema"] == "baton.settings/1" and document["program"] == "gitea", "head", document)
    expect(document["settings"] == {"host": "smtp.corp.example", "port": 587, "security": "starttls", "mechanism": "auto",
                                    "user": "git@corp.example", "from": "git@corp.example", "header_from": None, "to": None,
                                    "helo": None, "source": None}, "settings", document["settings"])
    expect(document["password"]["characters"] == 17 and document["password"]["octets"] == 18 and
           document["password"]["how"] == "literal", "password", document["password"])
    expect(document["places"]["host"] == {"file": "app.ini", "line": 5, "column": 13, "key": "SMTP_ADDR"}, "place",
           document["places"])
    expect(document["places"]["helo"] is None and document["verified"] is True and document["ca_file"] is None, "absent",
           document)
    expect([(k["key"], k["line"]) for k in document["unknown"]] == [("APP_NAME", 1)], "unknown", document["unknown"])


@in_folder
def shows_mistakes_with_their_places():
    pathlib.Path("app.ini").write_text(GITEA.replace("587", "465") + "SMTP_PROT = 1\n")
    Run("show", "app.ini").owes(1, "likely app.ini:", "Do this:", "[tls-mode-mismatch]",
                                "app.ini:10 SMTP_PROT: did you mean SMTP_PORT?")
    document = Run("show", "app.ini", "--json").document(1)
    mistake = document["mistakes"][0]
    expect(mistake["id"] == "tls-against-port" and mistake["cause"] == "tls-mode-mismatch" and mistake["sure"] == "likely" and
           mistake["family"] == "wrong-port-or-tls-mode" and mistake["file"] == "app.ini" and mistake["line"] in (4, 6),
           "the mistake", mistake)
    expect(document["unknown"][1]["nearest"] == "SMTP_PORT", "nearest", document["unknown"])


@in_folder
def remedies_are_in_the_words_of_the_program():
    place = pathlib.Path("app.ini")
    place.write_text(GITEA.replace("587", "465"))
    place.chmod(0o644)
    said = Run("show", "app.ini").owes(1, "Do this: write PROTOCOL = smtps (SSL/TLS); or the other port: SMTP_PORT = 587",
                                       "then restart it, as in systemctl restart gitea",
                                       "unsafe everybody on this computer may read the password in", "chmod o-rwx")
    expect(said.out.index("likely") < said.out.index("unsafe"), "the order", said.out)
    place.chmod(0o640)
    expect("unsafe" not in Run("show", "app.ini").owes(1).out, "a file for some alone")
    Run("set", "app.ini", "--server", "b.example:465", "--security", "tls", "--in-place").owes(
        0, "then restart it, as in systemctl restart gitea")
    said = Run("set", "app.ini", "--user", "other@corp.example")
    expect("then" not in said.out, "nothing is changed yet", said.out)


@in_folder
def a_switch_of_the_login_is_no_password():
    text = ("<?php\n$mail = new PHPMailer(true);\n$mail->isSMTP();\n$mail->Host = 'mail.corp.example';\n"
            "$mail->SMTPAuth = false;\n$mail->Username = 'anna';\n$mail->Password = '%s';\n")
    pathlib.Path("m.php").write_text(text % "tulip-Mania-1637")
    Run("set", "m.php", "--auth", "auto").owes(0, "-$mail->SMTPAuth = false;", "+$mail->SMTPAuth = true;")
    pathlib.Path("m.php").write_text(text % "false")
    Run("set", "m.php", "--auth", "auto").owes(0, "-$mail->SMTPAuth = [hidden];")


@in_folder
def mistakes_are_not_carried_over_without_a_word():
    pathlib.Path("app.ini").write_text(GITEA.replace("587", "465"))
    said = Run("convert", "app.ini", "--to", "msmtp").owes(0, "port 465")
    flat = " ".join(said.err.split())
    expect("likely app.ini:" in flat and "carried over as it is" in flat, "said on standard error", said.err)
    expect("likely" not in said.out, "and not in the text", said.out)
    pathlib.Path("app.ini").write_text(GITEA)
    expect(Run("convert", "app.ini", "--to", "msmtp").owes(0).err == "", "nothing to say")


@in_folder
def only_what_the_file_speaks_of_is_missing():
    pathlib.Path("grafana.ini").write_text("[smtp]\nenabled = true\nhost = a.example:587\nuser = a@a.example\n"
                                           "password = $__env{MAIL_WORD}\nfrom_address = a@a.example\n")
    said = Run("show", "grafana.ini", "--program", "grafana")
    expect("variable MAIL_WORD" in said.out and "GF_SMTP" not in said.out, "the variables", said.out)


@in_folder
def reads_standard_input():
    Run("show", "-", "--program", "gitea", text=GITEA.encode()).owes(0, "standard input:5", "smtp.corp.example:587")
    Run("show", "--program", "gitea", text=GITEA.encode()).owes(0, "smtp.corp.example:587")
    Run("show", text=b"").owes(2, "'-' is empty")
    Run("set", "-", "--program", "gitea", "--server", "b.example", "--in-place", text=GITEA.encode()).owes(
        2, "standard input cannot be changed in place")


@in_folder
def notes_octets_that_some_programs_mind():
    pathlib.Path("app.ini").write_bytes(GITEA.replace("\n", "\r\n").encode())
    Run("show", "app.ini").owes(0, "17 characters", "No mistake is seen")
    pathlib.Path("app.ini").write_bytes(b"\xef\xbb\xbf" + GITEA.encode())
    Run("show", "app.ini", "--program", "gitea").owes(0, "note the file begins with a byte order mark")
    pathlib.Path("app.ini").write_bytes(GITEA.encode() + b"# caf\xe9\n")
    Run("show", "app.ini").owes(0, "note the file is not UTF-8: line 10, column 6")


# ---- files that are none ----

@in_folder
def what_is_no_settings_file_gets_its_sentence():
    pathlib.Path("folder").mkdir()
    pathlib.Path("empty").touch()
    pathlib.Path("blank").write_text(" \n\n")
    pathlib.Path("binary").write_bytes(b"\x7fELF\x02\x01\x01\x00\x00")
    pathlib.Path("wide").write_bytes(GITEA.encode("utf-16"))
    pathlib.Path("loop").symlink_to("loop")
    pathlib.Path("dangling").symlink_to("nowhere")
    os.mkfifo("pipe")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind("socket")
        for name, words in {
                "folder": "'folder' is a directory; name the file in it", "/dev/zero": "'/dev/zero' is a device",
                "/dev/null": "'/dev/null' is a device", "/dev/tty": "device", "pipe": "'pipe' is a pipe; let it come by",
                "socket": "'socket' is a socket", "empty": "'empty' is empty", "blank": "'blank' is empty",
                "binary": "'binary' is binary (a NUL stands at octet 8)", "wide": "UTF-16", "gone": "No such file",
                "loop": "leads back to itself", "dangling": "No such file", "app.ini/x": "is a file",
                "two\nlines": "'two\\x0Alines' cannot be opened", "a" * 300: "File name too long"}.items():
            if name == "/dev/tty":
                continue
            for word in ("show", "convert --to msmtp", "set --server a.example"):
                said = Run(*word.split(), name).owes(2, words)
                expect(said.out == "" and said.err.count("\n") == 2, "one sentence, and where to read more", said.err)


@in_folder
def a_path_with_a_line_end_is_read():
    pathlib.Path("two\nlines.ini").write_text(GITEA)
    said = Run("show", "two\nlines.ini").owes(0, "read two\\x0Alines.ini:5")
    expect("two\n" not in said.out, "the name is escaped", said.out)
    Run("set", "two\nlines.ini", "--server", "b.example", "--in-place").owes(0, "changed two\\x0Alines.ini")


@in_folder
def what_is_far_too_long_is_not_read():
    with open("app.ini", "r+b") as f:
        f.truncate(1 << 30)
    for word in ("show", "convert --to msmtp", "set --server a.example --in-place"):
        Run(*word.split(), "app.ini").owes(2, "'app.ini' is longer than 1048576 octets")
    pathlib.Path("env").write_text("")
    os.truncate("env", 1 << 30)
    pathlib.Path("app.ini").write_text(GITEA)
    Run("show", "app.ini", "--env-file", "env").owes(2, "'env' is longer than 1048576 octets")
    with open("/dev/zero", "rb") as endless:
        Run("show", "-", "--program", "gitea", stdin=endless).owes(2, "'-' is longer than 1048576 octets")


@in_folder
def a_file_of_somebody_else_is_not_read():
    os.chmod("app.ini", 0)
    Run("show", "app.ini", weak=True).owes(2, "'app.ini' cannot be opened: Permission denied; run this as somebody who may")


@in_folder
def a_file_of_nobody_is_told():
    pathlib.Path("letter").write_text("Dear Tom,\nthe server is down.\n")
    Run("show", "letter").owes(3, "letter looks like no settings file that Baton knows; say whose it is by --program")
    Run("convert", "letter", "--to", "msmtp").owes(3)
    Run("set", "letter", "--server", "a.example").owes(3)
    Run("show", "letter", "--program", "gitae").owes(2, "did you mean gitea")


# ---- convert ----

@in_folder
def writes_for_another_program():
    said = Run("convert", "app.ini", "--to", "grafana").owes(0, "smtp.corp.example", "user = git@corp.example", "PASSWORD")
    expect(said.err == "", "nothing else is said", said.err)
    Run("convert", "--from", "gitea", "--to", "msmtp", "app.ini", "--server", "b.example:465", "--security", "tls", "--from",
        "x@corp.example").owes(0, "host b.example", "port 465", "tls_starttls off", "x@corp.example")
    Run("convert", "--to", "msmtp", "--server", "a.example:465", "--user", "u@a.example").owes(
        0, "tls on", "tls_starttls off", "auth on", "port 465")
    Run("convert", "--to", "msmtp", "--server", "a.example").owes(0, "port 587", "tls_starttls on", "auth off")
    Run("convert", "--to", "grafana", "--server", "a.example:587", "--security", "starttls", "--user", "u", "--password", "env:MAIL_PASSWORD").owes(
        0, "MAIL_PASSWORD")


@in_folder
def a_password_goes_only_into_a_new_file_of_ones_own():
    Run("convert", "app.ini", "--to", "grafana", "--output", "g.ini", "--with-password").owes(0)
    text = pathlib.Path("g.ini")
    expect(stat.S_IMODE(text.stat().st_mode) == 0o600, "mode", oct(text.stat().st_mode))
    expect(SECRET in text.read_text(), "the password is there", text.read_text())
    Run("convert", "app.ini", "--to", "grafana", "--output", "g.ini").owes(2, "is there already", "--force")
    expect(SECRET in text.read_text(), "nothing was written", text.read_text())
    Run("convert", "app.ini", "--to", "grafana", "--output", "g.ini", "--force").owes(0)
    expect(SECRET not in text.read_text(), "without the password", text.read_text())
    Run("convert", "app.ini", "--to", "grafana", "--output", "h.ini", "--with-password", "--password-fd", "0",
        text=b"typed-in\n").owes(0)
    expect("typed-in" in pathlib.Path("h.ini").read_text(), "the one given", pathlib.Path("h.ini").read_text())
    pathlib.Path("link.ini").symlink_to("elsewhere")
    Run("convert", "app.ini", "--to", "grafana", "--output", "link.ini").owes(2, "is there already")
    for words in (["--with-password"], ["--force"]):
        Run("convert", "app.ini", "--to", "grafana", *words).owes(2, "goes with --output")
    Run("convert", "app.ini", "--to", "grafana", "--password", "hunter2").owes(2, "no place for the password itself")


@in_folder
def what_convert_lacks_is_asked_for():
    Run("convert", "app.ini").owes(2, "say by --to which program")
    Run("convert", "--to", "msmtp").owes(2, "give a FILE to read, or the settings by --server")
    Run("convert", "app.ini", "--to", "msmpt").owes(2, "did you mean msmtp")
    Run("convert", "app.ini", "--to", "msmtp", "--security", "ssh").owes(2, "--security 'ssh' is none of none, starttls, tls")
    Run("convert", "app.ini", "--to", "msmtp", "--server", "a:b:c").owes(2, "--server 'a:b:c' is no HOST")
    Run("convert", "app.ini", "--to", "msmtp", "--server", "smtp://anna:hunter2@a").owes(2, "--server '[hidden]' is no HOST")
    Run("convert", "app.ini", "other", "--to", "msmtp").owes(2, "'other' is one too many")
    Run("convert", "app.ini", "--to", "grafana", "--password", "keep").owes(2, "names no variable, command or file")


# ---- set ----

@in_folder
def shows_the_change_first():
    said = Run("set", "app.ini", "--server", "b.example", "--user", "new@corp.example", "--password-fd", "0", text=b"abcDEF1").owes(
        0, "Nothing is changed yet", "-SMTP_ADDR = smtp.corp.example +SMTP_ADDR = b.example", "-PASSWD = [hidden]",
        "+PASSWD = NEW-PASSWORD")
    expect("abcDEF1" not in said.out + said.err, "the new password", said.out)
    expect(said.out.startswith("--- app.ini\n+++ app.ini\n@@ -5 +5 @@\n"), "a unified diff", said.out)
    expect(pathlib.Path("app.ini").read_text() == GITEA and not copies(), "nothing changed", os.listdir())
    Run("set", "app.ini", "--server", "smtp.corp.example").owes(0, "Nothing to change")
    Run("set", "app.ini").owes(2, "what to change in it")
    Run("set", "--server", "b.example").owes(2, "give the FILE")


@in_folder
def changes_in_place_and_keeps_a_copy():
    os.chmod("app.ini", 0o640)
    pathlib.Path("link").symlink_to("app.ini")
    for number, host in enumerate(("b.example", "c.example", "d.example"), 1):
        before = pathlib.Path("app.ini").read_text()
        Run("set", "link", "--server", host, "--in-place").owes(0, "changed link", "as it was: ")
        expect(pathlib.Path("app.ini").read_text() == GITEA.replace("smtp.corp.example", host), "only the lines concerned")
        expect(len(copies()) == number and before in [c.read_text() for c in copies()], "a copy each", copies())
    expect(pathlib.Path("link").is_symlink(), "the link stays one")
    expect({stat.S_IMODE(p.stat().st_mode) for p in [pathlib.Path("app.ini"), *copies()]} == {0o640}, "modes")
    expect(not list(pathlib.Path().glob(".baton-*")), "nothing else is left", os.listdir())


@in_folder
def owner_and_access_list_stay():
    if os.geteuid() == 0:
        os.chown("app.ini", 12345, 12346)
    listed = False
    if shutil.which("setfacl"):
        listed = subprocess.run(["setfacl", "-m", "u:23456:r", "app.ini"], check=False, capture_output=True).returncode == 0
    before = os.stat("app.ini")
    acl = os.getxattr("app.ini", "system.posix_acl_access") if listed else None
    Run("set", "app.ini", "--server", "b.example", "--in-place").owes(0)
    for path in ("app.ini", copies()[0]):
        after = os.stat(path)
        expect((after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode), "owner and mode")
        expect(not listed or os.getxattr(path, "system.posix_acl_access") == acl, "access list")


@in_folder
def what_cannot_be_changed_stays_as_it_is():
    os.link("app.ini", "other")
    Run("set", "app.ini", "--server", "b.example", "--in-place").owes(2, "it has 2 names (hard links)")
    os.unlink("other")
    os.mkdir("shut")
    shutil.copy("app.ini", "shut/app.ini")
    os.chmod("shut", 0o555)
    Run("set", "shut/app.ini", "--server", "b.example", "--in-place", weak=True).owes(
        2, "nothing can be written into its folder; run this as somebody who may")
    os.chmod("shut", 0o755)
    expect(os.listdir("shut") == ["app.ini"] and not copies(), "nothing is left", os.listdir())
    expect(pathlib.Path("app.ini").read_text() == GITEA == pathlib.Path("shut/app.ini").read_text(), "as it was")


@in_folder
def a_password_that_all_can_read_is_told():
    os.chmod("app.ini", 0o644)
    Run("set", "app.ini", "--password-fd", "0", "--in-place", text=SECRET.encode() + b"2").owes(
        0, "unsafe everybody on this computer may read the password")
    expect(SECRET + "2" in pathlib.Path("app.ini").read_text(), "it is set", pathlib.Path("app.ini").read_text())


# ---- the rest ----

def lists_the_programs():
    said = Run("list").owes(0, "program", "gitea yes yes yes", "outlook no yes no")
    rows = Run("list", "--json").document(0)["programs"]
    expect(len(rows) == said.out.count("\n") - 1, "a line a program")
    expect({"program", "title", "reads", "writes", "changes", "ran", "file", "passwords"} == set(rows[0]), "keys", rows[0])
    Run("list", "more").owes(2, "one word too many")


def subcommands_are_told():
    Run().owes(2, "say first which: show, convert, set, list")
    Run("shwo").owes(2, "there is no 'shwo', did you mean show")
    Run("show", "--jsn").owes(2, "there is no option --jsn, did you mean --json", "See: baton help settings show")
    done = subprocess.run([BATON, "help", "settings", "set"], capture_output=True, check=True)
    expect(done.stdout.startswith(b"baton settings set [OPTIONS] FILE"), "help of one", done.stdout[:80])


def bash_completes_subcommands_and_their_options():
    script = ('source <("$0" completion bash); try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _baton; '
              'echo "${COMPREPLY[*]}"; }; try baton settings s; try baton settings set --in; try baton settings show --j; '
              "try baton set")
    done = subprocess.run(["bash", "-c", script, BATON], capture_output=True, check=True)
    expect(done.stdout.decode().splitlines() == ["show set", "--in-place", "--json", "settings"], "completions", done.stdout)


if __name__ == "__main__":
    main([shows_what_would_be_sent, shows_mistakes_with_their_places, remedies_are_in_the_words_of_the_program,
          a_switch_of_the_login_is_no_password, mistakes_are_not_carried_over_without_a_word,
          only_what_the_file_speaks_of_is_missing, reads_standard_input,
          notes_octets_that_some_programs_mind,
          what_is_no_settings_file_gets_its_sentence, a_path_with_a_line_end_is_read, what_is_far_too_long_is_not_read,
          a_file_of_somebody_else_is_not_read, a_file_of_nobody_is_told, writes_for_another_program,
          a_password_goes_only_into_a_new_file_of_ones_own, what_convert_lacks_is_asked_for, shows_the_change_first,
          changes_in_place_and_keeps_a_copy, owner_and_access_list_stay, what_cannot_be_changed_stays_as_it_is,
          a_password_that_all_can_read_is_told, lists_the_programs, subcommands_are_told,
          bash_completes_subcommands_and_their_options])
