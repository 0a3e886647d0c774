"""What runs a program on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syn0.engines.base import Arrays, Figures, Runner, Values
from syn0.engines.choice import Choice, choose
from syn0.engines.devices import AUTO, DEVICES, NEAR, PRECISIONS
from syn0.engines.prediction import Predictor
from syn0.engines.stretch import Batch, Batches, Stretch
from syn0.engines.table import ENGINES
from syn0.engines.threads import at_most_cores
from syn0.program import Program
from syn0.spec import checks

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster


def make_runner(
    engine: str,
    training: Program,
    prediction: Program,
    *,
    rows: int = 0,
    steps: int = 0,
    threads: int | None = None,
    networks: int = 1,
    device: str = AUTO,
    matmul_precision: str = AUTO,
    cluster: Cluster | None = None,
) -> Runner:
    """A runner for a network's two programs; "auto" picks by the work: so many steps of so many
    rows. An engine that cannot run them lets numpy do it, and its `notice` says why. So many
    `threads` work at once, of the cores that there are; by default as many as the work is worth.
    Of several `networks` that take these steps side by side, each has one thread.
    Another `device` than the processor, and matrix products whose factors are rounded, are the jax
    engine's, which is then what "auto" picks; so is training by the processes of a `cluster`.

    Raises:
        ValueError: an engine, device or precision that does not exist, or that the engine lacks;
            the message lists those that do.
    """
    name = checks.choice("engine", engine, ["auto", *ENGINES])
    if cluster is not None:
        from syn0.engines.cluster import ClusterRunner

        if name not in ("auto", "jax"):
            raise ValueError(f"a cluster trains with engine='jax', not {name!r}")
        if device != AUTO:
            raise ValueError("a cluster takes the devices that JAX prefers: leave out device")
        checks.choice("matmul_precision", matmul_precision, PRECISIONS)
        return ClusterRunner(
            training, prediction, rows, cluster=cluster, matmul_precision=matmul_precision
        )
    threads, notice = at_most_cores(threads)
    notices = [notice]
    wishes = {
        "device": checks.choice("device", device, DEVICES),
        "matmul_precision": checks.choice("matmul_precision", matmul_precision, PRECISIONS),
    }
    plain = device in NEAR and matmul_precision in (AUTO, training.dtype)
    if name == "auto" and not plain:
        name = "jax"
    elif name == "auto":
        chosen = choose(training, rows, steps, threads, networks)
        name = chosen.engine
        notices.append(chosen.notice)
    if not ENGINES[name].takes_wishes:
        if not plain:
            asked = f"device={device!r}" if device not in NEAR else f"{matmul_precision=}"
            raise ValueError(f"{asked} is for engine='jax': the {name} engine has no such thing")
        wishes = {}
    if networks > 1 and ENGINES[name].together == "threads":
        threads = 1
    runner = ENGINES[name](training, prediction, rows, threads, **wishes)
    runner.notice = "; ".join(filter(None, [runner.notice, *notices]))
    return runner


__all__ = [
    "AUTO",
    "DEVICES",
    "ENGINES",
    "PRECISIONS",
    "Arrays",
    "Batch",
    "Batches",
    "Choice",
    "Figures",
    "Predictor",
    "Runner",
    "Stretch",
    "Values",
    "at_most_cores",
    "choose",
    "make_runner",
]
