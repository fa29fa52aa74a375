# SPDX-License-Identifier: ISC
"""One real server, one refusal, its diagnosis, the cure, and the message accepted: for a person to watch."""

import os
import shlex
import subprocess
import time

from .answers import answer_for
from .cells import running
from .situations import PASSWORD_ENV

SHOWN = 3                     # the situation that is shown
LOG_SETTLES_S = 0.5


def show(cells, options):
    cell = next(cell for cell in cells if cell.number == SHOWN)
    cured = cell.user.changed(**answer_for(cell)["fixed"])
    with running(cell, options.scratch, options.certificates) as box:
        say(f"A stock {cell.server.TITLE} runs on {cell.address} as {cell.host}. Anna's program has the "
            "right server, port and password, and her mail to Tom is refused. What is the matter?")
        refused = doctor(cell, cell.user, box, options)
        say("Now with the setting changed, and this time the message is really sent.")
        accepted = doctor(cell, cured, box, options, "--send")
    return 0 if (refused, accepted) == (1, 0) else 1


def doctor(cell, user, box, options, *more):
    """Run the doctor before the viewer's eyes, then show what the server logged meanwhile."""
    before = len(box.log())
    command = ["doctor", "--server", f"{cell.host}:{user.port}", "--connect-to", cell.address,
               "--ca", str(options.certificates / "ca.pem"), *user.flags(cell.host, options.certificates / "own.pem"), *more]
    say(f"$ {shlex.join(['baton', *command])}")
    status = subprocess.run([options.baton, *command], check=False,
                            env=os.environ | {PASSWORD_ENV: user.password}).returncode
    time.sleep(LOG_SETTLES_S)
    say(f"The server's own log (exit status of baton: {status}):")
    print(box.log()[before:], flush=True)
    return status


def say(text):
    print(f"\n{text}\n", flush=True)
