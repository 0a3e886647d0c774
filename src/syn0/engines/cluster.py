"""Many processes, on one machine or many, that train one network together, each on its own rows.

Every process runs the same program. The arrays of rows lie in equal parts on the devices of all of
them, what is learned lies whole on each, and XLA puts the sums across processes into the compiled
step: so losses, gradients and the statistics of a batch are those of all its rows, masks are those
of their places in the batch, and the batches are those of a single process.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from syn0.engines.arrays import fitting
from syn0.engines.base import Arrays, Figures, Values
from syn0.engines.devices import AUTO, jax_missing
from syn0.engines.jax import JaxRunner
from syn0.engines.jax_program import MOST_STEPS, Functions
from syn0.engines.stretch import Batches
from syn0.program import Program
from syn0.spec.checks import whole
from syn0.spec.doors import door
from syn0.spec.once import once

if TYPE_CHECKING:
    from jax.sharding import NamedSharding

ROWS = "rows"
"""The one axis of the mesh of all devices."""

HEARTBEAT = 20
"""Seconds without a sign of life after which a process counts as lost."""

JOINING = 300
"""Seconds in which all processes must have come."""

PEER = re.compile(r"\[([\d.]{7,15}|[\da-fA-F:]{2,39})\]:\d")
"""Where Gloo says which connection has gone."""


class LostProcessError(ConnectionError):
    """Another process of the cluster has gone."""


@dataclass(frozen=True)
class Share:
    """The rows of an array that a process keeps.

    Attributes:
        own: these rows.
        rows: how many there are in all processes.
    """

    own: NDArray[Any]
    rows: int

    def __len__(self) -> int:
        return self.rows


class Cluster:
    """The processes that train together; `distributed()` joins them.

    Attributes:
        rank: this process's number, from 0.
        size: how many there are.
    """

    def __init__(self) -> None:
        import jax

        self.rank, self.size = jax.process_index(), jax.process_count()

    def __repr__(self) -> str:
        return f"Cluster: process {self.rank} of {self.size}"

    @property
    def first(self) -> bool:
        """Whether this is the process that decides, tells and saves."""
        return bool(self.rank == 0)

    @once
    def spread(self) -> NamedSharding:
        """The sharding of arrays whose rows lie in equal parts on all devices."""
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec

        return NamedSharding(Mesh(np.array(jax.devices()), (ROWS,)), PartitionSpec(ROWS))

    @once
    def everywhere(self) -> NamedSharding:
        """The sharding of arrays that lie whole on each device."""
        from jax.sharding import NamedSharding, PartitionSpec

        return NamedSharding(self.spread.mesh, PartitionSpec())

    def places(self, rows: int) -> slice:
        """Which of so many rows this process keeps; the last ones may keep fewer."""
        import jax

        each = jax.local_device_count() * -(-rows // jax.device_count())
        return slice(min(rows, self.rank * each), min(rows, (self.rank + 1) * each))

    def share(self, array: NDArray[Any]) -> Share:
        """This process's rows of an array that all have; it is looked at nowhere else."""
        return Share(np.array(array[self.places(len(array))]), len(array))

    def scatter(self, own: NDArray[Any], rows: int) -> Any:
        """The array of all processes' rows, of which `own` are this one's: filled up with zeros, so
        that each device has as many."""
        import jax

        each, here = -(-rows // jax.device_count()), jax.local_device_count()
        padded = np.zeros((each * here, *own.shape[1:]), own.dtype)
        padded[: len(own)] = own
        shape = (each * jax.device_count(), *own.shape[1:])
        return jax.make_array_from_process_local_data(self.spread, padded, shape)

    def copy_to_all(self, value: Any) -> Any:
        """An array that all processes have alike, on all devices."""
        import jax

        array = np.asarray(value)
        return jax.make_array_from_callback(
            array.shape, self.everywhere, lambda index: array[index]
        )

    def agreed(self, number: int) -> int:
        """The first process's number, in all of them.

        Raises:
            LostProcessError: a process has gone.
        """
        from jax.experimental.multihost_utils import broadcast_one_to_all

        with telling_losses():
            return int(broadcast_one_to_all(np.int32(number)))

    def check_alike(self, step: int, state: Mapping[str, Any]) -> None:
        """ValueError, in all processes, unless all begin alike."""
        from jax.experimental.multihost_utils import process_allgather

        mark = 0
        for value in state.values():
            mark = crc32(np.ascontiguousarray(value).tobytes(), mark)
        with telling_losses():
            own = np.array([step & 0x7FFFFFFF, mark >> 1], np.int32)
            steps, marks = np.reshape(process_allgather(own), (-1, 2)).T
        if (steps != steps[0]).any():
            raise ValueError(
                "the processes go on from different steps: all must read one folder of checkpoints"
            )
        if (marks != marks[0]).any():
            raise ValueError(
                "the processes do not begin with the same weights: give the network a seed, and "
                "all of them the same arguments"
            )


@door
def distributed() -> Cluster:
    """Join the other processes of a cluster, as those who started them say in the environment:
    MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE, as torchrun sets them, or what JAX knows of
    SLURM, Open MPI, Kubernetes and Cloud TPUs. To be called once, before anything uses JAX.

    Returns:
        What `Network.train` takes as `cluster`.

    Raises:
        ModuleNotFoundError: JAX is not installed.
        ValueError: nothing says how many processes there are and where.
        ConnectionError: they have not come.
    """
    if lacking := jax_missing():
        raise ModuleNotFoundError(lacking)
    import jax

    where = told_by_variables(os.environ)
    try:
        jax.distributed.initialize(
            **where,
            initialization_timeout=JOINING,
            heartbeat_timeout_seconds=HEARTBEAT,
        )
    except ValueError as error:
        raise ValueError(
            "nothing says which processes train together: set MASTER_ADDR, MASTER_PORT, RANK and "
            f"WORLD_SIZE, or start them by SLURM, Open MPI or Kubernetes ({error})"
        ) from None
    except RuntimeError as error:
        raise LostProcessError(
            f"the other processes were not reached: {first_line(error)}"
        ) from None
    cluster = Cluster()
    with stdout_spared():
        cluster.agreed(0)
    return cluster


@contextmanager
def stdout_spared() -> Iterator[None]:
    """What C++ writes on stdout is dropped: Gloo tells there that it has met the others, amid the
    results."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def told_by_variables(variables: Mapping[str, str]) -> dict[str, Any]:
    """What `jax.distributed.initialize` takes, as torchrun's variables say it; nothing without
    them, and JAX then looks for others.

    Raises:
        ValueError: some of them are there, but not all, or hold no numbers.
    """
    names = ("MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE")
    given = [variables.get(name) for name in names]
    if None in given:
        if any(given[2:]) and "SLURM_PROCID" not in variables:
            lacking = ", ".join(n for n, v in zip(names, given, strict=True) if v is None)
            raise ValueError(f"{lacking} must be set too, as torchrun does")
        return {}
    address, *numbers = given
    try:
        port, rank, size = (int(str(number)) for number in numbers)
    except ValueError:
        raise ValueError("MASTER_PORT, RANK and WORLD_SIZE must be whole numbers") from None
    whole("WORLD_SIZE", size)
    if not 0 <= rank < size:
        raise ValueError(f"RANK must be from 0 to {size - 1}, not {rank}")
    port += "TORCHELASTIC_RUN_ID" in variables  # torchrun itself listens on MASTER_PORT
    local = variables.get("LOCAL_RANK", "")
    devices = {"local_device_ids": int(local)} if local.isdigit() else {}
    return {
        "coordinator_address": f"{address}:{port}",
        "num_processes": size,
        "process_id": rank,
        "cluster_detection_method": "deactivate",
        **devices,
    }


class Spread:
    """An array whose rows lie on many devices, as printed lines take a batch of it: `X[batch]`."""

    def __init__(self, array: Any, spread: NamedSharding) -> None:
        self.array, self.spread = array, spread

    def __getitem__(self, batch: Any) -> Any:
        """The rows of a batch, in their order, on all devices in equal parts."""
        import jax

        return jax.lax.with_sharding_constraint(self.array[batch], self.spread)


class ClusterRunner(JaxRunner):
    """The jax engine on the devices of all processes of a cluster.

    Raises:
        ValueError: a program that JAX cannot say, or that a solver would have to run.
    """

    def __init__(
        self,
        training: Program,
        prediction: Program,
        rows: int = 0,
        *,
        cluster: Cluster,
        matmul_precision: str = AUTO,
    ) -> None:
        if training.pulls:
            raise ValueError(
                "L-BFGS takes its own steps in one process: choose another optimizer on a cluster"
            )
        self.cluster = cluster
        super().__init__(training, prediction, rows, matmul_precision=matmul_precision)
        if self.name != "jax":
            raise ValueError(f"a cluster needs the jax engine, but {self.notice}")

    @once
    def device(self) -> Any:
        """The first of this process's own, where it predicts."""
        import jax

        return jax.local_devices()[0]

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        with telling_losses():
            return super().train(values, arrays, batches, measure=measure)

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        """Not on a cluster."""
        raise NotImplementedError

    def _take(
        self, state: Any, arrays: Any, given: Any, rows: Any, steps: int, *, measure: bool
    ) -> tuple[Any, Any]:
        room = MOST_STEPS if rows is None else len(rows)
        reports = np.zeros((room if measure else 1, len(self._training.reports)))
        placed, total = arrays
        after: tuple[Any, Any] = compiled_steps(self._functions, self.cluster)(
            state, reports, placed, given, rows, steps, total=total, measure=measure
        )
        return after

    def _put_state(self, state: tuple[Any, ...]) -> Any:
        # A number stays Python's: as an array it would widen float32 ones.
        return tuple(
            v if isinstance(v, int | float) else self.cluster.copy_to_all(v) for v in state
        )

    def _arrays(self, arrays: Arrays) -> Any:
        """The program's arrays on all devices, and how many rows they have."""
        given = tuple(arrays[name] for name in self._training.arrays)
        sent = self._sent
        if sent is None or any(a is not b for a, b in zip(sent[0], given, strict=True)):
            rows = len(arrays["X"])
            placed = tuple(map(self._placed, self._training.arrays, given))
            sent = self._sent = given, (placed, rows)
        return sent[1]

    def _placed(self, name: str, array: NDArray[Any] | Share) -> Any:
        """An array on all devices: of this process's share, or of an array that all have."""
        share = array if isinstance(array, Share) else self.cluster.share(array)
        shape = (len(share.own), *self.printed.shapes[name][1:])
        own = fitting(name, share.own, shape, self._training.dtype)
        return self.cluster.scatter(own, len(share))


@lru_cache(maxsize=32)
def compiled_steps(functions: Functions, cluster: Cluster) -> Any:
    """`take_steps` for arrays on the devices of a cluster; `total` are the rows of all of them."""
    import jax

    spread, steps = cluster.spread, functions.take_steps
    assert steps is not None  # noqa: S101  (no solver's program)

    def take_steps(
        state: Any, reports: Any, arrays: Any, given: Any, rows: Any, count: Any,
        *, total: int, measure: bool,
    ) -> Any:  # fmt: skip
        if rows is None:  # what fills up the last parts is no row
            filled = (array[:total] for array in arrays)
            taken = tuple(jax.lax.with_sharding_constraint(a, spread) for a in filled)
        else:
            taken = tuple(Spread(array, spread) for array in arrays)
        return steps(state, reports, taken, given, rows, count, measure=measure)

    return jax.jit(
        take_steps,
        static_argnames=("total", "measure"),
        donate_argnums=0,
        out_shardings=cluster.everywhere,
    )


@contextmanager
def telling_losses() -> Iterator[None]:
    """Say in a sentence that a process has gone, where JAX tells that a sum across them failed."""
    import jax

    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        peer = PEER.search(str(error))
        where = f"the connection to {peer[1]} is closed" if peer else first_line(error)
        raise LostProcessError(
            f"a process of the cluster was lost ({where}), and the others cannot go on without it"
        ) from None


def first_line(error: Exception) -> str:
    """The first line of an error, as the rest is about C++."""
    return str(error).strip().partition("\n")[0][:200]
