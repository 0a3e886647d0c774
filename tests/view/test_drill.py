"""The drill on the page: exercises, verdicts, hints, what is solved; and who waits for whom."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syn0.learn.drill import judge
from syn0.learn.drill.ladder import LADDER, exercise_of
from syn0.learn.drill.progress import NAME, read_progress
from syn0.learn.drill.sandbox import Stopper, run_program
from syn0.learn.state import state_file
from syn0.view.drill import MOST_BYTES
from syn0.view.protocol import packed
from syn0.view.server import LOOPBACK, House, Page, application
from tests.view.pages import Visitor
from tests.view.test_server import HERE, OWN, opened, said, until

XOR = {"rung": 1, "level": 5}
SOLUTION = exercise_of(LADDER[1], 5).solution


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is kept in a folder of the test's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor()


def test_programs_run_for_pages_on_this_machine_only() -> None:
    for names, is_run in (
        (LOOPBACK, True),
        (("localhost", *LOOPBACK), True),
        (("me", *LOOPBACK), False),
    ):
        page = Page(None, House(1, names), None)  # type: ignore[arg-type]
        assert page.session.runs_programs == is_run
    asked = Visitor()
    asked.session.runs_programs = False
    assert "on this machine only" in asked.one("check", **XOR, program=SOLUTION)["words"]


def test_it_begins_with_the_first_exercise_that_is_not_solved(visitor: Visitor) -> None:
    first = visitor.one("drill")
    assert (first["rung"], first["level"], first["line"]) == (0, 1, "l1_delta")
    assert first["lines"] == ["X", "l1", "l1_error", "l1_delta", "syn0"]
    assert "# Write here: l1_delta = ..." in first["start"]
    visitor.one("check", rung=0, level=1, program=exercise_of(LADDER[0], 1).solution)
    second = visitor.one("drill")
    assert (second["rung"], second["level"]) == (0, 4)
    assert second["ladder"][0]["solved"] == 1


def test_a_verdict_names_the_first_wrong_array_and_shows_both(visitor: Visitor) -> None:
    wrong = SOLUTION.replace("l1_error * (l1 * (1 - l1))", "l1_error * (1 - l1)")
    ((found, arrays),) = visitor.ask("check", **XOR, program=wrong)
    assert (found["outcome"], found["cause"], found["line"]) == ("wrong", "slope", "l1_delta")
    line = 1 + wrong.splitlines().index(
        next(x for x in wrong.splitlines() if x.strip().startswith("l1_delta"))
    )
    assert found["at"] == line
    assert found["words"][0].startswith(f"First wrong: l1_delta in line {line}.")
    assert found["words"][-1] == "Likely: a part of the slope is missing: take l1 * (1 - l1)."
    states = {mark["name"]: mark["state"] for mark in found["rail"]}
    assert (states["l1_error"], states["l1_delta"], states["syn0"]) == ("right", "wrong", "open")
    sides = found["wrong"]
    expected, mine = (arrays[sides[side]["values"]] for side in ("expected", "found"))
    assert expected.shape == mine.shape == (4, 4)
    assert arrays[sides["differs"]].tolist() == (expected != mine).astype(int).tolist()
    assert found["output"].startswith("step 0: ")
    assert (found["solution"], found["next"]) == ("", None)


def test_only_the_entries_that_differ_are_marked(visitor: Visitor) -> None:
    wrong = SOLUTION.replace("l2_error = y - l2 ", "l2_error = (y - l2) * [[1], [1], [2], [1]] ")
    ((found, arrays),) = visitor.ask("check", **XOR, program=wrong)
    assert found["wrong"]["name"] == "l2_delta"
    assert arrays[found["wrong"]["differs"]].ravel().tolist() == [0, 0, 1, 0]


def test_success_shows_the_solution_and_is_remembered_with_the_terminals(visitor: Visitor) -> None:
    found = visitor.one("check", **XOR, program=SOLUTION)
    assert (found["outcome"], found["agreement"], found["line"]) == ("right", "exact", "")
    assert (found["solution"], found["next"]) == (SOLUTION, [2, 3])
    assert "syn0 write 3-4-1 --to LANGUAGE" in found["words"][-1]
    assert read_progress() == {exercise_of(LADDER[1], 5).key: 5}


def test_a_program_that_cannot_run_is_told_with_its_line(visitor: Visitor) -> None:
    found = visitor.one("check", **XOR, program="import numpy as np\nx = (\n")
    assert (found["outcome"], found["at"], found["rail"]) == ("stopped", 2, [])
    assert found["words"][0].startswith("Line 2: SyntaxError")
    assert found["line"] == "l1"


def test_the_runs_own_network_is_drilled_where_it_can_be() -> None:
    visitor = Visitor()
    visitor.ask("knob", name="momentum", value=0.9)
    mine = visitor.one("drill", rung=-1, level=3)
    assert "momentum 0.9" in mine["title"]
    visitor.ask("knob", name="dropout", value=0.5)
    visitor.ask("drill", rung=-1, level=3)
    assert "dropout" in visitor.words


def test_hints_climb(visitor: Visitor) -> None:
    told = [visitor.one("hint", **XOR, line="l1_error", step=k)["words"] for k in range(4)]
    assert told[0].endswith("went forward.")
    assert told[3] == "l1_error = l2_delta @ syn1.T"


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("check", {"program": "#" * (MOST_BYTES + 1)}, "longer than the 65,536 bytes"),
        ("check", {"program": 1}, "program must be a text"),
        ("drill", {"rung": len(LADDER)}, "the ladder has 13 rungs"),
        ("drill", {"rung": "1"}, "rung"),
        ("check", {"program": "", "level": 9}, "level must be one of"),
        ("hint", {"line": "l9", "step": 0}, "l1_delta"),
        ("hint", {"line": "l1", "step": 4}, "rung must be 0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    visitor: Visitor, kind: str, change: dict[str, object], words: str
) -> None:
    visitor.ask(kind, **{**XOR, **change})
    assert words in visitor.words


def test_progress_that_cannot_be_kept_is_told_beside_the_verdict(visitor: Visitor) -> None:
    state_file(NAME).parent.mkdir()
    state_file(NAME).write_text("?")
    found = visitor.one("check", **XOR, program=SOLUTION)
    assert found["outcome"] == "right"
    assert "is damaged" in found["words"][-1]


# --------------------------------------------------------------------- while a program runs

Children = list["subprocess.Popen[bytes]"]
ENDLESS = "import time\nX = y = 0\ntime.sleep(600)\n"


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    """The programs that were started; none is ended by the clock."""
    found: Children = []
    watch = Stopper.watch

    def seen(self: Stopper, child: subprocess.Popen[bytes] | None) -> None:
        watch(self, child)
        if child is not None:
            found.append(child)

    monkeypatch.setattr(Stopper, "watch", seen)
    monkeypatch.setattr(judge, "run_program", partial(run_program, wall=600))
    yield found
    for child in found:
        child.kill()


def test_other_pages_are_answered_and_a_closed_one_ends_its_program(children: Children) -> None:
    house = House(7310)
    with TestClient(application(house), base_url=HERE) as client:
        with client.websocket_connect("/socket", headers=OWN) as first:
            opened(first, house)
            first.send_bytes(packed({"type": "check", **XOR, "program": ENDLESS}))
            until(lambda: bool(children))
            with client.websocket_connect("/socket", headers=OWN) as second:
                opened(second, house)
                second.send_bytes(packed({"type": "drill"}))
                assert said(second)["type"] == "exercise"
            assert children[0].poll() is None
        until(lambda: children[0].poll() is not None)


def test_nothing_is_started_for_a_page_that_is_gone(children: Children) -> None:
    visitor = Visitor()
    visitor.session.stopper.stop()
    assert visitor.one("check", **XOR, program=ENDLESS)["outcome"] == "stopped"
