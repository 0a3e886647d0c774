"""Chapters: all points are reached, every number is computed, and any network has a tour."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest

from syn0.learn.tour import POINTS, Chapter, LeftOut, Tour, chapters
from syn0.learn.tour.answers import Number, Options
from syn0.learn.tour.chapters.knobs import KNOBS
from syn0.learn.tour.content import REGIONS
from syn0.models import Network
from syn0.printers import PRINTERS

FOLDER = Path(chapters.__file__).parent
NAMES = re.compile(r"syn0|\[0,0\]|L2|--l1")
FIGURES = re.compile(r"\d+\.\d{4,}")


DONE = {"go", "open", "split", "knob", "play", "drill"}
"""What chapters do on the page."""


def texts_of(chapter: Chapter) -> list[str]:
    """All that a chapter shows, with every answer and the first experiment."""
    texts = [*chapter.paragraphs, *chapter.closing, *(f.text for f in chapter.figures)]
    for question in chapter.questions:
        reply = question.respond("?")
        texts += [question.words, reply.words, *(f.text for f in reply.figures)]
    return texts


def typed(question) -> str:
    """The right answer as a reader types it."""
    answer = question.answer
    if isinstance(answer, Options):
        return str(min(answer.right) + 1)
    return repr(answer.value) if isinstance(answer, Number) else answer.told


def test_every_point_is_reached_and_every_chapter_has_a_name_of_its_own(usual):
    assert {point for lesson in usual.lessons for point in lesson.points} == set(POINTS)
    names = [lesson.name for lesson in usual.lessons]
    assert len(set(names)) == len(names)
    for lesson in usual.lessons:
        chapter = usual.chapter(lesson.name)
        assert (chapter.name, chapter.title) == (lesson.name, lesson.title)
        assert chapter.points == lesson.points


def test_chapters_are_plain_data_that_tell_no_answer(usual):
    for data in usual.data():
        text = json.dumps(data, allow_nan=False)
        assert "respond" not in text
        assert set(data["lights"]) <= set(REGIONS), data["name"]
        assert {action["do"] for action in data["actions"]} <= DONE
        targets = {line["target"] for line in data["program"]}
        assert set(data["lines"]) <= targets, data["name"]
        for question in data["questions"]:
            assert not {"right", "value", "told"} & set(question), data["name"]


def test_every_question_knows_right_wrong_and_dont_know(usual):
    for _, chapter in usual.chapters():
        for question in chapter.questions:
            reply = question.respond(typed(question))
            assert reply.right is True, (chapter.name, question.words)
            assert question.respond(" D ").right is None
            assert question.respond("?").guess == ""
            with pytest.raises(ValueError, match="type "):
                question.respond("")
            json.dumps(reply.data(), allow_nan=False)


WRONG = {"choice": "12345", "name": "12345", "number": ["0.77"], "shape": ["77 x 78"]}


def test_wrong_guesses_are_answered_with_the_readers_own(usual):
    for _, chapter in usual.chapters():
        for question in chapter.questions:
            kind = question.answer.kind
            tries = WRONG.get(kind) or ["." * len(question.answer.names)]
            if kind == "number" and question.answer.whole:
                tries = ["77"]
            known = len(question.data().get("options", tries))
            replies = [question.respond(text) for text in tries[:known]]
            wrong = [reply for reply in replies if reply.right is False]
            assert wrong, (chapter.name, question.words)
            for reply in wrong:
                assert reply.guess in reply.words
                assert question.answer.told in reply.words


def test_no_number_is_typed_into_the_words():
    """Literal texts of chapters hold no digits but in names of the program."""
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in docstrings and " " in node.value:
                assert not re.search(r"\d", NAMES.sub("", node.value)), (path.name, node.value)


SEEDED = (
    "shapes", "start", "one-weight", "all-rows", "push-table", "hidden-units", "backpropagation",
    "watching",
)  # fmt: skip


def test_another_seed_changes_the_numbers(tour_of):
    """What stays is chance, or follows from no seed: pixels, and weights that start alike."""
    one, other = (tour_of([3, 4, 1], {"seed": seed}) for seed in (1, 2))
    assert Tour.usual(seed=2).deep.spec == other.deep.spec
    for name in SEEDED:
        here, there = (
            {x for text in texts_of(tour.chapter(name)) for x in FIGURES.findall(text)}
            for tour in (one, other)
        )
        assert len(here) > 2, name
        assert len(here & there) <= len(here) / 4, (name, here & there)


def test_numbers_are_those_of_the_tutorials_network(usual):
    """A few of them, worked out again in plain NumPy."""

    def squashed(z):
        return 1 / (1 + np.exp(-z))

    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    random = np.random.RandomState(1)
    first = 2 * random.random_sample((3, 1)) - 1
    l1 = squashed(X @ first)
    delta = (np.array([[0, 0, 1, 1]]).T - l1) * l1 * (1 - l1)
    question = usual.chapter("one-weight").questions[0]
    assert question.answer.value == pytest.approx(delta[2, 0])
    ups = usual.chapter("all-rows").questions[0].answer.value
    assert ups == tuple(np.sign(X.T @ delta)[:, 0].astype(int))

    random = np.random.RandomState(1)
    syn0, syn1 = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
    y = np.array([[0, 1, 1, 0]]).T
    l1 = squashed(X @ syn0)
    l2 = squashed(l1 @ syn1)
    blame = ((y - l2) * l2 * (1 - l2)) @ syn1.T
    row = int(np.abs((y - l2) * l2 * (1 - l2)).argmax())
    answer = usual.chapter("backpropagation").questions[0].answer
    assert answer.value == tuple(np.sign(blame[row]).astype(int))
    assert np.corrcoef(l1.T, y.T)[-1, :-1].round(3).astype(str)[2] in " ".join(
        texts_of(usual.chapter("hidden-units"))
    )
    network = Network([3, 1])
    network.train(X, y, steps=10_000, engine="numpy", progress=False)
    error = np.abs(y - network.predict(X)).mean()
    assert usual.chapter("failure").questions[0].answer.value == pytest.approx(error, abs=1e-3)


@pytest.mark.parametrize("knob", [k for k in KNOBS if k.settings], ids=lambda knob: knob.name)
def test_a_knob_shows_what_write_diff_prints(usual, knob, capsys, monkeypatch):
    from syn0.cli import main

    question = usual.chapter(knob.name).questions[0]
    reply = question.respond("?")
    command = re.search(r"`(syn0 write [^`]+ --diff)`", reply.words)[1]
    monkeypatch.setattr("sys.argv", command.split())
    with pytest.raises(SystemExit):
        main()
    printed = capsys.readouterr().out.splitlines()
    figure = reply.figures[0]
    lines = [line for line in figure.text.splitlines() if line[:1] in "+-"]
    assert lines
    if figure.title.startswith("the difference"):
        assert lines == [x for x in printed if x[:1] in "+-" and x[:3] not in ("---", "+++")]
        return
    for line in lines:  # without their notes
        assert any(x.startswith(line) for x in printed), line


def test_every_language_that_there_is_is_told_of(usual):
    chapter = usual.chapter("languages")
    assert [text for text in PRINTERS if f"`{text}`" in chapter.paragraphs[0]] == [*PRINTERS]
    place = chapter.questions[0].respond(typed(chapter.questions[0]))
    assert "l1_delta" in place.words or "l2_delta" in place.words


NETWORKS = [
    ([3, 1], {}, {}),
    ([2, 5, 1], {"activation": "tanh", "output_activation": "identity"}, {"learning_rate": 0.1}),
    ([4, 6, 6, 3], {"loss": "cross_entropy", "bias": True, "batch_norm": True, "dropout": 0.2,
                    "activation": "relu"}, {"optimizer": "adam", "batch_size": 3}),
    ([4, 3], {"loss": "cross_entropy"}, {}),
    ([2, 4, 2], {"loss": "quantile:0.1,0.9"}, {"learning_rate": 0.01, "momentum": 0.9}),
    ([3, 4, 1], {"activation": "relu", "output_activation": "identity"}, {"learning_rate": 1000}),
    ([3, 4, 1], {"dtype": "float32", "seed": None}, {"l2": 0.001, "clip_norm": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("sizes", "network", "training"), NETWORKS)
def test_any_network_has_a_tour(tour_of, sizes, network, training):
    tour = tour_of(sizes, network, **training)
    applies = 0
    for lesson, chapter in tour.chapters():
        if isinstance(chapter, LeftOut):
            assert 10 < len(str(chapter)) < 400, lesson.name
            continue
        applies += 1
        json.dumps(chapter.data(), allow_nan=False)
        for question in chapter.questions:
            assert question.respond(typed(question)).right, (lesson.name, question.words)
        for figure in chapter.figures:
            assert max(map(len, figure.text.splitlines())) <= 80, (lesson.name, figure.title)
    assert applies > 10


def test_without_a_hidden_layer_its_chapters_say_so(tour_of):
    tour = tour_of([3, 1])
    with pytest.raises(LeftOut, match="3-1 has no hidden layer"):
        tour.chapter("backpropagation")


def test_lbfgs_has_no_tour(tour_of):
    with pytest.raises(ValueError, match="choose another optimizer"):
        tour_of([3, 4, 1], optimizer="lbfgs")


@pytest.mark.parametrize("text", ["0", "99", "squish", "", "-1", "²"])
def test_a_chapter_that_is_not_there_is_refused(usual, text):
    with pytest.raises(ValueError, match="no chapter"):
        usual.place(text)


def test_a_chapter_is_found_by_name_or_number(usual):
    assert usual.place("shapes") == usual.place("2") == 1


EXPERIMENTS = {
    "one-column": ("0", "x"), "shapes": ("7", "0"), "squash": ("3", "1e9"), "start": ("5", "-1"),
    "central-line": ("1", ""), "one-weight": ("2", "big"), "all-rows": ("2", "9"),
    "push-table": ("3", "0"), "failure": ("50", "70000"), "hidden-units": ("2", "65"),
    "backpropagation": ("1", "nan"), "watching": ("10", "60000"), "momentum": ("0.5", "1"),
    "languages": ("terse", "latin"), "your-data": ("wine", "cheese"),
}  # fmt: skip


def test_experiments_answer_to_what_they_are_given(usual):
    for name, (good, bad) in EXPERIMENTS.items():
        experiment = usual.chapter(name).experiment
        assert experiment.respond(good).words, name
        with pytest.raises(ValueError, match="type "):
            experiment.respond(bad)


def test_an_experiment_shows_another_number_for_another_value(usual):
    experiment = usual.chapter("one-weight").experiment
    words = [experiment.respond(value).words for value in ("0", "2", "9.5")]
    assert len(set(words)) == 3
