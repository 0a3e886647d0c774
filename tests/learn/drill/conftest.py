"""What the tests of the drill share."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from syn0.learn.drill import sandbox

WARM = Path(__file__).with_name("warm.py")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine may take its time over a program; what ends it is what it does."""
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 120)


class Forked:
    """What a warm process forked, as far as `subprocess.Popen` is asked for."""

    def __init__(self, hub, folder):
        self.hub, self.returncode = hub, None
        here, there = os.pipe()
        socket.send_fds(hub, [os.fsencode(folder)], [there])
        os.close(there)
        self.stdout = os.fdopen(here, "rb")
        self.pid = int.from_bytes(hub.recv(4), "big")

    def wait(self, seconds=None):
        if self.returncode is None:
            self.hub.settimeout(seconds)
            try:
                status = int.from_bytes(self.hub.recv(4), "big")
            except TimeoutError:
                raise subprocess.TimeoutExpired("a fork", seconds) from None
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


@pytest.fixture(scope="session")
def hub():
    """A socket to a warm process."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, *sandbox.FLAGS, WARM, sandbox.CHILD, sandbox.NUMPY]
    with ours, subprocess.Popen(command, stdin=theirs, env=sandbox.environment(WARM.parent)):
        theirs.close()
        yield ours
        ours.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def warm(hub, monkeypatch):
    """Programs run in forks of a process that has NumPy, which takes a quarter of the time: all but
    those of test_sandbox.py, which run as a learner's do."""
    monkeypatch.setattr(sandbox, "started", lambda folder: Forked(hub, folder))
