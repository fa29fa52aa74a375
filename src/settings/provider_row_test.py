#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""provider_row_test.py SOURCES COMPILER... - a row of a provider that lacks what no row may lack does not compile."""

import subprocess
import sys

SOURCES, COMPILER = sys.argv[1], sys.argv[2:]
FIELDS = ["id", "title", "user", "password", "mechanisms", "page", "what to do there", "source", "day"]
USUAL = ['"a"', '"A"', "PROVIDER_USER_ADDRESS", "PROVIDER_PASSWORD", "PASSWORDS", '"https://a.example"', '"make one"',
         '"a.example/help"', '"2026-11-26"']
TEXTS = [i for i, field in enumerate(FIELDS) if field not in ("user", "password")]


def compiles(row):
    code = f'#include "settings/provider_row.h"\nextern const struct provider ROW_OF_TEST;\n' \
           f"const struct provider ROW_OF_TEST = {{ {row} }};\n"
    done = subprocess.run([*COMPILER, "-std=c17", "-I", SOURCES, "-x", "c", "-fsyntax-only", "-"], input=code, text=True,
                          capture_output=True, check=False)
    return done.returncode == 0, done.stderr


def row(fields):
    return "ROW(" + ", ".join(fields) + ")"


good, why = compiles(row(USUAL))
assert good, why
good, why = compiles(row(USUAL) + ', .limits = LIMITS("a.example", .day = STR_INIT("1"))')
assert good, why
for i in TEXTS:
    for how, text in (("empty", '""'), ("nothing", ""), ("no literal", "NULL")):
        bad = [*USUAL[:i], text, *USUAL[i + 1:]]
        assert not compiles(row(bad))[0], f"a row whose {FIELDS[i]} is {how} compiles"
for i, field in enumerate(FIELDS):
    assert not compiles(row([*USUAL[:i], *USUAL[i + 1:]]))[0], f"a row without {field} compiles"
for day in ('"26.11.26"', '"2026-11-2"', '"2026-11-26T00"'):
    assert not compiles(row([*USUAL[:8], day]))[0], f"a row of the day {day} compiles"
assert not compiles(row(USUAL) + ', .limits = LIMITS("", .day = STR_INIT("1"))')[0], "limits without a source compile"
