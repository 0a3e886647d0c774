"""The processes of a cluster, for test_cluster.py: they train the cases, and the first one saves
what came of them in the folder that is given."""

import os
import sys
import traceback
from pathlib import Path

import numpy as np

import syn0
from syn0 import Activation, BatchNorm, Checkpoints, Dense, Dropout, Network, Noise
from syn0.data.passes import passes
from syn0.models import table_options
from syn0.models.spread import spread_over
from syn0.models.streamed import plan_streamed

ROWS = 203
generator = np.random.RandomState(3)
X = generator.normal(size=(ROWS, 6))
Y = (X.sum(axis=1) > 0) * 1.0

RICH = [Dropout(0.2), Dense(7), BatchNorm(), Activation("relu"), Noise(0.1), Dense(1)]
PLAIN = [Dense(5), Dense(1)]

RESUMED = {
    "epochs": 2, "batch_size": 37, "optimizer": "adam", "clip_norm": 1.0,
    "sample_weight": np.arange(ROWS) % 3,
}  # fmt: skip
"""Batches that no number of processes divides, with a smaller one at the end."""

CASES = {
    "full batches of an odd number of rows": (RICH, {"epochs": 12, "learning_rate": 0.001}),
    "an early end, which the first process decides": (
        PLAIN,
        {
            "epochs": 9, "batch_size": 54, "validation": 0.2, "patience": 1, "learning_rate": 9.0,
            "dtype": "float32",
        },
    ),
}  # fmt: skip


def trained(layers, dtype="float64", **how):
    """A network after training."""
    network = Network(6, layers, dtype=dtype)
    history = network.train(X, Y, progress=False, **how)
    return network, history


def write_table(path):
    """A file of these rows."""
    rows = (",".join(map(repr, [*x, y])) for x, y in zip(X.tolist(), Y.tolist(), strict=True))
    path.write_text("\n".join(["a,b,c,d,e,f,y", *rows]) + "\n")


def planned_in_blocks(path):
    """How a network is trained on this file, read in blocks."""
    wanted = table_options(hidden=[5], epochs=3, batch_size=37, patience=2, dtype="float64")
    return plan_streamed(passes(path), wanted, None, path.parent)


def main(folder: Path) -> None:
    """Train them all, go on with a run that was broken off, and refuse what cannot be."""
    cluster = syn0.distributed()
    for number, (layers, how) in enumerate(CASES.values()):
        network, _ = trained(layers, cluster=cluster, **how)
        if cluster.first:
            network.save(folder / f"{number}.safetensors")
    plan = spread_over(planned_in_blocks(folder / "table.csv"), cluster)
    fitted = plan.fit(progress=False)
    if cluster.first:
        fitted.network.save(folder / "blocks.safetensors")
        (folder / "judged").write_text(str(fitted.figures()[0].rows))
    plan.close()
    kept = Checkpoints(folder / "run", "1epoch")
    network, history = trained(RICH, checkpoints=kept, resume=True, cluster=cluster, **RESUMED)
    if cluster.first:
        network.save(folder / "resumed.safetensors")
        (folder / "losses").write_text(" ".join(map(repr, history.loss)))
    refused = {
        "L-BFGS": {"optimizer": "lbfgs", "steps": 3},
        "engine": {"engine": "numpy", "steps": 3},
        "device": {"device": "cpu", "steps": 3},
    }
    for name, wrong in refused.items():
        try:
            trained(PLAIN, cluster=cluster, **wrong)
        except ValueError as error:
            (folder / f"{name}-{cluster.rank}").write_text(str(error))
    try:
        Network([6, 5, 1], seed=None).train(X, Y, steps=3, cluster=cluster)
    except ValueError as error:
        (folder / f"seed-{cluster.rank}").write_text(str(error))


def forked(rank: int, folder: Path) -> int:
    """The number of a process that is one of the cluster. It is forked from this one, which has
    imported all that takes long and started no thread."""
    child = os.fork()
    if not child:
        status = 1
        try:
            os.environ["RANK"] = str(rank)
            main(folder)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return child


if __name__ == "__main__":
    import jax.experimental.multihost_utils  # noqa: F401

    children = [forked(rank, Path(sys.argv[1])) for rank in range(int(os.environ["WORLD_SIZE"]))]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(f"the processes ended with {statuses}" if any(statuses) else 0)
