"""What of a program's state is never below 0 is told by its lines, whatever it is called."""

import pytest

from syn0.derive import training_program
from syn0.program import Line, Name, Program
from syn0.program.expressions import Const, zeros
from syn0.program.signs import never_negative
from syn0.spec import (
    LBFGS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    BatchNorm,
    Dense,
    NetworkSpec,
    RMSprop,
    Training,
)

PLAIN = NetworkSpec(3, (Dense(4, init="constant:0.5"), Dense(1, bias=True)))
NORMALIZED = NetworkSpec(3, (Dense(4, "relu"), BatchNorm(), Dense(1)))

CASES = {
    "velocities": (PLAIN, SGD(0.1, momentum=0.9), {}, set()),
    "sums of squares": (PLAIN, AdaGrad(), {}, {"syn0_squares", "syn1_squares", "bias1_squares"}),
    "means of squares": (PLAIN, RMSprop(), {}, {"syn0_squares", "syn1_squares", "bias1_squares"}),
    "second moments and steps": (PLAIN, Adam(), {}, {"syn0_v", "syn1_v", "bias1_v", "t"}),
    "with clipping and decay": (
        PLAIN,
        AdamW(),
        {"clip_norm": 1.0, "l2": 0.1, "max_norm": 2.0},
        {"syn0_v", "syn1_v", "bias1_v", "t"},
    ),
    "a rate that falls": (PLAIN, SGD(), {"schedule": "plateau:2,0.5"}, {"rate", "waited", "t"}),
    "running variances": (NORMALIZED, SGD(), {}, {"variance1"}),
    "what a solver moves": (PLAIN, LBFGS(), {}, set()),
}


@pytest.mark.parametrize(("spec", "optimizer", "more", "names"), CASES.values(), ids=CASES)
def test_it_is_told_by_the_lines(spec, optimizer, more, names):
    program = training_program(spec, Training(steps=9, optimizer=optimizer, **more))
    assert never_negative(program) - {"t"} == names - {"t"}


@pytest.mark.parametrize(
    ("update", "is_told"),
    [
        (Name("a") * 2 + 1, True),
        (Name("a") + Name("b") ** 2, True),
        (Name("a") + (Name("b") ** 2 - Name("a")) * 0.5, False),  # not as it is written
        (Name("a") + Const(0.5) * (Name("b") ** 2 - Name("a")), True),
        (Name("a") + Const(1.5) * (Name("b") ** 2 - Name("a")), False),
        (Name("a") * (1 - Const(0.9)), True),
        (Name("a") * (1 - Const(1.1)), False),
        (Name("a") - 1, False),
        (Name("a") + Name("b"), False),
        (Name("b") ** 3, False),
    ],
)
def test_it_is_told_only_where_it_is_sure(update, is_told):
    lines = (
        Line("a", zeros(3), "init", 0, ""),
        Line("b", zeros(3), "init", 0, ""),
        Line("a", update, "update", 0, ""),
        Line("b", Name("b") - 1, "update", 0, ""),
    )
    program = Program(lines, {}, "a", ("a", "b"), (), "float64", 1)
    assert ("a" in never_negative(program)) is is_told
    assert "b" not in never_negative(program)
