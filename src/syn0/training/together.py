"""Many runs at once: in threads, as many at a time as there are cores for; or in step, all of them
in each call of their engine."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from syn0.engines import Runner
from syn0.spec import Training
from syn0.spec.words import MOST_SAID, visible
from syn0.training.in_step import go_in_step
from syn0.training.interrupt import catching_interrupt
from syn0.training.loop import NoProgress, Run
from syn0.training.progress import Progress

LOOK_EVERY = 0.1
"""Seconds from one look at how far the runs have come to the next."""


def go_together(runs: Sequence[Run], threads: int, *, progress: bool = True) -> None:
    """Train all runs to their ends. Afterwards each one's history says how it ended: one that
    diverges does not end the others, and Ctrl-C stops all where they stand.

    Args:
        runs: which have not begun; those of one program share their runner.
        threads: how many train at a time, where their engine can train side by side.
        progress: whether training that takes its time shows progress on stderr.
    """
    groups: dict[tuple[Runner, Training], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.job.runner, run.job.training), []).append(run)
    runners = dict(groups.keys())
    with catching_interrupt() as interrupt, ExitStack() as at_work:
        for runner, training in runners.items():
            rows = training.batch_size or runs[0].job.rows
            at_work.enter_context(runner.at_work(rows))
            if training.solver is None:
                runner.make_ready(rows)
        side_by_side = all(runner.together == "threads" for runner in runners)
        with ThreadPoolExecutor(threads if side_by_side else 1) as pool:
            waiting: list[Future[object]] = []
            for (runner, _), group in groups.items():
                if runner.together == "in step":
                    waiting.append(pool.submit(go_in_step, group, interrupt))
                else:
                    waiting += [pool.submit(run.go_among, interrupt) for run in group]
            try:
                watch(runs, waiting, progress=progress)
            except BaseException:  # a second Ctrl-C, or memory that is short
                interrupt.tell(signal.SIGINT)
                raise
    for notice in dict.fromkeys(runner.notice for runner in runners):
        if notice and sys.stderr is not None:
            print(f"Note: {visible(notice, MOST_SAID)}", file=sys.stderr)


def watch(runs: Sequence[Run], waiting: Sequence[Future[object]], *, progress: bool) -> None:
    """Show how far the runs have come until they are done; what one of them raises is raised."""
    total = sum(run.end - run.first for run in runs)
    shown = Progress(total) if progress else NoProgress()
    try:
        left = set(waiting)
        while left:
            done, left = wait(left, LOOK_EVERY, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            ended = sum(run.over for run in runs)
            # One that ended early has no steps left either.
            taken = sum((run.end if run.over else run.step) - run.first for run in runs)
            shown.tick(taken, None, f"{ended:,} of {len(runs):,} networks done")
    finally:
        shown.close()
