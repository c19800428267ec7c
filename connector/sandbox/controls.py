"""What the sandbox can be asked and told under `/__sandbox`; no part of what Meta offers.

No question awaits anything between reading and answering, so that it sees no request half taken in.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connector.sandbox.config import Clock, Scenario
from connector.sandbox.faults import Fault
from connector.sandbox.graph import Graph
from connector.sandbox.page import HEADERS, Page
from connector.sandbox.store import BrowserCopy
from connector.sandbox.summary import summarize
from connector.sandbox.tokens import TokenState

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
        text = self._page.render(self._graph.store, self._graph.clock.now())
        return HTMLResponse(text, headers=HEADERS)

    async def health(self, _: Request) -> Response:
        return json_answer({"ok": True})

    async def summary(self, _: Request) -> Response:
        return json_answer(summarize(self._graph.store))

    async def requests(self, request: Request) -> Response:
        """The latest requests, oldest first; `limit`."""
        latest = self._graph.store.requests
        limit = _limit(request)
        return json_answer([asdict(each) for each in islice(latest, max(0, len(latest) - limit), None)])

    async def events(self, request: Request) -> Response:
        """Received copies, oldest first; `event_id`, `event_name`, `limit`."""
        columns = self._graph.store.events
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
        lines = list(self._graph.store.receipts_of(request.query_params.get("event_id")))
        return Response(_ENCODER.encode_lines(lines), media_type=NDJSON)

    async def unknown(self, _: Request) -> Response:
        return json_answer({"error": "no such path; see the sandbox's documentation"}, status=404)


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", "")
    return int(asked) if asked.isascii() and asked.isdigit() else DEFAULT_LIMIT


def json_answer(members: Any, status: int = 200) -> Response:
    """An answer of the sandbox itself, not of Meta."""
    return Response(_ENCODER.encode(members), status_code=status, media_type="application/json")


Told = TypeVar("Told")
END_OF_TIME: Final = 4_102_444_800


class ClockTold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of: `now` (seconds since 1970, or ISO 8601 with a zone), `offset_s` from the system's time, `advance_s`."""

    now: float | Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    offset_s: float | None = None
    advance_s: float | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.now, self.offset_s, self.advance_s)) != 1:
            raise ValueError("tell one of now, offset_s, advance_s")

    def offset(self, clock: Clock) -> float:
        """From the system's time, in seconds."""
        if self.offset_s is not None:
            return self.offset_s
        if self.advance_s is not None:
            return clock.offset_s + self.advance_s
        now = self.now.timestamp() if isinstance(self.now, datetime) else float(self.now or 0)
        return clock.offset_s + now - clock.now()


class Controls:
    """The paths to tell it something. What cannot be read is refused whole, with the first thing wrong in it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def routes(self) -> list[Route]:
        return [
            Route("/__sandbox/pixel", self.pixel, methods=["POST"]),
            Route("/__sandbox/scenario", self.scenario, methods=["GET", "POST"]),
            Route("/__sandbox/tokens", self.tokens, methods=["POST"]),
            Route("/__sandbox/population", self.population, methods=["GET", "POST"]),
            Route("/__sandbox/clock", self.clock, methods=["GET", "POST"]),
            Route("/__sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/__sandbox/process", self.process, methods=["POST"]),
            Route("/__sandbox/reset", self.reset, methods=["POST"]),
        ]

    async def pixel(self, request: Request) -> Response:
        """Take in a JSON list of the browser's copies."""
        copies = await _read(request, list[BrowserCopy])
        if isinstance(copies, Response):
            return copies
        self._graph.store.accept_browser(copies)
        return json_answer({"received": len(copies)})

    async def scenario(self, request: Request) -> Response:
        """Replace the scenario; what is left out is as it is by default. The answer is the scenario."""
        if request.method == "POST":
            scenario = await _read(request, Scenario)
            if isinstance(scenario, Response):
                return scenario
            self._graph.reading.scenario = scenario
        return json_answer(self._graph.reading.scenario)

    async def tokens(self, request: Request) -> Response:
        """Add or replace tokens of the registry: a JSON object, the token and what it is. Tokens are never told."""
        tokens = await _read(request, dict[str, TokenState])
        if isinstance(tokens, Response):
            return tokens
        self._graph.tokens.tell(tokens)
        return json_answer({"told": len(tokens)})

    async def population(self, request: Request) -> Response:
        """Add people whom Meta knows: by key a list of hashes. The answer is how many values are known, by key."""
        matching = self._graph.store.matching
        if request.method == "POST":
            people = await _read(request, dict[str, list[str]])
            if isinstance(people, Response):
                return people
            try:
                matching.tell(people)
            except ValueError as error:
                return json_answer({"error": str(error)}, status=400)
        return json_answer(matching.people())

    async def clock(self, request: Request) -> Response:
        """Move the clock; it goes on from there."""
        clock = self._graph.clock
        if request.method == "POST":
            told = await _read(request, ClockTold)
            if isinstance(told, Response):
                return told
            offset_s = told.offset(clock)
            if not 0 <= clock.now() - clock.offset_s + offset_s <= END_OF_TIME:
                return json_answer({"error": "the clock goes from 1970 to 2099"}, status=400)
            clock.offset_s = offset_s
        return json_answer({"now": clock.now(), "offset_s": clock.offset_s})

    async def faults(self, request: Request) -> Response:
        """Replace the faults by a list of them; GET tells how often each struck, DELETE ends them."""
        if request.method == "POST":
            faults = await _read(request, list[Fault])
            if isinstance(faults, Response):
                return faults
            self._graph.script.tell(faults)
        elif request.method == "DELETE":
            self._graph.script.tell([])
        return json_answer(self._graph.script.told())

    async def process(self, _: Request) -> Response:
        """What was received until now shows at once, without lag, and with its attribution settled."""
        self._graph.reading.processed_until = self._graph.clock.now()
        return json_answer({"processed_until": self._graph.reading.processed_until})

    async def reset(self, _: Request) -> Response:
        """Forget what was seen and told; the clock stays where it is."""
        self._graph.reset()
        return json_answer({"ok": True})


async def _read(request: Request, kind: type[Told]) -> Told | Response:
    body = await request.body()
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        return json_answer({"error": str(error)}, status=400)
