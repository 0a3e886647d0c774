"""What any printed program looks like: neat, and as a person would write it."""

import ast
import re

from syn0.program.activations import SELU_ALPHA, SELU_SCALE

PUBLISHED = {repr(SELU_SCALE), repr(SELU_ALPHA)}
"""Constants of a paper, which programs give in full."""


def assert_neat(text: str) -> None:
    lines = text.splitlines()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)


def assert_plain(text: str, tree: ast.Module | None = None) -> None:
    """No long number, nothing that changes nothing, no `t - 1`."""
    for number in re.findall(r"(?<![\w.])\d+\.?\d*(?:e-?\d+)?", text):
        digits = number.partition("e")[0].replace(".", "").strip("0")
        assert len(digits) <= 12 or number in PUBLISHED, number
    assert not re.search(r"\de[+-]0|\bt - 1\b", text)
    for node in ast.walk(tree or ast.parse(text)):
        assert not vain(node), ast.unparse(node)


def vain(node: ast.AST) -> bool:
    """Whether a part of a program changes nothing, or has a sign too many."""
    match node:
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Mult()):
            return True
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow(), right=ast.Constant(value=1)):
            return True
        case ast.BinOp(op=ast.FloorDiv(), right=ast.Constant(value=1)):
            return True
        case ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant(value=0)):
            return True
        case ast.BinOp(left=ast.Constant(value=0), op=ast.Add() | ast.Sub()):
            return True
        case ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.UnaryOp(op=ast.USub())):
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.UnaryOp(op=ast.USub())):
            return True
    return False
