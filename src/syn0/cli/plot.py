"""`syn0 plot`: a picture of a network, of its run, or of what it predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import QUIET, Sections, asked_for, message
from syn0.cli.explain import place_of, replay_on, replayed
from syn0.cli.networks import (
    class_weights_of,
    is_description,
    is_model,
    refuse_settings,
    saved_network,
    with_file,
)
from syn0.cli.options import (
    FILE,
    FORCE,
    OPTION_NAMES,
    activation_names,
    tell_unknown_texts,
    waiting,
)
from syn0.cli.reading import (
    named_table,
    options_of_a_run,
    refuse_without_data,
    tell_notes,
    tell_reading,
)
from syn0.cli.show import rows_in_words
from syn0.spec.once import once
from syn0.spec.training import round_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from syn0.data import Table
    from syn0.explain import Replay
    from syn0.models import Fitted, Network, Plan
    from syn0.spec import Training
    from syn0.training import History

MOST_MARKS = 8
"""Figures that are written beside a curve."""

FINER = 50
"""Points that a curve has for each report that training would make."""

TUTORIALS = {1: "correlated", 2: "xor"}
"""The data of a net of 3 inputs and 1 output, by its number of layers; of more, those of two."""


class Fresh:
    """A network that is trained first, as `syn0 train DATA --net NET` does."""

    def __init__(self, net: str, options: dict[str, Any]) -> None:
        self.net = net
        self.options = with_file(net, options, ("data", "target", "drop"))
        refuse_without_data(self.options)

    @once
    def plan(self) -> Plan:
        """The rows, and how it is trained on them."""
        from syn0.models import plan_table, table_options
        from syn0.spec import parse_sizes

        own = self.options
        if "layers" in own:
            raise ValueError(f"{self.net} lists layers: train it, and draw the model that is saved")
        settings = {name: own.get(name) for name in ("seed", *OPTION_NAMES)}
        settings["sizes"] = parse_sizes(own["net"])
        settings["activation"] = activation_names(own.get("activation"))
        settings["class_weight"] = class_weights_of(own, ())
        wanted = table_options(**settings)
        wanted.check()  # before a large table is read
        plan = plan_table(self.table, wanted)
        return replace(plan, training=finer(plan.training, len(plan.trained)))

    @once
    def table(self) -> Table:
        """The table of all rows."""
        from syn0.spec import parse_sizes

        own = self.options
        if (data := own.get("data")) is None:
            inputs, *hidden, outputs = parse_sizes(own["net"])
            if (inputs, outputs) != (3, 1):
                raise ValueError(f"{own['net']} needs rows to learn: name some with --data")
            data = TUTORIALS[min(len(hidden) + 1, 2)]
        table = named_table(data, own)
        tell_reading(table)
        return table

    @once
    def fitted(self) -> Fitted:
        """What training led to."""
        return self.plan.fit(progress=not asked_for(QUIET))

    @property
    def network(self) -> Network:
        """As it stands after training."""
        return self.fitted.network

    @property
    def history(self) -> History:
        """The history of the run."""
        return self.fitted.history

    @once
    def replay(self) -> Replay:
        """The training that led there."""
        return replay_on(self.plan.examples, self.network)

    @property
    def judged(self) -> tuple[Table, str]:
        """The rows that it is judged on, and words for them."""
        return self.fitted.judged()


class Saved:
    """A network out of a file."""

    def __init__(self, path: str, options: dict[str, Any]) -> None:
        refuse_settings(path, options)
        refuse_without_data(options)
        self.path, self.options = path, options
        self.network = saved_network(path)
        self.is_plain = self.network.schema is None

    @once
    def table(self) -> Table:
        """All rows: of the data that are named, or of those that it was trained on."""
        from syn0.cli.write import table_of_its_own

        schema, data = self.network.schema, self.options["data"]
        if self.is_plain:
            return self.plain_table()
        assert schema is not None  # noqa: S101  (it is not plain)
        if data is None:
            table, why = table_of_its_own(self.network)
            if table is None:
                raise ValueError(f"{why}: name rows with --data")
            return table
        float32 = self.network.spec.dtype == "float32"
        table = named_table(data, self.options, schema, float32=float32)
        tell_notes(table.notes)
        tell_unknown_texts(schema.unknown_texts(table))
        return table

    def plain_table(self) -> Table:
        """All rows, whose columns go in as they are, as the arrays did that it was trained on."""
        from syn0.models.tables import plain_schema

        if (data := self.options["data"]) is None:
            raise ValueError(
                f"{self.path} was trained on arrays, which it does not hold: name rows with --data"
            )
        table = named_table(data, self.options)
        tell_notes(table.notes)
        self.network.schema = plain_schema(table, self.network.spec)
        return table

    @once
    def replay(self) -> Replay:
        """The training that led there."""
        return replayed(self.path, self.options)

    @once
    def history(self) -> History:
        """The history of the run, which is taken again from its start, as the file does not hold
        it."""
        from syn0.cli.write import table_of_its_own

        if self.options["data"] is None:
            table, why = table_of_its_own(self.network)
            if table is None:
                raise ValueError(
                    f"{self.path} holds no history, and its steps cannot be taken again, as {why}: "
                    "name the rows with --data"
                )
        replay = self.replay
        if not replay.now.step:
            raise ValueError(f"{self.path} was never trained: it has no run to draw")
        job = replay.job
        fine = replace(job, training=finer(job.training, job.rows))
        run = replace(replay, job=fine).run(0)
        run.end = replay.now.step
        with waiting(f"taking {run.end:,} steps again"):
            return run.go()

    @property
    def judged(self) -> tuple[Table, str]:
        """The rows that it is judged on, and words for them."""
        from syn0.models import judged_rows

        if self.is_plain:
            return self.table, f"rows of {self.table.name} (its file does not say which it learned)"
        return judged_rows(self.network, self.table)


Subject = Fresh | Saved


def finer(training: Training, rows: int) -> Training:
    """The training with so many reports that they make a curve, where their number is left open."""
    if training.counts_epochs or training.solver is not None or training.report_every is not None:
        return training
    return replace(training, report_every=max(training.interval(rows) // FINER, 1))


def of_run(name: str) -> Callable[[Subject, Figure], None]:
    """A picture of a figure over the steps, with the figures of few reports written."""

    def draw(subject: Subject, figure: Figure) -> None:
        from syn0.plots import history

        run = subject.history
        training, rows = subject.replay.job.training, subject.replay.job.rows
        interval = round_interval(training.total_steps(rows))
        own = [] if training.counts_epochs else [s for s in run.step if s % interval == 0]
        history(run, name, marks=own if len(own) <= MOST_MARKS else (), ax=figure)

    return draw


def of_network(name: str) -> Callable[[Subject, Figure], None]:
    """A picture of what a network holds."""

    def draw(subject: Subject, figure: Figure) -> None:
        from syn0 import plots

        layer = () if name == "network" else (subject.options["layer"],)
        getattr(plots, name)(subject.network, *filter(None, layer), ax=figure)

    return draw


def activation(subject: Subject, figure: Figure) -> None:
    """The curve of a layer's activation."""
    from syn0 import plots
    from syn0.cli.networks import described
    from syn0.spec.checks import choice

    # A description needs no training to be known.
    known = subject.network if isinstance(subject, Saved) else described(subject.options)[0]
    spec = known.spec
    layers = {f"l{k}": layer.activation for k, layer in enumerate(spec.dense, 1)}
    chosen = choice("layer", subject.options["layer"] or "l1", layers)
    plots.activation(layers[chosen], ax=figure)


