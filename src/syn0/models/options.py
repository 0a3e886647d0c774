"""What a user may say about training on a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from syn0.models.settings import (
    NETWORK_SETTINGS,
    TRAINING_SETTINGS,
    check_alone,
    refuse_unknown,
)
from syn0.spec import Layer
from syn0.spec.checks import real, seed_number
from syn0.spec.defaults import SEED, VALIDATION
from syn0.spec.doors import door, doors


@doors
@dataclass(frozen=True)
class TableOptions:
    """What a user may say about training on a table; None leaves the choice to syn0.

    Attributes:
        sizes: the whole network; columns then go in as they are and the rest is the tutorial's.
        hidden: units of the hidden layers, for the practitioner's pipeline; () for no such layer.
        layers: the layers one by one; the inputs then are the columns, prepared.
        task: "classification" or "regression"; by default told from the target.
        holdout: fraction of the rows held out for evaluation; 0 for none.
        sample_weight: the column that says how much each row counts; it is no input.
        class_weight: from class names to how much their rows count, or "balanced".
        network: settings of the network by name, as in `Network`.
        training: settings of the training by name, as in `Network.train`.
        validation: fraction of the rows trained on that is set apart for `patience` to watch.
        seed: of the split, the start weights, the order of batches and the masks.
    """

    sizes: tuple[int, ...] | None = None
    hidden: tuple[int, ...] | None = None
    layers: tuple[Layer, ...] | None = None
    task: str | None = None
    holdout: float | None = None
    sample_weight: str | None = None
    class_weight: Mapping[str, float] | str | None = None
    network: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    validation: float = VALIDATION
    seed: int = SEED

    def __post_init__(self) -> None:
        given = [n for n in ("sizes", "hidden", "layers") if getattr(self, n) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} both describe layers: give one of them")

    def check(self) -> None:
        """Refuse what no table could make right, so that nobody waits for one to be read first.

        Raises:
            TypeError, ValueError: a value that is not allowed.
        """
        seed_number(self.seed)
        if self.holdout is not None:
            real("holdout", self.holdout, least=0, below=1)
        check_alone({**self.network, **self.training})


@door
def table_options(**settings: Any) -> TableOptions:
    """Options from one flat list of settings by name.

    Raises:
        TypeError: an unknown name.
    """
    own = [f.name for f in fields(TableOptions) if f.name not in ("network", "training")]
    known = list(dict.fromkeys([*own, *NETWORK_SETTINGS, *TRAINING_SETTINGS]))
    refuse_unknown(settings, known, "training on a table")
    given = {name: value for name, value in settings.items() if value is not None}
    return TableOptions(
        **{name: given[name] for name in own if name in given},
        network={n: given[n] for n in NETWORK_SETTINGS if n in given and n != "seed"},
        training={n: given[n] for n in TRAINING_SETTINGS if n in given},
    )
