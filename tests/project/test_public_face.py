"""The package as a whole: what it offers, and what importing it costs."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType

import pytest

import syn0

SOURCE = Path(syn0.__file__).parent


@pytest.mark.parametrize("name", syn0.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(syn0, name)
    assert name == "__version__" or value.__doc__


def test_everything_that_networks_and_trainings_are_made_of_is_public():
    from syn0.spec import LAYER_KINDS, OPTIMIZERS

    for name, kind in {**LAYER_KINDS, **{k.__name__: k for k in OPTIMIZERS.values()}}.items():
        assert name in syn0.__all__
        assert getattr(syn0, name) is kind


def test_the_names_that_type_checkers_see_are_those_that_there_are():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If))
    seen = {alias.name for statement in block.body for alias in statement.names}
    assert seen | {"__version__"} == set(syn0.__all__)
    assert dir(syn0) == sorted(syn0.__all__)


@pytest.mark.parametrize(
    "room", ["models", "explain", "plots", "spec", "derive", "training", "data"]
)
def test_what_a_room_offers_is_there_and_documented(room):
    module = import_module(f"syn0.{room}")
    for name in module.__all__:
        value = getattr(module, name)
        assert not callable(value) or value.__doc__, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Netwrok'"):
        _ = syn0.Netwrok


def ways_in(value: object) -> list[object]:
    """The functions of a public thing: itself, or its public methods."""
    if not isinstance(value, type):
        return [value] if isinstance(value, FunctionType) else []
    return [
        method
        for name, method in vars(value).items()
        if isinstance(method, FunctionType) and (not name.startswith("_") or name == "__init__")
    ]


NEVER_REFUSE = {
    "Column", "Table", "Images", "Reading", "UnpreparedError", "History", "Report", "Origin",
    "NonFiniteError", "Examples", "Fitted", "Classification", "Regression", "ParameterCheck",
    "dense_layers", "Extras", "Part", "TracedLine", "Stage", "Contributions",
    "Comparison", "Correlations", "Difference", "Health", "LayerSlopes", "Operand", "PostMortem",
    "Pushes", "Slopes", "Statistics", "Turn",
}  # fmt: skip
"""What only holds values, or is called by syn0 alone."""


@pytest.mark.parametrize("room", ["", ".models", ".explain", ".plots", ".spec", ".data"])
def test_errors_of_all_that_is_public_say_what_can_be_shown(room):
    module = import_module(f"syn0{room}")
    bare = [
        (name, way.__name__)
        for name in module.__all__
        if name not in NEVER_REFUSE
        for way in ways_in(getattr(module, name))
        if not hasattr(way, "is_door")
    ]
    assert bare == [], "decorate them with `door`, or their class with `doors`"


def test_warnings_are_given_by_the_one_function_that_shows_what_they_quote():
    call = [p for p in SOURCE.rglob("*.py") if "warnings.warn" in p.read_text(encoding="utf-8")]
    assert call == [SOURCE / "spec" / "doors.py"]


def imported_by(*statements: str) -> list[set[str]]:
    """The top-level modules that a fresh interpreter has loaded after each of some statements."""
    told = "import sys; print('LOADED', *{m.partition('.')[0] for m in sys.modules})"
    code = "\n".join(f"{statement}\n{told}" for statement in statements)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    assert len(lines) == len(statements), done.stdout
    return [set(line.split()) for line in lines]


HEAVY = {"sklearn", "scipy", "pandas", "jax"}
OTHERS = {"numpy", "rich", "click", "safetensors", "polars", "PIL"} | HEAVY


def test_importing_syn0_loads_no_other_package_and_a_network_needs_numpy_alone():
    imported, made = imported_by("import syn0", "syn0.Network([3, 4, 1])")
    assert not imported & OTHERS
    assert made & OTHERS == {"numpy"}


COMMAND = """
import contextlib, io, sys
from syn0.cli import main
def run(*words):
    sys.argv = ["syn0", *words]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main()
    return out.getvalue()
"""


def test_help_loads_no_heavy_package_and_a_command_none_that_it_does_not_compute_with():
    asked, trained, listed = imported_by(
        f"{COMMAND}assert '--learning-rate' in run('train', '--help')",
        "assert 'accuracy' in run('train', 'xor', '--steps', '3', '--engine', 'numpy')",
        "assert 'native' in run('engines', '3-4-1')\n"
        "assert 'accuracy' in run('train', 'xor', '-q', '--epochs', '1')",
    )
    assert not asked & (OTHERS - {"click"})
    assert not trained & HEAVY
    assert "jax" not in listed


def without_words(path: Path) -> list[str]:
    """The public functions and classes of a module, and itself, that have no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in tree.body if isinstance(n, named) and not n.name.startswith("_")]
    alone = [n for n in public if "overload" not in map(ast.unparse, n.decorator_list)]
    bare = [node.name for node in alone if not ast.get_docstring(node)]
    return bare if ast.get_docstring(tree) else ["itself", *bare]


def test_every_module_and_every_public_function_and_class_has_words():
    found = {str(path): without_words(path) for path in SOURCE.rglob("*.py")}
    assert len(found) > 200
    assert {path: names for path, names in found.items() if names} == {}
