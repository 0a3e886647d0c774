"""Photos, drawings, downloads: turned, see-through, of any size, in formats that may be traps."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from syn0.data import Images, Reading, read_table
from syn0.data.images import parse_size
from syn0.spec.defaults import MOST_PIXELS

GREY = np.array([[0, 50, 100], [150, 200, 250]], np.uint8)
ORIENTATION = 0x0112


def save(array, path, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = array if isinstance(array, Image.Image) else Image.fromarray(np.asarray(array))
    image.save(path, **how)


def pixels(table):
    """(rows, height, width[, 3]) of a table of images."""
    inputs = np.stack([column.values for column in table.inputs], axis=1)
    return inputs.reshape(len(table), *table.image_shape)


def read(folder, **how):
    return pixels(read_table(folder, for_prediction=True, **how))


# As EXIF turns them

UNDO = {
    2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1], 5: np.transpose,
    6: lambda a: np.rot90(a), 7: lambda a: a[::-1, ::-1].T, 8: lambda a: np.rot90(a, -1),
}  # fmt: skip
"""How a camera stores a scene that is to be turned so for viewing."""


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
@pytest.mark.parametrize("orientation", UNDO)
def test_an_image_stands_as_its_exif_orientation_says(tmp_path, suffix, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    how = {"lossless": True} if suffix == "webp" else {}
    stored = np.ascontiguousarray(UNDO[orientation](GREY))
    save(stored, tmp_path / f"1.{suffix}", exif=exif, **how)
    found = read(tmp_path, reading=Reading(images=Images(channels=1)))
    assert found[0].shape == GREY.shape
    np.testing.assert_allclose(found[0], GREY, atol=1)


def test_photos_of_one_scene_held_in_two_ways_have_one_size(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    save(GREY, tmp_path / "1.jpg")
    save(np.ascontiguousarray(np.rot90(GREY)), tmp_path / "2.jpg", exif=exif)
    table = read_table(tmp_path, for_prediction=True)
    assert (table.image_shape, table.notes) == ((2, 3), ())


# With transparency

SHAPE = np.array([[0, 255, 0], [0, 255, 0]], np.uint8)


@pytest.mark.parametrize("ink", [0, 255], ids=["black", "white"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_drawing_in_alpha_alone_is_seen(tmp_path, ink, mode):
    drawing = Image.new("L", (3, 2), ink).convert(mode)
    drawing.putalpha(Image.fromarray(SHAPE))
    save(drawing, tmp_path / "1.png")
    found = read(tmp_path, reading=Reading(images=Images(channels=1)))[0]
    assert found.tolist() == (SHAPE if ink else 255 - SHAPE).tolist()


def test_a_transparent_palette_colour_and_half_transparency_lie_on_white(tmp_path):
    palette = Image.fromarray(SHAPE // 255, "P")
    palette.putpalette([9, 9, 9, 40, 80, 120])
    save(palette, tmp_path / "1.png", transparency=0)
    half = Image.new("RGBA", (3, 2), (0, 0, 0, 255))
    half.putpixel((1, 0), (0, 0, 0, 128))
    save(half, tmp_path / "2.png")
    first, second = read(tmp_path)
    assert first[0].tolist() == [[255] * 3, [40, 80, 120], [255] * 3]
    assert second[0, 1].tolist() == [127] * 3
    assert second[0, 0].tolist() == [0] * 3


@pytest.mark.parametrize("alpha", [0, 128, 255])
def test_an_image_equally_transparent_all_over_shows_its_colours(tmp_path, alpha):
    image = Image.fromarray(GREY).convert("RGBA")
    image.putalpha(alpha)
    save(image, tmp_path / "1.png")
    assert read(tmp_path)[0, :, :, 0].tolist() == GREY.tolist()


def test_images_that_are_all_alike_are_told_of_in_training(tmp_path):
    for name in ("a/1.png", "b/1.png"):
        save(GREY, tmp_path / name)
    assert read_table(tmp_path).notes == ("Note: no pixel varies, all 2 images look the same",)
    save(GREY + 1, tmp_path / "b" / "1.png")
    assert read_table(tmp_path).notes == ()


# Of several sizes and colours


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Three images of 3 x 2 and one of 6 x 4 in colour."""
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        save(GREY, tmp_path / name)
    save(Image.fromarray(GREY).convert("RGB").resize((6, 4)), tmp_path / "b" / "2.png")
    return tmp_path


