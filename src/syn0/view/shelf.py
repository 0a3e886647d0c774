"""The files that recipes may speak of: what is dropped on the page is read here, and refused where
it is too large or of another kind."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from syn0.data import Reading, Table, read_table
from syn0.data.images import IMAGE_SUFFIXES
from syn0.data.parquet import cells_in
from syn0.data.text_files import unpacked_name
from syn0.models import Examples, Network
from syn0.view.protocol import DataChoice

MOST_UPLOAD = 32 * 2**20
"""Bytes of a file that is dropped on the page."""

MOST_UNPACKED = 8 * MOST_UPLOAD
MOST_CELLS = 20_000_000
MOST_IMAGES = 20_000
XZ_MEMORY = 2**27
FILES_KEPT, FILES_BYTES = 8, 256 * 2**20
TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")
PARQUET_SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True)
class Lesson:
    """A network with the rows that it learns from, as a notebook has them."""

    network: Network
    examples: Examples


@dataclass(frozen=True)
class Kept:
    """A file that was dropped on the page or named to the command: a table, or a saved network; or
    what a notebook has in its place."""

    name: str
    hash: str
    content: Table | Network | Lesson
    size: int


class Shelf:
    """The files that recipes may speak of, by their hash; the oldest leave when there are many."""

    def __init__(self) -> None:
        self.files: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, kept: Kept) -> Kept:
        """Put a file here."""
        self.files[kept.hash] = kept
        self.files.move_to_end(kept.hash)
        while len(self.files) > 1 and (
            len(self.files) > FILES_KEPT or sum(k.size for k in self.files.values()) > FILES_BYTES
        ):
            self.files.popitem(last=False)
        return kept

    def find(self, data: DataChoice) -> Kept:
        """The file of a recipe; ValueError where it is not here."""
        kept = self.files.get(data.get("hash", ""))
        if kept is None:
            raise ValueError(f"drop {data.get('name') or 'the file'} on the page: it is not here")
        return kept

    def take(self, name: str, content: bytes) -> Kept:
        """Keep a file that was dropped on the page.

        Raises:
            ValueError: it is too large, packed or not, or no table and no model.
        """
        if len(content) > MOST_UPLOAD:
            raise ValueError(f"{name} is larger than {MOST_UPLOAD >> 20} MB: use syn0 play {name}")
        name = Path(name.replace("\\", "/")).name[:200] or "file"
        digest = hashlib.sha256(content).hexdigest()
        with tempfile.TemporaryDirectory(prefix="syn0-play-") as folder:
            try:
                found = opened(name, content, Path(folder))
            except (ValueError, OSError) as error:  # which names the file in the folder
                words = re.sub(rf"{re.escape(folder)}[^\s'\":]*", lambda _: name, str(error))
                raise ValueError(words) from None
        return self.keep(Kept(name, digest, found, len(content)))


def opened(name: str, content: bytes, folder: Path) -> Table | Network:
    """What a dropped file holds; it is read from a file in `folder` that is not named by it."""
    if Path(name).suffix.lower() == ".safetensors":
        path = folder / "model.safetensors"
        path.write_bytes(content)
        return network_in(path)
    if Path(name).suffix.lower() == ".zip":
        return replace(read_table(unzip(name, content, folder / "images")), name=name)
    if Path(name).suffix.lower() in PARQUET_SUFFIXES:
        path = folder / "table.parquet"
        path.write_bytes(content)
        check_cells(name, cells_in(path))  # before they are read
        return replace(read_table(path, for_prediction=True), name=name)
    if unpacked_name(Path(name)).suffix.lower() not in TABLE_SUFFIXES:
        raise ValueError(
            f"{name} is neither a table of text ({', '.join(TABLE_SUFFIXES)}; packed or not), nor "
            f"one of {' or '.join(PARQUET_SUFFIXES)}, nor a saved model (.safetensors), nor class "
            "folders of images (.zip): use syn0 play for other data"
        )
    path = folder / f"table{unpacked_name(Path(name)).suffix.lower()}"
    with path.open("wb") as file:
        unpack(name, content, file)
    table = read_table(path, for_prediction=True, reading=Reading())
    check_cells(name, len(table) * len(table.columns))
    return replace(table, name=name)


def check_cells(name: str, cells: int) -> None:
    """ValueError for more cells than the page takes."""
    if cells > MOST_CELLS:
        raise ValueError(f"{name} holds more than {MOST_CELLS:,} cells: use syn0 play {name}")


def unpack(name: str, content: bytes, file: IO[bytes]) -> None:
    """Write the text of a file that may be packed, as long as it does not grow too much."""
    size = 0
    try:
        source = UNPACKERS.get(Path(name).suffix.lower(), io.BytesIO)(content)
        while piece := source.read(2**20):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise ValueError(f"{name} unpacks to more than {MOST_UNPACKED >> 20} MB")
            file.write(piece)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"{name} cannot be unpacked: {error}") from None


def unzip(name: str, content: bytes, folder: Path) -> Path:
    """Lay the images of class folders in a .zip file out in folders of a class each. Of their names
    the last two parts count alone, so that none leads elsewhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [entry for entry in archive.infolist() if is_image_of_a_class(entry.filename)]
            if not 0 < len(files) <= MOST_IMAGES:
                raise ValueError(
                    f"{name} holds {len(files):,} images in folders of a class each: from 1 to "
                    f"{MOST_IMAGES:,} are taken"
                )
            left = MOST_UNPACKED
            for number, entry in enumerate(files):
                path = PurePosixPath(entry.filename.replace("\\", "/"))
                place = folder / path.parts[-2]
                place.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed:
                    image = packed.read(left + 1)
                left -= len(image)
                if left < 0:
                    raise ValueError(f"{name} unpacks to more than {MOST_UNPACKED >> 20} MB")
                (place / f"{number}{path.suffix.lower()}").write_bytes(image)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"{name} cannot be unpacked: {error}") from None
    return folder


def is_image_of_a_class(name: str) -> bool:
    """Whether a name in a .zip file is that of an image in a folder, hidden ones left out."""
    path = PurePosixPath(name.replace("\\", "/"))
    if len(path.parts) < 2 or path.suffix.lower() not in IMAGE_SUFFIXES:
        return False
    label = path.parts[-2]
    return not label.startswith((".", "__")) and label.isprintable() and len(label) <= 100


def unpacked_xz(content: bytes) -> IO[bytes]:
    """The text in an .xz file, within bounds of memory."""
    text = lzma.LZMADecompressor(memlimit=XZ_MEMORY).decompress(content, MOST_UNPACKED + 1)
    return io.BytesIO(text)


UNPACKERS: dict[str, Callable[[bytes], IO[bytes]]] = {
    ".gz": lambda content: cast(IO[bytes], gzip.GzipFile(fileobj=io.BytesIO(content))),
    ".bz2": lambda content: bz2.BZ2File(io.BytesIO(content)),
    ".xz": unpacked_xz,
}


def network_in(path: Path) -> Network:
    """The network in a model file: of an estimator its own."""
    from syn0.saving import load

    model: Any = load(path)
    if isinstance(model, Network):
        return model
    network: Network = (model[-1] if hasattr(model, "steps") else model).network_
    return network
