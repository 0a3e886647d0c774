"""Messages: whole again after their travel, refused where they are none; TypeScript kept equal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from syn0.view.protocol import packed, typescript, unpacked

ARRAYS = [
    np.array([[1.5, np.nan, -np.inf]]),
    np.arange(5, dtype=np.int32),
    np.array(0.1, np.float32),
    np.zeros((0, 3)),
    np.frombuffer(b"odd", np.uint8),
]


def test_a_message_is_whole_after_its_travel() -> None:
    header, arrays = unpacked(packed({"type": "text", "words": "größer"}, ARRAYS))
    assert header == {"type": "text", "words": "größer"}
    for sent, come in zip(ARRAYS, arrays, strict=True):
        assert (sent.dtype, sent.shape) == (come.dtype, come.shape)
        assert sent.tobytes() == come.tobytes()


def test_arrays_lie_at_multiples_of_eight() -> None:
    content = packed({"type": "frame"}, ARRAYS)
    length = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + length])
    assert all((4 + length + entry["offset"]) % 8 == 0 for entry in header["wire"])


def test_json_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        packed({"loss": float("nan")})
    with pytest.raises(ValueError, match="do not travel"):
        packed({}, [np.array(["text"])])


def framed(text: str, arrays: bytes = b"") -> bytes:
    return len(text).to_bytes(4, "little") + text.encode() + arrays


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        b"\xff\xff\xff\xff{}",
        framed("no JSON"),
        framed("[]"),
        framed("{}"),
        framed('{"wire":[],"x":NaN}'),
        framed('{"wire":[],"x":Infinity}'),
        framed("[" * 100_000),
        framed('{"wire":[{"dtype":"float64","shape":[9],"offset":0}]}'),
        framed('{"wire":[{"dtype":"float64","shape":[-1],"offset":0}]}', bytes(8)),
        framed('{"wire":[{"dtype":"float64","shape":[1],"offset":-8}]}', bytes(8)),
        framed('{"wire":[{"dtype":"object","shape":[1],"offset":0}]}', bytes(8)),
        framed('{"wire":[{"dtype":"uint8","shape":[2147483647,2147483647],"offset":0}]}'),
        framed('{"wire":[{"dtype":"uint8","shape":[true],"offset":0}]}', bytes(8)),
        framed('{"wire":[7]}'),
    ],
)
def test_what_is_no_message_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="the message"):
        unpacked(content)


def test_the_page_has_the_same_types() -> None:
    page = Path(__file__).parents[2] / "web" / "src" / "protocol.ts"
    assert page.read_text(encoding="utf-8") == typescript()
