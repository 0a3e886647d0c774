"""`python -m syn0` is the command `syn0`."""

import signal
from typing import NoReturn

INTERRUPTED = 130


def run() -> NoReturn:
    """The whole process: no Ctrl-C, at whatever moment, shows where in the code it came."""
    code: object = INTERRUPTED
    try:
        from syn0.cli import main

        main()
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:  # amid the imports, or as an error was told
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: there is nothing to end
    raise SystemExit(code)


if __name__ == "__main__":
    run()
