"""What separates cells and which line holds the names is found out as a person would.

The kinds stand in pandas' threads on `header="infer"`, `decimal=","`, `sep=None` and `skiprows`.
"""

import numpy as np
import pytest

from syn0.data import Reading, read_table


def rows(form: str, count: int = 60) -> str:
    """Lines of a random `a`, `b` and a class `c` as a format writes them."""
    pairs = np.random.RandomState(0).normal((0, 5), (1, 2), (count, 2)).tolist()
    return "".join(
        form.format(a=a, b=b, c=int(a > 0), k=("no", "yes")[a > 0], i=i) + "\n"
        for i, (a, b) in enumerate(pairs)
    )


PLAIN = rows("{a:.2f},{b:.2f},{c}")
COMMAS = rows("{a:.2f};{b:.2f};{c}").replace(".", ",")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0,1,2\n" + PLAIN, ["0", "1", "2"]),
        ("1,2,3\n" + PLAIN, ["1", "2", "3"]),
        ("2019,2020,c\n" + PLAIN, ["2019", "2020", "c"]),
        ("2019,2020,2021\n" + rows("{a:.2f},{b:.2f},{a:.1f}"), ["2019", "2020", "2021"]),
        ("a,b,kind\n" + rows("{a:.2f},{b:.2f},{k}"), ["a", "b", "kind"]),
        ("kind,grade\n" + rows("{k},grade {k}"), ["kind", "grade"]),
        (",a,b\n" + rows("{i},{a:.2f},{b:.2f}"), ["column 1", "a", "b"]),
        ("a,b,c\n" + PLAIN, ["a", "b", "c"]),
        ("a;b;c\n" + COMMAS, ["a", "b", "c"]),
        ("a\tb\tc\n" + COMMAS.replace(";", "\t"), ["a", "b", "c"]),
    ],
)
def test_a_line_of_names_is_no_row(csv, text, names):
    table = read_table(csv(text))
    assert (list(table.columns), len(table), table.has_names) == (names, 60, True)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        COMMAS,
        COMMAS.replace(";", "\t"),
        rows("{a:.2f},{b:.2f},{k}"),
        rows("{k},{a:.2f},{b:.2f}"),
        rows("{k},grade {k},{k}"),
        rows("{i},{i},{c}"),
        rows("{a:8.2f}   {b:.2f}\t{c}"),
        rows('"{a:.2f}","{b:.2f}","{c}"').replace(".", ","),
    ],
)
def test_a_line_like_those_below_is_a_row(csv, text):
    table = read_table(csv(text))
    assert (list(table.columns), len(table), table.has_names) == (["x1", "x2", "x3"], 60, False)


def test_what_is_close_is_said_and_can_be_told(csv):
    counted = csv("0,1,2\n" + PLAIN)
    assert read_table(counted).notes == (
        "the first line was read as names: '0, 1, 2'; --no-header reads it as a row",
    )
    assert len(read_table(counted, reading=Reading(header=False))) == 61
    matrix = csv("1,2,3\n4,5,6\n7,8,9\n", "matrix.csv")
    assert len(read_table(matrix)) == 3
    assert read_table(matrix).notes == (
        "the first line was read as a row: '1, 2, 3'; --header reads it as names",
    )
    assert list(read_table(matrix, reading=Reading(header=True)).columns) == ["1", "2", "3"]
    texts = read_table(csv("kind,town\nred,Rome\nblue,Oslo\n", "texts.csv"))
    assert texts.notes == (
        "the first line was read as names: 'kind, town'; --no-header reads it as a row",
    )
    assert read_table(csv("a,b,c\n" + PLAIN, "usual.csv")).notes == ()


def test_expected_names_tell_a_header(csv):
    texts = csv("kind,grade\nkind,b\nc,grade\n")
    assert not read_table(texts).has_names
    assert read_table(texts, reading=Reading(expected=("kind",))).has_names


