#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Nodemailer, GitLab, Gitea and Grafana with settings that Baton wrote, and as Baton reads what users write.

The last three are not in Debian. gitlab.rb is evaluated by Ruby and handed to ActionMailer as GitLab's template does it;
the ini files of the others are read by go-ini, which they read theirs with, and sent with by Go's net/smtp.

usage: settings_apps.py BATON [WORD...]      ./run real settings_apps [WORD...]
"""
import base64
import itertools
import json
import os
import pathlib
import random
import subprocess

import settings_kit as lab

SECURITY = ("starttls", "tls", "none")
serial = itertools.count(1)
HERE = pathlib.Path(__file__).resolve().parent


def run(*words, env=None):
    done = subprocess.run(words, capture_output=True, check=False, timeout=200,
                          env={"PATH": os.environ["PATH"], "HOME": str(lab.PLACE), "LC_ALL": "C.UTF-8", **(env or {})})
    return done.stdout, done.stderr.decode(errors="replace")


def place():
    where = lab.PLACE / f"apps-{next(serial)}"
    where.mkdir()
    return where


def everybody(securities=SECURITY):
    """Each hostile password, the kinds of encryption in turn, and none of a login."""
    for name, security in zip(lab.HOSTILE, itertools.cycle(securities)):
        yield name, lab.wanted(security, name)
    for security in SECURITY:
        yield f"open-{security}", lab.wanted(security)


def write_all(program, suffix, refused=(), ignore=(), securities=SECURITY, to_is_said=False):
    """[(name, settings, to, path)] of all that Baton writes; those that it refuses are `refused` and no others."""
    where, sent, no = place(), [], []
    for name, settings in everybody(securities):
        to, path = lab.fresh(program), where / f"{name}{suffix}"
        try:
            path.write_bytes(lab.baton_write(program, **settings, **({"to": to} if to_is_said else {})))
        except lab.Refused:
            no.append(name)
            continue
        lab.reads_back(program, path, settings, ignore)
        sent.append((name, settings, to, path))
    assert no == list(refused), f"{program} refused {no}"
    return sent


def all_arrive(sent, errors):
    for name, settings, to, _ in sent:
        mail = lab.arrived(to)
        assert mail, f"{name}: not accepted\n{errors[-1500:]}\n{lab.log()[-800:]}"
        lab.matches(mail, settings)


# ---- Nodemailer ----

# Without an interface but lo it takes no address for usable; this says that it does not know.
NODE = """
require('nodemailer/lib/shared').networkInterfaces = null;
process.on('unhandledRejection', (e) => console.error(String(e)));
for (const file of process.argv.slice(1)) try { require(file); } catch (e) { console.error(file, String(e)); }
"""


def node(*files, env=None):
    return run("node", "-e", NODE, *map(str, files),
               env={"NODE_PATH": "/usr/share/nodejs", "NODE_EXTRA_CA_CERTS": str(lab.CA), **(env or {})})


def nodemailer_sends_what_was_written():
    sent = write_all("nodemailer", ".js", refused=["latin"], to_is_said=True)
    _, errors = node(*(path for _, _, _, path in sent))
    all_arrive(sent, errors)


def nodemailer_is_told_where_the_password_is():
    where = place()
    (where / "secret").write_bytes(lab.octets(lab.HOSTILE["all"]) + b"\n")
    for secret, text in (("environment", "MAIL_SECRET"), ("file", str(where / "secret"))):
        to, settings = lab.fresh("nodemailer"), lab.wanted("tls", "all", secret=secret, secret_text=text)
        path = where / f"{secret}.js"
        path.write_bytes(lab.baton_write("nodemailer", **settings, to=to))
        lab.reads_back("nodemailer", path, settings)
        _, errors = node(path, env={"MAIL_SECRET": lab.HOSTILE["all"]})
        all_arrive([(secret, settings, to, path)], errors)


LOGIN = "auth: { user: 'plain@kit.example', pass: 'tulip-Mania-1637' }"
# Options as users write them: what Nodemailer makes of them is compared with what Baton says.
OPTIONS = {
    "usual": "{ host: 'mail.kit.example', port: 587, secure: false, %s }" % LOGIN,
    "port-alone": "{ host: 'mail.kit.example', port: 465, %s }" % LOGIN,
    "port-in-quotes": "{ host: 'mail.kit.example', port: '465', %s }" % LOGIN,
    "secure-alone": "{ host: 'mail.kit.example', secure: true, %s }" % LOGIN,
    "no-port": "{ host: `mail.kit.example`, %s, }" % LOGIN,
    "port-of-text": "{ host: 'mail.kit.example', port: 'smtp', %s }" % LOGIN,
    "no-host": "{ port: 25 }",
    "false-in-quotes": "{ host: 'mail.kit.example', port: 465, secure: 'false', %s }" % LOGIN,
    "null": "{ host: 'mail.kit.example', port: 465, secure: null, %s }" % LOGIN,
    "secure-465": "{ host: 'mail.kit.example', port: 465, secure: false, %s }" % LOGIN,
    "ignores": "{ host: 'mail.kit.example', port: 25, ignoreTLS: 1, %s }" % LOGIN,
    "requires": "{ host: 'mail.kit.example', port: 0x24b, requireTLS: !0, %s }" % LOGIN,
    "variables": "{ host: process.env.KIT_HOST, port: Number(process.env['KIT_PORT'] || 25), secure: process.env.KIT_TLS === 'true', %s }" % LOGIN,
    "or-else": "{ host: process.env.NOT_THERE || 'mail.kit.example', port: +(process.env.NOT_THERE ?? '587'), %s }" % LOGIN,
    "parse": "{ host: 'mail' + '.kit.example', port: parseInt('587 or so', 10), %s }" % LOGIN,
    "ternary": "{ host: 'mail.kit.example', port: process.env.KIT_TLS ? 465 : 587, secure: Boolean(process.env.KIT_TLS), %s }" % LOGIN,
    "escapes": r"{ host: 'm\x61il.kit.exam\u0070le', port: 587, auth: { user: 'pl\u{61}in@kit.example', 'pass': \"tulip-\Mania\" + '-1637' } }".replace('\\"', '"'),
    "octets": r"""{ host: "mail.kit.example", port: 587, auth: { user: `x\`$y`, pass: '\'"\\\n\t\0\xe9\u20ac\ud83d\ude00\
z' } }""",
    "template": "{ host: `mail.${'kit' + `.example`}`, port: 587, auth: { user: `${process.env.KIT_HOST}`, pass: 'x' } }",
    "method": "{ host: 'mail.kit.example', port: 587, authMethod: 'login', %s }" % LOGIN,
    "any-certificate": "{ host: 'stranger.kit.example', port: 587, tls: { rejectUnauthorized: false }, %s }" % LOGIN,
    "any-in-quotes": "{ host: 'stranger.kit.example', port: 587, tls: { rejectUnauthorized: 'false' }, %s }" % LOGIN,
    "service": "{ service: 'Out-look 365', host: 'mail.kit.example', port: 25, secure: true, %s }" % LOGIN,
    "service-address": "{ service: 'me@googlemail.com', %s }" % LOGIN,
    "service-of-nobody": "{ service: 'smtp', host: 'mail.kit.example', %s }" % LOGIN,
    "service-without-secure": "{ service: 'Bluewin', %s }" % LOGIN,
    "url": "'smtps://plain%40kit.example:tulip-Mania%2D1637@mail.kit.example'",
    "url-options": "'smtp://u:p%3A%40@mail.kit.example:2525/?ignoreTLS=true&tls.rejectUnauthorized=false'",
    "url-inside": "{ url: 'smtp://mail.kit.example', host: 'other.kit.example', secure: true }",
    "twice": "{ host: 'other', host: 'mail.kit.example', port: 587 }",
    "beside": "{ host: 'mail.kit.example', port: 587, user: 'u', pass: 'p' }",
}
# What a transport is set to once it is made, in Baton's words.
MADE = """
const made = require('nodemailer').createTransport;
require('nodemailer').createTransport = (options, defaults) => {
  const t = made(options, defaults).transporter, o = t.options, a = t.getAuth({});
  const C = require('nodemailer/lib/smtp-connection'), c = new C(o);
  console.log(JSON.stringify({ host: c.host, port: c.port,
    security: c.secureConnection ? 'tls' : o.ignoreTLS ? 'none' : 'starttls', user: (a && a.user) || '',
    pass: Buffer.from((a && a.credentials && a.credentials.pass) || '').toString('hex'), login: !!a,
    unverified: !!o.tls && o.tls.rejectUnauthorized === false }));
};
for (const file of process.argv.slice(1)) require(file);
"""
KIT_ENV = {"KIT_HOST": lab.HOST, "KIT_PORT": "465", "KIT_TLS": "true"}


def nodemailer_does_what_baton_reads():
    where, files = place(), []
    for name, options in OPTIONS.items():
        files.append(where / f"{name}.js")
        files[-1].write_text(f"const nodemailer = require('nodemailer');\nconst options = {options};\n"
                             f"/* '{{ */ const t = nodemailer.createTransport(options);\n"
                             if len(files) % 2 else f"require('nodemailer').createTransport({options}); // it's\n")
    said, errors = run("node", "-e", MADE, *map(str, files), env={"NODE_PATH": "/usr/share/nodejs", **KIT_ENV})
    lines = said.splitlines()
    assert len(lines) == len(files), errors
    for path, line in zip(files, lines):
        made = json.loads(line)
        read = lab.baton_read("nodemailer", path, env=os.environ | KIT_ENV)
        got = {"host": read["host"], "port": read["port"], "security": read["security"], "user": read["user"],
               "pass": read["secret_text"].hex(), "login": bool(read["mechanism"]), "unverified": read["unverified"]}
        assert got == made, f"{path.name}: Baton reads {got}, and Nodemailer makes {made}"


# ---- GitLab ----

RUBY = r"""
require 'action_mailer'
require 'mail'
# Ruby 3 tries STARTTLS even where it is switched off; GitLab mends that.
module Plain
  def build_smtp_session
    super.tap { |smtp| smtp.disable_starttls if settings[:enable_starttls_auto] == false && !settings[:tls] && !settings[:ssl] }
  end
