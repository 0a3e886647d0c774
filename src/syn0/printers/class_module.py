"""A trained model as a class of a framework, which holds what it learned, and what prepares a table
in NumPy."""

from __future__ import annotations

from collections.abc import Collection

from syn0.printers.module import LABEL, Module, ModulePrinter, Sample
from syn0.printers.numpy import NumpyPrinter, indented, join_sections
from syn0.printers.numpy_module import (
    TEXTS,
    labels_function,
    prepared_function,
    shown,
    tried,
    weight_lines,
)
from syn0.program import Line

MEASURED = ("mean", "variance")
"""What names of arrays begin with that training measures and no slope leads to."""


class LinesOfClass(NumpyPrinter):
    """Prints the lines that predict, in which learned arrays belong to the class."""

    def __init__(self, own: Collection[str]) -> None:
        self.own = own

    def name(self, name: str) -> str:
        """A name, of the class's or of the function's."""
        return f"self.{name}" if name in self.own else name


class ClassModule(ModulePrinter):
    """Prints trained models for `from model import Net`, and for `python model.py`.

    Attributes:
        needs: what the file needs.
        use: how it is used, in lines of code.
        base: the class that `Net` extends.
        method: its method that predicts.
        run: what makes `outputs` of `X`.
        lines: what prints that method's lines.
    """

    ending = ".py"
    shows = True
    needs: str
    use: str
    base: str
    method: str
    run: str
    lines: type[LinesOfClass]

    def imports(self, module: Module, lines: list[Line]) -> list[str]:
        """What stands before all else."""
        raise NotImplementedError

    def learned(self, module: Module) -> list[str]:
        """The body of `__init__`: the arrays as the class's own, to be trained further where they
        have a slope."""
        raise NotImplementedError

    def needed(self, sample: Sample) -> str:
        """What a file needs, and what it does when it is run."""
        does = "tries itself on" if sample.trial else "predicts"
        return f"It needs {self.needs}, and {does} the rows at its end: python FILE."

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        program, numpy, own = module.program, NumpyPrinter(), self.lines(module.weights)
        lines = [*program.phase("forward"), *module.answering(module.numbers)]
        return join_sections([
            f'"""{module.title}\n\n{self.needed(sample)}\nIn programs:\n{self.use}\n"""',
            "\n".join(self.imports(module, lines)),
            *own.helper_functions(lines),
            *([TEXTS] if any(given.texts for given in module.given) else []),
            *([prepared_function(module, numpy)] if program.phase("prepare") else []),
            "\n".join(weight_lines(module.weights, None)),
            "\n".join([
                f"class Net({self.base}):",
                *indented([
                    f'"""(rows, {module.network.inputs}) inputs -> outputs, for each row."""', "",
                    "def __init__(self):", *indented(self.learned(module)), "",
                    f"def {self.method}(self, X):",
                    *indented([*own.statements(lines), f"return {module.numbers}"]),
                ]),
            ]),
            *([labels_function(module, numpy)] if module.answer(LABEL) else []),
            *(tried if sample.trial else shown)(module, sample, self.run),
        ])  # fmt: skip
