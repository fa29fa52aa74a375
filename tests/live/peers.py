# SPDX-License-Identifier: ISC
"""Scripted mail servers on loopback that count what a client does to them.

A Site is what one run of a client may meet: peers on loopback addresses, every connection they
took, and how many stood at a time. What a peer says comes from a table: one answer a step, the rest as
a relay that lets its users and nobody else send to the outside.

An answer is one of
    str        a reply; lines joined by a newline, CRLF is added
    bytes      these octets, whatever they are
    Close      octets, then the end of the connection;  Reset: the same by RST
    Silence    nothing, until the client goes
    Flood      a piece again and again, until the client goes or it was sent often enough
    a function of (conn, argument) that returns one of these, or None for the usual answer
"""
import base64
import dataclasses
import hmac
import select
import socket
import ssl
import struct
import subprocess
import threading
import time

ESTABLISHED = 1  # the first octet of struct tcp_info
AGE_MS = 44      # where it has how long ago something was sent: of a new connection, when it came to stand
GIVE_UP_S = 60   # no connection of a test is older
LATE_S = 1.5     # a client that waits for two seconds, and has a clock of its own, may have waited


class Close:
    def __init__(self, octets=b""):
        self.octets = octets


class Reset(Close):
    pass


class Silence:
    pass


class Flood:
    def __init__(self, piece, times=None, opening=b""):
        self.piece, self.times, self.opening = piece, times, opening


class Gone(Exception):
    """The connection is over."""


class CalledOff(Exception):
    """The client answered a challenge by "*" (RFC 4954 section 4)."""


class Conn:
    """One connection, as the server saw it."""

    def __init__(self, peer, sock, client):
        self.peer, self.sock, self.client = peer, sock, client[0]
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, AGE_MS + 4)
        self.began_s = time.monotonic() - (struct.unpack_from("=I", info, AGE_MS)[0] if len(info) == AGE_MS + 4 else 0) / 1000
        self.greeted_late = False  # the client waited for long enough to try something else
        self.tls = False
        self.heard = True         # the client was there when this server last said something
        self.greeted = self.said_quit = self.server_ended = False
        self.silent_at = None     # the step at which this server said nothing any more
        self.early = b""          # came before the last line of the greeting was sent
        self.clear = bytearray()  # all that came outside TLS
        self.hidden = bytearray() # all that came inside
        self.past = []            # (verb, octets that came behind it before its answer)
        self.commands = []        # (verb, argument, came under TLS)
        self.responses = []       # (line, came under TLS): to the challenges of AUTH
        self.logged_in = None
        self.mail_ok = False
        self.sender = None        # the last reverse-path
        self.closed = threading.Event()
        self._in = b""

    def stands(self):
        if self.closed.is_set():
            return False
        try:
            return self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED
        except OSError:
            return False

    def recv(self):
        try:
            octets = self.sock.recv(65536)
        except (OSError, ValueError) as error:
            self.heard &= not isinstance(error, ConnectionResetError)  # it closed, and had not read all
            raise Gone from error
        if not octets:
            raise Gone
        (self.hidden if self.tls else self.clear).extend(octets)
        return octets

    def line(self):
        while b"\n" not in self._in:
            self._in += self.recv()
        line, _, self._in = self._in.partition(b"\n")
        return line.rstrip(b"\r")

    def send(self, octets):
        self.heard = self.stands()
        if not self.heard:
            self.hear_out()  # TLS reads no more once it could not write
        try:
            self.sock.sendall(octets)
        except (OSError, ValueError) as error:
            raise Gone from error

    def end(self):
        self.server_ended = True
        raise Gone

    def hear_out(self):
        """What the client had said before it went, and nobody read since an answer could not be sent."""
        try:
            self.sock.settimeout(0)
            while len(self.clear) + len(self.hidden) < 1 << 20:
                self.recv()
        except (Gone, OSError, ValueError):
            pass

    def left_politely(self):
        """QUIT was the last word, even where this server took it for something else: it was asking for a login, or
        for a message, and the client did not know yet. Or the client had left before it heard the greeting."""
        return self.said_quit or not (self.heard or self.commands) or any(bytes(heard[-6:]).upper() == b"QUIT\r\n" for heard in (self.clear, self.hidden))

    def is_mute(self):
        return not self.clear and not self.hidden


