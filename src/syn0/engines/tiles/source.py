"""The native engine's C: functions compiled for exactly one network, and one size of batch.

`train` takes a program's steps on any number of threads; `predict` runs its forward lines on rows,
some of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from syn0.engines.tiles.blocks import block
from syn0.engines.tiles.kernels import Kernels, is_of_rows, is_take
from syn0.engines.tiles.tiles import UPRIGHT
from syn0.lower.bindings import OVER_COLUMNS, has_reductions
from syn0.printers.numpy import indented
from syn0.program import Apply, Expr, Name, Program, check, names_in
from syn0.program.checker import shape_of

ROOM = """
struct Room {{
{fields}
}};

struct Room *make_room(void) {{
    struct Room *room = aligned_alloc(64, (sizeof *room + 63) / 64 * 64);
    if (room) memset(room, 0, sizeof *room);
    return room;
}}

void free_room(struct Room *room) {{ free(room); }}
"""


CALL = """
struct Call {{
    int64_t stretch;
    const int64_t *sizes;
    const int32_t *batch;
    int measure;
    double *figures, *numbers;
    real **state;
{given}
    struct Room *room;
    struct Meeting meeting;
    int processor;
}};

struct Worker {{ struct Call *call; int thread; pthread_t handle; }};

static void *work(void *own) {{
{work}
    return NULL;
}}

/* Take steps from a state, which is changed in place; or leave its pulls behind it. 0, or 1 where
   memory is short. */
int train(struct Room *room, int64_t stretch, const int64_t *sizes, const int32_t *batch,
          int measure, double *figures, double *numbers, real **state, int threads,
          {arguments}) {{
    struct Worker *workers = malloc(threads * sizeof *workers);
    if (!workers) return 1;
    struct Call call = {{stretch, sizes, batch, measure, figures, numbers, state,
                        {passed}, room, {{0, 0, 0}}, processor()}};
    int thread = 1;
    workers[0] = (struct Worker){{&call, 0, 0}};
    for (; thread < threads; thread++) {{
        workers[thread] = (struct Worker){{&call, thread, 0}};
        if (pthread_create(&workers[thread].handle, NULL, work, &workers[thread])) break;
    }}
    open_meeting(&call.meeting, thread);
    work(&workers[0]);
    while (--thread > 0) pthread_join(workers[thread].handle, NULL);
    free(workers);
    return 0;
}}
"""


KEPT = """\
    /* The weights as the caller has them, and a single row's place. */
{kept}
    int filled;
    real **state;
    const double *numbers;
    const real (*row)[{inputs}];
    real (*answer)[{outputs}];"""


PREDICT = """
void set_up(struct Room *room, real **state, const double *numbers,
            const real (*row)[{inputs}], real (*answer)[{outputs}]) {{
    room->state = state, room->numbers = numbers, room->row = row, room->answer = answer;
}}

/* The outputs for `count` rows; 0, or 1 where a number of theirs is infinite or none. The weights
   are laid out once, and again where they have changed. */
int predict(struct Room *room, int64_t count, const real (*inputs)[{inputs}],
            real (*outputs)[{outputs}]) {{
{body}
    return 0;
}}

