# SPDX-License-Identifier: ISC
"""A DKIM signer that signs whatever it is told to, written apart from the C code; Debian's verifiers and signers; and
the cases of src/mailauth/dkim_cases.inc, read when the preprocessor is done with them."""
import base64
import contextlib
import hashlib
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys

import spf_kit

DEBIAN = pathlib.Path("/usr/lib/python3/dist-packages")  # where Debian's own python3 has its modules
sys.path.append(str(DEBIAN))


def dkimpy():
    """dkimpy's module has the name that a test beside this file has."""
    if "dkim" not in sys.modules:
        spec = importlib.util.spec_from_file_location("dkim", DEBIAN / "dkim/__init__.py",
                                                      submodule_search_locations=[str(DEBIAN / "dkim")])
        sys.modules["dkim"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["dkim"])
    return sys.modules["dkim"]


NOW = 1700000000
SECONDS_S = 20


def run(*argv, **options):
    return subprocess.run([str(a) for a in argv], check=True, capture_output=True, **options).stdout


def in_2023(*argv, **options):
    """What a program of somebody else prints at NOW. faketime may hang or take it down, if seldom: then it is run anew.
    None: it never printed anything."""
    for _ in range(4):
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(["faketime", "-f", "@2023-11-14 22:13:20", *(str(a) for a in argv)], check=False,
                                  capture_output=True, timeout=SECONDS_S, env=utc(), **options)
            if done.stdout:
                return done.stdout
    return None


# ---------------------------------------------------------------------------------------------------------------
# Keys: PEM for the programs, numbers for the signer here
class Key:
    def __init__(self, place, name, *how):
        self.pem, self.name = place / f"{name}.pem", name
        run("openssl", "genpkey", "-quiet", *how, "-out", self.pem)
        self.info = run("openssl", "pkey", "-in", self.pem, "-pubout", "-outform", "DER")
        self.ed25519 = name == "ed25519"
        if self.ed25519:
            self.seed = run("openssl", "pkey", "-in", self.pem, "-outform", "DER")[-32:]
            self.bare = self.info[-32:]
        else:
            text = run("openssl", "rsa", "-in", self.pem, "-noout", "-text").decode()
            self.n, self.d = (int(re.sub(r"[\s:]", "", re.search(what + r":\n((?: +[0-9a-f:]+\n)+)", text)[1]), 16)
                              for what in ("modulus", "privateExponent"))
            self.bare = run("openssl", "rsa", "-in", self.pem, "-RSAPublicKey_out", "-outform", "DER")

    def public(self, bare=False):
        return base64.b64encode(self.bare if bare else self.info)

    def sign(self, data):
        digest = hashlib.sha256(data).digest()
        if self.ed25519:
            import nacl.signing
            return nacl.signing.SigningKey(self.seed).sign(digest).signature
        octets = (self.n.bit_length() + 7) // 8
        info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
        padded = b"\0\1" + b"\xff" * (octets - len(info) - 3) + b"\0" + info
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(octets, "big")


def keys(place):
    rsa = ("-algorithm", "RSA", "-pkeyopt")
    return {"SIGNER_RSA": Key(place, "rsa2048", *rsa, "rsa_keygen_bits:2048"),
            "SIGNER_RSA_1024": Key(place, "rsa1024", *rsa, "rsa_keygen_bits:1024"),
            "SIGNER_RSA_768": Key(place, "rsa768", *rsa, "rsa_keygen_bits:768"),
            "SIGNER_ED25519": Key(place, "ed25519", "-algorithm", "ED25519")}


# ---------------------------------------------------------------------------------------------------------------
# RFC 6376 section 3.4, for messages with CRLF and without oddities in how fields begin
def fields_of(message):
    head, blank, body = message.partition(b"\r\n\r\n")
    if message.startswith(b"\r\n"):
        head, body = b"", message[2:]
    elif not blank:
        head, body = message.removesuffix(b"\r\n"), b""
    return re.split(rb"\r\n(?![ \t])", head), body


def relaxed_field(field):
    name, _, value = field.partition(b":")
    return name.rstrip(b" \t").lower() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def canonical_body(body, relaxed):
    lines = body.split(b"\r\n")
    if relaxed:
        lines = [re.sub(rb"[ \t]+", b" ", x).removesuffix(b" ") for x in lines]
    while lines and lines[-1] == b"":
        lines.pop()
    return b"\r\n".join(lines) + b"\r\n" if lines or not relaxed else b""


