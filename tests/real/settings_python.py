#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Python's smtplib from a .env, Django's settings.py, an environment by docker-compose, with settings that Baton wrote;
and what Baton reads of files that users write against what the programs themselves read.

usage: settings_python.py BATON [WORD...]      ./run real settings_python [WORD...]
"""
import json
import os
import random
import subprocess
import tempfile

import settings_kit as lab

PYTHON = "/usr/bin/python3"  # the one that Debian's libraries belong to
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "SET": "from the shell"}


def run(place, *words, env=None, stdin=b""):
    done = subprocess.run(words, cwd=place, input=stdin, capture_output=True, timeout=120, check=False, env=ENV | (env or {}))
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def right(place, *words, env=None, stdin=b""):
    code, out, err = run(place, *words, env=env, stdin=stdin)
    assert code == 0, f"{words} ended with {code}: {err[-1500:]}"
    return out


def folder():
    return tempfile.TemporaryDirectory(dir=lab.PLACE)


def put(place, name, text):
    path = os.path.join(place, name)
    with open(path, "wb") as file:
        file.write(lab.octets(text))
    return path


def logins():
    """Every hostile password by STARTTLS, the worst of them the other ways too, and no login."""
    for who in lab.HOSTILE:
        yield "starttls", who
    for security in ("none", "tls"):
        yield security, "all"
    for security in lab.PORTS:
        yield security, None


# ---- smtplib from .env ----

def send_env(place, text, env=None):
    put(place, ".env", text)
    right(place, "sh", "-c", "sed -n 's/^#| \\{0,1\\}//p' .env > send.py")
    right(place, PYTHON, "send.py", env=env)


def python_written():
    """What was written sends, and is read back as it was."""
    with folder() as place:
        for security, who in logins():
            settings = lab.wanted(security, who, to=lab.fresh("python"))
            try:
                text = lab.baton_write("python", **settings)
            except lab.Refused as why:
                assert who == "latin" and "UTF-8" in str(why), (who, why)
                continue
            send_env(place, text)
            lab.matches(lab.accepted(settings["to"]), settings)
            lab.reads_back("python", place + "/.env", settings)


def python_secrets():
    """The password from the environment, a file, a command."""
    with folder() as place:
        put(place, "secret", lab.HOSTILE["all"] + "\n")
        for kind, text in (("environment", "MY_SECRET"), ("file", place + "/secret"), ("command", f"cat {place}/secret")):
            settings = lab.wanted("starttls", "all", to=lab.fresh("python"), secret=kind, secret_text=text)
            send_env(place, lab.baton_write("python", **settings), {"MY_SECRET": lab.HOSTILE["all"]})
            lab.matches(lab.accepted(settings["to"]), settings)
            lab.reads_back("python", place + "/.env", settings)


def python_changed():
    """A file of a user's own, changed in place, is taken by the server."""
    with folder() as place:
        settings = lab.wanted("starttls", "all", to=lab.fresh("python"))
        text = lab.baton_write("python", **lab.wanted("tls", "plain", to=settings["to"], host="old.example.org"))
        path = put(place, ".env", text)
        changed = lab.baton_change("python", path, **settings)
        send = changed[path].replace("smtplib.SMTP_SSL(**where, context=context)", "smtplib.SMTP(**where)")
        send = send.replace("as server:\n", "as server:\n#|     server.starttls(context=context)\n")
        send_env(place, send)
        lab.matches(lab.accepted(settings["to"]), settings)


ATOMS = ["a", "pa", "x y", " ", '"', "'", "\\", "\\n", "\\\"", "\\'", "$", "${", "}", "$SET", "${SET}", "${SET:-d}", "${NO:-d e}", "$NO",
         "${NO}", ":-", "#", " #", " # c", "=", "%40", "é", "\n", "\r\n", "`", "!", ":", "@", "/", "export ", "$$", "~"]


def texts(count, seed, atoms):
    chosen = random.Random(seed)
    for _ in range(count):
        value = "".join(chosen.choice(atoms) for _ in range(chosen.randint(1, 6)))
        quote = chosen.choice(["", "", '"', "'"])
        yield f"SMTP_HOST=h\nSMTP_USER{chosen.choice(['=', '=', ' = '])}{quote}{value}{quote}{chosen.choice(['', ' # c'])}\nSMTP_PORT=25\n"


DOTENV = """
import io, json, sys, logging
logging.disable(50)
import dotenv
print(json.dumps([dotenv.dotenv_values(stream=io.StringIO(t, newline=None)) for t in json.load(sys.stdin)]))
"""


def python_dotenv_agrees():
    """Files as nobody would write them: the user is what python-dotenv makes of it."""
    with folder() as place:
        cases = list(texts(150, 1, ATOMS))
        theirs = json.loads(right(place, PYTHON, "-c", DOTENV, stdin=json.dumps(cases).encode()))
        for text, values in zip(cases, theirs):
            got = lab.baton_read("python", put(place, ".env", text), env=ENV)
            assert got["user"] == (values.get("SMTP_USER") or ""), f"{text!r}: read as {got['user']!r}, not {values.get('SMTP_USER')!r}"


