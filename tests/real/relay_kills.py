#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""baton relay, killed at random moments under load: what it acknowledged is never lost, and arrives whole

usage: relay_kills.py BATON [KILLS]      ./run real relay_kills [KILLS]    (20 kills when none is said)

Sessions send messages that are known by a number, and write down which were answered with 250. A next hop keeps which came,
and how often. The relay is killed, begins again at once, and again, until the last time, when it is left to empty its queue.
Then: each acknowledged message came; each that came is octet for octet what was sent under its number, with its own envelope;
and one that came twice came from two runs of the relay, the first of which was killed before it had marked it. Each run has a
name of its own, which it says to the next hop.
"""
import asyncio
import collections
import hashlib
import pathlib
import random
import re
import sys
import tempfile
import time

import kit
from relay_kit import Mail, Relay, Sink, free_port

kit.alone()

KILLS = next((int(word) for word in sys.argv[2:] if word.isdigit()), 20)
sys.argv[2:] = [word for word in sys.argv[2:] if not word.isdigit()]
SESSIONS = 24
SEED = 7


def body_of(number):
    """What message `number` says: its length and its octets follow from the number. Lines that begin with dots among them."""
    noise = random.Random(number)
    lines = noise.choice((1, 3, 40, 40, 40, 900))
    text = "".join(f"{noise.choice(('', '.', '..'))}{number:08d} {noise.getrandbits(200):050x}\r\n" for _ in range(lines)).encode()
    return text + b"end " + hashlib.sha256(text).hexdigest().encode() + b"\r\n"


def octets_of(number):
    return (f"From: <from{number}@load.example>\r\nTo: <to{number}@next.example>\r\nSubject: {number}\r\n"
            f"Message-ID: <{number}@load.example>\r\nDate: Thu, 26 Nov 2026 12:00:00 +0000\r\n\r\n").encode() + body_of(number)


def stuffed(octets):
    octets = octets.replace(b"\r\n.", b"\r\n..")
    return (b"." if octets.startswith(b".") else b"") + octets + b".\r\n"


class Load:
    """Sessions that send one message after the other, and begin again when the relay is gone."""

    def __init__(self, where):
        self.where, self.next, self.acked, self.refused = where, 0, {}, collections.Counter()
        self.ending = False

    async def run(self):
        await asyncio.gather(*(self.session_after_session() for _ in range(SESSIONS)))

    async def session_after_session(self):
        while not self.ending:
            writer = None
            try:
                reader, writer = await asyncio.open_connection(*self.where, limit=1 << 16)
                await self.session(reader, writer)
            except (OSError, EOFError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.01)
            finally:
                if writer:
                    writer.close()

    async def session(self, reader, writer):
        assert (await self.reply(reader)).startswith("220")
        writer.write(b"EHLO load.example\r\n")
        await self.reply(reader)
        while not self.ending:
            number, self.next = self.next, self.next + 1
            writer.write(f"MAIL FROM:<from{number}@load.example>\r\nRCPT TO:<to{number}@next.example>\r\nDATA\r\n".encode())
            replies = [await self.reply(reader) for _ in range(3)]
            if not replies[2].startswith("354"):
                self.refused[replies[2][:40]] += 1
                await asyncio.sleep(0.05)
                return
            writer.write(stuffed(octets_of(number)))
            await writer.drain()
            reply = await self.reply(reader)
            if reply.startswith("250"):
                self.acked[number] = time.monotonic()
            else:
                self.refused[reply[:40]] += 1

    @staticmethod
    async def reply(reader):
        while True:
            line = await reader.readuntil(b"\r\n")
            if line[3:4] == b" ":
                return line.decode(errors="replace")


class Book:
    """What came to the next hop: when, by number, and what was wrong with it."""

    def __init__(self):
        self.came, self.wrong = collections.defaultdict(list), []

    def add(self, mail: Mail):
        number = int(mail.header("Subject")[0]) if mail.header("Subject") else -1
        self.came[number].append((mail.at, int(re.fullmatch(r"relay-(\d+)\.example", mail.helo)[1])))
        if (mail.sender, mail.to) != (f"from{number}@load.example", [f"to{number}@next.example"]):
            self.wrong.append(f"{number}: envelope {mail.sender} {mail.to}")
        if not mail.octets.endswith(octets_of(number)):
            self.wrong.append(f"{number}: {len(mail.octets)} octets that do not end as what was sent")
        elif b"\r\n" not in mail.octets[:-len(octets_of(number))]:
            self.wrong.append(f"{number}: no trace in front")


RULES = """hostname = "relay-{run}.example"
listen "load" {{ address = "127.0.0.1"  port = {port}  security = none }}
permit "load" {{ network = {{"127.0.0.1"}} }}
route "next" {{ smarthost = "127.0.0.1:{next_port}"  security = none }}"""


async def acknowledged(relay, load, count):
    """Returns when so many messages are: a slow machine may need longer to begin than a run would last otherwise."""
    end = time.monotonic() + 100
    while len(load.acked) < count:
        assert not relay.gone(), f"the relay ended by itself: {relay.log()}"
        assert time.monotonic() < end, f"there is no load: {len(load.acked)} acknowledged, not {count}; {relay.log()}"
        await asyncio.sleep(0.01)


async def kill_again_and_again(begin, relay, load, chance):
    """When each run was killed."""
    kills = []
    for run in range(KILLS):
        begin(run)
        # Some of the kills fall into the start and its recovery, most into the load.
        at_start = chance.random() < 1 / 3
        if not at_start:
            await acknowledged(relay, load, len(load.acked) + 1)
        await asyncio.sleep(chance.uniform(0, 0.1) if at_start else chance.uniform(0, 0.9))
        assert not relay.gone(), f"the relay ended by itself after kill {len(kills)}: {relay.log()}"
        relay.process.kill()
        kills.append(time.monotonic())
        while not relay.gone():
            await asyncio.sleep(0.001)
    begin(KILLS)
    await acknowledged(relay, load, KILLS + 1)
    await asyncio.sleep(1)
    load.ending = True
    return kills


def twice(book, kills):
    """(times that a message came again, longest time from an acceptance to the kill of the run that brought it, lies)."""
    again, longest, lies = 0, 0.0, []
    for number, times in book.came.items():
        for (first, run), (second, later) in zip(times, times[1:]):
            again += 1
            if run >= later or run >= len(kills):
                lies.append(f"{number}: run {run} brought it, and {second - first:.3f} s later run {later}")
            else:
                longest = max(longest, kills[run] - first)
    return again, longest, lies


def no_acknowledged_message_is_lost():
    with tempfile.TemporaryDirectory(prefix="relay-kills", dir="/var/tmp") as name:
        place = pathlib.Path(name)
        place.chmod(0o777)
        where, next_hop, book = ("127.0.0.1", free_port()), ("127.0.0.1", free_port()), Book()
        relay = Relay(place, "")

        def begin(run):
            relay.rules(RULES.format(run=run, port=where[1], next_port=next_hop[1]))
            relay.start()

        with Sink(*next_hop, on_mail=book.add), relay:
            load = Load(where)

            async def all_of_it():
                running = asyncio.create_task(load.run())
                try:
                    return await kill_again_and_again(begin, relay, load, random.Random(SEED))
                finally:
                    load.ending = True
                    await asyncio.wait_for(running, 60)

            kills = asyncio.run(all_of_it())
            quiet(relay, book, load)
            again, longest, lies = twice(book, kills)
            lost = sorted(set(load.acked) - set(book.came))
            print(f"  {KILLS} kills, {load.next} messages begun, {len(load.acked)} acknowledged, {len(book.came)} came, {len(lost)} lost; "
                  f"{again} came again, each accepted at most {longest * 1000:.0f} ms before a kill; refused {dict(load.refused)}", flush=True)
            assert len(load.acked) > KILLS, "there was no load"
            assert not lost, f"lost: {lost[:20]} of {len(lost)}; {relay.log()}"
            assert not book.wrong, book.wrong[:10]
            assert not lies, lies[:10]


def quiet(relay, book, load):
    """Until all that was acknowledged is there, or for long nothing more has come; then a moment for what comes too often."""
    last, since = -1, time.monotonic()
    while set(load.acked) - set(book.came) and time.monotonic() - since < 120:
        now = sum(map(len, book.came.values()))
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.2)
    time.sleep(2)


if __name__ == "__main__":
    kit.main([no_acknowledged_message_is_lost], again=False)
