"""A trained model as a Keras model that holds what it learned, and what prepares a table."""

from __future__ import annotations

from syn0.printers.base import Template
from syn0.printers.class_module import MEASURED, ClassModule, LinesOfClass
from syn0.printers.module import Module
from syn0.printers.numpy import NUMPY_TEMPLATES, PYTHON_TEMPLATES
from syn0.printers.pretty import Group, listed
from syn0.program import Apply, Expr, Line, names_in

USE = """\
    from FILE import Net, prepared
    net = Net()                                  # a keras.Model, with fit() and so on"""

WIDE = """\
if keras.backend.backend() == "jax":  # which has float64 where it is asked for
    import jax

    jax.config.update("jax_enable_x64", True)"""

SAME = ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sign", "absolute", "maximum", "minimum",
        "clip", "where", "sum", "mean", "sum_rows", "mean_rows", "mean_columns", "sum_columns",
        "max_columns")  # fmt: skip
"""What Keras calls as NumPy does."""

KERAS_TEMPLATES = PYTHON_TEMPLATES | {
    **{name: Template(NUMPY_TEMPLATES[name].text.replace("np.", "ops.")) for name in SAME},
    "root": Template("{0} ** 0.5", 15, (16,)),
    "float32": Template('ops.cast({0}, "float32")'),
    "float64": Template('ops.cast({0}, "float64")'),
}


class LinesOfModel(LinesOfClass):
    """Prints the lines of `call`."""

    language = "keras"
    templates = KERAS_TEMPLATES

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As the NumPy printer's; the root of a number is one of Python's, in full precision."""
        match expr:
            case Apply("sqrt", (value,)) if not [*names_in(value)]:
                return self.expression(Apply("root", (value,)), need)
        return super().expression(expr, need)

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> Group:
        """A row of numbers, in which answers are computed."""
        texts = (self.number(float(value)) for value in values)
        return listed(texts, "ops.array([", '], dtype="float64")')


class KerasModule(ClassModule):
    """Prints trained models as a `keras.Model`."""

    language = "keras"
    needs = "Keras 3, a backend of it and NumPy"
    use, base, method, lines = USE, "keras.Model", "call", LinesOfModel
    run = "outputs = ops.convert_to_numpy(Net()(X))"

    def imports(self, module: Module, lines: list[Line]) -> list[str]:
        """See `ClassModule.imports`."""
        answers = any("float64" in line.operations for line in lines)
        wide = ["", WIDE] if answers or module.program.dtype == "float64" else []
        return ["import keras", "import numpy as np", "from keras import ops", *wide]

    def learned(self, module: Module) -> list[str]:
        """See `ClassModule.learned`."""
        lines = [f'super().__init__(dtype="{module.program.dtype}")']
        for name, array in module.weights.items():
            fixed = ", trainable=False" if name.startswith(MEASURED) else ""
            kind = f'dtype="{array.dtype}", name="{name}"'
            lines.append(f"self.{name} = keras.Variable({name}, {kind}{fixed})")
        return lines
