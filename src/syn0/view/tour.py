"""The tour on the page: the chapters of `syn0.learn.tour`, and the run that each speaks of.

While the tour is open, the page shows its chapters' runs; the reader's own come back as it is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from syn0.data import BUILT_IN
from syn0.learn.tour import Action, Chapter, LeftOut, Reply, Tour
from syn0.learn.tour.tour import FIRST_TABLE, TABLE
from syn0.learn.tour.visit import Visit
from syn0.models import WHOLE_SETTINGS
from syn0.spec.checks import whole
from syn0.spec.words import MOST_SAID, visible
from syn0.view.page_run import PageRun, data_info
from syn0.view.protocol import Message, Recipe
from syn0.view.recipes import checked, usual_recipe

if TYPE_CHECKING:
    from syn0.view.session import Session

ENDS = (*WHOLE_SETTINGS, "output_activation")
"""Knobs of a network that hold without its hidden layers, too."""


class Aside(NamedTuple):
    """The reader's own runs while the tour has the page.

    Attributes:
        runs: by name.
        present: which of them was looked at.
        awaited: where those stood that are not back there yet.
    """

    runs: dict[str, PageRun]
    present: str
    awaited: dict[str, tuple[int, int]]


@dataclass
class Guide:
    """A reader's tour of a run.

    Attributes:
        visit: where the reader stands in it, and what was guessed.
        recipe: of the run, at its start.
        aside: what the page had before; None while it has it.
        note: why the page does not show the chapter's network; "" where it does.
    """

    visit: Visit
    recipe: Recipe
    aside: Aside | None = None
    note: str = ""

    def recipe_of(self, chapter: Chapter) -> Recipe:
        """The recipe of the run that a chapter speaks of."""
        tour, own = self.visit.tour, self.recipe
        if tour.is_usual:
            net = chapter.net if chapter.data_name in (TABLE, FIRST_TABLE) else None
            return usual_recipe({"id": chapter.data_name}, net)
        is_own = chapter.data_name == tour.deep.data_name
        if is_own and knobs_of(chapter) and own["network"]:  # they are turned on the plain network
            return {**own, "network": {"net": chapter.net}, "training": {}}
        if is_own and chapter.net == str(tour.deep.spec):
            return own
        if chapter.data_name in BUILT_IN and chapter.data_name != own["data"]["id"]:
            own = {**own, "data": {"id": chapter.data_name}}
        kept = {name: value for name, value in own["network"].items() if name in ENDS}
        return {**own, "network": {**kept, "net": chapter.net}}

    def is_of(self, recipe: Recipe) -> bool:
        """Whether it is a tour of what a recipe gives, wherever that stands."""
        return recipe | {"edits": [], "step": 0, "line": -1} == self.recipe


def toured(run: PageRun) -> Tour:
    """A tour of a run's network, from its start: the tutorial's two networks where it is theirs."""
    made, recipe = run.made, run.recipe
    usual = usual_recipe({"id": TABLE})
    if all(recipe[part] == usual[part] for part in ("data", "network", "training")):
        return Tour.usual()
    info, examples = data_info(recipe, made), made.examples
    weight = examples.sample_weight
    replay = made.network.replay(
        examples.X,
        examples.y,
        training=made.training,
        sample_weight=None if weight is None else weight.ravel(),
    )
    if len(info["inputs"]) == made.network.spec.inputs:
        replay = replace(replay, inputs=tuple(info["inputs"]))
    if len(info["targets"]) == made.network.spec.sizes[-1]:
        replay = replace(replay, targets=tuple(info["targets"]))
    return Tour.of(replay, info["id"] if info["id"] in BUILT_IN else info["title"])


# --------------------------------------------------------------------------------------- answering


def open_tour(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """Go to a chapter: the page stands at the start of the run that it speaks of."""
    guide, recipe = session.guide, session.run.recipe
    if guide is None or (guide.aside is None and not guide.is_of(recipe)):
        place = 0 if guide is None else guide.visit.place
        start: Recipe = {**recipe, "edits": [], "step": 0, "line": -1}
        guide = Guide(Visit(toured(session.run), place), start)
    if "visit" in header:
        guide.visit = kept_visit(guide.visit.tour, header["visit"])
    lessons = guide.visit.tour.lessons
    place = whole("chapter", header.get("chapter", guide.visit.place), least=0)
    if place >= len(lessons):
        raise ValueError(f"the tour has {len(lessons)} chapters")
    guide.visit.go_to(place)
    session.guide = guide
    if header.get("again") is not True:
        skip_answered(guide.visit)
    return [*put_up(session, guide), told(session, guide)]


def kept_visit(tour: Tour, data: Any) -> Visit:
    """A visit as a page has kept it; ValueError where it is none."""
    if not isinstance(data, dict):
        raise TypeError("visit must say the chapter and the guesses")
    visit = Visit.of(tour, data)
    if not visit.is_over:
        visit.go_to(visit.place)
        skip_answered(visit)
        for question in range(visit.question):
            reply_to(visit, question)
    return visit


def skip_answered(visit: Visit) -> None:
    """Go on to the first question of the chapter that was never answered."""
    try:
        while visit.asked() is not None and visit.last_guess(visit.question) is not None:
            visit.question += 1
    except LeftOut:
        return


def put_up(session: Session, guide: Guide) -> list[Message]:
    """Show the chapter's run in place of the page's; where it cannot be shown, the page stays."""
    guide.note = ""
    try:
        chapter = guide.visit.chapter()
        run = PageRun(checked(guide.recipe_of(chapter)), session.shelf)
    except LeftOut:
        return []
    except (ValueError, TypeError):
        guide.note = (
            f"The chapter's numbers are those of {chapter.net} on {chapter.data_name}, which the "
            "page cannot show: it stays where it is."
        )
        return []
    if guide.aside is None:
        awaited = dict(session.awaited)
        if session.seeking is not None:
            awaited[session.present] = session.seeking
        guide.aside = Aside(session.runs, session.present, awaited)
    return switch(session, {"A": run}, "A")


def switch(session: Session, runs: dict[str, PageRun], present: str) -> list[Message]:
    """Look at other runs."""
    session.begin(runs, present)
    return shown_anew(session)


def shown_anew(session: Session) -> list[Message]:
    """The page's runs are others now."""
    session.has_moved = session.run.standing != session.run.recipe
    return [*session.everything(), *session.reports(), *session.shown()]


