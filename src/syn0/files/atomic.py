"""A file is written whole or not at all, and replaces nothing that it must not."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = re.compile(r"\.syn0-(\d{1,9})-[0-9a-f]{8}\.tmp")
"""Names of files that are being written, each with the number of the process that writes it. They
are short, as the file's own name may be as long as names can be."""

STALE = 3600
"""Seconds after which a temporary file of a process that is no more is what it left."""

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # Windows knows texts
"""How a file is opened that must not be there yet."""

A_FOLDER = "this is a folder: name a file in it"


def write_whole(path: Path, content: bytes | Iterable[bytes], what: str = "the model") -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Where `path` is a link, what it leads to is replaced. What is replaced keeps its mode and, where
    the system allows it, its owner; a new file has the mode that new files have. `what` is written,
    in the words of errors.

    Raises:
        OSError: naming `path`, with nothing changed there.
    """
    with refusals(path, what):
        place = place_of(path)
        before = place.stat() if place.exists() else None
        forget_old(place.parent, before)
        temporary = temporary_beside(place)
        try:
            fill(temporary, content, before)
            temporary.replace(place)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


def check_writable(path: Path, what: str = "the model") -> None:
    """OSError if a file cannot be written there; nothing is changed."""
    with refusals(path, what):
        trial = temporary_beside(place_of(path))
        try:
            trial.touch(exist_ok=False)
        finally:
            trial.unlink(missing_ok=True)


@contextmanager
def refusals(path: Path, what: str) -> Iterator[None]:
    """Let every error say what cannot be written where; of the kind that belongs to its number."""
    try:
        yield
    except OSError as error:
        number, why = error.errno or errno.EIO, error.strerror or str(error)
    except ValueError as error:  # no file has such a name
        number, why = errno.EINVAL, str(error)
    else:
        return
    raise OSError(number, f"{what} cannot be written: {why}", str(path))


def place_of(path: Path) -> Path:
    """Where a file is written: `path`, or what the link leads to.

    Raises:
        OSError: there is something that a file must not replace, or links lead in a circle.
    """
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if place.is_dir():
        raise OSError(errno.EISDIR, A_FOLDER)
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "this is a device or a pipe")
    return place


def temporary_beside(place: Path) -> Path:
    """A name in the same folder for a file that is being written."""
    return place.with_name(f".syn0-{os.getpid()}-{secrets.token_hex(4)}.tmp")


def fill(temporary: Path, content: bytes | Iterable[bytes], before: os.stat_result | None) -> None:
    """Write a new file to the disk, with the mode and owner of the one that was there before."""
    # Nobody else reads a private file at any moment.
    descriptor = os.open(temporary, NEW, 0o666 if before is None else 0o600)
    try:
        for piece in [content] if isinstance(content, bytes) else content:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        if before is not None:
            keep_mode_and_owner(descriptor, before)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep_mode_and_owner(descriptor: int, before: os.stat_result) -> None:
    """Give an open file another one's mode, group and owner, as far as the system allows."""
    if not hasattr(os, "fchown"):  # on Windows
        return
    for owner in ((-1, before.st_gid), (before.st_uid, -1)):
        with suppress(OSError):
            os.fchown(descriptor, *owner)
    with suppress(OSError):
        mode, now = stat.S_IMODE(before.st_mode), os.fstat(descriptor)
        if now.st_gid != before.st_gid:  # another group gets no more than everybody
            mode = mode & 0o707 | (mode & 0o007) << 3
        elif now.st_uid != before.st_uid:
            mode &= 0o777
        os.fchmod(descriptor, mode)


def forget_old(folder: Path, before: os.stat_result | None) -> None:
    """Remove the temporary files of ours that processes left here which were killed as they wrote:
    those an hour old, of this user or of the one whose file is replaced, whose process is no
    more."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if name := TEMPORARY.fullmatch(entry.name):
                with suppress(OSError):  # another process may be as quick
                    found = entry.stat(follow_symlinks=False)
                    if is_gone(int(name[1])) and is_stale(found) and is_ours(found, before):
                        Path(entry.path).unlink()


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


def is_stale(found: os.stat_result) -> bool:
    """Whether this is an old file."""
    return stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > STALE


def is_ours(found: os.stat_result, before: os.stat_result | None) -> bool:
    """Whether a file is this user's, or its owner's whose file is replaced."""
    return found.st_uid == os.getuid() or (before is not None and found.st_uid == before.st_uid)
