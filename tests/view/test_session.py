"""What the page asks and is told, without a page."""

from __future__ import annotations

import base64
import re
import time
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from syn0.cli.flags import settings
from syn0.derive import training_program
from syn0.models import Network, tutorial_training
from syn0.printers import PRINTERS
from syn0.program.interpreter import start, walk
from syn0.spec import OPTIMIZERS, SOLVERS
from syn0.spec.knobs import Knob
from syn0.view import session as session_room
from syn0.view.knobs import group_of, knobs
from syn0.view.protocol import Message, packed, unpacked
from syn0.view.recipes import from_link, usual_recipe
from syn0.view.session import Session
from syn0.view.shelf import Kept, Shelf
from syn0.view.shown import FRAME_BYTES, in_blocks
from tests.view.pages import BRIEF, Visitor

ERRORS = (
    "0.496410031903", "0.00858452565325", "0.00578945986251", "0.00462917677677",
    "0.00395876528027", "0.00351012256786",
)  # fmt: skip


def test_every_value_is_the_traces_by_repr() -> None:
    visitor = Visitor()
    lines = [line["target"] for line in visitor.latest["program"][0]["lines"]]
    visitor.ask("watch", arrays=["X", "y", "syn0", "syn1", *lines])
    net = Network([3, 4, 1])
    program = training_program(net.spec, tutorial_training({}, net.spec))
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    values: dict[str, Any] = {"X": X, "y": np.array([[0, 1, 1, 0.0]]).T}
    values = {**values, **start(program, np.random.RandomState(1))}
    steps = program.phase("forward", "loss", "backward", "update")
    told_of = 0
    for place, (line, value) in enumerate(walk(steps, dict(values))):
        visitor.ask("move", unit="line", count=1)
        values[line.target] = value
        header, arrays = visitor.frame
        assert (header["step"], header["line"]) == (0, place)
        for shown in header["arrays"]:
            if shown["name"] not in values:
                assert (shown["age"], shown["values"]) == ("none", None)
                continue
            told_of += 1
            assert shown["age"] == "now"
            expected = np.asarray(values[shown["name"]])
            assert arrays[shown["values"]].tobytes() == expected.tobytes()
            if expected.ndim == 2:
                rows, columns = expected.shape
                told = visitor.one(
                    "text", array=shown["name"], rows=[0, rows], columns=[0, columns]
                )
                assert told["texts"] == [[repr(float(x)) for x in row] for row in expected]
        whole = header["opened"]["parts"]
        if whole:
            assert arrays[whole[0]["values"]].tobytes() == np.asarray(value).tobytes()
    assert (
        told_of == 11 * 4 + sum(range(1, 10)) + 2 * 9
    )  # what is given, and each line's from then on


def test_space_prints_the_six_errors() -> None:
    visitor = Visitor()
    visitor.ask("play", rate=None)
    visitor.wait()
    lines = visitor.latest["printed"][0]["lines"]
    assert [line.rpartition(" ")[2] for line in lines[:6]] == list(ERRORS)
    assert visitor.at == (59_999, 10)
    assert visitor.frame[0]["state"] == "finished"
    steps = visitor.latest["curve"][1][0]
    assert len(steps) <= 2_000
    assert steps[-1] == 59_999
    visitor.ask("go", step=0, line=-1)
    visitor.wait()
    start_weights = {shown["name"]: shown for shown in visitor.frame[0]["arrays"]}
    expected = 2 * np.random.RandomState(1).random_sample((3, 4)) - 1
    assert visitor.frame[1][start_weights["syn0"]["values"]].tobytes() == expected.tobytes()
    assert visitor.frame[0]["state"] == "paused"


def test_places() -> None:
    visitor = Visitor(recipe=BRIEF)

    def moved(unit: str, count: int) -> tuple[int, int]:
        visitor.ask("move", unit=unit, count=count)
        return visitor.at

    assert visitor.at == (0, -1)
    assert moved("line", -1) == (0, -1)
    assert moved("line", 1) == (0, 0)
    assert moved("phase", 1) == (0, 2)
    assert moved("phase", 1) == (0, 5)
    assert moved("phase", -1) == (0, 2)
    assert moved("phase", -1) == (0, -1)
    assert moved("line", 11) == (0, 10)
    assert moved("line", 1) == (1, 0)
    assert moved("line", -1) == (0, 10)
    assert moved("phase", 1) == (1, 2)
    assert moved("phase", -1) == (0, 10)
    assert moved("step", 5) == (5, 10)
    assert moved("epoch", -2) == (3, 10)
    visitor.ask("find", line=4)
    assert visitor.at == (4, 4)
    visitor.ask("find", line=9)
    assert visitor.at == (4, 9)
    visitor.ask("go", step=10, line=-2)
    visitor.wait()
    assert visitor.at == (10, 10)
    visitor.ask("go", step=10**9, line=0)
    visitor.wait()
    assert visitor.at == (1_999, 10)
    assert moved("line", 1) == (1_999, 10)


