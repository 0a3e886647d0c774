"""Reads images: IDX files (the form MNIST comes in) and folders of class folders."""

import gzip
import hashlib
import math
import zlib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import text_column
from syn0.data.table import Column, Table

LABEL = "label"

_UNSIGNED_BYTES = 8  # IDX's code for the only element type read here
_GREY_MODES = ("1", "L", "LA")
_COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


def pixel_columns(pixels: NDArray[Any]) -> dict[str, Column]:
    """One column a pixel, of images (rows, height, width[, channels]): pixel_row_column[_channel].

    Columns share one array in which each is contiguous: taking rows of a column is then fast.
    """
    by_pixel = np.ascontiguousarray(pixels.reshape(len(pixels), -1).T)
    places = product(*map(range, pixels.shape[1:]))
    names = ("_".join(map(str, ("pixel", *place))) for place in places)
    return {name: Column(name, values) for name, values in zip(names, by_pixel, strict=True)}


def read_idx(path: Path, *, for_prediction: bool) -> Table:
    """Images of an IDX file, plain or .gz, with the labels beside it as target `label`.

    Raises FileNotFoundError when there is no labels file (unless the images are for
    prediction) and ValueError for a file that is not IDX, is cut short or has other rows.
    """
    digest = hashlib.sha256(path.read_bytes())
    pixels = _read_idx_array(path, dimensions=3)
    columns = pixel_columns(pixels)
    labels_path = _labels_beside(path)
    if labels_path is not None:
        digest.update(labels_path.read_bytes())
        labels = _read_idx_array(labels_path, dimensions=1)
        if len(labels) != len(pixels):
            raise ValueError(f"{labels_path} has {len(labels)} labels for {len(pixels)} images")
        columns[LABEL] = text_column(LABEL, [str(label) for label in labels])
    elif not for_prediction:
        raise FileNotFoundError(
            f"no labels for {path}: expected {_labels_name(path)} in the same folder"
        )
    return Table(
        name=str(path),
        columns=columns,
        target=LABEL if labels_path else None,
        image_shape=pixels.shape[1:],
        fingerprint=digest.hexdigest(),
    )


def _labels_name(path: Path) -> str:
    return path.name.replace("images", "labels").replace("idx3", "idx1")


def _labels_beside(path: Path) -> Path | None:
    """The labels file, which may be packed when the images are not, and the other way round."""
    plain = path.with_name(_labels_name(path).removesuffix(".gz"))
    packed = plain.with_name(f"{plain.name}.gz")
    order = (packed, plain) if path.suffix == ".gz" else (plain, packed)
    return next((candidate for candidate in order if candidate.is_file()), None)


def _read_idx_array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unpacked: {error}") from None
    header = 4 + 4 * dimensions
    if content[:4] != bytes((0, 0, _UNSIGNED_BYTES, dimensions)) or len(content) < header:
        raise ValueError(f"{path} is not an IDX file of bytes in {dimensions} dimension(s)")
    shape = tuple(np.frombuffer(content, ">u4", dimensions, offset=4).tolist())
    expected, found = math.prod(shape), len(content) - header
    if found != expected:
        raise ValueError(f"{path} should hold {expected} bytes of data but holds {found}")
    if not expected:
        raise ValueError(f"{path} is empty")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def read_image_folder(folder: Path, *, for_prediction: bool) -> Table:
    """Images of one size in a folder of class folders; the target `label` is the folder's name.

    Grey images give one input a pixel, colour images three; transparency is ignored, and so
    are hidden files. Images to predict may also lie in the folder itself, without labels.

    Raises ValueError, naming the file, for one that is no image or differs in size or colour.
    """
    class_folders = [path for path in _visible(folder) if path.is_dir()]
    if class_folders:
        files = [file for class_folder in class_folders for file in _visible(class_folder)]
    elif for_prediction:
        files = _visible(folder)
    else:
        raise ValueError(f"{folder} holds no folders: expected one folder of images a class")
    if not files:
        raise ValueError(f"{folder} holds no images")
    digest = hashlib.sha256()
    pixels = _read_images(files)
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
        digest.update(file.read_bytes())
    columns = pixel_columns(pixels)
    if class_folders:
        columns[LABEL] = text_column(LABEL, [file.parent.name for file in files])
    return Table(
        name=str(folder),
        columns=columns,
        target=LABEL if class_folders else None,
        image_shape=pixels.shape[1:],
        fingerprint=digest.hexdigest(),
    )


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _read_images(files: list[Path]) -> NDArray[np.uint8]:
    """(images, height, width[, 3]) uint8."""
    first = _read_image(files[0])
    pixels = np.empty((len(files), *first.shape), np.uint8)
    for row, file in enumerate(files):
        image = _read_image(file)
        if image.shape != first.shape:
            shape, expected = (" x ".join(map(str, a.shape)) for a in (image, first))
            raise ValueError(f"{file} is {shape}, but {files[0]} is {expected}: sizes must agree")
        pixels[row] = image
    return pixels


def _read_image(file: Path) -> NDArray[np.uint8]:
    try:
        from PIL import Image
    except ImportError:
        message = "a folder of images needs Pillow: pip install 'syn0[data]'"
        raise ModuleNotFoundError(message) from None
    try:
        with Image.open(file) as image:
            if image.mode in _GREY_MODES:
                return np.asarray(image.convert("L"))
            if image.mode in _COLOUR_MODES:
                return np.asarray(image.convert("RGB"))
            mode = image.mode
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{file} cannot be read as an image: {error}") from None
    raise ValueError(f"{file} has pixels of mode {mode}; only 8-bit grey and colour are read")
