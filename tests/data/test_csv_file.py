import io
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.data import csv_blocks, read_table


def values(table, name):
    """A column's values as a list of numbers or texts, None = missing."""
    column = table.columns[name]
    if column.categories is None:
        return [None if np.isnan(value) else value for value in column.values.tolist()]
    return [None if code < 0 else column.categories[code] for code in column.values]


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
texts = st.text(string.ascii_letters + "äß'\",;|\t\n ", min_size=1).map(lambda text: f"x{text}x")


@st.composite
def frames(draw):
    rows = draw(st.integers(1, 12))
    kinds = draw(st.lists(st.sampled_from([numbers, texts]), min_size=1, max_size=6))
    columns = [draw(st.lists(kind | st.none(), min_size=rows, max_size=rows)) for kind in kinds]
    columns.append(list(range(rows)))  # so that no row is blank
    return pd.DataFrame({f"column {i}": pd.Series(c, dtype=object) for i, c in enumerate(columns)})


@given(frame=frames(), delimiter=st.sampled_from(",;\t|"))
def test_reads_what_pandas_reads(tmp_path_factory, frame, delimiter):
    text = frame.to_csv(index=False, sep=delimiter, lineterminator="\n")
    path = tmp_path_factory.getbasetemp() / "frame.csv"
    path.write_bytes(text.encode())
    expected = pd.read_csv(io.StringIO(text), sep=delimiter)

    table = read_table(path)

    assert list(table.columns) == list(expected.columns)
    for name in expected.columns:
        column = table.columns[name]
        if column.categories is None:
            np.testing.assert_allclose(column.values, expected[name].astype(float), rtol=1e-15)
        else:
            assert values(table, name) == [None if pd.isna(v) else v for v in expected[name]]


def test_missing_cells_in_every_spelling(csv):
    spellings = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?", " NA "]
    rows = "".join(f"{cell},{cell},1\n" for cell in spellings)
    table = read_table(csv(f"number,text,y\n1,a,1\n{rows}"))
    assert values(table, "number") == [1] + [None] * 10
    assert values(table, "text") == ["a"] + [None] * 10


def test_codes_follow_first_appearance(csv):
    column = read_table(csv("a,y\nred, 1\n blue ,2\nred,3\n")).columns["a"]
    assert column.categories == ("red", "blue")
    assert column.values.dtype == np.int32
    assert column.values.tolist() == [0, 1, 0]


def test_truth_values_and_underscores_are_texts(csv):
    table = read_table(csv("a,b,y\nTrue,1_000,1\nFalse,2,2\n"))
    assert values(table, "a") == ["True", "False"]
    assert values(table, "b") == ["1_000", "2"]


def test_text_after_blocks_of_numbers_keeps_the_spelling_of_all(csv, monkeypatch):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 100)
    rows = ["1.0,007"] * 30 + ["2,x7", "3,8"]
    table = read_table(csv("a,b\n" + "\n".join(rows)))
    assert table.columns["a"].categories is None
    assert table.columns["b"].categories == ("007", "x7", "8")
    assert len(table) == 32


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(csv):
    table = read_table(csv('name,y\n"a,\n""b""",1\nc,2\n'))
    assert values(table, "name") == ['a,\n"b"', "c"]


def test_byte_order_mark_windows_line_ends_and_blank_lines(csv):
    table = read_table(csv(b"\xef\xbb\xbfa;y\r\n\r\n1;2\r\n3;4\r\n"))
    assert values(table, "a") == [1, 3]
    assert table.target == "y"


def test_semicolons_win_over_decimal_commas(csv):
    assert values(read_table(csv("a;b\n1,5;2\n2,5;3\n")), "a") == [1.5, 2.5]


def test_first_line_of_numbers_is_data(csv):
    table = read_table(csv("1,2.5,0\n3,4,1\n"))
    assert list(table.columns) == ["x1", "x2", "x3"]
    assert values(table, "x2") == [2.5, 4]
    assert not table.has_names
    assert read_table(csv("1,2.5,y\n3,4,1\n")).has_names


def test_with_semicolons_numbers_may_have_a_decimal_comma(csv):
    columns = read_table(csv("a;b;c\n0,5;1.5;x,y\n-2,25;3;1,5\n")).columns
    assert [*columns["a"].values] == [0.5, -2.25]
    assert [*columns["b"].values] == [1.5, 3]
    assert columns["c"].categories == ("x,y", "1,5")


def test_a_column_without_a_name_is_called_by_its_place(csv):
    columns = read_table(csv(",b,\n1,2,4\n1,2,5\n")).columns
    assert {name: list(c.values) for name, c in columns.items()} == {
        "column 1": [1, 1],
        "b": [2, 2],
        "column 3": [4, 5],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", " is empty"),
        ("\n\n", " is empty"),
        ("a,b\n", " has column names but no rows"),
        ("a,b\n1,2\n1,2,3\n", ", line 3: 3 cells, but the first line has 2"),
        ('a,b\n"1\n",2\n\n1\n', ", line 5: 1 cell, but the first line has 2"),
        ("a,b,a\n1,2,3\n", ": two columns are named 'a'; names must differ"),
        ("a,b\n1,2\n-inf,2\n", ", line 3: column 'a' holds an infinite number"),
        ("a,b\n1,2\n1e999,2\n", ", line 3: column 'a' holds an infinite number"),
        (b"a,b\n1,2\n\xe9,2\n", ", line 3: not UTF-8 text; save the file as UTF-8"),
        (
            'a,b\n1,2\n"open,2\n3,4\n',
            ", the row that starts on line 3: unexpected end of data",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(csv, text, message):
    path = csv(text)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        read_table(path)
    assert str(error.value) == path + message


def test_infinity_in_a_column_of_texts_is_a_text(csv):
    assert values(read_table(csv("a,y\ninf,1\nfinite,2\n")), "a") == ["inf", "finite"]


def test_suffixes(csv):
    text = "a\ty\n1\t2\n"
    assert len(read_table(csv(text, "table.tsv"))) == len(read_table(csv(text, "table.TXT"))) == 1
    with pytest.raises(ValueError, match=r"table\.xls is of no kind that is read; these are: \.c"):
        read_table(csv(text, "table.xls"))


def test_fingerprint_is_that_of_the_content(csv, tmp_path: Path):
    first = read_table(csv("a,y\n1,2\n"))
    assert read_table(csv("a,y\n1,2\n", "copy.csv"), target="a").fingerprint == first.fingerprint
    assert read_table(csv("a,y\n1,3\n", "other.csv")).fingerprint != first.fingerprint
    assert first.take(np.array([0])).fingerprint == first.fingerprint
