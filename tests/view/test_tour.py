"""The tour in a session: what its messages say, and which run the page shows meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syn0 import Network
from syn0.learn.tour import Tour
from tests.view.pages import Visitor


def told(visitor: Visitor) -> dict[str, Any]:
    """The chapter that was told last."""
    return visitor.latest["chapter"][0]


def shown(visitor: Visitor) -> tuple[str, str]:
    """The network and the data on the page."""
    program = visitor.latest["program"][0]
    return program["net"], program["data"]["id"]


def test_a_chapter_is_the_tours_own() -> None:
    visitor, tour = Visitor(), Tour.usual()
    for place, net, data in ((0, "3-1", "correlated"), (3, "3-4-1", "xor"), (27, "4-16-3", "iris")):
        visitor.ask("tour", chapter=place)
        chapter = tour.chapter(tour.lessons[place].name)
        expected = {**chapter.data(), "closing": [], "experiment": None}
        assert {name: told(visitor)[name] for name in expected} == expected
        assert told(visitor)["replies"] == []
        assert shown(visitor) == (net, data)
        assert visitor.at == (0, -1)


def test_guesses_are_answered_and_kept() -> None:
    visitor = Visitor()
    chapter = Tour.usual().chapter("shapes")
    visitor.ask("tour", chapter=1)
    for text in ("", "much"):
        visitor.ask("guess", text=text)
        assert "a shape, rows and columns" in visitor.words
        assert told(visitor)["replies"] == []
    visitor.ask("guess", text="7 x 7")
    assert told(visitor)["replies"] == [chapter.questions[0].respond("7 x 7").data()]
    assert told(visitor)["closing"] == []
    visitor.ask("guess", text="?")
    assert [reply["right"] for reply in told(visitor)["replies"]] == [False, None]
    assert told(visitor)["closing"] == list(chapter.closing)
    assert chapter.experiment is not None
    assert told(visitor)["experiment"] == chapter.experiment.data()
    visitor.ask("guess", text="4 x 1")
    assert "every question of this chapter is answered" in visitor.words
    # Back again, it is all there, unless one wants to be asked once more.
    visitor.ask("tour", chapter=0)
    visitor.ask("tour", chapter=1)
    assert len(told(visitor)["replies"]) == 2
    visitor.ask("tour", chapter=1, again=True)
    for guess in (chapter.questions[0].answer.told, chapter.questions[1].answer.told):
        visitor.ask("guess", text=guess)
    assert [one["done"] for one in told(visitor)["chapters"]][:3] == [False, True, False]


def test_an_experiment_is_computed() -> None:
    visitor = Visitor()
    experiment = Tour.usual().chapter("one-weight").experiment
    assert experiment is not None
    visitor.ask("tour", chapter=5)
    outcome = visitor.one("try", text="9.5")
    assert outcome["type"] == "outcome"
    assert outcome["words"] == experiment.respond("9.5").words
    visitor.ask("try", text="heavy")
    assert "a number" in visitor.words


def test_all_knobs_of_a_chapter_are_turned_at_once() -> None:
    visitor = Visitor()
    names = [lesson.name for lesson in Tour.usual().lessons]
    visitor.ask("tour", chapter=names.index("adam"))
    for _ in range(2):  # the second time from the same program
        visitor.ask("show")
        program = visitor.latest["program"][0]
        assert program["recipe"]["training"] == {"optimizer": "adam", "learning_rate": 0.01}
        assert program["difference"]["knob"] == "optimizer"
        assert program["difference"]["added"] == 9


def test_own_runs_come_back() -> None:
    visitor = Visitor()
    visitor.ask("fork")
    visitor.ask("knob", name="momentum", value=0.9)
    visitor.ask("go", step=3, line=4)
    visitor.wait()
    visitor.ask("tour")
    assert [one["run"] for one in visitor.latest["program"][0]["runs"]] == ["A"]
    visitor.ask("leave")
    program = visitor.latest["program"][0]
    assert [one["run"] for one in program["runs"]] == ["A", "B"]
    assert program["recipe"]["training"] == {"momentum": 0.9}
    assert visitor.at == (3, 4)


def test_a_tour_is_of_the_runs_own_network() -> None:
    visitor = Visitor()
    visitor.ask("data", data={"id": "circles", "rows": 40}, net="2-3-1")
    visitor.ask("tour", chapter=3)
    assert (told(visitor)["net"], shown(visitor)) == ("2-3-1", ("2-3-1", "circles"))
    visitor.ask("tour", chapter=0)
    assert (told(visitor)["net"], shown(visitor)) == ("2-1", ("2-1", "circles"))
    # Other data, chosen meanwhile: the tour is of them from the next chapter on.
    visitor.ask("data", data={"id": "xor"})
    visitor.ask("tour", chapter=1)
    assert (told(visitor)["data"], shown(visitor)) == ("correlated", ("3-1", "correlated"))


def test_knobs_are_turned_on_the_plain_network() -> None:
    visitor = Visitor()
    visitor.ask("data", data={"id": "iris"})
    names = [lesson.name for lesson in Tour.usual().lessons]
    visitor.ask("tour", chapter=names.index("momentum"))  # which the usual optimizer here lacks
    assert shown(visitor) == ("4-16-3", "iris")
    visitor.ask("show")
    assert "error" not in visitor.latest
    assert visitor.latest["program"][0]["recipe"]["training"] == {"momentum": 0.9}


def test_a_saved_model_has_its_tour(tmp_path: Path) -> None:
    net = Network([3, 5, 1], seed=2)
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    net.train(X, [[0], [1], [1], [0]], steps=3)
    net.save(tmp_path / "m.safetensors")
    visitor = Visitor()
    visitor.ask("upload", (tmp_path / "m.safetensors").read_bytes(), name="m.safetensors")
    names = [lesson.name for lesson in Tour.usual().lessons]
    for name, expected in (("failure", ("3-1", "xor")), ("start", ("3-5-1", "file"))):
        visitor.ask("tour", chapter=names.index(name))
        assert told(visitor)["note"] == ""
        assert shown(visitor) == expected
    # A knob that a model cannot turn is refused, and the page stays where it is.
    visitor.ask("tour", chapter=names.index("batch-norm"))
    visitor.ask("show")
    assert "a saved model keeps its layers" in visitor.words
    assert shown(visitor) == ("3-5-1", "file")


@pytest.mark.parametrize(
    ("kind", "how", "words"),
    [
        ("guess", {"text": "1"}, "open the tour first"),
        ("try", {"text": "1"}, "open the tour first"),
        ("show", {}, "open the tour first"),
        ("tour", {"chapter": 29}, "the tour has 29 chapters"),
        ("tour", {"chapter": "x"}, "chapter"),
        ("guess", {"text": 3}, "open the tour first"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, how: dict[str, Any], words: str) -> None:
    visitor = Visitor()
    visitor.ask(kind, **how)
    assert words in visitor.words


def test_a_chapter_that_does_not_apply_says_so() -> None:
    visitor = Visitor()
    visitor.ask("data", data={"id": "xor"}, net="3-1")
    names = [lesson.name for lesson in Tour.usual().lessons]
    visitor.ask("tour", chapter=names.index("backpropagation"))
    assert "hidden layer" in told(visitor)["left_out"]
    assert told(visitor)["questions"] == []
    assert shown(visitor) == ("3-1", "xor")


def test_a_visit_is_told_and_taken_up_again() -> None:
    visitor = Visitor()
    visitor.ask("tour", chapter=1)
    visitor.ask("guess", text="7 x 7")
    before = told(visitor)
    again = Visitor()  # as after a broken connection
    again.ask("tour", visit=before["visit"])
    assert told(again) == {**before, "sequence": told(again)["sequence"]}
    again.ask("guess", text="?")
    assert [reply["right"] for reply in told(again)["replies"]] == [False, None]


@pytest.mark.parametrize(
    "visit",
    [
        [],
        {"chapter": "nowhere", "question": 0, "guesses": {}},
        {"chapter": "shapes", "question": 0, "guesses": {"shapes": [[0, "no shape", True]]}},
    ],
)
def test_what_is_no_visit_changes_nothing(visit: Any) -> None:
    visitor = Visitor()
    visitor.one("tour", visit=visit)
    assert visitor.words
    assert visitor.session.guide is None
    assert shown(visitor) == ("3-4-1", "xor")


def test_own_runs_that_are_on_their_way_get_there_after_the_tour() -> None:
    visitor = Visitor()
    visitor.ask("go", step=0, line=1)
    visitor.session.seeking = (7, 2)  # as after a broken connection, with far to go
    visitor.ask("tour", chapter=0)
    visitor.ask("leave")
    visitor.wait()
    assert visitor.at == (7, 2)