class Peer:
    """One listening port. caps and caps_tls are the lines of EHLO's answer behind the first."""

    def __init__(self, site, address, port, steps, tls, cert, trusted, name, caps, caps_tls, greet):
        self.site, self.address, self.steps = site, address, steps
        self.tls, self.cert, self.trusted, self.name = tls, cert, trusted, name
        self.greet = greet
        offers_tls = ["STARTTLS"] if tls == "starttls" else []
        self.caps = ["PIPELINING", "8BITMIME", *offers_tls] if caps is None else caps
        self.caps_tls = ["PIPELINING", "8BITMIME", "AUTH PLAIN LOGIN"] if caps_tls is None else caps_tls
        self.listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.taking = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                select.select([self.listener], [], [])
                with self.taking:
                    sock, client = self.listener.accept()
                    sock.settimeout(GIVE_UP_S)
                    conn = Conn(self, sock, client)
                    self.site.took(conn)
            except (OSError, ValueError):
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def take_all(self):
        """Waits until nobody stands before the door."""
        while True:
            with self.taking:
                if not select.select([self.listener], [], [], 0)[0]:
                    return
            time.sleep(0.005)

    def _serve(self, conn):
        try:
            if self.tls == "implicit":
                self._handshake(conn)
            self._greet(conn)
            while True:
                self._command(conn)
        except Gone:
            conn.hear_out()
        finally:
            try:
                conn.sock.close()
            finally:
                conn.closed.set()

    # ---- saying ----

    def _play(self, conn, answer, step=None):
        """Says it; the code of what was said, 0 when it was no reply."""
        if isinstance(answer, str):
            answer = "".join(line + "\r\n" for line in answer.split("\n")).encode("latin-1", "replace")
        if isinstance(answer, bytes):
            conn.send(answer)
            return int(answer[:3]) if answer[:3].isdigit() else 0
        if isinstance(answer, Close):
            if answer.octets:
                conn.send(answer.octets)
            if isinstance(answer, Reset):
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            conn.end()
        if isinstance(answer, Flood):
            conn.send(answer.opening)
            sent = 0
            conn.server_ended = answer.times is None
            while answer.times is None or sent < answer.times:
                conn.send(answer.piece)
                sent += 1
            return 0
        conn.server_ended = True  # Silence: whatever the client does, it is right
        conn.silent_at = step
        while True:
            conn.recv()

    def _answer(self, conn, step, argument, usual):
        answer = self.steps.get(step)
        if callable(answer):
            answer = answer(conn, argument)
        code = self._play(conn, usual(conn, argument) if answer is None else answer, step)
        self._note(conn, step, argument, code)
        return code

    def _note(self, conn, step, argument, code):
        if step in ("auth", "mail", "rcpt", "data", "body") and code >= 400:
            self.site.note_refusal(conn, step, code)
        if step == "auth":
            self.site.note_auth(conn, argument, code)
        if code == 421:
            conn.end()

    # ---- steps ----

    def _handshake(self, conn):
        wanted = self.steps.get("handshake")
        if wanted is not None:
            self._play(conn, wanted)
        try:
            conn.sock = context(self.cert).wrap_socket(conn.sock, server_side=True)
        except (OSError, ValueError) as error:
            conn.server_ended = True
            raise Gone from error
        conn.tls = True

    def _greet(self, conn):
        """Waits first where the table says so, and keeps what came too early."""
        for pause_s, octets in self.greet:
            self._listen_early(conn, pause_s)
            if octets:
                conn.send(octets)
        self._listen_early(conn, 0)
        answer = self.steps.get("greeting", f"220 {self.name} ESMTP")
        answer = answer(conn, "") if callable(answer) else answer
        conn.greeted_late = time.monotonic() - conn.began_s >= LATE_S
        code = self._play(conn, f"220 {self.name} ESMTP" if answer is None else answer)
        conn.greeted = code == 220 and conn.heard
        self._note(conn, "greeting", "", code)

    def _listen_early(self, conn, pause_s):
        until = time.monotonic() + pause_s
        while not conn.tls:
            left = max(0, until - time.monotonic())
            if not select.select([conn.sock], [], [], left)[0]:
                return
            octets = conn.recv()
            conn.early += octets
            conn._in += octets

    def _command(self, conn):
        line = conn.line()
        verb, _, argument = line.decode("latin-1").partition(" ")
        verb = verb.upper()
        conn.commands.append((verb, argument, conn.tls))
        if verb in ("EHLO", "HELO", "STARTTLS", "AUTH") and conn._in:
            conn.past.append((verb, conn._in))
        step = getattr(self, "_do_" + verb.lower(), None)
        if step:
            step(conn, argument)
        else:
            conn.send(b"502 5.5.2 not known here\r\n")

    def _do_ehlo(self, conn, argument):
        lines = [self.name, *(self.caps_tls if conn.tls else self.caps)]
        usual = "\n".join(f"250{'-' if i + 1 < len(lines) else ' '}{line}" for i, line in enumerate(lines))
        step = "ehlo-tls" if conn.tls and self.tls == "starttls" else "ehlo"
        self._answer(conn, step, argument, lambda *_: usual)

    def _do_starttls(self, conn, argument):
        try:
            code = self._answer(conn, "starttls", argument, lambda *_: "220 2.0.0 ready")
        except Gone:
            conn.heard = False
            raise
        finally:
            conn.server_ended |= not conn.heard  # who waits no longer says no QUIT: nothing may stand behind STARTTLS
        if code == 220:
            conn._in = b""
            self._handshake(conn)

    def _do_auth(self, conn, argument):
        try:
            self._answer(conn, "auth", argument, self._usual_auth)
        except CalledOff:
            self._note(conn, "auth", argument, self._play(conn, "501 5.0.0 called off"))

    def _usual_auth(self, conn, argument):
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() == "PLAIN":
            given = decode(initial or self.ask(conn, b"")).split(b"\0")[-2:]
        elif mechanism.upper() == "CRAM-MD5":
            return self._digest(conn)
        else:
            given = [decode(self.ask(conn, b"Username:")), decode(self.ask(conn, b"Password:"))]
        user, password = ([*given, b"", b""])[:2]
        if self.site.logins.get(user.decode("utf-8", "replace")) == password:
            conn.logged_in = user
            return "235 2.7.0 welcome"
        return "535 5.7.8 authentication failed"

    def _digest(self, conn):
        challenge = b"<1896.697170952@mail.peer.example>"
        user, _, digest = decode(self.ask(conn, challenge)).partition(b" ")
        password = self.site.logins.get(user.decode("utf-8", "replace"))
        if password and hmac.new(password, challenge, "md5").hexdigest().encode() == digest:
            conn.logged_in = user
            return "235 2.7.0 welcome"
        return "535 5.7.8 authentication failed"

    @staticmethod
    def ask(conn, prompt):
        conn.send(b"334 " + base64.b64encode(prompt) + b"\r\n")
        answer = conn.line().decode("latin-1")
        conn.responses.append((answer, conn.tls))
        if answer == "*":
            raise CalledOff
        return answer

    def _do_mail(self, conn, argument):
        conn.sender = argument[argument.find("<") + 1:].partition(">")[0]
        conn.mail_ok = self._answer(conn, "mail", argument, lambda *_: "250 2.1.0 ok") == 250

    def _do_rcpt(self, conn, argument):
        address = argument[argument.find("<") + 1:].partition(">")[0]
        self.site.note_recipient(conn, address)
        if not conn.mail_ok:
            self.site.note_refusal(conn, "rcpt", 503)
            conn.send(b"503 5.5.1 MAIL first\r\n")
            return
        self._answer(conn, "rcpt", address, self._usual_rcpt)

    def _usual_rcpt(self, conn, address):
        local = address.rpartition("@")[2].lower() in self.site.local_domains
        if conn.logged_in or local or conn.client in self.site.trusted_clients:
            return "250 2.1.5 ok"
        return "554 5.7.1 relay access denied"

    def _do_rset(self, conn, argument):
        conn.mail_ok = False
        self._answer(conn, "rset", argument, lambda *_: "250 2.0.0 ok")

    def _do_data(self, conn, argument):
        offer = self.site.note_offer(conn)
        if self._answer(conn, "data", argument, lambda *_: "354 go ahead") != 354:
            return
        message = []
        while (line := conn.line()) != b".":
            message.append(line)
        self.site.messages.append(b"\r\n".join(message))
        offer.author = next((line[line.find(b"<") + 1:].partition(b">")[0].decode() for line in message
                             if line.lower().startswith(b"from:")), None)
        offer.taken = self._answer(conn, "body", "", lambda *_: "250 2.0.0 taken") == 250

    def _do_quit(self, conn, argument):
        conn.said_quit = True
        self._answer(conn, "quit", argument, lambda *_: "221 2.0.0 bye")
        conn.end()


