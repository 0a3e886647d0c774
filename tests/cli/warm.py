"""What a process imports that commands are forked from (tests/cli/forks.py): all that they do.

None of these commands starts a thread, which forks would lack.
"""

import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout

import polars  # noqa: F401

import tests.cli.forks  # noqa: F401
from syn0.cli import cli

with (
    tempfile.TemporaryDirectory() as folder,
    redirect_stdout(io.StringIO()),
    redirect_stderr(io.StringIO()),
):
    model = f"{folder}/model"
    for words in (
        f"train xor --net 3-1 --steps 2 --report-every 1 --engine numpy --out {model}",
        f"train xor --hidden 4 --epochs 1 --holdout 0 --engine numpy --out {model} --force",
        f"predict {model} xor --out {folder}/answers",
        f"evaluate {model} xor",
        "write 3-1 --diff --bias",
        "tour --list",
    ):
        cli.main(words.split(), standalone_mode=False)
