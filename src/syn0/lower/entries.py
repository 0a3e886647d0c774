"""From expressions of whole arrays to those of one entry, at row `i` and column `j`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syn0.lower.statements import Entry
from syn0.program import Apply, Const, Expr, Name, ProgramError
from syn0.program.operations import Dim, Shape

ROW, COLUMN = Name("i"), Name("j")


class Entries:
    """The entries of expressions.

    Attributes:
        shape: gives the shape of an expression's value.
        cast: whether the entries of arrays have a type of their own, which plain numbers must take.
        known: the entries of some expressions, such as the sums that are those of a product.
    """

    def __init__(
        self,
        shape: Callable[[Expr], Shape],
        *,
        cast: bool = False,
        known: Mapping[Expr, Expr] | None = None,
    ) -> None:
        self.shape, self.cast, self.known = shape, cast, known or {}

    def entry(self, expr: Expr) -> Expr:
        """The entry of an expression; of a plain number, that number."""
        if expr in self.known:
            return self.known[expr]
        match expr:
            case Name(name):
                shape = self.shape(expr)
                return self.place(name, shape) if shape else self.as_entry(expr)
            case Const(float() | int() as value):
                return expr if float(value).is_integer() else self.as_entry(expr)
            case Apply(operation) if operation in RULES:
                return RULES[operation](self, expr)
            case Apply():
                return self.of_entries(expr)
        raise ProgramError(f"{expr!r} has no entries")

    def of_entries(self, expr: Apply) -> Apply:
        """The operation applied to the entries of its arguments."""
        return Apply(expr.operation, tuple(map(self.entry, expr.args)), expr.fixed)

    def as_entry(self, number: Expr) -> Expr:
        """A plain number among entries."""
        return Apply("as_entry", (number,)) if self.cast else number

    def place(self, name: str, shape: Shape) -> Expr:
        """Where the entry of an array is."""
        if len(shape) == 1:
            return Entry(name, (COLUMN,))
        return Entry(name, (ROW, Const(0) if shape[1] == 1 else COLUMN))


def length(dim: Dim) -> Expr:
    """A length as a number: that of a step's rows has a name."""
    return Name("rows") if isinstance(dim, str) else Const(dim)


def operand(expr: Expr, row: Expr, column: Expr) -> Entry:
    """An entry of a product's operand."""
    match expr:
        case Name(name):
            return Entry(name, (row, column))
        case Apply("transpose", (Name(name),)):
            return Entry(name, (column, row))
    raise ProgramError(f"{expr!r} is no operand of a product")


def same(entries: Entries, expr: Apply) -> Expr:
    """Another type of the same number: what it must be is known from where it stands."""
    return entries.entry(expr.args[0])


def taken(entries: Entries, expr: Apply) -> Expr:
    """The entry in a row of the data, found through the row's number."""
    array, rows = expr.args
    if isinstance(rows, Name):
        return operand(array, Entry(rows.name, (ROW,)), COLUMN)
    raise ProgramError(f"{rows!r} holds no numbers of rows")


def drawn(entries: Entries, expr: Apply) -> Apply:
    """A random number, by its keys and its place among the others."""
    like, *keys = expr.args
    place = ROW * Const(int(str(entries.shape(like)[1]))) + COLUMN
    return Apply(expr.operation, (*keys, place))


def compared(entries: Entries, expr: Apply) -> Apply:
    """A comparison; of random numbers with a plain number whatever the type of entries, so that
    masks are the same everywhere."""
    match expr.args:
        case (Apply("uniform_at") as random, Const() as share):
            return Apply(expr.operation, (entries.entry(random), share))
    return entries.of_entries(expr)


def clipped(entries: Entries, expr: Apply) -> Apply:
    """A number kept between two others, or the nearer of these."""
    value, low, high = map(entries.entry, expr.args)
    return Apply("minimum", (Apply("maximum", (value, low)), high))


def one_of(entries: Entries, expr: Apply) -> Apply:
    """Whether a text is that of the column."""
    text, known = map(entries.entry, expr.args)
    return Apply("same_text", (text, known))


def chosen(entries: Entries, expr: Apply) -> Expr:
    """The entry in the column whose place is listed."""
    matrix, places = expr.args
    return operand(matrix, ROW, entries.entry(places))


def labelled(entries: Entries, expr: Apply) -> Expr:
    """The entry of the row of labels whose place a number is."""
    number, labels = expr.args
    if isinstance(labels, Name):
        return Entry(labels.name, (Apply("as_index", (entries.entry(number),)),))
    raise ProgramError(f"{labels!r} holds no labels")


RULES: dict[str, Callable[[Entries, Apply], Expr]] = {
    "clip": clipped,
    "columns": chosen,
    "float": same,
    "float32": same,
    "float64": same,
    "greater_equal": compared,
    "label": labelled,
    "normal_at": drawn,
    "one_of": one_of,
    "ones": lambda entries, expr: Const(1),
    "row_count": lambda entries, expr: length(entries.shape(expr.args[0])[0]),
    "take": taken,
    "uniform_at": drawn,
    "zeros": lambda entries, expr: Const(0),
}
"""The operations whose entries are not the same operation of entries."""
