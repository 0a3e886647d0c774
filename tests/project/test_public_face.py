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


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_syn0_loads_no_other_package():
    assert not imported_by("import syn0") & {"numpy", "sklearn", "rich", "click", "safetensors"}


COMMAND = """
import sys
from syn0.cli import main
try:
    main()
finally:
    print("jax" in sys.modules)
"""


@pytest.mark.parametrize("asked", [["engines", "3-4-1"], ["train", "xor", "-q", "--epochs", "1"]])
def test_commands_load_jax_only_where_it_computes(asked):
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_a_network_needs_numpy_alone():
    loaded = imported_by("from syn0 import Network; Network([3, 4, 1])")
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "scipy", "rich", "click", "polars", "pandas", "PIL", "jax"}


def test_help_loads_no_heavy_package():
    statement = "from click.testing import CliRunner; from syn0.cli import cli; "
    loaded = imported_by(statement + "CliRunner().invoke(cli, ['train', '--help'])")
    assert not loaded & {"numpy", "sklearn", "rich", "safetensors"}


def test_the_command_trains_on_a_table_and_judges_it_without_scikit_learn():
    statement = "from click.testing import CliRunner; from syn0.cli import cli; "
    words = "['train', 'xor', '--steps', '3', '--engine', 'numpy']"
    statement += f"done = CliRunner().invoke(cli, {words}); assert 'accuracy' in done.stdout"
    assert not imported_by(statement) & {"sklearn", "scipy", "pandas"}


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
