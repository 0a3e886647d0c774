"""Many runs at once, each in a thread: as many at a time as there are cores for."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from syn0.spec.words import MOST_SAID, visible
from syn0.training.history import History
from syn0.training.interrupt import catching_interrupt
from syn0.training.loop import NoProgress, Run
from syn0.training.progress import Progress

LOOK_EVERY = 0.1
"""Seconds from one look at how far the runs have come to the next."""


def go_together(runs: Sequence[Run], threads: int, *, progress: bool = True) -> None:
    """Train all runs to their ends, so many at a time. Afterwards each one's history says how it
    ended: one that diverges does not end the others, and Ctrl-C stops all where they stand.

    Args:
        runs: which have not begun; those of one program share their runner.
        threads: how many train at a time, where their engine can train side by side.
        progress: whether training that takes its time shows progress on stderr.
    """
    rows = {run.job.runner: run.job.training.batch_size or run.job.rows for run in runs}
    with catching_interrupt() as interrupt, ExitStack() as at_work:
        for runner, count in rows.items():
            at_work.enter_context(runner.at_work(count))
            if all(run.job.training.solver is None for run in runs):
                runner.make_ready(count)
        side_by_side = all(runner.side_by_side for runner in rows)
        with ThreadPoolExecutor(threads if side_by_side else 1) as pool:
            waiting = [pool.submit(run.go_among, interrupt) for run in runs]
            try:
                watch(runs, waiting, progress=progress)
            except BaseException:  # a second Ctrl-C, or memory that is short
                interrupt.tell(signal.SIGINT)
                raise
    for notice in dict.fromkeys(runner.notice for runner in rows):
        if notice and sys.stderr is not None:
            print(f"Note: {visible(notice, MOST_SAID)}", file=sys.stderr)


def watch(runs: Sequence[Run], waiting: Sequence[Future[History]], *, progress: bool) -> None:
    """Show how far the runs have come until they are done; what one of them raises is raised."""
    total = sum(run.end - run.first for run in runs)
    shown = Progress(total) if progress else NoProgress()
    try:
        left = set(waiting)
        while left:
            done, left = wait(left, LOOK_EVERY, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            ended = len(runs) - len(left)
            # One that ended early has no steps left either.
            taken = sum((run.end if run.over else run.step) - run.first for run in runs)
            shown.tick(taken, None, f"{ended:,} of {len(runs):,} networks done")
    finally:
        shown.close()


__all__ = ["go_together"]
