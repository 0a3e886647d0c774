"""A process that has started Python and NumPy once, and forks for every program that is judged.

Run by path, as the drill's child is; it is told of each folder, and where to print, on its stdin.
"""

import os
import socket
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

spec = spec_from_file_location("child", sys.argv[1])
child = module_from_spec(spec)
spec.loader.exec_module(child)
import_module("numpy.random")  # which every program uses

hub = socket.socket(fileno=0)
while True:
    folder, printed, *_ = socket.recv_fds(hub, 4096, 1)
    if not folder:
        break
    if not (pid := os.fork()):
        os.setsid()
        for place in (0, 1, 2):
            os.dup2(printed[0] if place else os.open(os.devnull, os.O_RDONLY), place)
        child.begin(Path(os.fsdecode(folder)))
    os.close(printed[0])
    hub.send(pid.to_bytes(4, "big"))
    _, status = os.waitpid(pid, 0)
    hub.send(status.to_bytes(4, "big"))
