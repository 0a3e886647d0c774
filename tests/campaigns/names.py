"""Hostile names: as columns, classes, files, settings, arrays and words of models, through every
printer and every output.

Whatever something is called, programs keep their structure, files give it back, and what a person
is shown holds no character that a terminal obeys and is short.
"""

import ast
import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import numpy as np
from safetensors.numpy import save as to_bytes

import syn0
from syn0 import saving
from syn0.cli import outcome as command_outcome
from syn0.cli.config import read_config, toml_text
from syn0.cli.predict import write_csv, write_json
from syn0.cli.show import show_evaluation, training_data
from syn0.data import Column, Schema, Table, read_table
from syn0.data.cells import text_column
from syn0.data.table import fingerprint_of
from syn0.files.container import digest
from syn0.models import evaluate, plan_table, resolved_settings, table_options
from syn0.models.answers import answers
from syn0.printers import MODULES, PRINTERS, Data
from syn0.spec.words import JOINERS, OBEYED
from tests.campaigns import Outcome

SHORT = 127  # each scene as often as it is played in a round
"""Names of the short form."""

LONGEST_MESSAGE = 300

PIECES = (
    "\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\x00", "\x7f", "\x85", "\r", "\n", "\x0b",
    "\x08\x08", "\u202e", "\u2066", "\u200b", "\u200d", "\u2028", "\u2029", "\ufeff",
    "\ud800", "\udcff",
    "\U000e0041", "'", '"', '"""', "'''", "\\", "\\n", "*/", "/*", "//", "# ", "??/",
    "??)", "int evil = 42;", "*/ int evil = 42; /*", "\nimport os\n", "[red]", "[/]", "[link=x]",
    "%s", "%n", "{}", "{0!r}",
    "{name}", "${HOME}", "`id`", "$(id)", ",", ";", "\t", "=1+1", "@SUM", "[a]", "a = 1", "]]",
    '{"a": 1}', "null", "true", "nan", "-inf", "1e999", "0", "syn0", "X", "y", "label", "step",
    "prediction", "..", "~", "-", "--help", "😀", "👩\u200d👩\u200d👧", "שלום", "مرحبا", "ß", "é",
    "e\u0301" * 20, "\uff21", "年齢", " ", "a", "column", "class",
)  # fmt: skip


def hostile(chance: random.Random) -> str:
    """A name that may do harm; no two are alike."""
    kind = chance.random()
    if kind < 0.01:
        text = chance.choice(PIECES) * 100_000
        text = text[:100_000]
    elif kind < 0.1:
        text = "".join(chr(chance.randrange(0x500)) for _ in range(chance.randrange(1, 40)))
    else:
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 5)))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # no two halves
    return f"{text}{chance.randrange(10**9)}".strip()


# What must hold of a text


def obeyed(text: str) -> set[str]:
    """The characters of a text that a terminal obeys, but for ends of lines."""
    if text.isprintable():
        return set()
    kinds = {c for c in set(text) if unicodedata.category(c) in OBEYED and c not in JOINERS}
    return kinds - {"\n"}


def refuse_message(text: str) -> None:
    """AssertionError for a message that is too long, or is obeyed."""
    assert not obeyed(text), f"{obeyed(text)} in {text[:300]!r}"
    assert "codec can't" not in text, text
    assert len(text) < LONGEST_MESSAGE, f"{len(text)} characters: {text[:200]!r}"


def refuse_output(text: str) -> None:
    """AssertionError for lines that are obeyed."""
    assert not obeyed(text), f"{obeyed(text)} in {text[:300]!r}"


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Errors and warnings that may come, if what they say can be shown."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            yield
        except (ValueError, TypeError, OSError) as error:
            # Of a path too long for the system, and of settings' own names, nothing is left out.
            text = str(error if type(error) is not OSError else error.strerror)
            refuse_message(text.partition("; it has: ")[0])
            ours = not str(error).startswith("The feature names should match")  # scikit-learn's
            if ours and "\n" in str(error):
                raise AssertionError(f"lines: {str(error)[:300]!r}") from None
    for warning in told:
        refuse_message(str(warning.message))


