"""The rules of `POST /{dataset}/events`, in the order in which they are asked (S§13.1): the first broken one answers.

Fidelity: D documented, O observed by a third party, S forced by the official SDK, X invented to fill a gap. The request
is judged first; then each event in the order of `data`, by all event rules, before the next event (X: no source says).
New rules slot in by their number; a rule with `switch` refuses only where the configuration names it as strict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connector.sandbox import event_rules as event
from connector.sandbox import request_rules as request
from connector.sandbox.calls import Call
from connector.sandbox.refusals import UNSUPPORTED, Refusal
from connector.sandbox.request_rules import Terms

DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRule:
    name: str
    breaks: Callable[[Call, Terms], bool]
    answer: Refusal
    fidelity: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    name: str
    breaks: Callable[[dict[str, Any], Terms], bool]
    answer: Refusal
    fidelity: str
    source: str
    switch: bool = False


def invalid(subcode: int | None = None, title: str | None = None, text: str | None = None) -> Refusal:
    """The shape of every refusal for content (S§7.3)."""
    return Refusal(code=100, subcode=subcode, is_transient=False, title=title, text=text)


NO_TOKEN = Refusal(status=401, code=104, message="An access token is required to request this resource.")
CANNOT_PARSE = Refusal(status=401, code=190, message="Invalid OAuth access token - Cannot parse access token")
NO_DATA = Refusal(code=100, message="(#100) The parameter data is required")
NO_NAME = invalid(
    2804019, "Missing Event Name", "This event doesn\u2019t include an event_name parameter. Enter an event_name."
)
TOO_OLD = invalid(
    2804003,
    "Event Timestamp Too Old",
    "The timestamp for this event is too far in the past. Events need to be sent from your server within 7 days of "
    "when they occurred. Enter a timestamp that has occurred within the last 7 days.",
)
IN_THE_FUTURE = invalid(
    2804004,
    "Event Timestamp In The Future",
    "The timestamp for this event is in the future. Enter a time that has passed.",
)
TOO_THIN = invalid(
    2804050,
    "You haven't added sufficient customer information parameter data for this event",
    "This event has no customer information parameters or it has a combination of customer information parameters "
    "that is so broad that it is unlikely to be effective for matching. Learn more: "
    "https://developers.facebook.com/docs/marketing-api/conversions-api/best-practices/#req-rec-params",
)
NO_CURRENCY = invalid(
    2804010,
    "Missing Currency for Purchase Event",
    "Your purchase event doesn\u2019t include a currency parameter. Enter a currency parameter. For example: USD",
)
NO_VALUE = invalid(
    2804009,
    "Missing Value for Purchase Event",
    "Your purchase event doesn\u2019t include a value parameter. Enter a value. For example: 1.99",
)
VALUE_ALONE = invalid(2804023, "Missing Currency", "This event includes a value but no currency. Enter a currency.")

REQUEST_RULES: Final[tuple[RequestRule, ...]] = (
    RequestRule(name="E1", breaks=request.no_token, answer=NO_TOKEN, fidelity="X", source="S§13.1, from memory"),
    RequestRule(name="E2", breaks=request.token_unparseable, answer=CANNOT_PARSE, fidelity="O", source="probe-A B2"),
    RequestRule(
        name="E7", breaks=request.object_out_of_reach, answer=UNSUPPORTED, fidelity="O", source="rudder, S§7.2"
    ),
    RequestRule(name="E10", breaks=request.no_events, answer=NO_DATA, fidelity="O", source="S§7.2 field"),
    RequestRule(name="E11", breaks=request.too_many_events, answer=invalid(), fidelity="D+X", source="S§1.4; body X"),
)
"""E3-E6 (expiry, revocation, proof), E8 and E9 (permission, limits) have their places between these."""

EVENT_RULES: Final[tuple[EventRule, ...]] = (
    EventRule(name="E12", breaks=event.not_an_object, answer=invalid(), fidelity="X", source="S§13.1"),
    EventRule(name="E13", breaks=event.no_event_name, answer=NO_NAME, fidelity="O", source="field, weak; texts X"),
    EventRule(name="E14", breaks=event.no_event_time, answer=invalid(), fidelity="X", source="S§13.1"),
    EventRule(
        name="E15", breaks=event.too_old, answer=TOO_OLD, fidelity="D+O", source="probe-A B1; 62 d branch: code X"
    ),
    EventRule(name="E16", breaks=event.in_the_future, answer=IN_THE_FUTURE, fidelity="O+X", source="field; rest X"),
    EventRule(
        name="E17", breaks=event.no_action_source, answer=invalid(), fidelity="X", source="S§2, unsure", switch=True
    ),
    EventRule(name="E18", breaks=event.unknown_action_source, answer=invalid(), fidelity="X", source="S§2"),
    EventRule(name="E20", breaks=event.too_thin, answer=TOO_THIN, fidelity="D+O", source="S§3.3, S§7.3"),
    EventRule(
        name="E21",
        breaks=event.identifier_not_hashed,
        answer=invalid(),
        fidelity="D+X",
        source="S§12; body X",
        switch=True,
    ),
    EventRule(name="E25", breaks=event.purchase_without_currency, answer=NO_CURRENCY, fidelity="O", source="S§7.3"),
    EventRule(name="E24", breaks=event.purchase_without_value, answer=NO_VALUE, fidelity="O", source="S§7.3"),
    EventRule(
        name="E26", breaks=event.value_no_amount, answer=invalid(), fidelity="X", source="S§4, unsure", switch=True
    ),
    EventRule(name="E27", breaks=event.currency_unknown, answer=invalid(), fidelity="X", source="S§4", switch=True),
    EventRule(
        name="E28",
        breaks=event.value_without_currency,
        answer=VALUE_ALONE,
        fidelity="O",
        source="field, weak",
        switch=True,
    ),
)
"""E25 stands before E24: with both missing Meta was seen to miss the currency first."""

SWITCHES: Final = frozenset(rule.name for rule in EVENT_RULES if rule.switch)


def terms_at(now: float, datasets: frozenset[str] | Any, future_tolerance_s: int) -> Terms:
    """What the rules measure by at `now` (seconds since 1970): 7 days, 62 in a store, the future's tolerance."""
    return Terms(
        datasets=datasets,
        oldest=int(now) - 7 * DAY_S,
        oldest_in_store=int(now) - 62 * DAY_S,
        newest=int(now) + future_tolerance_s,
    )


def first_broken_of_request(
    call: Call, terms: Terms, rules: Sequence[RequestRule] = REQUEST_RULES
) -> RequestRule | None:
    return next((rule for rule in rules if rule.breaks(call, terms)), None)


def first_broken_of_events(events: Iterable[Any], terms: Terms, rules: Sequence[EventRule]) -> EventRule | None:
    """The first broken rule of the first event that breaks one."""
    checks = [(rule.breaks, rule) for rule in rules]
    for each in events:
        for breaks, rule in checks:
            if breaks(each, terms):
                return rule
    return None


def refusing(strict: frozenset[str]) -> tuple[EventRule, ...]:
    """The event rules that refuse. Raises ValueError for a name that is no switch."""
    if unknown := strict - SWITCHES:
        raise ValueError(f"not a switch: {', '.join(sorted(unknown))}; switches are {', '.join(sorted(SWITCHES))}")
    return tuple(rule for rule in EVENT_RULES if not rule.switch or rule.name in strict)


def warning(strict: frozenset[str]) -> tuple[EventRule, ...]:
    """The event rules that only count."""
    return tuple(rule for rule in EVENT_RULES if rule.switch and rule.name not in strict)