def test_old_values_stay_in_sight() -> None:
    visitor = Visitor()
    visitor.ask("watch", arrays=["l1", "l2", "syn0"])
    visitor.ask("go", step=7, line=1)
    visitor.wait()
    ages = {shown["name"]: shown["age"] for shown in visitor.frame[0]["arrays"]}
    assert ages == {"l1": "now", "l2": "last", "syn0": "now"}


def test_a_frame_waits_for_the_last_one_to_be_painted() -> None:
    session = Session()
    *_, (frame, _) = session.answer({"type": "open"})
    (answer, _), *_ = session.answer({"type": "play"})
    assert [header["type"] for header, _ in session.advance(0.01)] in ([], ["printed"])
    assert session.answer({"type": "ack", "sequence": frame["sequence"]}) == []
    ((frame, _),) = session.answer({"type": "ack", "sequence": answer["sequence"]})
    assert frame["step"] > answer["step"]


def test_who_asks_does_not_wait_for_a_frame_that_nobody_asked_for() -> None:
    session = Session()
    session.answer({"type": "open"})  # its frame is on its way
    ((answer, _),) = session.answer({"type": "move", "unit": "line", "count": 1})
    assert answer["line"] == 0
    for _ in range(3):  # but for one that somebody has asked for
        assert session.answer({"type": "move", "unit": "line", "count": 1}) == []
    ((answer, _),) = session.answer({"type": "ack", "sequence": answer["sequence"]})
    assert answer["line"] == 3  # only the latest


def test_training_comes_back_without_a_frame_where_somebody_waits() -> None:
    visitor = Visitor()
    visitor.ask("play")
    session = visitor.session
    session.hurries = lambda: True
    assert session.advance(0.01) == []
    assert session.run.step > 0
    session.hurries = lambda: False
    assert [header["type"] for header, _ in session.advance(0.01)][-1] == "frame"


def test_nobody_looks_so_no_frame_is_sent() -> None:
    visitor = Visitor()
    visitor.ask("watch", arrays=["l1"], detail=None, hidden=True)
    visitor.ask("play", rate=None)
    for _ in range(3):
        assert not [h for h, _ in visitor.take(visitor.session.advance(0.01)) if h == "frame"]
    assert visitor.session.run.step > 0


def test_a_weights_votes_and_rounding_sum_to_its_update() -> None:
    visitor = Visitor()
    visitor.ask("go", step=40, line=10)
    visitor.wait()
    for weight, rows, columns in (("syn0", 3, 4), ("syn1", 4, 1)):
        for i in range(rows):
            for j in range(columns):
                ((header, (products, sums)),) = visitor.ask("split", weight=weight, i=i, j=j)
                others, rounding, total, old, new = sums
                summed = products[0]
                for product in products[1:]:
                    summed = summed + product
                assert summed + rounding == total
                assert old + total == new
                assert header["others"] == ""
                assert others == 0
                assert [float(vote["text"]) for vote in header["votes"]] == products.tolist()


@pytest.mark.parametrize("kind", ["digits", "moons"])
def test_many_votes(kind: str) -> None:
    visitor = Visitor()
    visitor.ask("data", data={"id": kind})
    visitor.ask("go", step=3, line=0)
    visitor.wait()
    ((header, (products, sums)),) = visitor.ask("split", weight="syn0", i=1, j=1)
    others, rounding, total, *_ = sums.astype(visitor.session.run.program.dtype)
    assert len(products) == 12
    summed = np.float64(0) if header["others"] == "" else others
    parts = products.astype(others.dtype)
    assert np.add.accumulate(np.append(parts, summed))[-1] + rounding == total
    assert header["stages"] or visitor.session.run.made.training.optimizer


