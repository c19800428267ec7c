"""The Graph paths: one door for all of them, which reads, judges, stores and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connector.sandbox.calls import Call, read_call
from connector.sandbox.clock import Clock
from connector.sandbox.config import SandboxConfig
from connector.sandbox.faults import Faults
from connector.sandbox.refusals import (
    UNKNOWN_PATH,
    UNKNOWN_VERSION,
    UNSUPPORTED,
    Refusal,
    acceptance_body,
    refusal_body,
    trace_id,
)
from connector.sandbox.request_rules import Terms
from connector.sandbox.rules import (
    REQUEST_RULES,
    RequestRule,
    first_broken_of_events,
    first_broken_of_request,
    refusing,
    terms_at,
    warning,
)
from connector.sandbox.seen import Seen, SeenRequest

JSON = "application/json; charset=UTF-8"
BEFORE_THE_OBJECT = ("E1", "E2")


@dataclass(frozen=True, slots=True)
class Broken:
    """The rule that a call broke, and its answer."""

    rule: str
    answer: Refusal


class Graph:
    """Answers calls as Meta would and remembers them in `seen`."""

    def __init__(self, config: SandboxConfig, clock: Clock, faults: Faults) -> None:
        self.config = config
        self.clock = clock
        self.faults = faults
        self._refusing = refusing(config.strict)
        self._warning = warning(config.strict)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was seen."""
        self.seen = Seen(
            dedup_server_server=self.config.dedup_server_server,
            dedup_key_b=self.config.dedup_key_b,
        )

    async def answer(self, request: Request) -> Response:
        """Answer one request. A caller that goes away before its body is whole was never heard."""
        try:
            call = await read_call(request, self.config)
        except ClientDisconnect:
            return Response(status_code=400)
        early = await self.faults.before(call)
        if early is not None:
            return early
        return await self.faults.after(call, self.take(call))

    def take(self, call: Call) -> Response:
        """Judge the call; store its events if nothing is broken; answer."""
        now = self.clock.now()
        broken = self.first_broken(call, now)
        trace = trace_id()
        events = call.events or []
        if broken is None:
            self.seen.accept(call.object_id, events, now)
            self._warn(events, self._terms(now))
            status, body = 200, acceptance_body(len(events), trace)
        else:
            status, body = broken.answer.status, refusal_body(broken.answer, _blanks(call), trace)
        self.seen.remember(_remembered(call, broken, self.seen.request_count + 1, now, status, trace))
        return Response(body, status_code=status, media_type=JSON)

    def first_broken(self, call: Call, now: float) -> Broken | None:
        """The first rule that is broken: version, path, token, method, request, events."""
        if call.version is not None and call.version not in self.config.versions:
            return Broken("version", UNKNOWN_VERSION)
        if call.edge != ("events",):  # further edges get their doors here
            return Broken("path", UNKNOWN_PATH)
        terms = self._terms(now)
        if call.method != "POST":
            token_rules = [rule for rule in REQUEST_RULES if rule.name in BEFORE_THE_OBJECT]
            return _broken(first_broken_of_request(call, terms, token_rules)) or Broken("method", UNSUPPORTED)
        broken = first_broken_of_request(call, terms)
        if broken is not None:
            return _broken(broken)
        rule = first_broken_of_events(call.events or [], terms, self._refusing)
        return None if rule is None else Broken(rule.name, rule.answer)

    def _warn(self, events: Sequence[dict[str, Any]], terms: Terms) -> None:
        for rule in self._warning:
            if count := sum(rule.breaks(event, terms) for event in events):
                self.seen.warnings[rule.name] += count

    def _terms(self, now: float) -> Terms:
        return terms_at(now, self.config.datasets, self.config.future_tolerance_s)


def _broken(rule: RequestRule | None) -> Broken | None:
    return None if rule is None else Broken(rule.name, rule.answer)


def _blanks(call: Call) -> Mapping[str, str]:
    unknown = call.edge[1:] if call.edge[:1] == ("events",) else call.edge
    path = "/" + "/".join(unknown or (call.object_id,))
    return {"object_id": call.object_id, "method": call.method.lower(), "path": path}


def _remembered(call: Call, broken: Broken | None, number: int, now: float, status: int, trace: str) -> SeenRequest:
    return SeenRequest(
        number=number,
        received_at=now,
        method=call.method,
        path=call.path,
        media=call.media,
        body_bytes=call.body_bytes,
        events=len(call.events or []),
        is_test=call.is_test,
        status=status,
        rule=None if broken is None else broken.rule,
        code=None if broken is None else broken.answer.code,
        subcode=None if broken is None else broken.answer.subcode,
        fbtrace_id=trace,
    )
