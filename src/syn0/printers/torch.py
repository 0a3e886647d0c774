"""The PyTorch printer: the NumPy program on tensors, its backward lines written out.

It uses no autograd and no optimizer of PyTorch's. Start weights and orders of rows come from
NumPy's generator, as in every language; the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from syn0.printers.base import Template
from syn0.printers.numpy import ATTRIBUTE, NUMPY_TEMPLATES, PYTHON_TEMPLATES, WIDTH, NumpyPrinter
from syn0.printers.pretty import Assigned, fitted, listed
from syn0.printers.script import Script
from syn0.program import Apply, Const, Expr, Name, Program, names_in

SAME = ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "sign", "where", "sum", "mean")
"""What PyTorch calls as the program does."""

TORCH_TEMPLATES = PYTHON_TEMPLATES | {
    **{name: Template(NUMPY_TEMPLATES[name].text.replace("np.", "torch.")) for name in SAME},
    "absolute": Template("torch.abs({0})"),
    "maximum": Template("torch.maximum({0}, {1})"),
    "minimum": Template("torch.minimum({0}, {1})"),
    "at_least": Template("{0}.clamp(min={1})", ATTRIBUTE, (ATTRIBUTE, 0)),
    "at_most": Template("{0}.clamp(max={1})", ATTRIBUTE, (ATTRIBUTE, 0)),
    "clip": Template("{0}.clamp({1}, {2})", ATTRIBUTE, (ATTRIBUTE, 0, 0)),
    "root": Template("{0} ** 0.5", 15, (16,)),
    "sum_rows": Template("torch.sum({0}, 0)"),
    "mean_rows": Template("torch.mean({0}, 0)"),
    "sum_columns": Template("torch.sum({0}, 1, keepdim=True)"),
    "mean_columns": Template("torch.mean({0}, 1, keepdim=True)"),
    "max_columns": Template("torch.amax({0}, 1, keepdim=True)"),
    "zeros": Template("torch.zeros({fixed})"),
    "ones": Template("torch.ones({fixed})"),
    "random": Template("torch.from_numpy(random.random_sample({fixed}))"),
    "normal": Template("torch.from_numpy(random.standard_normal({fixed}))"),
    **{name: NUMPY_TEMPLATES[name]
       for name in ("cos", "orthogonal", "random_seed", "uniform_like", "normal_like")},
    "float32": Template("{0}.float()", ATTRIBUTE, (ATTRIBUTE,)),
    "float64": Template("{0}.double()", ATTRIBUTE, (ATTRIBUTE,)),
}  # fmt: skip

LIMITS = {"maximum": "at_least", "minimum": "at_most"}


class TorchPrinter(NumpyPrinter):
    """Prints a program line by line for PyTorch."""

    language, searches = "torch", False
    templates = TORCH_TEMPLATES
    functions = "random_torch.py"

    def imports(self, program: Program) -> list[str]:
        """PyTorch, and NumPy for its generator."""
        return [
            "import numpy as np",
            "import torch",
            "",
            f"torch.set_default_dtype(torch.{program.dtype})",
            "torch.set_printoptions(precision=8)",
        ]

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As the NumPy printer's; limits that are numbers are no tensors, and new arrays have the
        default type."""
        match expr:
            case Apply("float32", (Apply("zeros" | "ones") as made,)):
                return self.expression(made, need)
            case Apply("maximum" | "minimum" as limit, (values, Const() | Name() as number)):
                return self.expression(Apply(LIMITS[limit], (values, number)), need)
            case Apply("sqrt", (value,)) if not [*names_in(value)]:
                return self.expression(Apply("root", (value,)), need)
        return super().expression(expr, need)

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> str:
        """A row of numbers."""
        return listed((self.number(float(value)) for value in values), "torch.tensor([", "])")

    def data_lines(self, script: Script) -> list[str]:
        """As the NumPy printer's, and the tensors that are made of them."""
        cast = "double" if script.program.dtype == "float64" else "float"
        made = {name: f"torch.from_numpy({name}).{cast}()" for name in script.arrays}
        return [*super().data_lines(script), made_anew(made)]


def made_anew(values: Mapping[str, str]) -> str:
    """Names that are bound once more, to what is made of them."""
    return fitted(Assigned(f"{', '.join(values)} = ", listed(values.values()), ""), WIDTH)
