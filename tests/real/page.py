# SPDX-License-Identifier: ISC
"""The page of --report in Chromium: what a reader sees of it, at 1280 and at 375 pixels, light and dark.

The doctor meets scripted servers on loopback; the pages it writes are opened, measured and searched.
Set PAGE_PICTURES to a folder to keep the screenshots.
"""
import base64
import html.parser
import itertools
import json
import os
import pathlib
import re
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
import kit  # noqa: E402
import peers  # noqa: E402
from doctor_kit import HOST, NET, PASSWORD, USER, forms, hides  # noqa: E402
from ports import free_port  # noqa: E402

kit.alone()

BATON = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory(prefix="baton-page-")
AUTHORITY = peers.Authority(FOLDER.name)
CERT = AUTHORITY.issue("good")
TO = "someone@outside.example"
ADDRESSES = (f"127.{NET}.{60 + n // 250}.{n % 250 + 1}" for n in itertools.count())


# ---- pages ----

def write(name, site_of, *flags, password=PASSWORD, user=USER, to=TO, timeout_s=80):
    """Runs the doctor against the peers that site_of(site, address) sets up; the path of its page."""
    path = os.path.join(FOLDER.name, name + ".html")
    with peers.Site(logins={USER: PASSWORD.encode()}) as site:
        address = next(ADDRESSES)
        asked, others = site_of(site, address)
        arguments = [BATON, "doctor", "--server", f"{HOST}:{asked}", "--connect-to", address, "--ports",
                     ",".join(str(port) for port in others), "--ca", AUTHORITY.pem, "--timeout", str(timeout_s),
                     "--report", path, *flags]
        arguments += ["--password-env", "PEER_PASSWORD"] if user else []
        arguments += ["--to", to] if to else []
        arguments += [user] if user else []
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PEER_PASSWORD": password}
        done = subprocess.run(arguments, capture_output=True, env=env, timeout=200, check=False)
    assert os.path.exists(path), (done.returncode, done.stderr.decode())
    assert b"Tested from" in done.stdout, done.stdout
    return path


def relay(site, address, **more):
    """Submission with STARTTLS, another with TLS at once, a port without a login, and one that is closed."""
    submission = site.listen(address, cert=CERT, **more)
    tls = site.listen(address, tls="implicit", cert=CERT, caps=["PIPELINING", "AUTH PLAIN LOGIN"], **more)
    bare = site.listen(address, cert=CERT, caps_tls=["PIPELINING"], **more)
    return submission.port, [tls.port, bare.port, free_port()]


class TwoAddresses:
    """A name server that knows one name with two addresses (RFC 1035), for as long as it is needed."""

    def __init__(self, addresses):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.addresses = addresses
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self.sock.recvfrom(2048)
            at = 12
            while query[at]:
                at += query[at] + 1
            kind = struct.unpack_from("!H", query, at + 1)[0]
            records = [b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(a) for a in self.addresses]
            records = records if kind == 1 else []
            head = query[:2] + struct.pack("!5H", 0x8180, 1, len(records), 0, 0)
            self.sock.sendto(head + query[12:at + 5] + b"".join(records), client)

    def resolver(self):
        return f"127.0.0.1:{self.sock.getsockname()[1]}"


ECHO = [USER, TO, "anna", "192.168.77.9", "8.8.4.4", "anna-home.isp.test [8.8.4.4]", "queued as 4XyZ12AbCdEz"]
HOSTILE = (b"550 5.7.1 <script>alert(1)</script>\"'><img src=//evil.test/x onerror=alert(2)>&lt;b&gt; "
           b"</pre></textarea><style>*{display:none}</style> \x1b[31m\x07 \xff\xfe \xe2\x80\xae\xe2\x80\x8bturned\r\n")


def many(site, address):
    """More ways than stand side by side."""
    ports = [site.listen(address, cert=CERT).port for _ in range(5)]
    return ports[0], [*ports[1:], free_port()]


