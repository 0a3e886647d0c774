"""How a long training keeps where it stands, so that what ends it costs little."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from syn0.spec.checks import real, whole
from syn0.spec.defaults import CHECKPOINT_EVERY, CHECKPOINTS_KEPT
from syn0.spec.doors import doors

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
"""The units of time, in seconds."""

EVERY = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(s|min|h|epochs?)")


@doors
@dataclass(frozen=True)
class Checkpoints:
    """Where a training keeps checkpoints, how often, and how many of them.

    Args:
        folder: the folder, which is made where there is none. It is the run's own: it must hold
            no checkpoints of another one.
        every: "60s" (default), "5min", "2h" or a number of seconds; or "5epochs". Of a training
            that takes all rows in a step, an epoch is a step.
        keep: how many of the latest are kept, default 3.
        clock: gives seconds; by default the machine's own, which never goes back.

    Raises:
        TypeError, ValueError: something else.
    """

    folder: str | os.PathLike[str]
    every: str | float = CHECKPOINT_EVERY
    keep: int = CHECKPOINTS_KEPT
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)

    def __post_init__(self) -> None:
        os.fspath(self.folder)  # TypeError for what names no folder
        whole("keep", self.keep)
        _ = self.seconds, self.epochs

    @property
    def seconds(self) -> float | None:
        """The time from one to the next; None where epochs are counted."""
        if not isinstance(self.every, str):
            return real("every", self.every, above=0)
        number, unit = self._parts()
        return None if unit.startswith("epoch") else number * SECONDS[unit]

    @property
    def epochs(self) -> int | None:
        """The passes over the rows from one to the next; None where time is counted."""
        if not isinstance(self.every, str):
            return None
        number, unit = self._parts()
        return int(number) if unit.startswith("epoch") else None

    def _parts(self) -> tuple[float, str]:
        """The number and the unit of `every`."""
        found = EVERY.fullmatch(str(self.every).strip())
        number = float(found[1]) if found else 0.0
        if found is None or number == 0 or (found[2].startswith("epoch") and number % 1):
            raise ValueError(
                f"checkpoints every {self.every!r} is not understood: write a time such as 60s, "
                "5min or 2h, or a whole number of epochs such as 5epochs"
            )
        return number, found[2]
