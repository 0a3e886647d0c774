"""Compiled code is loaded only where this user alone could have put it: never from the working
folder, a folder or a file of others, or a link; and what is no library is passed over at once
(issue 13, 6 and 17)."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.engines import compiler
from syn0.engines.compiler import CompilerError, library

pytestmark = [pytest.mark.needs_compiler, pytest.mark.usefixtures("remembered")]

SOURCE = "int answer(void) { return 42; }"


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, and another one for temporary files."""
    (tmp_path / "working").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "working")
    monkeypatch.setattr(compiler.tempfile, "tempdir", str(tmp_path / "temporary"))
    compiler.private_folder.cache_clear()
    yield tmp_path / "temporary"
    compiler.private_folder.cache_clear()


@cache
def planted() -> bytes:
    """A library that answers 666."""
    with TemporaryDirectory() as folder:
        source, made = Path(folder, "planted.c"), Path(folder, "planted")
        source.write_text("int answer(void) { return 666; }")
        command = compiler.find_compiler().command
        subprocess.run([*command, "-shared", "-fPIC", "-o", made, source], check=True)
        return made.read_bytes()


def plant(folder: Path) -> Path:
    """This one, with the name of what answers 42."""
    folder.mkdir(parents=True, exist_ok=True)
    key = compiler.key_of(SOURCE, compiler.find_compiler())
    path = folder / compiler.library_name(key, planted())
    path.write_bytes(planted())
    return path


def answers(private: Path, *, kept: bool) -> None:
    """What is loaded is compiled from its source, in a private place unless it is `kept`."""
    assert library(SOURCE, "answer").answer() == 42
    folders = list(private.iterdir())
    assert (folders == []) is kept
    for folder in folders:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [path.suffix for path in folder.iterdir()] == [".so"]


def test_a_planted_library_would_be_loaded_from_a_folder_of_ours(cache, private) -> None:
    """So that the tests below plant what would be taken."""
    plant(cache).chmod(0o600)
    assert library(SOURCE, "answer").answer() == 666


RELATIVE = {
    "relative $XDG_CACHE_HOME": ({"XDG_CACHE_HOME": "here", "HOME": "here"}, "here/syn0"),
    "a dot": ({"XDG_CACHE_HOME": ".", "HOME": "."}, "syn0"),
    "relative $HOME": ({"XDG_CACHE_HOME": None, "HOME": "here"}, "here/.cache/syn0"),
    "empty $XDG_CACHE_HOME": ({"XDG_CACHE_HOME": "", "HOME": "."}, ".cache/syn0"),
    "a tilde": ({"XDG_CACHE_HOME": "~", "HOME": "~"}, "~/syn0"),
}


@pytest.mark.parametrize(("names", "folder"), RELATIVE.values(), ids=RELATIVE)
def test_nothing_is_loaded_from_the_working_folder(names, folder, private, monkeypatch) -> None:
    for name, value in names.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    planted = plant(Path(folder)).absolute()
    planted.chmod(0o600)
    Path(folder).chmod(0o700)
    answers(private, kept=False)
    assert [path for path in Path().rglob("*") if path.is_file()] == [
        planted.relative_to(Path.cwd())
    ]
    with pytest.raises(CompilerError, match=r"depends on the working folder|determine home"):
        compiler.clear_cache()
    assert planted.exists()


