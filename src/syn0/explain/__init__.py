"""What a network does and why: its steps line by line, how examples pull at a weight, what units
tell and where they are stuck, how runs differ, and whether its gradient is right."""

from syn0.explain.comparison import Comparison, Difference, compare
from syn0.explain.contributions import Contributions, Stage
from syn0.explain.gradients import ParameterCheck, check_gradients
from syn0.explain.post_mortem import Health, Operand, PostMortem, Turn
from syn0.explain.pushes import Pushes
from syn0.explain.replay import Replay
from syn0.explain.slopes import LayerSlopes, Slopes, curve
from syn0.explain.statistics import Correlations, Statistics, correlations
from syn0.explain.trace import Part, Trace, TracedLine, trace_step

__all__ = [
    "Comparison",
    "Contributions",
    "Correlations",
    "Difference",
    "Health",
    "LayerSlopes",
    "Operand",
    "ParameterCheck",
    "Part",
    "PostMortem",
    "Pushes",
    "Replay",
    "Slopes",
    "Stage",
    "Statistics",
    "Trace",
    "TracedLine",
    "Turn",
    "check_gradients",
    "compare",
    "correlations",
    "curve",
    "trace_step",
]