@dataclasses.dataclass
class Offer:
    """A message, from DATA on."""
    sender: str
    author: str = None    # of the header From; None: it did not get so far
    taken: bool = False


class Site:
    """Peers, and all that came to them in one run."""

    def __init__(self, logins=None, local_domains=("inside.example",), trusted_clients=()):
        self.logins = logins or {}
        self.local_domains, self.trusted_clients = local_domains, trusted_clients
        self.peers, self.conns = [], []
        self.most_open, self.most_open_at_host = 0, 0
        self.refusals, self.auths, self.recipients, self.messages = [], [], [], []
        self.offers = []
        self._lock = threading.Lock()

    def listen(self, address, port=0, *, steps=None, tls="starttls", cert=None, trusted=True,
               name="mail.peer.example", caps=None, caps_tls=None, greet=()):
        """tls: None, "starttls" or "implicit". greet: (seconds to wait, octets to say then) before the
        greeting. trusted: whether a client may show its password under this certificate."""
        peer = Peer(self, address, port, steps or {}, tls, cert, trusted, name, caps, caps_tls, greet)
        self.peers.append(peer)
        return peer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for peer in self.peers:
            peer.listener.close()
        for conn in list(self.conns):
            try:
                conn.sock.shutdown(socket.SHUT_RDWR)
            except (OSError, ValueError):
                pass

    def settle(self):
        """Waits until every connection is taken and over: the client has ended before."""
        for peer in self.peers:
            peer.take_all()
        for conn in list(self.conns):
            conn.closed.wait(20)

    # ---- what the peers note ----

    def took(self, conn):
        with self._lock:
            self.conns.append(conn)
            standing = [c for c in self.conns if c.stands()]
            here = [c for c in standing if c.peer.address == conn.peer.address]
            self.most_open = max(self.most_open, len(standing))
            self.most_open_at_host = max(self.most_open_at_host, len(here))

    def note_refusal(self, conn, step, code):
        with self._lock:
            self.refusals.append((step, code, conn.peer.port))

    def note_auth(self, conn, argument, code):
        with self._lock:
            self.auths.append((argument.partition(" ")[0], code, conn.tls, conn.peer.trusted))

    def note_offer(self, conn):
        offer = Offer(conn.sender)
        with self._lock:
            self.offers.append(offer)
        return offer

    def note_recipient(self, conn, address):
        with self._lock:
            self.recipients.append((address, conn.logged_in is not None))

    # ---- what a test asks ----

    @property
    def data(self):
        """How often DATA was said."""
        return len(self.offers)

    @property
    def refused_auths(self):
        return sum(code >= 400 for _, code, _, _ in self.auths)

    def impolite(self):
        """Connections that were greeted and left without QUIT though the server did not end them. One
        that said ClientHello to a server in clear has nobody to say it to."""
        return [c for c in self.conns if c.greeted and not c.left_politely() and not c.server_ended
                and not c.clear.startswith(b"\x16\x03")]

    def unprotected(self):
        """All octets that anybody on the way, or the wrong server, could read."""
        return b"\n".join(bytes(c.clear) + (b"" if c.peer.trusted else bytes(c.hidden)) for c in self.conns)