# Scenes: each plays so many names


def hostile_table(names: list[str]) -> Table:
    """A table whose columns, categories and classes are called so, and itself."""
    columns, target, classes, texts = names[:4], names[4], names[5:8], names[8:11]
    rows = 9
    made = [Column(columns[0], np.arange(rows) / 3), Column(columns[1], np.ones(rows))]
    made += [text_column(columns[2], [texts[i % 3] for i in range(rows)])]
    made += [text_column(columns[3], [f"{names[11]}{i}" for i in range(rows)])]
    made += [text_column(target, [classes[i % 3] for i in range(rows)])]
    return Table(
        name=names[11], columns={c.name: c for c in made}, target=target,
        fingerprint=fingerprint_of(made),
    )  # fmt: skip


def table_scene(chance: random.Random, folder: Path) -> int:
    """A table whose columns, categories and classes are called so, from memory to every output."""
    names = [hostile(chance) for _ in range(12)]
    table, target, classes = hostile_table(names), names[4], names[5:8]
    options = table_options(hidden=(2,), epochs=1, task="classification", holdout=0.0)
    plan = plan_table(table, options)
    fitted = plan.fit(engine="numpy", progress=False)
    network, schema = fitted.network, fitted.network.schema
    assert schema is not None
    assert set(schema.classes) == set(map(str.strip, classes))
    refuse_output(repr(network) + network.summary() + repr(fitted.history) + repr(schema))
    assert len(repr(network)) < 2000
    path = folder / "model.safetensors"
    network.save(path)
    again = syn0.load(path, syn0.Network)
    assert again.schema == schema
    with sentences():
        syn0.load(path, syn0.Network).predict([{names[0]: 1}])
    figures = evaluate(network, table)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        show_evaluation(figures, f"9 {names[0]}")
    refuse_output(shown.getvalue())
    data = training_data(fitted, figures, "rows", 0.0, None)
    assert json.loads(json.dumps(data))["classes"] == list(schema.classes)
    predicted = answers(network, network.predict(table))
    written, listed = io.StringIO(newline=""), io.StringIO()
    write_csv([{"prediction": predicted, names[1]: predicted}], written)
    write_json([{"prediction": predicted}], listed)
    back = [*csv.reader(io.StringIO(written.getvalue(), newline=""))]
    assert [row[0] for row in back[1:]] == predicted.tolist()
    assert [row["prediction"] for row in json.loads(listed.getvalue())] == predicted.tolist()
    refuse_output(listed.getvalue())
    with sentences():
        text = toml_text(resolved_settings(plan))
        refuse_output(text)
        assert tomllib.loads(text)["target"] == target
    return len(names)


@cache
def plain_structure(language: str) -> object:
    """The structure of a program whose data are called plainly."""
    return structure(language, "data")


def structure(language: str, note: str) -> object:
    """A program without its notes, as its language's parser has it."""
    text = small_network().program(language, data=Data(np.eye(3), np.ones((3, 1)), note))
    refuse_output(text)
    return PARSERS.get(language, c_tokens)(text)


@cache
def small_network() -> syn0.Network:
    return syn0.Network([3, 2, 1])


def c_tokens(text: str) -> list[str]:
    """The tokens of a C program, its comments left out, as a compiler of 1989 reads it."""
    for last, sign in zip("=(/)'<!>-", "#[\\]^{|}~", strict=True):
        text = text.replace(f"??{last}", sign)
    return tokens(text.replace("\\\n", ""))


def tokens(text: str) -> list[str]:
    """The tokens of a program whose comments and texts are as C's."""
    comments_and_texts = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
    text = re.sub(comments_and_texts, lambda m: m[0] if m[0][0] == '"' else " ", text, flags=re.S)
    return re.findall(r'"(?:\\.|[^"\\\n])*"|\w+|\S', text)