RECIPES: list[dict[str, Any]] = [
    {"network": {"net": "3-1000-1"}},
    {"network": {"net": "3-8-8-8-8-8-1", "batch_norm": True, "bias": True},
     "training": {"optimizer": "adam", "clip_norm": 1.0, "l1": 0.1, "max_norm": 2.0}},
    {"data": {"id": "digits"}, "network": {"net": "64-128-10"}, "training": {"batch_size": 64}},
    {"data": {"id": "digits"}, "network": {"net": "64-300-300-10"}},
    {"data": {"id": "breast_cancer"}, "network": {"hidden": "64,64"}},
]  # fmt: skip


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: str(recipe["network"]))
def test_no_frame_is_larger_than_128_kb(recipe: dict[str, Any]) -> None:
    visitor = Visitor(recipe=recipe)
    program = visitor.latest["program"][0]
    names = [line["target"] for line in program["lines"]]
    for line, target in list(enumerate(names))[:: max(1, len(names) // 8)]:
        visitor.ask("go", step=1, line=line)
        visitor.wait()
        visitor.ask("watch", arrays=[*names, *program["state"]], detail=target,
                    window=[target, 1, 1])  # fmt: skip
        assert visitor.at == (1, line)
        assert len(packed(*visitor.session.frame())) <= FRAME_BYTES
        shown = {shown["name"]: shown for shown in visitor.frame[0]["arrays"]}
        assert shown[target]["values"] is not None or shown[target]["blocks"] is not None
        visitor.session.in_flight = None


def test_blocks_tell_mean_least_and_greatest() -> None:
    visitor = Visitor(recipe={"data": {"id": "digits"}, "network": {"net": "64-128-10"}})
    visitor.ask("watch", arrays=["syn0"], detail="syn0", window=["syn0", 60, 5])
    header, arrays = visitor.frame
    (shown,) = header["arrays"]
    weights = visitor.session.run.value_of("syn0")
    assert shown["block"] == [2, 4]
    blocks = weights.reshape(32, 2, 32, 4)
    for found, expected in zip(
        arrays[shown["blocks"]],
        (blocks.mean(axis=(1, 3)), blocks.min(axis=(1, 3)), blocks.max(axis=(1, 3))),
        strict=True,
    ):
        assert np.allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert shown["limit"] == np.abs(weights).max()
    window = header["window"]
    assert (window["row"], window["column"]) == (40, 5)  # as far down as it goes
    assert arrays[window["values"]].tobytes() == weights[40:64, 5:21].tobytes()


def test_a_knob_starts_the_run_again_and_tells_what_changed() -> None:
    visitor = Visitor()
    visitor.ask("go", step=50, line=3)
    visitor.wait()
    visitor.ask("knob", name="momentum", value=0.9)
    program = visitor.latest["program"][0]
    assert visitor.at == (0, -1)
    assert program["difference"]["added"] == 2
    assert program["recipe"]["training"] == {"momentum": 0.9}
    visitor.ask("knob", name="momentum", value=None)
    assert visitor.latest["program"][0]["recipe"]["training"] == {}
    assert visitor.latest["program"][0]["difference"]["removed"] == 2


def test_every_knob_can_be_turned_to_what_it_offers() -> None:
    visitor = Visitor()
    for knob in visitor.latest["program"][0]["knobs"]:
        for value in [*knob["tries"], *([True] if knob["kind"] == "truth" else [])]:
            found = visitor.ask("knob", name=knob["name"], value=value)
            kind = found[0][0]["type"]
            if kind == "error":
                assert knob["idle"] or knob["name"] in {"output_activation", "loss", "skip"}, found[
                    0
                ][0]["words"]
                continue
            visitor.ask("go", step=2, line=-2)
            visitor.wait()
            assert visitor.at == (2, len(visitor.latest["program"][0]["lines"]) - 1)
        visitor.ask("knob", name=knob["name"], value=None)


@pytest.mark.parametrize(
    ("knob", "value"),
    [("momentum", 0.9), ("bias", True), ("dropout", 0.2), ("l2", 0.01), ("loss", "hinge"),
     ("clip_norm", 1.0), ("batch_norm", True), ("dtype", "float32"), ("max_norm", 3.0)],
)  # fmt: skip
def test_a_knobs_difference_is_that_of_write(knob: str, value: Any) -> None:
    from click.testing import CliRunner

    from syn0.cli import cli

    visitor = Visitor()
    visitor.ask("knob", name=knob, value=value)
    program = visitor.latest["program"][0]
    joined = lambda line: " ".join("".join(t["text"] for t in line["tokens"]).split())  # noqa: E731
    new = {joined(line) for line in program["lines"] if line["mark"] != "same"}
    new |= set(program["difference"]["init_added"])
    flag = f"--{knob.replace('_', '-')}"
    words = ["write", "3-4-1", flag, *([] if value is True else [str(value)]), "--diff"]
    diff = CliRunner().invoke(cli, words).output
    added = "".join(line[1:] for line in diff.splitlines() if line.startswith("+"))
    for line in new:
        if not (line.startswith("t ") or " t)" in line):  # a script's loop counts its steps
            assert "".join(line.split()) in "".join(added.split()), line


def test_a_solver_is_refused_in_words() -> None:
    visitor = Visitor()
    visitor.ask("knob", name="optimizer", value="lbfgs")
    assert "L-BFGS" in visitor.words
    assert visitor.session.run.recipe["training"] == {}


def test_a_fork_starts_alike_and_both_are_drawn() -> None:
    visitor = Visitor()
    visitor.ask("fork")
    visitor.ask("knob", name="momentum", value=0.5)
    visitor.ask("play", rate=None, until=300)
    visitor.wait()
    curves = visitor.latest["curve"][0]["runs"]
    assert [curve["run"] for curve in curves] == ["A", "B"]
    program = visitor.latest["program"][0]
    assert [run["words"] for run in program["runs"]] == ["the first", "momentum 0.5"]
    assert {run.step for run in visitor.session.runs.values()} == {300}
    a, b = (visitor.latest["curve"][1][curve["loss"]] for curve in curves)
    assert a[0] == b[0]
    assert a[-1] != b[-1]
    visitor.ask("select", run="B", close=True)
    assert visitor.session.present == "A"
    visitor.ask("select", run="A", close=True)
    assert visitor.words == "the last run stays"


def test_an_edit_changes_what_follows() -> None:
    visitor = Visitor()
    visitor.ask("go", step=5, line=4)
    visitor.wait()
    visitor.ask("edit", array="syn0", i=2, j=1, value="9.5")
    assert visitor.at == (5, 4)
    assert visitor.session.run.trace.start["syn0"][2, 1] == 9.5
    assert visitor.session.run.recipe["edits"] == [
        {"step": 5, "array": "syn0", "i": 2, "j": 1, "value": 9.5}
    ]
    visitor.ask("edit", array="syn0", i=2, j=1, value="nan")
    assert "finite" in visitor.words
    visitor.ask("edit", array="l1", i=0, j=0, value="1")
    assert "l1" in visitor.words


def test_a_link_restores_everything() -> None:
    visitor = Visitor()
    visitor.ask("knob", name="momentum", value=0.9)
    visitor.ask("go", step=123, line=6)
    visitor.wait()
    visitor.ask("edit", array="syn1", i=1, j=0, value="0.25")
    link = visitor.one("link")
    again = Visitor(link=link["link"])
    again.wait()
    assert again.at == (123, 6)
    assert (again.one("link")["link"], again.one("link")["hash"]) == (link["link"], link["hash"])
    assert "error" not in again.latest
    assert len(link["link"]) < 400


def test_a_link_restores_forks() -> None:
    visitor = Visitor()
    visitor.ask("go", step=20, line=6)
    visitor.wait()
    alone = visitor.one("link")["link"]
    for rate in (0.5, 2.0, 3.0):
        visitor.ask("fork")
        visitor.ask("knob", name="learning_rate", value=rate)
        visitor.ask("go", step=int(10 * rate), line=2)
        visitor.wait()
    visitor.ask("select", run="C")
    link = visitor.one("link")
    again = Visitor(link=link["link"])
    again.wait()
    assert (again.session.present, again.at) == ("C", (20, 2))
    for name, run in visitor.session.runs.items():
        other = again.session.runs[name]
        assert (other.standing, other.state_hash()) == (run.standing, run.state_hash())
    assert "error" not in again.latest
    assert len(link["link"]) < 2 * len(alone)


@pytest.mark.parametrize("link", ["", "x", "AAAA", "%", "eJw", "eNoLycgsVgCiRIUSAA4mAqs" * 2000])
def test_a_damaged_link_is_refused_in_words(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        from_link(link)


def test_a_link_does_not_unpack_to_much() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 10_000_000, 9)).decode()[:16_384]
    with pytest.raises(ValueError, match="damaged"):
        from_link(bomb)


def test_a_bad_number_stops_at_its_line() -> None:
    visitor = Visitor(
        recipe={
            "data": {"id": "xor"},
            "network": {"net": "3-4-1", "activation": "identity", "output_activation": "identity"},
            "training": {"learning_rate": 50.0},
        }
    )
    visitor.ask("play", rate=None)
    visitor.wait()
    trouble = visitor.latest["trouble"][0]
    assert visitor.frame[0]["state"] == "diverged"
    assert visitor.at == (trouble["step"], trouble["line"])
    assert "became" in trouble["words"]
    assert [knob["name"] for knob in trouble["tries"]] == ["learning_rate", "clip_norm"]
    assert trouble["operands"]
    assert [shown["name"] for shown in trouble["before"]] == [
        shown["name"] for shown in trouble["operands"]
    ]
    value = visitor.session.run.trace.lines[trouble["line"]].value
    assert not np.isfinite(value).all()
    for line in visitor.session.run.trace.lines[: trouble["line"]]:
        assert np.isfinite(line.value).all()
    visitor.ask("move", unit="line", count=1)
    assert visitor.at == (trouble["step"], trouble["line"])
    visitor.ask("move", unit="line", count=-3)
    assert visitor.frame[0]["state"] == "paused"
    visitor.ask("go", step=10_000, line=0)
    visitor.wait()
    assert visitor.at == (trouble["step"], trouble["line"])
    visitor.ask("knob", name="learning_rate", value=trouble["tries"][0]["value"] / 1_000)
    visitor.ask("play", rate=None, until=200)
    visitor.wait()
    assert visitor.at == (200, 10)


def test_where_a_run_stands_is_said_last() -> None:
    """A page may be painted between any two messages: who sees where the run stands sees the
    pictures and the curve of that place."""
    session = Session()
    session.answer({"type": "open"})
    session.answer({"type": "report", "kind": "units", "keep": True})

    def kinds(messages: list[Message]) -> list[str]:
        session.in_flight = None  # it is painted at once
        return [header["type"] for header, _ in messages]

    def at_the_end() -> list[str]:
        kinds(session.answer({"type": "play"}))
        while session.is_playing:
            last = kinds(session.advance(0.05))
        return last

    session.in_flight = None
    for asked in (
        {"type": "knob", "name": "steps", "value": 300},
        {"type": "go", "step": 5, "line": 3},
        {"type": "select", "run": "A"},
        {"type": "pause"},
    ):
        *others, last = kinds(session.answer(asked))
        assert (last, others.count("units")) == ("frame", 1), asked
    assert at_the_end() == ["curve", "printed", "units", "frame"]
    for name, value in (("output_activation", "identity"), ("learning_rate", 1e300)):
        kinds(session.answer({"type": "knob", "name": name, "value": value}))
    assert at_the_end() == ["curve", "printed", "trouble", "frame"]


def test_a_rate_is_kept() -> None:
    visitor = Visitor()
    begun = time.perf_counter()  # before the session's own clock, however busy the machine is
    visitor.ask("play", rate=1_000.0)
    while visitor.session.run.step < 100:
        visitor.take(visitor.session.advance(0.01))
        assert visitor.session.run.step <= 1_000 * (time.perf_counter() - begun) + 5


REPORTS = {
    "xor": ("table", "confusion", "units", "statistics"),
    "moons": ("table", "regions", "confusion", "units", "statistics"),
    "blobs": ("table", "regions", "confusion", "units", "statistics"),
    "iris": ("table", "confusion", "units", "statistics"),
    "digits": ("table", "images", "confusion", "units", "statistics"),
    "diabetes": ("table", "confusion", "units", "statistics"),
}


@pytest.mark.parametrize("data", REPORTS)
def test_pictures(data: str) -> None:
    visitor = Visitor()
    visitor.ask("data", data={"id": data})
    visitor.ask("go", step=20, line=5)
    visitor.wait()
    for kind in ("table", "regions", "images", "confusion", "units", "statistics"):
        told = visitor.one("report", kind=kind)
        assert told["type"] == (kind if kind in REPORTS[data] else "error")
        if told["type"] == "error":
            assert kind in ("regions", "images")
    confusion, (counts,) = visitor.latest["confusion"]
    if data == "iris":
        assert confusion["classes"] == ["setosa", "versicolor", "virginica"]
        assert counts.sum() == visitor.latest["program"][0]["data"]["held_out"] == 30
    if data == "xor":
        table = visitor.latest["table"][0]
        assert table["columns"] == ["x1", "x2", "x3", "y", "prediction"]
        assert [row[3] for row in table["texts"]] == ["0", "1", "1", "0"]


def test_a_line_is_an_equation_too() -> None:
    def words(markup: Any) -> str:
        return markup if isinstance(markup, str) else "".join(map(words, markup["holds"]))

    program = Visitor().latest["program"][0]
    said = {line["target"]: words(line["math"]) for line in program["lines"]}
    assert said["l1"] == "l1=sigmoid(l0·syn0)"
    assert said["l1_error"] == "l1_error=l2_delta·syn1\u22a4"
    assert said["loss"] == "loss=∑l2_error22"  # a fraction


ENDINGS = {
    "numpy": "py", "terse": "py", "c": "c", "cpp": "cpp", "cuda": "cu", "d": "d",
    "javascript": "mjs", "julia": "jl", "rust": "rs", "torch": "py", "jax": "py", "math": "txt",
    "latex": "tex", "mathml": "html",
}  # fmt: skip
"""How the files of each language end."""


def test_downloads() -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import syn0

    visitor = Visitor()
    visitor.ask("go", step=9, line=10)
    visitor.wait()
    for language in visitor.latest["program"][0]["languages"]:
        ((header, (content,)),) = visitor.ask("download", what="program", language=language)
        assert len(content) > 200
        assert header["name"] == f"syn0-3-4-1.{ENDINGS[language]}"
    assert set(ENDINGS) == set(PRINTERS)
    ((_, (content,)),) = visitor.ask("download", what="model")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        path.write_bytes(content.tobytes())
        model = syn0.load(path)
    assert model.steps_taken == 10
    assert model.weights["syn0"].tobytes() == visitor.session.run.trace.values["syn0"].tobytes()


def test_a_recording_holds_steps_and_stays_small() -> None:
    visitor = Visitor()
    visitor.ask("go", step=300, line=3)
    visitor.wait()
    ((_, (content,)),) = visitor.ask("download", what="page")
    assert len(content) < 3_000_000
    page = content.tobytes().decode()
    assert "default-src 'none'" in page
    assert visitor.session.run.step == 300
    assert visitor.session.run.line == 3
    (taken,) = re.findall(r'<script id="recording" type="text/plain">(.+?)</script>', page)
    tape = zlib.decompress(base64.b64decode(taken))
    at, steps = 0, set()
    while at < len(tape):
        length = int.from_bytes(tape[at : at + 4], "little")
        told, _ = unpacked(tape[at + 4 : at + 4 + length])
        at += 4 + length
        if told["type"] == "frame":
            steps.add(told["step"])
    assert steps == {*range(20), *range(281, 311)} or steps >= {*range(20), *range(290, 301)}


# ----------------------------------------------------------------------------------- hostile words

JUNK: list[Any] = [
    None, True, -1, 10**30, 1e308, "x", "", "../../etc/passwd", [], {}, [1, 2], {"id": "xor"},
    {"id": "file", "hash": "0"}, "syn0", ["syn0"] * 2_000, "a" * 30_000, [0, 10**9],
]  # fmt: skip
FIELDS = {
    "open": ("recipe", "link"),
    "go": ("step", "line"),
    "move": ("unit", "count"),
    "find": ("line",),
    "play": ("rate", "until"),
    "watch": ("arrays", "detail", "window"),
    "text": ("array", "rows", "columns"),
    "split": ("weight", "i", "j"),
    "knob": ("name", "value"),
    "edit": ("array", "i", "j", "value"),
    "ack": ("sequence",),
    "select": ("run", "close"),
    "data": ("data", "net"),
    "upload": ("name", "target"),
    "report": ("kind", "first", "layer", "keep"),
    "download": ("what", "language"),
    None: (),
    "nonsense": (),
}


@pytest.mark.parametrize("kind", FIELDS, ids=str)
def test_whatever_is_said_is_answered(kind: str) -> None:
    visitor = Visitor(recipe=BRIEF)
    right: dict[str, Any] = {"unit": "line", "array": "syn0", "weight": "syn0", "name": "momentum"}
    for field in FIELDS[kind] or ("",):
        for junk in JUNK:
            how = {name: right[name] for name in FIELDS[kind] if name in right}
            visitor.session.is_playing, visitor.session.seeking = False, None
            visitor.take(visitor.session.answer({"type": kind, **how, field: junk}))
    visitor.session.seeking = None
    found = visitor.ask("move", unit="line", count=1)
    assert found[-1][0]["type"] in ("frame", "error")


def test_names_that_are_markup_stay_text() -> None:
    name = '<img src=x onerror="alert(1)">'
    table = f'"{name}",b,y\n1,2,<script>\n3,4,b\n5,6,<script>\n7,8,b\n'.replace(
        f'"{name}"', '"' + name.replace('"', '""') + '"'
    )
    visitor = Visitor()
    visitor.ask("upload", table.encode(), name=f"{name}.csv")
    data = visitor.latest["program"][0]["data"]
    assert name in data["columns"]
    assert "<script>" in data["classes"]


def test_recipes_of_files_that_are_not_here_are_refused() -> None:
    recipe = usual_recipe({"id": "file", "name": "table.csv", "hash": "0" * 64})
    session = Session(shelf=Shelf())
    ((header, _),) = session.answer({"type": "open", "recipe": recipe})
    assert header["words"] == "drop table.csv on the page: it is not here"


def test_runs_come_back_to_where_they_stood() -> None:
    visitor = Visitor()
    visitor.ask("move", unit="step", count=700)
    visitor.wait()
    visitor.ask("edit", array="syn1", i=0, j=0, value="0.25")
    visitor.ask("fork")
    visitor.ask("knob", name="learning_rate", value=0.1)
    visitor.ask("go", step=1_234, line=4)
    visitor.wait()
    before = visitor.session
    program = visitor.ask("select", run="B")[0][0]
    known = [{"run": one["run"], "recipe": one["recipe"]} for one in program["runs"]]
    assert [(one["run"], one["recipe"]["step"]) for one in known] == [("A", 700), ("B", 1_234)]
    assert visitor.frame[0]["others"] == [{"run": "A", "step": 700, "line": -1}]
    again = Visitor(runs=known, present="B")
    again.wait()
    assert again.session.present == "B"
    for name, run in before.runs.items():
        other = again.session.runs[name]
        assert (other.step, other.line) == (run.step, run.line)
        assert other.state_hash() == run.state_hash()
        assert other.recipe["training"] == run.recipe["training"]
        assert other.recipe["edits"] == run.recipe["edits"]
    curves = again.latest["curve"]
    assert [run["run"] for run in curves[0]["runs"]] == ["A", "B"]
    assert [curves[1][run["step"]][-1] for run in curves[0]["runs"]] == [700, 1_234]


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([], "a list of 1 to 4"),
        ([{"run": "A"}], "recipe"),
        ([{"run": "Z", "recipe": {}}], "run 'Z'"),
        ([{"run": "A", "recipe": {"network": {"net": "3-1"}}}] * 2, "there twice"),
        (["A"], "its name and its recipe"),
        ("A", "a list of 1 to 4"),
    ],
)
def test_runs_that_are_none_are_refused(runs: object, words: str) -> None:
    visitor = Visitor(runs=runs, present="A")
    assert words in visitor.words
    assert not visitor.session.runs


