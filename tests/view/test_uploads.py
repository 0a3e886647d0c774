"""Files that are dropped on the page: tables and models are taken, everything else is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.view import shelf as module
from syn0.view.recipes import from_link
from syn0.view.session import Session
from syn0.view.shelf import Shelf
from tests.view.pages import Visitor

ROWS = "".join(f"{k % 7},{k % 3},{'yes' if k % 7 > 3 else 'no'}\n" for k in range(60))
TABLE = f"a,b,answer\n{ROWS}".encode()


def dropped(visitor: Visitor, name: str, content: bytes, **how: str) -> str:
    """The words of the refusal; "" where it is taken."""
    visitor.latest.pop("error", None)
    visitor.ask("upload", content, name=name, **how)
    return visitor.words if "error" in visitor.latest else ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", TABLE),
        ("../../table.csv", TABLE),
        ("C:\\somewhere\\table.csv", TABLE),
        ("table.csv.gz", gzip.compress(TABLE)),
        ("table.csv.bz2", bz2.compress(TABLE)),
        ("table.csv.xz", lzma.compress(TABLE)),
    ],
)
def test_tables_are_taken(name: str, content: bytes) -> None:
    visitor = Visitor()
    assert dropped(visitor, name, content) == ""
    data = visitor.latest["program"][0]["data"]
    assert data["columns"] == ["a", "b", "answer"]
    assert data["target"] == "answer"
    assert data["classes"] == ["no", "yes"]
    assert "/" not in data["title"]
    visitor.ask("data", data={**visitor.latest["program"][0]["recipe"]["data"], "target": "a"})
    assert visitor.latest["program"][0]["data"]["target"] == "a"
    visitor.ask("go", step=3, line=0)
    visitor.wait()
    assert visitor.at == (3, 0)


def test_of_many_columns_the_target_is_among_those_to_choose_from() -> None:
    names = [f"c{k}" for k in range(230)]
    rows = "".join(",".join(str((k * j) % 7) for j in range(230)) + "\n" for k in range(12))
    visitor = Visitor()
    assert dropped(visitor, "wide.csv", f"{','.join(names)}\n{rows}".encode()) == ""
    data = visitor.latest["program"][0]["data"]
    assert data["columns"] == [*names[:200], "c229"]
    assert data["target"] == "c229"


def parquet(columns: dict[str, list[Any]]) -> bytes:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    file = io.BytesIO()
    polars.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def test_parquet_is_taken_within_the_same_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor()
    rows = range(60)
    content = parquet({"a": [k % 7 for k in rows], "answer": [k % 7 > 3 for k in rows]})
    assert dropped(visitor, "table.parquet", content) == ""
    data = visitor.latest["program"][0]["data"]
    assert (data["columns"], data["rows"] + data["held_out"]) == (["a", "answer"], 60)
    monkeypatch.setattr(module, "MOST_CELLS", 100)
    monkeypatch.setattr(module, "read_table", None)  # it is not even read
    assert "more than 100 cells" in dropped(visitor, "large.pq", content)


def test_columns_can_be_left_out() -> None:
    visitor = Visitor()
    dropped(visitor, "table.csv", TABLE)
    data = visitor.latest["program"][0]["recipe"]["data"]
    visitor.ask("data", data={**data, "target": "answer", "drop": ["a"]})
    program = visitor.latest["program"][0]
    assert (program["data"]["columns"], program["data"]["dropped"]) == (["a", "b", "answer"], ["a"])
    assert program["data"]["inputs"] == ["b"]
    other = Visitor(Session(shelf=visitor.session.shelf), link=visitor.one("link")["link"])
    assert other.latest["program"][0]["data"]["inputs"] == ["b"]
    for drop, words in ((["x"], "'x'"), (["a", "b"], "no columns"), (["answer"], "to be dropped"),
                        ("a", "a list of columns"), ([1], "a list of columns")):  # fmt: skip
        visitor.ask("data", data={**data, "target": "answer", "drop": drop})
        assert words in visitor.words
    assert visitor.session.run.made.network.spec.inputs == program["sizes"][0]


def test_a_table_trains_to_a_confusion_matrix_and_its_link_finds_it() -> None:
    shelf = Shelf()
    visitor = Visitor()
    visitor.session.shelf = shelf
    dropped(visitor, "table.csv", TABLE)
    visitor.ask("play", rate=None, until=150)
    visitor.wait()
    (header, (counts,)) = visitor.ask("report", kind="confusion")[0]
    assert header["accuracy"] == 1
    assert counts.sum() == 12
    link = visitor.one("link")["link"]
    assert from_link(link).runs["A"]["data"].get("name") == "table.csv"
    again = Visitor(link=link)
    assert "drop table.csv" in again.words
    again.session.shelf = shelf
    again.ask("open", link=link)
    again.wait()
    assert again.at == visitor.at


def test_a_saved_model_goes_on(tmp_path: Path) -> None:
    net = Network([3, 4, 1])
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    net.train(X, [0, 1, 1, 0], steps=100, engine="numpy", progress=False)
    net.save(tmp_path / "m.safetensors")
    visitor = Visitor()
    assert dropped(visitor, "m.safetensors", (tmp_path / "m.safetensors").read_bytes()) == ""
    assert visitor.at == (100, -1)
    assert visitor.latest["program"][0]["first"] == 100
    trace = visitor.session.run.trace
    assert trace.start["syn0"].tobytes() == np.asarray(net.weights["syn0"]).tobytes()
    visitor.ask("knob", name="momentum", value=0.9)
    assert visitor.latest["program"][0]["difference"]["added"] == 2
    visitor.ask("knob", name="bias", value=True)
    assert "keeps its layers" in visitor.words
    visitor.ask("data", data=visitor.session.run.recipe["data"])
    assert visitor.at == (100, -1)


def zipped(names: Iterable[str], content: bytes | None = None) -> bytes:
    """A .zip file of small images of these names."""
    import io
    import zipfile

    from PIL import Image

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for shade, name in enumerate(names):
            image = io.BytesIO()
            Image.new("L", (4, 4), 40 * shade % 256).save(image, "PNG")
            file.writestr(name, image.getvalue() if content is None else content)
    return archive.getvalue()


def test_images_are_taken(tmp_path: Path) -> None:
    visitor = Visitor()
    names = [f"set/{kind}/{k}.png" for kind in ("cat", "<b>dog") for k in range(12)]
    escaping = ["../../cat/../dog/x.png", "/etc/cat/y.png", "top.png", "__MACOSX/z.png"]
    assert dropped(visitor, "pets.zip", zipped([*names, *escaping])) == ""
    data = visitor.latest["program"][0]["data"]
    assert data["image"] == [4, 4, 1]
    assert data["columns"] == []  # no pixel is predicted, or left out
    assert set(data["classes"]) == {"cat", "<b>dog", "dog"}
    assert data["rows"] + data["held_out"] == 26
    assert visitor.one("report", kind="images")["type"] == "images"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK", "cannot be unpacked"),
        (zipped([]), "0 images"),
        (zipped(["../x.png"]), "0 images"),
        (zipped(["a/x.png", "b/y.png"], b"no image"), "pets.zip"),
        (zipped(["a/x.png"], bytes(2**21)), "unpacks to more than 1 MB"),
    ],
)
def test_other_archives_are_refused(
    content: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_UNPACKED", 2**20)
    said = dropped(Visitor(), "pets.zip", content)
    assert words in said
    assert "tmp" not in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html>", "neither a table"),
        ("table.parquet", b"PAR1", "table.parquet cannot be read as Parquet"),
        ("", b"", "neither a table"),
        ("..", b"", "neither a table"),
        ("m.safetensors", b"\xff" * 100, "m"),
        ("table.csv", b"", "table.csv"),
        ("table.csv.gz", b"no gzip", "cannot be unpacked"),
        ("table.csv.xz", b"no xz", "cannot be unpacked"),
        ("table.csv.bz2", b"no bz2", "cannot be unpacked"),
        ("table.csv", b"\x00\x01\x02" * 50, "table.csv"),
    ],
)
def test_other_files_are_refused(name: str, content: bytes, words: str) -> None:
    visitor = Visitor()
    said = dropped(visitor, name, content)
    assert words in said
    assert "tmp" not in said
    assert visitor.session.run.recipe["data"] == {"id": "xor"}


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)],
)
def test_what_unpacks_to_much_is_refused(
    suffix: str, pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_UNPACKED", 2**20)
    content = pack(b"1,2\n" * 2**19)  # type: ignore[operator]
    assert "unpacks to more than 1 MB" in dropped(Visitor(), f"table.csv{suffix}", content)


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UPLOAD", 2**20)
    assert "larger than 1 MB" in dropped(Visitor(), "table.csv", bytes(2**20 + 1))
    monkeypatch.setattr(module, "MOST_CELLS", 100)
    assert "more than 100 cells" in dropped(Visitor(), "table.csv", TABLE)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"network": {"net": "3-100000000-1"}}, "too many for the page"),
        ({"network": {"net": "3-99999-99999-1"}}, "too many for the page"),
        ({"data": {"id": "iris"}, "network": {"hidden": "99999,99999"}}, "too many for the page"),
        ({"data": {"id": "moons", "rows": 10**9}, "network": {}}, "from 4 to 2,000"),
        ({"training": {"steps": 10**9}, "network": {"net": "3-1"}}, "at most 10,000,000 steps"),
        ({"network": {"net": "3-1"}, "edits": [{}] * 2_000}, "at most 1,000"),
        ({"network": {"net": "3-1"}, "edits": [{"step": 0}]}, "an edit says"),
        ({"network": {"nat": 1}}, "nat"),
        ({"network": {"net": 7}}, "7"),
        ({"network": {"net": "3-4-1", "bias": "yes"}}, "bias"),
        ({"training": {"momentum": 7}, "network": {"net": "3-1"}}, "momentum"),
        ({"data": {"id": "/etc/passwd"}}, "passwd"),
        ({"other": 1}, "other entries"),
        ([], "recipe"),
    ],
)
def test_recipes_that_cannot_be_followed_are_refused(recipe: object, words: str) -> None:
    visitor = Visitor(recipe=recipe)
    if recipe == []:  # as good as none
        assert visitor.at == (0, -1)
    else:
        assert words in visitor.words
        assert not visitor.session.runs


def test_old_files_leave_the_shelf() -> None:
    shelf = Shelf()
    for k in range(12):
        shelf.take(f"t{k}.csv", f"a,b\n{k},1\n2,3\n".encode())
    assert len(shelf.files) == 8
