"""A C compiler found and called; what it made is kept by the hash of all that it depends on."""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

FLAGS = ("-O3", "-march=native", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math",
         "-pthread", "-shared", "-fPIC")  # fmt: skip
"""None that assumes finite numbers: NaN must stay visible."""

GCC_FLAGS = ("-fno-tree-pre", "-fno-gcse")
"""Passes that take gcc an eighth of its time and leave these programs as fast as they were."""

ZIG_PACE, ZIG_CALL, ZIG_START = 1.4, 0.3, 5.0
"""What ziglang's compiler takes: so much of gcc's time, and seconds to be called; the first time
also those in which it builds libraries of its own."""

SECONDS = 30
"""A compiler that takes longer hangs."""

MOST_KEPT, MOST_BYTES = 200, 200_000_000
"""Files in the cache, and their size; the ones not used for longest go first."""

LARGEST = 20_000_000
"""Bytes of a library that is taken from the cache."""

MOST_SAID = 100_000
"""Characters of a compiler's messages in a log; further ones only follow from these."""

STALE = 3600
"""Seconds after which a folder of a compilation is what a killed process left."""


class CompilerError(Exception):
    """There is no working C compiler here; the message says what to do."""


@dataclass(frozen=True)
class Compiler:
    """A command that compiles C, and the words of its version."""

    command: tuple[str, ...]
    version: str


# Finding a compiler


def find_compiler() -> Compiler:
    """The compiler of this machine.

    Raises:
        CompilerError: no compiler was found, or $CC names none; the message says what to do.
    """
    if sys.platform == "win32":
        raise CompilerError("syn0 compiles on Linux and macOS only")
    return find(os.environ.get("CC", "").strip(), os.environ.get("PATH"))


@cache
def find(chosen: str, path: str | None) -> Compiler:
    """The first compiler that says its version; $CC and $PATH are what the answer depends on."""
    for command in candidates(chosen, path):
        status, said = call([*command, "--version"])
        if status == 0:
            return Compiler(command, said.partition("\n")[0])
    if chosen:
        raise CompilerError(f"$CC is {chosen!r}, which does not run: mend or unset it")
    raise CompilerError(
        "no C compiler was found: install gcc or clang, or `pip install 'syn0[native]'`"
    )


def candidates(chosen: str, path: str | None) -> Iterator[tuple[str, ...]]:
    """What may be a compiler: $CC, with its flags; else the usual names, then ziglang's wheel."""
    if chosen:
        with suppress(ValueError):  # a quotation that does not end
            yield tuple(shlex.split(chosen))
        return
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name, path=path):
            yield (name,)
    if find_spec("ziglang"):
        # Without -P, Python would rather run a ziglang.py that lies in the working folder.
        yield (sys.executable, "-P", "-m", "ziglang", "cc")


def expected_seconds(gcc: float) -> float:
    """How long the compiler of this machine takes for what takes gcc so long; none is called."""
    command = next(candidates(os.environ.get("CC", "").strip(), os.environ.get("PATH")), ())
    if not is_zig(command):
        return gcc
    starting = 0.0 if has_started(command) else ZIG_START
    return starting + ZIG_CALL + ZIG_PACE * gcc


def is_zig(command: Sequence[str]) -> bool:
    """Whether a command calls ziglang's compiler, which says that it is clang."""
    return any(Path(word).name in ("zig", "ziglang") for word in command)


def has_started(command: Sequence[str]) -> bool:
    """Whether ziglang's compiler has made a library here, and so what it needs for itself."""
    try:
        return started(users_folder(), command).exists()
    except CompilerError:
        return False


def started(folder: Path, command: Sequence[str]) -> Path:
    """The file that says so."""
    return folder / f"{hashlib.sha256(shlex.join(command).encode()).hexdigest()[:32]}.started"


# Calling it