def test_images_get_the_most_common_size_and_colour_and_it_is_said(mixed):
    table = read_table(mixed)
    assert table.image_shape == (2, 3)
    assert table.notes == (
        "Images resized to 3x2, the most common size (--resize takes another): 1 of 4",
        "Images in colour, read as grey: 1 of 4",
    )
    assert pixels(table)[0].tolist() == GREY.tolist()
    assert np.abs(pixels(table)[3].astype(int) - GREY).max() < 40


def test_images_get_the_size_and_colour_that_are_asked_for(mixed):
    table = read_table(mixed, reading=Reading(images=Images(size=(4, 6), channels=3)))
    assert table.image_shape == (4, 6, 3)
    assert table.notes == (
        "Images resized to 6x4: 3 of 4",
        "Images in grey, read as colour: 3 of 4",
    )


def test_of_sizes_equally_common_the_smallest_is_taken(tmp_path):
    for side in (9, 3, 5):
        save(Image.new("L", (side, side)), tmp_path / f"{side}.png")
    assert read_table(tmp_path, for_prediction=True).image_shape == (3, 3)


@pytest.mark.parametrize("text", ["", "28", "28x", "0x4", "-3x4", "3x4x5", "3.5x4", "axb", "٣x٣"])
def test_a_size_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="write width x height, such as 28x28"):
        parse_size(text)


def test_a_size_names_the_width_first():
    assert parse_size(" 28X20 ") == (20, 28)


# What is left out, and which file is which


def test_what_a_folder_holds_besides_images_of_classes_is_told(mixed):
    (mixed / "c").mkdir()
    save(GREY, mixed / "loose.png")
    assert read_table(mixed).notes[:2] == (
        "Left out: folder 'c', which holds no images",
        f"Left out: 'loose.png', beside the folders of {mixed}",
    )
    assert len(read_table(mixed)) == 4


def test_rows_name_their_files_also_when_some_are_taken(mixed):
    table = read_table(mixed)
    assert table.files.tolist() == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
    assert table.take(np.array([2, 0])).files.tolist() == ["b/1.png", "a/1.png"]
    assert read_table(mixed / "a", for_prediction=True).files.tolist() == ["1.png", "2.png"]


@pytest.mark.parametrize("suffix", ["png", "JPG", "jpeg", "bmp", "gif", "webp", "tiff", "pgm"])
def test_a_single_image_is_read_to_predict_and_refused_to_train(tmp_path, suffix):
    path = tmp_path / f"one.{suffix}"
    save(GREY, path)
    table = read_table(path, for_prediction=True)
    assert (len(table), table.image_shape[:2]) == (1, (2, 3))
    assert table.files.tolist() == [path.name]
    with pytest.raises(ValueError, match="is a single image: training needs one folder of images"):
        read_table(path)


# Formats that are not meant, and files that grow


@pytest.mark.parametrize("save_as", ["EPS", "ICNS", "DDS", "TGA", "PDF"])
def test_other_formats_are_not_opened_whatever_the_name_says(tmp_path, monkeypatch, save_as):
    """An EPS would run Ghostscript."""
    if save_as == "EPS":
        (tmp_path / "1.png").write_bytes(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
        )
    else:
        save(Image.new("RGB", (16, 16)), tmp_path / "1.png", format=save_as)
    monkeypatch.setattr("subprocess.Popen", None)
    with pytest.raises(ValueError, match=r"1\.png cannot be read as an image"):
        read_table(tmp_path, for_prediction=True)


