"""From program to text: one printer a language, which is imported when it is asked for."""

from syn0.printers.base import UnsupportedError
from syn0.printers.data import MOST_NUMBERS, Data, example_data
from syn0.printers.module import Module, ModulePrinter
from syn0.printers.script import Script, ScriptPrinter
from syn0.spec.lazy import Lazy

PRINTERS: Lazy[ScriptPrinter] = Lazy(
    numpy="syn0.printers.numpy:NumpyPrinter()",
    terse="syn0.printers.terse:TersePrinter()",
    c="syn0.printers.c:CPrinter()",
    cpp="syn0.printers.cpp:CppPrinter()",
    cuda="syn0.printers.cuda:CudaPrinter()",
    d="syn0.printers.d:DPrinter()",
    javascript="syn0.printers.javascript:JavaScriptPrinter()",
    julia="syn0.printers.julia:JuliaPrinter()",
    rust="syn0.printers.rust:RustPrinter()",
    torch="syn0.printers.torch:TorchPrinter()",
    jax="syn0.printers.jax:JaxPrinter()",
    math="syn0.printers.math:MathPrinter()",
    latex="syn0.printers.latex:LatexPrinter()",
    mathml="syn0.printers.mathml:MathmlPrinter()",
)

MODULES: Lazy[ModulePrinter] = Lazy(
    numpy="syn0.printers.numpy_module:NumpyModule()",
    python="syn0.printers.python_module:PythonModule()",
    javascript="syn0.printers.javascript_module:JavaScriptModule()",
    torch="syn0.printers.torch_module:TorchModule()",
    keras="syn0.printers.keras_module:KerasModule()",
    sql="syn0.printers.sql_module:SqlModule()",
    html="syn0.printers.html_module:HtmlModule()",
    pmml="syn0.printers.pmml_module:PmmlModule()",
    c="syn0.printers.c_module:CModule()",
    cpp="syn0.printers.cpp_module:CppModule()",
    rust="syn0.printers.rust_module:RustModule()",
    **{"c-int8": "syn0.printers.c_module:CModuleInEightBits()"},
)
"""What prints trained models."""

__all__ = [
    "MODULES",
    "MOST_NUMBERS",
    "PRINTERS",
    "Data",
    "Module",
    "ModulePrinter",
    "Script",
    "ScriptPrinter",
    "UnsupportedError",
    "example_data",
]
