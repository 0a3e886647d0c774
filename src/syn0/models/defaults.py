"""The practitioner's defaults: what is chosen for a table where nobody says otherwise.

docs/tabular.md and docs/knobs.md say what each of them earns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from syn0.data import Schema
from syn0.derive import LOSSES
from syn0.models.options import TableOptions
from syn0.models.settings import make_training
from syn0.spec import SOLVERS, Training
from syn0.spec.choices import chosen

DEFAULT_NETWORK = {"activation": "relu", "bias": True, "init": "he_uniform", "dtype": "float32"}
DROPOUT = {"dropout": 0.2}
DROPOUT_FOR_IMAGES = {"dropout": 0.3, "input_dropout": 0.1}
DEFAULT_OPTIMIZER = {"optimizer": "adamw", "learning_rate": 0.01, "schedule": "one_cycle"}
DECAY_ROWS, DECAYS = 500, (0.3, 1.0)
OPTIMIZER_FOR_IMAGES = {**DEFAULT_OPTIMIZER, "learning_rate": 0.003, "weight_decay": 0.1}
STEPS, STEPS_FOR_IMAGES = 1500, 5000
EPOCHS = (40, 400)


def default_dropout(options: TableOptions, schema: Schema) -> dict[str, Any]:
    """Dropout where layers are not described one by one, nor a solver needs a loss that stays."""
    if options.layers is not None or options.training.get("optimizer") in SOLVERS:
        return {}
    return DROPOUT_FOR_IMAGES if schema.image_shape else DROPOUT


def default_loss(options: TableOptions, schema: Schema) -> tuple[str, str]:
    """The loss that is asked for or fits the target, and the output that fits it."""
    if schema.task == "regression":
        loss = "squared_error"
    else:
        loss = "binary_cross_entropy" if schema.n_outputs == 1 else "cross_entropy"
    loss = options.network.get("loss", loss)
    row = chosen("loss", loss, LOSSES).row
    # The tutorial's sigmoid would keep a standardised number within 0 to 1.
    numbers = schema.task == "regression" and "identity" in row.activations
    return loss, "identity" if numbers else row.output


def default_training(options: TableOptions, schema: Schema, rows: int) -> Training:
    """The practitioner's training: AdamW on mini-batches, through one cycle of the learning rate.

    Small tables get more epochs, so that each network takes some thousands of steps; all rows are
    trained on and the last weights kept, as the cycle's end is where they are best. Where
    `patience` asks for validation, it watches, for classes, the mean absolute error: it follows
    the accuracy more closely than the loss does and, unlike the accuracy, still moves when every
    row is right. Outputs for sides are no shares, though: beyond the margin they miss by more, and
    are all the better.
    """
    usual = {} if "optimizer" in options.training else default_optimizer(schema, rows)
    given = {"reduction": "mean", **usual, **options.training}
    full = given.get("optimizer") in SOLVERS
    if "batch_size" not in given and not full:
        given["batch_size"] = min(default_batch_size(rows), max(1, rows // 2))
    if given.get("steps") is None and given.get("epochs") is None:
        batch_size = given.get("batch_size") or rows
        steps = STEPS_FOR_IMAGES if schema.image_shape else STEPS
        given["epochs"] = int(np.clip(steps * max(batch_size, 1) // rows, *EPOCHS))
    loss = chosen("loss", default_loss(options, schema)[0], LOSSES)
    if schema.task == "classification" and loss.row.targets != "sides":
        given.setdefault("monitor", "error")
    return make_training(given)


def default_optimizer(schema: Schema, rows: int) -> dict[str, Any]:
    """AdamW. Of tables, the fewer the rows, the more of them a network can learn by heart, and the
    more its weights decay; images ask for less of it."""
    if schema.image_shape:
        return OPTIMIZER_FOR_IMAGES
    decay = round(float(np.clip(DECAY_ROWS / rows, *DECAYS)), 3)
    return {**DEFAULT_OPTIMIZER, "weight_decay": decay}


def default_batch_size(rows: int) -> int:
    """32 rows, and more for large tables, up to 512."""
    return int(2 ** np.clip(np.round(np.log2(rows / 300)), 5, 9))
