"""The command `syn0`: one file a command. Each imports what it needs when it runs, so that
`syn0 --help` answers at once."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

import click

from syn0 import __version__
from syn0.cli.bench import bench
from syn0.cli.check import check
from syn0.cli.engines import engines
from syn0.cli.evaluate import evaluate
from syn0.cli.export import export
from syn0.cli.predict import predict
from syn0.cli.train import train
from syn0.cli.write import write

INTERRUPTED = 130
MISUSE = 2
FAILURE = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syn0")
def cli() -> None:
    """syn0 writes the program of a neural network: read it, run it, ship it.

    \b
    syn0 write 3-4-1              print the program of a network
    syn0 train digits             train on real data
    syn0 train table.csv --target COLUMN --out model.safetensors
    syn0 predict model.safetensors new.csv
    syn0 export model.safetensors --to onnx
    syn0 check 3-4-1              compare its gradient with differences
    syn0 engines                  what can run programs here
    syn0 bench                    how fast they are, beside other tools
    """


for command in (write, train, predict, evaluate, export, check, engines, bench):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command; a user's mistake gets one sentence on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # where it cannot say "R²", "R?" will do
    try:
        sys.exit(cli.main(prog_name="syn0", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(MISUSE)
    except click.UsageError as error:
        fail(sentence(error.format_message(), error.ctx), MISUSE)
    except click.ClickException as error:
        fail(error.format_message(), MISUSE)
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILURE)
    except FloatingPointError as error:
        fail(str(error), FAILURE)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        fail(what, MISUSE)
    except (ValueError, TypeError, ImportError, MemoryError) as error:
        fail(str(error) or "not enough memory for these data", MISUSE)


def sentence(message: str, context: click.Context | None) -> str:
    """A usage error, and where to read how the command is used."""
    command = context.command_path if context else "syn0"
    return f"{message.rstrip('.')} (see {command} --help)"


def fail(message: str, code: int) -> NoReturn:
    """Say what was wrong and leave."""
    click.echo(f"{click.style('Error:', fg='red')} {message}", err=True, color=colour())
    sys.exit(code)


def colour() -> bool | None:
    """False where NO_COLOR is set; None lets click look whether stderr is a terminal."""
    return False if os.environ.get("NO_COLOR") else None