def tag(tags, name):
    m = re.search(rb"(?:^|;)\s*" + name + rb"\s*=\s*([^;]*)", tags)
    return m[1].strip() if m else None


def sign(key, tags, message):
    """tags has "@" in the places of bh= and b=; a DKIM-Signature is put on top."""
    fields, body = fields_of(message)
    header_form, _, body_form = (tag(tags, b"c") or b"simple").partition(b"/")
    hashed = canonical_body(body, body_form.lower().startswith(b"relaxed"))
    length = tag(tags, b"l")
    if length and length.isdigit():
        hashed = hashed[:int(length)]
    bh = base64.b64encode(hashlib.sha256(hashed).digest())
    tags = re.sub(rb"(bh[ \t]*=[ \t]*)@", lambda m: m[1] + bh, tags)
    hole = re.search(rb"(?:^|(?<=;))(\s*b\s*=)(\s*@\s*)(?=;|$)", tags)
    bare = tags[:hole.start(2)] + tags[hole.end(2):] if hole else tags
    relaxed = header_form == b"relaxed"
    data, left = b"", list(fields)
    for name in (tag(tags, b"h") or b"").split(b":"):
        for i in range(len(left) - 1, -1, -1):
            if left[i].partition(b":")[0].rstrip(b" \t").lower() == name.strip().lower():
                data += (relaxed_field(left[i]) if relaxed else left[i]) + b"\r\n"
                del left[i]
                break
    own = b"DKIM-Signature: " + bare
    data += relaxed_field(own) if relaxed else own
    b = base64.b64encode(key.sign(data))
    whole = tags[:hole.start(2)] + hole[2].replace(b"@", b) + tags[hole.end(2):] if hole else tags
    return b"DKIM-Signature: " + whole + b"\r\n" + message


# ---------------------------------------------------------------------------------------------------------------
# The cases
def cases():
    """(table, label, key, tags, record, message, find, replace, reason)."""
    text = run("cc", "-E", "-P", "-x", "c", spf_kit.TOP / "src/mailauth/dkim_cases.inc")
    for m in re.finditer(rb"struct test (\w+)\[\] = \{\n(.*?)\n\};", text, re.S):
        for row in spf_kit.c_rows(m[2]):
            yield (m[1].decode(), *row[:8])


def zone_of(record, ring):
    """The script of zone_script.h for the record of a case."""
    letters = {"R": ("SIGNER_RSA", False), "B": ("SIGNER_RSA", True), "1": ("SIGNER_RSA_1024", False),
               "7": ("SIGNER_RSA_768", False), "E": ("SIGNER_ED25519", True), "S": ("SIGNER_ED25519", False)}
    lines = []
    for line in record.split(b"\n"):
        line = line[1:] if line.startswith(b"!") else b"sel._domainkey.a.example TXT " + line
        lines.append(re.sub(rb"%([RB17ES])", lambda m: ring[letters[m[1].decode()][0]].public(letters[m[1].decode()][1]),
                            line))
    return b"\n".join(lines)


# ---------------------------------------------------------------------------------------------------------------
# Debian's programs
PERL_VERIFIER = r"""
use strict; no warnings; use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS;
$| = 1;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], recurse => 1,
    udp_timeout => 1, tcp_timeout => 1, retry => 1, retrans => 1));
while (my $path = <STDIN>) {
    chomp $path;
    my $result = eval {
        my $v = Mail::DKIM::Verifier->new;
        open my $in, '<:raw', $path or die "open: $!";
        my $all = do { local $/; <$in> };
        $v->PRINT($all); $v->CLOSE; $v->result_detail;
    } // "died: $@";
    $result =~ s/\s+/ /g;
    print "$result\n";
}
"""

PERL_SIGNER = r"""
use strict; use warnings; use Mail::DKIM::Signer;
binmode STDIN; binmode STDOUT;
my ($algorithm, $form, $key) = @ARGV; my $all = do { local $/; <STDIN> };
my $s = Mail::DKIM::Signer->new(Algorithm => $algorithm, Method => $form, Domain => 'a.example', Selector => 'sel',
    KeyFile => $key);
$s->PRINT($all); $s->CLOSE; print $s->signature->as_string, "\r\n", $all;
"""