@pytest.mark.parametrize(
    ("text", "delimited"),
    [
        ("1,a;b\n2,c;d\n3,e;f\n", ["1", "a;b"]),
        ("1;2,5;x\n2;3,5;y\n", ["1", "2,5", "x"]),
        ("a|b\n1|2\n", ["a", "b"]),
    ],
)
def test_the_delimiter_is_the_one_that_leaves_numbers(csv, text, delimited):
    assert len(read_table(csv(text)).columns) == len(delimited)


@pytest.mark.parametrize(
    ("above", "note"),
    [
        ("sep=;\n", None),
        ("Sales of 2025\n", "line 1 was taken for a title: 'Sales of 2025'"),
        ("Sales of 2025;;\n", "line 1 was taken for a title: 'Sales of 2025'"),
        ("\n\n", None),
        ("kg;kg;\n", "names were read from line 2; line 1 was left out, as units: kg, kg"),
    ],
)
def test_what_stands_above_the_names_is_passed_over(csv, above, note):
    table = read_table(csv(f"{above}a;b;c\n{COMMAS}"))
    assert (list(table.columns), len(table)) == (["a", "b", "c"], 60)
    assert table.columns["a"].values[0] == 1.76
    assert table.notes == ((note,) if note else ())


def test_several_titles_are_passed_over(csv):
    table = read_table(csv(f"Sales\nof 2025\n\n# in EUR\na,b,c\n{PLAIN}"))
    assert (list(table.columns), len(table)) == (["a", "b", "c"], 60)
    assert [note.split()[1] for note in table.notes] == ["1", "2", "4"]


def test_units_below_the_names_are_passed_over(csv):
    table = read_table(csv(f"weight,height,c\n[kg],[m],\n{PLAIN}"))
    assert (list(table.columns), len(table)) == (["weight", "height", "c"], 60)


@pytest.mark.parametrize("names", ["a,b,c", "a,b,c,"])
def test_commas_after_every_row_make_no_column(csv, names):
    table = read_table(csv(f"{names}\n{rows('{a:.2f},{b:.2f},{c},')}"))
    assert list(table.columns) == ["a", "b", "c"]


def test_names_of_rows_as_r_writes_them(csv):
    table = read_table(csv("a,b,c\n" + rows("r{i},{a:.2f},{b:.2f},{c}")))
    assert list(table.columns) == ["column 1", "a", "b", "c"]
    assert table.columns["column 1"].nameless


@pytest.mark.parametrize("end", ["\n", "   \n", ",,\n", " , , \n,,\n\n"])
def test_blank_lines_at_the_end_are_no_rows(csv, end):
    assert len(read_table(csv(f"a,b,c\n{PLAIN}{end}"), for_prediction=True)) == 60


def test_a_row_of_missing_values_among_others_stays(csv):
    table = read_table(csv("a,b\n1,2\n,\n3,4\n"), for_prediction=True)
    assert table.columns["a"].missing.tolist() == [False, True, False]


@pytest.mark.parametrize("text", ["x\n1\n\n3\n", 'x\n1\n""\n3\n', "x\r\n1\r\n\r\n3", "1\n\n3\n"])
def test_in_a_file_of_one_column_a_blank_line_is_a_row(csv, text):
    """Three rows in, three answers out."""
    table = read_table(csv(text), for_prediction=True)
    assert next(iter(table.columns.values())).missing.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a,b\n5" pipe,1\n6" pipe,2\n', ['5" pipe', '6" pipe']),
        ('a,b\n5" pipe,1\n6 pipe,2\n', ['5" pipe', "6 pipe"]),
        ('a, b\n"x, y", 1\n "z", 2\n', ["x, y", "z"]),
        ('a,b\n"1\n2",1\n\n"say ""x""",2\n', ["1\n2", 'say "x"']),
        ("a,b\rx,1\ry,2\r", ["x", "y"]),
    ],
)
def test_quotes_and_line_ends_of_all_kinds(csv, text, cells):
    assert list(read_table(csv(text)).columns["a"].categories) == cells


def test_a_file_of_commas_is_refused_at_its_beginning(csv):
    with pytest.raises(ValueError, match=r"table\.csv has more than 100,000 columns, the most"):
        read_table(csv("1," * 200_000))
