"""A trained model as a PyTorch module that holds what it learned, and what prepares a table."""

from __future__ import annotations

from collections.abc import Collection

from syn0.printers.base import UnsupportedError
from syn0.printers.module import LABEL, Module, ModulePrinter, Sample
from syn0.printers.numpy import NumpyPrinter, indented, join_sections
from syn0.printers.numpy_module import (
    TEXTS,
    back,
    labels_function,
    prepared_function,
    tried,
    weight_lines,
)
from syn0.printers.pretty import Group, listed
from syn0.printers.torch import TorchPrinter

MEASURED = ("mean", "variance")
"""What names of arrays begin with that training measures and no slope leads to."""

USE = """\
It needs PyTorch and NumPy, and tries itself on the rows at its end: python FILE. In programs:
    from FILE import Net, prepared
    net = Net().eval()                           # an nn.Module, with state_dict() and so on"""

RUN = """\
with torch.no_grad():
    outputs = Net().eval()(torch.from_numpy(X)).numpy()"""


class LinesOfModule(TorchPrinter):
    """Prints the lines of `forward`, in which learned arrays belong to the module."""

    def __init__(self, own: Collection[str]) -> None:
        self.own = own

    def name(self, name: str) -> str:
        """A name, of the module's or of the function's."""
        return f"self.{name}" if name in self.own else name

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> Group:
        """A row of numbers, in which answers are computed."""
        texts = (self.number(float(value)) for value in values)
        return listed(texts, "torch.tensor([", "], dtype=torch.float64)")


class TorchModule(ModulePrinter):
    """Prints trained models for `from model import Net`, and for `python model.py`."""

    language, ending = "torch", ".py"

    def program(self, module: Module, sample: Sample, weights_file: str | None = None) -> str:
        """See `ModulePrinter.program`."""
        if weights_file is not None:
            raise UnsupportedError("the torch printer writes weights into the program")
        program, numpy = module.program, NumpyPrinter()
        torch = LinesOfModule(module.weights)
        forward = [*program.phase("forward"), *module.answering(module.numbers)]
        return join_sections([
            f'"""{module.title}\n\n{USE}\n"""',
            "import numpy as np\nimport torch",
            *torch.helper_functions(forward),
            *([TEXTS] if any(given.texts for given in module.given) else []),
            *([prepared_function(module, numpy)] if program.phase("prepare") else []),
            "\n".join(weight_lines(module.weights, None)),
            "\n".join([
                "class Net(torch.nn.Module):",
                *indented([
                    f'"""(rows, {module.network.inputs}) inputs -> outputs, for each row."""', "",
                    "def __init__(self):", *indented(learned(module)), "",
                    "def forward(self, X):", *indented([*torch.statements(forward),
                                                        *back(module.numbers)]),
                ]),
            ]),
            *([labels_function(module, numpy)] if module.answer(LABEL) else []),
            *tried(module, sample, RUN),
        ])  # fmt: skip


def learned(module: Module) -> list[str]:
    """The arrays as the module's own; those with a slope can be trained further."""
    lines = ["super().__init__()"]
    for name in module.weights:
        tensor = f"torch.from_numpy({name})"
        if name.startswith(MEASURED):
            lines.append(f'self.register_buffer("{name}", {tensor})')
        else:
            lines.append(f"self.{name} = torch.nn.Parameter({tensor})")
    return lines
