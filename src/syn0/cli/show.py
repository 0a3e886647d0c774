"""How figures are shown to people, and handed to machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from syn0.spec.words import MOST_OF_A_NAME, MOST_SAID, visible

if TYPE_CHECKING:
    from syn0.models import Classification, Evaluation, Fitted, Regression
    from syn0.models.streamed import StreamedFitted

MOST_CLASSES_SHOWN = 20
"""A confusion matrix of more classes does not fit a terminal."""

MOST_ROWS_SHOWN = 50
"""Of more classes, people are shown those with the most rows."""

MOST_CLASSES_TOLD = 50
"""Of more classes, machines get the cells of the confusion matrix that are not 0."""


def show_evaluation(figures: Evaluation, where: str) -> None:
    """Print the figures on stdout."""
    from rich.console import Console

    from syn0.models import Regression

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\nResults on {visible(where, MOST_SAID)}", style="bold", markup=False)
    if isinstance(figures, Regression):
        show_regression(console, figures)
    else:
        show_classification(console, figures)


def rows_in_words(count: int, where: str) -> str:
    """ "178 held-out rows", "1 row of new.csv"."""
    return f"{count:,} {where if count != 1 else where.replace('rows', 'row', 1)}"


def show_regression(console: Any, figures: Regression) -> None:
    """Print R², RMSE and MAE."""
    if figures.r2 is not None:
        console.print(f"  R²    {figures.r2:.4f}")
    console.print(f"  RMSE  {figures.rmse:.6g}")
    console.print(f"  MAE   {figures.mae:.6g}")


def show_classification(console: Any, figures: Classification) -> None:
    """Accuracy and the like, a row for each class, and the confusion matrix."""
    console.print(f"  accuracy  {figures.accuracy:.4f}")
    if figures.log_loss is not None:
        console.print(f"  log loss  {figures.log_loss:.4f}")
    if figures.roc_auc is not None:
        console.print(f"  ROC AUC   {figures.roc_auc:.4f}")
    shown, names = figures.classes, [c.name for c in figures.classes]
    if len(names) > MOST_ROWS_SHOWN:
        shown = tuple(sorted(shown, key=lambda c: -c.rows)[:MOST_ROWS_SHOWN])
    rows = [
        [c.name, f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}", f"{c.rows:,}"]
        for c in shown
    ]
    console.print()
    console.print(plain_table(["class", "precision", "recall", "F1", "rows"], rows))
    if len(shown) < len(names):
        others = len(names) - len(shown)
        console.print(f"\n({others:,} more classes, of no more rows, are in --json)")
    if len(names) > MOST_CLASSES_SHOWN:
        console.print(f"\n(the confusion matrix of {len(names)} classes is in --json)")
        return
    console.print("\nConfusion: a row for each true class, a column for each predicted one")
    confusion = [
        [name, *(str(n) if n else "·" for n in row)]
        for name, row in zip(names, figures.confusion, strict=True)
    ]
    console.print(plain_table(["", *names], confusion))


def plain_table(header: list[str], rows: list[list[str]]) -> Any:
    """A table without lines: the first column to the left, figures to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=True, header_style="bold")
    for place, name in enumerate(header):
        # As text, so that a class called "[red]" is shown and not obeyed.
        table.add_column(
            Text(visible(name, MOST_OF_A_NAME)),
            justify="left" if place == 0 else "right",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*(Text(visible(cell, MOST_OF_A_NAME)) for cell in row))
    return table


def figures_data(figures: Evaluation) -> dict[str, Any]:
    """The figures for machines. `confusion` is the matrix or, of more than MOST_CLASSES_TOLD
    classes, None; then `confused` lists its cells that are not 0."""
    from syn0.models import Regression

    data = asdict(figures)
    if isinstance(figures, Regression):
        return data
    cells, names = data.pop("confused"), [c.name for c in figures.classes]
    if len(names) <= MOST_CLASSES_TOLD:
        return {**data, "confusion": figures.confusion}
    confused = [{"true": names[t], "predicted": names[p], "rows": n} for t, p, n in cells]
    return {**data, "confusion": None, "confused": confused}


def training_data(
    fitted: Fitted | StreamedFitted,
    figures: Evaluation,
    where: str,
    seconds: float,
    out: str | None,
) -> dict[str, Any]:
    """The results of `syn0 train` for machines."""
    network, history = fitted.network, fitted.history
    schema, origin = network.schema, network.origin
    assert schema is not None and origin is not None  # noqa: S101, PT018
    return {
        "data": origin.data,
        "target": schema.target,
        "task": schema.task,
        "classes": schema.classes,
        "network": str(network.spec),
        "engine": history.engine,
        "rows_trained": len(fitted.trained),
        "rows_held_out": len(fitted.held_out),
        "steps": network.steps_taken,
        "stopped": history.stopped,
        "seconds": seconds,
        "reports": [asdict(report) for report in history.reports],
        "evaluated_on": where,
        "figures": figures_data(figures),
        "saved": out,
    }
