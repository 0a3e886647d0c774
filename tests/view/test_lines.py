"""Lines on the page: the printed text to the letter, and what a knob changed."""

from __future__ import annotations

from typing import Any

import pytest

from syn0.derive import training_program
from syn0.models import Network, tutorial_training
from syn0.program import Program
from syn0.view.lines import STEP, compare, program_lines, text, text_of

NETWORKS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    (
        {"bias": True, "batch_norm": True, "dropout": 0.2, "activation": "gelu",
         "loss": "binary_cross_entropy", "dtype": "float32"},
        {"optimizer": "adam", "batch_size": 4, "clip_norm": 1, "l1": 0.1, "l2": 0.1,
         "schedule": "one_cycle", "max_norm": 3},
    ),
    ({"activation": "softmax", "skip": True, "layer_norm": True}, {"trim_deltas": 0.1}),
]  # fmt: skip


def program_of(network: dict[str, Any], training: dict[str, Any]) -> Program:
    net = Network([3, 8, 8, 1], **network)
    return training_program(net.spec, tutorial_training(training, net.spec))


@pytest.mark.parametrize(("network", "training"), NETWORKS)
def test_tokens_are_the_printed_text(network: dict[str, Any], training: dict[str, Any]) -> None:
    program = program_of(network, training)
    init, lines = program_lines(program, 10, training.get("batch_size"))
    for own, line in zip(program.phase("init"), init, strict=True):
        assert text(line) == text_of(own)
    for own, line in zip(program.phase(*STEP), lines, strict=True):
        assert text(line) == text_of(own)
        names = {token["name"] for token in line["tokens"] if "name" in token}
        assert names == {line["target"], *line["reads"]}
        for token in line["tokens"]:
            if "part" in token and token["kind"] != "bracket":
                part = "".join(line["parts"][token["part"]]["text"].split())
                assert token["text"] in part


def test_parts_open_outermost_first() -> None:
    _, lines = program_lines(program_of({}, {}), 4, None)
    (line,) = [line for line in lines if line["target"] == "l1"]
    assert [part["text"] for part in line["parts"]] == ["sigmoid(l0 @ syn0)", "l0 @ syn0"]
    assert line["parts"][0]["takes"] == [{"part": 1}]
    assert line["parts"][1]["takes"] == [{"name": "l0"}, {"name": "syn0"}]
    assert line["parts"][1]["shape"] == [4, 8]


def test_momentum_changes_its_lines_alone() -> None:
    plain = Network([3, 4, 1])
    before, after = (
        program_lines(training_program(plain.spec, tutorial_training(how, plain.spec)), 4, None)
        for how in ({}, {"momentum": 0.9})
    )
    removed, difference = compare(before[1], after[1], (before[0], after[0]), "momentum")
    marked = {text(line): line["mark"] for line in after[1] if line["mark"] != "same"}
    assert marked == {
        "syn1_velocity = momentum * syn1_velocity + l1.T @ l2_delta": "added",
        "syn1 += syn1_velocity": "changed",
        "syn0_velocity = momentum * syn0_velocity + l0.T @ l1_delta": "added",
        "syn0 += syn0_velocity": "changed",
    }
    assert not removed
    assert difference["words"] == "2 added, 2 changed, 3 of the lines before the loop"
    back, difference = compare(after[1], before[1], (after[0], before[0]), "momentum")
    assert [line["target"] for line in back] == ["syn1_velocity", "syn0_velocity"]
    assert difference["removed"] == 2