def missing():
    gone = [p for p in ("opendkim", "openssl", "faketime", "perl") if not shutil.which(p, path="/usr/sbin:/usr/bin:/bin")]
    gone += [m for m in ("dkim", "nacl") if not (DEBIAN / m).is_dir()]
    if not gone and subprocess.run(["perl", "-MMail::DKIM::Verifier", "-e", "1"], capture_output=True, check=False).returncode:
        gone.append("Mail::DKIM")
    return gone


class MailDkim:
    """One perl that verifies file after file."""

    def __init__(self, port):
        self.perl = subprocess.Popen(["faketime", "-f", "@2023-11-14 22:13:20", "perl", "-e", PERL_VERIFIER, str(port)],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=utc())

    def verify(self, path, _zone):
        self.perl.stdin.write(f"{path}\n")
        self.perl.stdin.flush()
        return self.perl.stdout.readline().strip()

    def close(self):
        self.perl.stdin.close()
        self.perl.wait(timeout=SECONDS_S)


def utc():
    return {"TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class DkimPy:
    def verify(self, path, zone):
        dkim = dkimpy()

        def look(name, timeout=5):
            code, data, _ = zone.at(spf_kit.labels_of(name.rstrip(b".")), 16)
            if code == 3 or (code == 0 and not data):
                return None
            if code != 0:
                raise dkim.DnsTimeoutError("no answer")
            wire, text = data[0], b""
            while wire:
                text, wire = text + wire[1:1 + wire[0]], wire[1 + wire[0]:]
            return text
        real, dkim.time.time = dkim.time.time, lambda: float(NOW)
        try:
            return "pass" if dkim.verify(path.read_bytes(), dnsfunc=look) else "fail"
        except Exception as why:
            return f"died: {type(why).__name__}"
        finally:
            dkim.time.time = real

    def close(self):
        pass


class OpenDkim:
    """The filter in its mode for tests, with the records in a file: one of a name, and no failures."""

    def __init__(self, place):
        self.place = place
        (place / "verify.conf").write_text(f"Mode v\nTestDNSData file:{place}/dns\nAuthservID x\nSyslog no\n"
                                           "AlwaysAddARHeader yes\n")

    def verify(self, path, zone):
        lines = []
        for labels, rows in zone.records.items():
            texts = [text for what, text in rows if what == "TXT"]
            if len(rows) != 1 or not texts:
                return "not played"
            lines.append(b".".join(labels) + b" " + texts[0])
        (self.place / "dns").write_bytes(b"\n".join(lines) + b"\n")
        said = in_2023("/usr/sbin/opendkim", "-x", self.place / "verify.conf", "-t", path, "-vv")
        m = said and re.search(rb"dkim=(\w+)", said)
        return m[1].decode() if m else "no answer"

    def close(self):
        pass


def opendkim_signed(place, key, form, message):
    """None: it would not (its mode for tests takes no last line without an end)."""
    (place / "sign.conf").write_text(f"Mode s\nDomain a.example\nSelector sel\nKeyFile {key.pem}\nSyslog no\n"
                                     f"SignatureAlgorithm rsa-sha256\nCanonicalization {form}\nRequireSafeKeys no\n"
                                     "InternalHosts 127.0.0.1\n")
    (place / "plain").write_bytes(message)
    said = in_2023("/usr/sbin/opendkim", "-x", place / "sign.conf", "-t", place / "plain", "-vv")
    field = said and re.search(rb"hname='DKIM-Signature' hvalue='(.*?)'", said, re.S)
    return field and b"DKIM-Signature: " + re.sub(rb"\r?\n", b"\r\n", field[1]) + b"\r\n" + message


def mail_dkim_signed(key, algorithm, form, message):
    """None: it would not."""
    return in_2023("perl", "-e", PERL_SIGNER, algorithm, form, key.pem, input=message)


def dkimpy_signed(key, form, message):
    dkim = dkimpy()
    header, body = form.encode().split(b"/")
    private = base64.b64encode(key.seed) if key.ed25519 else key.pem.read_bytes()
    real, dkim.time.time = dkim.time.time, lambda: float(NOW)
    with contextlib.ExitStack() as stack:
        stack.callback(setattr, dkim.time, "time", real)
        return dkim.sign(message, b"sel", b"a.example", private, canonicalize=(header, body),
                         signature_algorithm=b"ed25519-sha256" if key.ed25519 else b"rsa-sha256") + message
