"""Plant faults in a copy of syn0, one by one, and show that the tests named beside each fail.

    python scripts/planted_faults.py                 # all
    python scripts/planted_faults.py slope force     # those whose words hold one of these
    python scripts/planted_faults.py --sound         # the same tests where nothing is planted

It ends with status 1 where a fault passes. The tree is not touched: `src/` is copied to a temporary
folder, which is put before everything else that Python imports. A fault is an exact text of a file,
which must stand there once; where it stands no longer, the script says so, and the fault is to be
planted where its line went.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
FAILED = 1
"""What pytest ends with where tests failed. Below 0, the fault has ended the process; what else
there is would be an error of this script."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which file of src/syn0, its text there and the wrong one, and the tests
    that see it: the end of a file's path, or that and words of `-k`."""

    words: str
    file: str
    right: str
    wrong: str
    tests: str

    def planted(self, source: Path) -> None:
        """Plant it in a copy of src/.

        Raises:
            ValueError: its text does not stand there once.
        """
        path = source / "syn0" / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text.count(self.right) != 1:
            raise ValueError(f"{self.file} holds {text.count(self.right)} times: {self.right}")
        path.write_text(text.replace(self.right, self.wrong), encoding="utf-8")

    def command(self) -> list[str]:
        """pytest, on its tests."""
        name, _, words = self.tests.partition(" ")
        files = [str(path) for path in (ROOT / "tests").rglob("*.py") if path.match(name)]
        if len(files) != 1:
            raise ValueError(f"{len(files)} files of tests are called {name}")
        chosen = ["-k", words] if words else []
        return [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *files, *chosen]


