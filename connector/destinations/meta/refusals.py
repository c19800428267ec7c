"""What an answer to a read request means: a figure, retry, ask for a report instead, or what a person must do. Pure.

Judged by code and subcode, never by text and never by HTTP status alone, as the answers to sending are; but a read can
always be repeated, because it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from connector.destinations.meta.answers import refused_in
from connector.destinations.meta.client import Answer
from connector.destinations.meta.codes import find
from connector.destinations.meta.parse import Malformed, object_in
from connector.destinations.meta.reasons import Reason
from connector.destinations.meta.rows import Row
from connector.destinations.meta.subcodes import REFUSED_BY_METHOD
from connector.model.verdicts import Kind

TOO_LARGE = ((100, 1487534), (100, 1504018), (2, 1504038))
"""Insights: too much data for one call, or it took too long. An asynchronous report may work (docs/meta-api.md §8)."""
NO_ACCESS = ((100, 3191001),)
ACCESS = (Reason.PERMISSION_MISSING, Reason.DATASET_NOT_FOUND)
BLOCKED = (Reason.RATE_LIMITED, Reason.POLICY_BLOCK)
SHARED_ADVICE = (Reason.PROOF_REFUSED, Reason.ADDRESS_REFUSED, Reason.API_VERSION_REFUSED)


class ErrorClass(StrEnum):
    """Why a read request got no figure."""

    AGAIN = "again"
    """A failure inside Meta, or no answer: the same request may be repeated."""
    LIMITED = "limited"
    """Too many calls, or blocked for a while: the same request may be repeated, but not soon."""
    TOO_LARGE = "too_large"
    ACCESS = "access"
    """The token has no permission, or cannot see the object."""
    UNCLEAR = "unclear"
    """Code 100 without a subcode: the only sign of Meta's "(#100) Missing Permission", and of a refused parameter."""
    TOKEN = "token"  # noqa: S105 - a name, not a token
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedResponse:
    """The error if there is one, a summary of it (codes only) and our table's advice; else the object that was read."""

    error: ErrorClass | None = None
    summary: str = ""
    advice: str = ""
    body: dict[str, Any] = field(default_factory=dict, repr=False)


def parse_response(answer: Answer) -> ParsedResponse:
    """What the answer means. Never raises."""
    if answer.status is None:
        return _unanswered(answer)
    try:
        body = object_in(answer.body)
    except Malformed:
        return ParsedResponse(error=ErrorClass.AGAIN, summary=f"HTTP {answer.status} whose body is not a JSON object")
    if "error" in body:
        return _refusal(answer.status, body["error"])
    if answer.status != 200:
        return ParsedResponse(error=ErrorClass.AGAIN, summary=f"HTTP {answer.status} without an error of Meta's")
    return ParsedResponse(body=body)


def _unanswered(answer: Answer) -> ParsedResponse:
    if answer.fault is None:
        summary = "no connection could be made" if answer.never_connected else "the answer was not read completely"
        return ParsedResponse(error=ErrorClass.AGAIN, summary=summary)
    summary, advice = answer.fault.meaning.rstrip("."), answer.fault.advice
    return ParsedResponse(error=ErrorClass.AGAIN, summary=f"{summary[:1].lower()}{summary[1:]}", advice=advice)


def _refusal(status: int, error: Any) -> ParsedResponse:
    refused = refused_in(error)
    if refused is None:
        return ParsedResponse(error=ErrorClass.AGAIN, summary=f"HTTP {status} with an error without a code")
    summary = f"code {refused.code}" + (f"/{refused.subcode}" if refused.subcode is not None else "")
    row = find(refused.code, refused.subcode)
    if (refused.code, refused.subcode) in TOO_LARGE:
        error_class = ErrorClass.TOO_LARGE
    elif (refused.code, refused.subcode) in NO_ACCESS or (row is not None and row.reason in ACCESS):
        error_class = ErrorClass.ACCESS
    elif row is not None and row.reason is Reason.TOKEN_REFUSED:
        error_class = ErrorClass.TOKEN
    elif row is not None and row.reason in BLOCKED:
        error_class = ErrorClass.LIMITED
    elif refused.transient or (row is not None and row.kind in (Kind.WAIT, Kind.UNCONFIRMED)):
        error_class = ErrorClass.AGAIN
    elif refused.code == 100 and refused.subcode is None and not refused.by_method:
        error_class = ErrorClass.UNCLEAR
    else:
        advice = _advice(row, by_method=refused.by_method)
        return ParsedResponse(error=ErrorClass.REFUSED, summary=summary, advice=advice)
    return ParsedResponse(error=error_class, summary=summary)


def _advice(row: Row | None, *, by_method: bool) -> str:
    """The advice of the sending table where it also holds for reading."""
    if by_method:
        row = REFUSED_BY_METHOD
    return (row.advice or "") if row is not None and row.reason in SHARED_ADVICE else ""