end
Mail::SMTP.prepend(Plain)
class Test < ActionMailer::Base
  def one(from, to) = mail(from: from, to: to, subject: 'Test', body: 'Test')
end
KEYS = %w[address port user_name password domain enable_starttls_auto tls ssl openssl_verify_mode ca_path ca_file]
class Rb
  def gitlab_rails = @gitlab_rails ||= {}
  def external_url(*) = nil
end
ARGV.each_slice(2) do |to, file|
  box = Rb.new
  box.instance_eval(File.read(file, encoding: 'UTF-8'), file)
  rails = box.gitlab_rails
  settings = KEYS.to_h { |key| [key.to_sym, rails["smtp_#{key}"]] }.compact
  settings[:authentication] = rails['smtp_authentication'].to_s.to_sym unless rails['smtp_authentication'].nil?
  settings = eval(settings.inspect)
  if to == '-'
    puts(settings.merge(from: rails['gitlab_email_from']).transform_values { |v| v.to_s.unpack1('H*') }.map { |k, v| "#{k}=#{v}" }.join(' '))
    next
  end
  ActionMailer::Base.delivery_method = :smtp
  ActionMailer::Base.smtp_settings = settings
  Test.one(rails['gitlab_email_from'], to).deliver_now
rescue StandardError => e
  warn "#{file}: #{e.class} #{e.message}"
  puts '' if to == '-'
