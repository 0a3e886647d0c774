"""What a description becomes: lines of expressions, and what they mean."""

from syn0.program.activations import (
    ACTIVATIONS,
    Activation,
    Helper,
    activate,
    delta,
    formula,
    helper,
    is_helper,
)
from syn0.program.checker import ProgramError, check
from syn0.program.expressions import Apply, Const, Expr, Name, names_in, operations_in, substitute
from syn0.program.operations import OPERATIONS, Operation, Shape, evaluate
from syn0.program.program import PHASES, Line, Program, reads

__all__ = [
    "ACTIVATIONS",
    "OPERATIONS",
    "PHASES",
    "Activation",
    "Apply",
    "Const",
    "Expr",
    "Helper",
    "Line",
    "Name",
    "Operation",
    "Program",
    "ProgramError",
    "Shape",
    "activate",
    "check",
    "delta",
    "evaluate",
    "formula",
    "helper",
    "is_helper",
    "names_in",
    "operations_in",
    "reads",
    "substitute",
]
