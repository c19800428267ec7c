"""The rules of `POST /{dataset}/events`, in the order of docs/meta-api.md §13: the first broken one answers.

Fidelity: D documented, O observed by a third party, S forced by the official SDK, X invented to fill a gap. The request
is judged first; then each event in the order of `data`, by all event rules, before the next event (X: no source says).
New rules slot in by their number; a rule with `switch` refuses only where the configuration names it as strict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connector.sandbox import channel_rules as channel
from connector.sandbox import event_rules as event
from connector.sandbox import refusals as says
from connector.sandbox import request_rules as request
from connector.sandbox.calls import Call
from connector.sandbox.event_rules import COVERED, is_plain
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


REQUEST_RULES: Final[tuple[RequestRule, ...]] = (
    RequestRule(name="E1", breaks=request.no_token, answer=says.NO_TOKEN, fidelity="X", source="docs/meta-api.md §7.2"),
    RequestRule(
        name="E2",
        breaks=request.token_unparseable,
        answer=says.CANNOT_PARSE,
        fidelity="O",
        source="docs/meta-api.md §7.2",
    ),
    RequestRule(
        name="E3", breaks=request.token_expired, answer=says.EXPIRED, fidelity="O", source="docs/meta-api.md §7.2"
    ),
    RequestRule(
        name="E4", breaks=request.token_revoked, answer=says.REVOKED, fidelity="D+X", source="docs/meta-api.md §7.2"
    ),
    RequestRule(
        name="E5", breaks=request.proof_missing, answer=says.NO_PROOF, fidelity="O", source="docs/meta-api.md §1.3"
    ),
    RequestRule(
        name="E6", breaks=request.proof_wrong, answer=says.WRONG_PROOF, fidelity="O", source="docs/meta-api.md §1.3"
    ),
    RequestRule(
        name="E7", breaks=request.object_out_of_reach, answer=UNSUPPORTED, fidelity="O", source="docs/meta-api.md §7.2"
    ),
    RequestRule(
        name="E8", breaks=request.may_not_send, answer=says.MAY_NOT_SEND, fidelity="D+X", source="docs/meta-api.md §7.2"
    ),
    RequestRule(
        name="E9",
        breaks=request.rate_limited,
        answer=says.TOO_MANY_CALLS,
        fidelity="D+X",
        source="docs/meta-api.md §1.7, §7.2",
    ),
    RequestRule(
        name="E10", breaks=request.no_events, answer=says.NO_DATA, fidelity="O", source="docs/meta-api.md §7.2"
    ),
    RequestRule(
        name="E11",
        breaks=request.too_many_events,
        answer=says.invalid(),
        fidelity="D+X",
        source="docs/meta-api.md §1.5",
    ),
)
TOKEN_RULES: Final = frozenset({"E1", "E2", "E3", "E4", "E5", "E6"})
"""Asked of every call, whatever the path."""

EVENT_RULES: Final[tuple[EventRule, ...]] = (
    EventRule(
        name="E12", breaks=event.not_an_object, answer=says.invalid(), fidelity="X", source="docs/meta-api.md §13"
    ),
    EventRule(
        name="E13", breaks=event.no_event_name, answer=says.NO_NAME, fidelity="O", source="docs/meta-api.md §7.3"
    ),
    EventRule(
        name="E14", breaks=event.no_event_time, answer=says.invalid(), fidelity="X", source="docs/meta-api.md §13"
    ),
    EventRule(
        name="E15", breaks=event.too_old, answer=says.TOO_OLD, fidelity="D+O", source="docs/meta-api.md §1.5, §7.3"
    ),
    EventRule(
        name="E16",
        breaks=event.in_the_future,
        answer=says.IN_THE_FUTURE,
        fidelity="O+X",
        source="docs/meta-api.md §7.3",
    ),
    EventRule(
        name="E17",
        breaks=event.no_action_source,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §2.1",
        switch=True,
    ),
    EventRule(
        name="E18",
        breaks=event.unknown_action_source,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §2.2",
    ),
    EventRule(
        name="E19",
        breaks=event.website_without_page,
        answer=says.invalid(),
        fidelity="O",
        source="docs/meta-api.md §2.2",
        switch=True,
    ),
    EventRule(
        name="E20", breaks=event.too_thin, answer=says.TOO_THIN, fidelity="D+O", source="docs/meta-api.md §3.3, §7.3"
    ),
    EventRule(
        name="E21",
        breaks=event.identifier_not_hashed,
        answer=says.invalid(),
        fidelity="D+X",
        source="docs/meta-api.md §3.1",
        switch=True,
    ),
    EventRule(
        name="E33",
        breaks=event.unknown_customer_key,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §3.1",
        switch=True,
    ),
    EventRule(
        name="E34",
        breaks=event.odd_customer_value,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §3.1",
        switch=True,
    ),
    EventRule(
        name="E23", breaks=event.lead_unknown, answer=says.BAD_LEAD, fidelity="O", source="docs/meta-api.md §6.2"
    ),
    EventRule(
        name="E35",
        breaks=event.click_badly_formed,
        answer=says.BAD_CLICK,
        fidelity="O",
        source="docs/meta-api.md §3.2",
    ),
    EventRule(
        name="E36",
        breaks=event.several_addresses,
        answer=says.invalid(),
        fidelity="O",
        source="docs/meta-api.md §3.2",
    ),
    EventRule(
        name="E25",
        breaks=event.purchase_without_currency,
        answer=says.NO_CURRENCY,
        fidelity="O",
        source="docs/meta-api.md §4",
    ),
    EventRule(
        name="E24",
        breaks=event.purchase_without_value,
        answer=says.NO_VALUE,
        fidelity="O",
        source="docs/meta-api.md §4",
    ),
    EventRule(
        name="E40",
        breaks=event.not_custom_data,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §4",
    ),
    EventRule(
        name="E26",
        breaks=event.value_no_amount,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §4",
        switch=True,
    ),
    EventRule(
        name="E27",
        breaks=event.currency_unknown,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §4",
        switch=True,
    ),
    EventRule(
        name="E28",
        breaks=event.value_without_currency,
        answer=says.VALUE_ALONE,
        fidelity="O",
        source="docs/meta-api.md §4",
        switch=True,
    ),
    EventRule(
        name="E39",
        breaks=event.no_contents,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §4",
    ),
    EventRule(
        name="E29",
        breaks=event.content_without_id,
        answer=says.NO_CONTENT_ID,
        fidelity="O",
        source="docs/meta-api.md §4",
    ),
    EventRule(
        name="E30", breaks=event.unknown_delivery, answer=says.invalid(), fidelity="X", source="docs/meta-api.md §4"
    ),
    EventRule(
        name="E37",
        breaks=event.unknown_processing,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §2.3",
    ),
    EventRule(
        name="E38",
        breaks=event.processing_pair,
        answer=says.BAD_PAIR,
        fidelity="O",
        source="docs/meta-api.md §2.3",
    ),
    EventRule(
        name="E31",
        breaks=channel.app_incomplete,
        answer=says.APP_INCOMPLETE,
        fidelity="O",
        source="docs/meta-api.md §6.3",
    ),
    EventRule(
        name="E32",
        breaks=channel.message_of_another_name,
        answer=says.BAD_MESSAGE,
        fidelity="O",
        source="docs/meta-api.md §6.4",
    ),
    EventRule(
        name="E41",
        breaks=channel.message_without_channel,
        answer=says.invalid(),
        fidelity="D+X",
        source="docs/meta-api.md §6.4",
    ),
    EventRule(
        name="E42",
        breaks=channel.message_without_page,
        answer=says.NO_PAGE,
        fidelity="O",
        source="docs/meta-api.md §6.4",
    ),
    EventRule(
        name="E43",
        breaks=channel.message_without_instagram,
        answer=says.NO_INSTAGRAM,
        fidelity="O",
        source="docs/meta-api.md §6.4",
    ),
    EventRule(
        name="E44",
        breaks=channel.message_from_nobody,
        answer=says.NO_MESSAGING_CLICK,
        fidelity="D+X",
        source="docs/meta-api.md §6.4",
    ),
    EventRule(
        name="E45",
        breaks=event.address_in_plain_text,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §12",
        switch=True,
    ),
    EventRule(
        name="E46",
        breaks=event.page_with_secrets,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §12",
        switch=True,
    ),
    EventRule(
        name="E47",
        breaks=event.phone_in_plain_text,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §12",
        switch=True,
    ),
    EventRule(
        name="E48",
        breaks=event.name_in_plain_text,
        answer=says.invalid(),
        fidelity="X",
        source="docs/meta-api.md §12",
        switch=True,
    ),
)
"""E25 stands before E24: with both missing Meta was seen to miss the currency first."""

SWITCHES: Final = frozenset(rule.name for rule in EVENT_RULES if rule.switch)


def terms_at(
    now: float,
    datasets: frozenset[str] | Any,
    future_tolerance_s: int,
    *,
    is_limited: bool = False,
    leads: frozenset[int] | None = None,
) -> Terms:
    """What the rules measure by at `now` (seconds since 1970): 7 days, 62 in a store, the future's tolerance."""
    return Terms(
        now=now,
        is_limited=is_limited,
        leads=leads,
        datasets=datasets,
        oldest=int(now) - 7 * DAY_S,
        oldest_in_store=int(now) - 62 * DAY_S,
        newest=int(now) + future_tolerance_s,
    )


