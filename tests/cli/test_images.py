"""A folder of images from training to predictions: sizes are brought together, files named."""

import numpy as np
import pytest
from PIL import Image

from syn0 import load

QUICK = ("--hidden", 4, "--epochs", 30, "--learning-rate", 0.02)


@pytest.fixture
def pictures(tmp_path):
    """20 images with a bright left half and 20 with a bright right one, 8 high and 6 wide, every
    fifth of them twice as large."""
    for row in range(40):
        pixels = np.zeros((8, 6), np.uint8)
        pixels[:, 3 * (row % 2) : 3 * (row % 2) + 3] = 150 + row
        image = Image.fromarray(pixels)
        path = tmp_path / "pictures" / ("left", "right")[row % 2] / f"{row}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        (image if row % 5 else image.resize((12, 16))).save(path)
    return tmp_path / "pictures"


def test_other_sizes_are_resized_and_the_model_keeps_the_size(syn0, pictures, tmp_path):
    done = syn0("train", pictures, *QUICK, "--out", "m.safetensors")
    assert done.code == 0
    assert "Images resized to 6x8, the most common size" in done.err
    assert load("m.safetensors").schema.image_shape == (8, 6)
    Image.new("RGB", (40, 30)).save(tmp_path / "photo.png")
    done = syn0("predict", "m.safetensors", "photo.png")
    assert (done.code, done.out.splitlines()[0].split(",")[:2]) == (0, ["file", "prediction"])
    assert done.out.splitlines()[1].startswith("photo.png,")
    assert "Images resized to 6x8: 1 of 1" in done.err
    assert "Images in colour, read as grey: 1 of 1" in done.err


def test_resize_says_another_size_also_from_a_file(syn0, pictures):
    words = ("train", pictures, *QUICK, "--resize", "5x4")
    done = syn0(*words, "--out", "m.safetensors")
    assert "Images resized to 5x4: 40 of 40" in done.err
    assert load("m.safetensors").schema.image_shape == (4, 5)
    settings = syn0(*words, "--print-config").out
    assert 'resize = "5x4"' in settings
    pictures.with_name("run.toml").write_text(settings)
    again = syn0("train", pictures, "--config", "run.toml", "--out", "again.safetensors")
    assert again.code == 0
    one, other = load("m.safetensors"), load("again.safetensors")
    assert np.array_equal(one.weights["syn0"], other.weights["syn0"])


def test_predictions_name_the_files_of_a_folder(syn0, pictures):
    syn0("train", pictures, *QUICK, "--out", "m.safetensors")
    lines = syn0("predict", "m.safetensors", pictures).out.splitlines()
    assert len(lines) == 41
    for line in lines[1:]:
        file, prediction = line.split(",")[:2]
        assert (pictures / file).parent.name == prediction
    network = load("m.safetensors")
    assert network.labels(str(pictures / "right" / "1.png")).tolist() == ["right"]


def test_training_goes_on_and_is_judged_in_the_models_size(syn0, pictures):
    syn0("train", pictures, *QUICK, "--resize", "3x4", "--out", "m.safetensors")
    before = syn0("evaluate", "m.safetensors", pictures)
    assert (before.code, "accuracy  1.0000" in before.out) == (0, True)
    done = syn0("train", pictures, "--resume", "m.safetensors", "--epochs", 2)
    assert done.code == 0, done.err
    done = syn0("train", pictures, "--resume", "m.safetensors", "--epochs", 2, "--resize", "6x8")
    assert (done.code, "leave out --resize" in done.err) == (2, True)


def test_max_pixels_is_a_limit_that_each_command_raises(syn0, pictures, monkeypatch):
    monkeypatch.setattr("syn0.cli.reading.MOST_PIXELS", 500_000)
    Image.new("1", (900, 700)).save(pictures / "left" / "large.png")
    words = ("train", pictures, *QUICK, "--resize", "3x4", "--out", "m.safetensors")
    done = syn0(*words)
    assert (done.code, "630,000 pixels" in done.err) == (2, True)
    assert "(--max-pixels)" in done.err
    assert syn0(*words, "--max-pixels", 700_000).code == 0
    for command in ("predict", "evaluate"):
        assert syn0(command, "m.safetensors", pictures).code == 2
        assert syn0(command, "m.safetensors", pictures, "--max-pixels", 700_000).code == 0


@pytest.mark.parametrize("data", ["iris", "digits"])
def test_resize_is_for_images_in_files(syn0, data):
    done = syn0("train", data, "--resize", "4x4")
    assert done.err == f"Error: --resize is for a folder of images, which {data} is not\n"
