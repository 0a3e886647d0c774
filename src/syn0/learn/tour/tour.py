"""A tour: a network, its data, and the chapters that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from syn0.data import Schema, read_table
from syn0.explain import Replay
from syn0.learn.tour.content import Chapter, LeftOut
from syn0.learn.tour.scene import MADE_UP, MOST_ROWS, Scene, taken
from syn0.models import Examples, make_network, tutorial_training
from syn0.spec import NetworkSpec
from syn0.spec.checks import did_you_mean
from syn0.spec.doors import doors

NET, TABLE, FIRST_TABLE = "3-4-1", "xor", "correlated"
"""The tutorial's: the network, its table, and the table of the part before it."""


@dataclass(frozen=True)
class Lesson:
    """A chapter before it is made for a network.

    Attributes:
        name: by which it is chosen, such as "one-column".
        title: a few words.
        points: those of `POINTS` that it reaches.
        make: gives the chapter; raises `LeftOut` where it does not apply.
    """

    name: str
    title: str
    points: tuple[int, ...]
    make: Callable[[Tour], Chapter]


@doors
@dataclass(frozen=True, eq=False)
class Tour:
    """What the chapters read: one network on its data, and what stands before it.

    Attributes:
        deep: the network.
        plain: one without hidden layers, for the first chapters; on a table that it can learn,
            where the data are the tutorial's.
        flat: one without hidden layers on the data of `deep`.
        is_usual: whether it is the tutorial's, which is shown where nothing is named.
    """

    deep: Scene
    plain: Scene
    flat: Scene
    is_usual: bool = False
    _made: dict[str, Chapter | LeftOut] = field(default_factory=dict, repr=False)

    @classmethod
    def usual(cls, seed: int = 1) -> Tour:
        """The tutorial's two networks on its two tables."""
        spec = make_network([3, 4, 1], {"seed": seed})
        deep = Scene.of(spec, tutorial_training({}, spec), built_in(TABLE), TABLE)
        return cls.around(deep, built_in(FIRST_TABLE), is_usual=seed == 1)

    @classmethod
    def of(cls, replay: Replay, data_name: str | None = None) -> Tour:
        """A tour of a network on the rows of a replay: at most 1,000 of them, from all over. Those
        of the tutorial's tables are called by their names, others `data_name` or made-up rows.

        Raises:
            ValueError: L-BFGS, whose steps no line shows.
        """
        if replay.job.training.solver is not None:
            raise ValueError(
                "the tour shows steps line by line, and L-BFGS takes steps of its own: choose "
                "another optimizer"
            )
        count = replay.job.rows
        rows = np.linspace(0, count - 1, min(count, MOST_ROWS)).astype(int)
        examples = taken(replay.job.arrays, rows)
        names, known = (replay.inputs, replay.targets), table_of(examples)
        called = known or data_name or MADE_UP
        deep = Scene.of(replay.spec, replay.job.training, examples, called, names)
        return cls.around(deep, built_in(FIRST_TABLE) if known == TABLE else None)

    @classmethod
    def around(cls, deep: Scene, opening: Examples | None, *, is_usual: bool = False) -> Tour:
        """A tour of a network; the first chapters are about `opening`, or about its own data."""
        spec = without_hidden(deep.spec)
        flat = deep if spec == deep.spec else deep.but(spec=spec)
        if opening is None:
            return cls(deep, flat, flat, is_usual)
        training = tutorial_training({}, spec) if is_usual else deep.training
        plain = Scene.of(spec, training, opening, FIRST_TABLE)
        return cls(deep, plain, flat, is_usual)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All chapters that there may be, in order."""
        from syn0.learn.tour.chapters import LESSONS

        return LESSONS

    def chapter(self, name: str) -> Chapter:
        """A chapter, made when it is asked for.

        Raises:
            LeftOut: it does not apply; the message says why.
            ValueError: there is none of this name.
        """
        if name not in self._made:
            self._made[name] = self._make(self.lessons[self.place(name)])
        made = self._made[name]
        if isinstance(made, LeftOut):
            raise made
        return made

    def _make(self, lesson: Lesson) -> Chapter | LeftOut:
        try:
            with np.errstate(all="ignore"):
                made = lesson.make(self)
        except LeftOut as why:
            return why
        return replace(made, name=lesson.name, title=lesson.title, points=lesson.points)

    def place(self, text: str) -> int:
        """The place of a chapter, counted from 0, by its name or its number, counted from 1.

        Raises:
            ValueError: there is none.
        """
        names = [lesson.name for lesson in self.lessons]
        if text in names:
            return names.index(text)
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= len(names):
            return int(text) - 1
        hint = did_you_mean(text, names)
        raise ValueError(
            f"there is no chapter {text!r}{hint}: give a number from 1 to {len(names)} or a name, "
            "as --list shows them"
        )

    def chapters(self) -> Iterator[tuple[Lesson, Chapter | LeftOut]]:
        """All, in order; of those that do not apply, why."""
        for lesson in self.lessons:
            try:
                yield lesson, self.chapter(lesson.name)
            except LeftOut as why:
                yield lesson, why

    def data(self) -> list[dict[str, Any]]:
        """All that apply, as JSON has them."""
        return [made.data() for _, made in self.chapters() if isinstance(made, Chapter)]


def without_hidden(spec: NetworkSpec) -> NetworkSpec:
    """The same network without what stands between the inputs and its last layer."""
    return replace(spec, layers=(spec.dense[-1],))


def table_of(examples: Examples) -> str | None:
    """Which of the tutorial's tables these are; None for others."""
    for name in (TABLE, FIRST_TABLE):
        table = built_in(name)
        if np.array_equal(examples.X, table.X) and np.array_equal(examples.y, table.y):
            return name
    return None


def built_in(name: str) -> Examples:
    """A built-in table, its columns as they are."""
    table = read_table(name)
    schema = Schema.fit(table, task="regression", prepare=False)
    return Examples(schema.inputs(table), schema.targets(table))
