"""Settings from a TOML file, under the names of the flags; and settings written as one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from syn0.spec.words import visible

HOW_LONG = {"steps", "epochs"}

HALVES = re.compile(r"[\ud800-\udfff]")
"""What stands in a text for bytes that are not UTF-8."""
MOST_BYTES, MOST_DOTS = 200_000, 500
"""Of a file of settings, and in a name in it: the parser keeps kilobytes for a dot, and takes the
square of a name's dots."""


def with_config(
    options: Mapping[str, Any], path: str | None, known: Collection[str]
) -> dict[str, Any]:
    """The options, those that were not given taken from a file; flags override the file."""
    if path is None:
        return dict(options)
    given = {name: value for name, value in options.items() if is_given(value)}
    settings = read_config(path, known)
    if given.keys() & HOW_LONG:  # one of the two says it
        settings = {name: value for name, value in settings.items() if name not in HOW_LONG}
    return {**options, **settings, **given}


def is_given(value: Any) -> bool:
    """Whether an option was given: flags that take several values are empty tuples otherwise."""
    return value is not None and value != ()


def read_config(path: str, known: Collection[str]) -> dict[str, Any]:
    """The settings in a TOML file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no TOML, or holds a setting that is not among `known`.
    """
    from syn0.spec.checks import did_you_mean

    if not Path(path).exists() or Path(path).is_dir():
        raise FileNotFoundError(f"there is no configuration file {path}")
    try:
        settings = tomllib.loads(text_of(path))
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a TOML file: its text is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a TOML file: {error}") from None
    for name in settings:
        if name not in known:
            hint = did_you_mean(name, known)
            names = ", ".join(sorted(known))
            raise ValueError(
                f"{path} holds an unknown setting {name!r}{hint}; it may hold: {names}"
            )
    try:
        return {name: value_of(name, value) for name, value in settings.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def text_of(path: str) -> str:
    """The text of a file of settings, none of which is long; ValueError where it would take the
    parser much time or memory."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is longer than the {MOST_BYTES:,} bytes that settings may take")
    text = content.decode("utf-8-sig")  # Windows' editors put a mark in front of UTF-8
    if max(part.count(".") for part in re.split(r"[\n=\[\]{},]", text)) > MOST_DOTS:
        raise ValueError(f"a name in it has more than {MOST_DOTS} dots")
    return text


TEXTS = (
    "data", "target", "task", "sample_weight", "net", "optimizer", "missing", "resize",
)  # fmt: skip


def value_of(name: str, value: Any) -> Any:
    """A setting as the commands take it: lists of layers described, other lists fixed."""
    if name == "layers":
        if not isinstance(value, list):
            raise TypeError("layers must be a list of tables, each written under [[layers]]")
        return tuple(map(layer_of, value))
    if name == "class_weight" and isinstance(value, dict):
        return value
    if isinstance(value, dict):
        raise TypeError(f"{name} must be a single value, not a table")
    if name == "net" and isinstance(value, list):
        return "-".join(map(str, value))
    if name == "missing" and is_list_of(str, value):
        return ",".join(value)
    if name in TEXTS and not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {value!r}")
    if name == "drop" and not is_list_of(str, value):
        raise TypeError(f'drop must be a list of columns, such as ["name"], not {value!r}')
    if name == "hidden" and not (value and (isinstance(value, str) or is_list_of(int, value))):
        raise TypeError(f"hidden must be a list of sizes, such as [64, 64], not {value!r}")
    return tuple(value) if isinstance(value, list) else value


def is_list_of(kind: type, value: Any) -> bool:
    """Whether a value is a list that holds nothing else."""
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def layer_of(table: Any) -> Any:
    """A layer from a table that names its kind: {kind = "Dense", units = 4}."""
    from syn0.spec import LAYER_KINDS
    from syn0.spec.checks import choice

    if not isinstance(table, dict):
        raise TypeError(f"each layer must be a table with its kind, not {table!r}")
    settings = dict(table)
    if "kind" not in settings:
        raise ValueError(f"each layer must name its kind, one of: {', '.join(LAYER_KINDS)}")
    kind = LAYER_KINDS[choice("kind of layer", settings.pop("kind"), LAYER_KINDS)]
    known, a = kind.KNOBS, "an" if kind.__name__[0] in "AEIOU" else "a"
    for name in settings:
        if name not in known:
            takes = ", ".join(known) or "none"
            raise ValueError(f"{a} {kind.__name__} layer has no setting {name!r}; it has: {takes}")
    for name, knob in known.items():
        if knob.is_needed and name not in settings:
            raise ValueError(f"{a} {kind.__name__} layer needs {knob.words}")
    return kind(**settings)


def toml_text(settings: Mapping[str, Any]) -> str:
    """Settings as a TOML file that gives them again; ValueError for one that TOML cannot say."""
    import tomli_w

    from syn0.files.records import to_data

    plain = {}
    for name, value in settings.items():
        if name == "layers":
            plain[name] = to_data(tuple(value))
        elif is_given(value):
            plain[name] = list(value) if isinstance(value, tuple) else value
    text = tomli_w.dumps(plain)
    if not text.isascii() and (half := HALVES.search(text)):
        what = visible(text[max(0, half.start() - 40) : half.end()].split("\n")[-1])
        raise ValueError(f"TOML cannot hold bytes that are not UTF-8, as in: {what}")
    # What a terminal would obey stands between quotes, where TOML lets it be written out.
    return "".join(c if c == "\n" or visible(c) == c else f"\\U{ord(c):08X}" for c in text)
