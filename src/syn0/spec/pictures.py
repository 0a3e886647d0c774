"""How a thing is drawn: by a function of `syn0.plots`, which stands above all that it draws and is
reached by its name when a picture is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def drawn_by(name: str, what: str) -> Callable[..., Any]:
    """A method `plot` that draws its object by a function of `syn0.plots`."""

    def plot(self: Any, *args: Any, ax: Any = None, **settings: Any) -> Any:
        return getattr(import_module("syn0.plots"), name)(self, *args, ax=ax, **settings)

    plot.__doc__ = (
        f"Draw {what}, on the axes `ax` or on new ones, which are returned; needs Matplotlib, as "
        f"`pip install 'syn0[plot]'` brings it. See `syn0.plots.{name}` for its settings."
    )
    return plot
