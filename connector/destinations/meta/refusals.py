"""What an answer to a question means: read, ask again, ask for a report instead, or who must do what. Pure.

Judged by code and subcode, never by text and never by HTTP status alone, as the answers to sending are; but a question
can be asked again after any doubt, because it changes nothing.
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
"""Insights: too much data for one call, or it took too long. An asynchronous report may do it (docs/meta-api.md §8)."""
NO_ACCESS = ((100, 3191001),)
ACCESS = (Reason.PERMISSION_MISSING, Reason.DATASET_NOT_FOUND)
BLOCKED = (Reason.RATE_LIMITED, Reason.POLICY_BLOCK)
SHARED_ADVICE = (Reason.PROOF_REFUSED, Reason.ADDRESS_REFUSED, Reason.API_VERSION_REFUSED)


class Meaning(StrEnum):
    """What an answer to a question means."""

    READ = "read"
    AGAIN = "again"
    """A failure inside Meta, or no answer: the same question may be asked again."""
    LIMITED = "limited"
    """Too many calls, or blocked for a while: the same question may be asked again, but not soon."""
    TOO_LARGE = "too_large"
    ACCESS = "access"
    """The token may not, or cannot see the object."""
    UNCLEAR = "unclear"
    """Code 100 without a subcode: the only mark of Meta's "(#100) Missing Permission", and of a refused parameter."""
    TOKEN = "token"  # noqa: S105 - a word of ours
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said: its meaning, what was heard (codes only), our table's advice, and the object where it was read."""

    meaning: Meaning
    heard: str = ""
    advice: str = ""
    body: dict[str, Any] = field(default_factory=dict, repr=False)


def understand(answer: Answer) -> Said:
    """What the answer means. Never raises."""
    if answer.status is None:
        connected = "no answer was read to its end" if not answer.never_connected else "no connection could be made"
        return Said(meaning=Meaning.AGAIN, heard=connected)
    try:
        body = object_in(answer.body)
    except Malformed:
        return Said(meaning=Meaning.AGAIN, heard=f"HTTP {answer.status} with a body that is no JSON object")
    if "error" in body:
        return _refusal(answer.status, body["error"])
    if answer.status != 200:
        return Said(meaning=Meaning.AGAIN, heard=f"HTTP {answer.status} without an error of Meta's")
    return Said(meaning=Meaning.READ, body=body)


def _refusal(status: int, error: Any) -> Said:
    refused = refused_in(error)
    if refused is None:
        return Said(meaning=Meaning.AGAIN, heard=f"HTTP {status} with an error without a code")
    heard = f"code {refused.code}" + (f"/{refused.subcode}" if refused.subcode is not None else "")
    row = find(refused.code, refused.subcode)
    if (refused.code, refused.subcode) in TOO_LARGE:
        meaning = Meaning.TOO_LARGE
    elif (refused.code, refused.subcode) in NO_ACCESS or (row is not None and row.reason in ACCESS):
        meaning = Meaning.ACCESS
    elif row is not None and row.reason is Reason.TOKEN_REFUSED:
        meaning = Meaning.TOKEN
    elif row is not None and row.reason in BLOCKED:
        meaning = Meaning.LIMITED
    elif refused.transient or (row is not None and row.kind in (Kind.WAIT, Kind.UNCONFIRMED)):
        meaning = Meaning.AGAIN
    elif refused.code == 100 and refused.subcode is None and not refused.by_method:
        meaning = Meaning.UNCLEAR
    else:
        return Said(meaning=Meaning.REFUSED, heard=heard, advice=_advice(row, by_method=refused.by_method))
    return Said(meaning=meaning, heard=heard)


def _advice(row: Row | None, *, by_method: bool) -> str:
    """What the table of sending advises where it is as true of a question."""
    if by_method:
        row = REFUSED_BY_METHOD
    return (row.advice or "") if row is not None and row.reason in SHARED_ADVICE else ""
