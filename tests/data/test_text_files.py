"""Tables of text are read packed or not, from a file or a stream, and are UTF-8 whatever is set."""

import bz2
import gzip
import io
import lzma
import os
import sys
import threading

import pytest

from syn0.data import read_table

TEXT = "city,y\nŁódź,1\n大阪,2\n"


def cities(table):
    return table.columns["city"].categories


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.tab", "t.txt", "t.data", "t.dat", "T.CSV"])
def test_suffixes_of_tables(csv, name):
    assert cities(read_table(csv(TEXT, name))) == ("Łódź", "大阪")


@pytest.mark.parametrize(
    ("name", "pack"),
    [("t.csv.gz", gzip.compress), ("t.data.bz2", bz2.compress), ("t.tsv.xz", lzma.compress)],
)
def test_packed_tables(csv, name, pack):
    packed = pack(TEXT.encode())
    assert cities(read_table(csv(packed, name))) == ("Łódź", "大阪")
    with pytest.raises(ValueError, match=f"{name} cannot be unpacked: "):
        read_table(csv(packed[: len(packed) // 2], name))
    with pytest.raises(ValueError, match=f"{name} cannot be unpacked: "):
        read_table(csv(b"no such file", name)) if name.endswith("gz") else read_table(
            csv(packed[:-4], name)
        )


@pytest.mark.parametrize(
    ("pack", "by", "suffix"),
    [(gzip.compress, "gzip", "gz"), (bz2.compress, "bzip2", "bz2"), (lzma.compress, "xz", "xz")],
)
def test_packed_tables_by_another_name_are_not_unpacked_but_named(
    csv, monkeypatch, pack, by, suffix
):
    packed = pack("".join(f"{k},{k * 7919 % 1009}\n" for k in range(5_000)).encode())
    words = rf"is packed by {by}: unpack it, or end its name with \.{suffix}$"
    with pytest.raises(ValueError, match=rf"t\.csv {words}"):
        read_table(csv(packed, "t.csv"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    with pytest.raises(ValueError, match=f"standard input {words}"):
        read_table("-")


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input(monkeypatch, name):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode()), "cp1252"))
    table = read_table(name)
    assert cities(table) == ("Łódź", "大阪")
    assert table.name == "standard input"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"city,y\n")))
    with pytest.raises(ValueError, match=r"^standard input has column names but no rows$"):
        read_table(name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_read_though_texts_come_late(tmp_path):
    """What must be read twice is kept while it comes."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "n,y\n" + "1,2\n" * 300_000 + "abc,3\n"
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    table = read_table(pipe)
    writer.join()
    assert table.columns["n"].categories == ("1", "abc")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marks_of_encodings(csv, encoding):
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert cities(read_table(csv((mark + TEXT).encode(encoding)))) == ("Łódź", "大阪")


def test_what_is_no_text_is_said(csv):
    with pytest.raises(ValueError, match=r"table\.csv holds bytes of 0, so it is no text"):
        read_table(csv(b"a,b\n1,\x002\n"))
    with pytest.raises(ValueError, match=r"is a zip archive, as spreadsheets are.* as CSV"):
        read_table(csv(b"PK\x03\x04\x14\x00\x00\x00"))
    with pytest.raises(ValueError, match=r"is a Parquet file .* end its name with \.parquet"):
        read_table(csv(b"PAR1\x15\x04\x15\x00"))
    with pytest.raises(ValueError, match=r"begins as UTF-16 text does, but is none"):
        read_table(csv(b"\xff\xfea,b\n1,2\n3"))
    with pytest.raises(ValueError, match=r"line 3: not UTF-8 text"):
        read_table(csv("city,y\nx,1\nŁódź,2\n".encode("iso-8859-2")))
