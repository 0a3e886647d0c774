"""`syn0 drill`: rebuild a network's program from memory, checked at each save."""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message
from syn0.cli.config import is_list_of, toml_text
from syn0.cli.networks import described, is_description, is_model, with_file
from syn0.cli.options import FILE, FORCE, OPTION_NAMES, flags_given, network_options

if TYPE_CHECKING:
    from syn0.learn.drill.drilling import Drilling
    from syn0.learn.drill.exercise import Exercise
    from syn0.learn.drill.report import Report

SETTLED = 0.15
"""Seconds for which a file must stay as it is: editors write it in several goes."""

MOST_BYTES = 200_000
"""Of a program that is checked."""

HEAD = "# A drill for syn0: syn0 drill THIS-FILE\n"
"""How a drill file begins that we wrote."""

DEFAULT_NET = "3-4-1"
"""The network that a program is checked for where none is named."""


@click.command(cls=Sections)
@click.argument("net", type=FILE, required=False)
@click.option("--level", type=int, metavar="N",
              help="How much is missing, from 1 (a line) to 5 (all of it, as usual).")  # fmt: skip
@click.option("--file", "path", type=FILE, metavar="FILE", default="drill.py", show_default=True,
              help="Where you write.")  # fmt: skip
@click.option("--check", type=FILE, metavar="FILE",
              help="Check a program once: status 0 if it is right, else 1.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="With --check: the verdict as JSON.")
@click.option("--make", type=FILE, metavar="FILE.toml",
              help="Write a drill file, for others to drill.")  # fmt: skip
@network_options
@FORCE
def drill(
    net: str | None,
    level: int | None,
    path: str,
    check: str | None,
    as_json: bool,
    make: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Rebuild the program of NET from memory: sizes such as 3-4-1, a TOML file or a drill file.

    A file is written with the task, and each time you save it the program runs, apart from
    everything and within limits, and the first line that is wrong is named, with the likely
    reason. Any names and any way of writing will do. Without NET, the next exercise of a ladder
    from 3-1 to batch normalization with Adam.

    \b
    syn0 drill
    syn0 drill 3-4-1 --level 2
    syn0 drill 3-4-1 --bias --check mine.py --json
    syn0 drill --make lesson.toml 3-4-1 --momentum 0.9
    syn0 drill lesson.toml
    """
    if as_json and check is None:
        raise ValueError("--json belongs to --check FILE")
    if make is not None:
        made(make, net, level, options, force=force)
        return
    if check is not None:
        exercise = exercise_of(net or DEFAULT_NET, level, options)
        sys.exit(graded(exercise, check, as_json=as_json))
    drilling = begun(net, level, options, Path(path))
    if sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(KeyboardInterrupt):
            watch(drilling)
    else:
        sys.exit(once_only(drilling))


def exercise_of(net: str, level: int | None, options: Mapping[str, Any]) -> Exercise:
    """The exercise that NET and the options mean."""
    from syn0.learn.drill.exercise import Exercise
    from syn0.learn.drill.levels import BLANK

    if not is_description(net) and is_model(net):
        raise ValueError(f"{net} is a model: the drill takes sizes such as 3-4-1, or a TOML file")
    settings = with_file(net, {**options, "level": level}, ("level", "hints"))
    network, training = described(settings)
    hints = hints_of(settings.get("hints"), net)
    chosen = settings["level"]
    return Exercise(network.spec, training, BLANK if chosen is None else chosen, hints)


def hints_of(tables: Any, where: str) -> dict[str, tuple[str, ...]]:
    """The hints of a drill file: tables with the `line` and what to `say`, one text or several."""
    hints: dict[str, tuple[str, ...]] = {}
    for table in tables or ():
        told = dict(table) if isinstance(table, dict) else {}
        line, say = told.pop("line", None), told.pop("say", None)
        texts = [say] if isinstance(say, str) else say
        if told or not isinstance(line, str) or not is_list_of(str, texts):
            raise ValueError(
                f'{where}: each of [[hints]] must hold line = "l2_delta", or another, and say, a '
                "text or a list of texts"
            )
        hints[line] = tuple(texts)
    return hints


def made(
    path: str, net: str | None, level: int | None, options: Mapping[str, Any], *, force: bool
) -> None:
    """Write a drill file."""
    from syn0.cli.outputs import check_output, start_of
    from syn0.files.atomic import write_whole

    if net is None or is_description(net):
        raise ValueError("--make writes a drill file of sizes such as 3-4-1: name them")
    if not path.endswith(".toml"):
        raise ValueError(f"--make writes a TOML file: call it {path}.toml")
    exercise = exercise_of(net, level, options)
    head = HEAD.encode()
    check_output(
        path, "the drill", reads={}, ours=lambda p: start_of(p).startswith(head), force=force
    )
    given = {name: options[name] for name in OPTION_NAMES if options.get(name) is not None}
    settings = {"net": net, "level": exercise.level, **given}
    hints = '\n# Hints of your own, for any line; they come first:\n# [[hints]]\n# line = "'
    hints += f'{next(iter(exercise.lines))}"\n# say = ["a question", "more"]\n'
    write_whole(Path(path), (HEAD + toml_text(settings) + hints).encode(), "the drill")
    message(f"Saved {path}")


def begun(net: str | None, level: int | None, options: Mapping[str, Any], path: Path) -> Drilling:
    """A drill of what is asked for, or of what comes next on the ladder."""
    from syn0.learn.drill.drilling import Drilling
    from syn0.learn.drill.ladder import exercises, next_exercise
    from syn0.learn.drill.progress import keep_progress, read_progress

    solved = read_progress()
    if net is not None:
        exercise = exercise_of(net, level, options)
    else:
        if flags := flags_given({**options, "level": level}, ("level", *OPTION_NAMES)):
            raise ValueError(f"{flags}: name the network too, such as 3-4-1")
        following = next_exercise(solved)
        exercise = list(exercises())[-1][1] if following is None else following
    return Drilling(exercise, path, solved, report(), keep_progress)


def report() -> Report:
    """How verdicts are shown here."""
    from syn0.learn.drill.report import Report, no_style

    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = min(shutil.get_terminal_size((80, 24)).columns, 100)
    plain = False
    try:
        "✓✗·".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        plain = True
    return Report(width, click.style if coloured else no_style, plain)


def text_of(path: Path) -> str:
    """A program that is to be checked.

    Raises:
        OSError: it cannot be read.
        ValueError: it is too long for a drill.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path} is longer than the {MOST_BYTES:,} bytes that a drill may take")
    return content.decode("utf-8-sig", "replace")  # Windows' editors put a mark in front


def graded(exercise: Exercise, path: str, *, as_json: bool) -> int:
    """Check a program once; 0 if it is right."""
    verdict = exercise.check(text_of(Path(path)))
    if as_json:
        click.echo(json.dumps(verdict.to_data(), allow_nan=False))
    else:
        for line in report().lines(verdict):
            click.echo(line)
    return 0 if verdict.outcome == "right" else 1


def once_only(drilling: Drilling) -> int:
    """Without a terminal: write the file, or check the one that is there."""
    if not drilling.path.exists():
        say(drilling.begin()[:-1])
        return 0
    lines = drilling.saved(text_of(drilling.path))
    say(lines[:-1])
    right = drilling.verdict is not None and drilling.verdict.outcome == "right"
    return 0 if right else 1


def say(lines: list[str]) -> None:
    """Print lines."""
    for line in lines:
        click.echo(line)


def watch(drilling: Drilling) -> None:
    """Check each save and answer keys, until q or Ctrl-C."""
    was_there = drilling.path.exists()
    lines = drilling.begin()
    seen = None if was_there else state_of(drilling.path)  # what was there is checked at once
    say(lines)
    with keys() as pressed:
        while not drilling.done:
            try:
                key = pressed.get(timeout=SETTLED)
            except queue.Empty:
                now = state_of(drilling.path)
                if now is not None and now != seen and now == settled(drilling.path, now):
                    say(["", *checked(drilling, counts=seen is not None or not was_there)])
                    seen = now
                continue
            say(drilling.pressed(key))
            if key in "rn":  # the file may be our own work now
                seen = state_of(drilling.path)


def checked(drilling: Drilling, *, counts: bool) -> list[str]:
    """Check the file as it is now."""
    try:
        return drilling.saved(text_of(drilling.path), counts=counts)
    except (OSError, ValueError) as error:
        return [f"{drilling.path} cannot be read: {error}"]


def state_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is saved, or replaced by another; None while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def settled(path: Path, state: tuple[int, int, int]) -> tuple[int, int, int] | None:
    """The state of a file a moment later."""
    threading.Event().wait(SETTLED)
    return state_of(path)


@contextmanager
def keys() -> Iterator[queue.SimpleQueue[str]]:
    """The keys that are pressed; where the terminal gives whole lines alone, their letters."""
    pressed: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        while letters := os.read(sys.stdin.fileno(), 64):
            for letter in letters.decode("utf-8", "replace"):
                pressed.put(letter)
        pressed.put("q")  # the terminal is gone

    threading.Thread(target=read, daemon=True).start()
    try:
        import termios
        import tty
    except ImportError:  # on Windows
        yield pressed
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield pressed
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