def test_a_relative_cache_home_is_ignored_for_the_home(private, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    answers(private, kept=True)
    assert len(list((tmp_path / "home/.cache/syn0").iterdir())) == 1
    assert stat.S_IMODE((tmp_path / "home/.cache").stat().st_mode) == 0o700


def test_a_user_without_a_home_compiles_in_a_private_place(private, monkeypatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    answers(private, kept=False)


def of_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file or folder look like somebody else's, whoever runs the tests."""
    here = path.lstat()

    def seen(found: os.stat_result) -> os.stat_result:
        if (found.st_ino, found.st_dev) != (here.st_ino, here.st_dev):
            return found
        return os.stat_result([*found[:4], found.st_uid + 1, *found[5:]])

    lstat, fstat = Path.lstat, os.fstat
    monkeypatch.setattr(Path, "lstat", lambda self: seen(lstat(self)))
    monkeypatch.setattr(os, "fstat", lambda number: seen(fstat(number)))


def linked(path: Path) -> None:
    """Move a file or folder elsewhere, and leave a link."""
    elsewhere = path.with_name(f"elsewhere-{path.name}")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


CHANGES: dict[str, Callable[[Path, pytest.MonkeyPatch], Any]] = {
    "all may write to": lambda path, _: path.chmod(0o777),
    "a group may write to": lambda path, _: path.chmod(0o770),
    "others may write to": lambda path, _: path.chmod(0o702),
    "another user's": of_another,
    "a link to": lambda path, _: linked(path),
}
changed = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@changed
@pytest.mark.parametrize("above", [0, 1, 2], ids=["the folder", "its parent", "its grandparent"])
def test_nothing_is_loaded_from_where_others_may_write(
    above, change, private, monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "caches"))
    cache = compiler.users_folder()
    plant(cache).chmod(0o600)
    change([cache, *cache.parents][above], monkeypatch)
    answers(private, kept=False)
    X, y = np.eye(3), np.ones((3, 1))
    history = Network([3, 2, 1]).train(X, y, steps=2, engine="native", progress=False)
    assert history.engine == "native"
    assert [path.suffix for path in cache.iterdir()] == [".so"]
    with pytest.raises(CompilerError, match=r"(others may write to \S+|\S+ is a link); set"):
        compiler.clear_cache()


def test_a_shared_folder_whose_names_are_safe_may_hold_the_cache(
    private, monkeypatch, tmp_path
) -> None:
    """As /tmp, where each may rename what is theirs only."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared" / "mine"))
    answers(private, kept=True)


def test_links_of_the_system_are_followed(private, monkeypatch, tmp_path) -> None:
    """Such as a linked /home; where they lead is looked at all the same."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to("disk")
    monkeypatch.setattr(os, "getuid", lambda: 7)
    lstat, fstat = Path.lstat, os.fstat

    def seen(found: os.stat_result) -> os.stat_result:
        link = stat.S_ISLNK(found.st_mode)
        return os.stat_result([*found[:4], 0 if link else 7, *found[5:]])

    monkeypatch.setattr(Path, "lstat", lambda self: seen(lstat(self)))
    monkeypatch.setattr(os, "fstat", lambda number: seen(fstat(number)))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    answers(private, kept=True)
    (tmp_path / "disk").chmod(0o777)
    answers(private, kept=False)


@changed
def test_a_library_that_others_may_have_made_is_made_again(
    change, cache, private, monkeypatch
) -> None:
    planted = plant(cache)
    planted.chmod(0o600)
    change(planted, monkeypatch)
    answers(private, kept=True)
    assert [x for x in cache.glob("*.so") if not x.name.startswith("elsewhere")] != [planted]


def test_the_libraries_that_are_kept_are_ours_alone_whatever_the_umask(cache) -> None:
    before = os.umask(0)
    try:
        library(SOURCE)
    finally:
        os.umask(before)
    (path,) = cache.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("late", ["os.utime", "compiler.loaded"])
def test_what_is_loaded_are_the_bytes_that_were_looked_at(late, cache, monkeypatch) -> None:
    """However late another file is put in the place of one that was found right."""
    library(SOURCE)
    (path,) = cache.iterdir()
    planted = plant(cache / "other")
    module, name = (os, "utime") if late == "os.utime" else (compiler, "loaded")
    call = getattr(module, name)

    def exchanged(*given: Any) -> Any:
        if path.exists():
            planted.replace(path)
            path.chmod(0o600)
        monkeypatch.setattr(module, name, call)
        return call(*given)

    monkeypatch.setattr(module, name, exchanged)
    assert library(SOURCE, "answer").answer() == 42


def test_a_private_place_is_left_with_the_process_but_for_what_a_compiler_said(
    private, python
) -> None:
    script = (
        "from syn0.engines.compiler import library\n"
        f"print(library('{SOURCE}').answer())\n"
        "try: library('no c')\nexcept Exception as error: print(error)\n"
    )
    process = python(script, XDG_CACHE_HOME="here", HOME="here", TMPDIR=str(private))
    out, err = process.communicate(timeout=60)
    assert err == ""
    assert out.startswith("42\n")
    (folder,) = private.iterdir()
    assert [path.suffix for path in folder.iterdir()] == [".log"]
    assert str(next(folder.iterdir())) in out


def test_children_share_a_private_place_and_leave_it(private, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", "here")
    library(SOURCE)
    child = os.fork()
    if not child:
        compiler.leave(compiler.private_folder(), os.getppid())
        os._exit(0 if library(SOURCE).answer() == 42 else 1)
    assert os.waitpid(child, 0)[1] == 0
    answers(private, kept=False)
    compiler.leave(compiler.private_folder(), os.getpid())
    assert list(private.iterdir()) == []
    answers(private, kept=False)  # a new one, where the parent's is gone


def test_where_even_the_private_place_is_not_private_numpy_trains(
    private, monkeypatch, told
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", "here")
    private.chmod(0o777)
    network = Network([3, 2, 1])
    network.train(np.eye(3), np.ones((3, 1)), steps=2, engine="native", progress=False)
    assert network.engine == "numpy"
    assert f"compiled programs cannot be kept: others may write to {private}" in told()


# What compilers take from the working folder


def test_the_working_folder_gives_compilers_nothing(cache, monkeypatch) -> None:
    """An end of these variables that is empty means the working folder to gcc and clang."""
    Path("math.h").write_text("#error planted\n")
    Path("libm.a").write_text("planted")
    Path("libm.so").write_text("planted")
    for name in ("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH"):
        monkeypatch.setenv(name, "/nowhere:")
    assert library(f"#include <math.h>\n{SOURCE}").answer() == 42


def test_a_compiler_may_stand_in_the_working_folder_where_the_user_says_so(
    cache, monkeypatch
) -> None:
    real = " ".join(compiler.find_compiler().command)
    Path("own-cc").write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    Path("own-cc").chmod(0o700)
    monkeypatch.setenv("CC", "./own-cc")
    assert library(SOURCE).answer() == 42
    monkeypatch.setenv("CC", "own-cc -O1")
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    assert library(SOURCE).answer() == 42


def test_zig_is_not_taken_from_the_working_folder(monkeypatch) -> None:
    Path("ziglang.py").write_text("print('planted')")
    monkeypatch.setattr(compiler, "find_spec", lambda name: True)
    monkeypatch.setenv("PATH", "/nowhere")
    ((*command, _),) = compiler.candidates("", "/nowhere")
    assert command[0] == sys.executable
    assert "planted" not in compiler.call([*command, "--version"])[1]


# What stands in the cache and is no library


def empty(path: Path) -> None:
    path.write_bytes(b"")


def filled(path: Path) -> None:
    (path / "inside").mkdir(parents=True)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**10)


def listening(path: Path) -> None:
    place = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have a hundred bytes or so
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(place)


KINDS = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "folder with content": filled,
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "socket": listening,
    "file of 10 GB": huge,
    "empty file": empty,
}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@kinds
@pytest.mark.parametrize("end", ["wrong", "right"], ids=["some hash", "the hash of what is made"])
def test_what_is_no_library_is_passed_over_and_taken_away(cache, kind, end) -> None:
    library(SOURCE)
    (path,) = cache.iterdir()
    path.unlink()
    made = path.name if end == "right" else f"{path.name.partition('-')[0]}-{'0' * 32}.so"
    kind(cache / made)
    assert library(SOURCE, "answer").answer() == 42
    assert [path.suffix for path in cache.iterdir()] == [".so"]


@kinds
def test_what_is_no_log_is_replaced_by_one(cache, kind) -> None:
    key = compiler.key_of("no c", compiler.find_compiler())
    kind(cache / f"{key}.log")
    with pytest.raises(CompilerError, match=r"failed: see \S+\.log"):
        library("no c")
    (path,) = cache.iterdir()
    assert path.read_text().endswith("no c")


@kinds
@pytest.mark.parametrize("name", ["tmp-left", "old.so", "old.log"])
def test_what_is_old_goes_whatever_it_is(cache, monkeypatch, kind, name) -> None:
    kind(cache / name)
    os.utime(cache / name, (1, 1), follow_symlinks=False)
    monkeypatch.setattr(compiler, "MOST_KEPT", 1)
    library(SOURCE)
    assert [path.suffix for path in cache.iterdir()] == [".so"]
    kind(cache / name)
    assert compiler.clear_cache() == 1 + (name == "old.so")
    assert list(cache.iterdir()) == []