def hostile(site, address):
    steps = dict.fromkeys(("rcpt", "ehlo-tls"), None)
    steps["rcpt"] = HOSTILE
    return relay(site, address, steps=steps, name="<h1>mail</h1>.peer.example")


def echoing(site, address):
    """Says at RCPT all that it knows of the client, in every form."""
    known = [*ECHO, USER.upper(), TO[::-1], USER[::-1], urllib.parse.quote(USER, safe=""), USER.encode().hex(),
             base64.b64encode(USER.encode()).decode(), base64.b64encode(b"x" + TO.encode()).decode(),
             base64.b64encode(b"xy" + USER.encode()).decode(), *(f.decode("latin-1") for f in forms(PASSWORD).values())]
    lines = [f"550{'-' if n + 1 < len(known) else ' '}5.7.1 {word}" for n, word in enumerate(known)]
    return relay(site, address, steps={"rcpt": "\n".join(lines)})


def silent(site, address):
    return site.listen(address, steps={"greeting": peers.Silence()}, tls=None).port, []


# ---- Chromium, by the WebDriver protocol ----

class Browser:
    FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"]

    def __init__(self):
        self.port = free_port()
        self.profile = tempfile.mkdtemp(dir=FOLDER.name)
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self._wait()
        options = {"binary": "/usr/bin/chromium", "args": [*self.FLAGS, f"--user-data-dir={self.profile}"]}
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session = f"/session/{made['sessionId']}"

    def _wait(self):
        for _ in range(1000):
            try:
                if self._ask("GET", "/status")["ready"]:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError("chromedriver does not answer")

    def _ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:2000]) from error

    def devtools(self, command, **parameters):
        return self._ask("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path, width, scheme):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                      mobile=width < 500)
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.log("browser")
        self.log("performance")
        self._ask("POST", self.session + "/url", {"url": pathlib.Path(path).as_uri()})

    def run(self, script):
        return self._ask("POST", self.session + "/execute/sync", {"script": script, "args": []})

    def log(self, kind):
        return self._ask("POST", self.session + "/se/log", {"type": kind})

    def picture(self, name):
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        folder = os.environ.get("PAGE_PICTURES")
        if folder:
            pathlib.Path(folder, name + ".png").write_bytes(base64.b64decode(shot["data"]))
        return len(shot["data"])

    def close(self):
        try:
            self._ask("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()


BROWSER = None


def browser():
    global BROWSER
    BROWSER = BROWSER or Browser()
    return BROWSER


# Overflow; text of the picture outside its box; text too faint for its ground (WCAG 2 contrast, 4.5 to 1).
MEASURE = r"""
const wrong = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) wrong.push(`page overflows: ${root.scrollWidth} > ${root.clientWidth}`);
const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
for (const e of document.querySelectorAll('body *')) {
    if (!shown(e) || e.closest('svg')) continue;
    const r = e.getBoundingClientRect();
    if (r.right > root.clientWidth + 0.5 || r.left < -0.5) wrong.push(`${e.tagName}.${e.className} sticks out: ${r.left}..${r.right}`);
}
const pictures = [...document.querySelectorAll('svg')].filter(shown);
if (pictures.length !== WANT) wrong.push(`${pictures.length} pictures are shown`);
let cells = 0, smallest = 99;
for (const svg of pictures) {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    for (const g of svg.querySelectorAll('g')) {
        const box = g.querySelector('.box').getBBox();
        if (g.classList.contains('cell')) {
            cells++;
            if (!/accepted|refused|not offered|closed|silent|not tested/.test(g.textContent)) wrong.push(`a cell without a word: ${g.textContent}`);
        }
        for (const t of g.querySelectorAll('text')) {
            const b = t.getBBox();
            smallest = Math.min(smallest, parseFloat(getComputedStyle(t).fontSize) * scale);
            if (b.x < box.x - 0.5 || b.y < box.y - 0.5 || b.x + b.width > box.x + box.width + 0.5 || b.y + b.height > box.y + box.height + 0.5)
                wrong.push(`text outside its box: ${t.textContent} ${b.x},${b.y},${b.width},${b.height} in ${box.x},${box.y},${box.width},${box.height}`);
        }
    }
}
if (pictures.length && smallest < 11) wrong.push(`text of ${smallest} px in the picture`);
const rgb = c => { const m = (c.match(/[\d.]+/g) || []).map(Number); return m.length < 3 || m[3] === 0 ? null : m; };
const light = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let texts = 0, least = 99;
while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(e) || e.closest('title,desc,style')) continue;
    const s = getComputedStyle(e), svg = e.closest('svg');
    const box = svg && e.parentElement.querySelector('.box');
    const fill = box && rgb(getComputedStyle(box).fill);
    const ratio = contrast(rgb(svg ? s.fill : s.color), fill || ground(svg ? svg.parentElement : e));
    texts++; least = Math.min(least, ratio);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.slice(0, 40)}`);
}
return { wrong, cells, texts, least, scripts: document.scripts.length, title: document.title };
"""


def looked_at(name, path, pictures=1):
    """Opens a page in every size and light, and holds it against what every page owes."""
    b = browser()
    for width, scheme in itertools.product((1280, 375), ("light", "dark")):
        b.open(path, width, scheme)
        for opened in (False, True):
            if opened:
                b.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            seen = b.run(MEASURE.replace("WANT", str(pictures)))
            assert not seen["wrong"], (name, width, scheme, opened, seen["wrong"][:8])
            assert b.picture(f"{name}-{width}-{scheme}{'-open' if opened else ''}") > 10000
        assert seen["texts"] > 30 and seen["scripts"] == 0, seen
        complaints = b.log("browser")
        assert not complaints, complaints
        wanted = [json.loads(row["message"])["message"] for row in b.log("performance")]
        asked = {m["params"]["request"]["url"] for m in wanted if m["method"] == "Network.requestWillBeSent"}
        assert asked == {pathlib.Path(path).as_uri()}, asked
    return seen


# ---- what stands in a page ----

class Reader(html.parser.HTMLParser):
    """The text of a page, its elements, and whatever would fetch or run something."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.fetches = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "srcset", "action", "data", "poster") or name.startswith("on"):
                self.fetches.append((tag, name, value))

    def handle_data(self, data):
        self.words.append(data)


def read(path):
    octets = pathlib.Path(path).read_bytes()
    return octets, Reader(octets.decode("utf-8"))


def spelt(identity):
    """Every form in which somebody's name must not be found."""
    octets = identity.encode()
    yield from ((form, octets_of) for form, octets_of in forms(identity, identity).items() if form != "AUTH PLAIN")


def owes(path, names=(USER, TO, "anna", "192.168.77.9", "8.8.4.4", "anna-home", "4XyZ12AbCdEz", "inside.example",
                          "outside.example")):
    octets, page = read(path)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not page.fetches, page.fetches
    assert not {"script", "img", "iframe", "link", "object", "form", "base", "embed"} & set(page.elements)
    bad = [o for o in octets if o < 32 and o != 10 or o == 127]
    assert not bad, bad[:10]
    hides(octets, PASSWORD, path)
    for name in names:
        for form, found in spelt(name):
            at = octets.lower().find(found.lower())
            assert at < 0, (name, form, octets[max(0, at - 60):at + 60])
    return octets, page


def the_usual_refusal():
    path = write("usual", relay, "--auth", "none", "--security", "starttls")
    octets, page = owes(path)
    seen = looked_at("usual", path)
    text = " ".join(page.words)
    for word in ("The program does not log in", "proved", "your settings", "works", "Do this", "Settings that work",
                 "The proof", "(differs)", "me@my-domain.example", "recipient@their-domain.example", "inferred",
                 "letter to your provider", "server: ", HOST, "Thunderbird"):
        assert word in text, (word, text[:3000])
    assert seen["cells"] >= 10, seen
    first = re.sub(r"<[^>]*>", " ", octets.decode().split("<h1>")[1])[:80]
    assert first.startswith("The program does not log in"), first


def accepted():
    path = write("accepted", relay, "--auth", "auto", "--security", "starttls")
    owes(path)
    looked_at("accepted", path)


def another_name_works():
    """In the user's own cell works what he has not: it says so, in two lines that fit."""
    path = write("another", relay, "--auth", "auto", "--security", "starttls", "--user", "anna", "--logins", "2")
    _, page = owes(path)
    text = " ".join(page.words)
    assert "yours: works with" in text and "other user name" in text, text[:3000]
    looked_at("another", path)


def nothing_but_silence():
    path = write("silent", silent, "--auth", "none", "--security", "none", timeout_s=6)
    owes(path)
    looked_at("silent", path)


def without_addresses():
    path = write("bare", relay, "--auth", "none", user=None, to=None)
    looked_at("bare", path)


def hostile_replies():
    path = write("hostile", hostile, "--auth", "auto", "--security", "starttls")
    octets, page = owes(path)
    looked_at("hostile", path)
    assert b"&lt;script&gt;" in octets and b"<script" not in octets and b"<img" not in octets
    assert page.elements.count("style") == 1 and page.elements.count("h1") == 1
    assert b"\xe2\x80\xae" not in octets and b"\\xE2\\x80\\xAE" in octets


def everything_echoed():
    path = write("echo", echoing, "--auth", "auto", "--security", "starttls")
    owes(path)
    looked_at("echo", path)


def full():
    path = write("full", relay, "--auth", "none", "--security", "starttls", "--full")
    octets, _ = read(path)
    hides(octets, PASSWORD, path)
    for name in (USER, TO):
        assert name.encode() in octets, name
    assert b"stand-in" not in octets
    looked_at("full", path)


def many_ports():
    path = write("many", many, "--auth", "none", "--security", "starttls")
    owes(path)
    seen = looked_at("many", path)
    assert seen["cells"] == 22, seen


def two_addresses():
    """One of two addresses keeps its ports closed; both stand in the picture."""
    path = os.path.join(FOLDER.name, "two.html")
    with peers.Site(logins={USER: PASSWORD.encode()}) as site:
        first, second = next(ADDRESSES), next(ADDRESSES)
        peer = site.listen(second, cert=CERT)
        subprocess.run([BATON, "doctor", USER, "--server", f"{HOST}:{peer.port}", "--resolver",
                        TwoAddresses([first, second]).resolver(), "--ports", "25,465,587,2525", "--ca", AUTHORITY.pem,
                        "--timeout", "80", "--report", path, "--auth", "none", "--to", TO, "--security", "starttls",
                        "--password-env", "PEER_PASSWORD"], capture_output=True, timeout=200, check=False,
                       env={"PATH": os.environ["PATH"], "PEER_PASSWORD": PASSWORD})
    owes(path)
    seen = looked_at("two", path)
    octets, _ = read(path)
    assert first.encode() in octets and second.encode() in octets
    assert seen["cells"] >= 12, seen


def printed():
    """On paper everything is there, also what is folded on the screen."""
    path = write("paper", relay, "--auth", "none", "--security", "starttls")
    b = browser()
    b.open(path, 1280, "light")
    pdf = base64.b64decode(b.devtools("Page.printToPDF", printBackground=True)["data"])
    assert pdf.startswith(b"%PDF") and 20000 < len(pdf) < 4 << 20, len(pdf)


if __name__ == "__main__":
    try:
        kit.main([the_usual_refusal, accepted, another_name_works, nothing_but_silence, without_addresses, hostile_replies,
                  everything_echoed, many_ports, two_addresses, full, printed])
    finally:
        if BROWSER:
            BROWSER.close()
        FOLDER.cleanup()
