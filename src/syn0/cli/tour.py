"""`syn0 tour`: how a network learns, in short chapters that ask before they tell."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import INTERRUPTED, Sections, message
from syn0.cli.networks import described, is_model, with_file
from syn0.cli.options import FILE, waiting
from syn0.cli.reading import options_of_a_run, reading_of

if TYPE_CHECKING:
    from syn0.cli.tour_screen import Screen
    from syn0.learn.tour import Chapter, Tour
    from syn0.learn.tour.visit import Visit

FILE_NAME = "tour"
"""Of what is kept of readers."""

HIDDEN_UNITS = 4
"""Of the network on data for which none is named."""


@click.command(cls=Sections)
@click.argument("net", type=FILE, required=False, metavar="[NET|MODEL]")
@click.option("--chapter", metavar="N|NAME", help="Go to this chapter.")
@click.option("--list", "as_list", is_flag=True, help="List the chapters, and leave.")
@click.option("--restart", is_flag=True, help="Forget what was guessed, and begin again.")
@click.option("--print", "as_document", is_flag=True,
              help="Print the chapters with all answers as Markdown, and leave.")  # fmt: skip
@options_of_a_run("The rows that the network learns from.")
def tour(
    net: str | None,
    chapter: str | None,
    as_list: bool,
    restart: bool,
    as_document: bool,
    **options: Any,
) -> None:
    """Learn how a network learns: short chapters, each with something to predict first.

    Without NET it is about the tutorial's two networks. With DATA alone, its columns are prepared
    and a small network learns them; with NET they go in as they are. Your place is kept. At a
    question, ? is "don't know"; b goes back, q leaves.

    \b
    syn0 tour
    syn0 tour 3-4-1 --momentum 0.9
    syn0 tour --data table.csv --target COLUMN
    syn0 tour model.safetensors
    syn0 tour --print > tour.md
    """
    from syn0.learn.tour.visit import Visit

    if as_list and as_document:
        raise ValueError("--list and --print both say what is printed: give one of them")
    with waiting("reading the data"):
        found = toured(net, options)
    begin = None if chapter is None else found.place(chapter)
    if as_document:
        print_document(found, begin)
        return
    visit = Visit(found) if restart else kept_visit(found)
    if as_list:
        list_chapters(visit)
        return
    if begin is not None:
        visit.go_to(begin)
    take(visit)


# ----------------------------------------------------------------------------------- what it is of


def toured(net: str | None, options: dict[str, Any]) -> Tour:
    """The tour of what NET, DATA and the options mean."""
    from syn0.cli.explain import replayed
    from syn0.learn.tour import Tour
    from syn0.learn.tour.tour import NET

    given = {name: value for name, value in options.items() if value not in (None, ())}
    if net in (None, NET) and not given:
        return Tour.usual()
    if net is None and "data" not in given:
        net = NET
    if net is None:
        return tour_of_data(options)
    data = with_data(net, options)
    return Tour.of(replayed(net, options), data)


def with_data(net: str, options: dict[str, Any]) -> str | None:
    """What the data of NET are called; None where none are named."""
    if options["data"] is None and is_model(net):
        return "its own rows"
    name: str | None = with_file(net, options, ("data", "target", "drop")).get("data")
    return name


def tour_of_data(options: dict[str, Any]) -> Tour:
    """A tour of a small network on prepared data."""
    from syn0.data import Schema, read_table
    from syn0.learn.tour import Tour
    from syn0.models.arrays import loss_targets

    table = read_table(
        options["data"], target=options["target"], drop=options["drop"], reading=reading_of(options)
    )
    schema = Schema.fit(table)
    outputs = schema.targets(table).shape[1]
    sizes = f"{schema.n_inputs}-{HIDDEN_UNITS}-{outputs}"
    settings = {**options, "net": sizes}
    if schema.classes is None and not (options.get("loss") or options.get("output_activation")):
        settings["output_activation"] = "identity"
    if options.get("learning_rate") is None:
        settings["learning_rate"] = gentle(len(table))
    network, training = described(settings)
    network.schema = schema
    X, y = schema.inputs(table, network.spec.dtype), schema.targets(table)
    replay = network.replay(X, loss_targets(y, network.spec), training=training)
    return Tour.of(replay, table.name)


def gentle(rows: int) -> float:
    """A learning rate with which the sum over so many rows stays as small as over the tutorial's
    four."""
    import math

    return float(f"{10.0 ** math.floor(math.log10(4 / max(rows, 4))):g}")


# ---------------------------------------------------------------------------------- what is printed


def print_document(found: Tour, begin: int | None) -> None:
    """The chapters, or one of them, as Markdown."""
    from syn0.learn.tour.document import document

    names = [] if begin is None else [found.lessons[begin].name]
    with waiting("computing every chapter"):
        text = document(found, names)
    click.echo(text, nl=False)


def list_chapters(visit: Visit) -> None:
    """A line for each chapter: number, name, title, and how far the reader came."""
    lessons = visit.tour.lessons
    width = max(len(lesson.name) for lesson in lessons)
    for place, lesson in enumerate(lessons):
        guesses = {g.question: g.right for g in visit.guesses.get(lesson.name, [])}
        said = ", ".join(
            f"{n} {words}"
            for words, n in (
                ("right", sum(right is True for right in guesses.values())),
                ("not yet", sum(right is not True for right in guesses.values())),
            )
            if n
        )
        here = " <- you are here" if place == visit.place else ""
        line = f"{place + 1:>3}  {lesson.name:<{width}}  {lesson.title}"
        click.echo(line + (f"  ({said})" if said else "") + here)


# ------------------------------------------------------------------------------------ what is kept


def kept_visit(found: Tour) -> Visit:
    """Where the reader stood in this tour, or its beginning."""
    from syn0.learn.state import DamagedError, read_state
    from syn0.learn.tour.visit import Visit, key_of

    try:
        kept = read_state(FILE_NAME).get(key_of(found))
        return Visit(found) if kept is None else Visit.of(found, dict(kept))
    except (DamagedError, ValueError, TypeError) as error:
        message(f"Note: your place is not known, so the tour begins again: {error}")
        return Visit(found)


def keep(visit: Visit) -> None:
    """Keep where the reader stands, beside other tours."""
    from syn0.learn.state import DamagedError, read_state, write_state
    from syn0.learn.tour.visit import MOST_KEPT, key_of

    key = key_of(visit.tour)
    try:
        kept = {name: one for name, one in read_state(FILE_NAME).items() if name != key}
    except DamagedError:
        kept = {}
    others = dict(list(kept.items())[-MOST_KEPT:])
    write_state(FILE_NAME, {**others, key: visit.data()})


# -------------------------------------------------------------------------------------- taking it


class Leave(Exception):  # noqa: N818  (it is no error)
    """The reader leaves."""


class Back(Exception):  # noqa: N818
    """The reader goes back."""


def take(visit: Visit) -> None:
    """Go on from where the reader stands, to the end or until they leave."""
    from syn0.cli.tour_screen import Screen

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    screen = Screen()
    with keeping(visit, screen):
        if visit.is_over:
            screen.words([
                "You have been through all chapters. `--restart` begins again, and `--chapter N` "
                "goes to one of them."
            ])  # fmt: skip
            return
        while not visit.is_over:
            try:
                one_chapter(visit, screen)
            except Back:
                visit.go_to(visit.place - 1)
            else:
                visit.go_to(visit.place + 1)
        screen.heading("The end", "")
        screen.words([ended(visit)])


@contextmanager
def keeping(visit: Visit, screen: Screen) -> Iterator[None]:
    """Keep the reader's place however they leave."""
    try:
        yield
    except Leave:
        screen.words([standing(visit)])
    except KeyboardInterrupt:
        screen.words([standing(visit)])
        keep_or_say(visit)
        sys.exit(INTERRUPTED)
    keep_or_say(visit)