def chunk(kind, content):
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png_of(width, height):
    """The header of a PNG of so many pixels, and nothing of them."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


@pytest.fixture
def no_decoding(monkeypatch):
    """Nothing may be decoded."""

    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr("syn0.data.images._read_image", refuse)


def test_a_small_file_of_a_large_image_is_not_decoded(tmp_path, no_decoding):
    (tmp_path / "1.png").write_bytes(png_of(20_000, 20_000))
    message = r"1\.png would be 400,000,000 pixels from .*: raise max_pixels \(--max-pixels\) to"
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path, for_prediction=True)


def test_images_with_too_many_pixels_to_be_inputs_ask_to_be_resized(tmp_path, no_decoding):
    (tmp_path / "1.png").write_bytes(png_of(2000, 1000))
    with pytest.raises(ValueError, match=r"2,000,000 inputs: .*--resize 64x64, or raise"):
        read_table(tmp_path, for_prediction=True)


def test_many_images_that_are_small_files_are_not_all_kept(tmp_path, no_decoding):
    for number in range(240):
        (tmp_path / f"{number}.png").write_bytes(png_of(500, 450))
    with pytest.raises(ValueError, match=r"hold 54,000,000 pixels from .*resize them, or"):
        read_table(tmp_path, for_prediction=True)


@pytest.mark.parametrize("limit", [3_600, 2_500_000])
def test_what_is_allowed_is_read(tmp_path, limit):
    """3,600 pixels in few bytes, and 2,500,000: an image may give a two-hundredth as inputs."""
    save(Image.new("L", (60, 60)), tmp_path / "1.png")
    assert 36 < (tmp_path / "1.png").stat().st_size < 1000
    images = Images(size=(2, 2) if limit < 180_000 else None, max_pixels=limit)
    assert len(read_table(tmp_path, for_prediction=True, reading=Reading(images=images))) == 1


def test_a_model_is_asked_with_as_many_inputs_as_it_takes(tmp_path):
    save(Image.new("L", (60, 60)), tmp_path / "1.png")
    images = Images.of((60, 60), max_pixels=3_600)
    assert len(read_table(tmp_path, for_prediction=True, reading=Reading(images=images))) == 1
    with pytest.raises(ValueError, match="3,600 inputs: "):
        read_table(tmp_path, for_prediction=True, reading=Reading(images=Images(max_pixels=3_600)))


def test_pillows_own_limit_stands_as_it_stood(tmp_path):
    before = Image.MAX_IMAGE_PIXELS
    save(GREY, tmp_path / "1.png")
    read_table(tmp_path, for_prediction=True)
    assert before == Image.MAX_IMAGE_PIXELS


def packed_idx(path, rows, height, width, content):
    header = bytes((0, 0, 8, 3)) + struct.pack(">III", rows, height, width)
    path.write_bytes(gzip.compress(header + content))


@pytest.mark.parametrize("shape", [(1, 40_000, 40_000), (2_000_000, 28, 28), (1, 2000, 1000)])
def test_an_idx_file_that_would_grow_is_not_unpacked(tmp_path, shape):
    path = tmp_path / "t-images-idx3-ubyte.gz"
    packed_idx(path, *shape, b"")
    with pytest.raises(ValueError, match=r"(pixels from \d+ bytes.*|inputs): raise max_pixels"):
        read_table(path, for_prediction=True)
    assert np.prod(shape) > MOST_PIXELS / 50


def test_an_idx_file_with_more_than_it_says_is_unpacked_no_further(tmp_path):
    path = tmp_path / "t-images-idx3-ubyte.gz"
    packed_idx(path, 1, 2, 2, bytes(10_000_000))
    with pytest.raises(ValueError, match="should hold 4 bytes of data but holds more"):
        read_table(path, for_prediction=True)