end
"""


def ruby(pairs, env=None):
    return run("ruby", "-e", RUBY, "--", *(str(word) for pair in pairs for word in pair), env=env)


def gitlab_sends_what_was_written():
    sent = write_all("gitlab", ".rb", ignore=["mechanism"])
    _, errors = ruby((to, path) for _, _, to, path in sent)
    all_arrive(sent, errors)


def gitlab_is_told_where_the_password_is():
    where = place()
    (where / "secret").write_bytes(lab.octets(lab.HOSTILE["all"]) + b"\n")
    for secret, text in (("environment", "MAIL_SECRET"), ("file", str(where / "secret"))):
        to, settings = lab.fresh("gitlab"), lab.wanted("tls", "all", secret=secret, secret_text=text)
        path = where / f"{secret}.rb"
        path.write_bytes(lab.baton_write("gitlab", **settings))
        lab.reads_back("gitlab", path, settings, ["mechanism"])
        _, errors = ruby([(to, path)], env={"MAIL_SECRET": lab.HOSTILE["all"]})
        all_arrive([(secret, settings, to, path)], errors)


VALUES = [r"'a\'b\\c\d\n'", r'"a\"b\\c\d\n\t\s\e\0\x41\101\u00e9\u{1F600}#"', "%q(a(b)c'\\)d)", "%Q[a#{ENV['KIT_HOST']}b]",
          "%(x) 'y' \"z\"", "'a' + \"b\"", "ENV['KIT_HOST']", "ENV.fetch('NOT_THERE', 'else')", "ENV['NOT_THERE'] || %q{or}",
          ":symbol", "587", "true", "nil", "'#{x}'", "\"#\\{x}\"", "'two\nlines' # and a comment", "%q!a'b!; x = 1",
          "\"it's # no comment\"", "'a'\\\n  'b'", "\"a\\\nb\"", "''"]


def gitlab_reads_as_ruby_does():
    where, files = place(), []
    for number, value in enumerate(VALUES):
        files.append(where / f"{number}.rb")
        files[-1].write_text(f"=begin\nit's\n=end\ngitlab_rails['x'] = <<-'EOS'\n  gitlab_rails['smtp_password'] = 'no'\n  EOS\n"
                             f"gitlab_rails['smtp_user_name'] = 'u'\ngitlab_rails['smtp_password'] = {value}\n"
                             "gitlab_rails[\"gitlab_email_from\"] = %q(a@kit.example)\n")
    said, errors = ruby((("-", path) for path in files), env=KIT_ENV)
    lines = said.decode().splitlines()
    assert len(lines) == len(files), errors
    for path, line in zip(files, lines):
        made = dict(word.split("=", 1) for word in line.split())
        read = lab.baton_read("gitlab", path, env=os.environ | KIT_ENV)
        want = bytes.fromhex(made.get("password", ""))
        got = lab.HOST.encode() if read["secret"] == "environment" else read["secret_text"]
        assert got == want, f"{path.read_text()}\nBaton reads {got!r}, and Ruby {want!r}"
        assert read["from"].encode().hex() == made["from"], path.read_text()


# ---- Gitea and Grafana ----

GO = []


def go(*words, env=None):
    if not GO:
        program = lab.PLACE / "settings_apps"
        _, errors = run("go", "build", "-o", str(program), str(HERE / "settings_apps.go"),
                        env={"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(lab.PLACE / "go"), "GOFLAGS": ""})
        assert program.exists(), errors
        GO.append(program)
    return run(str(GO[0]), *map(str, words), env=env)


def ini_sends_what_was_written(program, refused):
    sent = write_all(program, ".ini", refused=refused, securities=("starttls", "tls"))
    _, errors = go(program, "send", *(word for _, _, to, path in sent for word in (to, path)))
    all_arrive(sent, errors)
    try:
        lab.baton_write(program, **lab.wanted("none", "plain"))
    except lab.Refused as why:
        assert "TLS" in str(why), why
    else:
        raise AssertionError("a login in clear was written")


def gitea_sends_what_was_written():
    ini_sends_what_was_written("gitea", [])


def grafana_sends_what_was_written():
    ini_sends_what_was_written("grafana", ["braces", "unknown", "all"])


def grafana_is_told_where_the_password_is():
    where, who = place(), "all"
    (where / "secret").write_bytes(lab.octets(lab.HOSTILE[who]) + b"\n")
    for secret, text in (("environment", "MAIL_SECRET"), ("file", str(where / "secret"))):
        to, settings = lab.fresh("grafana"), lab.wanted("tls", who, secret=secret, secret_text=text)
        path = where / f"{secret}.ini"
        path.write_bytes(lab.baton_write("grafana", **settings))
        lab.reads_back("grafana", path, settings)
        _, errors = go("grafana", "send", to, path, env={"MAIL_SECRET": lab.HOSTILE[who]})
        all_arrive([(secret, settings, to, path)], errors)


def ini_cannot_hold():
    """What the writers refuse, these programs cannot carry: another key, or nothing, comes in its place."""
    where = place()
    for program, text in (("gitea", "[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.kit.example\nUSER = plain@kit.example\n"
                                    "FROM = anna@kit.example\nPASSWD = `x%(USER)sy`\n"),
                          ("grafana", "[smtp]\nenabled = true\nhost = mail.kit.example:465\nuser = braces@kit.example\n"
                                      "from_address = anna@kit.example\npassword = `a${HOME}b`\n")):
        path, to = where / f"{program}.ini", lab.fresh(program)
        path.write_text(text)
        go(program, "send", to, path)
        assert not lab.arrived(to), program
    assert b"xplain@kit.exampley" in lab.tried("plain@kit.example")
    assert str(lab.PLACE).join("ab").encode() in lab.tried("braces@kit.example")


PIECES = ["a", " ", "=", ":", "#", ";", "`", '"', '"""', "'", "\\", "\n", "\n", "\n", "[", "]", "[mailer]", "[smtp]", ".", "x=", "b = ",
          "%(a)s", "\t", "é", "\u00a0", "\u3000", "\r\n", "-", "\ufeff"]


