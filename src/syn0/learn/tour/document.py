"""The tour as a Markdown document: what the chapters say, each answer in a block to be opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syn0.learn.tour.answers import Options
from syn0.learn.tour.content import Chapter, Experiment, Figure, LeftOut, Question, code
from syn0.learn.tour.tour import Lesson, Tour


def document(tour: Tour, names: Iterable[str] = ()) -> str:
    """The whole tour, or the named chapters."""
    wanted = set(names) or {lesson.name for lesson in tour.lessons}
    lines = [f"# A tour of {tour.deep.spec}", "", introduction(tour)]
    for number, lesson in enumerate(tour.lessons, 1):
        if lesson.name in wanted:
            lines += ["", f"## {number}. {lesson.title}", *told(tour, lesson)]
    return "\n".join(lines) + "\n"


def introduction(tour: Tour) -> str:
    """What it is, in a sentence or two."""
    return (
        f"A network, {tour.deep.spec}, on {tour.deep.data_name}: how it learns, line by line. "
        "Predict before you open an answer; a wrong guess teaches most. Every number was computed "
        "as this was written."
    )


def told(tour: Tour, lesson: Lesson) -> Iterator[str]:
    """A chapter, or why it is left out."""
    try:
        chapter = tour.chapter(lesson.name)
    except LeftOut as why:
        yield from ("", f"Left out: {why}.")
        return
    yield from paragraphs(chapter.paragraphs)
    if spoken := spoken_of(chapter):
        yield from fenced("python", spoken)
    for figure in chapter.figures:
        yield from drawn(figure)
    for question in chapter.questions:
        yield from asked(question)
    yield from paragraphs(chapter.closing)
    if chapter.experiment is not None:
        yield from tried(chapter.experiment)


def spoken_of(chapter: Chapter) -> str:
    """The lines of the program that a chapter speaks of."""
    return "\n".join(text for target, text in chapter.program if target in chapter.lines)


def paragraphs(texts: Iterable[str]) -> Iterator[str]:
    """Each after an empty line."""
    for text in texts:
        yield from ("", text)


def fenced(kind: str, text: str) -> Iterator[str]:
    """A block of text as it is."""
    yield from ("", f"```{kind}", text, "```")


def drawn(figure: Figure) -> Iterator[str]:
    """A figure below its title."""
    if figure.title:
        yield from ("", f"{figure.title}:")
    yield from fenced("text", figure.text)


def asked(question: Question) -> Iterator[str]:
    """A question, with its answer in a block to be opened."""
    yield from ("", f"**Question.** {question.words}")
    for figure in question.figures:
        yield from drawn(figure)
    if isinstance(question.answer, Options):
        yield ""
        named = question.answer.kind == "name"
        for place, option in enumerate(question.answer.options, 1):
            yield f"{place}. {code(option) if named else option}"
    reply = question.respond("?")
    yield from ("", "<details><summary>Answer</summary>", "", reply.words)
    for figure in reply.figures:
        yield from drawn(figure)
    yield from ("", "</details>")


def tried(experiment: Experiment) -> Iterator[str]:
    """An experiment, with what follows from the first value worth trying."""
    yield from ("", f"**Try it.** {experiment.words}")
    if experiment.tries:
        value = experiment.tries[0]
        yield from ("", f"{experiment.label}: {value}. {experiment.respond(value).words}")
