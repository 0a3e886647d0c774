"""`syn0 play`: the page to step through a network with."""

from __future__ import annotations

import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message
from syn0.cli.listening import bound, check_installed

if TYPE_CHECKING:
    import socket

    from syn0.view.protocol import Recipe
    from syn0.view.shelf import Shelf

PORT = 7310
"""Where the page is, if it is free."""

OPENING = 0.3
"""Seconds until the browser opens: the server is there by then."""

SWITCH = 0.001
"""Seconds after which a page that trains lets others at the interpreter: answers wait less."""


@click.command(cls=Sections)
@click.argument("data", required=False)
@click.option("--net", metavar="NET", help="Sizes of the network, such as 3-4-1.")
@click.option("--target", metavar="COLUMN", help="The column to predict, of a table.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N",
              help=f"Where to listen: {PORT} if that is free, else any.")  # fmt: skip
@click.option("--host", default="127.0.0.1", metavar="NAME",
              help="By what name other machines may ask; without it, none may.")  # fmt: skip
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
    from syn0.view.shelf import Shelf

    check_installed("the page", "play", "starlette", "uvicorn", "websockets")
    shelf = Shelf()
    recipe = recipe_of(options["data"], options["net"], options["target"], shelf)
    with bound(options["host"], options["port"], PORT) as listener:
        serve(listener, options["host"], recipe, shelf, browser=options["browser"])


def serve(
    listener: socket.socket, host: str, recipe: Recipe | None, shelf: Shelf, *, browser: bool
) -> None:
    """Print the address, open the browser there, and serve until Ctrl-C."""
    import uvicorn

    from syn0.engines.blas import LIMITS
    from syn0.view.server import LOOPBACK, MOST_MESSAGE, House, application

    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    house = House(port, tuple({*LOOPBACK, name}), recipe=recipe, shelf=shelf)
    address = f"http://{name}:{port}/?token={house.token}"
    click.echo(address)
    message("Ctrl-C ends it.")
    if browser:
        threading.Timer(OPENING, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        application(house),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    sys.setswitchinterval(SWITCH)
    # With one thread a product, pages that train at once leave each other's bits and time alone.
    with LIMITS.at_most(1), suppress(KeyboardInterrupt):  # which uvicorn raises once all is closed
        uvicorn.Server(config).run(sockets=[listener])


def recipe_of(data: str | None, net: str | None, target: str | None, shelf: Shelf) -> Recipe | None:
    """The recipe with which pages begin; what DATA names is read now."""
    from hashlib import sha256

    from syn0.data import BUILT_IN, read_table
    from syn0.view.planes import PLANES
    from syn0.view.protocol import DataChoice
    from syn0.view.recipes import make, usual_recipe
    from syn0.view.shelf import Kept, network_in

    if data is None and net is None:
        return None
    if data is None or data in BUILT_IN or data in PLANES:
        chosen: DataChoice = {"id": data or "xor"}
        recipe = usual_recipe(chosen, net)
    elif data.endswith(".safetensors"):
        if net is not None:
            raise ValueError(f"{data} has its own network: leave out --net")
        digest = sha256(Path(data).read_bytes()).hexdigest()
        kept = shelf.keep(Kept(Path(data).name, digest, network_in(Path(data)), 0))
        recipe = {
            **usual_recipe({"id": "file", "name": kept.name, "hash": kept.hash}),
            "network": {},
        }
    else:
        table = read_table(data, target=target)
        kept = shelf.keep(Kept(Path(table.name).name, table.fingerprint, table, 0))
        recipe = usual_recipe({"id": "file", "name": kept.name, "hash": kept.hash}, net)
    if target is not None:
        recipe["data"]["target"] = target
    make(recipe, shelf)  # what does not fit is told here
    return recipe
