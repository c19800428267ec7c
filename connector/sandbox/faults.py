"""Faults: the seam, asked before a Graph call is judged and again with its answer, and those that are told over HTTP.

`before` may wait (latency) or return an answer, and then nothing is judged or stored (a failure before the commit).
`after` may return another answer, or one that breaks off, although everything was stored (the ambiguous failure).

Told faults strike by request number, by chance with a seed, or by an event's id: before the body is read, before the
commit, or after it. Of several that would strike the first does.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Protocol

import msgspec
from starlette.responses import Response

from connector.sandbox.calls import Call
from connector.sandbox.refusals import EXPIRED_WITHOUT_TIME, JSON, REVOKED, Refusal, refusal_body, trace_id
from connector.sandbox.routes import Endpoint
from connector.sandbox.usage import OTHER_LIMITS, TIER


class Faults(Protocol):
    """Two questions, asked for every call of a Graph path."""

    async def before(self, call: Call) -> Response | None:
        """An answer in place of Meta's, or None to go on."""

    async def after(self, call: Call, answer: Response) -> Response:
        """The answer that the caller shall see."""


class NoFaults:
    """Everything works."""

    async def before(self, call: Call) -> Response | None:
        return None

    async def after(self, call: Call, answer: Response) -> Response:
        return answer


BAD_GATEWAY_PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
UNKNOWN_ERROR: Final = Refusal(status=500, code=1, is_transient=True, message="An unknown error occurred")
UNAVAILABLE: Final = Refusal(status=503, code=2, is_transient=True, message="Service temporarily unavailable")


class FaultKind(StrEnum):
    """What goes wrong."""

    LIMIT = "limit"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    BAD_GATEWAY = "bad_gateway"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a word, no secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word, no secret
    RESET = "reset"
    HANG = "hang"
    SLOW = "slow"
    TRUNCATED = "truncated"
    NO_MESSAGES = "no_messages"
    SHORT_COUNT = "short_count"


ALWAYS_AFTER: Final = {FaultKind.TRUNCATED, FaultKind.NO_MESSAGES, FaultKind.SHORT_COUNT}


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault. Without `requests`, `probability` and `event_id` it strikes always, at most `times` times.

    `edge` is what it is about (events, stats, insights, dataset_quality, node; null is all); `requests` are numbers of
    requests of that edge since the faults were told, from 1. `seconds`: how long it is slow, or the wait of a limit.
    """

    kind: FaultKind
    stage: Literal["reading", "before", "after"] = "before"
    edge: str | None = "events"
    requests: frozenset[int] | None = None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    seed: int = 0
    event_id: str | None = None
    times: Annotated[int, msgspec.Meta(ge=0)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    code: Literal[80004, 4, 17, 613] = 80004

    def __post_init__(self) -> None:
        if self.edge is not None and self.edge not in {endpoint.value[0] for endpoint in Endpoint}:
            raise ValueError(f"no edge is named {self.edge}")
        if self.stage == "reading" and (self.kind is not FaultKind.RESET or self.event_id is not None):
            raise ValueError("before the body is read there is only a reset, and nobody knows the event")


class _Script:
    """A fault with its dice and its counts."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.requests = 0
        self.struck = 0
        self._dice = random.Random(fault.seed)  # noqa: S311 - reproducible, not secret

    def strikes(self, edge: str | None, event_ids: Callable[[], set[object]]) -> bool:
        """Count a request, and whether it is struck."""
        fault = self.fault
        if fault.edge is not None and fault.edge != edge:
            return False
        self.requests += 1
        chance = fault.probability is None or self._dice.random() < fault.probability
        strikes = (
            chance
            and (fault.times is None or self.struck < fault.times)
            and (fault.requests is None or self.requests in fault.requests)
            and (fault.event_id is None or fault.event_id in event_ids())
        )
        self.struck += strikes
        return strikes


