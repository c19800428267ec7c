"""What the sandbox can be asked, under `/__sandbox`; no part of what Meta offers.

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

from connector.sandbox.graph import Graph
from connector.sandbox.page import HEADERS, Page
from connector.sandbox.summary import summarize

_ENCODER = msgspec.json.Encoder()
NDJSON = "application/x-ndjson"
DEFAULT_LIMIT = 1000


class Inspection:
    """The paths beside Meta's."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._page = Page()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index, methods=["GET"]),
            Route("/__sandbox/health", self.health, methods=["GET"]),
            Route("/__sandbox/summary", self.summary, methods=["GET"]),
            Route("/__sandbox/requests", self.requests, methods=["GET"]),
            Route("/__sandbox/events", self.events, methods=["GET"]),
            Route("/__sandbox/receipts", self.receipts, methods=["GET"]),
            Route("/__sandbox/{path:path}", self.unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def index(self, _: Request) -> Response:
        """The page for people."""
        text = self._page.render(self._graph.seen, self._graph.clock.now())
        return HTMLResponse(text, headers=HEADERS)

    async def health(self, _: Request) -> Response:
        return json_answer({"ok": True})

    async def summary(self, _: Request) -> Response:
        return json_answer(summarize(self._graph.seen))

    async def requests(self, request: Request) -> Response:
        """The latest requests, oldest first; `limit`."""
        latest = self._graph.seen.requests
        limit = _limit(request)
        return json_answer([asdict(each) for each in islice(latest, max(0, len(latest) - limit), None)])

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
        return json_answer([columns.told(row) for row in islice(rows, _limit(request))])

    async def receipts(self, request: Request) -> Response:
        """A line `[event_name, event_id, count]` for every key that the server sent; `event_id`."""
        lines = list(self._graph.seen.receipts_of(request.query_params.get("event_id")))
        return Response(_ENCODER.encode_lines(lines), media_type=NDJSON)

    async def unknown(self, _: Request) -> Response:
        return json_answer({"error": "no such path; see the sandbox's documentation"}, status=404)


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", "")
    return int(asked) if asked.isascii() and asked.isdigit() else DEFAULT_LIMIT


def json_answer(members: Any, status: int = 200) -> Response:
    """An answer of the sandbox itself, not of Meta."""
    return Response(_ENCODER.encode(members), status_code=status, media_type="application/json")
