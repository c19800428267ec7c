"""The Graph paths, and the endpoint that answers each. A version may stand in front of any of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ACCOUNT: Final = "act_"
_VERSION = re.compile(r"v[0-9]+\.[0-9]+")


class Endpoint(Enum):
    """What answers; the value is its name in faults and the methods that it answers."""

    EVENTS = ("events", frozenset({"POST"}))
    STATS = ("stats", frozenset({"GET"}))
    EMPTY = ("empty edge", frozenset({"GET"}))
    """`/da_checks` and `/offline_event_uploads`: shapes without content (docs/meta-api.md §8.2)."""
    INSIGHTS = ("insights", frozenset({"GET", "POST"}))
    NODE = ("node", frozenset({"GET"}))
    QUALITY = ("dataset_quality", frozenset({"GET"}))
    DEBUG_TOKEN = ("debug_token", frozenset({"GET"}))
    BATCH = ("batch", frozenset({"POST"}))
    """Several calls in one (docs/meta-api.md §8.2)."""

    @property
    def methods(self) -> frozenset[str]:
        return self.value[1]


EDGES: Final = {
    "events": Endpoint.EVENTS,
    "stats": Endpoint.STATS,
    "da_checks": Endpoint.EMPTY,
    "offline_event_uploads": Endpoint.EMPTY,
    "insights": Endpoint.INSIGHTS,
}
PATHS: Final[tuple[tuple[str, Endpoint | None], ...]] = (
    ("/", Endpoint.BATCH),
    ("/dataset_quality", Endpoint.QUALITY),
    ("/dataset_quality/{rest:path}", None),  # they are no objects that have edges
    ("/debug_token", Endpoint.DEBUG_TOKEN),
    ("/debug_token/{rest:path}", None),
    ("/{object_id}", Endpoint.NODE),
    *((f"/{{object_id}}/{edge}", endpoint) for edge, endpoint in EDGES.items()),
    ("/{rest:path}", None),
)
"""In the order in which they are tried. None: nothing is there, and the call is answered as Graph answers that."""

Answer = Callable[[Request, Endpoint | None], Awaitable[Response]]


class GraphPaths:
    """The paths as an ASGI app. Methods are not its business: which rule a wrong one breaks is the call's."""

    def __init__(self, answer: Answer) -> None:
        routes = [Route(path, _at(endpoint, answer), methods=METHODS) for path, endpoint in PATHS]
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, parts = versioned(scope["path"])
        inner = {**scope, "path": "/" + "/".join(parts), "asked_path": scope["path"]}
        await self._router(inner, receive, send)


def _at(endpoint: Endpoint | None, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def answer_there(request: Request) -> Response:
        return await answer(request, endpoint)

    return answer_there


def asked_path(request: Request) -> str:
    """The path as it was asked for, with its version."""
    path: str = request.scope["asked_path"]
    return path


def versioned(path: str) -> tuple[str | None, list[str]]:
    """`/v26.0/123/events` -> ("v26.0", ["123", "events"]); the version may be missing."""
    parts = [part for part in path.split("/") if part]
    version = parts.pop(0) if parts and _VERSION.fullmatch(parts[0]) else None
    return version, parts


def version_number(version: str) -> tuple[int, ...]:
    """`v26.0` -> (26, 0)."""
    return tuple(map(int, version.removeprefix("v").split(".")))


def endpoint_at(parts: list[str]) -> Endpoint | None:
    """What answers at a path without its version, as `PATHS` has it."""
    match parts:
        case ["dataset_quality"]:
            return Endpoint.QUALITY
        case ["debug_token"]:
            return Endpoint.DEBUG_TOKEN
        case ["dataset_quality" | "debug_token", *_]:
            return None
        case [_]:
            return Endpoint.NODE
        case [_, edge]:
            return EDGES.get(edge)
    return None


def account_number(object_id: str) -> str | None:
    """`act_17` -> "17"; None for what is no ad account's id."""
    number = object_id.removeprefix(ACCOUNT)
    return number if object_id.startswith(ACCOUNT) and number.isascii() and number.isdigit() else None
