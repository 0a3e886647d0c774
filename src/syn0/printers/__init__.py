"""From program to text: one printer a language."""

from syn0.printers.base import UnsupportedError
from syn0.printers.c import CPrinter
from syn0.printers.data import MOST_NUMBERS, Data, example_data
from syn0.printers.javascript import JavaScriptPrinter
from syn0.printers.javascript_module import JavaScriptModule
from syn0.printers.module import Module, ModulePrinter
from syn0.printers.numpy import NumpyPrinter
from syn0.printers.numpy_module import NumpyModule
from syn0.printers.script import Script, ScriptPrinter
from syn0.printers.terse import TersePrinter

PRINTERS: dict[str, ScriptPrinter] = {
    "numpy": NumpyPrinter(),
    "terse": TersePrinter(),
    "c": CPrinter(),
    "javascript": JavaScriptPrinter(),
}

MODULES: dict[str, ModulePrinter] = {"numpy": NumpyModule(), "javascript": JavaScriptModule()}
"""What prints trained models."""

__all__ = [
    "MODULES",
    "MOST_NUMBERS",
    "PRINTERS",
    "CPrinter",
    "Data",
    "JavaScriptPrinter",
    "Module",
    "ModulePrinter",
    "NumpyPrinter",
    "Script",
    "ScriptPrinter",
    "TersePrinter",
    "UnsupportedError",
    "example_data",
]
