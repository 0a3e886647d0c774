"""Runs campaigns; see the package."""

import argparse
import importlib
import sys
import time

from tests.campaigns import NAMES


def main() -> int:
    """Run what was asked for; 1 where a campaign found a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="default: each campaign's short form")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no campaign is called {unknown.pop()}; there are: {', '.join(NAMES)}")
    faults = 0
    for name in options.names or NAMES:
        campaign = importlib.import_module(f"tests.campaigns.{name}")
        count = options.count or campaign.SHORT
        started = time.perf_counter()
        outcome = campaign.run(options.seed, count)
        seconds = time.perf_counter() - started
        ends = ", ".join(f"{number:,} {end}" for end, number in outcome.counts.most_common())
        print(f"{name}: seed {options.seed}, {count:,} cases, {seconds:.0f} s: {ends}")
        for fault in outcome.faults[:20]:
            print(f"  FAULT {fault}")
        faults += len(outcome.faults)
    print(f"{faults} faults")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