def ini_is_read_as_go_ini_does():
    """Texts of odd pieces: the same keys and values, or broken to both."""
    rng, where = random.Random(6), place()
    for program in ("gitea", "grafana"):
        files = []
        for number in range(250):
            files.append(where / f"{program}-{number}.ini")
            body = "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 30)))
            files[-1].write_bytes((body if number % 2 else "[s]\nk = " + body).encode())
        said, errors = go(program, "read", *files)
        lines = said.splitlines()
        assert len(lines) == len(files), errors
        for path, line in zip(files, lines):
            wanted = json.loads(line)
            got = keys_of(program, path)
            want = wanted and {key: base64.b64decode(value) for key, value in wanted.items()}
            assert got == want, f"{path.read_bytes()!r}: Baton reads {got}, and go-ini {want}"


def keys_of(program, path):
    try:
        read = lab.baton_read(program, path)
    except lab.Refused:
        return None
    return {f"{item['section']}\n{item['key']}": item["value"].encode() for item in read["items"]}


CASES = [nodemailer_sends_what_was_written, nodemailer_is_told_where_the_password_is, nodemailer_does_what_baton_reads,
         gitlab_sends_what_was_written, gitlab_is_told_where_the_password_is, gitlab_reads_as_ruby_does,
         gitea_sends_what_was_written, grafana_sends_what_was_written, grafana_is_told_where_the_password_is, ini_cannot_hold,
         ini_is_read_as_go_ini_does]

if __name__ == "__main__":
    lab.main(CASES)
