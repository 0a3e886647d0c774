"""A trained model as a PyTorch module that holds what it learned, and what prepares a table."""

from __future__ import annotations

from syn0.printers.class_module import MEASURED, ClassModule, LinesOfClass
from syn0.printers.module import Module
from syn0.printers.pretty import Group, listed
from syn0.printers.torch import TorchPrinter
from syn0.program import Line

USE = """\
    from FILE import Net, prepared
    net = Net().eval()                           # an nn.Module, with state_dict() and so on"""

RUN = """\
with torch.no_grad():
    outputs = Net().eval()(torch.from_numpy(X)).numpy()"""


class LinesOfModule(LinesOfClass, TorchPrinter):
    """Prints the lines of `forward`."""

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> Group:
        """A row of numbers, in which answers are computed."""
        texts = (self.number(float(value)) for value in values)
        return listed(texts, "torch.tensor([", "], dtype=torch.float64)")


class TorchModule(ClassModule):
    """Prints trained models as an `nn.Module`."""

    language = "torch"
    needs = "PyTorch and NumPy"
    use, base, method, run, lines = USE, "torch.nn.Module", "forward", RUN, LinesOfModule

    def imports(self, module: Module, lines: list[Line]) -> list[str]:
        """See `ClassModule.imports`."""
        return ["import numpy as np", "import torch"]

    def learned(self, module: Module) -> list[str]:
        """See `ClassModule.learned`."""
        lines = ["super().__init__()"]
        for name in module.weights:
            tensor = f"torch.from_numpy({name})"
            if name.startswith(MEASURED):
                lines.append(f'self.register_buffer("{name}", {tensor})')
            else:
                lines.append(f"self.{name} = torch.nn.Parameter({tensor})")
        return lines
