"""Runs a learner's program in a process of its own and writes down what it computes.

This file is run by path, in another process than the drill's: it imports nothing of syn0's, so that
it starts quickly, and so that the program it runs has no syn0 either. It is given a folder that
holds the program (drill.py) and what to do (job.json), and leaves there index.json and values.npy.

The program runs once as it stands and once for each pair of other X and y, which take the place of
its own. Every value that it assigns, and every part of its expressions, is copied at once, so that
what is changed in place later stays what it was. It ends after the third step of its training.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

# Where NumPy is, in whatever way this user has it: nothing else is taken from the surroundings.
sys.path += [place for place in sys.argv[2:] if place not in sys.path]

import numpy as np

STEPS = 3
MOST_CALLS = 150_000
"""Looks at values in one run: of a loop that takes thousands of steps inside another."""
MOST_EVENTS, MOST_NUMBERS, MOST_OF_A_SITE = 40_000, 1_000_000, 4_096
LARGEST_ARRAY, DEEPEST_LIST, MOST_ITEMS = 50_000, 2, 32
DEEPEST_PATH = 3
PROGRAM = "drill.py"
HOOKS = "__syn0__"

Value = Any
Path3 = tuple[tuple[int, int, int], ...]


class Finished(BaseException):
    """Three steps are done: nothing more needs to run."""


class Instrument(ast.NodeTransformer):
    """Puts a call of a hook around every expression, after every assignment and into every loop.

    `sites` says of each hook where in the text it stands: line, column, and where it ends.
    """

    def __init__(self) -> None:
        self.sites: list[tuple[int, int, int, int]] = []
        self.loops = 0

    def site(self, node: ast.AST) -> ast.expr:
        """The number of a place in the text, as the hooks are given it."""
        where = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        self.sites.append(where)
        return ast.Constant(len(self.sites) - 1)

    def call(self, hook: str, like: ast.AST, *args: ast.expr) -> ast.expr:
        """The call of a hook, where a node stands."""
        function = ast.Attribute(ast.Name(HOOKS, ast.Load()), hook, ast.Load())
        return ast.copy_location(ast.Call(function, list(args), []), like)

    def wrapped(self, node: ast.expr, hook: str = "value") -> ast.expr:
        """A part of an expression within a call that gives its value on."""
        site = self.site(node)
        return self.call(hook, node, site, self.generic_visit(node))  # type: ignore[arg-type]

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """An operation, matrix products apart."""
        return self.wrapped(node, "product" if isinstance(node.op, ast.MatMult) else "value")

    visit_UnaryOp = visit_IfExp = visit_ListComp = visit_Compare = wrapped  # noqa: N815

    def visit_place(self, node: ast.Attribute | ast.Subscript | ast.List) -> Any:
        """A part of an expression, unless something is assigned to it."""
        is_read = isinstance(node.ctx, ast.Load)
        return self.wrapped(node) if is_read else self.generic_visit(node)

    visit_Attribute = visit_Subscript = visit_List = visit_place  # noqa: N815

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is read."""
        if not isinstance(node.ctx, ast.Load):
            return node
        return self.call("read", node, self.site(node), ast.Constant(node.id), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call: what it gives, and what it is given."""
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("super", "locals", "globals", "vars"):
            return node
        hook = "product" if name in ("dot", "matmul", "einsum", "outer", "tensordot") else "value"
        site = self.site(node)
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(arg) for arg in node.args]
        node.keywords = [self.visit(word) for word in node.keywords]
        return self.call(hook, node, site, node)

    def visit_alone(self, node: ast.AST) -> ast.AST:
        """What stays as it is: texts, and the patterns of `match`."""
        return node

    visit_JoinedStr = visit_MatchValue = visit_MatchClass = visit_alone  # noqa: N815

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        """Of a function's arguments the defaults alone: annotations compute nothing."""
        node.defaults = [self.visit(value) for value in node.defaults]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        """A function's body; decorators and annotations stay as they are."""
        decorators, node.decorator_list = node.decorator_list, []
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.decorator_list, node.returns = decorators, returns
        return node

    def assigned(self, targets: Sequence[ast.expr], like: ast.stmt) -> list[ast.stmt]:
        """A look at what each target holds now; of `a[i] = …` at the whole of `a`."""
        looks: list[ast.stmt] = []
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                looks += self.assigned(target.elts, like)
                continue
            while isinstance(target, ast.Subscript | ast.Starred):
                target = target.value
            if name := dotted(target):
                held = ast.parse(name, mode="eval").body
                look = self.call("bound", like, self.site(like), ast.Constant(name), held)
                looks.append(ast.copy_location(ast.Expr(look), like))
        return looks

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        """`a = b = …`, `a, b = …`."""
        self.generic_visit(node)
        return [node, *self.assigned(node.targets, node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """`a += …`."""
        self.generic_visit(node)
        return [node, *self.assigned([node.target], node)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        """`a: kind = …`."""
        if node.value is None:
            return [node]
        node.value = self.visit(node.value)
        return [node, *self.assigned([node.target], node)]

    def visit_For(self, node: ast.For) -> ast.stmt:
        """A `for` loop, whose items are counted."""
        self.loops += 1
        number = ast.Constant(self.loops)
        self.generic_visit(node)
        node.iter = self.call("loop", node, number, node.iter)
        node.body[:0] = self.assigned([node.target], node)
        return node

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        """A `while` loop, whose rounds are counted."""
        self.loops += 1
        number = self.loops
        self.generic_visit(node)
        node.body.insert(0, self.mark("begin", number, node))
        return [self.mark("enter", number, node), node, self.mark("leave", number, node)]

    def mark(self, hook: str, number: int, like: ast.stmt) -> ast.stmt:
        """A statement that tells where a loop stands."""
        return ast.copy_location(ast.Expr(self.call(hook, like, ast.Constant(number))), like)


def dotted(node: ast.expr) -> str:
    """`a` or `a.b.c` as text; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


class Given:
    """X or y: the values by which it is known in the program, and what takes their place.

    `site` and `form` say where the program makes it, and which way up, once that is found.
    """

    def __init__(self, name: str, values: Sequence[Sequence[float]]) -> None:
        self.name, self.values = name, np.array(values, float)
        self.site, self.form, self.rank = -1, "", 0
        self.other: np.ndarray[Any, Any] | None = None
        self.whole = False  # whether the program holds them as whole numbers

    def forms(self, values: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        """The ways in which a program may hold it."""
        flat = {"flat": values.ravel()} if 1 in values.shape else {}
        return {"same": values, "transposed": values.T, **flat}

    def form_of(self, value: Value) -> tuple[str, int]:
        """In which form a value is these data, with a rank: arrays before lists, tables before
        rows of numbers; "" where it is not."""
        known = self.values if self.other is None else self.other
        if isinstance(value, np.ndarray) and not value.ndim:
            return "", 0
        if not isinstance(value, list | np.ndarray) or len(value) not in known.shape:
            return "", 0
        array = as_numbers(value)
        if array is None:
            return "", 0
        for form, held in self.forms(known).items():
            if array.shape == held.shape and np.allclose(array, held, rtol=1e-6, atol=0):
                return form, (2 if isinstance(value, np.ndarray) else 0) + (form != "flat")
        return "", 0

    def notice(self, site: int, value: Value) -> None:
        """Remember where the program makes the data, if this is where."""
        form, rank = self.form_of(value)
        if form and rank + 1 > self.rank:
            self.site, self.form, self.rank = site, form, rank + 1
            self.whole = np.asarray(value).dtype.kind in "iu"

    def notice_name(self, site: int, name: str, value: Value) -> None:
        """Take another table under the same name for the data, where theirs are not found."""
        array = as_numbers(value)
        if self.rank or name != self.name or array is None or not array.ndim:
            return
        wide = self.values.shape[1]
        if array.ndim == 1 and wide == 1:
            self.form, self.values = "flat", array[:, np.newaxis]
        elif array.ndim == 2 and wide in array.shape:
            upright = array.shape[1] == wide
            self.form, self.values = ("same", array) if upright else ("transposed", array.T)
        self.site, self.whole = site, array.dtype.kind in "iu"

    def replaced(self, value: Value) -> Value:
        """The other data in the form of the program's own."""
        assert self.other is not None  # noqa: S101
        other = self.forms(self.other)[self.form]
        if isinstance(value, list):
            return other.tolist()
        floats = np.issubdtype(value.dtype, np.floating)
        return other.astype(value.dtype if floats else float)


def as_numbers(value: Value) -> np.ndarray[Any, Any] | None:
    """A copy of an array, a number, or a list of lists of numbers; None for anything else."""
    if isinstance(value, list):
        if not value or len(value) > LARGEST_ARRAY:
            return None
        first = value[0][0] if isinstance(value[0], list) and value[0] else value[0]
        if not isinstance(first, int | float | np.number):
            return None
        try:
            value = np.array(value)
        except ValueError:
            return None
    elif isinstance(value, float | np.floating):
        return np.array(value)
    elif not isinstance(value, np.ndarray):
        return None
    if value.dtype.kind not in "biuf" or value.ndim > 2 or not 0 < value.size <= LARGEST_ARRAY:
        return None
    return np.array(value)


class Recorder:
    """The hooks: what they see, in order, with the loops in which they saw it."""

    def __init__(self, data: Sequence[Given], program: Any) -> None:
        self.data, self.program = data, program
        self.events: list[tuple[int, str, str, np.ndarray[Any, Any], Path3]] = []
        self.path: list[list[int]] = []  # of each loop that runs: number, which run of it, round
        self.runs: dict[int, int] = {}
        self.trains: set[int] = set()  # depths of loops in which training was seen
        self.last: dict[str, tuple[Path3, np.ndarray[Any, Any]]] = {}
        self.counts: dict[Any, int] = {}
        self.calls = self.numbers = 0
        self.newest: Value = None

    # What a program calls.

    def value(self, site: int, value: Value) -> Value:
        """A part of an expression."""
        self.count()
        value = self.injected(site, value)
        if isinstance(value, np.ndarray | float | list):
            self.note(site, "", "part", value)
        return value

    def product(self, site: int, value: Value) -> Value:
        """A product of arrays, which training is made of."""
        self.training()
        return self.value(site, value)

    def read(self, site: int, name: str, value: Value) -> Value:
        """A name that is read: where its value has changed unseen, it is seen now."""
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            self.count()
            self.notice(site, value)
            path, seen = self.last.get(name, ((), None))
            if seen is None or path != self.where() or not np.array_equal(seen, value):
                self.note(site, name, "read", value)
        return value

    def bound(self, site: int, name: str, value: Value) -> None:
        """A name after an assignment."""
        self.count()
        if not self.path and isinstance(value, list | np.ndarray):
            for given in self.data:
                if given.other is None:
                    given.notice_name(site, name, value)
        value = self.injected_by_name(site, name, value)
        self.note(site, name, "bound", value)

    def loop(self, number: int, items: Any) -> Iterator[Any]:
        """The items of a `for` loop."""
        self.enter(number)
        try:
            for item in items:
                self.begin(number)
                yield item
        finally:
            self.leave(number)

    def enter(self, number: int) -> None:
        """A loop begins."""
        self.runs[number] = self.runs.get(number, -1) + 1
        self.path.append([number, self.runs[number], -1])

    def begin(self, number: int) -> None:
        """A loop begins a new round."""
        while self.path and self.path[-1][0] != number:
            self.path.pop()
        if self.path:
            self.path[-1][2] += 1
            depth = len(self.path) - 1
            if depth == 0 and 0 in self.trains and self.path[0][2] >= STEPS:
                raise Finished

    def leave(self, number: int) -> None:
        """A loop ends; if it was the training, so does the run."""
        if not any(number == entered[0] for entered in self.path):
            return
        while self.path.pop()[0] != number:
            pass
        if not self.path and 0 in self.trains and sys.exc_info()[0] is None:
            raise Finished

    # What they do.

    def count(self) -> None:
        """Stop where there is more to see than is needed."""
        self.calls += 1
        if self.calls > MOST_CALLS or len(self.events) > MOST_EVENTS:
            raise Finished

    def training(self) -> None:
        """All loops that run now are part of the training."""
        self.trains.update(range(len(self.path)))

    def where(self) -> Path3:
        """The loops that run now."""
        return tuple((a, b, c) for a, b, c in self.path[:DEEPEST_PATH])

    def notice(self, site: int, value: Value) -> None:
        """Look whether a value is X or y."""
        for given in self.data:
            if self.path:
                if given.name == "y" and given.form_of(value)[0]:
                    self.training()
            elif given.other is None:
                given.notice(site, value)

    def injected(self, site: int, value: Value) -> Value:
        """The value, or what takes its place."""
        if not isinstance(value, list | np.ndarray):
            return value
        self.notice(site, value)
        for given in self.data:
            if given.other is not None and given.site == site and given.rank:
                return given.replaced(value)
        return value

    def injected_by_name(self, site: int, name: str, value: Value) -> Value:
        """The value, or what takes its place where the program's data are known by their name
        alone."""
        for given in self.data:
            here = given.site == site and given.name == name
            if here and given.other is not None and not given.rank:
                value = given.replaced(value)
                self.program[name] = value
        return value

    def note(self, site: int, name: str, kind: str, value: Value, depth: int = 0) -> None:
        """Write down a value, or all that a list, tuple or dictionary holds."""
        array = as_numbers(value)
        if array is not None:
            self.add(site, name, kind, value, array)
        elif isinstance(value, list | tuple | dict) and depth < DEEPEST_LIST:
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in list(items)[:MOST_ITEMS]:
                if isinstance(item, np.ndarray | list | tuple | dict):
                    self.note(site, f"{name}[{key!r}]", kind, item, depth + 1)

    def add(
        self, site: int, name: str, kind: str, value: Value, array: np.ndarray[Any, Any]
    ) -> None:
        """Write down an array; what was computed just before and is bound now gets its name."""
        path = self.where()
        if kind == "bound" and self.newest is value and self.events and not self.events[-1][1]:
            self.events[-1] = (site, name, kind, array, path)  # what was just computed has a name
        else:
            key = (site, name, path[:2])
            self.counts[key] = self.counts.get(key, 0) + 1
            self.numbers += array.size
            if self.counts[key] <= MOST_OF_A_SITE and self.numbers <= MOST_NUMBERS:
                self.events.append((site, name, kind, array, path))
        self.newest = value
        if name:
            self.last[name] = (path, array)


WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn",
          "os.spawn", "os.startfile", "pty.spawn", "os.kill", "os.killpg")  # fmt: skip
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
           "os.chmod", "os.chown", "os.utime", "os.chdir", "shutil.rmtree")  # fmt: skip


def guard(folder: str, stop: Callable[[str], None]) -> None:
    """Watch what the program does from now on: `stop` is called at what it may not do.

    It guards against accidents: whoever wants to get round it finds a way.
    """

    def outside(path: Any) -> bool:
        """Whether a path leads out of the folder."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.path.realpath(os.fsdecode(path))
        return name != folder and not name.startswith(folder + os.sep) and name != os.devnull

    def watch(event: str, args: tuple[Any, ...]) -> None:
        """Look at one thing that Python is about to do."""
        if event == "open":
            path, mode, flags = args
            writing = any(c in mode for c in "wax+") if isinstance(mode, str) else flags & WRITES
            if writing and outside(path):
                stop("write")
        elif event == "import":
            if args[0].partition(".")[0] == "syn0":
                stop("syn0")
        elif event.startswith("socket."):
            stop("socket")
        elif event.startswith(STARTS):
            stop("process")
        elif event in CHANGES:
            if any(map(outside, args[:2])):
                stop("write")
        elif event == "ctypes.dlopen" and args[0] is not None:
            stop("library")

    sys.addaudithook(watch)


def limited(job: dict[str, Any]) -> None:
    """Take no more time and memory than a small program needs."""
    try:
        import resource
    except ImportError:  # on Windows
        return
    signal.alarm(int(job["wall"]) + 5)  # should whoever waits for it be gone
    seconds, memory, file = job["cpu"], job["memory"], job["file"]
    for what, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_FSIZE, file, 64 * file),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def unlimited_file(job: dict[str, Any]) -> None:
    """Let the answers be as long as they must."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * job["file"], 64 * job["file"]))


class Answers:
    """What goes back: an index, and all numbers in a row."""

    def __init__(self, folder: Path, job: dict[str, Any]) -> None:
        self.folder, self.job = folder, job
        self.index: dict[str, Any] = {"runs": [], "trouble": None, "sites": []}
        self.parts: list[np.ndarray[Any, Any]] = []
        self.length = 0

    def add(self, recorder: Recorder, data: Sequence[Given], trouble: Any) -> None:
        """Add what one run saw."""
        events = [
            [site, name, kind, self.stored(array), array.dtype == np.float32, path]
            for site, name, kind, array, path in recorder.events
        ]
        own = {x.name: [x.whole, self.stored(x.values)] if x.form else None for x in data}
        self.index["runs"].append({"events": events, "data": own, "trouble": trouble})

    def stored(self, array: np.ndarray[Any, Any]) -> list[int]:
        """Where an array begins in the row of numbers, and its shape."""
        place = self.length
        self.parts.append(array.astype(float).ravel())
        self.length += array.size
        return [place, *array.shape]

    def write(self) -> None:
        """Write the two files of answers."""
        unlimited_file(self.job)
        numbers = np.concatenate([np.zeros(0), *self.parts])
        np.save(self.folder / "values.npy", numbers, allow_pickle=False)
        (self.folder / "index.json").write_text(json.dumps(self.index), encoding="utf-8")


def trouble_of(error: BaseException, source: str) -> dict[str, Any]:
    """An error as data: its kind, its words, and where in the program it came up."""
    told: dict[str, Any] = {"kind": type(error).__name__, "words": str(error)[:500], "text": ""}
    told |= dict.fromkeys(("line", "column", "end"), 0)
    lines = source.splitlines()
    if isinstance(error, SyntaxError) and error.filename == PROGRAM:
        told["words"] = str(error.msg)
        line, column, end = error.lineno or 0, (error.offset or 1) - 1, error.end_offset or 0
        told |= {"line": line, "column": max(column, 0), "end": max(end - 1, 0)}
    else:
        frames = traceback.TracebackException.from_exception(error).stack
        if own := [frame for frame in frames if frame.filename == PROGRAM]:
            frame = own[-1]
            same = frame.end_lineno == frame.lineno
            told |= {"line": frame.lineno or 0, "column": frame.colno or 0}
            told["end"] = (frame.end_colno or 0) if same else 0
    if 0 < told["line"] <= len(lines):
        told["text"] = lines[told["line"] - 1][:200]
    return told


def main(folder: Path) -> None:
    """Run the program in a folder, and leave there what it computed."""
    job = json.loads((folder / "job.json").read_text("utf-8"))
    limited(job)
    os.chdir(folder)
    source = (folder / PROGRAM).read_text("utf-8", errors="replace")
    answers = Answers(folder, job)
    instrument = Instrument()
    try:
        tree = instrument.visit(ast.parse(source, PROGRAM))
        code = compile(ast.fix_missing_locations(tree), PROGRAM, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        answers.index["trouble"] = trouble_of(error, source)
        answers.write()
        return
    answers.index["sites"] = instrument.sites

    def stop(why: str) -> None:
        """Leave what is known, and end, so that nothing can catch it."""
        frame = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename != PROGRAM:
            frame = frame.f_back  # type: ignore[assignment]
        if frame is None and why != "syn0":  # Python's own doing
            return
        line = frame.f_lineno if frame is not None else 0
        answers.index["trouble"] = {"kind": "refused", "words": why, "line": line}
        answers.write()
        os._exit(0)

    guard(str(folder.resolve()), stop)
    data = [Given(name, values) for name, values in job["data"].items()]
    for others in (None, *job["others"]):
        if others is not None:
            quiet()
            for given in data:
                given.other = np.array(others[given.name]) if given.form else None
        run(code, source, data, answers)
        if answers.index["runs"][0]["trouble"] and others is None:
            break
    answers.write()


def run(code: Any, source: str, data: Sequence[Given], answers: Answers) -> None:
    """Run the program once."""
    names: dict[str, Any] = {"__name__": "__main__", "__file__": PROGRAM}
    recorder = Recorder(data, names)
    names[HOOKS] = recorder
    trouble = None
    try:
        exec(code, names)  # noqa: S102  (it is what this process is for)
    except Finished:
        pass
    except BaseException as error:
        if not isinstance(error, SystemExit) or error.code not in (None, 0):
            trouble = trouble_of(error, source)
    answers.add(recorder, data, trouble)


def flush() -> None:
    """Have all that was printed leave this process, as far as the program has left it a way."""
    for name in ("stdout", "stderr"):
        with contextlib.suppress(Exception):
            getattr(sys, name).flush()


def quiet() -> None:
    """What is printed from now on goes nowhere: it has been printed once."""
    flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, stream)
    os.close(nowhere)


def begin(folder: Path) -> None:
    """Run the program, and end the process at once, so that nothing which it left behind runs."""
    status = 0
    try:
        main(folder)
    except BaseException:
        status = 1
        traceback.print_exc()
    flush()
    os._exit(status)


if __name__ == "__main__":
    begin(Path(sys.argv[1]))
