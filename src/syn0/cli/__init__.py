"""The command `syn0`: one file a command. Each imports what it needs when it runs, so that
`syn0 --help` answers at once."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from syn0 import __version__
from syn0.cli.bench import bench
from syn0.cli.check import check
from syn0.cli.command import FAILURE, HELP_NAMES, INTERRUPTED, MISUSE
from syn0.cli.drill import drill
from syn0.cli.engines import engines
from syn0.cli.evaluate import evaluate
from syn0.cli.explain import explain
from syn0.cli.export import export
from syn0.cli.play import play
from syn0.cli.plot import plot
from syn0.cli.predict import predict
from syn0.cli.serve import serve
from syn0.cli.tour import tour
from syn0.cli.train import train
from syn0.cli.write import write
from syn0.spec.words import MOST_SAID, visible


@click.group(context_settings=HELP_NAMES)
@click.version_option(__version__, prog_name="syn0")
def cli() -> None:
    """syn0 writes the program of a neural network: read it, run it, ship it.

    \b
    syn0 write 3-4-1              print the program of a network
    syn0 play                     see it learn, line by line, in the browser
    syn0 tour                     how it learns, in short chapters that ask you first
    syn0 drill                    rebuild it from memory, checked at each save
    syn0 train digits             train on real data
    syn0 train table.csv --target COLUMN --out model.safetensors
    syn0 predict model.safetensors new.csv
    syn0 export model.safetensors --to onnx
    syn0 serve model.safetensors  answer over HTTP
    syn0 explain 3-4-1            a step of it, line by line
    syn0 plot 3-4-1 error -o error.png
    syn0 check 3-4-1              compare its gradient with differences
    syn0 engines                  what can run programs here
    syn0 bench                    how fast they are, beside other tools
    """


for command in (
    write, play, tour, drill, train, predict, evaluate, export, serve, explain, plot, check,
    engines, bench,
):  # fmt: skip
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command; a user's mistake gets one sentence on stderr and exit code 2."""
    if not prepare_streams():
        sys.exit(told("stdout is closed: send it to a file, or to /dev/null", MISUSE))
    code = outcome()
    try:
        sys.stdout.flush()  # now that it can still be told that a disk is full
    except OSError as error:
        drop_output()
        gone = isinstance(error, BrokenPipeError)
        code = code or (FAILURE if gone else told(f"stdout: {error.strerror}", MISUSE))
    if code in (FAILURE, MISUSE) and in_a_cluster():
        # At its end JAX would wait for the other processes, which wait for this one or have gone.
        os._exit(code)
    sys.exit(code)


def prepare_streams() -> bool:
    """Make the standard streams fit to be written to; False where stdout is closed.

    Files and pipes get UTF-8 whatever the locale, as what is written there is read by programs; a
    terminal gets what it can show, and ? for the rest.
    """
    closed = sys.stdout is None
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while os.open(os.devnull, os.O_RDWR) <= 2:  # so that no file of ours takes their place
            pass
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return not closed


def outcome() -> int:
    """Run the command and tell its errors; the exit code."""
    with noting_ctrl_c() as came:
        try:
            return cli.main(prog_name="syn0", standalone_mode=False) or 0
        except SystemExit as left:
            return left.code if isinstance(left.code, int) else 0
        except (click.Abort, KeyboardInterrupt):
            return told("interrupted", INTERRUPTED)
        except Exception as error:
            if came.is_set():  # compiled code that Ctrl-C ends may make another error of it
                return told("interrupted", INTERRUPTED)
            return told_error(error)


@contextmanager
def noting_ctrl_c() -> Iterator[threading.Event]:
    """Know whether Ctrl-C came, whatever becomes of the KeyboardInterrupt."""
    came = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        came.set()
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    is_main_thread = threading.current_thread() is threading.main_thread()
    if before is not signal.default_int_handler or not is_main_thread:
        yield came
        return
    signal.signal(signal.SIGINT, press)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


def told_error(error: Exception) -> int:
    """Tell a user's mistake in one sentence; the exit code. Anything else is raised again."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return MISUSE
        case click.UsageError():
            return told(sentence(error.format_message(), error.ctx), MISUSE)
        case click.ClickException():
            return told(error.format_message(), MISUSE)
        case FloatingPointError() | ConnectionError():  # numbers went bad, or a process went
            return told(str(error), FAILURE)
        case OSError():
            why = error.strerror or str(error)
            return told(f"{error.filename}: {why}" if error.filename else why, MISUSE)
        case ValueError() | TypeError() | ImportError() | MemoryError():
            return told(str(error) or "not enough memory for these data", MISUSE)
    raise error


def in_a_cluster() -> bool:
    """Whether this process has joined others."""
    jax = sys.modules.get("jax")
    return jax is not None and jax.distributed.is_initialized()


def drop_output() -> None:
    """Send what is still to be written on stdout nowhere, where it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def sentence(message: str, context: click.Context | None) -> str:
    """A usage error, and where to read how the command is used."""
    command = context.command_path if context else "syn0"
    words = message.replace("\n\t", " ")  # how click lists what there is to choose from
    return f"{words.rstrip('.')} (see {command} --help)"


def told(message: str, code: int) -> int:
    """Say what was wrong; the exit code."""
    words = f"{click.style('Error:', fg='red')} {visible(message, MOST_SAID)}"
    colour = False if os.environ.get("NO_COLOR") else None  # None: if stderr is a terminal
    with suppress(OSError):  # a terminal that has closed
        click.echo(words, err=True, color=colour)
    return code
