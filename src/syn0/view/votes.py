"""How the examples voted on one weight, as the page shows it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from syn0.explain import Contributions, Trace
from syn0.spec.words import visible
from syn0.view.protocol import Message
from syn0.view.shown import written

MOST_VOTES = 12
"""Examples that are listed; of more the largest, and the sum of the others."""


def split(trace: Trace, weight: str, i: int, j: int, place: tuple[int, ...]) -> Message:
    """A weight's update over the examples: the products and the rounding, added up from left to
    right, are the line's own value, bit for bit."""
    found = trace.contributions(weight, *place)
    parts = found.parts
    places = found.largest if len(parts) > MOST_VOTES else np.arange(len(parts))
    listed, rest = parts[places], np.delete(parts, places)
    others = rest.sum() if len(rest) else parts.dtype.type(0)
    terms = np.append(listed, others) if len(rest) else listed
    with np.errstate(all="ignore"):
        rounding = found.pull - np.add.accumulate(terms)[-1]
    layer = int(re.sub(r"\D", "", weight) or 0) + (not weight.startswith(("scale", "shift")))
    new = found.old if found.new is None else found.new
    sums = np.array([others, rounding, found.pull, found.old, new], np.float64)
    header = {
        "type": "split",
        "weight": weight,
        "i": i,
        "j": j,
        "step": trace.step,
        "input_name": "1" if weight.startswith("bias") else f"l{layer - 1}",
        "delta_name": f"l{layer}_delta",
        "votes": [vote(found, int(k)) for k in places],
        "products": 0,
        "others": written(others) if len(rest) else "",
        "sums": 1,
        "rounding": written(rounding),
        "total": written(found.pull),
        "old": written(found.old),
        "new": written(new),
        "stages": [
            {"name": visible(stage.text, 200), "text": written(stage.value)}
            for stage in found.stages
        ],
    }
    return header, [np.asarray(listed, np.float64), sums]


def vote(found: Contributions, k: int) -> dict[str, Any]:
    """An example's part of the update, and what it is the product of."""
    return {
        "row": int(found.rows[k]),
        "input": written(found.inputs[k]),
        "delta": written(found.deltas[k]),
        "text": written(found.parts[k]),
    }