class ScriptedFaults:
    """The faults as they were told; the first that strikes a request is its fate."""

    def __init__(self) -> None:
        self._scripts: list[_Script] = []
        self._released = asyncio.Event()

    def tell(self, faults: list[Fault]) -> None:
        """Replace all faults; whoever hangs goes on."""
        self.release()
        self._scripts = [_Script(fault) for fault in faults]
        self._released = asyncio.Event()

    def told(self) -> list[dict[str, Any]]:
        return [
            msgspec.to_builtins(script.fault) | {"requests_seen": script.requests, "struck": script.struck}
            for script in self._scripts
        ]

    def release(self) -> None:
        self._released.set()

    def strikes_unread(self, endpoint: Endpoint | None) -> bool:
        """Whether this connection is reset before its body is read. Every fault counts it."""
        scripts = [script for script in self._scripts if script.fault.stage == "reading"]
        struck = [script for script in scripts if script.strikes(_name(endpoint), set)]
        return bool(struck)

    def fate(self, call: Call) -> Fault | None:
        """What strikes this request. Every fault counts it."""
        edge = _name(call.endpoint)
        scripts = [script for script in self._scripts if script.fault.stage != "reading"]
        struck = [script for script in scripts if script.strikes(edge, lambda: _event_ids(call))]
        return struck[0].fault if struck else None

    async def before(self, call: Call, fault: Fault) -> Response | None:
        """An answer in place of Meta's, nothing stored; None where it strikes later."""
        if fault.stage == "after" or fault.kind in ALWAYS_AFTER or fault.kind is FaultKind.SLOW:
            return None
        return await self._strike(call, fault)

    async def after(self, call: Call, fault: Fault, answer: Response) -> Response:
        """What the caller sees of an answer to what was stored."""
        body = bytes(answer.body)
        match fault.kind:
            case FaultKind.SLOW:
                await self._wait(fault.seconds)
                return answer
            case FaultKind.TRUNCATED:
                return _like(answer, body[: len(body) // 2])
            case FaultKind.NO_MESSAGES | FaultKind.SHORT_COUNT:
                members = json.loads(body)
                if fault.kind is FaultKind.NO_MESSAGES:
                    members.pop("messages", None)
                elif "events_received" in members:
                    members["events_received"] = max(0, members["events_received"] - 1)
                return _like(answer, json.dumps(members).encode())
        return await self._strike(call, fault)

    async def _strike(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case FaultKind.RESET:
                call.reset()
                return Response()
            case FaultKind.HANG:
                await self._wait(None)
                call.reset()
                return Response()
            case FaultKind.BAD_GATEWAY:
                return Response(BAD_GATEWAY_PAGE, status_code=502, media_type="text/html")
            case FaultKind.LIMIT:
                return _refused(OTHER_LIMITS[fault.code], _wait_header(call, fault))
            case FaultKind.SERVER_ERROR:
                return _refused(UNKNOWN_ERROR)
            case FaultKind.UNAVAILABLE:
                return _refused(UNAVAILABLE)
            case FaultKind.TOKEN_EXPIRED:
                return _refused(EXPIRED_WITHOUT_TIME)
            case FaultKind.TOKEN_REVOKED:
                return _refused(REVOKED)
        raise AssertionError(f"{fault.kind} strikes after the commit only")

    async def _wait(self, seconds: float | None) -> None:
        """For that long, or until new faults are set or the server ends."""
        try:
            await asyncio.wait_for(self._released.wait(), seconds)
        except TimeoutError:
            return


def _name(endpoint: Endpoint | None) -> str | None:
    return None if endpoint is None else endpoint.value[0]


def _event_ids(call: Call) -> set[object]:
    return {event.get("event_id") for event in call.events or [] if isinstance(event, dict)}


def _refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    body = refusal_body(refusal, {}, trace_id())
    return Response(body, status_code=refusal.status, media_type=JSON, headers=headers)


def _like(answer: Response, body: bytes) -> Response:
    return Response(body, status_code=answer.status_code, media_type=JSON)


def _wait_header(call: Call, fault: Fault) -> dict[str, str]:
    use = {
        "type": "ads_management",
        "call_count": 100,
        "total_cputime": 100,
        "total_time": 100,
        "estimated_time_to_regain_access": math.ceil(fault.seconds / 60),
        "ads_api_access_tier": TIER,
    }
    return {"X-Business-Use-Case-Usage": json.dumps({call.object_id: [use]})}
