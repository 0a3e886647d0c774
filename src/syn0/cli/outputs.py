"""Where commands write: never over what they read, nor over a file that is not ours."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

STDIN = 0

ONNX_HEAD = b"\x12\x04syn0"
PROGRAM_HEAD = b"Predicts "
"""How an ONNX file says who made it: the second field of its first lines."""

PICTURES = {".png": b"PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
"""How pictures begin."""

BY_US = re.compile(rb"Software\0syn0|<dc:title>syn0|/Creator \(syn0\)")
"""Who made them, as they say."""

PREDICTIONS = re.compile(rb'(\[\s*\{\s*)?"?(file|prediction( 1| of [^",\n]*)?|output 1)"?[,:\n]')
"""How predictions begin, as CSV or JSON."""


def check_output(
    out: str,
    what: str,
    *,
    reads: Mapping[str, str | None],
    ours: Callable[[Path], bool],
    force: bool,
) -> None:
    """Refuse, before any work is done, to write where something would be lost.

    Args:
        out: the file to be written.
        what: is written, in the words of errors: "the model".
        reads: what the command reads, by its role: {"the data": "table.csv"}.
        ours: whether a file that is there is one that the command wrote before.
        force: whether a file of another kind may be replaced.

    Raises:
        ValueError: `out` is what is read, by whatever name, or a file of another kind.
        OSError: nothing can be written there.
    """
    from syn0.files.atomic import A_FOLDER, check_writable

    if out.endswith(os.sep):
        raise IsADirectoryError(errno.EISDIR, f"{what} cannot be written: {A_FOLDER}", out)
    refuse_what_is_read(out, reads)
    check_writable(Path(out), what)
    place = Path(out)
    if not force and place.exists() and place.stat().st_size and not ours(place):
        raise ValueError(
            f"{out} is there and holds something else, which would be lost: name another file, or "
            "give --force"
        )


def check_drawing(out: str, reads: Mapping[str, str | None], *, force: bool) -> None:
    """Refuse, before any work is done, what could not be drawn, or a place where something would be
    lost: as `check_output`."""
    from syn0.plots.files import check_picture

    check_picture(Path(out))
    check_output(out, "the picture", reads=reads, ours=is_picture, force=force)


def refuse_what_is_read(out: str, reads: Mapping[str, str | None], flag: str = "--out") -> None:
    """ValueError if a file to be written is one of those that are read, whatever links lead to it
    or however its name is spelled."""
    try:
        found = Path(out).stat()
    except OSError:  # it is not there
        return
    if not stat.S_ISREG(found.st_mode):
        return
    for role, name in reads.items():
        if name is not None and identity(found) in map(identity, files_of(name)):
            raise ValueError(f"{out} is {role} itself: name another file with {flag}")


def identity(found: os.stat_result) -> tuple[int, int]:
    """What tells a file from all others."""
    return found.st_dev, found.st_ino


def files_of(name: str) -> Iterator[os.stat_result]:
    """The files that are read under a name of a user's: the file, the labels beside images, or all
    that a folder holds."""
    from syn0.data.built_in import BUILT_IN

    if name in BUILT_IN:
        return
    path = Path(name)
    beside = path.parent.glob("*idx1-ubyte*") if "idx3-ubyte" in path.name else ()
    inside = (Path(folder, file) for folder, _, files in os.walk(path) for file in files)
    with suppress(OSError):
        yield os.fstat(STDIN) if name == "-" else path.stat()
    for other in (*beside, *inside):
        with suppress(OSError):
            yield other.stat()


def is_export(path: Path) -> bool:
    """Whether a file is an ONNX file or a program of a trained model that syn0 wrote."""
    start = start_of(path)[:32]
    return ONNX_HEAD in start or PROGRAM_HEAD in start


def are_predictions(path: Path) -> bool:
    """Whether a file holds what `syn0 predict` writes: its first column is always called so."""
    return PREDICTIONS.match(start_of(path)) is not None


def is_archive(path: Path) -> bool:
    """Whether a file is an archive, as NumPy's .npz files are."""
    return start_of(path).startswith(b"PK")


def is_picture(path: Path) -> bool:
    """Whether a file is a picture of syn0's."""
    kind = PICTURES.get(path.suffix.lower(), b"")
    return kind in start_of(path) and BY_US.search(path.read_bytes()) is not None


def start_of(path: Path) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(100)
    except OSError:
        return b""
