"""The C compiler: found where there is one, never in the way, and its work kept safely."""

import os
import re
import shlex
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.engines import compiler
from syn0.engines.compiler import CompilerError, library

from .conftest import ended, forked

SOURCE = "int answer(void) { return 42; }"
needs_compiler = pytest.mark.needs_compiler


@pytest.fixture
def real() -> str:
    """The command of this machine's compiler, for scripts that call it."""
    return shlex.join(compiler.find_compiler().command)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are called from now on."""
    called, call = [], compiler.call

    def noting(command: list[str], **environment: str) -> Any:
        called.append(command)
        return call(command, **environment)

    monkeypatch.setattr(compiler, "call", noting)
    return called


@pytest.fixture
def sigint() -> Iterator[Callable[[Any], None]]:
    """Sets the handler of Ctrl-C for this test."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kinds(folder: Path) -> list[str]:
    """The suffixes of what is in the cache: a folder has none."""
    return sorted(path.suffix for path in folder.iterdir())


def program(folder: Path, name: str, script: str) -> None:
    """A shell script that can be called."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o700)


# Finding


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder of $PATH, empty; neither is there $CC nor ziglang."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(compiler, "find_spec", lambda name: None)
    return tmp_path / "bin"


def test_cc_comes_first_then_gcc_then_clang(path) -> None:
    for name in ("clang", "gcc", "cc"):
        program(path, name, f"echo {name} 1.0; echo and more")
        assert next(compiler.candidates("", str(path))) == (name,)
    assert compiler.find_compiler() == compiler.Compiler(("cc",), "cc 1.0")


def test_a_compiler_that_does_not_run_is_passed_over(path) -> None:
    program(path, "cc", "exit 1")
    program(path, "gcc", "echo 'nothing to run me' >&2; kill $$")
    program(path, "clang", "echo clang 1.0")
    assert compiler.find_compiler() == compiler.Compiler(("clang",), "clang 1.0")


def test_a_change_of_the_path_is_noticed(path, monkeypatch) -> None:
    program(path, "cc", "echo one")
    program(path.parent / "other", "cc", "echo two")
    assert compiler.find_compiler().version == "one"
    monkeypatch.setenv("PATH", str(path.parent / "other"))
    assert compiler.find_compiler().version == "two"


def test_a_compiler_that_was_found_is_not_asked_again(path, commands) -> None:
    program(path, "cc", "echo one")
    assert compiler.find_compiler() is compiler.find_compiler()
    assert commands == [["cc", "--version"]]


def test_a_compiler_that_is_installed_later_is_found(path) -> None:
    with pytest.raises(CompilerError, match="install gcc or clang, or `pip install"):
        compiler.find_compiler()
    program(path, "gcc", "echo gcc 1.0")
    assert compiler.find_compiler().command == ("gcc",)


@needs_compiler
def test_cc_in_the_environment_may_hold_flags(real, cache, monkeypatch, tmp_path) -> None:
    program(tmp_path / "a folder", "cc", f'exec {real} "$@"')
    monkeypatch.setenv("CC", f"'{tmp_path}/a folder/cc' -DANSWER=42")
    assert library("int answer(void) { return ANSWER; }").answer() == 42


@pytest.mark.parametrize("chosen", ["/nowhere/cc", "cc 'and an open quotation", "''"])
def test_a_cc_in_the_environment_that_does_not_run_is_named(chosen, path, monkeypatch) -> None:
    program(path, "cc", "echo cc 1.0")
    monkeypatch.setenv("CC", chosen)
    with pytest.raises(CompilerError) as caught:
        compiler.find_compiler()
    assert str(caught.value) == f"$CC is {chosen!r}, which does not run: mend or unset it"


@pytest.mark.parametrize("chosen", ["", "  "])
def test_an_empty_cc_in_the_environment_is_none(chosen, path, monkeypatch) -> None:
    program(path, "cc", "echo cc 1.0")
    monkeypatch.setenv("CC", chosen)
    assert compiler.find_compiler().command == ("cc",)


def test_on_windows_nothing_is_looked_for(path, monkeypatch) -> None:
    program(path, "cc", "echo cc 1.0")
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(CompilerError, match="on Linux and macOS only"):
        compiler.find_compiler()


def test_zig_compiles_and_leaves_nothing_behind(path, monkeypatch, tmp_path) -> None:
    pytest.importorskip("ziglang", reason="ziglang is not installed")
    monkeypatch.undo()
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(path))
    # Zig's own cache stays the user's: it takes seconds to build its part of the C library.
    monkeypatch.setattr(compiler, "users_folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert compiler.find_compiler().command[1:] == ("-P", "-m", "ziglang", "cc")
    monkeypatch.setenv("ZIG_LOCAL_CACHE_DIR", str(tmp_path / "objects"))
    found = library("#include <tgmath.h>\nint answer(double x) { return (int)exp(x) + 41; }")
    found.answer.argtypes = [compiler.ctypes.c_double]
    assert found.answer(0.0) == 42
    assert kinds(tmp_path) == [".so", ".started"]
    assert compiler.has_started(compiler.find_compiler().command)


# Flags


def test_no_flag_assumes_finite_numbers() -> None:
    refused = {"-ffast-math", "-Ofast", "-ffinite-math-only", "-funsafe-math-optimizations"}
    refused |= {"-fassociative-math", "-freciprocal-math", "-fno-signed-zeros"}
    for version in ("gcc 12.2.0", "clang version 14.0.6"):
        for flags in compiler.sets_of_flags(compiler.Compiler(("cc",), version)):
            assert not refused & set(flags)
            assert {"-O3", "-pthread"} < set(flags)


@needs_compiler
@pytest.mark.parametrize(
    ("refused", "taken"),
    [("march", "-mcpu=native"), ("m*", None)],
    ids=["-march=native", "any word for the processor"],
)
def test_a_compiler_that_refuses_to_look_at_the_processor_is_used_without(
    refused, taken, real, machine_with, cache, commands
) -> None:
    machine_with(f"""for word in "$@"; do case "$word" in
        -{refused}=native) echo "unknown: $word" >&2; exit 1;;
        -mcpu=native) ;;  # gcc knows it on some processors only
        *) set -- "$@" "$word";;
    esac; shift; done; exec {real} "$@" """)
    assert library(SOURCE).answer() == 42
    assert [word for word in commands[-1] if word.endswith("=native")] == ([taken] if taken else [])
    assert kinds(cache) == [".so"]


# Compilers that are bad


def learns_on_numpy(rows: Any, engine: str) -> None:
    """Training takes place, on numpy, and arrives where numpy does."""
    network, reference = Network([5, 4, 2]), Network([5, 4, 2])
    history = network.train(*rows, steps=30, engine=engine, progress=False)
    reference.train(*rows, steps=30, engine="numpy", progress=False)
    assert history.engine == network.engine == "numpy"
    np.testing.assert_array_equal(network.weights["syn0"], reference.weights["syn0"])


@pytest.mark.parametrize("engine", ["native", "auto"])
def test_without_a_compiler_numpy_trains_and_says_what_to_install(
    rows, engine, path, slow_numpy, told
) -> None:
    learns_on_numpy(rows, engine)
    assert "no C compiler was found: install gcc or clang, or `pip install" in told()


@pytest.mark.parametrize("engine", ["native", "auto"])
def test_a_compiler_that_is_not_there_is_named(rows, engine, machine_with, slow_numpy, told):
    machine_with("exit 1").unlink()
    learns_on_numpy(rows, engine)
    assert re.search(r"\$CC is '.*some-cc', which does not run: mend or unset it", told())


BAD = {
    "fails": ("echo wrong >&2; exit 1", "failed", "wrong"),
    "fails in strange letters": (r"printf '\377\376' >&2; exit 1", "failed", "\ufffd"),
    "is killed": ("echo so far; kill -9 $$", "failed", "so far\n\n[exit status -9]"),
    "makes nothing": ("exit 0", "failed", "[exit status 0]"),
    "hangs": ("echo so far; exec sleep 600", "took longer than 0.5 s", "so far\n\n[took longer"),
    "hangs in a program that it calls": (
        "echo so far; sleep 600 & wait", "took longer than 0.5 s", "so far\n\n[took longer"
    ),
    "makes garbage": (
        'echo done; while [ "$1" != -o ]; do shift; done; echo garbage > "$2"',
        r"made what cannot be used, \S*program\.so.*", "done"
    ),
}  # fmt: skip
"""What the compiler does, what of it the note says, and what the log says."""


@pytest.mark.parametrize("engine", ["native", "auto"])
@pytest.mark.parametrize(("script", "words", "logged"), BAD.values(), ids=BAD)
def test_where_the_compiler_is_bad_numpy_trains_and_says_why(
    rows, engine, script, words, logged, machine_with, slow_numpy, monkeypatch, told, cache
) -> None:
    machine_with(script)
    if "sleep" in script:
        monkeypatch.setattr(compiler, "SECONDS", 0.5)
    began = time.monotonic()
    learns_on_numpy(rows, engine)
    assert time.monotonic() - began < 300  # whatever still ran would keep the pipe open for 600 s
    found = re.search(rf"some-cc {words}: see (\S+\.log)", told())
    assert found
    assert names(cache) == [Path(found[1]).name]
    text = Path(found[1]).read_text(encoding="utf-8")
    assert text.index("some-cc -O3") < text.index(logged) < text.index("int train(")


@needs_compiler
def test_warnings_of_a_compiler_are_no_failure(
    rows, real, machine_with, capsys, cache, commands
) -> None:
    machine_with(f'echo "warning: mind the gap" >&2; exec {real} "$@"')
    history = Network([5, 4, 2]).train(*rows, steps=3, engine="native", progress=False)
    assert history.engine == "native"
    assert capsys.readouterr() == ("", "")
    assert kinds(cache) == [".so"]
    assert commands[-1][0].endswith("some-cc")


def test_a_compiler_that_talks_without_end_leaves_a_short_log(machine_with, monkeypatch, cache):
    machine_with("for word in 1 2 3 4 5 6 7 8 9; do echo a long story; done; exit 1")
    monkeypatch.setattr(compiler, "MOST_SAID", 20)
    with pytest.raises(CompilerError, match="failed"):
        library(SOURCE)
    (log,) = cache.iterdir()
    attempts = len(list(compiler.sets_of_flags(compiler.find_compiler())))
    assert log.read_text().count("a long story") == attempts


def test_a_compiler_that_went_away_is_no_reason_to_stop(machine_with, cache) -> None:
    path = machine_with("exit 1")
    compiler.find_compiler()
    path.unlink()
    with pytest.raises(CompilerError, match=r"some-cc failed: see \S+\.log"):
        library(SOURCE)
    (log,) = cache.iterdir()
    assert "No such file" in log.read_text()


def test_a_compiler_that_asks_questions_gets_no_answer(python) -> None:
    script = "from syn0.engines.compiler import call; print(call(['cat']))"
    process = python(script)
    assert process.communicate("for the user's own program", timeout=300) == ("(0, '')\n", "")


# Ctrl-C


def test_the_compiler_is_not_reached_by_ctrl_c_in_the_terminal() -> None:
    script = "import os; print(os.getsid(0) == os.getpid() == os.getpgid(0))"
    assert compiler.call([sys.executable, "-c", script]) == (0, "True\n")


STOPPED = {
    "a library": "library('int answer(void) { return 42; }')",
    "a training": "network.train([[0, 0, 1], [1, 1, 1]], [0, 1], steps=10**8, engine='native')",
}
WHILE_COMPILING = """
from syn0 import Network
from syn0.engines.compiler import library

