"""Pictures as files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

from syn0.files.atomic import write_whole
from syn0.plots.style import need_matplotlib, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARPNESS = 150
"""Dots an inch, of pictures that are made of dots."""

MAKER = {".png": "Software", ".svg": "Creator", ".pdf": "Creator"}
"""What a file says of who made it, by its ending."""


def check_picture(path: Path) -> None:
    """Refuse at once what could not be drawn in the end.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: a name that does not end as a picture's.
        FileNotFoundError: a folder that does not exist.
    """
    need_matplotlib()
    if path.suffix[1:].lower() not in new_figure().canvas.get_supported_filetypes():
        raise ValueError(f"{path} is no name of a picture: end it with .png, .svg or .pdf")
    if not path.resolve().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")


def save_picture(figure: Figure, path: Path) -> None:
    """Write a figure, in the form that the name ends with, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    ending = path.suffix.lower()
    made_by: dict[str, Any] = {MAKER[ending]: "syn0"} if ending in MAKER else {}
    drawn = BytesIO()
    with catch_warnings():  # of letters that the font lacks: boxes stand for them
        filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(drawn, format=ending[1:], dpi=SHARPNESS, metadata=made_by or None)
    write_whole(path, drawn.getvalue(), "the picture")