def first_broken_of_request(
    call: Call, terms: Terms, rules: Sequence[RequestRule] = REQUEST_RULES
) -> RequestRule | None:
    return next((rule for rule in rules if rule.breaks(call, terms)), None)


def first_broken_of_events(
    events: Iterable[Any],
    terms: Terms,
    rules: Sequence[EventRule],
    warning: Sequence[EventRule] = (),
    warned: Counter[str] | None = None,
) -> EventRule | None:
    """The first broken rule of the first event that breaks one. Events that break a `warning` rule add to `warned`."""
    of_odd = [(rule.breaks, rule) for rule in rules]
    of_plain = [(rule.breaks, rule) for rule in rules if rule.name not in COVERED]
    warning_of_plain = [rule for rule in warning if rule.name not in COVERED]
    for each in events:
        plain = is_plain(each, terms)
        for breaks, rule in of_plain if plain else of_odd:
            if breaks(each, terms):
                return rule
        for rule in warning_of_plain if plain else warning:
            if warned is not None and rule.breaks(each, terms):
                warned[rule.name] += 1
    return None


def refusing(strict: frozenset[str]) -> tuple[EventRule, ...]:
    """The event rules that refuse. Raises ValueError for a name that is no switch."""
    if unknown := strict - SWITCHES:
        raise ValueError(f"not a switch: {', '.join(sorted(unknown))}; switches are {', '.join(sorted(SWITCHES))}")
    return tuple(rule for rule in EVENT_RULES if not rule.switch or rule.name in strict)


def warning(strict: frozenset[str]) -> tuple[EventRule, ...]:
    """The event rules that only count."""
    return tuple(rule for rule in EVENT_RULES if rule.switch and rule.name not in strict)