def call(
    command: Sequence[str], *, folder: str | None = None, **environment: str
) -> tuple[int | None, str]:
    """The exit status of a command, None where it was stopped after SECONDS, and what it said.

    It runs in `folder`, by default the working one, and in a session of its own: Ctrl-C in the
    terminal must not reach it and look like a failure, and whatever ends it ends the programs that
    it called.
    """
    found = shutil.which(command[0])
    try:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=folder, executable=found and Path(found).absolute(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=os.environ | environment, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return 127, str(error)  # as a shell has it
    with process, ctrl_c_raising():
        try:
            said, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return None, end(process)
        except BaseException:
            end(process)
            raise
    return process.returncode, said


def end(process: subprocess.Popen[str]) -> str:
    """Kill a process and all that it called; what they said."""
    with suppress(OSError):  # it ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    said, _ = process.communicate()  # which waits for the last of them to close the pipe
    return said


@contextmanager
def ctrl_c_raising() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt, also in a training, which only notes it and stops after
    the step: between steps nothing is lost by stopping, and a compiler may take long."""
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before in (signal.SIG_IGN, None):
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# Compiling


def library(source: str, *functions: str) -> ctypes.CDLL:
    """The compiled source, which has these functions; from the cache where it was compiled before.

    Raises:
        CompilerError: no compiler, or one that failed, with the place of its log; or no place to
            keep what it makes.
    """
    compiler = find_compiler()
    key = key_of(source, compiler)
    try:
        folder = cache_folder()
        return kept(folder, key, functions) or made(folder, key, source, compiler, functions)
    except OSError as error:
        raise CompilerError(f"compiled programs cannot be kept: {error}") from None


def kept(folder: Path, key: str, functions: Sequence[str]) -> ctypes.CDLL | None:
    """A library from the cache; a file of its name that is no library is removed. To load half
    a library may end the process, so the name of each holds the hash of its bytes."""
    for path in folder.glob(f"{key}-*.so"):
        with suppress(OSError, AttributeError):
            content = own_bytes(path)
            if path.name == library_name(key, content):
                with suppress(OSError):
                    os.utime(path)  # it is used: others are to be forgotten first
                # Loaded are the very bytes that were read, whatever has become of the file.
                with place_in(folder) as inside:
                    copy = inside / path.name
                    copy.write_bytes(content)
                    return loaded(copy, functions)
        remove(path)
    return None


def own_bytes(path: Path) -> bytes:
    """What is in a file that nobody else has made or may change.

    Raises:
        OSError: it is no such file, or larger than any library.
    """
    # A link is not followed; and a pipe, whose writer may never come, is not waited for.
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or not is_ours_alone(found) or found.st_size > LARGEST:
            raise OSError(f"{path} is not a library that syn0 kept")
        return file.read(found.st_size)


def made(
    folder: Path, key: str, source: str, compiler: Compiler, functions: Sequence[str]
) -> ctypes.CDLL:
    """Compile beside the place and rename: other processes see nothing or all of it."""
    with place_in(folder) as inside:
        path, text, log = inside / "program.so", inside / "program.c", inside / "log"
        text.write_text(source, encoding="utf-8")
        trouble, said = compiled(path, text, compiler)
        if not trouble:
            try:
                found = loaded(path, functions)
            except (OSError, AttributeError) as error:
                trouble = f"made what cannot be used, {error}".replace(str(path), path.name)
            else:
                path.chmod(0o600)  # whatever the umask
                put(path, folder / library_name(key, path.read_bytes()))
                if is_zig(compiler.command):
                    started(folder, compiler.command).touch()
        if trouble:
            log.write_text(f"{said}\n{source}", encoding="utf-8")
            put(log, folder / f"{key}.log")
    forget_oldest(folder)
    if trouble:
        name = shlex.join([Path(compiler.command[0]).name, *compiler.command[1:]])
        raise CompilerError(f"{name} {trouble}: see {folder / f'{key}.log'}")
    return found


def put(path: Path, place: Path) -> None:
    """Move a file to a place, instead of what is there."""
    if place.is_dir():
        remove(place)
    path.replace(place)


@contextmanager
def place_in(folder: Path) -> Iterator[Path]:
    """A folder of our own within another, which is gone afterwards. `TemporaryDirectory` would also
    remove it when a child process ends that was forked meanwhile."""
    inside = Path(tempfile.mkdtemp(dir=folder))
    try:
        yield inside
    finally:
        remove(inside)


def remove(path: Path) -> None:
    """Take away a file, a link or a folder, as far as that can be done."""
    with suppress(OSError):
        path.unlink()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)


def compiled(path: Path, text: Path, compiler: Compiler) -> tuple[str, str]:
    """Compile a text to a library. Returns what went wrong, or "", and the commands with what the
    compiler said to each."""
    log = ""
    for flags in sets_of_flags(compiler):
        command = [*compiler.command, *flags, "-o", str(path), str(text), "-lm"]
        # What compilers leave when they are killed goes with the folder. They also work there:
        # where $CPATH, $LIBRARY_PATH and the like end with a colon, gcc takes what lies around.
        inside = str(path.parent)
        status, said = call(command, folder=inside, TMPDIR=inside, ZIG_LOCAL_CACHE_DIR=inside)
        ended = f"took longer than {SECONDS} s" if status is None else f"exit status {status}"
        log += f"{shlex.join(command)}\n{said[:MOST_SAID]}\n[{ended}]\n"
        if status is None:
            return ended, log
        if status == 0 and path.exists():
            return "", log
    return "failed", log


def sets_of_flags(compiler: Compiler) -> Iterator[tuple[str, ...]]:
    """The flags, and others for compilers that refuse to look at the processor themselves, or
    call it `-mcpu`, as clang does on some of them."""
    flags = FLAGS if "clang" in compiler.version else FLAGS + GCC_FLAGS
    yield flags
    for instead in (["-mcpu=native"], []):
        yield tuple(x for flag in FLAGS for x in (instead if flag == "-march=native" else [flag]))


def place(array: NDArray[Any]) -> ctypes.c_void_p:
    """Where an array's numbers stand, for a compiled function. As long as this is kept, so is the
    array, with its numbers where they are: NumPy resizes nothing that is referred to weakly."""
    pointer: Any = array.ctypes.data_as(ctypes.c_void_p)
    pointer.stays = weakref.ref(array)
    return pointer  # type: ignore[no-any-return]


def loaded(path: Path, functions: Sequence[str]) -> ctypes.CDLL:
    """A library, once it is known to have these functions.

    Raises:
        OSError: it is no library.
        AttributeError: a function is not there.
    """
    found = ctypes.CDLL(str(path))
    for name in functions:
        getattr(found, name)
    return found


# The cache


def cache_folder() -> Path:
    """Where compiled programs are kept: the user's own folder or, where others may write there, one
    for this process.

    Raises:
        CompilerError: neither can be made.
    """
    try:
        return users_folder()
    except CompilerError:
        if not private_folder().is_dir():  # it was the parent's of this process, which has ended
            private_folder.cache_clear()
        return private_folder()


def users_folder() -> Path:
    """The folder of the user's that holds what was compiled by all processes.

    Raises:
        CompilerError: it cannot be made, or somebody else may decide what lies there.
    """
    if sys.platform == "win32":
        raise CompilerError("syn0 compiles on Linux and macOS only")
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        if not base.is_absolute():
            base = Path.home() / ".cache"
        folder = base / "syn0"
        trouble = "" if base.is_absolute() else f"{base} depends on the working folder"
        if not trouble:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            trouble = why_not_ours(folder)
        if not trouble:
            folder.chmod(0o700)
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home
        raise CompilerError(f"compiled programs cannot be kept: {error}") from None
    if trouble:
        raise CompilerError(
            f"compiled programs cannot be kept: {trouble}; set $XDG_CACHE_HOME to a folder that is "
            "yours alone"
        )
    return folder


@cache
def private_folder() -> Path:
    """A new folder that goes when this process ends; what a compiler said stays.

    Raises:
        CompilerError: it cannot be made, or somebody else could put another in its place.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="syn0-")).resolve()
        trouble = why_not_ours(folder)
    except OSError as error:
        trouble = str(error)
    if trouble:
        raise CompilerError(f"compiled programs cannot be kept: {trouble}")
    atexit.register(leave, folder, os.getpid())
    return folder


