"""`python -m syn0` is the command `syn0`."""

import sys
from types import TracebackType

INTERRUPTED = 130


def run() -> None:
    """The whole process: no Ctrl-C, at whatever moment, shows where in the code it came."""
    sys.excepthook = untraced  # for the moments between those that are caught below
    code: object = INTERRUPTED
    try:
        from syn0.cli import main

        main()
    except SystemExit as left:
        code = left.code
    except KeyboardInterrupt:  # amid the imports, or as an error was told
        pass
    finally:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: there is nothing to end
    raise SystemExit(code)


def untraced(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an error that nothing caught, but not a Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


if __name__ == "__main__":
    run()
