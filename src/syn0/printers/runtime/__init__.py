"""Functions that printed programs call and their languages lack, each in a file of its language.

A file is cut into pieces by comments: `piece: shuffle, needs: random_seed`. A program gets those
that it calls, and what they need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

MARK = re.compile(r"^[^\w\n]+ piece: (\w+)(?:, needs: (\w+))?[^\w\n]*$", re.MULTILINE)


@cache
def pieces(file: str) -> dict[str, tuple[str, str]]:
    """The pieces of a file by their names: text, and the name of the one that it needs or ""."""
    text = files(__name__).joinpath(file).read_text(encoding="utf-8")
    _, *parts = MARK.split(text)
    named = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {name: (code.strip(), need or "") for name, need, code in named}


def called(file: str, names: Iterable[str]) -> list[str]:
    """The pieces of a file that are among the names, and what they need, in the file's order."""
    found, wanted = pieces(file), set(names)
    for name in reversed(found):
        if name in wanted:
            wanted.add(found[name][1])
    return [code for name, (code, _) in found.items() if name in wanted]