def decode(text):
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


# ---- certificates ----

_contexts = {}


def context(cert):
    if cert not in _contexts:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(*cert)
        _contexts[cert] = made
    return _contexts[cert]


class Authority:
    """A certificate authority in a directory, by the openssl command."""

    def __init__(self, folder, name="baton test authority"):
        self.folder = folder
        self.pem, self._key = f"{folder}/ca.pem", f"{folder}/ca.key"
        self._config = f"{folder}/ca.cnf"
        with open(self._config, "w") as f:
            f.write("[ca]\ndefault_ca = d\n[d]\n"
                    f"database = {folder}/index\nnew_certs_dir = {folder}\nrand_serial = yes\n"
                    "default_md = sha256\npolicy = p\nunique_subject = no\n"
                    "[p]\ncommonName = optional\n")
        open(f"{folder}/index", "w").close()
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", self._key, "-out", self.pem, "-days", "30", "-subj", f"/CN={name}")

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def issue(self, label, names="DNS:mail.peer.example", begin_s=-86400, end_s=86400 * 20, own=False):
        """(chain, key) for names; own: signed by itself. Times are seconds from now."""
        pem, key, request = (f"{self.folder}/{label}.{end}" for end in ("pem", "key", "csr"))
        extensions = f"{self.folder}/{label}.ext"
        with open(extensions, "w") as f:
            f.write(f"subjectAltName = {names}\nbasicConstraints = CA:FALSE\n")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", key, "-out", request, "-subj", "/CN=peer")
        signer = ["-selfsign", "-keyfile", key] if own else ["-cert", self.pem, "-keyfile", self._key]
        self._openssl("ca", "-batch", "-notext", "-config", self._config, *signer, "-in", request,
                      "-out", pem, "-extfile", extensions, "-startdate", stamp(begin_s),
                      "-enddate", stamp(end_s))
        return pem, key


def stamp(from_now_s):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + from_now_s))
