"""A file that was cut, changed or never a model is refused with one sentence."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from syn0 import Network, load


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    """A model file's bytes."""
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    network = Network([2, 2, 1], bias=True)
    network.train([[0, 1], [1, 0], [1, 1]], [0, 1, 1], steps=3, batch_size=2, optimizer="adam")
    network.save(path)
    return path.read_bytes()


@pytest.fixture
def refused(tmp_path):
    """Fails unless loading the bytes is a ValueError of one sentence that names the file."""
    path = tmp_path / "m.safetensors"
    file = path.open("wb", buffering=0)

    def check(content: bytes, what: object) -> None:
        file.seek(0)  # to empty a file first, as thousands of times here, takes a disk's time
        file.write(content)
        file.truncate()
        try:
            load(path)
        except ValueError as error:
            message = str(error)
        else:
            pytest.fail(f"loaded after {what}")
        assert str(path) in message, (what, message)
        assert "\n" not in message, (what, message)
        assert len(message) < 1000, (what, message)

    with file:
        yield check


def header_length(content: bytes) -> int:
    return 8 + int(struct.unpack("<Q", content[:8])[0])


def test_a_file_cut_short_anywhere_is_refused(content, refused):
    end = header_length(content)
    places = {
        *range(12),
        *range(0, end, 37),
        *range(end - 3, end + 4),
        *range(end, len(content), 97),
    }
    places |= {len(content) - 1, len(content) - 8}
    for place in sorted(places):
        refused(content[:place], f"a cut at {place}")


def test_a_file_with_more_at_its_end_is_refused(content, refused):
    refused(content + b"\0", "one more byte")
    refused(content + content, "itself again")


def same_header(one: bytes, other: bytes) -> bool:
    """Whether a changed header says the same: a blank that became another blank."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80], ids=["lowest bit", "case", "highest bit"])
def test_a_byte_that_flips_anywhere_is_noticed(content, refused, flip):
    end = header_length(content)
    for place in [*range(end), *range(end, len(content), 5)]:
        changed = bytearray(content)
        changed[place] ^= flip
        if place >= 8 and place < end and same_header(content[8:end], bytes(changed[8:end])):
            continue
        refused(bytes(changed), f"a flip of {flip:#x} at {place} of {end} + {len(content) - end}")


FOREIGN = {
    "an empty file": b"",
    "a text": b"syn0 was here\n",
    "JSON": b'{"syn0": "model"}',
    "zeros": bytes(5000),
    "a zip file": b"PK\x03\x04" + bytes(100),
    "a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.",
    "a header that never ends": struct.pack("<Q", 2**63) + b"{}",
    "a header of nothing": struct.pack("<Q", 2) + b"{}",
    "a header that is a list": struct.pack("<Q", 2) + b"[]",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_a_file_that_was_never_a_model_is_refused(content, refused):
    refused(content, "never a model")


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, {"syn0": "{}"}, {"digest": "0"}])
def test_a_safetensors_file_of_others_is_refused_as_such(tmp_path, metadata):
    save_file({"weight": np.ones((2, 2))}, tmp_path / "other.safetensors", metadata)
    with pytest.raises(ValueError, match="safetensors file, but not a model of syn0's"):
        load(tmp_path / "other.safetensors")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is a folder, not a model file"):
        load(tmp_path)


def test_an_edited_description_is_noticed_by_its_digest(content, refused):
    assert content.count(b"sigmoid") >= 2
    refused(content.replace(b"sigmoid", b"softmax"), "another activation")
    swapped = content.replace(b'"syn0_m":{"dtype"', b'"syn0_x":{"dtype"', 1)
    assert swapped != content
    refused(swapped, "another name of an array")
