"""`syn0 play`: the page to step through a network with."""

from __future__ import annotations

import socket
import threading
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message

if TYPE_CHECKING:
    from syn0.view.protocol import Recipe
    from syn0.view.recipes import Shelf

PORT = 7310
"""Where the page is, if it is free."""


@click.command(cls=Sections)
@click.argument("data", required=False)
@click.option("--net", metavar="NET", help="Sizes of the network, such as 3-4-1.")
@click.option("--target", metavar="COLUMN", help="The column to predict, of a table.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N",
              help=f"Where to listen; by default {PORT}, or any that is free.")  # fmt: skip
@click.option("--host", default="127.0.0.1", metavar="NAME",
              help="Whom to listen for; by default this machine alone.")  # fmt: skip
@click.option("--browser/--no-browser", default=True, help="Whether to open the browser.")
def play(**options: Any) -> None:
    """See a network learn, line by line, in the browser.

    DATA is a built-in name, a set of points (circles, moons, spirals, exclusive-or, blobs), a file
    as for `syn0 train`, or a saved model; without it, exclusive-or in a 3-4-1 network. Everything
    stays on this machine.

    \b
    syn0 play
    syn0 play moons --net 2-8-1
    syn0 play table.csv --target COLUMN
    syn0 play model.safetensors
    """
    try:
        import uvicorn

        from syn0.view.server import LOOPBACK, MOST_MESSAGE, House, application
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("syn0"):
            raise
        raise ModuleNotFoundError(
            f"the page needs {error.name}, which is not installed: pip install 'syn0[play]'"
        ) from None
    from syn0.view.recipes import Shelf

    shelf = Shelf()
    recipe = recipe_of(options["data"], options["net"], options["target"], shelf)
    listener = bound(options["host"], options["port"])
    port = listener.getsockname()[1]
    shown = options["host"]
    names = LOOPBACK if shown in ("127.0.0.1", "localhost", "::1") else (*LOOPBACK, shown)
    house = House(port, names, recipe=recipe, shelf=shelf)
    name = "127.0.0.1" if shown in ("0.0.0.0", "::") else shown  # noqa: S104
    address = f"http://{f'[{name}]' if ':' in name else name}:{port}/?token={house.token}"
    click.echo(address)
    message("Ctrl-C ends it.")
    if options["browser"]:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        application(house),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:  # which uvicorn raises anew once all is closed
        return


def recipe_of(data: str | None, net: str | None, target: str | None, shelf: Shelf) -> Recipe | None:
    """The recipe with which pages begin; what DATA names is read now."""
    from syn0.cli.networks import is_model
    from syn0.data import BUILT_IN, read_table
    from syn0.view.planes import PLANES
    from syn0.view.protocol import DataChoice
    from syn0.view.recipes import Kept, make, network_in, usual_recipe

    if data is None and net is None:
        return None
    if data is None or data in BUILT_IN or data in PLANES:
        chosen: DataChoice = {"id": data or "xor"}
        recipe = usual_recipe(chosen, net)
    elif is_model(data):
        from hashlib import sha256
        from pathlib import Path

        if net is not None:
            raise ValueError(f"{data} has its own network: leave out --net")
        digest = sha256(Path(data).read_bytes()).hexdigest()
        kept = shelf.keep(Kept(data, digest, network_in(Path(data)), 0))
        recipe = {
            **usual_recipe({"id": "file", "name": kept.name, "hash": kept.hash}),
            "network": {},
        }
    else:
        table = read_table(data, target=target)
        kept = shelf.keep(Kept(table.name, table.fingerprint, table, 0))
        recipe = usual_recipe({"id": "file", "name": kept.name, "hash": kept.hash}, net)
    if target is not None:
        recipe["data"]["target"] = target
    make(recipe, shelf)  # what does not fit is told here
    return recipe


def bound(host: str, port: int | None) -> socket.socket:
    """A socket that listens: at the usual port, or where that is taken at any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, PORT if port is None else port))
    except OSError as error:
        if port is not None:
            raise OSError(f"port {port} of {host} is not free: {error.strerror}") from None
        listener.bind((host, 0))
    return listener
