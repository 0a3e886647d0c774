"""The CUDA printer: one kernel that trains a small network from the first step to the last.

One block of threads runs it. The threads share the entries of each array that a line makes, and
meet before the next line; plain numbers each of them computes for itself. So no step costs a launch
or a copy, and results do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array, Entry, Loop, Set, Statement, values_in
from syn0.printers.c import C_TEMPLATES
from syn0.printers.cpp import InCpp
from syn0.printers.loops import (
    Parts,
    block,
    declared,
    inside,
    number_rows,
    rows_of,
)
from syn0.printers.numpy import indented
from syn0.printers.pretty import INDENT, listed
from syn0.printers.script import Script
from syn0.program import OPERATIONS, Apply, Name, operations_in

ALONE, MEET = "if (threadIdx.x == 0)", "__syncthreads();"


class CudaPrinter(InCpp):
    """Prints a program as CUDA C++ for `nvcc net.cu`."""

    language, ending, suffix = "cuda", ".cu", "cu"
    templates = C_TEMPLATES
    result = "__device__ real"
    order, shuffled = "", f"{ALONE}\n    shuffle(order, ROWS);\n{MEET}"
    unseeded = "start((uint32_t)clock64());"
    shared = "for (int {index} = threadIdx.x; {index} < {length}; {index} += blockDim.x)"

    def frame(self, parts: Parts) -> list[str]:
        """Data, functions and arrays on the device, the kernel, and `main`."""
        plan = parts.plan
        drawn = [x.target for x in plan.program.lines if x.expression == Apply("random_seed", ())]
        numbers = [name for name in parts.numbers if name not in drawn]
        return [
            *self.top(plan),
            "",
            *self.data(plan),
            "",
            *parts.functions("functions", "random"),
            *self.names(parts),
            "",
            "// One block trains: its threads share the entries of an array, and meet after each.",
            "__global__ void train() {",
            *(f"    __shared__ double {name};" for name in drawn),
            *indented([inside("double ", listed(numbers), ";")] if numbers else []),
            *indented(self.training(parts)),
            "}",
            "",
            "int main() {",
            "    train<<<1, THREADS>>>();",
            "    const cudaError_t failure = cudaDeviceSynchronize();",
            "    if (failure != cudaSuccess) {",
            '        fprintf(stderr, "%s\\n", cudaGetErrorString(failure));',
            "        return 1;",
            "    }",
            *indented(self.end(plan)),
            "}",
            "",
        ]

    # What threads share

    def kernel(self, statements: Iterable[Statement], width: int) -> list[str]:
        """The statements of a kernel, each loop shared among the threads, who meet after it."""
        return [text for statement in statements for text in self.among_threads(statement, width)]

    def among_threads(self, statement: Statement, width: int) -> list[str]:
        """A statement; one thread draws all random numbers that are drawn one after the other."""
        if any(OPERATIONS[name].drawn for name in operations_of(statement) if name in OPERATIONS):
            return [*block(ALONE, self.spelled(statement, width - INDENT)), MEET]
        if not isinstance(statement, Loop):
            return self.spelled(statement, width)
        indices = {index for entry in entries_set(statement) for index in entry.indices}
        names = {index.name for index in indices if isinstance(index, Name)}
        return [*self.divided(statement, names, width), MEET]

    def divided(self, loop: Loop, indices: set[str], width: int) -> list[str]:
        """A loop whose rounds are shared among the threads where each sets entries of its own."""
        length, inside = rows_of(loop.length), width - INDENT
        if not indices:
            return self.spelled(loop, width)
        match loop.body:
            case (Loop(index, columns, body),) if {loop.index, index} <= indices and columns != 1:
                width_of = rows_of(columns)
                head = self.shared.format(index="at", length=f"{length} * {width_of}")
                places = f"const int {loop.index} = at / {width_of}, {index} = at % {width_of};"
                return block(head, [places, *self.code(body, inside)])
            case (Loop() as inner,) if loop.index not in indices:
                return self.loop(loop.index, length, self.divided(inner, indices, inside))
        head = self.shared.format(index=loop.index, length=length)
        rounds = self.code(loop.body, inside)
        return block(head, rounds) if len(loop.body) > 1 else [head, *indented(rounds)]

    def array(self, array: Array) -> str:
        """Room that the threads share; each makes its own entries 0."""
        room = f"static __device__ real {array.name}{self.dimensions(array.shape)};"
        if not array.starts_at_0:
            return room
        head = self.shared.format(index="j", length=rows_of(array.shape[0]))
        return "\n".join([room, head, f"    {array.name}[j] = 0;"])

    def printed(self, form: str, *figures: str) -> list[str]:
        """The statement that prints a line, once."""
        return [ALONE, *indented(super().printed(form, *figures))]

    # The frame

    def top(self, plan: Script) -> list[str]:
        """What it is, and what it stands on."""
        batch = f", BATCH = {plan.batch_size}" if plan.batch_size else ""
        return [
            *self.comment(plan.title),
            "// nvcc -O2 net.cu -o net && ./net",
            "#include <cstdint>",
            "#include <cstdio>",
            "",
            f"using real = {'float' if plan.program.dtype == 'float32' else 'double'};",
            f"constexpr int THREADS = 256, ROWS = {plan.rows}{batch};",
        ]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        start = f"__device__ const real {name}[ROWS][{values.shape[1]}] = {{"
        return declared(start, number_rows(values, "{", "}"), "};")

    def names(self, parts: Parts) -> list[str]:
        """The arrays of the program; the host reads the output."""
        output = parts.plan.program.output
        rooms = {name: f"{name}{self.dimensions(shape)}" for name, shape in parts.arrays.items()}
        read = f"__managed__ real {rooms.pop(output)};"
        order = ["__device__ int order[ROWS];"] if parts.plan.batch_size else []
        return [declared("__device__ real ", listed(rooms.values()), ";"), read, *order]

    def seed(self, parts: Parts) -> list[str]:
        """The generator's seed."""
        start = super().seed(parts)
        return [ALONE, *indented(start)] if start else []

    def ordered(self) -> list[str]:
        """The statements that put the rows in their own order."""
        return [self.shared.format(index="i", length="ROWS"), "    order[i] = i;", MEET]


def operations_of(statement: Statement) -> Iterator[str]:
    """Every operation that a statement computes."""
    return (name for value in values_in([statement]) for name in operations_in(value))


def entries_set(statement: Statement) -> Iterator[Entry]:
    """The entries of arrays that a statement sets."""
    match statement:
        case Set(Entry() as place, _):
            yield place
        case Loop(_, _, body):
            for inner in body:
                yield from entries_set(inner)
