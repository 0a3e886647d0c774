"""Numbers are read as people write them, and texts among numbers are never passed over in silence.

The kinds stand in pandas' threads on `thousands=`, `na_values` and columns that became `object`.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.data import Reading, csv_blocks, csv_file, read_table
from syn0.data.cells import spelled_number


def column(csv, cells, **reading):
    """The column `n` of a file with these cells, quoted, beside a target; and the table's notes."""
    text = "n,y\n" + "".join(f'"{cell}",{row}.5\n' for row, cell in enumerate(cells))
    table = read_table(csv(text), reading=Reading(**reading))
    return table.columns["n"], table.notes


MANY = [str(number) for number in range(40, 140)]


@pytest.mark.parametrize("word", ["n/a", "N.A.", "#N/A", "<NA>", "-", "--", ".", "?", "", " NA "])
def test_words_for_missing_values_leave_a_column_of_numbers(csv, word):
    read, notes = column(csv, ["5", word, "7"])
    assert read.categories is None
    assert read.missing.tolist() == [False, True, False]
    assert notes == ()


def test_signs_are_classes_where_texts_stand(csv):
    assert column(csv, ["+", "-", "+"])[0].categories == ("+", "-")


def test_a_lone_text_among_many_numbers_counts_as_missing_and_is_said(csv):
    read, notes = column(csv, [*MANY, "abc"])
    assert read.values[:3].tolist() == [40, 41, 42]
    assert np.isnan(read.values[-1])
    said = "column 'n': 99.0% of the cells there are numbers; 'abc' on line 102 counts as missing"
    assert notes == (said,)
    _, notes = column(csv, [*MANY, "abc", "d"])
    assert notes == ("column 'n': 98.0% of the cells there are numbers; 2 others, first 'abc' on "
                     "line 102, count as missing",)  # fmt: skip


@pytest.mark.parametrize("cells", [[*MANY[:8], "abc"], ["1", "2", "3"] * 40 + ["other"]])
def test_texts_among_few_numbers_are_categories_and_are_said(csv, cells):
    read, notes = column(csv, cells)
    assert read.categories[-1] == cells[-1]
    line = len(cells) + 1
    share = (len(cells) - 1) / len(cells)
    assert notes == (f"column 'n' is read as texts: {share:.1%} of its cells are numbers, but not "
                     f"'{cells[-1]}' on line {line}",)  # fmt: skip


def test_a_column_of_texts_needs_no_word(csv):
    assert column(csv, ["7", "x1", "x2", "x3"])[1] == ()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234", "12", "1,234,567.5"], [1234, 12, 1234567.5]),
        (["12%", "7 %", "3.5%"], [12, 7, 3.5]),
        (["14.44 €", "€ 3", "-2 €"], [14.44, 3, -2]),
        (["$1,234.50", "£2", "USD 3"], [1234.5, 2, 3]),
        (["(5.00)", "7", "(1,000)"], [-5, 7, -1000]),
        (["0,5", "12,25", "-3"], [0.5, 12.25, -3]),
        (["1.234,5", "1.234", "7"], [1234.5, 1234, 7]),
        (["1'234", "1\u00a0234", "7"], [1234, 1234, 7]),
        (["1 234,5", "2,5", "7"], [1234.5, 2.5, 7]),
        ([" 1", "2 ", "1e3"], [1, 2, 1000]),
    ],
)
def test_numbers_as_people_write_them(csv, cells, values):
    assert column(csv, cells)[0].values.tolist() == values


def test_how_numbers_are_spelled_is_said_by_an_example(csv):
    assert column(csv, ["14.44 €", "3 €"])[1] == (
        "column 'n': '14.44 €' was read as the number 14.44",
    )


@pytest.mark.parametrize(
    "text", ["1_000", "0x10", "12 34", "1,23,4", "5-3", "1.2.3", "€", "()", "٣"]
)
def test_other_texts_are_no_numbers(text):
    assert spelled_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_to_the_last_bit(tmp_path_factory, number):
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text(f"n,y\n{number!r},1\n")
    read = read_table(path).columns["n"].values[0]
    assert math.copysign(1, read) == math.copysign(1, number)
    assert read == number


@pytest.mark.parametrize("late", ["abc", "1.234,5"])
def test_what_a_later_block_tells_holds_for_all(csv, monkeypatch, late):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 64)
    cells = ["1,5", "1.234"] * 20 + [late]
    read, _ = column(csv, cells)
    if late == "abc":
        assert read.categories == ("1,5", "1.234", "abc")
    else:
        assert read.values[[0, 1, -1]].tolist() == [1.5, 1234, 1234.5]


def test_blocks_of_any_size_give_the_same_table(csv, monkeypatch):
    lines = [f'{n},"text, {n % 3}\nwith a line",{n % 7}' for n in range(50)]
    path = csv("a,b,c\n" + "\n".join(lines))
    whole = read_table(path)
    for size in (1, 7, 64, 301):
        monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", size)
        parts = read_table(path)
        for name, one in whole.columns.items():
            assert parts.columns[name].categories == one.categories
            assert parts.columns[name].values.tolist() == one.values.tolist()


def test_words_for_missing_values_can_be_told(csv):
    read, _ = column(csv, ["NA", "EU", "NA"], missing=())
    assert read.categories == ("NA", "EU")
    read, _ = column(csv, ["9", "none", "7"], missing=("none",))
    assert read.missing.tolist() == [False, True, False]


def test_large_files_keep_inputs_as_float32_where_that_is_exact_enough(csv, monkeypatch):
    monkeypatch.setattr("syn0.data.read.LARGE_FILE", 1)
    generator = np.random.default_rng(0)
    a, t = generator.normal(size=50), 1.7e9 + generator.integers(0, 50, 50)
    text = "a,t,y\n" + "".join(f"{x:.6f},{s},{x:.6f}\n" for x, s in zip(a, t, strict=True))
    columns = read_table(csv(text), reading=Reading(float32=True)).columns
    assert [c.values.dtype.name for c in columns.values()] == ["float32", "float64", "float64"]
    np.testing.assert_allclose(columns["a"].values, np.round(a, 6), rtol=1e-7)
    assert read_table(csv(text)).columns["a"].values.dtype == np.float64


def test_what_is_exact_enough_needs_no_warning():
    """Though the rows that are looked at for the deviation hold nothing."""
    values = np.full(40, np.nan)
    values[1] = 0.1
    assert csv_file._compact(values).dtype == np.float64
    assert csv_file._compact(np.full(40, np.nan)).dtype == np.float32


def test_an_array_that_grows_holds_what_was_added():
    growing = csv_file._GrowingArray()
    parts = [np.arange(n, dtype="f4") for n in (3, 0, 50, 1)]
    for part in parts:
        growing.add(part)
    assert growing.whole().tolist() == np.concatenate(parts).tolist()
