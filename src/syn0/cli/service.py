"""A model that answers requests: rows as JSON or CSV in, answers in the same format out."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syn0.cli.openapi import description
from syn0.cli.predict import rows_of, write_csv
from syn0.data import Table, read_table
from syn0.data.cells import column_of
from syn0.data.read import table_in
from syn0.data.schema import Schema
from syn0.spec.words import MOST_SAID, visible

REQUEST = "the request"
CELLS = "a number, a text, true, false or null"
LOOPBACK = ("127.0.0.1", "localhost")

Columns = dict[str, NDArray[Any]]
"""What is said of rows, by the names of columns."""


@dataclass(frozen=True)
class Limits:
    """Of a request: its rows and its bytes."""

    rows: int
    size: int


@dataclass(frozen=True)
class Service:
    """A model that answers.

    Attributes:
        title: what it is.
        answers: what it says of the rows of a table.
        schema: what its columns are; None for one of plain numbers.
        names: of its columns, if these have some.
        limits: of a request.
    """

    title: str
    answers: Callable[[Table], Columns]
    schema: Schema | None
    names: tuple[str, ...]
    limits: Limits


class RefusedError(Exception):
    """A request that is not answered: its status, and one sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def application(service: Service, host: str) -> Starlette:
    """The service as an application, for a server that listens at `host`."""

    async def predict(request: Request) -> Response:
        return await answered(service, request)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "model": service.title})

    async def openapi(_: Request) -> Response:
        return JSONResponse(description(service))

    async def refused(_: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):  # of the framework: a path or a method
            return JSONResponse({"error": error.detail}, error.status_code)
        status = error.status if isinstance(error, RefusedError) else 500
        return JSONResponse({"error": str(error)}, status)

    # No name that another site could choose leads here, unless other machines may ask.
    own = [Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK])]
    return Starlette(
        routes=[
            Route("/predict", predict, methods=["POST"]),
            Route("/health", health),
            Route("/openapi.json", openapi),
        ],
        middleware=own if host in LOOPBACK else [],
        exception_handlers={HTTPException: refused, RefusedError: refused},
    )


async def answered(service: Service, request: Request) -> Response:
    """The answers to a request, in the format in which it came."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMATS:
        known = " or ".join(FORMATS)
        raise RefusedError(415, f"the content-type must be {known}, not {kind or 'missing'!r}")
    body = await body_of(request, service.limits.size)
    try:
        content = await run_in_threadpool(FORMATS[kind], service, body)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise RefusedError(400, shown(error)) from None
    return Response(content, media_type=kind)


def shown(error: Exception) -> str:
    """What a person is told of what was wrong with a request."""
    if isinstance(error, RecursionError):
        return "the request nests its values too deeply"
    return visible(str(error), MOST_SAID)


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request, of which no more is kept than may be."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise RefusedError(413, f"the request is larger than {most:,} bytes: send fewer rows")
    return bytes(body)


def as_json(service: Service, body: bytes) -> str:
    """The answers to rows as JSON: a list, or one object where one row was given."""
    try:
        value = json.loads(body, parse_constant=no_number)
    except UnicodeDecodeError:
        raise ValueError("the request is no JSON: it is not in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the request is no JSON: {error}") from None
    single = isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and not isinstance(value[0], dict | list)
    )
    columns = asked(service, table_of([value] if single else value, service.limits))
    rows = [dict(zip(columns, row, strict=True)) for row in rows_of(columns)]
    return json.dumps(rows[0] if single else rows, allow_nan=False)


def as_csv(service: Service, body: bytes) -> str:
    """The answers to CSV as CSV, as `syn0 predict` writes it."""
    text = io.StringIO()
    reading = None if service.schema is None else service.schema.reading
    table = table_in(io.BytesIO(body), Path(REQUEST), reading)
    write_csv([asked(service, table)], text)
    return text.getvalue()


FORMATS: dict[str, Callable[[Service, bytes], str]] = {
    "application/json": as_json,
    "text/csv": as_csv,
}


def asked(service: Service, table: Table) -> Columns:
    """What a model says of a table that is not too long."""
    refuse_more(len(table), service.limits)
    return service.answers(read_table(table, for_prediction=True))


def refuse_more(rows: int, limits: Limits) -> None:
    """RefusedError for more rows than a request may hold."""
    if rows > limits.rows:
        raise RefusedError(413, f"the request holds {rows:,} rows, and {limits.rows:,} may be")


def no_number(word: str) -> None:
    """ValueError for what Python takes for JSON."""
    raise ValueError(f"the request is no JSON: {word} is no number there; null is a missing one")


def table_of(rows: Any, limits: Limits) -> Table:
    """Rows of JSON as a table: objects by the names of columns, or lists in their order."""
    if not isinstance(rows, list) or not rows:
        raise ValueError("the request must hold a row or a list of rows, and at least one")
    refuse_more(len(rows), limits)
    named = isinstance(rows[0], dict)
    if not named:
        rows = [by_place(row, number) for number, row in enumerate(rows, 1)]
    cells: dict[str, list[Any]] = {name: [] for name in rows[0]}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or row.keys() != cells.keys():
            raise ValueError(f"row {number} has other columns than row 1")
        for name, cell in row.items():
            if isinstance(cell, dict | list):
                kind = "an object" if isinstance(cell, dict) else "a list"
                raise ValueError(f"row {number}: {name!r} holds {kind}, but may hold {CELLS}")
            cells[name].append(cell)
    columns = {
        name: column_of(name, np.array(column, object), REQUEST) for name, column in cells.items()
    }
    return Table(name=REQUEST, columns=columns, target=None, fingerprint="", has_names=named)


def by_place(row: Any, number: int) -> dict[str, Any]:
    """The cells of a list, under names that say their places."""
    if not isinstance(row, list):
        raise ValueError(f"row {number} is no list, as row 1 is")
    return {f"x{place}": cell for place, cell in enumerate(row, 1)}
