"""How fast syn0's engines are, beside other people's tools on the same work."""

from syn0.bench.contestants import Contestant, chosen_peers, engines
from syn0.bench.figures import Report, report_data, speed, this_machine
from syn0.bench.growth import CURVES, exponent
from syn0.bench.measure import BRISK, STEADY, Pace, Result, Timing, measured
from syn0.bench.works import Work, default_works, works_of

__all__ = [
    "BRISK",
    "CURVES",
    "STEADY",
    "Contestant",
    "Pace",
    "Report",
    "Result",
    "Timing",
    "Work",
    "chosen_peers",
    "default_works",
    "engines",
    "exponent",
    "measured",
    "report_data",
    "speed",
    "this_machine",
    "works_of",
]