network = Network([3, 4, 1])
try:
    {work}
except KeyboardInterrupt:
    print("interrupted after", network.steps_taken, "steps")
"""


@pytest.mark.parametrize("work", STOPPED.values(), ids=STOPPED)
def test_ctrl_c_stops_the_compiler_with_all_that_it_called_and_leaves_nothing(
    work, machine_with, python, cache, tmp_path
) -> None:
    started, temporary = tmp_path / "started", tmp_path / "temporary"
    temporary.mkdir()
    machine_with(
        'while [ "$1" != -o ]; do shift; done; echo half > "$2"; echo half > "$TMPDIR/program.s"\n'
        f"touch {started}; sleep 600 & wait"
    )
    process = python(WHILE_COMPILING.format(work=work), TMPDIR=str(temporary))
    while not started.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    began = time.monotonic()
    assert process.communicate(timeout=600) == ("interrupted after 0 steps\n", "")
    assert time.monotonic() - began < 300
    assert names(cache) == names(temporary) == []


def test_ctrl_c_is_afterwards_what_it_was(sigint) -> None:
    noted = []
    sigint(lambda number, frame: noted.append(number))
    handler = signal.getsignal(signal.SIGINT)

    def ctrl_c() -> None:
        while signal.getsignal(signal.SIGINT) is handler:  # until the compiler is waited for
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=ctrl_c)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        compiler.call(["sleep", "600"])
    thread.join()
    assert signal.getsignal(signal.SIGINT) is handler
    assert noted == []


def test_where_ctrl_c_is_ignored_a_compiler_goes_on(sigint) -> None:
    sigint(signal.SIG_IGN)
    assert compiler.call(["sh", "-c", f"kill -INT {os.getpid()}; echo done"]) == (0, "done\n")
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@needs_compiler
def test_another_thread_than_the_main_one_compiles(cache) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(library, SOURCE).result().answer() == 42


# The cache


@needs_compiler
def test_a_program_is_compiled_once(cache, commands) -> None:
    compiler.find_compiler()
    commands.clear()
    for _ in range(2):
        assert library(SOURCE, "answer").answer() == 42
        assert len(commands) == 1
    assert library(SOURCE + "\n", "answer").answer() == 42
    assert len(commands) == len(names(cache)) == 2


def test_other_flags_another_compiler_or_processor_is_another_library(monkeypatch) -> None:
    one = compiler.Compiler(("cc",), "1.0")
    keys = [compiler.key_of("source", one), compiler.key_of("other", one)]
    keys += [compiler.key_of("source", compiler.Compiler(("cc",), "1.1"))]
    keys += [compiler.key_of("source", compiler.Compiler(("cc", "-m32"), "1.0"))]
    with monkeypatch.context() as changed:
        changed.setattr(compiler, "FLAGS", ("-O2",))
        keys.append(compiler.key_of("source", one))
    with monkeypatch.context() as changed:
        changed.setattr(compiler, "cpu", lambda: "another")
        keys.append(compiler.key_of("source", one))
    assert len(set(keys)) == len(keys) == 6
    assert compiler.key_of("source", one) == keys[0]


@needs_compiler
def test_the_cache_is_the_users_own_and_holds_nothing_else(cache) -> None:
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    cache.chmod(0o755)
    library(SOURCE)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert kinds(cache) == [".so"]


def replace(path: Path, content: bytes) -> None:
    """Put something else there; what was loaded from there stays as it is in memory."""
    path.unlink()
    path.write_bytes(content)


DAMAGE = {
    "empty": lambda whole: b"",
    "garbage": lambda whole: b"garbage",
    "truncated": lambda whole: whole[: len(whole) // 2],
    "a wrong bit": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
}


@needs_compiler
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_library_that_was_damaged_is_made_again(damage, cache, commands) -> None:
    library(SOURCE)
    (path,) = cache.iterdir()
    replace(path, damage(path.read_bytes()))
    commands.clear()
    assert library(SOURCE, "answer").answer() == 42
    assert len(commands) == len(names(cache)) == 1
    (path,) = cache.iterdir()
    assert path.name == compiler.library_name(path.name.partition("-")[0], path.read_bytes())


@needs_compiler
@pytest.mark.parametrize("content", [None, b"garbage"], ids=["another library", "no library"])
def test_a_kept_library_that_lacks_a_function_is_made_again(content, cache, commands) -> None:
    library("int other(void) { return 7; }")
    (path,) = cache.iterdir()
    if content:
        replace(path, content)
    key = compiler.key_of(SOURCE, compiler.find_compiler())
    path.rename(cache / compiler.library_name(key, path.read_bytes()))
    commands.clear()
    assert library(SOURCE, "answer").answer() == 42
    assert len(commands) == len(names(cache)) == 1


@needs_compiler
def test_a_function_that_the_source_lacks_is_named(cache) -> None:
    library(SOURCE, "answer")
    with pytest.raises(CompilerError, match=r"made what cannot be used, .*predict.*: see \S+\.log"):
        library(SOURCE, "answer", "predict")
    assert kinds(cache) == [".log"]


@needs_compiler
def test_the_libraries_not_used_for_longest_go_first(cache, monkeypatch) -> None:
    monkeypatch.setattr(compiler, "MOST_KEPT", 3)
    sources = [f"int answer(void) {{ return {k}; }}" for k in range(4)]
    made = []
    for k in range(3):
        library(sources[k])
        made += set(names(cache)) - set(made)
        os.utime(cache / made[k], (k, k))
    library(sources[0])  # it was made first, and is used again
    library(sources[3])
    assert len(names(cache)) == 3
    assert {made[0], made[2]} < set(names(cache))


def test_logs_and_libraries_share_one_size(cache, monkeypatch) -> None:
    monkeypatch.setattr(compiler, "MOST_BYTES", 100)
    for age, (name, size) in enumerate([("b.so", 40), ("a.log", 60), ("c.so", 1), ("d.log", 0)]):
        (cache / name).write_bytes(b"x" * size)
        os.utime(cache / name, (1000 - age, 1000 - age))
    compiler.forget_oldest(cache)
    assert names(cache) == ["a.log", "b.so"]


def test_what_killed_processes_left_is_removed_after_an_hour(cache) -> None:
    for name, age in [("tmpold", 2 * compiler.STALE), ("tmpnew", 0)]:
        (cache / name).mkdir()
        (cache / name / "program.c").write_text(SOURCE)
        os.utime(cache / name, (time.time() - age,) * 2)
    compiler.forget_oldest(cache)
    assert names(cache) == ["tmpnew"]


@needs_compiler
def test_the_cache_is_emptied(cache) -> None:
    library(SOURCE)
    (cache / "failed.log").write_text("words")
    (cache / "tmpleft").mkdir()
    (cache / "tmpleft" / "program.c").write_text(SOURCE)
    assert compiler.clear_cache() == 1
    assert names(cache) == []
    assert compiler.clear_cache() == 0
    assert library(SOURCE).answer() == 42


# Processes that compile at once


@needs_compiler
def test_processes_do_not_meet_also_where_each_removes_what_others_made(cache, monkeypatch) -> None:
    monkeypatch.setattr(compiler, "MOST_KEPT", 2)

    def work() -> None:
        for number in [1, 2, 3, 1, 2, 3]:
            found = library(f"int answer(void) {{ return {number}; }}", "answer")
            assert found.answer() == number

    assert [ended(child) for child in [forked(work) for _ in range(3)]] == [0, 0, 0]
    assert set(kinds(cache)) == {".so"}


@needs_compiler
def test_processes_that_train_the_same_arrive_at_the_same(cache, tmp_path) -> None:
    (tmp_path / "weights").mkdir()

    def work() -> None:
        network = Network([3, 9, 1])
        network.train([[0, 0, 1], [1, 1, 1]], [0, 1], steps=5, engine="native", progress=False)
        assert network.engine == "native"
        path = tmp_path / "weights" / str(os.getpid())
        path.write_text(str(network.weights["syn0"].tolist()))

    assert [ended(child) for child in [forked(work) for _ in range(3)]] == [0, 0, 0]
    weights = [path.read_text() for path in (tmp_path / "weights").iterdir()]
    assert len(weights) == 3
    assert len(set(weights)) == 1
