import gzip
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from syn0.data import Schema, read_table

PIXELS = np.arange(24).reshape(4, 2, 3)
LABELS = np.array([7, 1, 7, 1])


@pytest.fixture
def idx(tmp_path: Path, idx_bytes):
    """Writes an IDX images file, with labels unless they are None, and gives its path."""

    def write(
        images: str = "t-images-idx3-ubyte",
        labels: str | None = "t-labels-idx1-ubyte",
        images_bytes: bytes = idx_bytes(PIXELS),
        labels_bytes: bytes = idx_bytes(LABELS),
    ) -> Path:
        for name, content in ((images, images_bytes), (labels, labels_bytes)):
            if name:
                packed = gzip.compress(content) if name.endswith(".gz") else content
                (tmp_path / name).write_bytes(packed)
        return tmp_path / images

    return write


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
    ],
)
def test_idx(idx, images, labels):
    table = read_table(idx(images, labels))
    assert table.image_shape == (2, 3)
    assert table.target == "label"
    assert [c.name for c in table.inputs][:4] == [
        "pixel_0_0",
        "pixel_0_1",
        "pixel_0_2",
        "pixel_1_0",
    ]
    rows = np.stack([column.values for column in table.inputs], axis=1)
    assert rows.dtype == np.uint8
    assert rows.tolist() == PIXELS.reshape(4, 6).tolist()
    assert Schema.fit(table).decode(Schema.fit(table).targets(table)).tolist() == list("7171")


def test_idx_without_labels(idx):
    path = idx(labels=None)
    message = r"no labels for .*t-images-idx3-ubyte: expected t-labels-idx1-ubyte in the same fold"
    with pytest.raises(FileNotFoundError, match=message):
        read_table(path)
    assert read_table(path, for_prediction=True).target is None


def test_idx_fingerprint_is_that_of_images_and_labels(idx, idx_bytes):
    before = read_table(idx()).fingerprint
    assert read_table(idx()).fingerprint == before
    assert read_table(idx(labels_bytes=idx_bytes(LABELS + 1))).fingerprint != before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: b"hello", "is not an IDX file of bytes in 3 dimension"),
        (lambda content: content[:10], "is not an IDX file of bytes in 3 dimension"),
        (lambda content: content[:-1], "should hold 24 bytes of data but holds 23"),
        (lambda content: content + b"1", "should hold 24 bytes of data but holds more"),
        (lambda content: content[:4] + bytes(4) + content[8:16], "is empty"),
    ],
)
def test_idx_that_cannot_be_read(idx, idx_bytes, change, message):
    with pytest.raises(ValueError, match=message):
        read_table(idx(images_bytes=change(idx_bytes(PIXELS))))


def test_idx_that_cannot_be_unpacked(idx):
    path = idx("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(ValueError, match=r"images-idx3-ubyte\.gz cannot be unpacked: "):
        read_table(path)


def test_idx_with_other_labels(idx, idx_bytes):
    with pytest.raises(ValueError, match="has 3 labels for 4 images"):
        read_table(idx(labels_bytes=idx_bytes(LABELS[:3])))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two grey images of cats and one of a dog, 2 high and 3 wide, and hidden files."""
    for row, name in enumerate(("cat/1.png", "cat/2.png", "dog/1.png")):
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(PIXELS[row].astype(np.uint8)).save(path)
    (tmp_path / "pets" / ".DS_Store").write_text("hidden")
    (tmp_path / "pets" / "cat" / ".DS_Store").write_text("hidden")
    return tmp_path / "pets"


def test_folder_of_class_folders(folder: Path):
    table = read_table(folder)
    assert table.image_shape == (2, 3)
    assert table.columns["label"].categories == ("cat", "dog")
    assert table.columns["label"].values.tolist() == [0, 0, 1]
    assert [column.values[2] for column in table.inputs] == PIXELS[2].ravel().tolist()


def test_folder_of_colour_images(folder: Path):
    for path in folder.glob("*/*.png"):
        Image.open(path).convert("RGB").save(path)
    table = read_table(folder)
    assert table.image_shape == (2, 3, 3)
    assert table.inputs[4].name == "pixel_0_1_1"
    assert table.inputs[4].values.tolist() == [1, 7, 13]


def test_images_to_predict_need_no_class_folders(folder: Path):
    table = read_table(folder / "cat", for_prediction=True)
    assert (len(table), table.target) == (2, None)
    with pytest.raises(ValueError, match="cat holds no folders: expected one folder of images a"):
        read_table(folder / "cat")


def test_folder_fingerprint_is_that_of_names_and_content(folder: Path):
    before = read_table(folder).fingerprint
    assert read_table(folder).fingerprint == before
    (folder / "cat" / "1.png").rename(folder / "dog" / "0.png")
    assert read_table(folder).fingerprint != before


def test_folder_that_cannot_be_read(folder: Path):
    image = folder / "dog" / "1.png"
    Image.new("I;16", (3, 2)).save(image)
    with pytest.raises(ValueError, match=r"dog/1\.png has pixels of mode I;16; only 8-bit"):
        read_table(folder)
    image.write_text("words")
    with pytest.raises(ValueError, match=r"dog/1\.png cannot be read as an image: its content"):
        read_table(folder)


def test_empty_folder(tmp_path: Path):
    (tmp_path / "cat").mkdir()
    with pytest.raises(ValueError, match="holds no images"):
        read_table(tmp_path)


def test_absent_pillow_is_named(folder: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs Pillow: pip install 'syn0\[data\]'"):
        read_table(folder)