FAULTS = (
    # What you ask for
    Fault(
        "an unknown field of a description is let in", "files/records.py",
        "if set(data) != set(known):", "if not set(data) >= set(known):", "test_serial.py",
    ),
    Fault(
        "codes of a terminal in names are passed on", "spec/words.py",
        "    return character.encode(\"unicode_escape\", \"surrogatepass\").decode()",
        "    return character", "test_what_people_see.py",
    ),
    # What it becomes
    Fault(
        "a sign in a slope", "program/activations.py",
        "slope=lambda out: 1 - out**2,", "slope=lambda out: 1 + out**2,",
        "derive/test_gradients.py each_entry_of_the_pulls",
    ),
    Fault(
        "random numbers of a step are those of every step", "program/randoms.py",
        "for part in (seed, stream, step):", "for part in (seed, stream, 0):",
        "program/test_statistics.py",
    ),
    Fault(
        "the checker lets shapes change", "program/checker.py",
        "if shapes[line.target] != shape:", "if False:", "test_checker.py",
    ),
    Fault(
        "a transpose at the wrong matrix", "derive/layers.py",
        "place.delta @ place.weights.T", "place.delta @ place.weights", "test_tiny.py definition",
    ),
    Fault(
        "a mean of weighted rows over their number", "derive/rows.py",
        '(Name("weight_sum") if self.weighted else row_count(out))', "row_count(out)",
        "derive/test_gradients.py rows_count_by_their_weights",
    ),
    Fault(
        "a sum where the mean is asked for", "derive/rows.py",
        "        if not self.mean:\n", "        if not self.mean or not self.batched:\n",
        "derive/test_gradients.py rows_count_by_their_weights",
    ),
    Fault(
        "Adam's correction leaves out the mean square's", "derive/optimizers.py",
        '(1 - Name("beta2") ** T) ** 0.5,', '(1 - Name("beta2") ** T) ** 1,',
        "test_optimizers.py agree_with_the_definition and Adam",
    ),
    Fault(
        "dropout does not enlarge what is kept", "derive/layers.py",
        'values * place.named("mask") / rest(layer.rate)', 'values * place.named("mask")',
        "program/test_statistics.py dropout",
    ),
    Fault(
        "batch normalization forgets its running statistics", "derive/layers.py",
        "running + change, \"update\"", "running, \"update\"",
        "derive/test_gradients.py remembers_running_statistics",
    ),
    Fault(
        "normalization forgets what moves the variance", "derive/layers.py",
        " - normal * mean_over(share * normal)", "",
        "derive/test_gradients.py weighted_batches and BatchNorm",
    ),
    # What is printed
    Fault(
        "the end of a comment in a note of C", "printers/safe.py",
        '.replace("*/", "* /")', "", "test_safe_notes.py",
    ),
    Fault(
        "data of a float32 network are printed as float64", "printers/data.py",
        'cast = "" if network.dtype == "float64" else ".astype(np.float32)"', 'cast = ""',
        "test_data_text.py",
    ),
    # Engines
    Fault(
        "libraries of other flags are taken for these", "engines/compiler.py",
        "compiler.version, *FLAGS, *GCC_FLAGS, cpu()", "compiler.version, cpu()",
        "engines/test_compiler.py",
    ),
    Fault(
        "half a library is loaded", "engines/compiler.py",
        "if path.name == library_name(key, content):", "if True:", "engines/test_compiler.py",
    ),
    Fault(
        "libraries that others put there are loaded", "engines/compiler.py",
        "        if trouble:\n            return trouble\n    return \"\"", "    return \"\"",
        "test_planted_libraries.py",
    ),
    Fault(
        "numbers behind an array's end are read", "engines/tiles/kernels.h",
        "if (count >= LANES) return at(place);", "if (count >= 0) return at(place);",
        "test_processors.py where_it_must_not",
    ),
    Fault(
        "threads read what others still write", "engines/tiles/kernels.py",
        "self.traffic.written.isdisjoint(across) and self.traffic.read.isdisjoint(written)",
        "self.traffic.read.isdisjoint(written)", "test_processors.py what_another_is_writing",
    ),
    Fault(
        "threads write what others still read", "engines/tiles/kernels.py",
        "self.traffic.written.isdisjoint(across) and self.traffic.read.isdisjoint(written)",
        "self.traffic.written.isdisjoint(across)", "test_processors.py what_another_is_writing",
    ),
    Fault(
        "the compiler may take all numbers for finite", "engines/compiler.py",
        '"-O3"', '"-Ofast"', "test_prediction.py not_finite",
    ),
    Fault(
        "the last rows that fill no tile are left out", "engines/tiles/kernels.h",
        "#define TILES(rows, height) (((rows) + (height) - 1) / (height))",
        "#define TILES(rows, height) ((rows) / (height))", "test_native.py networks_of_any_size",
    ),
    Fault(
        "threads leave out what they cannot share evenly", "engines/tiles/kernels.h",
        "#define TO(count) ((int)(((int64_t)(count) * (thread + 1) + threads - 1) / threads))",
        "#define TO(count) ((int)(((int64_t)(count) * (thread + 1)) / threads))",
        "engines/test_threads.py networks_of_any_size",
    ),
    Fault(
        "threads share one room", "engines/rooms.py",
        "return self._idle.pop()", "return self._idle[-1]", "test_rooms.py",
    ),
    # Training
    Fault(
        "numbers that are none go on unseen", "training/loop.py",
        "if not (all_finite(state) and np.isfinite(measured).all()):", "if False:",
        "test_non_finite.py",
    ),
    Fault(
        "the last mini-batch takes rows that there are not", "training/batches.py",
        "sizes[done - 1] -= end - len(self._order)", "pass", "training/test_history.py",
    ),
    Fault(
        "every epoch takes the rows in the same order", "training/batches.py",
        "self._shuffle(wide)", "np.random.RandomState(0).shuffle(wide)",
        "training/test_printed_program.py",
    ),
    Fault(
        "progress is told on stdout", "training/progress.py",
        "file=sys.stderr, flush=True", "flush=True", "training/test_progress.py",
    ),
    # Data and models
    Fault(
        "a missing text is not marked", "data/inputs.py",
        "X[:, -1] = column.missing", "pass", "test_schema.py",
    ),
    Fault(
        "classes in another order", "data/targets.py",
        "return cls(name, tuple(texts))", "return cls(name, tuple(texts[::-1]))",
        "test_schema.py",
    ),
    Fault(
        "a split that says no seed", "data/split.py",
        "np.random.RandomState(seed).permutation(n)", "np.random.RandomState().permutation(n)",
        "test_split.py",
    ),
    Fault(
        "rows that are held out are trained on", "models/tables.py",
        "trained, held_out = table.take(kept), table.take(apart)",
        "trained, held_out = table, table.take(apart)", "models/test_tables.py",
    ),
    Fault(
        "a targets' mean is not given back", "data/targets.py",
        "outputs.astype(np.float64) * self.scale + self.mean",
        "outputs.astype(np.float64) * self.scale", "test_far_from_zero.py",
    ),
    Fault(
        "a file's digest is not looked at", "files/container.py",
        'description.pop("digest") != digest(description, arrays)',
        'not description.pop("digest")', "test_damaged_files.py",
    ),
    Fault(
        "a file is written in its place, not beside it", "files/atomic.py",
        "            fill(temporary, content, before)\n            temporary.replace(place)\n",
        "            place.write_bytes(content)\n", "test_saving_fails.py",
    ),
    Fault(
        "what is written is not on the disk", "files/atomic.py",
        "        os.fsync(descriptor)\n", "", "test_what_a_save_leaves.py",
    ),
    # Estimators
    Fault(
        "labels without an order are not told of", "estimators/labels.py",
        "    except TypeError:\n        kinds =", "    except ZeroDivisionError:\n        kinds =",
        "test_targets.py",
    ),
    # The gradient check
    Fault(
        "the gradient check believes everything", "explain/gradients.py",
        "return self.difference <= TOLERANCE", "return True", "explain/test_gradients.py",
    ),
    # The command
    Fault(
        "files of another kind are lost without --force", "cli/outputs.py",
        "if not force and place.exists()", "if False and place.exists()", "test_lost_files.py",
    ),
    Fault(
        "--force is not heard", "cli/outputs.py",
        "if not force and place.exists()", "if place.exists()", "test_lost_files.py",
    ),
    Fault(
        "misuse ends with status 0", "cli/command.py",
        "INTERRUPTED = 1, 2", "INTERRUPTED = 1, 0", "test_bad_input.py",
    ),
)  # fmt: skip


def runs(fault: Fault, *, sound: bool) -> Iterator[str]:
    """What is wrong where a fault's tests do not see it; or, `sound`, where they fail without."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        try:
            command = fault.command()
            if not sound:
                fault.planted(source)
        except ValueError as error:
            yield str(error)
            return
        surroundings = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True)
    caught = done.returncode == FAILED or done.returncode < 0
    if (done.returncode != 0) if sound else not caught:
        yield f"pytest ended with {done.returncode}: {fault.tests}"
        return
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    print(f"{'sound' if sound else 'caught'}: {fault.words}", *failed, sep="\n    ", flush=True)


def main(*words: str) -> int:
    """Run the faults that are asked for; the exit status."""
    asked = [word for word in words if word != "--sound"]
    chosen = [f for f in FAULTS if not asked or any(word in f.words for word in asked)]
    passed = 0
    for fault in chosen:
        for trouble in runs(fault, sound="--sound" in words):
            passed += 1
            print(f"PASSED: {fault.words}: {trouble}", flush=True)
    print(f"{len(chosen) - passed} of {len(chosen)}")
    return int(passed > 0 or not chosen)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