def julia_tokens(text: str) -> list[str]:
    """The tokens of a Julia program, its comments left out: each ends with its line."""
    comments_and_texts = r'#[^\n]*|"(?:\\.|[^"\\\n])*"'
    text = re.sub(comments_and_texts, lambda m: m[0] if m[0][0] == '"' else " ", text)
    return re.findall(r'"(?:\\.|[^"\\\n])*"|\w+|\S', text)


def python_tree(text: str) -> str:
    """A Python program without its notes."""
    return ast.dump(ast.parse(text))


def below_the_data(text: str) -> str:
    """What stands below the sentence about the data, which holds nothing that LaTeX obeys."""
    head, signs, below = text.partition(
        "\n\\subsection*{Signs}" if "\\begin" in text else "\n\nSigns"
    )
    if "\\begin" in text:
        known = r"\$\\times\$|\\(text\w+\{\}|[{}$&#%_])"
        said = head.split("\n")[-2]
        assert not re.search(r"[\\{}$&#%_^~]", re.sub(known, "", said)), said
    return signs + below


def elements(text: str) -> list[str]:
    """The elements of a page, and what they have; a script or a style would show here."""
    return [f"{one.tag} {one.attrib}" for one in ElementTree.fromstring(text).iter()]


PARSERS: dict[str, Callable[[str], object]] = {
    "numpy": python_tree,
    "terse": python_tree,
    "torch": python_tree,
    "jax": python_tree,
    "julia": julia_tokens,
    "math": below_the_data,
    "latex": below_the_data,
    "mathml": elements,
}
"""How programs are read; those of other languages as C is."""


def program_scene(chance: random.Random, folder: Path) -> int:
    """Programs whose data are called so, in every language."""
    name = hostile(chance)
    for language in PRINTERS:
        for note in (name, f"from {name!a}"):
            assert structure(language, note) == plain_structure(language), (language, note[:200])
    return 1


COMPILED = {
    "numpy": (sys.executable, "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", "{}"),
    "javascript": ("node", "--check", "{}"),
    "c": ("cc", "-std=c99", "-Wall", "-Werror", "-DMODEL_TEST", "-x", "c", "{}", "-lm"),
    "c-int8": ("cc", "-std=c99", "-Wall", "-Werror", "-DMODEL_TEST", "-x", "c", "{}", "-lm"),
    "cpp": ("g++", "-std=c++17", "-Wall", "-Werror", "-DMODEL_TEST", "-fsyntax-only", "-x", "c++",
            "{}"),
    "rust": ("rustc", "--edition=2021", "-Dwarnings", "--crate-type=lib", "--emit=metadata", "{}"),
}  # fmt: skip
"""What reads a trained model in a language: its own parser or compiler, where it is here."""


def module_scene(chance: random.Random, folder: Path) -> int:
    """Trained models whose columns, categories and classes are called so, in every language: it
    reads them as code, and C answers as the model does."""
    names = [hostile(chance) for _ in range(12)]
    options = table_options(hidden=(2,), epochs=1, task="classification", holdout=0.0)
    network = plan_table(hostile_table(names), options).fit(engine="numpy", progress=False).network
    for language, words in COMPILED.items():
        path = folder / f"model{MODULES[language].ending}"
        with sentences():
            network.export(path, to=language)
            if shutil.which(words[0]):
                command = [str(path) if word == "{}" else word for word in words]
                refuse_failure(subprocess.run(command, cwd=folder, capture_output=True), language)
                if words[0] == "cc":
                    tried = subprocess.run(folder / "a.out", capture_output=True)
                    refuse_failure(tried, f"{language}'s self-test")
    return len(names)


def refuse_failure(done: subprocess.CompletedProcess[bytes], what: str) -> None:
    """AssertionError for a command that failed."""
    assert done.returncode == 0, (what, (done.stderr or done.stdout)[:400])


