# SPDX-License-Identifier: ISC
"""Does every situation refuse as intended, and accept what answers.json says would be accepted?

Not the doctor but the lab's own mail program asks, once with the user's settings and once with the
changed ones.
"""

from .answers import answer_for
from .mailer import attempt


def check(cell, certificates):
    """Lines to print about the cell, and whether it behaves."""
    answer = answer_for(cell)
    accepted, dialogue = attempt(cell, cell.user, certificates)
    lines = [f"asked: {'accepted' if accepted else 'refused'}", *dialogue]
    good = accepted == (answer["verdict"] == "accepted") or answer.get("varies", False)
    if answer.get("fixed"):
        accepted, dialogue = attempt(cell, cell.user.changed(**answer["fixed"]), certificates)
        lines += [f"fixed {answer['fixed']}: {'accepted' if accepted else 'refused'}", *dialogue]
        good = good and accepted
    return lines, good
