"""Other languages, your own data, and the exercise."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from syn0.data import BUILT_IN, Schema, read_table
from syn0.explain import correlations
from syn0.explain.text import number
from syn0.learn.tour.answers import Options
from syn0.learn.tour.chapters.first_look import MOST_NAMES, strongest, tells
from syn0.learn.tour.content import (
    Action,
    Chapter,
    Experiment,
    Figure,
    Outcome,
    Question,
    code,
)
from syn0.learn.tour.figures import rows_of
from syn0.learn.tour.scene import Scene
from syn0.learn.tour.tour import Tour
from syn0.models import Network
from syn0.printers import PRINTERS, Data
from syn0.printers.equations import EquationPrinter
from syn0.spec.words import series

ASKED = "c"
"""The language that is asked about."""

SAMPLE = "iris"
"""Data of a tour that has none of its own but the tutorial's tables."""

LONGEST_TEXT = 60


# --------------------------------------------------------------------------------------- languages


def languages(tour: Tour) -> Chapter:
    """The same lines in another language."""
    scene = tour.deep
    printers = {n: p for n, p in PRINTERS.items() if p.cannot_say(scene.program) is None}
    texts = {name: said(scene, name) for name in printers}
    body = [[name, len(text.splitlines())] for name, text in texts.items()]
    table = rows_of("the same program", ["language", "lines"], body)
    asked = which_lines(scene, texts[ASKED]) if ASKED in texts else None
    of_equations = [code(n) for n, p in printers.items() if isinstance(p, EquationPrinter)]
    programs = [name for name in map(code, printers) if name not in of_equations]
    equations = f" As equations it stands in {series(of_equations)}." if of_equations else ""
    return Chapter(
        paragraphs=(
            "The lines do not belong to one language. A printer says the same list of lines in "
            f"{series(programs)}: each text is a whole program, with the same start weights and "
            f"the same numbers.{equations}",
            "Languages without matrix products spell them out as loops: over rows, over units, and "
            "over what is summed.",
        ),
        **scene.subject,
        figures=(table,),
        lights=("program",),
        questions=() if asked is None else (asked,),
        closing=(f"{code(f'syn0 write {scene.spec} --to LANGUAGE')} prints any of them.",),
        experiment=one_language(scene, tuple(printers)),
    )


def said(scene: Scene, language: str) -> str:
    """The program in a language that can say it."""
    data = Data(scene.X[:8], scene.y[:8], f"from {scene.data_name}")
    return Network.from_spec(scene.spec).program(language, training=scene.training, data=data)


def which_lines(scene: Scene, text: str) -> Question | None:
    """A line, and three pieces of the other program, one of which is it."""
    pieces = {}
    for target, line in scene.lines:
        if piece := piece_of(text, line):
            pieces[target] = (line, piece)
    names = [
        name for name in pieces if name.startswith("syn") or name.endswith(("_error", "_delta"))
    ]
    if len(names) < 3:
        return None
    chosen = sorted(names[-3:], key=lambda name: pieces[name][1])
    target = next((name for name in names[-3:] if name.endswith("_delta")), names[-1])
    letters = ("A", "B", "C")
    right = chosen.index(target)
    figures = tuple(
        Figure(letter, pieces[name][1]) for letter, name in zip(letters, chosen, strict=True)
    )

    def reply(guess: int | None) -> str:
        words = f"{letters[right]} binds {code(target)}."
        if guess is None or guess == right:
            return words
        return f"{letters[guess]} is {code(pieces[chosen[guess]][0])}. {words}"

    return Question(
        f"Which of these pieces of {code(ASKED)} is the line {code(pieces[target][0])}?",
        Options(letters, frozenset([right])),
        reply,
        figures=figures,
    )


def piece_of(text: str, line: str) -> str:
    """The loops below the comment that holds a line; "" where there are none."""
    found = re.search(
        r"/\* " + re.escape(line) + r": .*?\*/\n(.*?)(?=\n\s*/\*|\n\n|\n    }\n)", text, re.DOTALL
    )
    if found is None:
        return ""
    lines = found[1].splitlines()
    indent = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    return "\n".join(x[indent:] for x in lines)


def one_language(scene: Scene, names: tuple[str, ...]) -> Experiment:
    """The program in a language of the reader's choice."""

    def run(place: int) -> Outcome:
        lines = said(scene, names[place]).splitlines()
        shown = "\n".join(lines[:LONGEST_TEXT])
        if (more := len(lines) - LONGEST_TEXT) > 0:
            shown += f"\n… {more:,} more lines"
        return Outcome(f"{len(lines):,} lines of {code(names[place])}.", (Figure("", shown),))

    return Experiment("See the whole program in one of them.", "language",
                      Options(names, kind="name"), run, names[1:3])  # fmt: skip


# ---------------------------------------------------------------------------------------- own data


