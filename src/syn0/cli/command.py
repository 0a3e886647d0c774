"""What all commands have: options in sections, and how much is said."""

from __future__ import annotations

import io
import platform
import re
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, suppress
from typing import Any

import click

from syn0 import __version__
from syn0.spec.knobs import NETWORK, OUTPUT, PENALTIES, TRAINING
from syn0.spec.names import NAMES
from syn0.spec.words import MOST_SAID, visible

SECTIONS = (
    "Options", "Data", NETWORK, TRAINING, PENALTIES, OUTPUT, "Help and messages",
)  # fmt: skip
"""The sections of a help text, in their order: a command's own options come first."""

HELP_NAMES = {"help_option_names": ["-h", "--help"]}

FAILURE, MISUSE, INTERRUPTED = 1, 2, 130
"""The statuses of what went wrong, of a mistake of the user's, and of Ctrl-C."""

QUIET, VERBOSE = "syn0.quiet", "syn0.verbose"
"""Where a context keeps how much is said."""


class Option(click.Option):
    """An option that stands in a section of the help text of its own choice."""

    def __init__(self, *names: Any, section: str, **how: Any) -> None:
        super().__init__(*names, **how)
        self.section = section


class Sections(click.Command):
    """A command whose help text has sections, and which says less or more when it is asked to."""

    def __init__(self, name: str | None, **how: Any) -> None:
        how["help"] = with_names(how["help"])
        super().__init__(name, **{"context_settings": HELP_NAMES, **how})

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own parameters, and those of all commands."""
        *own, help_option = super().get_params(ctx)
        return [*own, *HOW_MUCH_IS_SAID, help_option]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options section by section."""
        for title in SECTIONS:
            records = [
                record
                for param in self.get_params(ctx)
                if isinstance(param, click.Option)
                and section_of(param) == title
                and (record := param.get_help_record(ctx)) is not None
            ]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first sentence of the help text, whole."""
        first, *_ = (self.help or "").replace("\n", " ").split(". ")
        return first.split("  ")[0].rstrip(".")

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        if asked_for(VERBOSE):
            tell_versions()
        return super().invoke(ctx)


def with_names(text: str) -> str:
    """A help text in which `<data>` stands for the names of that table."""
    return re.sub(r"<(\w+)>", lambda found: ", ".join(NAMES[found[1]]), text)


def section_of(param: click.Parameter) -> str:
    """Where a parameter stands in a help text."""
    usual = SECTIONS[-1] if "--help" in param.opts else SECTIONS[0]
    return getattr(param, "section", usual)


def note_how_much(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Keep in the context what --quiet and --verbose say."""
    ctx.meta[QUIET if param.name == "quiet" else VERBOSE] = value
    if ctx.meta.get(QUIET) and ctx.meta.get(VERBOSE):
        raise click.UsageError("--quiet says less and --verbose more: give one of them")


HOW_MUCH_IS_SAID = tuple(
    Option([short, name], is_flag=True, expose_value=False, callback=note_how_much, help=words,
           section=SECTIONS[-1])
    for short, name, words in (
        ("-q", "--quiet", "Say nothing but results and errors."),
        ("-v", "--verbose", "Say more: versions, columns, why an engine is picked."),
    )
)  # fmt: skip
"""Options of all commands."""


def asked_for(key: str) -> bool:
    """Whether the present command was asked to be QUIET or VERBOSE."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and bool(ctx.meta.get(key))


def message(text: str) -> None:
    """Tell the user something that is not a result, in one line; a terminal that has closed, or a
    reader that has gone, is no reason to stop."""
    if not asked_for(QUIET):
        with suppress(OSError):
            click.echo(visible(text, MOST_SAID), err=True)


def hushed() -> AbstractContextManager[Any]:
    """Keep what others say on stderr from a user who was promised that nothing is said."""
    return redirect_stderr(io.StringIO()) if asked_for(QUIET) else nullcontext()


def say_more(text: str) -> None:
    """Tell the user something that is asked for with --verbose."""
    if asked_for(VERBOSE):
        message(text)


def tell_versions() -> None:
    """Say which versions run here."""
    from importlib.metadata import version

    python = f"Python {platform.python_version()}"
    message(f"syn0 {__version__}, NumPy {version('numpy')}, {python}, {platform.platform()}")