def test_a_run_that_is_stepped_on_before_it_is_back_stays_there() -> None:
    recipe = usual_recipe({"id": "xor"})
    runs = [{"run": name, "recipe": {**recipe, "step": 9_000}} for name in "AB"]
    visitor = Visitor(runs=runs, present="A")
    visitor.ask("select", run="B")
    visitor.ask("go", step=3, line=2)
    visitor.wait()
    assert visitor.at == (3, 2)


def test_every_knob_with_a_flag_and_every_optimizers_setting_is_on_the_page() -> None:
    shown = {knob["name"] for has_hidden in (False, True)
             for knob in knobs({}, 4, has_hidden=has_hidden, is_model=False)}  # fmt: skip
    of_solvers = {name for solver in SOLVERS for name in OPTIMIZERS[solver].KNOBS}
    for knob, owners in settings():
        if (knob.section or owners) and knob.name not in of_solvers:
            assert knob.name in shown, knob.name
    assert not of_solvers & shown


def test_a_knob_that_the_page_does_not_know_finds_a_place_by_its_kind() -> None:
    flagged, plain = Knob("new", name="new", section="Training"), Knob("new", name="new")
    assert group_of(flagged, "network", ()) == "forward"
    assert group_of(flagged, "training", ()) == "update"
    penalty = Knob("new", name="new", section="Penalties and limits")
    assert group_of(penalty, "training", ()) == "loss"
    assert group_of(replace(penalty, fits_solvers=False), "training", ()) == "update"
    assert group_of(plain, "training", ("adam",)) == "update"
    assert group_of(plain, "training", ("lbfgs",)) is None
    assert group_of(plain, "training", ()) is None


