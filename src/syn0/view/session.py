"""The session: what the page asks, answered; and training, a little at a time. It reads no socket
and no clock but to know how long it may work, so that every host has the same one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np

from syn0.data import Table
from syn0.learn.drill.sandbox import Stopper
from syn0.spec import OPTIMIZERS
from syn0.spec.checks import choice, real, whole
from syn0.spec.words import MOST_SAID, visible
from syn0.training.trouble import NonFiniteError
from syn0.view import drill
from syn0.view.downloads import model_file, page_file, program_file
from syn0.view.knobs import described
from syn0.view.page_run import PageRun, fits, place_of
from syn0.view.protocol import DataChoice, Message, Recipe
from syn0.view.recipes import (
    MOST_EDITS,
    MOST_LINK,
    RUNS,
    Linked,
    checked,
    checked_data,
    from_link,
    known_runs,
    link_of,
    usual_recipe,
)
from syn0.view.reports import report
from syn0.view.shelf import Shelf
from syn0.view.shown import Pack, texts_of
from syn0.view.tour import Guide, guess, leave, open_tour, show, try_out
from syn0.view.votes import split

AT_ONCE = 0.1
"""Seconds that going somewhere may take before the page is told how far it is."""

CURVE_SECONDS, REPORT_SECONDS = 0.25, 0.15
"""From one curve, or picture, to the next while training goes on."""

PLACES = frozenset({"go", "move", "find", "play", "pause"})
"""Messages whose answer is a frame, which somebody waits for."""

MOST_TEXTS = 1_024

MISTAKES = (ValueError, TypeError, OSError, ImportError, MemoryError, OverflowError)


class Session:
    """A page's runs, and which of them is looked at.

    Attributes:
        shelf: the files that recipes may speak of.
        runs: by name.
        present: the name of the one that is looked at.
        is_playing: whether `advance` trains.
        seeking: the place that `advance` goes to; None.
        awaited: the places that `advance` takes other runs back to, by name.
        is_queued: whether others have the cores, which the host tells.
        guide: the tour that was opened; None.
        runs_programs: whether a learner's program is run: not for other machines than this one.
        stopper: ends a learner's program that runs, once the page is gone.
        hurries: whether somebody waits for `advance` to come back, which the host knows.
    """

    def __init__(self, recipe: Recipe | None = None, shelf: Shelf | None = None) -> None:
        self.shelf = shelf or Shelf()
        self.first_recipe = recipe or usual_recipe({"id": "xor"})
        self.runs: dict[str, PageRun] = {}
        self.present = "A"
        self.is_playing = False
        self.seeking: tuple[int, int] | None = None
        self.awaited: dict[str, tuple[int, int]] = {}
        self.is_queued = False
        self.guide: Guide | None = None
        self.has_moved = False
        self.rate: float | None = None
        self.until: int | None = None
        self.credit, self.last_advance = 0.0, 0.0
        self.watched: list[str] = []
        self.detail: str | None = None
        self.window: tuple[str, int, int] | None = None
        self.is_hidden = False
        self.sequence = 0
        self.in_flight: int | None = None
        self.is_due = self.is_asked = self.is_answer = False
        self.kept_reports: dict[str, dict[str, Any]] = {}
        self.last_curve = self.last_report = 0.0
        self.last_printed: list[str] = []
        self.told_points = 0
        self.runs_programs, self.stopper = True, Stopper()
        self.hurries: Callable[[], bool] = lambda: False

    @property
    def run(self) -> PageRun:
        """The run that is looked at."""
        return self.runs[self.present]

    @property
    def wants_time(self) -> bool:
        """Whether `advance` has something to do."""
        return self.is_playing or self.seeking is not None or bool(self.awaited)

    # ----------------------------------------------------------------------------------- answering

    def answer(self, header: dict[str, Any], arrays: list[Any] | None = None) -> list[Message]:
        """What is said to a message; a mistake is told in one sentence and changes nothing."""
        kind = header.get("type")
        try:
            name = choice("message", kind if isinstance(kind, str) else "", ANSWERS)
            if not self.runs and name != "open":
                raise ValueError("open comes first")
            self.is_asked |= name in PLACES
            return ANSWERS[name](self, header, arrays or [])
        except NonFiniteError:
            return self.diverged()
        except MISTAKES as error:
            words = visible(str(error), MOST_SAID) or "not enough memory for this"
            about = kind if isinstance(kind, str) else ""
            return [self.stamped({"type": "error", "words": words, "about": about[:40]})]

    def stamped(self, header: dict[str, Any], arrays: list[Any] | None = None) -> Message:
        """A message with its run and number."""
        self.sequence += 1
        return {**header, "run": self.present, "sequence": self.sequence}, arrays or []

    def open(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Begin anew, from a recipe, a link, or the runs that a page had."""
        seen, present = None, "A"
        if "link" in header:
            recipes, present, seen = from_link(text(header["link"], "link"))
        elif "runs" in header:
            recipes = known_runs(header["runs"])
            present = choice("run", header.get("present"), recipes)
        else:
            recipes = {present: checked(header.get("recipe") or self.first_recipe)}
        runs = {name: PageRun(recipe, self.shelf) for name, recipe in recipes.items()}
        self.begin(runs, present)
        self.awaited = {
            name: run.place(run.recipe["step"], run.recipe["line"]) for name, run in runs.items()
        }
        self.seeking = self.awaited.pop(present)
        run = self.run
        found = self.everything() + self.advance(AT_ONCE)
        if seen is not None and self.seeking is None and seen != run.state_hash():
            words = (
                "this machine rounds differently: the numbers are not the link's to the last bit"
            )
            found.append(self.stamped({"type": "error", "words": words, "about": "link"}))
        return found

    def begin(self, runs: dict[str, PageRun], present: str) -> None:
        """Look at other runs."""
        self.awaited = {
            name: place
            for name, place in self.awaited.items()
            if name in runs and runs[name] is self.runs.get(name)
        }
        self.runs, self.present = runs, present
        self.is_playing, self.seeking, self.is_due = False, None, False
        self.in_flight = None
        self.last_printed = []

    def everything(self) -> list[Message]:
        """All that a fresh page needs but the frame."""
        runs = [
            {"run": name, "words": self.differs(run), "recipe": run.standing}
            for name, run in self.runs.items()
        ]
        return [self.stamped({**self.run.described(), "runs": runs}), self.curve(), self.printed()]

    def differs(self, run: PageRun) -> str:
        """How a run differs from the first."""
        first = next(iter(self.runs.values()))
        words = []
        for part in ("network", "training"):
            own, others = run.recipe[part], first.recipe[part]
            words += [
                f"{name} {own.get(name, 'as usual')}"
                for name in {**own, **others}
                if own.get(name) != others.get(name)
            ]
        return visible(", ".join(words), 200) if run is not first else "the first"

    def go(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Stand after a line of a step."""
        step = whole("step", header.get("step"), least=0)
        line = whole("line", header.get("line", -1), least=-2)
        return self.seek(*self.run.place(step, line))

    def move(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Go on or back."""
        unit = choice("unit", header.get("unit"), ("line", "phase", "step", "epoch"))
        count = whole("count", header.get("count", 1), least=-1_000_000)
        if count > 1_000_000:
            raise ValueError("count must be at most 1,000,000")
        return self.seek(*self.run.moved(unit, count))

    def find(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Go to a line's next run."""
        line = whole("line", header.get("line"), least=0)
        if line > self.run.last_line:
            raise ValueError(f"a step has {self.run.last_line + 1} lines")
        return self.seek(*self.run.next_run_of(line))

    def seek(self, step: int, line: int) -> list[Message]:
        """Go to a place, as far as a short time allows; `advance` does the rest."""
        self.awaited.pop(self.present, None)
        self.is_playing, self.seeking, self.has_moved = False, (step, line), True
        return self.advance(AT_ONCE)

    def play(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Train on and on."""
        rate, until = header.get("rate"), header.get("until")
        self.rate = None if rate is None else real("rate", rate, above=0, most=1e9)
        self.until = None if until is None else whole("until", until, least=0)
        if self.run.bad is not None:
            return self.diverged()
        if self.run.is_over:  # once more, from the start
            self.run.stand(self.run.first, -1, AT_ONCE)
        self.is_playing, self.seeking, self.has_moved = True, None, True
        self.credit, self.last_advance = 1.0, time.perf_counter()
        return self.shown()

    def pause(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Stop, and show where."""
        self.is_playing, self.seeking = False, None
        return [self.curve(), self.printed(), *self.reports(), *self.shown()]

    def watch(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """What to send with frames."""
        names = header.get("arrays", [])
        if not isinstance(names, list) or len(names) > 1_000:
            raise ValueError("arrays must be a list of at most 1,000 names")
        self.watched = [text(name, "a name") for name in names]
        detail = header.get("detail")
        self.detail = None if detail is None else text(detail, "detail")
        match header.get("window"):
            case None:
                self.window = None
            case [str(name), int(row), int(column)]:
                self.window = (name[:200], row, column)
            case _:
                raise ValueError("window must be an array, a row and a column")
        self.is_hidden = header.get("hidden") is True
        return self.shown()

    def texts(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Full precision of a piece of an array."""
        name = text(header.get("array"), "array")
        rows, columns = (
            [whole(f"{what} {k}", place, least=0) for k, place in enumerate(pair(header, what))]
            for what in ("rows", "columns")
        )
        found = texts_of(self.run.value_of(name), rows, columns) if enough(rows, columns) else []
        return [
            self.stamped(
                {"type": "text", "array": name, "rows": rows, "columns": columns, "texts": found}
            )
        ]

    def split(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """How the examples voted on one weight."""
        weight, i, j = self.weight(header)
        shape = np.shape(self.run.trace.start[weight])
        place = place_of(i, j, shape)
        return [self.stamped(*split(self.run.trace, weight, i, j, place))]

    def weight(self, header: dict[str, Any], what: str = "weight") -> tuple[str, int, int]:
        """The entry of a weight that a message speaks of."""
        run = self.run
        name = choice("array", text(header.get(what), what), run.program.weights)
        i, j = (whole(place, header.get(place, 0), least=0) for place in ("i", "j"))
        if not fits(i, j, np.shape(run.trace.start[name])):
            raise ValueError(f"{name} has no entry {i}, {j}")
        return name, i, j

    def edit(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Write a number into a weight."""
        run = self.run
        name, i, j = self.weight(header, "array")
        try:
            value = float(text(header.get("value"), "value").strip())
        except ValueError:
            raise ValueError("the new value must be a number, such as -0.5") from None
        value = real("the new value", value)
        step, line = run.step, run.line
        if line == run.last_line:  # the step is done: it goes into the next one
            step, line = min(step + 1, run.last), -1
        if len(run.recipe["edits"]) == MOST_EDITS:
            raise ValueError(f"{MOST_EDITS:,} edits are enough")
        run.write({"step": step, "array": name, "i": i, "j": j, "value": value})
        return [*self.everything(), *self.seek(step, line)]

    def knob(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Turn a knob: the program changes, and the run starts again from the same start."""
        name = text(header.get("name"), "name")
        recipe = turned(self.run.recipe, name, header.get("value"))
        fresh = PageRun(recipe, self.shelf, self.run, name)
        self.begin({**self.runs, self.present: fresh}, self.present)
        self.has_moved = True
        return [*self.everything(), *self.reports(), *self.shown()]

    def fork(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """A second run from the same start."""
        if len(self.runs) == len(RUNS):
            raise ValueError(f"{len(RUNS)} runs are enough: leave one first")
        name = next(letter for letter in RUNS if letter not in self.runs)
        twin = PageRun(checked(self.run.recipe), self.shelf)
        self.begin({**self.runs, name: twin}, name)
        return [*self.everything(), *self.shown()]

    def select(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Look at another run, or leave one."""
        name = choice("run", header.get("run"), self.runs)
        runs, present = self.runs, name
        if header.get("close") is True:
            if len(runs) == 1:
                raise ValueError("the last run stays")
            runs = {key: run for key, run in runs.items() if key != name}
            present = self.present if self.present in runs else next(iter(runs))
        self.begin(runs, present)
        return [*self.everything(), *self.reports(), *self.shown()]

    def data(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """Learn from other data."""
        chosen, net = checked_data(header.get("data")), header.get("net")
        run = self.run
        if net is not None:
            return self.start(usual_recipe(chosen, text(net, "net")))
        if chosen["id"] == "file":
            return self.start(file_recipe(chosen, self.shelf.find(chosen).content))
        if chosen["id"] == run.recipe["data"]["id"]:  # only its noise, say
            return self.start({**run.recipe, "data": chosen, "edits": [], "step": 0, "line": -1})
        return self.start(usual_recipe(chosen))

    def upload(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """A file that was dropped on the page."""
        name = text(header.get("name"), "name")
        if len(arrays) != 1 or arrays[0].dtype != np.uint8 or arrays[0].ndim != 1:
            raise ValueError("a file is an array of bytes")
        kept = self.shelf.take(name, arrays[0].tobytes())
        chosen = {"id": "file", "name": kept.name, "hash": kept.hash}
        if header.get("target") is not None:
            chosen["target"] = text(header["target"], "target")
        return self.start(file_recipe(checked_data(chosen), kept.content))

    def start(self, recipe: Recipe) -> list[Message]:
        """One run alone, of other data."""
        run = PageRun(recipe, self.shelf)
        self.begin({"A": run}, "A")
        if self.guide is not None:
            self.guide.aside = None  # the reader has chosen: nothing is to come back
        self.kept_reports = {}
        self.has_moved = False
        return [*self.everything(), *self.shown()]

    def report(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """A picture; with `keep` again with every frame."""
        kind = text(header.get("kind"), "kind")
        found = self.stamped(*report(self.run, kind, header))
        self.kept_reports = {kind: header} if header.get("keep") is True else {}
        return [found]

    def link(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """The runs' recipes in a few letters."""
        runs = {}
        for name, run in self.runs.items():
            step, line = (run.step, run.line) if name == self.present else self.place_of(name)
            runs[name] = cast(Recipe, {**run.recipe, "step": step, "line": line})
        state, data = self.run.state_hash(), self.run.recipe["data"]
        link = link_of(Linked(runs, self.present, state))
        words = "it restores everything; another machine may round the last bits differently"
        if data["id"] == "file":
            words = f"it restores everything, once {data.get('name')} is dropped there too"
        if len(link) > MOST_LINK:
            link = link_of(Linked({self.present: runs[self.present]}, self.present, state))
            words += "; other runs are left out, since they would make it too long"
        return [self.stamped({"type": "link", "link": link, "hash": state, "words": words})]

    def download(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """A file to save."""
        what = choice("what", header.get("what"), ("program", "model", "page"))
        if what == "program":
            name, mime, content = program_file(self.run, text(header.get("language", "numpy"), ""))
        elif what == "model":
            name, mime, content = model_file(self.run)
        else:
            name, mime, content = page_file(self)
        pack = [np.frombuffer(content, np.uint8)]
        return [self.stamped({"type": "file", "name": name, "mime": mime, "content": 0}, pack)]

    def ack(self, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
        """A frame was painted."""
        sequence = whole("sequence", header.get("sequence"), least=0)
        if self.in_flight is not None and sequence >= self.in_flight:
            self.in_flight = None
        if not self.is_due or self.in_flight is not None:
            return []
        return [*(self.due_reports() if self.is_playing else []), *self.shown()]

    # ------------------------------------------------------------------------------------- showing

    def shown(self) -> list[Message]:
        """A frame, unless one is on its way: then it comes once that is painted, and only the
        latest one does. What somebody has asked for waits for an earlier answer alone.

        It is said last: who sees where the run stands sees its curve and its pictures there, too.
        """
        is_free = self.in_flight is None or (self.is_asked and not self.is_answer)
        if self.is_hidden or not is_free:
            self.is_due = True
            return []
        return [self.frame()]

    def frame(self, pack: Pack | None = None, *, is_acknowledged: bool = True) -> Message:
        """Where the run stands, and what the watched arrays hold."""
        run, pack = self.run, pack or Pack()
        self.is_due = False
        opened = run.opened(pack)
        window = run.window(pack, self.window)
        if self.seeking is None:
            progress = None
        else:
            done, goal = run.timeline.run.step - run.first, self.seeking[0] - run.first
            progress = min(1.0, done / goal) if goal > 0 else 1.0
        header = {
            "type": "frame",
            "step": run.step,
            "line": run.line,
            "lines": len(run.lines),
            "steps": run.timeline.end,
            "epoch": run.epoch(),
            "loss": run.figure("loss"),
            "error": run.figure("error"),
            "state": self.state(),
            "replayed": run.timeline.taken_again,
            "progress": progress,
            "batch": run.batch(),
            "arrays": run.shown(pack, self.watched or list(run.program.weights), self.detail),
            "opened": opened,
            "window": window,
            "others": [
                dict(zip(("run", "step", "line"), (name, *self.place_of(name)), strict=True))
                for name in self.runs
                if name != self.present
            ],
        }
        run.timeline.taken_again = 0
        message = self.stamped(header, pack.arrays)
        self.in_flight = self.sequence if is_acknowledged else None
        self.is_answer, self.is_asked = self.is_asked, False
        return message

    def place_of(self, name: str) -> tuple[int, int]:
        """Where a run stands, or will once it is back."""
        run = self.runs[name]
        return self.awaited.get(name, (run.step, run.line))

    def state(self) -> str:
        """What the run is doing, in one of the words that frames have for it."""
        if self.run.bad == (self.run.step, self.run.line):
            return "diverged"
        if self.is_queued and self.wants_time:
            return "waiting"
        if self.seeking is not None:
            return "replaying"
        if self.is_playing:
            return "playing"
        if self.run.is_over:
            return "finished"
        return "paused" if self.has_moved else "idle"

    def curve(self) -> Message:
        """Loss and error of every run."""
        pack = Pack(2**20)
        curves = []
        for name, run in self.runs.items():
            step, loss, error = map(pack.add, run.timeline.curve.arrays())
            curves.append({"run": name, "step": step, "loss": loss, "error": error})
        self.last_curve, self.told_points = time.perf_counter(), self.points
        return self.stamped({"type": "curve", "runs": curves}, pack.arrays)

    @property
    def points(self) -> int:
        """The number of points that all curves hold."""
        return sum(len(run.timeline.curve.steps) for run in self.runs.values())

    def printed(self) -> Message:
        """What the program has printed."""
        self.last_printed = self.run.printed()
        return self.stamped({"type": "printed", "lines": self.last_printed})

    def reports(self) -> list[Message]:
        """The pictures that were asked to be kept up to date."""
        self.last_report = time.perf_counter()
        return list(self.pictures(self.kept_reports))

    def pictures(self, kinds: Mapping[str, dict[str, Any]]) -> Iterator[Message]:
        """Pictures of the given kinds, each as it was asked for; those that the run cannot have are
        left out."""
        for kind, asked in kinds.items():
            try:
                yield self.stamped(*report(self.run, kind, asked))
            except (ValueError, TypeError):
                continue

    def diverged(self) -> list[Message]:
        """The run stands where a number went bad."""
        self.is_playing, self.seeking = False, None
        if self.run.bad is None:
            self.run.fall()
        self.run.step, self.run.line = self.run.bad or (self.run.step, self.run.line)
        pack = Pack()
        trouble = self.run.trouble(pack)
        return [self.curve(), self.printed(), self.stamped(trouble, pack.arrays), *self.shown()]

    # ----------------------------------------------------------------------------------- advancing

    def advance(self, seconds: float) -> list[Message]:
        """Train, or go where was asked, for about so long; what there is to say then."""
        self.is_queued = False
        if not self.wants_time:
            return []
        try:
            if self.seeking is not None:
                return self.go_on(seconds)
            return self.bring_back(seconds) if self.awaited else self.train(seconds)
        except NonFiniteError:
            return self.diverged()
        except MISTAKES as error:
            self.is_playing, self.seeking = False, None
            words = visible(str(error), MOST_SAID) or "not enough memory for this"
            return [self.stamped({"type": "error", "words": words, "about": "play"}), *self.shown()]

    def go_on(self, seconds: float) -> list[Message]:
        """Go towards a place."""
        assert self.seeking is not None  # noqa: S101  (see `advance`)
        step, line = self.seeking
        if not self.run.stand(step, line, seconds):
            return self.shown()
        self.seeking = None
        news = [self.printed()] if self.run.printed() != self.last_printed else []
        if self.points != self.told_points:
            news.append(self.curve())
        return [*news, *self.reports(), *self.shown()]

    def bring_back(self, seconds: float) -> list[Message]:
        """Take one of the other runs towards where it stood before the connection broke."""
        name, place = next(iter(self.awaited.items()))
        try:
            is_there = self.runs[name].stand(*place, seconds)
        except NonFiniteError:
            is_there = True
        if not is_there:
            return []
        del self.awaited[name]
        return [self.curve(), *self.reports(), *self.shown()]

    def wait(self) -> list[Message]:
        """Others have the cores: say so, until `advance` is called again."""
        self.is_queued = True
        return self.shown()

    def train(self, seconds: float) -> list[Message]:
        """Train the run that is looked at, and let the others catch up with it."""
        run, now = self.run, time.perf_counter()
        timeline = run.timeline
        goal = min(run.last, run.last if self.until is None else self.until)
        if self.rate is not None:
            self.credit = min(self.credit + (now - self.last_advance) * self.rate, self.rate + 1)
            self.last_advance = now
            if self.credit < 1:
                time.sleep(min(seconds, (1 - self.credit) / self.rate))
                return []
            goal = min(goal, self.next_step() + int(self.credit) - 1)
        others = [other for other in self.runs.values() if other is not run]
        before = run.step
        timeline.go(run.step, seconds)
        timeline.advance(seconds / (1 + len(others)), goal)
        reached = timeline.run.step
        for other in others:
            self.catch_up(other, reached, seconds / (1 + len(others)))
        hurries = self.hurries()
        if reached < goal and (hurries or self.is_hidden or self.in_flight is not None):
            run.step, run.line = reached, run.last_line  # nobody looks: no line is walked
        else:
            run.stand(reached, run.last_line, seconds + AT_ONCE)
        if self.rate is not None:
            self.credit -= run.step - before if run.step > before else 1
        is_there = run.is_over or (self.until is not None and run.step >= self.until)
        if is_there and all(other.has_reached(reached) for other in others):
            return self.pause({}, [])
        return [] if hurries else self.news()

    def next_step(self) -> int:
        """The step that is taken next."""
        return self.run.step + (self.run.line == self.run.last_line)

    def catch_up(self, other: PageRun, step: int, seconds: float) -> None:
        """Let another run follow to the same step; one that goes bad stays where it does."""
        if other.has_reached(step):
            return
        try:
            other.timeline.go(other.step, seconds)
            other.timeline.advance(seconds, min(step, other.last))
            other.step, other.line = other.timeline.run.step, other.last_line
        except NonFiniteError:
            other.fall()

    def news(self) -> list[Message]:
        """What is said while training goes on: a frame where the last one was painted; now and then
        the curve, the pictures, and what the program prints."""
        found: list[Message] = []
        now = time.perf_counter()
        if self.run.printed() != self.last_printed:
            found.append(self.printed())
        if self.is_hidden:
            return found
        if now - self.last_curve > CURVE_SECONDS:
            found.append(self.curve())
        if self.in_flight is None:
            found += self.due_reports()
        return [*found, *self.shown()]

    def due_reports(self) -> list[Message]:
        """The pictures, where the last ones are old."""
        is_due = time.perf_counter() - self.last_report > REPORT_SECONDS
        return self.reports() if is_due and self.kept_reports else []


ANSWERS: dict[str, Callable[[Session, dict[str, Any], list[Any]], list[Message]]] = {
    "open": Session.open,
    "go": Session.go,
    "move": Session.move,
    "find": Session.find,
    "play": Session.play,
    "pause": Session.pause,
    "watch": Session.watch,
    "text": Session.texts,
    "split": Session.split,
    "knob": Session.knob,
    "edit": Session.edit,
    "ack": Session.ack,
    "fork": Session.fork,
    "select": Session.select,
    "data": Session.data,
    "upload": Session.upload,
    "report": Session.report,
    "link": Session.link,
    "download": Session.download,
    "tour": open_tour,
    "guess": guess,
    "try": try_out,
    "show": show,
    "leave": leave,
    "drill": drill.exercise,
    "check": drill.check,
    "hint": drill.hint,
}


# ------------------------------------------------------------------------------------ small parts


def text(value: Any, what: str) -> str:
    """A text of a message."""
    if not isinstance(value, str) or len(value) > 20_000:
        raise TypeError(f"{what} must be a text")
    return value


def pair(header: dict[str, Any], what: str) -> list[Any]:
    """Two numbers of a message."""
    value = header.get(what)
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError(f"{what} must be two numbers")
    return value


def enough(rows: list[int], columns: list[int]) -> bool:
    """Whether a piece holds entries at all; ValueError for one that holds too many."""
    size = max(rows[1] - rows[0], 0) * max(columns[1] - columns[0], 0)
    if size > MOST_TEXTS:
        raise ValueError(f"at most {MOST_TEXTS:,} entries are written out at once")
    return size > 0


def file_recipe(data: DataChoice, content: object) -> Recipe:
    """The recipe with which a file begins: a saved model has its own network."""
    recipe = usual_recipe(data)
    return recipe if isinstance(content, Table) else {**recipe, "network": {}}


def turned(recipe: Recipe, name: str, value: Any) -> Recipe:
    """A recipe with a knob turned, from its start; what goes with another optimizer only leaves."""
    known = {knob.name: of for knob, of, _ in described()}
    of = known[choice("knob", name, known)]
    if value is not None and not isinstance(value, str | int | float | bool):
        raise TypeError(f"{name} must be a number, a name or a truth value")
    network, training = dict(recipe["network"]), dict(recipe["training"])
    own = network if of == "network" else training
    own.pop(name, None)
    if value is not None:
        own[name] = value
    if name == "net":
        network.pop("hidden", None)
        if value is None:
            network |= usual_recipe(recipe["data"])["network"]
    if name in ("steps", "epochs"):
        training.pop("epochs" if name == "steps" else "steps", None)
        training.pop("report_every", None)
    if name == "optimizer":
        settings = {setting for kind in OPTIMIZERS.values() for setting in kind.KNOBS}
        training = {key: x for key, x in training.items() if key not in settings}
    fresh: Recipe = {**recipe, "network": network, "training": training, "step": 0, "line": -1}
    return checked(fresh)