# ---- Django ----

DJANGO = """
import sys, django
django.setup()
from django.core.mail import send_mail, utils
utils.DNS_NAME._fqdn = "pc.example"  # or it asks for the name of this machine, and waits
send_mail("an order", "words", None, [sys.argv[1]])
"""


def send_django(place, text, to, env=None):
    put(place, "settings.py", text + b'SECRET_KEY = "x"\n')
    return run(place, PYTHON, "-B", "-c", DJANGO, to, env={"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": "."} | (env or {}))


def django_written():
    with folder() as place:
        for security, who in logins():
            to, settings = lab.fresh("django"), lab.wanted(security, who)
            try:
                text = lab.baton_write("django", **settings)
            except lab.Refused as why:
                assert who in ("latin", "accent", "all"), (who, why)
                continue
            code, _, err = send_django(place, text, to)
            assert code == 0, f"{who}: {err[-900:]}"
            lab.matches(lab.accepted(to), settings)
            lab.reads_back("django", place + "/settings.py", settings)


def django_secrets():
    who = "quotes"
    with folder() as place:
        put(place, "secret", lab.HOSTILE[who] + "\n")
        for kind, text in (("environment", "MY_SECRET"), ("file", place + "/secret"), ("command", f"cat {place}/secret")):
            to, settings = lab.fresh("django"), lab.wanted("starttls", who, secret=kind, secret_text=text)
            code, _, err = send_django(place, lab.baton_write("django", **settings), to, {"MY_SECRET": lab.HOSTILE[who]})
            assert code == 0, err[-900:]
            lab.matches(lab.accepted(to), settings)
            lab.reads_back("django", place + "/settings.py", settings)


def django_cannot_say_an_accent():
    """The sentence with which the writer refuses is true."""
    with folder() as place:
        settings = lab.wanted("starttls", "plain")
        text = lab.baton_write("django", **settings).replace(b"tulip-Mania-1637", "tulip-Mänia".encode())
        code, _, err = send_django(place, text, lab.fresh("django"))
        assert code != 0 and "UnicodeEncodeError" in err, err[-500:]
        got = lab.baton_read("django", place + "/settings.py")
        assert "secret-odd" in [m["id"] for m in got["mistakes"]]


DJANGO_TEXTS = {
    "defaults": "",
    "a text for False": 'EMAIL_HOST = "h"\nEMAIL_USE_TLS = "False"\nEMAIL_HOST_USER = r"a\\n"\n',
    "from the environment": "import os\nEMAIL_HOST = os.environ.get('SET')\nEMAIL_PORT = int(os.getenv('NO', '587'))\n"
                            "EMAIL_USE_SSL = os.environ.get('NO', 'True') == 'True'\nEMAIL_HOST_USER = os.environ['SET']\n",
    "joined": "EMAIL_HOST = ('mail.'\n  'example.org')  # a comment\nEMAIL_HOST_USER = 'it\\'s \\x41\\u00e9\\101' \"\"\"\nb\"\"\"\n",
    "another name": "USER = u'anna'\nEMAIL_HOST_USER = USER\nEMAIL_USE_TLS = not_here = 1\n".replace(" = not_here", ""),
    "twice": "EMAIL_HOST = 'a'\nEMAIL_HOST = 'b'\nEMAIL_PORT: int = 2_5\n".replace("2_5", "26"),
    "a docstring": '"""\nEMAIL_HOST = "no"\n"""\nX = {\n"EMAIL_HOST": "no"}\nEMAIL_HOST = "yes"\n',
}
SHOW = """
import json
from django.conf import settings as s
print(json.dumps([s.EMAIL_HOST, int(s.EMAIL_PORT), "tls" if s.EMAIL_USE_SSL else "starttls" if s.EMAIL_USE_TLS else "none",
                  s.EMAIL_HOST_USER, s.DEFAULT_FROM_EMAIL]))
"""


def django_agrees():
    with folder() as place:
        for about, text in DJANGO_TEXTS.items():
            put(place, "settings.py", text + 'SECRET_KEY = "x"\n')
            theirs = json.loads(right(place, PYTHON, "-B", "-c", SHOW, env={"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": "."}))
            got = lab.baton_read("django", place + "/settings.py", env=ENV)
            assert [got[key] for key in ("host", "port", "security", "user", "from")] == theirs, (about, got, theirs)


# ---- Docker Compose ----

TO_JSON = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"


def config(place, text, env=None):
    """The services as docker-compose would start them; None: it refuses the file."""
    put(place, "docker-compose.yml", text)
    code, out, err = run(place, "docker-compose", "--file", "docker-compose.yml", "config", env=env)
    if code:
        return None, err
    document = json.loads(right(place, PYTHON, "-c", TO_JSON, stdin=out))
    return {name: {key: str(value).replace("$$", "$") for key, value in (service.get("environment") or {}).items() if value is not None}
            for name, service in document["services"].items()}, err


