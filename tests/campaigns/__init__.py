"""Campaigns: what a file, a name, a thread or a full disk may do, tried at random, by the thousand.

`python -m tests.campaigns NAME --seed N --count N` runs one of them, without NAME all, and lists
what came out. A campaign is a file of this folder with

- `run(seed, count)`, which tries `count` cases and gives an `Outcome`;
- `SHORT`, the count of the short form that the test suite runs.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

NAMES = tuple(
    sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if "test" not in path.stem)
)


@dataclass
class Outcome:
    """What came of a campaign's cases.

    counts: how often each kind of end was seen, such as "a model" or "one sentence"
    faults: what must not be, each with what reproduces it
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
