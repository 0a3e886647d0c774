"""A file is written whole or not at all, and replaces nothing that it must not."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

TEMPORARY = re.compile(r"\.syn0-(\d{1,9})-[0-9a-f]{8}\.tmp")
"""Names of files that are being written, each with the number of the process that writes it. They
are short, as the file's own name may be as long as names can be."""

STALE = 3600
"""Seconds after which a temporary file of a process that is no more is what it left."""


def write_whole(path: Path, content: bytes, what: str = "the model") -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Where `path` is a link, what it leads to is replaced. What is replaced keeps its mode and, where
    the system allows it, its owner; a new file has the mode that new files have. `what` is written,
    in the words of errors.

    Raises:
        OSError: naming `path`, with nothing changed there.
    """
    place = place_of(path, what)
    forget_old(place.parent)
    temporary = temporary_beside(place)
    try:
        before = place.stat() if place.exists() else None
        try:
            # Nobody else reads a private file at any moment.
            mode = 0o666 if before is None else 0o600
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if before is not None:
                keep_mode_and_owner(temporary, before)
            temporary.replace(place)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise refusal(error.errno or errno.EIO, str(error.strerror), place, what) from None


def place_of(path: Path, what: str = "the model") -> Path:
    """Where a file is written: `path`, or what the link leads to.

    Raises:
        OSError: there is something that a file must not replace, or links lead in a circle.
    """
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise refusal(errno.ELOOP, os.strerror(errno.ELOOP), path, what)
    if place.is_dir():
        raise refusal(errno.EISDIR, "this is a folder: name a file in it", place, what)
    if place.exists() and not place.is_file():
        raise refusal(errno.EINVAL, "this is a device or a pipe", place, what)
    return place


def check_writable(path: Path, what: str = "the model") -> None:
    """OSError if a file cannot be written there; nothing is changed."""
    place = place_of(path, what)
    trial = temporary_beside(place)
    try:
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise refusal(error.errno or errno.EIO, str(error.strerror), place, what) from None


def temporary_beside(place: Path) -> Path:
    """A name in the same folder for a file that is being written."""
    return place.with_name(f".syn0-{os.getpid()}-{secrets.token_hex(4)}.tmp")


def refusal(number: int, why: str, path: Path, what: str) -> OSError:
    """The error for a file that cannot be written; of the kind that belongs to its number."""
    return OSError(number, f"{what} cannot be written: {why}", str(path))


def keep_mode_and_owner(path: Path, before: os.stat_result) -> None:
    """Give a file another one's mode, group and owner, as far as the system allows."""
    if hasattr(os, "chown"):
        for owner in ((-1, before.st_gid), (before.st_uid, -1)):
            with suppress(OSError):
                os.chown(path, *owner)
    with suppress(OSError):
        path.chmod(stat.S_IMODE(before.st_mode))


def forget_old(folder: Path) -> None:
    """Remove the temporary files of ours that processes left here which were killed as they wrote:
    those an hour old, of this user, whose process is no more."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = TEMPORARY.fullmatch(entry.name)
            if name and is_stale(entry.stat(follow_symlinks=False)) and is_gone(int(name[1])):
                Path(entry.path).unlink(missing_ok=True)


def is_stale(found: os.stat_result) -> bool:
    """Whether this is an old file of this user's."""
    ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid()
    return ours and time.time() - found.st_mtime > STALE


def is_gone(process: int) -> bool:
    """Whether there is no such process; False where that cannot be told."""
    if sys.platform == "win32":  # where os.kill would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        pass
    return False
