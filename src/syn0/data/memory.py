"""How much memory there is, and how much of it rows may take."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

SHARE = 0.25
"""Of the free memory, what rows take before they stream from disk, where nobody says more."""

UNKNOWN = 2**32
"""Bytes taken to be free on systems that do not say."""

LARGE = 2**30
"""Bytes; below, nobody asks whether they are free."""

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)b?", re.IGNORECASE)


def memory_for_rows(given: int | str | None) -> int:
    """The bytes that rows may take: as given, such as 500_000_000 or "500MB"; by default a quarter
    of what is free.

    Raises:
        ValueError: it is no such size.
    """
    if given is None:
        return int(free_memory() * SHARE)
    size = _SIZE.fullmatch(str(given).strip())
    number = float(size[1]) * UNITS[size[2].lower()] if size else 0
    if number < 1 or isinstance(given, bool):
        raise ValueError(f"max_memory must be a size such as 500MB or 2GB, not {given!r}")
    return int(number)


def free_memory() -> int:
    """The bytes that this process may still take."""
    free = [UNKNOWN]
    with suppress(OSError, ValueError, AttributeError):
        free = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(OSError, LookupError, ValueError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith("MemAvailable:"))
        free.append(int(line.split()[1]) * 1024)
    with suppress(OSError, ValueError):  # in a container
        most, used = (Path(f"/sys/fs/cgroup/memory.{n}").read_text() for n in ("max", "current"))
        free.append(int(most) - int(used))
    return max(min(free), 0)


def refuse_beyond_free(size: int, what: str) -> None:
    """MemoryError where something takes more bytes than are free: systems lend them all the same,
    and stand still, or end the process, as they are used."""
    if size > LARGE and size > (free := free_memory()):
        raise MemoryError(f"{what} takes {in_words(size)} of memory; {in_words(free)} are free")


def in_words(size: float) -> str:
    """A number of bytes as people say it: 4.0 GB, 67 MB."""
    unit, name = next(((u, n) for n, u in reversed(UNITS.items()) if size >= u), (1, ""))
    number = size / unit
    return (
        f"{number:.1f} {name.upper()}B" if number < 10 and name else f"{number:.0f} {name.upper()}B"
    )
