"""`syn0 export`: a saved model for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from syn0.cli.options import message


@click.command()
@click.argument("model")
@click.option("--to", default="onnx", show_default=True, metavar="FORMAT",
              help="What to write: onnx.")  # fmt: skip
@click.option("--out", metavar="FILE", help="Where to; default MODEL's name, ending in .onnx.")
def export(model: str, to: str, out: str | None) -> None:
    """Write MODEL in a format that other programs run, its preprocessing inside.

    ONNX takes a table's columns, an input each, and gives label and probabilities of classes, or
    the variable that is predicted. It needs pip install 'syn0[onnx]'.

    \b
    syn0 export titanic.safetensors --to onnx
    syn0 export titanic.safetensors --to onnx --out titanic.onnx
    """
    from syn0.models import load

    network = load(model)
    path = Path(out) if out else Path(model).with_suffix(".onnx")
    if path.exists() and path.samefile(model):
        raise ValueError(f"{path} is the model itself: name another file with --out")
    network.export(path, to=to)
    message(f"Saved {path}")