def test_solvers_stand_among_the_choices_with_the_reason_why_not() -> None:
    knobs = {knob["name"]: knob for knob in Visitor().latest["program"][0]["knobs"]}
    assert list(knobs["optimizer"]["left_out"]) == ["lbfgs"]
    assert "no line shows" in knobs["optimizer"]["left_out"]["lbfgs"]
    assert "lbfgs" not in knobs["optimizer"]["choices"]
    assert knobs["momentum"]["left_out"] == {}


def test_a_model_of_a_solver_goes_on_by_adam() -> None:
    network = Network([3, 4, 1])
    network.train([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0], optimizer="lbfgs",
                  steps=3, progress=False)  # fmt: skip
    shelf = Shelf()
    shelf.keep(Kept("model.safetensors", "it", network, 0))
    data = {"id": "file", "name": "model.safetensors", "hash": "it"}
    visitor = Visitor(Session(shelf=shelf), recipe={"data": data, "network": {}})
    program = visitor.latest["program"][0]
    assert "trained by L-BFGS" in program["data"]["notes"][0]
    assert {knob["name"]: knob["value"] for knob in program["knobs"]}["optimizer"] == "adam"
    visitor.ask("move", unit="step", count=2)
    assert visitor.at == (visitor.session.run.first + 2, -1)


