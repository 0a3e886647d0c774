"""What trained models call that are Python and its standard library alone."""

import math


# piece: exp
def exp(z):
    """e to the power of z; infinite where Python would raise an error."""
    return math.exp(z) if z < 709.78 else math.inf


# piece: smoothly_clipped
def smoothly_clipped(z, reach):
    """z, drawn in to within a reach."""
    return z / math.hypot(1, z / reach)


# piece: room
def room(rows, *columns):
    """Lists of 0, one in another."""
    return [room(*columns) if columns else 0.0 for _ in range(rows)]


# piece: cell
def cell(row, name, i):
    """What a row holds in a column."""
    if name not in row:
        raise ValueError(f"row {i + 1} lacks the column {name!a}")
    return row[name]


# piece: number, needs: cell
def as_number(value, name, i, gaps):
    """A number; NaN where one is missing, if it may be."""
    try:
        found = math.nan if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        found = math.inf
    if math.isinf(found) or (math.isnan(found) and not gaps):
        raise ValueError(f"column {name!a} holds no number in row {i + 1}, but {value!a}")
    return found


# piece: numbers, needs: number
def numbers_of(table, names, gaps):
    """The numbers of some columns, row by row."""
    rows = enumerate(table)
    return [[as_number(cell(row, x, i), x, i, gaps) for x in names] for i, row in rows]


# piece: rows, needs: number
def rows_of(X, columns):
    """The numbers of plain rows."""
    for i, row in enumerate(X):
        if len(row) != columns:
            raise ValueError(f"row {i + 1} holds {len(row)} numbers, not {columns}")
    return [[as_number(x, j + 1, i, False) for j, x in enumerate(row)] for i, row in enumerate(X)]


# piece: texts, needs: cell
def texts_of(table, name, missing):
    """The texts of a column, row by row; "" where one is missing."""
    found = [cell(row, name, i) for i, row in enumerate(table)]
    texts = ["" if value is None or value != value else str(value).strip() for value in found]
    return [["" if text in missing else text] for text in texts]


# piece: finite
def finite(row):
    """A row of an answer, which holds numbers."""
    if not all(map(math.isfinite, row)):
        raise ValueError("a prediction is no finite number")
    return row


# piece: check, needs: alike
def check(found, expected):
    """Whether answers are those that are expected, for a first look."""
    for number, (one, other) in enumerate(zip(found, expected, strict=True), 1):
        if not all(alike(one[role], other[role]) for role in other):
            raise SystemExit(f"row {number}: {one} is not as expected: {other}")
    print(f"{len(expected)} rows are predicted as expected")


# piece: alike
def alike(one, other):
    """Whether two answers are the same, or numbers that are near each other."""
    if isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)
    return one == other