def told(session: Session, guide: Guide) -> Message:
    """The chapter; what comes after its questions only once they are answered."""
    visit = guide.visit
    left_out, replies = "", []
    try:
        chapter = visit.chapter()
        replies = [reply_to(visit, k).data() for k in range(visit.question)]
    except LeftOut as why:
        left_out, lesson = str(why), visit.tour.lessons[visit.place]
        chapter = Chapter((), "", "", name=lesson.name, title=lesson.title, points=lesson.points)
    data = chapter.data()
    if len(replies) < len(chapter.questions):
        data |= {"closing": [], "experiment": None}
    chapters = [
        {"title": one.title, "done": is_done(visit, one.name)} for one in visit.tour.lessons
    ]
    about = {"number": visit.place, "chapters": chapters, "left_out": left_out, "note": guide.note}
    about["visit"] = visit.data()
    return session.stamped({"type": "chapter", **data, **about, "replies": replies})


def reply_to(visit: Visit, question: int) -> Reply:
    """What is said to the last guess."""
    guess = visit.last_guess(question)
    return visit.chapter().questions[question].respond(guess.typed if guess else "?")


def is_done(visit: Visit, name: str) -> bool:
    """Whether the last guess to every question that was asked in a chapter is right."""
    last = {guess.question: guess.right for guess in visit.guesses.get(name, ())}
    return bool(last) and all(last.values())


def guess(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """Answer the question that is asked."""
    guide = opened(session)
    guide.visit.answer(typed(header))
    return [told(session, guide)]


def try_out(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """What follows from a value of the chapter's experiment."""
    text = typed(header)
    outcome = opened(session).visit.experiment(text)
    return [session.stamped({"type": "outcome", "text": text, **outcome.data()})]


def show(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """Turn the knobs that the chapter speaks of; what they add is seen beside the run before."""
    guide = opened(session)
    knobs = knobs_of(guide.visit.chapter())
    if not knobs or guide.note:
        return []
    put_up(session, guide)  # whatever was turned since
    before = session.run
    try:
        for action in knobs:
            session.knob({"name": action.name, "value": action.value}, [])
    except (ValueError, TypeError) as error:
        words = visible(str(error), MOST_SAID)
        refused = session.stamped({"type": "error", "words": words, "about": "show"})
        return [*switch(session, session.runs, session.present), refused]
    run = PageRun(session.run.recipe, session.shelf, before, knobs[0].name)
    return switch(session, {"A": run}, "A")


def knobs_of(chapter: Chapter) -> list[Action]:
    """What a chapter does with knobs."""
    return [action for action in chapter.actions if action.do == "knob"]


def leave(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """Look at the reader's own runs again. The place in the tour is kept."""
    guide = session.guide
    if guide is None or guide.aside is None:
        return []
    aside, guide.aside = guide.aside, None
    session.begin(aside.runs, aside.present)
    session.awaited = aside.awaited
    session.seeking = aside.awaited.pop(aside.present, None)
    return shown_anew(session)


def opened(session: Session) -> Guide:
    """The tour that is open."""
    if session.guide is None:
        raise ValueError("open the tour first")
    return session.guide


def typed(header: dict[str, Any]) -> str:
    """What a reader typed."""
    text = header.get("text")
    if not isinstance(text, str):
        raise TypeError("text must be a text")
    return text