def network_report(visitor: Visitor, **how: Any) -> tuple[dict[str, Any], list[Any]]:
    ((header, arrays),) = visitor.ask("report", kind="network", **how)
    return header, arrays


def test_units_of_a_large_network_are_the_strongest_or_those_asked_for() -> None:
    visitor = Visitor(recipe={"data": {"id": "digits"}, "network": {"net": "64-128-10"}})
    visitor.ask("go", step=2, line=4)
    visitor.wait()
    values = visitor.session.run.values()
    syn0, syn1 = (np.asarray(values[name][0]) for name in ("syn0", "syn1"))
    header, arrays = network_report(visitor)
    inputs, hidden, outputs = header["layers"]
    sums = np.abs(syn0).sum(axis=0) + np.abs(syn1).sum(axis=1)
    assert hidden["units"] == sorted(np.argsort(-sums)[:10].tolist())
    assert (hidden["size"], outputs["units"]) == (128, list(range(10)))
    header, arrays = network_report(visitor, windows=[60, 40, None], example=5)
    inputs, hidden, outputs = header["layers"]
    assert inputs["units"] == list(range(54, 64))  # the last ten
    assert hidden["units"] == list(range(40, 50))
    assert np.array_equal(arrays[hidden["values"]], values["l1"][0][5, 40:50])
    assert np.array_equal(arrays[header["weights"][0]], syn0[54:64, 40:50])
    assert np.array_equal(arrays[header["weights"][1]], syn1[40:50])
    assert header["limits"][0] == np.abs(syn0).max()


