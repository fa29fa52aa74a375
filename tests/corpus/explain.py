#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""explain.py BATON [CORPUS] - how often `baton explain` names the right family, over real refusals with their cause

CORPUS is a file of JSON lines (id, text, label, also, source); without it shared/corpus/replies.jsonl beside the
checkout is taken, and where that is absent the test says so and is skipped. The texts are other people's: none of them
is printed or kept here, only their ids.

The sample is split by source, so that two texts of one thread never lie on both sides: what was looked at while the
rows of knowledge were written (seen), and what was not (unseen). --part seen or unseen keeps to one of them. The part
that was seen must come to the numbers in NEEDED, or the exit status is 1; the other is only reported. --misses lists
the ids that were not right, --markdown prints docs/explain-score.md.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()
CORPUS = HERE.parents[3] / "shared/corpus/replies.jsonl"
SKIPPED = 77
NEEDED = {"loose": 95.0, "strict": 88.0, "false_relay": 1.0, "sure": 90.0}
SURE = 0.8
RELAY = {"auth-required", "tls-required", "auth-mechanism", "auth-failed", "wrong-port-or-tls-mode",
         "certificate-problem", "sender-not-owned", "relay-ip-not-allowed", "pop-before-smtp",
         "recipient-domain-not-local", "port-blocked-or-timeout"}


def group_of(source):
    """What counts as one source: a repository, a host, else the source as it stands."""
    named = re.match(r"github:([^/\s]+)/([^/\s]+)", source)
    if named:
        return "github.com/%s/%s" % named.groups()
    url = re.match(r"https?://([^/\s]+)(?:/([^/\s]+))?(?:/([^/\s]+))?", source)
    if not url:
        return source
    host, owner, repo = url.groups()
    return "/".join(part for part in (host, owner, repo) if part) if "github" in host else host


def is_unseen(row):
    return hashlib.sha256(group_of(row["source"]).encode()).digest()[0] % 5 < 2


class Score:
    """Rows and what was answered to each."""

    def __init__(self):
        self.rows = []

    def add(self, row, answer):
        family, confidence = answer
        also = row.get("also") or []
        self.rows.append({
            "id": row["id"], "label": row["label"], "also": also, "family": family, "confidence": confidence,
            "strict": family == row["label"], "loose": family == row["label"] or family in also,
            "false_relay": row["label"] not in RELAY and family in RELAY and family not in also})

    def percent(self, key):
        return 100.0 * sum(r[key] for r in self.rows) / len(self.rows) if self.rows else 0.0

    def false_relay(self):
        """In percent of the texts that are not about relaying; count of both."""
        other = [r for r in self.rows if r["label"] not in RELAY]
        wrong = sum(r["false_relay"] for r in other)
        return (100.0 * wrong / len(other) if other else 0.0), wrong, len(other)

    def sure(self):
        """Of the answers said with a confidence of SURE or more: how many are right, in percent, and their number."""
        sure = [r for r in self.rows if r["family"] and r["confidence"] >= SURE]
        return (100.0 * sum(r["loose"] for r in sure) / len(sure) if sure else 100.0), len(sure)

    def unknown(self):
        return sum(r["family"] is None for r in self.rows)

    def reaches(self):
        return (self.percent("loose") >= NEEDED["loose"] and self.percent("strict") >= NEEDED["strict"]
                and self.false_relay()[0] <= NEEDED["false_relay"] and self.sure()[0] >= NEEDED["sure"])

    def line(self):
        rate, wrong, others = self.false_relay()
        sure, count = self.sure()
        return (f"{len(self.rows)} texts: family right {self.percent('loose'):.1f} % counting a row's own other causes, "
                f"{self.percent('strict'):.1f} % strictly; a relay family for a text that is not about relaying "
                f"{wrong} of {others} ({rate:.1f} %); of {count} said with a confidence of {SURE} or more {sure:.1f} % "
                f"are right; not known {self.unknown()}")


def explain(baton, row):
    done = subprocess.run([baton, "explain", "--json"], input=row["text"].encode(), capture_output=True, timeout=60,
                          check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{row['id']}: exit status {done.returncode}")
    said = json.loads(done.stdout)
    return said["family"], said["confidence"]


def scored(baton, rows):
    score = Score()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for row, answer in zip(rows, pool.map(lambda r: explain(baton, r), rows)):
            score.add(row, answer)
    return score


def markdown(parts):
    print("# How often `baton explain` is right\n")
    print("Printed by `tests/corpus/explain.py --markdown` over a sample of real refusals, each with the cause that its\n"
          "source gives. The sample is split by source; the unseen part was not looked at while the knowledge was written.\n"
          "*Counting other causes* takes an answer for right that the sample itself says the text leaves open.\n")
    print("| | " + " | ".join(parts) + " |")
    print("| --- |" + " ---: |" * len(parts))

    def line(name, of):
        print(f"| {name} | " + " | ".join(of(s) for s in parts.values()) + " |")

    line("texts", lambda s: str(len(s.rows)))
    line("family right, counting other causes", lambda s: f"{s.percent('loose'):.1f} %")
    line("family right, strictly", lambda s: f"{s.percent('strict'):.1f} %")
    line("a relay family for a text that is not about relaying", lambda s: "%.1f %% (%d of %d)" % s.false_relay())
    line(f"right where the confidence is {SURE} or more", lambda s: "%.1f %% (of %d)" % s.sure())
    line("said to be not known", lambda s: str(s.unknown()))
    print("\nBy family, texts right (counting other causes) of all:\n")
    print("| family | " + " | ".join(parts) + " |")
    print("| --- |" + " ---: |" * len(parts))
    for label in sorted({r["label"] for s in parts.values() for r in s.rows}):
        cells = []
        for score in parts.values():
            of = [r for r in score.rows if r["label"] == label]
            cells.append(f"{sum(r['loose'] for r in of)} of {len(of)}" if of else "")
        print(f"| {label} | " + " | ".join(cells) + " |")


def misses(name, score):
    for r in score.rows:
        if not r["strict"]:
            print(f"{name} {r['id']}: {'near' if r['loose'] else 'wrong'}: {r['label']} {r['also']} was answered "
                  f"{r['family']} ({r['confidence']:.2f})")


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("baton")
    ask.add_argument("corpus", nargs="?", default=str(CORPUS))
    ask.add_argument("--part", choices=("seen", "unseen"))
    ask.add_argument("--misses", action="store_true")
    ask.add_argument("--markdown", action="store_true")
    asked = ask.parse_args()
    if not pathlib.Path(asked.corpus).exists():
        print(f"skipped: {pathlib.Path(asked.corpus).name} does not lie beside the checkout")
        return SKIPPED
    rows = [json.loads(line) for line in open(asked.corpus, encoding="utf-8") if line.strip()]
    split = collections.defaultdict(list)
    for row in rows:
        split["unseen" if is_unseen(row) else "seen"].append(row)
    parts = {name: scored(asked.baton, split[name]) for name in ("seen", "unseen") if asked.part in (None, name)}
    if asked.markdown:
        markdown(parts)
        return 0
    for name, score in parts.items():
        print(f"{name}: {score.line()}")
        if asked.misses:
            misses(name, score)
    if "seen" in parts and not parts["seen"].reaches():
        print(f"the part that was seen must come to {NEEDED}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
