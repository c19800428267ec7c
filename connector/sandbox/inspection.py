"""What the sandbox can be asked and told, under `/__sandbox`; no part of what Meta offers.

Every endpoint is a coroutine without an await between reading and answering, so that it sees no request half taken in.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connector.sandbox.counting import BrowserCopy
from connector.sandbox.graph import Graph
from connector.sandbox.summary import summarize

_ENCODER = msgspec.json.Encoder()
_COPIES = msgspec.json.Decoder(list[BrowserCopy])
NDJSON = "application/x-ndjson"
DEFAULT_LIMIT = 1000
INDEX = """<!doctype html><meta charset="utf-8"><title>A local Meta</title>
<p>This is a local Meta. It answers <code>POST /v26.0/{dataset}/events</code> and forgets everything when it stops.
<p>What it saw: <a href="/__sandbox/summary">/__sandbox/summary</a>
"""


class Inspection:
    """The paths beside Meta's."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index, methods=["GET"]),
            Route("/__sandbox/health", self.health, methods=["GET"]),
            Route("/__sandbox/summary", self.summary, methods=["GET"]),
            Route("/__sandbox/requests", self.requests, methods=["GET"]),
            Route("/__sandbox/events", self.events, methods=["GET"]),
            Route("/__sandbox/receipts", self.receipts, methods=["GET"]),
            Route("/__sandbox/pixel", self.pixel, methods=["POST"]),
            Route("/__sandbox/reset", self.reset, methods=["POST"]),
            Route("/__sandbox/{path:path}", self.unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def index(self, _: Request) -> Response:
        return HTMLResponse(INDEX)

    async def health(self, _: Request) -> Response:
        return _json({"ok": True})

    async def summary(self, _: Request) -> Response:
        return _json(summarize(self._graph.seen))

    async def requests(self, request: Request) -> Response:
        """The latest requests, oldest first; `limit`."""
        latest = self._graph.seen.requests
        limit = _limit(request)
        return _json([asdict(each) for each in islice(latest, max(0, len(latest) - limit), None)])

    async def events(self, request: Request) -> Response:
        """Received copies, oldest first; `event_id`, `event_name`, `limit`."""
        columns = self._graph.seen.events
        event_id, name = request.query_params.get("event_id"), request.query_params.get("event_name")
        rows = (
            row
            for row in range(len(columns))
            if (event_id is None or columns.event_ids[row] == event_id)
            and (name is None or columns.kind(row).event_name == name)
        )
        return _json([columns.told(row) for row in islice(rows, _limit(request))])

    async def receipts(self, request: Request) -> Response:
        """A line `[event_name, event_id, count]` for every key that the server sent; `event_id`."""
        lines = list(self._graph.seen.receipts_of(request.query_params.get("event_id")))
        return Response(_ENCODER.encode_lines(lines), media_type=NDJSON)

    async def pixel(self, request: Request) -> Response:
        """Take in a JSON list of the browser's copies: all, or none and what is wrong with the first bad one."""
        body = await request.body()
        try:
            copies = _COPIES.decode(body)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, status=400)
        self._graph.seen.accept_browser(copies)
        return _json({"received": len(copies)})

    async def reset(self, _: Request) -> Response:
        self._graph.reset()
        return _json({"ok": True})

    async def unknown(self, _: Request) -> Response:
        return _json({"error": "no such path; see the sandbox's documentation"}, status=404)


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", "")
    return int(asked) if asked.isascii() and asked.isdigit() else DEFAULT_LIMIT


def _json(members: Any, status: int = 200) -> Response:
    return Response(_ENCODER.encode(members), status_code=status, media_type="application/json")