def slopes(subject: Subject, figure: Figure) -> None:
    """Where units sit on their curve in the step that comes next."""
    subject.replay.trace().slopes().plot(subject.options["layer"], ax=figure)


def update(subject: Subject, figure: Figure) -> None:
    """A weight's update, split over the examples."""
    options = subject.options
    place = place_of(options["weight"] or "syn0[0,0]")
    step = options["step"]
    trace = subject.replay.trace(step)
    trace.contributions(*place).plot(ax=figure)


def hidden(subject: Subject, figure: Figure) -> None:
    """Hidden units before and after training."""
    from syn0.plots import hidden_units

    hidden_units(subject.replay, *filter(None, [subject.options["layer"]]), ax=figure)


def correlations(subject: Subject, figure: Figure) -> None:
    """What goes with the target."""
    subject.replay.statistics().plot(subject.options["layer"], ax=figure)


def regions(subject: Subject, figure: Figure) -> None:
    """What is said of each pair of two inputs."""
    from syn0 import plots

    two = subject.options["columns"]
    columns: Sequence[Any] = [name.strip() for name in two.split(",")] if two else (0, 1)
    plots.regions(subject.network, subject.table, inputs=columns, ax=figure)


def confusion(subject: Subject, figure: Figure) -> None:
    """Which classes are taken for which."""
    from syn0 import plots
    from syn0.models import evaluate

    table, where = subject.judged
    plots.confusion(evaluate(subject.network, table), ax=figure)
    message(f"Judged on: {rows_in_words(len(table), where)}")


def answers(subject: Subject) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """True answers, given ones, and probabilities, of the rows that it is judged on."""
    from syn0.models import truth_and_answers

    table, where = subject.judged
    found = truth_and_answers(subject.network, table)
    message(f"Judged on: {rows_in_words(len(table), where)}")
    return found


