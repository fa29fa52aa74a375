# SPDX-License-Identifier: ISC
"""Messages made by chance, converted to 7 bits, and read by Python's email package: every part decodes to the octets that it had,
with the type that it had, and nothing but Content-Transfer-Encoding has changed.

usage: seven_bit.py PROBE [SEED [COUNT]]
"""
import email
import email.policy
import random
import subprocess
import sys

PROBE, SEED = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 400
WORDS = (b"f\xc3\xbcr", b"=", b" ", b"\t", b".", b"From ", b"\xff\xfe", b"--", b"--b", b"word", b"=C3", b"", b"x" * 70, b"\xe4" * 40, b":", b"\x00")
rng = random.Random(SEED)


def lines(most=12):
    """Ended by CRLF, or not."""
    text = b"\r\n".join(b"".join(rng.choices(WORDS, k=rng.randrange(6))) for _ in range(rng.randrange(1, most)))
    return text + rng.choice((b"\r\n", b""))


def header(kind, encoding):
    fields = [b"Content-Type: " + kind + rng.choice((b"; charset=utf-8", b";\r\n\tname=\"a; b\"", b""))] if kind else []
    if encoding:
        fields.append(rng.choice((b"Content-Transfer-Encoding", b"content-transfer-encoding")) + b":" +
                      rng.choice((b" ", b"\r\n ", b" (a) ")) + encoding)
    if rng.random() < 0.3:
        fields.append(b"X-Other: 1\r\n 2")
    rng.shuffle(fields)
    return b"".join(field + b"\r\n" for field in fields)


def leaf():
    kind = rng.choice((b"", b"text/plain", b"TEXT/html", b"application/pdf", b"image/png"))
    encoding = rng.choice((b"", b"8bit", b"8BIT", b"binary", b"7bit"))
    body = lines()
    if rng.random() < 0.2:
        encoding, body = rng.choice(((b"quoted-printable", b"=C3=BC and=\r\n more =20\r\n"), (b"base64", b"/wABAg==\r\n")))
    return header(kind, encoding) + b"\r\n" + body


def multipart(depth):
    boundary = b"b%d" % rng.randrange(10**9)
    head = header(b"multipart/" + rng.choice((b"mixed", b"alternative", b"related")) + b"; boundary=" +
                  rng.choice((boundary, b'"' + boundary + b'"')), rng.choice((b"", b"8bit", b"7bit", b"binary")))
    parts = b"".join(b"\r\n--" + boundary + rng.choice((b"", b" ")) + b"\r\n" + entity(depth + 1) for _ in range(rng.randrange(1, 4)))
    return head + b"\r\n" + rng.choice((b"", b"preamble")) + parts + b"\r\n--" + boundary + b"--\r\n" + rng.choice((b"", b"epilogue\r\n"))


def message(depth):
    return header(b"message/rfc822", rng.choice((b"", b"8bit"))) + b"\r\nSubject: in\r\nMIME-Version: 1.0\r\n" + entity(depth + 1)


def entity(depth=0):
    return rng.choices((leaf, lambda: multipart(depth), lambda: message(depth)), (4, 3 if depth < 4 else 0, 1 if depth < 4 else 0))[0]()


def convert(octets):
    done = subprocess.run([PROBE, str(rng.choice((1, 7, 100, 65536)))], input=octets, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return done.stdout


def leaves(octets):
    found = []
    for part in email.message_from_bytes(octets, policy=email.policy.compat32).walk():
        if not part.is_multipart():
            found.append((part.get_content_type(), part.get_filename(), part["X-Other"], part.get_payload(decode=True)))
        else:
            found.append((part.get_content_type(), part["X-Other"], part["Subject"]))
    return found


def check(octets):
    out = convert(octets)
    assert out.isascii(), out
    assert convert(out).isascii()
    before, after = leaves(octets), leaves(out)
    assert before == after, f"{before}\n{after}\n{octets!r}\n{out!r}"
    for part in email.message_from_bytes(out).walk():
        if part.is_multipart():
            assert part.get("Content-Transfer-Encoding", "7bit").split()[-1].lower() == "7bit", out
    assert all(len(line) <= 998 for line in out.split(b"\r\n")), out


def main():
    converted = 0
    for i in range(COUNT):
        octets = b"Received: from a\r\nFrom: a@b.example\r\nMIME-Version: 1.0\r\n" + entity()
        if octets.isascii():
            continue
        converted += 1
        try:
            check(octets)
        except AssertionError:
            print(f"seed {SEED}, message {i}:\n{octets!r}")
            raise
    assert converted > COUNT / 3, converted
    print(f"{converted} messages converted, seed {SEED}")


main()
