"""The same numbers on processors with other vectors, and kernels that keep to their own places."""

import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from syn0.engines.prediction import BATCH
from tests.together import Together

from . import networks
from .conftest import PROCESSORS, lacks
from .networks import REPRESENTATIVE, farthest, source, trained

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("compiled_for")
@pytest.mark.parametrize("processor", PROCESSORS[1:])
def test_networks_learn_as_on_numpy_with_shorter_vectors(
    in_one_library: Callable[[Iterable[str]], None],
) -> None:
    in_one_library(source(*case, threads=2) for case in REPRESENTATIVE.values())
    with Together() as together:
        for name, (spec, training, weighted) in REPRESENTATIVE.items():
            with together(name):
                found = trained(spec, training, "native", weighted, threads=2)
                expected = trained(spec, training, "numpy", weighted)
                assert farthest(found, expected) <= TOLERANCE[spec.dtype]


# Under gcc's sanitizers, which end the process

UNDER_GUARD = """
import importlib.util, os
from itertools import product

del os.environ["LD_PRELOAD"]  # the compiler is not to be guarded
from syn0.derive import prediction_program, training_program
from syn0.engines import compiled, compiler, native, threads
from syn0.engines.tiles.source import prediction_source

threads.cores = lambda: 64  # as many threads as are asked for
spec = importlib.util.spec_from_file_location("networks", {file!r})
networks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(networks)
cases = networks.REPRESENTATIVE
trainings = [networks.source(*case, threads=3) for case in cases.values()]
for processor, predicted in {processors}.items():
    compiler.FLAGS = ("-O0", "-g1", "-DTURNS=0", f"-march={{processor}}", *{asked},
                      "-fopenmp-simd", "-pthread", "-shared", "-fPIC")
    programs = [prediction_program(case[0]) for case in cases.values()]
    predictions = [prediction_source(*each) for each in product(programs, predicted.values())]
    native.library = compiled.library = networks.InOneLibrary([*trainings, *predictions])
    for name, case in cases.items():
        print(name, flush=True)
        network, training, weighted = case
        made = networks.trained(network, training, "native", weighted, threads=3)
        program = training_program(network, training, weighted=weighted is not None)
        runner = native.NativeRunner(program, prediction_program(network), threads=3)
        networks.at_once(runner, *case)
        assert runner.name == "native"
        for rows, size in predicted.items():
            made.predict(networks.data(network, rows)[0])
            assert size in made._predictor._compiled
print("done")
"""


@pytest.fixture
def under_guard(cache: Path, python: Callable[..., "subprocess.Popen[str]"]) -> Callable[..., None]:
    """Trains all networks, compiled for each of these processors, in a process that a sanitizer
    guards, and predicts so many rows with programs for so many where a processor names some."""

    def run(runtime: str, *asked: str, processors: dict[str, dict[int, int]]) -> None:
        gcc = shutil.which("gcc")
        if gcc is None:
            pytest.skip("gcc is not installed")
        command = [gcc, f"-print-file-name={runtime}.so"]
        guard = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        if not Path(guard).is_absolute():
            pytest.skip(f"gcc's {runtime} is not installed")
        here = {name: rows for name, rows in processors.items() if not lacks(name)}
        script = UNDER_GUARD.format(processors=here, asked=asked, file=networks.__file__)
        settings = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "halt_on_error=1"}
        process = python(script, LD_PRELOAD=guard, CC=gcc, **settings)
        said, complaint = process.communicate(timeout=600)
        if "unexpected memory mapping" in complaint:
            pytest.skip("this kernel puts memory where gcc's libtsan cannot work")
        assert (process.returncode, complaint) == (0, "")
        assert said.splitlines() == [*list(REPRESENTATIVE) * len(here), "done"]

    return run


def test_no_kernel_reads_or_writes_where_it_must_not(under_guard) -> None:
    """What takes the compiler long is left to the campaign: what it leads to is seen all the same,
    and no index of networks so small overflows."""
    slow = "null,pointer-overflow,signed-integer-overflow,alignment,object-size"
    asked = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-fno-sanitize={slow}")
    longest, *_, shortest = PROCESSORS
    processors = {longest: {1: 1, BATCH + 6: BATCH}, shortest: {}}
    under_guard("libasan", *asked, processors=processors)


def test_no_thread_touches_what_another_is_writing(under_guard) -> None:
    """With the shortest vectors an array has the most panels, so that all threads have a share."""
    under_guard("libtsan", "-fsanitize=thread", processors={PROCESSORS[-1]: {}})
