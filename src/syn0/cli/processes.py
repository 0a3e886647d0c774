"""`syn0 train` by many processes: those of a cluster that somebody started, or some on this machine
that are started here."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from syn0.cli.command import FAILURE, MISUSE, QUIET
from syn0.spec.words import MOST_SAID, visible

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster

LAUNCHED = "SYN0_LAUNCHED"
"""Set where a process was started by `launch`, and ends when that one does."""

LOOK_EVERY, GRACE = 0.05, 10.0
"""Seconds from one look at the processes to the next; and those in which the others may end by
themselves once one has failed."""


def cluster_of(data: str, options: Mapping[str, Any]) -> Cluster | None:
    """The cluster that this process belongs to; None for one that trains alone. With --processes it
    does not come back: it starts them, and ends as they do."""
    count = options["processes"]
    if count is None and not options["distributed"]:
        return None
    if count is not None and options["distributed"]:
        raise ValueError(
            "--processes starts processes here, --distributed joins those that something else "
            "started: give one of them"
        )
    if data == "-":
        raise ValueError("many processes cannot read one stdin: name a file")
    if count is not None:
        launch(count, options["resume"] or options["checkpoint"], data)
    if LAUNCHED in os.environ:
        threading.Thread(target=end_with_launcher, daemon=True).start()
    from syn0.engines.cluster import distributed

    cluster = distributed()
    if not cluster.first:
        click.get_current_context().meta[QUIET] = True
    return cluster


def end_with_launcher() -> None:
    """Ask for an end, as SIGTERM does, when the process that started this one has gone."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def launch(count: int, folder: str | None, data: str) -> NoReturn:
    """Start so many processes, and end as they do. What is to be told of a failure names the folder
    of checkpoints, if there is one."""
    with ExitStack() as stack:
        errors = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(count)]
        port = free_port()
        children = [start(rank, count, port, file) for rank, file in enumerate(errors)]
        pass_signals_to(children[0])
        lost = watch(children)
        first = children[0].returncode
        if lost is None or (first in (FAILURE, MISUSE) and children[lost].returncode >= 0):
            sys.exit(first)  # the first process has told what it is
        words = f"{how_it_ended(lost, children[lost], errors[lost])}; {what_now(folder, data)}"
        click.echo(f"{click.style('Error:', fg='red')} {visible(words, MOST_SAID)}", err=True)
        sys.exit(FAILURE)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def start(rank: int, count: int, port: int, errors: TextIO) -> subprocess.Popen[bytes]:
    """Start one of the processes. The first one has our streams; what another says is kept in case
    it fails."""
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "RANK": rank, "WORLD_SIZE": count}
    own: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": errors} if rank else {}
    return subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-m", "syn0", *without(sys.argv[1:], "--processes"), "--distributed"],
        stdin=subprocess.PIPE,
        env=os.environ | {name: str(value) for name, value in where.items()} | {LAUNCHED: "1"},
        start_new_session=True,  # a terminal's Ctrl-C comes to us alone
        **own,
    )


def without(words: Sequence[str], flag: str) -> list[str]:
    """The words of a command without a flag and its value."""
    left, skip = [], False
    for word in words:
        if not skip and word != flag and not word.startswith(f"{flag}="):
            left.append(word)
        skip = word == flag and not skip
    return left


def pass_signals_to(child: subprocess.Popen[bytes]) -> None:
    """Let the first process, which decides for all, get the signals that we get."""

    def hand_on(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            child.send_signal(number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), hand_on)


def watch(children: Sequence[subprocess.Popen[bytes]]) -> int | None:
    """Wait for all; the number of the one whose end ended the others, or None. These are given a
    moment to tell why they cannot go on, and are killed then."""
    deadline, ours = float("inf"), set()
    while None in [child.poll() for child in children]:
        if deadline == float("inf") and any(child.returncode for child in children):
            deadline = time.monotonic() + GRACE
        if time.monotonic() > deadline:
            ours = {rank for rank, child in enumerate(children) if child.returncode is None}
            for rank in ours:
                children[rank].kill()
        time.sleep(LOOK_EVERY)
    failed = [rank for rank, c in enumerate(children) if c.returncode and rank not in ours]
    # One that a signal ended has told nobody; the others say that it is missing.
    return min(failed, key=lambda rank: children[rank].returncode, default=None)


def how_it_ended(rank: int, child: subprocess.Popen[bytes], errors: TextIO) -> str:
    """What became of a process, in words."""
    if child.returncode < 0:
        return f"process {rank} was ended by {signal.Signals(-child.returncode).name}"
    errors.seek(0)
    lines = [line.strip() for line in errors if line.strip()]
    told = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    why = (told or lines or ["it said nothing"])[-1]
    return f"process {rank} ended with status {child.returncode} ({why})"


def what_now(folder: str | None, data: str) -> str:
    """How to go on from the last checkpoint."""
    if folder is None or not Path(folder).is_dir():
        return "without --checkpoint FOLDER nothing was kept"
    command = f"syn0 train {shlex.quote(data)} --resume {shlex.quote(folder)}"
    return f"go on from the last checkpoint, with as many processes as you like: {command}"