@pytest.mark.parametrize("windows", [[1], "all", [0, -1, 0], [0, "x", 0]])
def test_units_that_there_are_not_are_refused(windows: object) -> None:
    visitor = Visitor()
    visitor.ask("report", kind="network", windows=windows)
    assert "windows" in visitor.words


def test_a_place_far_away_is_reached_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_room, "AT_ONCE", 0.0)
    visitor = Visitor()
    visitor.wait()
    visitor.ask("go", step=10_000, line=3)
    assert visitor.at != (10_000, 3)
    assert 0 <= visitor.frame[0]["progress"] < 1
    visitor.wait()
    assert visitor.at == (10_000, 3)
    assert visitor.frame[0]["progress"] is None


def test_a_recording_that_is_broken_off_leaves_no_trace() -> None:
    from syn0.view.recording import Tape, recording, taking

    visitor = Visitor()
    visitor.ask("watch", arrays=["l1"])
    visitor.ask("go", step=30, line=2)
    visitor.wait()
    before = visitor.session.sequence, visitor.session.run.state_hash()
    whole = recording(visitor.session, 40_000)
    turns = taking(visitor.session, Tape(len(whole)))
    for _ in range(40):
        next(turns)
    assert visitor.session.run.step != 30
    turns.close()
    assert (visitor.session.sequence, visitor.session.run.state_hash()) == before
    assert visitor.session.watched == ["l1"]
    assert (visitor.session.run.step, visitor.session.run.line) == (30, 2)
    assert recording(visitor.session, 40_000) == whole


def test_the_picture_of_large_data_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, ...]] = []

    def counted(array: Any, most: tuple[int, int]) -> Any:
        made.append(array.shape)
        return in_blocks(array, most)

    monkeypatch.setattr("syn0.view.shown.in_blocks", counted)
    recipe = {"data": {"id": "digits"}, "network": {"net": "64-8-10"}}
    visitor = Visitor(recipe=recipe)
    visitor.ask("watch", arrays=["X", "l1"])
    for _ in range(3):
        visitor.ask("move", unit="step", count=1)
    rows = len(visitor.session.run.timeline.run.job.arrays["X"])
    assert made.count((rows, 64)) == 1
    assert made.count((rows, 8)) >= 3  # what changes is looked at anew