int predict_row(struct Room *room) {{ return predict(room, 1, room->row, room->answer); }}
"""


@lru_cache(maxsize=32)
def native_source(program: Program, batch: int, threads: int = 1) -> str:
    """The C file of `train`, which takes steps of at most `batch` rows from a state, or computes
    the pulls of a program that leaves them to a solver. What is made for one thread runs on one;
    the rest on any number, best on so many."""
    by_columns = fits_by_columns(program, threads)
    return Steps(program, batch, by_columns=by_columns, alone=threads == 1).source()


def prediction_source(program: Program, batch: int) -> str:
    """The C file of `predict`, which runs a prediction program's forward lines on rows, so many of
    them together."""
    return Answers(program, batch).source()


def fits_by_columns(program: Program, threads: int) -> bool:
    """Whether threads share wide arrays by columns, so that weights stay with them: where there is
    enough for each, and nothing goes along whole rows, as in layer normalization."""
    shapes = check(program)
    made = [
        shapes[line.target]
        for line in program.phase("forward", "loss", "backward", "update")
        if not is_take(line) and not isinstance(line.expression, Name)
    ]
    wide = {int(str(shape[1])) for shape in made if is_of_rows(shape)} - set(range(UPRIGHT + 1))
    panels = [-(-columns // 32) for columns in wide]
    along = any(
        int(str(shape_of(part.args[0], shapes)[1])) > UPRIGHT
        for line in program.phase("forward", "loss", "backward", "update")
        for part in applications(line.expression)
        if part.operation in OVER_COLUMNS or has_reductions(part.operation)
    )
    return not along and all(n % threads == 0 or n >= 4 * threads for n in panels)


class Steps(Kernels):
    """A training program's steps."""

    def __init__(self, program: Program, batch: int, *, by_columns: bool, alone: bool) -> None:
        phases = ("forward", "loss", "backward", "update")
        super().__init__(program, batch, *phases, by_columns=by_columns, alone=alone)
        idle = {line.target for line in program.measured}
        before = [x for x in self.lines if x.phase != "update" and x.target not in idle]
        update = [x for x in self.lines if x.phase == "update"]
        for _ in range(1 if alone else 2):  # the second time it is known how a step ends
            self.gathered.clear()
            self.tiles.known.clear()
            self.tiles.totals.clear()
            self.waiting = list(self.turned)
            self.before = self.kernels(before)
            self.measured = self.kernels([x for x in self.lines if x.target in idle], aside=True)
            self.update = self.kernels(update)
        self.tiles.room |= {name: self.shapes[name] for name in self.kept}

    def source(self) -> str:
        """The whole C file."""
        arrays = self.program.arrays
        given = [f"const real (*given_{n})[{self.shapes[n][1]}]" for n in arrays]
        call = CALL.format(
            given="\n".join(indented(f"{x};" for x in given)),
            work="\n".join(indented(self.work())),
            arguments=", ".join(given),
            passed=", ".join(f"given_{n}" for n in arrays),
        )
        return "\n".join([*self.beginning(), ROOM.format(fields=self.fields()), call])

    def work(self) -> list[str]:
        """What each thread does."""
        program = self.program
        rows = "call->sizes[step]" if "batch" in program.inputs else str(self.tiles.batch)
        figures = [f"*figures++ = {name};" for name in program.reports]
        first = "if (thread == 0)"
        return [
            *self.names(),
            *block(first, [
                *self.exchanged(into=True),
                *(self.exchange(n, f"(real *)&given_{n}[0][0]", into=True) for n in self.copied),
            ]),
            *self.meet,
            *block("for (int64_t step = 0; step < call->stretch; step++)", [
                f"const int rows = {rows};",
                *(["const int next = step + 1 < call->stretch ? call->sizes[step + 1] : 0;"]
                  if self.gathered else []),
                "const int begin = FROM(UNITS(rows)) * UNIT;",
                "const int stop = within(TO(UNITS(rows)) * UNIT, rows);",
                *self.before,
                *block("if (call->measure)", [*self.measured, *block(first, figures)]),
                *self.update,
                "batch += rows;",
            ]),
            *self.meet,
            *block(first, [
                *self.exchanged(into=False),
                *(f"call->numbers[{k}] = {name};" for k, name in enumerate(self.numbers)),
            ]),
            "small_numbers_as_before(before);",
        ]  # fmt: skip

    def names(self) -> list[str]:
        """What a thread's statements call their surroundings, arrays and numbers."""
        program, tiles, shapes, numbers = self.program, self.tiles, self.shapes, self.numbers
        local = [x.target for x in self.lines if shapes[x.target] == () and x.target not in numbers]
        return [
            "const struct Worker *worker = own;",
            "struct Call *call = worker->call;",
            *([] if self.alone else [
                "if (worker->thread) leave(call->processor);",
                "struct Meeting *meeting = &call->meeting;",
            ]),
            "enum { thread = 0, threads = 1 };" if self.alone
            else "const int thread = worker->thread, threads = joined(meeting);",
            "struct Room *room = call->room;",
            "const uint64_t before = small_numbers_as_zero();",
            *(f"const real (*given_{n})[{shapes[n][1]}] = call->given_{n};"
              for n in program.arrays),
            *self.pointers(),
            *(f"const real *{name}[{tiles.batch}];" for name in self.gathered),
            "double *figures = call->figures;",
            "const int32_t *batch = call->batch;",
            *(f"double {name} = call->numbers[{k}];" for k, name in enumerate(numbers)),
            *(f"double {name} = 0;" for name in dict.fromkeys(local)),
        ]  # fmt: skip

    def exchanged(self, *, into: bool) -> list[str]:
        """The arrays copied from the caller's memory, or back; pulls stand behind them there."""
        names = [*self.kept, *self.program.pulls.values()]
        copied = self.kept if into else self.program.pulls.values() or self.program.state
        return [
            self.exchange(name, f"call->state[{number}]", into=into)
            for number, name in enumerate(names)
            if name in copied
        ]


