"""Where a model cannot be saved, nothing that was there is lost and nothing is left behind."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from syn0 import Network, load

FULL_DISK = """
import resource, sys
from syn0 import Network
network = Network([50, 400, 10])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    network.save(sys.argv[1])
except OSError as error:
    print(error.errno, error.filename)
"""


@pytest.fixture
def old_model(tmp_path) -> Path:
    path = tmp_path / "m.safetensors"
    Network([3, 1]).save(path)
    return path


def test_a_disk_that_fills_leaves_the_old_file_whole(old_model):
    before = old_model.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, old_model],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(errno.EFBIG), str(old_model)]
    assert old_model.read_bytes() == before
    assert list(old_model.parent.iterdir()) == [old_model]
    assert load(old_model).spec == Network([3, 1]).spec


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_failure_at_any_moment_leaves_the_old_file_whole(old_model, monkeypatch, fails):
    def refuse(*args):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = old_model.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(*((os, "fsync") if fails == "fsync" else (Path, "replace")), refuse)
        patched.setattr(os, "rename" if fails == "replace" else "fsync", refuse)
        patched.setattr(os, "replace" if fails == "replace" else "fsync", refuse)
        with pytest.raises(OSError, match=r"m\.safetensors"):
            Network([30, 40, 1]).save(old_model)
    assert old_model.read_bytes() == before
    assert list(old_model.parent.iterdir()) == [old_model]


def test_ctrl_c_while_saving_leaves_the_old_file_whole(old_model, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    before = old_model.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            Network([30, 40, 1]).save(old_model)
    assert old_model.read_bytes() == before
    assert list(old_model.parent.iterdir()) == [old_model]


def test_the_content_is_on_the_disk_before_it_takes_the_old_ones_place(old_model, monkeypatch):
    events = []
    real_fsync, real_replace = os.fsync, os.rename

    def fsync(descriptor):
        size = os.fstat(descriptor).st_size
        events.append(("synced", size))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", lambda a, b: (events.append("moved"), real_replace(a, b)))
    Network([30, 40, 1]).save(old_model)
    assert events == [("synced", old_model.stat().st_size), "moved"]


@pytest.mark.parametrize("where", ["missing/m.safetensors", "file/m.safetensors", "folder"])
def test_a_place_that_cannot_be_written_is_an_os_error_naming_it(tmp_path, where):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=where.replace(".", r"\.")):
        Network([3, 1]).save(tmp_path / where)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_an_os_error(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(PermissionError, match="locked"):
        Network([3, 1]).save(folder / "m.safetensors")
    assert list(folder.iterdir()) == []


def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # stands for /dev/null, which root could destroy
    with pytest.raises((OSError, ValueError), match="pipe"):
        Network([3, 1]).save(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_name_that_is_no_unicode_does_not_prevent_saving(tmp_path, rows):
    from syn0.data import read_table
    from syn0.models import plan_table, table_options

    name = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.csv")
    Path(name).write_text("a,y\n1,0\n2,1\n3,0\n4,1\n")
    fitted = plan_table(read_table(name), table_options(sizes=(1, 1), steps=2)).fit(progress=False)
    fitted.network.save(tmp_path / "m.safetensors")
    assert load(tmp_path / "m.safetensors").steps_taken == 2