def own_data(tour: Tour) -> Chapter:
    """What tells most in data that are no toy."""
    data = measured(SAMPLE) if tour.is_usual else of_scene(tour.deep)
    return Chapter(
        paragraphs=(
            "Your data are the same problem: rows, columns, an answer. Begin as in the first "
            "chapter, by what single columns tell. Here are the columns of "
            f"{code(data.name)}, with {code(data.target)} to be told.",
            "Columns of texts, missing values and numbers of all sizes are prepared first, in "
            "lines that stand in the program as well.",
        ),
        net=str(tour.deep.spec),
        data_name=data.name,
        lights=("data",),
        questions=(closest(data),),
        closing=(
            f"{code('syn0 tour --data table.csv --target COLUMN')} makes this tour of your own "
            f"data. {code('syn0 train table.csv --target COLUMN --out model.safetensors')} trains "
            f"on it, and {code('syn0 explain model.safetensors')} opens what it learned.",
        ),
        experiment=other_data(),
    )


@dataclass(frozen=True, eq=False)
class Measured:
    """Data, and how each of their columns goes with a target."""

    name: str
    columns: tuple[str, ...]
    target: str
    correlations: np.ndarray


def measured(name: str) -> Measured:
    """Built-in data, and their first target."""
    table = read_table(name)
    schema = Schema.fit(table)
    targets = schema.classes or (schema.target,)
    found = correlations(schema.inputs(table), schema.targets(table))
    return Measured(name, schema.input_names, str(targets[0]), found[:, 0])


def of_scene(scene: Scene) -> Measured:
    """A scene's data, and their first target."""
    found = correlations(scene.X, scene.y)[:, 0]
    return Measured(scene.data_name, scene.columns, scene.targets[0], found)


def closest(data: Measured) -> Question:
    """Which column goes with the target most closely."""
    found, strength = data.correlations, np.nan_to_num(np.abs(data.correlations))
    shown = strongest(found)
    names = tuple(data.columns[k] for k in shown)
    right = frozenset(k for k, column in enumerate(shown) if strength[column] == strength.max())

    def reply(guess: int | None) -> str:
        top = min(right)
        words = f"{code(names[top])} has a correlation of {tells(found[shown[top]])}."
        if guess is None or guess in right:
            return words
        return f"{code(names[guess])} has {tells(found[shown[guess]])}. {words}"

    body = [[name, tells(found[k])] for name, k in zip(names, shown, strict=True)]
    return Question(
        f"Which column goes with {code(data.target)} most closely, up or down?",
        Options(names, right, "name"),
        reply,
        revealed=(rows_of(f"correlation with {data.target}", ["column", ""], body),),
    )


def other_data() -> Experiment:
    """The strongest columns of other built-in data."""
    names = tuple(BUILT_IN)

    def run(place: int) -> Outcome:
        data = measured(names[place])
        columns, found = data.columns, data.correlations
        best = np.argsort(-np.nan_to_num(np.abs(found)), kind="stable")[:5]
        words = (
            f"Of the {len(columns):,} columns of {code(data.name)}, {code(columns[best[0]])} goes "
            f"most closely with {code(data.target)}: {number(found[best[0]])}."
        )
        body = [[columns[k], tells(found[k])] for k in best]
        return Outcome(words, (rows_of("correlations", ["column", data.target], body),))

    return Experiment(
        "Look at other data that are always here.", "data", Options(names, kind="name"), run,
        ("wine", "digits"),
    )  # fmt: skip


# --------------------------------------------------------------------------------------- by memory


def from_memory(tour: Tour) -> Chapter:
    """The exercise."""
    scene = tour.deep
    targets = [target for target, _ in scene.lines if target not in ("loss", "error")]
    place = next((k for k, name in enumerate(targets) if name.endswith("_delta")), 0)
    here, following = targets[place], targets[min(place + 1, len(targets) - 1)]
    names = tuple(sorted({name for name in targets if name != here})[:MOST_NAMES])
    if following not in names:
        names = (*names[:-1], following)
    text = dict(scene.lines)

    def reply(guess: int | None) -> str:
        words = f"After {code(text[here])} comes {code(text[following])}."
        if guess is not None and names[guess] != following:
            return f"{code(text[names[guess]])} stands elsewhere. {words}"
        return words

    return Chapter(
        paragraphs=(
            "The best exercise of all: close this, open an empty file, and write the network from "
            "memory. Do it again until nothing is missing. What you can write you have understood.",
            f"{code(f'syn0 drill {scene.spec}')} watches the file as you write: it runs it, "
            "compares every array with the right one, and names the first line that is wrong.",
        ),
        net=str(scene.spec),
        data_name=scene.data_name,
        lights=("program",),
        actions=(Action("drill"),),
        questions=(
            Question(
                f"Without looking: which array is bound right after {code(here)}?",
                Options(names, frozenset([names.index(following)]), "name"),
                reply,
                revealed=(Figure("a step", "\n".join(text for _, text in scene.lines)),),
            ),
        ),
        closing=("Then turn a knob, and write that one from memory.",),
    )