class Answers(Kernels):
    """A prediction program's forward lines."""

    def __init__(self, program: Program, batch: int) -> None:
        super().__init__(program, batch, "forward", by_columns=True, alone=True)
        self.wanted = {program.output}
        self.forward = self.kernels(self.lines)
        self.tiles.room |= {name: self.shapes[name] for name in self.kept}

    def source(self) -> str:
        """The whole C file."""
        shapes = self.shapes
        columns = {"inputs": shapes["X"][1], "outputs": shapes[self.program.output][1]}
        sizes = {name: " * ".join(map(str, shapes[name])) for name in self.kept}
        kept = "\n".join(indented(f"real kept_{name}[{size}];" for name, size in sizes.items()))
        fields = f"{self.fields()}\n{KEPT.format(kept=kept, **columns)}"
        predict = PREDICT.format(body="\n".join(indented(self.body())), **columns)
        return "\n".join([*self.beginning(), ROOM.format(fields=fields), predict])

    def body(self) -> list[str]:
        """What happens to the rows."""
        program = self.program
        columns, output = self.shapes["X"][1], program.output
        batch = self.tiles.batch
        read = {name for line in self.lines for name in names_in(line.expression)}
        numbers = enumerate(self.numbers)
        return [
            "enum { thread = 0, threads = 1, begin = 0 };",
            "const real *const entries = (const real *)inputs;",
            "int bad = 0;",
            f"for (int64_t k = 0; k < count * {columns}; k++)",
            "    bad |= !(entries[k] - entries[k] == 0);",
            "if (bad) return 1;",
            "const uint64_t before = small_numbers_as_zero();",
            *self.pointers(),
            *(f"const double {name} = room->numbers[{k}];" for k, name in numbers if name in read),
            *(x for k, name in enumerate(self.kept) for x in self.renewed(k, name)),
            "room->filled = 1;",
            *block(f"for (int64_t base = 0; base < count; base += {batch})", [
                f"const int rows = count - base < {batch} ? count - base : {batch};",
                "const int stop = rows;",
                f"const real (*given_X)[{columns}] = inputs + base;",
                *(self.exchange(n, f"(real *)given_{n}", "rows", into=True) for n in self.copied),
                *self.forward,
                self.exchange(output, "outputs[base]", "rows", into=False),
            ]),
            "small_numbers_as_before(before);",
        ]  # fmt: skip

    def renewed(self, number: int, name: str) -> list[str]:
        """An array of the caller's, laid out where it is new."""
        kept, given = f"room->kept_{name}", f"room->state[{number}]"
        return block(f"if (!room->filled || memcmp({kept}, {given}, sizeof {kept}))", [
            f"memcpy({kept}, {given}, sizeof {kept});", self.exchange(name, given, into=True),
        ])  # fmt: skip


def applications(expr: Expr) -> Iterator[Apply]:
    """Every operation in `expr` with its arguments."""
    if isinstance(expr, Apply):
        yield expr
        for arg in expr.args:
            yield from applications(arg)
