"""`syn0 export`: a saved model for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from syn0.cli.command import Sections, message
from syn0.cli.options import FILE, FORCE
from syn0.spec.names import NAMES


@click.command(cls=Sections)
@click.argument("model", type=FILE)
@click.option("--to", default="onnx", show_default=True, metavar="FORMAT",
              help=f"What to write: {', '.join(NAMES['format'])}; c-int8 has weights of 8 bits."
              )  # fmt: skip
@click.option("--out", type=FILE, metavar="FILE",
              help="Where to; default MODEL's name, with the format's ending.")  # fmt: skip
@FORCE
def export(model: str, to: str, out: str | None, force: bool) -> None:
    """Write MODEL in a format that other programs run, its preprocessing inside.

    ONNX takes a table's columns, an input each, and gives label and probabilities of classes, or
    the variable that is predicted. It needs pip install 'syn0[onnx]'.

    \b
    syn0 export titanic.safetensors --to onnx
    syn0 export titanic.safetensors --to javascript --out titanic.mjs
    """
    from syn0.cli.outputs import check_output, is_export
    from syn0.models.export import ending_of
    from syn0.saving import load

    ending = ending_of(to)
    saved = load(model)
    if not hasattr(saved, "export"):
        raise ValueError(
            f"{model} holds a {type(saved).__name__}, and export writes a network or an estimator: "
            "save the estimator at its end by itself, or convert all of it with skl2onnx after "
            "syn0.estimators.onnx.register_converters()"
        )
    path = out or str(Path(model).with_suffix(ending))
    check_output(path, "the model", reads={"the model": model}, ours=is_export, force=force)
    saved.export(path, to=to)
    message(f"Saved {path}")
