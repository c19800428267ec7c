"""What an answer of Meta means for the events of its request. Pure: values in, values out, and it never raises.

An answer is judged by its body: by code and subcode, never by text. Where the body is not Graph's JSON, the status
tells whether Meta can have processed anything: a redirect or a 4xx was answered by something on the way, and Meta never
got the request; all else (a 5xx, or a success that does not count the events) is unconfirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from connector.destinations.meta.client import Answer
from connector.destinations.meta.codes import find
from connector.destinations.meta.faults import LOGIN, LOGIN_ASKED
from connector.destinations.meta.reasons import Reason
from connector.destinations.meta.subcodes import REFUSED_BY_METHOD
from connector.destinations.meta.texts import told_by
from connector.model.outcomes import Evidence
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind, Verdict

INVALID_PARAMETER = 100
UNREACHABLE = "Check the network, the proxy and CONNECTOR_META_BASE_URL: no connection to Meta could be made."
ELSEWHERE = (
    "Check that CONNECTOR_META_BASE_URL leads to Meta and that the proxy or firewall on the way lets requests through: "
    "what answered is not Meta."
)
UNKNOWN = (
    "Look up the code in Meta's error reference (this connector does not know it), and look at one exact payload "
    "(connector plan --show 1)."
)
_INT32 = 2**31
_TRACE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The parts of Meta's error envelope that are not text."""

    code: int
    subcode: int | None
    transient: bool
    by_method: bool
    is_typed: bool


def judge(answer: Answer, *, sent: int) -> Verdict:
    """Judge the answer to a request of `sent` events. Never raises, whatever the body is."""
    if answer.status is None:
        if answer.never_connected:
            return _never_connected(answer)
        return _verdict(Kind.UNCONFIRMED, Reason.NO_ANSWER, answer)
    body = _object(answer.body)
    refused = refused_in(body.get("error")) if body is not None else None
    if body is not None and "events_received" in body:
        if "error" in body:
            return _verdict(Kind.UNCONFIRMED, _unreadable(answer.status), answer, body)
        return _counted(answer, body, sent)
    if body is not None and refused is not None and _is_of_graph(refused, body, answer):
        return _judged(answer, body, refused)
    if 300 <= answer.status < 500:
        return _from_elsewhere(answer)
    if body is None or "error" in body:
        return _verdict(Kind.UNCONFIRMED, _unreadable(answer.status), answer, body, refused)
    return _counted(answer, body, sent)


def _never_connected(answer: Answer) -> Verdict:
    fault = answer.fault
    if fault is None:
        return _verdict(Kind.WAIT, Reason.NEVER_CONNECTED, answer, advice=UNREACHABLE)
    return replace(_verdict(Kind.WAIT, fault.reason, answer, advice=fault.advice), meaning=fault.meaning)


def _is_of_graph(refused: Refused, body: dict[str, Any], answer: Answer) -> bool:
    """Gateways write `{"error": {"code": ..}}` too, with a status for a code; Meta adds a type and a trace id."""
    is_known = find(refused.code, refused.subcode) is not None
    is_meta = is_known or refused.is_typed or _trace(body, answer) is not None
    return is_meta and answer.status != LOGIN_ASKED


def _from_elsewhere(answer: Answer) -> Verdict:
    advice = LOGIN if answer.status == LOGIN_ASKED else ELSEWHERE
    verdict = _verdict(Kind.WAIT, Reason.INTERMEDIARY_ANSWER, answer, advice=advice)
    return replace(verdict, if_lasting=StopReason.INTERMEDIARY)