def named_network(names: list[str]) -> syn0.Network:
    """A network of a table whose columns, texts and classes are called so."""
    texts, classes = names[3:6], names[6:8]
    made = [Column(names[0], np.arange(12) / 3)]
    made += [text_column(names[1], [texts[i % 3] if i % 4 else "" for i in range(12)])]
    made += [text_column(names[2], [classes[i % 2] for i in range(12)])]
    table = Table(
        name=names[8], columns={c.name: c for c in made}, target=names[2],
        fingerprint=fingerprint_of(made),
    )  # fmt: skip
    options = table_options(hidden=(2,), epochs=1, task="classification", holdout=0.0)
    return plan_table(table, options).fit(engine="numpy", progress=False).network


@cache
def plain_module(language: str, folder: Path) -> object:
    """The shape of an exported model whose names are plain."""
    return exported_shape(language, named_network([f"name{n}" for n in range(9)]), folder)


def exported_shape(language: str, network: syn0.Network, folder: Path) -> object:
    """A model as its language's parser has it, whatever its words and numbers are."""
    path = folder / "model"
    network.export(path, to=language)
    text = path.read_text(encoding="utf-8")
    if language == "sql":
        with sqlite3.connect(":memory:") as database:
            rows = database.execute(text).fetchall()
        return len(rows), len(rows[0]), masked(tokens(without_sql_words(text)))
    if language == "html":
        parser = Tags()
        parser.feed(text)
        script = text.partition("<script>")[2].rpartition("</script>")[0]
        return parser.found, masked(tokens(script))
    if language == "pmml":
        return [(one.tag, *one.attrib) for one in ElementTree.fromstring(text).iter()]
    if language in ("numpy", "python", "torch", "keras"):
        return [*python_shape(ast.parse(text))]
    return masked(tokens(text) if language == "javascript" else c_tokens(text))


def python_shape(node: ast.AST) -> Iterator[str]:
    """The kinds of a program's parts, in their order; numbers may have signs."""
    if not isinstance(node, ast.UnaryOp | ast.USub):
        yield type(node).__name__
    for child in ast.iter_child_nodes(node):
        yield from python_shape(child)


