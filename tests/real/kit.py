# SPDX-License-Identifier: ISC
"""A list of cases against real programs, one line a case in the form that tools/tally counts.

A case is a function; what it returns is not looked at, what it raises fails it. Skip says why a case
cannot run here; tests/skips must list it as "real/FILE.CASE".
"""
import pathlib
import sys
import time
import traceback


class Skip(Exception):
    pass


def main(cases):
    """Runs the cases whose names hold a word of the command line (behind the path of baton), or all."""
    room = "real/" + pathlib.Path(sys.argv[0]).stem.replace("_", "-")
    words = sys.argv[2:]
    passed = failed = skipped = 0
    for case in cases:
        name = case.__name__.replace("_", "-")
        if words and not any(word in name for word in words):
            continue
        began = time.monotonic()
        try:
            case()
        except Skip as why:
            skipped += 1
            print(f"SKIP {room}.{name}: {why}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {room}.{name}\n{traceback.format_exc()}", flush=True)
        else:
            passed += 1
            print(f"ok   {room}.{name} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
