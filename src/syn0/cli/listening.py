"""What commands that listen share: a socket, and the packages of an extra."""

from __future__ import annotations

import socket
from importlib import import_module


def check_installed(what: str, extra: str, *packages: str) -> None:
    """Say in one sentence what is missing, if anything is."""
    for name in packages:
        try:
            import_module(name)
        except ModuleNotFoundError:
            raise ModuleNotFoundError(
                f"{what} needs {name}, which is not installed: pip install 'syn0[{extra}]'"
            ) from None


def bound(host: str, port: int | None, usual: int) -> socket.socket:
    """A socket that listens: at the usual port, or where that is taken at any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, usual if port is None else port))
    except socket.gaierror:
        listener.close()
        raise OSError(f"{host} is no name of this machine") from None
    except OSError as error:
        if port is not None:
            listener.close()
            raise OSError(f"port {port} of {host} is not free: {error.strerror}") from None
        listener.bind((host, 0))
    listener.listen()  # so that whoever is quicker than the server waits instead of being refused
    return listener
