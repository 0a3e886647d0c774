"""Trained models for other programs to run, their preprocessing inside: ONNX, and every language
that trained models are written in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import DTypeLike

from syn0.files.atomic import write_whole
from syn0.models.module import module_of
from syn0.models.script import program_text, trial
from syn0.printers import MODULES
from syn0.printers.base import UnsupportedError
from syn0.printers.module import Module
from syn0.spec.checks import choice

if TYPE_CHECKING:
    from syn0.models.network import Network

FORMATS = ("onnx", *MODULES)


def ending_of(to: str) -> str:
    """How the names of a format's files end; ValueError for an unknown one."""
    return ".onnx" if choice("format", to, FORMATS) == "onnx" else MODULES[to].ending


def export(network: Network, path: str | os.PathLike[str], to: str) -> None:
    """Write a network to a file, whole or not at all: see `Network.export`."""
    write_module(module_of(network), network, path, to)


def write_module(module: Module, network: Network, path: str | os.PathLike[str], to: str) -> None:
    """Write the plan of a network's, or of an estimator's around it, to a file."""
    if choice("format", to, FORMATS) == "onnx":
        content = onnx_of(module).SerializeToString()
    else:
        content = program_text(module, trial(network), to).encode()
    write_whole(Path(path), content)


def onnx_of(module: Module, given: DTypeLike | None = None) -> Any:
    """The checked `onnx.ModelProto` of a plan, which takes an `X` of the type `given`.

    Raises:
        ModuleNotFoundError: the package onnx is not installed.
        ValueError: ONNX has no way to say what the network does.
    """
    from syn0.printers.onnx import onnx_model

    try:
        return onnx_model(module, given)
    except UnsupportedError as error:
        raise ValueError(str(error)) from None
