"""The service of a model in the words of OpenAPI, which other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syn0 import __version__
from syn0.data.inputs import LeftOut, TextInput

if TYPE_CHECKING:
    from syn0.cli.service import Service


def description(service: Service) -> dict[str, Any]:
    """The service in the words of OpenAPI."""
    cells = cells_of(service)
    row: dict[str, Any] = {"type": "object", "properties": cells, "required": [*cells]}
    if not cells:
        row = {"type": "array", "items": {"type": "number"}}
    health = {
        "summary": "Whether it answers",
        "responses": {"200": {"description": "It does"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"syn0: {service.title}", "version": __version__},
        "paths": {"/predict": {"post": prediction()}, "/health": {"get": health}},
        "components": {"schemas": {"row": row}},
    }


def prediction() -> dict[str, Any]:
    """What is asked and answered where rows are predicted."""
    answer = {"type": "object", "additionalProperties": {"type": ["number", "string"]}}
    failed: dict[str, Any] = {
        "content": {"application/json": {"schema": {"properties": {"error": {}}}}}
    }
    return {
        "summary": "What the model says of a row, or of several",
        "requestBody": {
            "required": True,
            "content": one_or_more({"$ref": "#/components/schemas/row"}),
        },
        "responses": {
            "200": {
                "description": "An answer a row, in the format of the request",
                "content": one_or_more(answer),
            },
            "400": {"description": "Rows that the model does not take", **failed},
            "413": {"description": "Too many rows or bytes", **failed},
            "415": {"description": "Neither JSON nor CSV", **failed},
        },
    }


def one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    """Content that is one thing of a kind or a list of them, as JSON, or rows of CSV."""
    return {
        "application/json": {"schema": {"anyOf": [item, {"type": "array", "items": item}]}},
        "text/csv": {"schema": {"type": "string"}},
    }


def cells_of(service: Service) -> dict[str, Any]:
    """What a row holds, by the names of its columns."""
    if service.schema is None:
        return {name: {"type": "number"} for name in service.names}
    found: dict[str, Any] = {}
    for column in service.schema.columns:
        if isinstance(column, LeftOut):
            continue
        missing = ["null"] if service.schema.prepare else []
        if isinstance(column, TextInput):
            kinds = ["string", "number", "boolean"]
            found[column.name] = {"type": [*kinds, *missing], "examples": [*column.categories[:5]]}
        else:
            found[column.name] = {"type": ["number", *missing]}
    return found
