"""What a network does and why: its steps line by line, how examples pull at a weight, what units
tell, and whether its gradient is right."""

from syn0.explain.contributions import Contributions, Stage
from syn0.explain.gradients import ParameterCheck, check_gradients
from syn0.explain.replay import Replay
from syn0.explain.trace import Part, Trace, TracedLine, trace_step

__all__ = [
    "Contributions",
    "ParameterCheck",
    "Part",
    "Replay",
    "Stage",
    "Trace",
    "TracedLine",
    "check_gradients",
    "trace_step",
]
