"""From program to text: one printer a language."""

from syn0.printers.base import UnsupportedError
from syn0.printers.data import Data, example_data
from syn0.printers.numpy import NumpyPrinter
from syn0.printers.terse import TersePrinter

PRINTERS = {"numpy": NumpyPrinter(), "terse": TersePrinter()}

__all__ = ["PRINTERS", "Data", "NumpyPrinter", "TersePrinter", "UnsupportedError", "example_data"]
