"""Words for error messages that speak of names."""

from collections.abc import Collection, Iterable


def listed(names: Iterable[str], limit: int = 12) -> str:
    """`a, b, c`; after `limit` names only how many more there are."""
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def check_column_names(names: Collection[str], place: str) -> None:
    """Raise ValueError for a column without a name or a name used twice."""
    seen = set()
    for number, name in enumerate(names, 1):
        if not name:
            raise ValueError(f"{place}: column {number} has no name; every column needs one")
        if name in seen:
            raise ValueError(f"{place}: two columns are named '{name}'; names must differ")
        seen.add(name)