def keep_or_say(visit: Visit) -> None:
    """Keep the place; say so where it cannot be kept."""
    try:
        keep(visit)
    except OSError as error:
        message(f"Note: {error.filename or ''}: {error.strerror}")


def standing(visit: Visit) -> str:
    """What is said to a reader who leaves."""
    lesson = visit.tour.lessons[visit.place]
    return (
        f"Your place is kept, at chapter {visit.place + 1}, {lesson.title}. The same command goes "
        f"on from there. {counted(visit)}"
    )


def ended(visit: Visit) -> str:
    """What is said at the end."""
    net = visit.tour.deep.spec
    return (
        f"That was the tour. {counted(visit)} What was not yet right is worth another look: `syn0 "
        f"tour --list` shows where. And then: `syn0 drill {net}`."
    )


def counted(visit: Visit) -> str:
    """The tally in words."""
    tally = visit.tally()
    parts = [f"{n} {words}" for words, n in tally.items() if n]
    return f"Your guesses so far: {', '.join(parts)}." if parts else ""


def one_chapter(visit: Visit, screen: Screen) -> None:
    """Show the present chapter, ask its questions, and let the reader try."""
    from syn0.learn.tour import LeftOut

    number, count = visit.place + 1, len(visit.tour.lessons)
    lesson = visit.tour.lessons[visit.place]
    try:
        with waiting("computing"):
            chapter = visit.chapter()
    except LeftOut as why:
        screen.left_out(lesson, str(why), number, count)
        return
    screen.chapter(chapter, number, count)
    for place, question in enumerate(chapter.questions):
        screen.question(question)
        earlier = visit.last_guess(place) if place < visit.question else None
        if earlier is not None:
            screen.reply(question.respond(earlier.typed or "?"))
            continue
        visit.question = place
        ask(visit, screen)
    screen.words(chapter.closing)
    try_out(visit, screen, chapter)


def ask(visit: Visit, screen: Screen) -> None:
    """Ask until there is an answer."""
    question = visit.asked()
    assert question is not None  # noqa: S101
    while True:
        text = typed(screen, f"{question.answer.wanted}, or ? if you don't know")
        try:
            reply = visit.answer(text)
        except ValueError as error:
            wanted = f"{str(error)[0].upper()}{str(error)[1:]}"
            screen.words([f"{wanted}, or ? if you don't know."])
            continue
        screen.reply(reply)
        keep_or_say(visit)
        return


def try_out(visit: Visit, screen: Screen, chapter: Chapter) -> None:
    """Let the reader try values, until they go on."""
    experiment, last = chapter.experiment, visit.place + 1 == len(visit.tour.lessons)
    on = "n for the end" if last else "n for the next chapter"
    if experiment is None:
        while typed(screen, on) != "n":
            screen.words([f"Type {on}, b to go back, q to leave."])
        return
    screen.experiment(experiment)
    tries = f" (such as {' or '.join(experiment.tries)})" if experiment.tries else ""
    prompt = f"{experiment.label}{tries}, or {on}"
    while (text := typed(screen, prompt)) != "n":
        try:
            with waiting("computing"):
                outcome = experiment.respond(text)
        except ValueError as error:
            screen.words([f"{str(error)[0].upper()}{str(error)[1:]}, or {on}."])
            continue
        screen.outcome(outcome)


def typed(screen: Screen, prompt: str) -> str:
    """What the reader types."""
    text = screen.ask(prompt)
    if text is None or text.lower() in ("q", "quit", "exit"):
        raise Leave
    if text.lower() in ("b", "back"):
        raise Back
    return text