def _counted(answer: Answer, body: dict[str, Any], sent: int) -> Verdict:
    """An answer without an error is a success only if it is a 200 that counts every event."""
    status = answer.status or 0
    if status // 100 != 2:
        return _verdict(Kind.UNCONFIRMED, _unreadable(status), answer, body)
    count = _count(body)
    if count is None:
        return _verdict(Kind.UNCONFIRMED, Reason.COUNT_MISSING, answer, body)
    if count != sent:
        return _verdict(Kind.UNCONFIRMED, Reason.COUNT_DIFFERS, answer, body)
    if answer.status != 200:
        return _verdict(Kind.UNCONFIRMED, Reason.UNEXPECTED_STATUS, answer, body)
    return _verdict(Kind.ACCEPTED, None, answer, body)


def _judged(answer: Answer, body: dict[str, Any], refused: Refused) -> Verdict:
    status = answer.status or 0
    row = find(refused.code, refused.subcode)
    certain = row is not None and row.kind is not Kind.MAYBE_CONTENT
    if not certain and not 400 <= status < 500:
        if 300 <= status < 400:
            return _from_elsewhere(answer)
        return _verdict(Kind.UNCONFIRMED, _unreadable(status), answer, body, refused)
    if not certain and refused.transient:
        return _verdict(Kind.WAIT, Reason.TRY_AGAIN_LATER, answer, body, refused)
    if row is None:
        return _verdict(Kind.MAYBE_CONTENT, Reason.UNKNOWN_CODE, answer, body, refused, UNKNOWN)
    if not certain and refused.by_method:
        row = REFUSED_BY_METHOD
    verdict = _verdict(row.kind, row.reason, answer, body, refused, row.advice)
    return replace(verdict, passes_with_time=row.passes_with_time)


def _unreadable(status: int) -> Reason:
    return Reason.META_FAILED if status >= 500 else Reason.UNREADABLE_ANSWER


def _verdict(
    kind: Kind,
    reason: Reason | None,
    answer: Answer,
    body: dict[str, Any] | None = None,
    refused: Refused | None = None,
    advice: str | None = None,
) -> Verdict:
    body = body or {}
    evidence = Evidence(
        http_status=answer.status,
        error_code=refused.code if refused else None,
        error_subcode=refused.subcode if refused else None,
        error_text=reason.value if reason else None,
        fbtrace_id=_trace(body, answer),
        events_received=_count(body),
        duration_ms=answer.duration_ms,
        answer_text=told_by(body.get("error")),
    )
    return Verdict(kind=kind, evidence=evidence, advice=advice, meaning=reason.meaning if reason else None)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        body = msgspec.json.decode(text)
    except (ValueError, RecursionError):  # msgspec's errors and broken UTF-8 are ValueErrors
        return None
    return body if isinstance(body, dict) else None


def refused_in(error: Any) -> Refused | None:
    """The envelope `{"code": .., "error_subcode": .., "is_transient": .., "type": ..}`; None if it has no code."""
    if not isinstance(error, dict):
        return None
    code = _whole(error.get("code"))
    if code is None:
        return None
    return Refused(
        code=code,
        subcode=_whole(error.get("error_subcode")),
        transient=error.get("is_transient") is True,
        by_method=code == INVALID_PARAMETER and error.get("type") == "GraphMethodException",
        is_typed=isinstance(error.get("type"), str),
    )


def _whole(value: Any) -> int | None:
    """A whole number that fits the ledger's columns, also when it comes as text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,10}", value):
        value = int(value)
    if type(value) is int and -_INT32 <= value < _INT32:
        return value
    return None


def _count(body: dict[str, Any]) -> int | None:
    count = body.get("events_received")
    return count if type(count) is int and 0 <= count < _INT32 else None


def _trace(body: dict[str, Any], answer: Answer) -> str | None:
    """Meta's trace id from the body, else from its header; dropped if it does not look like one: it goes to a table."""
    error = body.get("error")
    candidates = (
        error.get("fbtrace_id") if isinstance(error, dict) else None,
        body.get("fbtrace_id"),
        answer.headers.get("x-fb-trace-id"),
    )
    return next((text for text in candidates if isinstance(text, str) and _TRACE.fullmatch(text)), None)
