"""`syn0 serve`: a saved model that answers over HTTP."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message
from syn0.cli.options import FILE

if TYPE_CHECKING:
    from syn0.cli.service import Service

PORT = 7311
"""Where it answers, if that is free."""

MOST_ROWS, MOST_BYTES = 10_000, 10_000_000
"""Of a request."""


@click.command(cls=Sections)
@click.argument("model", type=FILE)
@click.option("--port", type=click.IntRange(0, 65535), metavar="N",
              help=f"Where to listen: {PORT} if that is free, else any.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="NAME",
              help="By what name other machines may ask; without it, none may.")  # fmt: skip
@click.option("--max-rows", type=click.IntRange(1), default=MOST_ROWS, show_default=True,
              metavar="N", help="Of a request; more are refused.")  # fmt: skip
@click.option("--max-bytes", type=click.IntRange(1), default=MOST_BYTES, show_default=True,
              metavar="N", help="Of a request; more are refused.")  # fmt: skip
def serve(model: str, port: int | None, host: str, max_rows: int, max_bytes: int) -> None:
    """Answer over HTTP with MODEL: rows as JSON or CSV, one or many.

    POST /predict takes a row, a list of rows, or CSV; GET /openapi.json says what a row holds, and
    GET /health whether it answers. It needs pip install 'syn0[serve]'. Ctrl-C ends it once all
    requests are answered.

    \b
    syn0 serve titanic.safetensors
    curl localhost:7311/predict -H 'content-type: text/csv' --data-binary @new.csv
    """
    from syn0.cli.listening import bound, check_installed
    from syn0.saving import load

    check_installed("the service", "serve", "starlette", "uvicorn")
    import uvicorn

    from syn0.cli.service import application

    service = service_of(model, load(model), max_rows, max_bytes)
    with bound(host, port, PORT) as listener:
        name = f"[{host}]" if ":" in host else host
        click.echo(f"http://{name}:{listener.getsockname()[1]}")
        message("Ctrl-C ends it.")
        config = uvicorn.Config(
            application(service, host),
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=256,
            timeout_graceful_shutdown=10,
        )
        with suppress(KeyboardInterrupt):  # which uvicorn raises anew once all is closed
            uvicorn.Server(config).run(sockets=[listener])


def service_of(path: str, saved: Any, most_rows: int, most_bytes: int) -> Service:
    """The service of what a file holds."""
    from syn0.cli.service import Limits, Service
    from syn0.models import Network

    limits = Limits(most_rows, most_bytes)
    if isinstance(saved, Network):
        from syn0.cli.predict import answers_of

        schema = saved.schema
        names = tuple(schema.cells) if schema else saved.columns.get("X", ())
        title = f"a {saved.spec} neural network"
        return Service(title, partial(answers_of, saved), schema, names, limits)
    from syn0.cli.answers import Saved

    model = Saved(path, saved)
    title = f"a {type(saved).__name__}"
    return Service(title, model.answers, model.network.schema, model.names or (), limits)