def reliability(subject: Subject, figure: Figure) -> None:
    """Whether it is right as often as it says."""
    from syn0 import plots

    truth, _, probabilities = answers(subject)
    if probabilities is None:
        raise ValueError("only outputs of sigmoid or softmax that tell classes are probabilities")
    schema = subject.network.schema
    assert schema is not None and schema.classes  # noqa: S101, PT018  (it has been judged)
    plots.reliability(truth, probabilities, name=schema.classes[-1], ax=figure)


def residuals(subject: Subject, figure: Figure) -> None:
    """How far off its numbers are."""
    from syn0 import plots

    truth, predicted, _ = answers(subject)
    schema = subject.network.schema
    assert schema is not None  # noqa: S101  (it has been judged)
    if schema.task != "regression":
        raise ValueError("classes have no residuals: draw confusion or reliability")
    plots.residuals(truth, predicted, name=schema.target, ax=figure)


KINDS: dict[str, tuple[str, Callable[[Subject, Figure], None]]] = {
    "loss": ("how the loss falls over the steps of the run", of_run("loss")),
    "error": ("how the mean absolute error falls", of_run("error")),
    "weights": ("an array of it as a map (--layer syn0)", of_network("weights")),
    "images": ("each unit's weights in the shape of the images", of_network("images")),
    "network": ("units, and weights as lines between them", of_network("network")),
    "activation": ("a layer's curve, with tangents (--layer l1)", activation),
    "slopes": ("where a layer's units sit on their curve", slopes),
    "update": ("how each row pushes a weight (--weight syn0[2,1] --step 0)", update),
    "hidden": ("hidden units before and after training", hidden),
    "correlations": ("what goes with the target, at the start and now", correlations),
    "regions": ("what is said of two inputs (--columns age,fare)", regions),
    "confusion": ("which classes are taken for which", confusion),
    "reliability": ("whether it is right as often as it says", reliability),
    "residuals": ("how far off its numbers are", residuals),
}
"""What each kind shows, and what draws it."""

USES = {
    "layer": ("weights", "images", "activation", "slopes", "hidden", "correlations"),
    "weight": ("update",),
    "step": ("update",),
    "columns": ("regions",),
}
"""The kinds that an option is for."""


class WithKinds(Sections):
    """A command whose help lists the kinds."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text, and the kinds below it."""
        super().format_help_text(ctx, formatter)
        with formatter.section("KIND"):
            formatter.write_dl([(name, words) for name, (words, _) in KINDS.items()])


@click.command(cls=WithKinds)
@click.argument("net", type=FILE, metavar="MODEL|NET")
@click.argument("kind", type=click.Choice([*KINDS]), metavar="KIND")
@click.option("-o", "--out", type=FILE, required=True, metavar="FILE",
              help="The picture: its ending, .png, .svg or .pdf, says in which form.")  # fmt: skip
@click.option("--layer", metavar="NAME", help="The array or layer, such as syn0 or l1.")
@click.option("--weight", metavar="NAME[I,J]", help="The weight whose update is split.")
@click.option("--step", type=int, metavar="N",
              help="Of an update: which step, counted from 0; default the next.")  # fmt: skip
@click.option("--columns", metavar="COLUMN,COLUMN",
              help="Of regions: the two columns; default the first two.")  # fmt: skip
@options_of_a_run("The rows that are learned, or judged.")
@FORCE
def plot(net: str, kind: str, out: str, force: bool, **options: Any) -> None:
    """Draw a saved MODEL, or NET after training it, as a picture.

    A NET, sizes such as 3-4-1 or a TOML file, learns the rows of --data or, of 3 inputs and 1
    output, the tutorial's. A model's rows are those of --data or those that it was trained on; the
    steps of its run are taken again. Needs Matplotlib: pip install 'syn0[plot]'.

    \b
    syn0 plot 3-4-1 error -o error.png
    syn0 plot 3-4-1 update --weight syn0[2,1] --step 0 -o update.svg
    syn0 plot model.safetensors confusion -o confusion.pdf
    """
    from syn0.cli.outputs import check_drawing
    from syn0.plots.files import save_picture
    from syn0.plots.style import new_figure

    refuse_idle(kind, options)
    config = net if is_description(net) else None
    model = net if is_model(net) else None
    check_drawing(out, {"the model": model, "the network": config, "the data": options["data"]},
                  force=force)  # fmt: skip
    subject = Fresh(net, options) if model is None else Saved(net, options)
    figure = new_figure()
    KINDS[kind][1](subject, figure)
    save_picture(figure, Path(out))
    message(f"Drawn: {out}")


def refuse_idle(kind: str, options: dict[str, Any]) -> None:
    """ValueError for options that a kind does not look at."""
    for name, kinds in USES.items():
        if options[name] is not None and kind not in kinds:
            raise ValueError(f"--{name} belongs to {', '.join(kinds)}: leave it out of {kind}")