def leave(folder: Path, process: int) -> None:
    """Empty a process's folder, unless this is a child of that process."""
    if os.getpid() == process:
        with suppress(OSError):
            for path in folder.iterdir():
                if path.suffix != ".log":
                    remove(path)
            folder.rmdir()


def why_not_ours(folder: Path) -> str:
    """How somebody else could decide what lies in a folder of ours; "" where nobody can."""
    for place in [*reversed(folder.parents), folder]:
        found = place.lstat()
        if stat.S_ISLNK(found.st_mode):
            # Systems have links of their own, such as /var; where these lead is looked at too.
            systems = found.st_uid == 0 and (os.getuid() != 0 or place.parent == Path(place.anchor))
            trouble = why_not_ours(place.resolve()) if systems else f"{place} is a link"
        elif is_ours_alone(found) or (place != folder and is_safe_above(found)):
            trouble = ""
        else:
            trouble = f"others may write to {place}"
        if trouble:
            return trouble
    return ""


def is_ours_alone(found: os.stat_result) -> bool:
    """Whether a file or a folder is this user's, and no other may write there."""
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def is_safe_above(found: os.stat_result) -> bool:
    """Whether nobody but the system or this user may rename what lies in a folder."""
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    return found.st_uid in (0, os.getuid()) and not shared


def key_of(source: str, compiler: Compiler) -> str:
    """The name of a compiled source in the cache, from all that it depends on."""
    key = "\0".join([source, *compiler.command, compiler.version, *FLAGS, *GCC_FLAGS, cpu()])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def library_name(key: str, content: bytes) -> str:
    """The name of a library in the cache: its key, and the hash of its bytes."""
    return f"{key}-{hashlib.sha256(content).hexdigest()[:32]}.so"


@cache
def cpu() -> str:
    """What this machine's processor is and can do: `native` means another thing on each."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return platform.machine() + line
    return platform.machine() + platform.processor()


def clear_cache() -> int:
    """Remove what was compiled, and what was left behind; the number of libraries."""
    folder = users_folder()
    libraries = list(folder.glob("*.so"))
    for path in [*libraries, *folder.glob("*.log"), *folder.glob("tmp*")]:
        remove(path)
    return len(libraries)


def forget_oldest(folder: Path) -> None:
    """Keep the cache to its size, and remove what killed processes left."""
    files: list[tuple[float, int, Path]] = []
    for path in [*folder.glob("*.so"), *folder.glob("*.log")]:
        with suppress(FileNotFoundError):  # another process removed it first
            found = path.lstat()
            files.append((found.st_mtime, found.st_size, path))
    total = 0
    for number, (_, size, path) in enumerate(sorted(files, reverse=True)):
        total += size
        if number >= MOST_KEPT or total > MOST_BYTES:
            remove(path)
    for path in folder.glob("tmp*"):
        with suppress(FileNotFoundError):
            if time.time() - path.lstat().st_mtime > STALE:
                remove(path)
