"""From program to text: one printer a language."""

from typing import Protocol

from syn0.printers.base import UnsupportedError
from syn0.printers.c import CPrinter
from syn0.printers.data import MOST_NUMBERS, Data, example_data
from syn0.printers.numpy import NumpyPrinter
from syn0.printers.terse import TersePrinter
from syn0.program import Program
from syn0.spec import NetworkSpec, Training


class ScriptPrinter(Protocol):
    """What prints whole programs in a language."""

    language: str

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """A standalone program; UnsupportedError, naming what the language cannot say."""


PRINTERS: dict[str, ScriptPrinter] = {
    "numpy": NumpyPrinter(),
    "terse": TersePrinter(),
    "c": CPrinter(),
}

__all__ = [
    "MOST_NUMBERS",
    "PRINTERS",
    "CPrinter",
    "Data",
    "NumpyPrinter",
    "ScriptPrinter",
    "TersePrinter",
    "UnsupportedError",
    "example_data",
]
