"""Every way into the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.routing import WebSocketRoute

SOCKET = "SOCKET"


def ways_in(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of each route, `SOCKET` for a WebSocket; HEAD goes with its GET."""
    return sorted({way for route in _routes(app) for way in _ways(route)})


def _routes(owner: Any) -> Iterator[Any]:
    for route in owner.routes:
        # FastAPI keeps an included router as it is in newer versions; older ones copy its routes.
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included)
        else:
            yield route


def _ways(route: Any) -> Iterator[tuple[str, str]]:
    if isinstance(route, WebSocketRoute):
        yield SOCKET, route.path
        return
    for method in route.methods - {"HEAD"}:
        yield method, route.path