class Tags(HTMLParser):
    """The elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)


def without_sql_words(text: str) -> str:
    """A statement, its comments left out, its texts and names as such of C."""
    parts = r"--[^\n]*|'(?:''|[^'])*'|\"(?:\"\"|[^\"])*\""
    return re.sub(parts, lambda m: " " if m[0][:2] == "--" else '"x"', text)


def masked(found: list[str]) -> str:
    """Tokens, alike for all words, numbers and texts, and lists of these."""
    marks = ("x" if re.match(r'["\w]', token) else token for token in found)
    return re.sub(r"(?:- )?x(?:[ ,.-]|x)*", "x ", " ".join(marks))


XML_LACKS = "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


def export_scene(chance: random.Random, folder: Path) -> int:
    """Exported models whose columns, texts and classes are called so, in every format."""
    names = [hostile(chance) for _ in range(9)]
    network = named_network(names)
    for language in MODULES:
        wanted = plain_module(language, folder)
        try:
            found = exported_shape(language, network, folder)
        except ValueError as error:  # what no text of a language holds
            refuse_message(str(error))
            found = None
        odd = re.search(XML_LACKS if language == "pmml" else "[\0\ud800-\udfff]", "".join(names))
        assert found == wanted or (found is None and odd), (language, names)
    return len(names)


def setting_scene(chance: random.Random, folder: Path) -> int:
    """Settings, arguments and files that are called so."""
    names = [hostile(chance) for _ in range(8)]
    net, x = small_network(), np.eye(3)
    asked: list[Callable[[], object]] = [
        lambda: syn0.Network([3, 1], activation=names[0]),
        lambda: syn0.Network([3, 1], loss=f"huber:{names[0]}"),
        lambda: syn0.Network([3, 1], dtype=names[1]),
        lambda: syn0.Network(names[1]),
        lambda: syn0.Network([3, 1], **{names[0]: 1}),
        lambda: syn0.Network(3, [syn0.Dense(1, names[2])]),
        lambda: syn0.Dense(names[2]),
        lambda: syn0.Dense(2, bias=names[2]),
        lambda: syn0.Dropout(names[2]),
        lambda: syn0.Adam(beta1=names[2]),
        lambda: syn0.Training(steps=names[2]),
        lambda: net.train(x, x[:, 0], steps=1, optimizer=names[3]),
        lambda: net.train(x, x[:, 0], steps=1, engine=names[3]),
        lambda: net.train(x, x[:, 0], steps=1, **{names[3]: 2}),
        lambda: net.train(x, [names[3]] * 3, steps=1),
        lambda: net.train(x, x[:, 0], steps=1, class_weight=names[4]),
        lambda: net.train(x, x[:, 0], steps=1, schedule=names[4], engine="numpy"),
        lambda: net.program(names[4]),
        lambda: net.weights.__setitem__("syn0", [names[4]]),
        lambda: net.export(folder / "x.onnx", to=names[5]),
        lambda: net.predict([[names[5]] * 3]),
        lambda: read_table(f"{names[5]}.csv"),
        lambda: read_table("xor", target=names[5]),
        lambda: read_table("xor", drop=[names[6]]),
        lambda: syn0.load(folder / names[6].replace("/", "")[:60]),
        lambda: syn0.load(names[6]),
        lambda: Schema.from_data({names[7]: 1}),
        lambda: table_options(**{names[7]: 1}),
        lambda: table_options(loss=names[7]),
    ]
    for ask in asked:
        with sentences():
            try:
                ask()
            except (KeyError, AttributeError) as error:
                refuse_output(str(error))
    return len(names)


def toml_scene(chance: random.Random, folder: Path) -> int:
    """Files of settings that hold such names, and settings written as files."""
    names = [hostile(chance) for _ in range(3)]
    path = folder / "config.toml"
    settings = {"data": names[0], "drop": names[1:], "class_weight": {names[0]: 2.0}}
    with sentences():
        text = toml_text(settings)
        refuse_output(text)
        path.write_text(text, encoding="utf-8")
        assert read_config(str(path), {*settings}) == settings | {"drop": tuple(names[1:])}
    for content in (
        names[0], f"x = {names[0]}", f'"{names[1]}" = 1', f"[{names[1]}]", f"net = '{names[2]}'",
        f"[[layers]]\nkind = {json.dumps(names[2])}",
    ):  # fmt: skip
        path.write_text(content, encoding="utf-8", errors="surrogatepass")
        command("write", path)
    return len(names)


@cache
def saved_parts() -> tuple[dict, dict]:
    """What a small model's file holds."""
    random_numbers = np.random.RandomState(1)
    columns = [Column("a", random_numbers.rand(12)), text_column("b", ["u", "v", "w"] * 4)]
    columns += [text_column("c", ["yes", "no"] * 6)]
    table = Table(
        name="data", columns={c.name: c for c in columns}, target="c",
        fingerprint=fingerprint_of(columns),
    )  # fmt: skip
    plan = plan_table(table, table_options(hidden=(2,), epochs=1))
    return plan.fit(engine="numpy", progress=False).network.record().parts()


