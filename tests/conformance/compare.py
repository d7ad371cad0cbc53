"""Compares what each SDK found in each line with what Python's own json finds there.

Numbers are compared as doubles and times as moments. Where an SDK is known to say something else than the specification
(README.md), it must say exactly that.
"""

import json
import sys
from datetime import datetime



def no_data(event):
    return {name: value for name, value in event.items() if name != "data"}


def refused(words):
    return lambda event: {"refused": words}


# What an SDK makes of the event with this id instead.
KNOWN = {
    ("rust", 'd-3 "\\ é é 🍔'): refused("invalid type: sequence, expected a string"),
    ("python", "n-1"): no_data,
    ("javascript", "n-1"): no_data,
    ("javascript", "n-3"): no_data,
    ("javascript", "n-4"): no_data,
    ("javascript", "n-8"): no_data,
}


def canonical(value):
    """Members in one order, numbers as doubles."""
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value


def event(found):
    found = canonical(found)
    if "time" in found:
        found["time"] = datetime.fromisoformat(found["time"].replace("Z", "+00:00")).timestamp()
    return found


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


log, *others = sys.argv[1:]
expected = lines(log)
names = sorted({name for line in expected for name in line})
wrong = 0
for path in others:
    sdk = path.rsplit("/", 1)[-1].removesuffix(".jsonl")
    found = lines(path)
    if len(found) != len(expected):
        sys.exit(f"{sdk}: {len(found)} of {len(expected)} lines")
    known = differ = 0
    for number, (ours, theirs) in enumerate(zip(expected, found), 1):
        ours, theirs = event(ours), event(theirs)
        other = KNOWN.get((sdk, ours["id"]))
        if theirs != (other(ours) if other else ours):
            differ += 1
            print(f"{sdk}, line {number}:\n  ours   {json.dumps(ours)}\n  theirs {json.dumps(theirs)}")
        elif other:
            known += 1
    same = len(found) - known - differ
    print(f"{sdk}: {same} of {len(found)} lines are the same events, {known} differ as is known, {differ} otherwise")
    wrong += differ
print(f"{len(expected)} lines with the members {' '.join(names)}")
sys.exit(1 if wrong else 0)
