"""From lines to statements: what a line does, as loops over single numbers that any language with
loops can spell."""

from syn0.lower.loops import Kernel, function_of_entry, kernels
from syn0.lower.statements import Array, Entry, Let, Loop, Set, Statement, names_asked, values_in

__all__ = [
    "Array",
    "Entry",
    "Kernel",
    "Let",
    "Loop",
    "Set",
    "Statement",
    "function_of_entry",
    "kernels",
    "names_asked",
    "values_in",
]