def places(value: object, path: tuple = ()) -> Iterator[tuple]:
    """The paths to all values in JSON data."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list | tuple) else pairs
    for key, inside in pairs:
        yield from places(inside, (*path, key))


def model_scene(chance: random.Random, folder: Path) -> int:
    """Model files in which a word, a key or an array is called so."""
    name = hostile(chance)
    description, arrays = saved_parts()
    description, arrays = json.loads(json.dumps(description)), dict(arrays)
    if chance.random() < 0.3:
        whole = name.encode("utf-8", "replace").decode()  # the file's head is UTF-8
        arrays[whole] = arrays.pop(chance.choice(sorted(arrays)))
    else:
        *outer, last = chance.choice([*places(description)])
        inside = description
        for key in outer:
            inside = inside[key]
        if isinstance(inside, dict) and chance.random() < 0.4:
            inside[name] = inside.pop(last)
        else:
            inside[last] = chance.choice([name, [name], {name: name}])
    content = {"format": 1, "versions": {"syn0": name}, **description}
    content["digest"] = digest(content, arrays)
    path = folder / "mutated.safetensors"
    path.write_bytes(to_bytes(arrays, {"syn0": json.dumps(content)}))
    with sentences():
        network = syn0.load(path, syn0.Network)
        refuse_output(repr(network) + network.summary())
        network.predict([{"a": 1.0, "b": name}])
    return 1


def command_scene(chance: random.Random, folder: Path) -> int:
    """A CSV file whose names and texts are such, called so, through the commands."""
    names = [hostile(chance) for _ in range(10)]
    path = folder / f"{file_name(names[0])}.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names[1:5])
    for row in range(12):
        writer.writerow([row, names[5 + row % 2], names[7], names[8 + row % 2]])
    path.write_bytes(text.getvalue().encode("utf-8", chance.choice(["replace", "surrogatepass"])))
    model = folder / "out.safetensors"
    trained = command("train", path, "--out", model, "--epochs", 1, "--hidden", 2, "--force")
    command("train", path, "--epochs", 1, "--json", "--hidden", 2)
    command("train", path, "--print-config")
    command("train", path, "--target", names[4], "--drop", names[1], "--epochs", 1)
    command("write", "4-2-1", "--data", path, "--to", "c")
    if trained == 0:
        command("predict", model, path, "--json")
        command("predict", model, path, raw=True)
        command("evaluate", model, path, "--verbose")
        command("write", model, "--to", chance.choice([*PRINTERS]))
    path.unlink()
    return len(names)


def file_name(name: str) -> str:
    """A name that a file may have: of bytes that need not be UTF-8."""
    content = re.sub(r"[/\0]", "", name).encode("utf-8", "surrogatepass")[:200]
    return f"f{os.fsdecode(content)}"


def command(*words: object, raw: bool = False) -> int:
    """Run a command here; its status, once what it says was looked at. `raw`: its results are
    for a machine."""
    out, err = Captured(), Captured()
    arguments = ["syn0", *(str(word).replace("\0", "") for word in words)]
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        status = command_outcome()
    said, results = err.text(), out.text()
    assert status in (0, 2), (status, said[:300], arguments)
    assert "Traceback" not in said, said
    assert "codec can't" not in said, said
    for line in said.splitlines():
        refuse_message(line)
    refuse_output(said)
    if not raw:
        refuse_output(results)
    if "--json" in arguments and status == 0:
        json.loads(results)
    return status


class Captured(io.TextIOWrapper):
    """A stream that keeps what is written, as a pipe gets it."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="")

    def text(self) -> str:
        """What was written."""
        self.flush()
        return self.buffer.getvalue().decode()


