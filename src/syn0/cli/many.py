"""`syn0 train --seeds --learning-rates`: many networks at once, of which the best is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from syn0.cli.command import QUIET, asked_for, hushed
from syn0.cli.options import flags_given

if TYPE_CHECKING:
    from syn0.models import Fitted, Many, Network, Plan
    from syn0.models.streamed import StreamedPlan

ASK = ("seeds", "learning_rates")
"""The options that ask for many networks."""

NOT_OF_MANY = (
    "resume", "checkpoint", "checkpoint_every", "keep", "report_every", "processes", "distributed",
)  # fmt: skip
"""Options for the training of a single one."""


def many_asked(options: dict[str, Any]) -> bool:
    """Whether many networks are to be trained; ValueError where that does not go together, or
    their seeds or rates are none."""
    if not (asked := flags_given(options, ASK)):
        return False
    given = {**options, "distributed": options["distributed"] or None}
    if alone := flags_given(given, NOT_OF_MANY):
        raise ValueError(f"{asked}: many networks are trained at once, without {alone}")
    if options["learning_rates"] is not None and options["learning_rate"] is not None:
        raise ValueError("give --learning-rate or --learning-rates, one of the two")
    from syn0.models import check_grid

    check_grid(seeds_asked(options["seeds"]), rates_asked(options["learning_rates"]))
    return True


def seeds_asked(text: str | None) -> int | list[int] | None:
    """ "100" is a number of networks; "3,5,8" are their seeds."""
    if text is None:
        return None
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"--seeds {text!r} is neither a number of networks, such as 100, nor a list of seeds, "
            "such as 3,5,8"
        ) from None
    return numbers if len(numbers) > 1 else numbers[0]


def rates_asked(text: str | None) -> list[float] | None:
    """ "0.1,0.3,1" as numbers."""
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"--learning-rates {text!r} is no list of numbers, such as 0.1,0.3,1"
        ) from None


def fit_many(
    plan: Plan | StreamedPlan, options: dict[str, Any], save: Callable[[Network], None] | None
) -> tuple[Fitted, Many, int | None]:
    """Train them, and save the best before anything else can go wrong: that one, all of them, and
    the number of the signal that asked for an end.

    Raises:
        NonFiniteError: none has learned.
        ValueError: the rows are on disk.
    """
    from syn0.models import Means, Plan
    from syn0.training import NonFiniteError
    from syn0.training.interrupt import ENDING, catching_interrupt

    if not isinstance(plan, Plan):
        raise ValueError(
            "many networks learn from rows in memory, and these stream from disk: allow more by "
            "--max-memory, or train one network at a time"
        )
    means = Means(*(options[n] for n in ("engine", "threads", "device", "matmul_precision")))
    with catching_interrupt(*(ENDING if save else ())) as interrupt, hushed():
        many = plan.fit_many(
            seeds_asked(options["seeds"]),
            rates_asked(options["learning_rates"]),
            means,
            progress=not asked_for(QUIET),
        )
        interrupt.patient = True  # amid the file no signal ends the process
        if not many.learned.any():
            raise NonFiniteError(f"none of the networks has learned: {many.what_went_wrong}")
        best = plan.best_of(many)
        if save is not None:
            save(best.network)
    return best, many, interrupt.number


def many_data(many: Many) -> list[dict[str, Any]]:
    """What each network is, how well it does and how it ended, for machines."""
    return [
        {
            "seed": member.seed,
            "learning_rate": member.learning_rate,
            "loss": member.loss if learned else None,
            "error": member.error if learned else None,
            "stopped": member.history.stopped,
        }
        for member, learned in zip(many.members, many.learned, strict=True)
    ]
