"""Programs that a drill must survive, and a word of what is said of each."""

from __future__ import annotations

HOSTILE = {
    "a loop without end": ("while True: pass", "seconds of the processor"),
    "memory without end": (
        "import numpy as np\na = []\nwhile True: a.append(np.empty(10**7))",
        "more memory",
    ),
    "an array too large": ("import numpy as np\nnp.ones((10**6, 10**6))", "memory"),
    "printing without end": ("while True: print('x' * 1000)", "printed more than 64 KB"),
    "a fork": ("import os\nwhile True: os.fork()", "another process"),
    "another program": ("import subprocess\nsubprocess.run(['true'])", "another process"),
    "a shell": ("import os\nos.system('true')", "another process"),
    "a socket": ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "network"),
    "a file elsewhere": ("open('../escaped.txt', 'w').write('x')", "outside its own folder"),
    "a file of the user's": ("import os\nos.remove(PLACE)", "outside its own folder"),
    "a folder of the user's": ("import shutil\nshutil.rmtree(FOLDER)", "outside its own folder"),
    "another folder": ("import os\nos.chdir('/')", "outside its own folder"),
    "syn0 itself": ("import syn0", "imports syn0"),
    "its own folder away": (
        "import os\nfor name in os.listdir('.'): os.remove(name)\nos.rmdir(os.getcwd())",
        "ended before",
    ),
    "a closed stdout": ("import sys, os\nsys.stdout.close()\nos.close(1)", "not found"),
    "an end at once": ("import os\nos._exit(0)", "ended before"),
    "an exit": ("import sys\nsys.exit(3)", "SystemExit"),
    "a deep recursion": ("def f(): f()\nf()", "RecursionError"),
    "a bottomless recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return list(map(f, [x]))\nf(0)",
        "crashed",
    ),
    "a large file": ("open('big', 'wb').write(b'x' * 10**8)", "file of more than"),
    "a question": ("input('name? ')", "EOFError"),
    "an end of others": ("import os, signal\nos.kill(os.getppid(), signal.SIGTERM)", "process"),
    "deep brackets": ("(" * 5000 + ")" * 5000, "SyntaxError"),
    "a null byte": ("a = 1\0", "null"),
}
