"""What a save leaves in its folder: the file, with the mode and owner it had, and nothing else."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syn0 import Network, load
from syn0.files.atomic import check_writable, write_whole


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "m.safetensors"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Mode and owner.


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o755, 0o400])
def test_a_file_that_is_replaced_keeps_its_mode(path, kept):
    Network([3, 1]).save(path)
    path.chmod(kept)
    Network([3, 4, 1]).save(path)
    assert mode(path) == kept
    assert load(path).spec.sizes == (3, 4, 1)


@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_new_files_have(path, umask, expected):
    before = os.umask(umask)
    try:
        Network([3, 1]).save(path)
    finally:
        os.umask(before)
    assert mode(path) == expected


def test_a_private_file_is_private_while_it_is_written_too(path, monkeypatch):
    Network([3, 1]).save(path)
    path.chmod(0o600)
    seen, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: (seen.append(os.fstat(number)), real(number)))
    Network([3, 1]).save(path)
    assert [stat.S_IMODE(found.st_mode) for found in seen] == [0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_that_is_replaced_keeps_its_owner(path):
    Network([3, 1]).save(path)
    os.chown(path, 12345, 23456)
    path.chmod(0o640)
    Network([3, 4, 1]).save(path)
    assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (12345, 23456, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to groups")
def test_a_group_that_cannot_be_kept_gives_no_other_group_a_private_file(path, monkeypatch):
    def refuse(*args):
        raise PermissionError(1, "Operation not permitted")

    Network([3, 1]).save(path)
    os.chown(path, -1, 23456)
    path.chmod(0o664)
    monkeypatch.setattr(os, "fchown", refuse)
    Network([3, 1]).save(path)
    assert (path.stat().st_gid, mode(path)) == (os.getegid(), 0o644)
    os.chown(path, -1, 23456)
    path.chmod(0o640)
    Network([3, 1]).save(path)
    assert (path.stat().st_gid, mode(path)) == (os.getegid(), 0o600)


@pytest.mark.parametrize("fails", ["fchmod", "fchown"])
def test_a_folder_that_keeps_no_modes_or_owners_takes_a_model_all_the_same(
    path, monkeypatch, fails
):
    def refuse(*args, **how):
        raise PermissionError(1, "Operation not permitted")

    Network([3, 1]).save(path)
    monkeypatch.setattr(os, fails, refuse)
    Network([3, 4, 1]).save(path)
    assert load(path).spec.sizes == (3, 4, 1)


def test_where_a_link_leads_the_mode_is_kept_and_the_link_stays(path, tmp_path):
    Network([3, 1]).save(path)
    path.chmod(0o600)
    link = tmp_path / "latest.safetensors"
    link.symlink_to(path)
    Network([3, 4, 1]).save(link)
    assert link.is_symlink()
    assert (mode(path), load(path).spec.sizes) == (0o600, (3, 4, 1))


# Names.


@pytest.mark.parametrize("length", [230, 250, 255])
def test_a_name_as_long_as_names_can_be_is_no_trouble(tmp_path, length):
    path = tmp_path / ("n" * (length - 12) + ".safetensors")
    check_writable(path)
    Network([3, 1]).save(path)
    Network([3, 1]).save(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_too_long_is_known_before_the_training(tmp_path):
    with pytest.raises(OSError, match="too long"):
        check_writable(tmp_path / ("n" * 256))


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_can_have_is_an_os_error(tmp_path, name):
    for write in (Network([3, 1]).save, check_writable):
        with pytest.raises(OSError, match="the model cannot be written"):
            write(tmp_path / name)


def test_links_in_a_circle_are_an_os_error_that_names_them(path, tmp_path):
    path.symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(path)
    for write in (Network([3, 1]).save, check_writable):
        with pytest.raises(OSError, match=r"cannot be written: .*links.*m\.safetensors"):
            write(path)
    assert path.is_symlink()


def test_a_link_to_a_file_that_is_not_there_yet_makes_it(path, tmp_path):
    path.symlink_to(tmp_path / "new.safetensors")
    Network([3, 1]).save(path)
    assert path.is_symlink()
    assert load(tmp_path / "new.safetensors").spec.sizes == (3, 1)


# What killed processes leave.

KILLED = """
import os, signal, sys
from syn0 import Network
os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)
Network([3, 1]).save(sys.argv[1])
"""


def aged(path: Path) -> None:
    old = time.time() - 7200
    os.utime(path, (old, old), follow_symlinks=False)


@pytest.fixture(scope="module")
def leftover(tmp_path_factory) -> Path:
    """What a process left that was killed as it saved."""
    path = tmp_path_factory.mktemp("killed") / "m.safetensors"
    done = subprocess.run([sys.executable, "-c", KILLED, path], timeout=60, check=False)
    assert done.returncode == -9
    (found,) = path.parent.iterdir()
    return found


@pytest.fixture
def left(leftover, tmp_path) -> Path:
    """The same beside the model, two hours old."""
    found = Path(shutil.copy(leftover, tmp_path))
    aged(found)
    return found


def test_what_a_killed_process_left_goes_with_the_next_save(path, left):
    Network([3, 1]).save(path)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_so_it_does_where_it_had_been_given_to_the_owner_of_the_old_file(path, left):
    path.touch()
    for file in (path, left):
        os.chown(file, 12345, -1)
    Network([3, 1]).save(path)
    assert list(path.parent.iterdir()) == [path]


def test_one_that_cannot_be_removed_does_not_keep_the_others(path, left, monkeypatch):
    others = [left.with_name(f"{left.name[:-12]}{k:08}.tmp") for k in range(8)]
    for other in others:
        other.write_bytes(b"")
        aged(other)
    kept, real = others[3], os.unlink

    def unlink(path, **how):
        if Path(path) == kept:
            raise PermissionError(1, "Operation not permitted")
        real(path, **how)

    monkeypatch.setattr(os, "unlink", unlink)
    Network([3, 1]).save(path)
    assert set(path.parent.iterdir()) == {path, kept}


def test_what_may_still_be_written_stays(path, left):
    fresh = left.with_name(f".syn0-{left.name.split('-')[1]}-00000001.tmp")
    living = left.with_name(f".syn0-{os.getpid()}-00000000.tmp")
    for other in (fresh, living):
        other.write_bytes(b"")
    aged(living)
    Network([3, 1]).save(path)
    assert set(path.parent.iterdir()) == {path, fresh, living}


def test_files_of_others_stay_whatever_their_age(path, left):
    number = left.name.split("-")[1]
    others = [
        left.with_name(name)
        for name in (
            f".syn0-{number}-notes.tmp", f"syn0-{number}-00000000.tmp", ".m.safetensors.abc",
            f".syn0-{number}-00000000.tmp.bak", ".syn0--1-00000000.tmp",
        )
    ]  # fmt: skip
    folder = left.with_name(f".syn0-{number}-11111111.tmp")
    folder.mkdir()
    link = left.with_name(f".syn0-{number}-22222222.tmp")
    link.symlink_to(others[0])
    for other in others:
        other.write_text("mine")
    for other in (*others, folder, link):
        aged(other)
    Network([3, 1]).save(path)
    assert set(path.parent.iterdir()) == {path, folder, link, *others}


def test_a_folder_that_cannot_be_listed_takes_a_model_all_the_same(path, monkeypatch):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    Network([3, 1]).save(path)
    assert load(path).spec.sizes == (3, 1)


def test_the_words_of_an_error_say_what_was_to_be_written(tmp_path):
    with pytest.raises(IsADirectoryError, match="the predictions cannot be written: this is a fol"):
        write_whole(tmp_path, b"", "the predictions")
