"""A call of a Graph path: read, judged, stored and answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from connector.sandbox.batches import batch_body, parts_of
from connector.sandbox.calls import Call, read_call, reset
from connector.sandbox.config import Clock, SandboxConfig
from connector.sandbox.faults import Faults, ScriptedFaults
from connector.sandbox.reading import Reading
from connector.sandbox.refusals import (
    JSON,
    UNKNOWN_PATH,
    UNKNOWN_VERSION,
    UNSUPPORTED,
    Refusal,
    RefusedError,
    acceptance_body,
    bad_parameter,
    in_language,
    refusal_body,
    to_bytes,
    trace_id,
)
from connector.sandbox.request_rules import Terms
from connector.sandbox.routes import EDGES, Endpoint, version_number
from connector.sandbox.rules import (
    REQUEST_RULES,
    TOKEN_RULES,
    EventRule,
    RequestRule,
    first_broken_of_events,
    first_broken_of_request,
    refusing,
    terms_at,
    warning,
)
from connector.sandbox.store import ReceivedRequest, Store
from connector.sandbox.tokens import Tokens, TokenState
from connector.sandbox.usage import Usage, limit_refusal

PACIFIC: Final = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Broken:
    """The rule that a call broke, and its answer."""

    rule: str
    answer: Refusal


class Graph:
    """Answers calls as Meta would and remembers them in `store`."""

    def __init__(self, config: SandboxConfig, clock: Clock, faults: Faults) -> None:
        self.config = config
        self.clock = clock
        self.faults = faults
        self.script = ScriptedFaults()
        self._refusing = refusing(config.strict)
        self._warning = warning(config.strict)
        self.reset()

    def reset(self) -> None:
        """Forget everything that was seen."""
        self.store = Store(
            dedup_server_server=self.config.dedup_server_server,
            dedup_key_b=self.config.dedup_key_b,
            check_hashes="E21" not in self.config.strict,
        )
        self.tokens = Tokens(self.config.tokens)
        self.usage = Usage()
        self.script.tell([])
        self.reading = Reading(self.config, self.store)

    async def answer(self, request: Request, endpoint: Endpoint | None) -> Response:
        """Answer one request. A caller that goes away before its body is whole was never heard."""
        if endpoint is Endpoint.BATCH:
            return self._batch(await read_call(request, self.tokens, endpoint))
        if self.script.strikes_unread(endpoint):
            reset(request)
            return Response(status_code=400)
        try:
            call = await read_call(request, self.tokens, endpoint)
        except ClientDisconnect:
            return Response(status_code=400)
        fate = self.script.fate(call)
        early = await self.faults.before(call)
        if early is None and fate is not None:
            early = await self.script.before(call, fate)
        if early is not None:
            return early
        answer = self.take(call)
        if fate is not None:
            answer = await self.script.after(call, fate, answer)
        return await self.faults.after(call, answer)

    def _batch(self, call: Call) -> Response:
        """Answer each call of a batch. No fault strikes it, and it is not among the requests that are remembered."""
        now = self.clock.now()
        if broken := self.first_broken(call, now):
            return self._refused(call, broken.answer, now)
        parts = parts_of(call, self.tokens)
        if parts is None:
            refusal = bad_parameter("batch").answer if "batch" in call.params else UNKNOWN_PATH
            return self._refused(call, refusal, now)
        return Response(batch_body([self._read(part, now) for part in parts]), media_type=JSON)

    def _read(self, call: Call, now: float) -> tuple[int, bytes]:
        """Status and body of one call of a batch, which may only read."""
        self.usage.count(now)
        broken = self.first_broken(call, now)
        if broken is None and call.method == "GET" and call.endpoint is not None:
            try:
                return 200, to_bytes(self.reading.answer(call.endpoint, call, now))
            except RefusedError as refused:
                broken = Broken(refused.rule, refused.answer)
        refusal = UNSUPPORTED if broken is None else broken.answer
        return refusal.status, refusal_body(refusal, blanks(call, now), trace_id())

    def _refused(self, call: Call, refusal: Refusal, now: float) -> Response:
        body = refusal_body(refusal, blanks(call, now), trace_id())
        return Response(body, status_code=refusal.status, media_type=JSON)

    def release(self) -> None:
        """Let go whoever was left hanging: the server ends."""
        self.script.release()

    def take(self, call: Call) -> Response:
        """Judge the call; store its events, or read, if nothing is broken; answer."""
        now = self.clock.now()
        trace, endpoint = trace_id(), call.endpoint
        warned: Counter[str] = Counter()
        broken = self.first_broken(call, now, warned)
        body = b""
        if broken is None:
            try:
                body = self._done(endpoint, call, now, trace)
                self.store.warnings.update(warned)
            except RefusedError as refused:
                broken = Broken(refused.rule, refused.answer)
        status = 200 if broken is None else broken.answer.status
        if broken is not None:
            body = refusal_body(broken.answer, blanks(call, now), trace)
        if broken is None or broken.rule != "E9":
            self.usage.count(now)
        headers = self.usage.headers(self.reading.scenario.limits, now, endpoint, call.object_id)
        self.store.remember(_remembered(call, broken, self.store.request_count + 1, now, status, trace))
        return Response(body, status_code=status, media_type=JSON, headers=headers)

    def _done(self, endpoint: Endpoint | None, call: Call, now: float, trace: str) -> bytes:
        if endpoint is not Endpoint.EVENTS and endpoint is not None:
            return to_bytes(self.reading.answer(endpoint, call, now))
        events = call.events or []
        self.store.accept(call.object_id, events, now)
        return acceptance_body(len(events), trace)

    def first_broken(self, call: Call, now: float, warned: Counter[str] | None = None) -> Broken | None:
        """The first rule that is broken: version, path, token, method, request, events. `warned` counts the others."""
        if self._is_too_old(call):
            return Broken("version", UNKNOWN_VERSION)
        endpoint = call.endpoint
        if endpoint is None:
            return Broken("path", UNKNOWN_PATH)
        terms = self._terms(now)
        rule: RequestRule | EventRule | None
        if endpoint is not Endpoint.EVENTS or call.method not in endpoint.methods:
            rules = TOKEN_RULES if call.method not in endpoint.methods else TOKEN_RULES | {"E9"}
            rule = first_broken_of_request(call, terms, [each for each in REQUEST_RULES if each.name in rules])
            if rule is None and call.method not in endpoint.methods:
                return Broken("method", UNSUPPORTED)
        else:
            rule = first_broken_of_request(call, terms) or first_broken_of_events(
                call.events or [], terms, self._refusing, self._warning, warned
            )
        return None if rule is None else Broken(rule.name, self._worded(rule, call, endpoint))

    def _is_too_old(self, call: Call) -> bool:
        """A version newer than those known here is answered, or the newest one would be refused on its first day."""
        insights = call.endpoint is Endpoint.INSIGHTS
        oldest = self.config.oldest_insights_version if insights else self.config.oldest_version
        return call.version is not None and version_number(call.version) < version_number(oldest)

    def _worded(self, rule: RequestRule | EventRule, call: Call, endpoint: Endpoint) -> Refusal:
        """The rule's answer, as the token's state and the configuration have it."""
        token = call.token or TokenState()
        match rule.name:
            case "E3":
                return replace(rule.answer, status=self.config.expired_status)
            case "E4":
                return replace(rule.answer, subcode=token.revoked_subcode)
            case "E9":
                return limit_refusal(self.reading.scenario.limits, endpoint)
        return in_language(rule.answer, token.locale)

    def _terms(self, now: float) -> Terms:
        scenario = self.reading.scenario
        return terms_at(
            now,
            self.config.datasets,
            self.config.future_tolerance_s,
            is_limited=self.usage.is_limited(scenario.limits, now),
            leads=scenario.leads,
        )


def _remembered(call: Call, broken: Broken | None, number: int, now: float, status: int, trace: str) -> ReceivedRequest:
    return ReceivedRequest(
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


def blanks(call: Call, now: float) -> Mapping[str, str]:
    """What is filled into the message of a refusal."""
    unknown = call.edge[1:] if call.edge and call.edge[0] in EDGES else call.edge
    expired_at = now if call.token is None or call.token.expires_at is None else call.token.expires_at
    return {
        "object_id": call.object_id,
        "method": call.method.lower(),
        "path": "/" + "/".join(unknown or (call.object_id,)),
        "expired_at": _in_words(expired_at),
        "current_time": _in_words(now),
    }


def _in_words(at: float) -> str:
    """`Saturday, 23-Sep-23 23:29:14 PDT`."""
    return datetime.fromtimestamp(at, PACIFIC).strftime("%A, %d-%b-%y %H:%M:%S %Z")
