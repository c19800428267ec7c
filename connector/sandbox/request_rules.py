"""Checks of a whole request (docs/meta-api.md §13 E1-E11). True means that the rule is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector.sandbox.calls import Call
from connector.sandbox.tokens import Proof, TokenStatus

MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the checks measure by, as plain values. Times are seconds since 1970 in UTC; `leads` None: every number."""

    now: float
    is_limited: bool
    leads: frozenset[int] | None

    datasets: frozenset[str] | Literal["any"]
    oldest: int
    oldest_in_store: int
    newest: int


def no_token(call: Call, _: Terms) -> bool:
    return call.token is None


def token_unparseable(call: Call, _: Terms) -> bool:
    return call.token is not None and call.token.status is TokenStatus.UNPARSEABLE


def token_expired(call: Call, terms: Terms) -> bool:
    return call.token is not None and call.token.is_expired(terms.now)


def token_revoked(call: Call, _: Terms) -> bool:
    return call.token is not None and call.token.status is TokenStatus.REVOKED


def proof_missing(call: Call, _: Terms) -> bool:
    return call.token is not None and call.token.require_appsecret_proof and call.proof is Proof.ABSENT


def proof_wrong(call: Call, _: Terms) -> bool:
    return call.proof is Proof.WRONG


def may_not_send(call: Call, _: Terms) -> bool:
    return call.token is not None and not call.token.may_send


def rate_limited(_: Call, terms: Terms) -> bool:
    return terms.is_limited


def object_out_of_reach(call: Call, terms: Terms) -> bool:
    """The id does not exist, or the token may not use it: Meta's answer does not tell them apart."""
    if terms.datasets == "any":
        exists = call.object_id.isascii() and call.object_id.isdigit()
    else:
        exists = call.object_id in terms.datasets
    allowed = call.token is None or call.token.datasets is None or call.object_id in call.token.datasets
    return not (exists and allowed)


def no_events(call: Call, _: Terms) -> bool:
    return not call.events


def too_many_events(call: Call, _: Terms) -> bool:
    return call.events is not None and len(call.events) > MOST_EVENTS
