"""A C compiler found and called; what it made is kept by the hash of all that it depends on."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
"""None that assumes finite numbers: NaN must stay visible."""

SECONDS = 60
"""A compiler that takes longer hangs."""

MOST_KEPT = 200
"""Libraries in the cache; the ones not used for longest go first."""


class CompilerError(Exception):
    """There is no working C compiler here; the message says what to do."""


@dataclass(frozen=True)
class Compiler:
    """A command that compiles C, and the words of its version."""

    command: tuple[str, ...]
    version: str


def candidates() -> list[tuple[str, ...]]:
    """What may be a compiler: $CC, then the usual names, then ziglang's wheel."""
    chosen = os.environ.get("CC")
    if chosen:
        return [tuple(chosen.split())]
    found: list[tuple[str, ...]] = [(n,) for n in ("cc", "gcc", "clang") if shutil.which(n)]
    if find_spec("ziglang"):
        found.append((sys.executable, "-m", "ziglang", "cc"))
    return found


@cache
def find(chosen: str | None) -> Compiler:
    """The first compiler that says its version; `chosen` is $CC, for the cache's sake."""
    for command in candidates():
        try:
            said = subprocess.run(  # noqa: S603
                [*command, "--version"],
                capture_output=True, text=True, errors="replace", timeout=SECONDS, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        return Compiler(command, said.stdout.partition("\n")[0])
    if chosen:
        raise CompilerError(f"$CC is {chosen!r}, which does not run: mend or unset it")
    raise CompilerError(
        "no C compiler was found: install gcc or clang, or `pip install 'syn0[native]'`"
    )


def find_compiler() -> Compiler:
    """The compiler of this machine; CompilerError, saying what to do, if there is none."""
    return find(os.environ.get("CC"))


def cache_folder() -> Path:
    """Where compiled programs are kept: a folder of the user's own."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "syn0"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def library(source: str) -> ctypes.CDLL:
    """The compiled source, from the cache where it was compiled before.

    Raises:
        CompilerError: no compiler, or one that failed, with the place of its log; or no place to
            keep what it makes.
    """
    compiler = find_compiler()
    try:
        path = cache_folder() / f"{key_of(source, compiler)}.so"
        if path.exists():
            path.touch()
        else:
            compile_to(path, source, compiler)
            forget_oldest(path.parent)
    except OSError as error:
        raise CompilerError(f"compiled programs cannot be kept: {error}") from None
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CompilerError(f"what {compiler.command[0]} made cannot be used: {error}") from None


def key_of(source: str, compiler: Compiler) -> str:
    """The name of a compiled source in the cache, from all that it depends on."""
    key = "\0".join([source, *compiler.command, compiler.version, *FLAGS, cpu()])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def compile_to(path: Path, source: str, compiler: Compiler) -> None:
    """Compile beside the place and rename: other processes see nothing or all of it."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        text, made = Path(folder) / "program.c", Path(folder) / "program.so"
        text.write_text(source, encoding="utf-8")
        command = [*compiler.command, *FLAGS, "-o", str(made), str(text), "-lm"]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise CompilerError(f"{compiler.command[0]} took longer than {SECONDS} s") from None
        except OSError as error:
            raise CompilerError(f"{compiler.command[0]} does not run: {error.strerror}") from None
        if done.returncode or not made.exists():
            log = path.with_suffix(".log")
            log.write_text(" ".join(command) + "\n" + done.stderr + source, encoding="utf-8")
            raise CompilerError(f"{compiler.command[0]} failed: see {log}")
        made.replace(path)


def clear_cache() -> int:
    """Remove what was compiled; the number of libraries."""
    libraries = list(cache_folder().glob("*.so"))
    for path in [*libraries, *cache_folder().glob("*.log")]:
        path.unlink(missing_ok=True)
    return len(libraries)


def forget_oldest(folder: Path) -> None:
    """Keep the cache to its size."""
    used: dict[Path, float] = {}
    for path in folder.glob("*.so"):
        with suppress(FileNotFoundError):  # another process forgot it first
            used[path] = path.stat().st_mtime
    for path in sorted(used, key=used.__getitem__, reverse=True)[MOST_KEPT:]:
        path.unlink(missing_ok=True)


@cache
def cpu() -> str:
    """What this machine's processor is and can do: `native` means another thing on each."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return platform.machine() + line
    return platform.machine() + platform.processor()
