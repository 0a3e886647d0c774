"""Opens files of text: plain or packed, or what comes through a pipe."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

STANDARD_INPUT = ("-", "/dev/stdin")

_UNPACK: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
PACKED_SUFFIXES = tuple(_UNPACK)

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_stream(path: Path) -> bool:
    """Whether a path is standard input or a pipe, which can be read only once."""
    return str(path) in STANDARD_INPUT or path.is_fifo() or path.is_char_device()


def unpacked_name(path: Path) -> Path:
    """The path without `.gz` and the like."""
    return path.with_suffix("") if path.suffix.lower() in _UNPACK else path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """What a path leads to, as a file of bytes that can be read again from its start. A stream is
    kept in a temporary file while it is read."""
    if not is_stream(path):
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as kept:
        if str(path) in STANDARD_INPUT:
            shutil.copyfileobj(sys.stdin.buffer, kept)
        else:
            with path.open("rb") as stream:
                shutil.copyfileobj(stream, kept)
        kept.seek(0)
        yield kept


@contextmanager
def as_utf_8(file: BinaryIO, path: Path) -> Iterator[IO[bytes]]:
    """The text in a file, from its start, unpacked and in UTF-8 without a byte order mark.

    Raises ValueError for a file that cannot be unpacked.
    """
    file.seek(0)
    unpack = _UNPACK.get(path.suffix.lower())
    text = unpack(file) if unpack else file
    try:
        start = text.read(3)
        text.seek(0)
        if start.startswith(_UTF_16):  # as Excel's "Unicode text"
            with tempfile.TemporaryFile() as encoded:
                _copy_utf_16(text, encoded, path)
                encoded.seek(0)
                yield encoded
            return
        if start == codecs.BOM_UTF8:
            text.read(3)
        yield text
    except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"{path} cannot be unpacked: {error}") from None


def _copy_utf_16(text: IO[bytes], encoded: IO[bytes], path: Path) -> None:
    decode = codecs.getincrementaldecoder("utf-16")().decode
    try:
        while piece := text.read(2**20):
            encoded.write(decode(piece).encode())
        decode(b"", final=True)
    except UnicodeDecodeError:
        raise ValueError(f"{path} begins as UTF-16 text does, but is none") from None
