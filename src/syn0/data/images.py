"""Reads images: IDX files (the form MNIST comes in), folders of class folders, single files."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import text_column
from syn0.data.names import listed
from syn0.data.table import Column, Table
from syn0.spec.checks import whole
from syn0.spec.defaults import MOST_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

LABEL = "label"

IMAGE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pbm", ".pgm", ".ppm",
)  # fmt: skip

USUAL_GROWTH = 100
"""Pixels that a byte of a file may hold without a question."""

INPUTS_SHARE = 200
"""An image may be this share of the pixels allowed: each of its pixels is a column."""

_UNSIGNED_BYTES = 8  # IDX's code for the only element type read here
# EPS would run another program, and nobody means the rest.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
_GREY_MODES = ("1", "L", "LA")
_COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # EXIF


@dataclass(frozen=True)
class Images:
    """How images become rows.

    size: (height, width) to which they are resized; default: the most common
    channels: 1 for grey, 3 for colour; default: the most common
    max_pixels: most pixels of an image as it is decoded, and of all images as they are kept
    """

    size: tuple[int, int] | None = None
    channels: int | None = None
    max_pixels: int = MOST_PIXELS

    def __post_init__(self) -> None:
        whole("max_pixels", self.max_pixels)

    @classmethod
    def of(cls, image_shape: tuple[int, ...] | None, max_pixels: int = MOST_PIXELS) -> Images:
        """As a model takes them, from its `image_shape`; None for one that takes no images."""
        if image_shape is None:
            return cls(max_pixels=max_pixels)
        height, width, channels = (*image_shape, 1)[:3]
        return cls((height, width), channels, max_pixels)

    def check(self, what: str, pixels: int, size: int, advice: str = "") -> None:
        """ValueError if files of so many bytes hold more pixels than is usual and allowed."""
        if pixels > max(self.max_pixels, USUAL_GROWTH * size):
            raise ValueError(
                f"{what} {pixels:,} pixels from {size:,} bytes, which is more than "
                f"{self.max_pixels:,}: {advice}raise max_pixels (--max-pixels) to read them"
            )

    def check_inputs(self, what: str, shape: Sequence[int], advice: str = "") -> None:
        """ValueError if an image has more pixels than should be inputs of a network."""
        pixels = math.prod(shape)
        if pixels > self.max_pixels // INPUTS_SHARE:
            raise ValueError(
                f"{what} of {words(shape)} would be {pixels:,} inputs: {advice}raise max_pixels "
                f"(--max-pixels) to {INPUTS_SHARE * pixels:,}"
            )


USUAL = Images()


def words(shape: Sequence[int]) -> str:
    """A size as people say it, the width first: 28x20, and "in colour" where it is."""
    height, width = shape[:2]
    return f"{width}x{height}{' in colour' if len(shape) > 2 else ''}"


def parse_size(text: str) -> tuple[int, int]:
    """(height, width) of a text such as "28x20", the width first; ValueError for any other."""
    sides = text.strip().lower().split("x")
    if len(sides) != 2 or not all(s.isascii() and s.isdigit() and int(s) > 0 for s in sides):
        raise ValueError(f"the size {text!r} is none: write width x height, such as 28x28")
    return int(sides[1]), int(sides[0])


def pixel_columns(pixels: NDArray[Any]) -> dict[str, Column]:
    """One column a pixel, of images (rows, height, width[, channels]): pixel_row_column[_channel].

    Columns share one array in which each is contiguous: taking rows of a column is then fast.
    """
    by_pixel = np.ascontiguousarray(pixels.reshape(len(pixels), -1).T)
    places = product(*map(range, pixels.shape[1:]))
    names = ("_".join(map(str, ("pixel", *place))) for place in places)
    return {name: Column(name, values) for name, values in zip(names, by_pixel, strict=True)}


def blank_note(pixels: NDArray[Any]) -> tuple[str, ...]:
    """What to say of images that are all alike: nothing can be learned from them."""
    if len(pixels) < 2 or (pixels != pixels[0]).any():
        return ()
    return (f"Note: no pixel varies, all {len(pixels):,} images look the same",)


# IDX files


def read_idx(path: Path, images: Images = USUAL, *, for_prediction: bool) -> Table:
    """Images of an IDX file, plain or .gz, with the labels beside it as target `label`.

    Raises FileNotFoundError when there is no labels file (unless the images are for
    prediction) and ValueError for a file that is not IDX, is cut short, has other rows or
    holds more than `images` allows.
    """
    digest = hashlib.sha256(path.read_bytes())
    pixels = _read_idx_array(path, 3, images)
    columns = pixel_columns(pixels)
    labels_path = _labels_beside(path)
    if labels_path is not None:
        digest.update(labels_path.read_bytes())
        labels = _read_idx_array(labels_path, 1, images)
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
        notes=() if for_prediction else blank_note(pixels),
    )


def _labels_name(path: Path) -> str:
    return path.name.replace("images", "labels").replace("idx3", "idx1")


def _labels_beside(path: Path) -> Path | None:
    """The labels file, which may be packed when the images are not, and the other way round."""
    plain = path.with_name(_labels_name(path).removesuffix(".gz"))
    packed = plain.with_name(f"{plain.name}.gz")
    order = (packed, plain) if path.suffix == ".gz" else (plain, packed)
    return next((candidate for candidate in order if candidate.is_file()), None)


def _read_idx_array(path: Path, dimensions: int, images: Images) -> NDArray[np.uint8]:
    """The array; its header says how much is unpacked at most."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            shape = _idx_shape(path, file, dimensions)
            expected = math.prod(shape)
            images.check(f"{path} would unpack to", expected, path.stat().st_size)
            if dimensions > 1 and images.channels is None:  # otherwise a model says how many
                images.check_inputs(f"{path}: images", shape[1:])
            content = file.read(expected + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unpacked: {error}") from None
    if len(content) != expected:
        holds = "more" if len(content) > expected else str(len(content))
        raise ValueError(f"{path} should hold {expected} bytes of data but holds {holds}")
    if not expected:
        raise ValueError(f"{path} is empty")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _idx_shape(path: Path, file: IO[bytes] | gzip.GzipFile, dimensions: int) -> tuple[int, ...]:
    """The shape in the header, which is read."""
    header = file.read(4 + 4 * dimensions)
    if header[:4] != bytes((0, 0, _UNSIGNED_BYTES, dimensions)) or len(header) < 4 + 4 * dimensions:
        raise ValueError(f"{path} is not an IDX file of bytes in {dimensions} dimension(s)")
    return tuple(np.frombuffer(header, ">u4", offset=4).tolist())


# Folders and files of images


def is_images(path: Path) -> bool:
    """Whether a path is one for `read_images`: a folder, or a file named as an image."""
    return path.is_dir() or path.suffix.lower() in IMAGE_SUFFIXES


def read_images(path: Path, images: Images = USUAL, *, for_prediction: bool) -> Table:
    """Images in a folder of class folders; the target `label` is the folder's name.

    Images to predict may also lie in the folder itself, or be a single file, without labels. Grey
    images give one input a pixel, colour images three; all get the most common size and colour
    unless `images` says which. A photo stands as its EXIF orientation says; what is transparent
    lies on white or, where that leaves nothing to see, on black. Hidden files are passed over.

    Raises ValueError, naming the file, for one that is no image or larger than `images` allows,
    and for a folder without images.
    """
    files, notes = (_files_in if path.is_dir() else _single_file)(path, for_prediction)
    labelled = path.is_dir() and files[0].parent != path
    pixels, resized = _read_all(files, images)
    names = [file.relative_to(path).as_posix() if path.is_dir() else file.name for file in files]
    digest = hashlib.sha256()
    for file, name in zip(files, names, strict=True):
        digest.update(os.fsencode(f"{name}\n"))
        digest.update(file.read_bytes())
    columns = pixel_columns(pixels)
    if labelled:
        columns[LABEL] = text_column(LABEL, [file.parent.name for file in files])
    return Table(
        name=str(path),
        columns=columns,
        target=LABEL if labelled else None,
        image_shape=pixels.shape[1:],
        fingerprint=digest.hexdigest(),
        notes=(*notes, *resized, *(() if for_prediction else blank_note(pixels))),
        files=np.array(names),
    )


def _single_file(path: Path, for_prediction: bool) -> tuple[list[Path], list[str]]:
    if not for_prediction:
        raise ValueError(f"{path} is a single image: training needs one folder of images a class")
    return [path], []


def _files_in(folder: Path, for_prediction: bool) -> tuple[list[Path], list[str]]:
    """The images of a folder, and what to say of what is left out."""
    class_folders = {path: _visible(path) for path in _visible(folder) if path.is_dir()}
    loose = [path for path in _visible(folder) if path not in class_folders]
    files = [file for content in class_folders.values() for file in content]
    notes = [
        f"Left out: folder {path.name!r}, which holds no images"
        for path, content in class_folders.items()
        if not content
    ]
    if not files and for_prediction:
        files, loose = loose, []
    if not class_folders and not files and not for_prediction:
        raise ValueError(f"{folder} holds no folders: expected one folder of images a class")
    if not files:
        raise ValueError(f"{folder} holds no images")
    if loose:
        names = listed((repr(path.name) for path in loose), 3)
        notes.append(f"Left out: {names}, beside the folders of {folder}")
    return files, notes


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _read_all(files: list[Path], images: Images) -> tuple[NDArray[np.uint8], list[str]]:
    """(images, height, width[, 3]) uint8, and what to say of those that were changed for it."""
    found = [_shape_of(file, images) for file in files]
    size = images.size or _most_common(shape[:2] for shape in found)
    channels = images.channels or _most_common(shape[2:] or (1,) for shape in found)[0]
    shape = size if channels == 1 else (*size, channels)
    if images.channels is None:  # otherwise a model takes as many
        images.check_inputs("images", shape, "resize them, as with --resize 64x64, or ")
    total = sum(file.stat().st_size for file in files)
    images.check("the images hold", len(files) * math.prod(shape), total, "resize them, or ")
    pixels = np.empty((len(files), *shape), np.uint8)
    for row, file in enumerate(files):
        pixels[row] = _read_image(file, shape)
    return pixels, [*_change_notes(found, shape, images)]


def _most_common(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The most common one; of several, the smallest."""
    counts = Counter(shapes)
    return max(counts, key=lambda shape: (counts[shape], -math.prod(shape)))


def _change_notes(
    found: list[tuple[int, ...]], shape: tuple[int, ...], images: Images
) -> Iterator[str]:
    """What to say of images that had another size or colour."""
    resized = sum(each[:2] != shape[:2] for each in found)
    if resized:
        why = "" if images.size else ", the most common size (--resize takes another)"
        yield f"Images resized to {words(shape[:2])}{why}: {resized:,} of {len(found):,}"
    recoloured = sum(len(each) != len(shape) for each in found)
    if recoloured:
        change = "in colour, read as grey" if len(shape) == 2 else "in grey, read as colour"
        yield f"Images {change}: {recoloured:,} of {len(found):,}"


def _shape_of(file: Path, images: Images) -> tuple[int, ...]:
    """(height, width) or (height, width, 3) by a file's header: nothing is decoded yet."""
    with _opened(file) as image:
        mode, (width, height) = image.mode, image.size
        # Of a TIFF, Pillow says the size as it is turned.
        turned = image.format != "TIFF" and "exif" in image.info
        if turned and image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE:
            width, height = height, width
    images.check(f"{file} would be", width * height, file.stat().st_size)
    if mode in _GREY_MODES:
        return height, width
    if mode in _COLOUR_MODES:
        return height, width, 3
    raise ValueError(f"{file} has pixels of mode {mode}; only 8-bit grey and colour are read")


def _read_image(file: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The pixels as an array of this shape."""
    from PIL import Image, ImageOps

    height, width = shape[:2]
    with _opened(file) as opened:
        ImageOps.exif_transpose(opened, in_place=True)
        image = _in_plain_colours(opened)
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        if image.mode == "RGBA":
            image = _on_a_background(image)
        return np.asarray(image.convert("L" if len(shape) == 2 else "RGB"))


def _in_plain_colours(image: Image) -> Image:
    """The image in grey, in colour or, where some parts are more transparent than others, in
    RGBA."""
    if image.mode not in ("LA", "PA", "RGBA") and "transparency" not in image.info:
        return image.convert("L" if image.mode in _GREY_MODES else "RGB")
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    return rgba if _varies(rgba.getchannel("A")) else rgba.convert("RGB")


def _on_a_background(image: Image) -> Image:
    """An RGBA image on white or, where nothing of it is to be seen there, on black."""
    from PIL import Image

    on_white, on_black = (
        Image.alpha_composite(Image.new("RGBA", image.size, colour), image).convert("RGB")
        for colour in ("white", "black")
    )
    return on_white if _varies(on_white) else on_black


def _varies(image: Image) -> bool:
    """Whether any two pixels differ."""
    pixels = np.asarray(image)
    return bool((pixels != pixels[0, 0]).any())


@contextmanager
def _opened(file: Path) -> Iterator[Image]:
    """An image file, of the formats that are meant; ValueError, naming it, where it fails.

    Pillow's own limit of pixels is set aside: ours is checked before anything is decoded.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        message = "a folder of images needs Pillow: pip install 'syn0[data]'"
        raise ModuleNotFoundError(message) from None
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file and read nonetheless
            # Of a path, Pillow maps the file, and mixes up the pixels of a TIFF to be turned.
            with file.open("rb") as stream, Image.open(stream, formats=_FORMATS) as image:
                yield image
    except UnidentifiedImageError:  # its words are for those who know the code
        what = "its content is of no kind that is read"
        raise ValueError(f"{file} cannot be read as an image: {what}") from None
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise ValueError(f"{file} cannot be read as an image: {error}") from None
    finally:
        Image.MAX_IMAGE_PIXELS = limit