SENDER = """
import base64, os, smtplib, ssl
from email.message import EmailMessage
env = os.environ.get
m = EmailMessage()
m["From"], m["To"], m["Subject"] = env("SMTP_FROM"), env("SMTP_TO"), "an order"
m.set_content("words")
context = ssl.create_default_context()
tls = env("SMTP_SECURITY") == "tls"
with (smtplib.SMTP_SSL(env("SMTP_HOST"), int(env("SMTP_PORT")), context=context) if tls else
      smtplib.SMTP(env("SMTP_HOST"), int(env("SMTP_PORT")))) as s:
    if env("SMTP_SECURITY") == "starttls":
        s.starttls(context=context)
    s.ehlo()
    if env("SMTP_USER"):
        token = base64.b64encode(b"\\0" + os.environb[b"SMTP_USER"] + b"\\0" + os.environb[b"SMTP_PASSWORD"]).decode()
        code, words = s.docmd("AUTH", "PLAIN " + token)
        assert code == 235, words
    s.send_message(m, from_addr=env("SMTP_FROM"))
"""


def compose_written():
    """Every service of one file, with the environment that docker-compose gives it, sends."""
    services, wanted = {}, {}
    with folder() as place:
        for security, who in logins():
            name, settings = f"{security}-{who}", lab.wanted(security, who, to=lab.fresh("compose"))
            try:
                text = lab.baton_write("compose", **settings)
            except lab.Refused as why:
                assert who == "latin" and "UTF-8" in str(why), (who, why)
                continue
            lab.reads_back("compose", put(place, "compose.yaml", text), settings)
            services[name] = text.decode().split("services:\n", 1)[1].replace("  app:", f"  {name}:", 1)
            wanted[name] = settings
        got, err = config(place, "version: '3.8'\nservices:\n" + "".join(services.values()))
        assert got, err
        for name, settings in wanted.items():
            right(place, PYTHON, "-c", SENDER, env=got[name])
            lab.matches(lab.accepted(settings["to"]), settings)


VALUES = ["a", "b", "x y", " ", '"', "'", "\\", "$$", "$$x", "$SET", "${SET}", "${SET:-d}", "${NO:-d e}", "$NO", "${NO}", "${FILE}", "$FILE",
          "${EMPTY-x}", "${EMPTY:-x}", "#", " #c", " # c", "=", "é", ":", "@", "!", "*", "0123", "12", "yes", "null", "0x1f", "1_0", "%", "~"]


COMPOSE = """
import json, logging, sys
logging.disable(50)
from compose.config import config
from compose.config.environment import Environment
environment, told = Environment.from_env_file("."), []
environment.silent = True
for text in json.load(sys.stdin):
    open("docker-compose.yml", "w").write(text)
    try:
        services = config.load(config.find(".", ["docker-compose.yml"], environment)).services
        told.append({k: v for k, v in (services[0].get("environment") or {}).items() if v is not None})
    except Exception:
        told.append(None)
print(json.dumps(told))
"""


def compose_agrees():
    """The user of many services, as docker-compose's own reader sets it. Files that it refuses are left out: version 2,
    whose way Baton goes, takes some of them."""
    chosen, files = random.Random(3), []
    with folder() as place:
        put(place, ".env", "FILE='a b$c'\nEMPTY=\n")
        for _ in range(120):
            value = "".join(chosen.choice(VALUES) for _ in range(chosen.randint(1, 4)))
            value = chosen.choice([value, "'" + value.replace("'", "''") + "'", '"' + value.replace("\\", "").replace('"', "") + '"'])
            pair = f"- SMTP_USER={value}" if value[0] not in "'\"" else f"- {value[0]}SMTP_USER={value[1:]}"
            lines = chosen.choice([f"SMTP_HOST: h\n      SMTP_USER: {value}", f"- SMTP_HOST=h\n      {pair}"])
            files.append(f"version: '3.8'\nservices:\n  app:\n    image: x\n    environment:\n      {lines}\n")
        told = json.loads(right(place, PYTHON, "-c", COMPOSE, stdin=json.dumps(files).encode()))
        taken = [(text, values) for text, values in zip(files, told) if values is not None]
        assert len(taken) > 60, f"docker-compose takes only {len(taken)}"
        for text, values in taken:
            read = lab.baton_read("compose", put(place, "compose.yaml", text), env=ENV)
            user = str(values.get("SMTP_USER", ""))
            assert read["user"] == user, f"{text}: read as {read['user']!r}, not {user!r}"


CASES = [python_written, python_secrets, python_changed, python_dotenv_agrees, django_written, django_secrets,
         django_cannot_say_an_accent, django_agrees, compose_written, compose_agrees]

if __name__ == "__main__":
    lab.main(CASES)