@cache
def picture() -> bytes:
    """The smallest picture."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (2, 2), 7).save(file, "PNG")
    return file.getvalue()


def folder_scene(chance: random.Random, folder: Path) -> int:
    """Folders of pictures that are called so, in whatever bytes."""
    names, root = [hostile(chance) for _ in range(3)], folder / "pictures"
    for name in names:
        place = root / file_name(name)
        place.mkdir(parents=True)
        for number in range(2):
            (place / f"{number}{file_name(name[:9])}.png").write_bytes(picture())
    (root / f"loose{chance.random()}\udcff.png").write_bytes(picture())
    with sentences():
        table = read_table(root)
        assert len(table) == 6
        network = plan_table(table, table_options(hidden=(2,), epochs=1)).fit(engine="numpy")
        network.network.save(folder / "images.safetensors")
        syn0.load(folder / "images.safetensors")
    model = folder / "images.safetensors"
    command("train", root, "--epochs", 1, "--hidden", 2, "--out", model, "--force")
    command("predict", model, root, raw=True)
    command("predict", model, root, "--json")
    command("predict", model, root, "--out", folder / "p.csv", "--force")
    command("evaluate", model, root)
    (next(place for place in root.iterdir() if place.is_dir()) / "bad.png").write_bytes(b"bad")
    command("train", root, "--epochs", 1)
    shutil.rmtree(root)
    return len(names)


def estimator_scene(chance: random.Random, folder: Path) -> int:
    """Labels and columns of estimators that are called so."""
    import pandas as pd

    names = [hostile(chance) for _ in range(7)]
    clear = [name.encode("utf-8", "replace").decode() for name in names]  # as pandas takes them
    frame = pd.DataFrame({clear[0]: range(6), clear[1]: [clear[2], clear[3]] * 3})
    labels = np.array([names[4], names[5]] * 3, object)
    model = syn0.TabularClassifier(hidden_layer_sizes=(2,), max_iter=1, engine="numpy")
    with sentences():
        model.fit(frame, labels)
        refuse_output(repr(model))
        assert set(model.predict(frame)) <= set(labels)
        model.save(folder / "tabular.safetensors")
        assert set(syn0.load(folder / "tabular.safetensors").classes_) == set(labels)
    plain = syn0.MLPClassifier(hidden_layer_sizes=(2,), max_iter=1, engine="numpy")
    numbers = pd.DataFrame({clear[0]: range(6), clear[1]: range(6)})
    for ask in (
        lambda: model.predict(frame.rename(columns={clear[0]: clear[6]})),
        lambda: model.score(frame, [names[6]] * 6),
        lambda: syn0.TabularRegressor(max_iter=1).fit(frame, labels),
        lambda: syn0.TabularClassifier(activation=names[6]).fit(frame, labels),
        lambda: plain.fit(frame, labels),
        lambda: plain.fit(numbers, labels).save(folder / "mlp.safetensors"),
        lambda: syn0.load(folder / "mlp.safetensors").predict(numbers),
        lambda: plain.partial_fit(numbers, [names[6]] * 6),
        lambda: plain.fit(numbers, [names[6]] * 6),
        lambda: syn0.MLPClassifier(class_weight={names[6]: 2}, max_iter=1).fit(numbers, labels),
    ):
        with sentences():
            ask()
    with contextlib.suppress(ValueError), warnings.catch_warnings():  # scikit-learn's own lines
        warnings.simplefilter("ignore")
        plain.predict(numbers.rename(columns={clear[0]: clear[6]}))
    return len(names)


def onnx_scene(chance: random.Random, folder: Path) -> int:
    """Names in an ONNX file: those that it can hold are there again."""
    import onnx

    name = hostile(chance)
    description, arrays = saved_parts()
    description = json.loads(json.dumps(description).replace('"a"', json.dumps(name)))
    network = saving.restore({**description, "versions": {}}, dict(arrays))
    path = folder / "model.onnx"
    with sentences():
        network.export(path)
        inputs = [i.name for i in onnx.load(path).graph.input]
        assert name in inputs, (name[:100], inputs)
    return 1


SCENES: dict[Callable[[random.Random, Path], int], int] = {
    table_scene: 3, program_scene: 6, setting_scene: 2, toml_scene: 2, model_scene: 20,
    command_scene: 1, folder_scene: 1, estimator_scene: 1, onnx_scene: 2, module_scene: 1,
    export_scene: 1,
}  # fmt: skip
"""How often each is played in a round."""


def run(seed: int, count: int) -> Outcome:
    """Play scenes until `count` names have had their part."""
    outcome, played = Outcome(), 0
    order = [scene for scene, times in SCENES.items() for _ in range(times)]
    with tempfile.TemporaryDirectory() as folder:
        number = 0
        while played < count:
            scene = order[number % len(order)]
            chance = random.Random(f"{seed} {number}")  # noqa: S311
            try:
                names = scene(chance, Path(folder))
            except Exception as error:  # whatever it is, it is a fault
                names = 1
                what = ascii(f"{type(error).__name__}: {error}")[:500]
                outcome.faults.append(f"{scene.__name__}, seed {seed}, number {number}: {what}")
                shutil.rmtree(Path(folder) / "pictures", ignore_errors=True)
            outcome.counts[scene.__name__.removesuffix("_scene")] += names
            played, number = played + names, number + 1
    return outcome
