from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.calls import Call
from connector.sandbox.config import Clock, Limits, SandboxConfig, Scenario
from connector.sandbox.faults import NoFaults
from connector.sandbox.graph import Graph
from connector.sandbox.rules import EVENT_RULES, REQUEST_RULES, first_broken_of_events, refusing
from connector.sandbox.tokens import Proof, Scope, TokenState, TokenStatus

from .sandbox_events import DAY, NOW, TERMS, call, purchase, sha256

ORDER = [
    *("version", "path", "E1", "E2", "E3", "E4", "E5", "E6", "method", "E7", "E8", "E9", "E10", "E11"),
    *("E12", "E13", "E14", "E15", "E16", "E17", "E18", "E19", "E20", "E21", "E33", "E34", "E23", "E35", "E36"),
    *("E25", "E24", "E40", "E26", "E27", "E28", "E39", "E29", "E30", "E37", "E38", "E31", "E32", "E41", "E42", "E43"),
    *("E44", "E45", "E46", "E47", "E48"),
]
"""Written by hand from docs/meta-api.md §13, currency before value."""

RULES = refusing(frozenset(rule.name for rule in EVENT_RULES if rule.switch))
PLAIN = "Mary"
AGENT = {"client_user_agent": "browser"}

TIMES: dict[str, dict[str, Any]] = {
    "E14": {"event_time": None},
    "E15": {"event_time": NOW - 8 * DAY},
    "E16": {"event_time": NOW + 3600},
}
SOURCES: dict[str, dict[str, Any]] = {
    "E17": {"action_source": None},
    "E18": {"action_source": "web"},
    "E19": {"event_source_url": None},
}
PEOPLE: dict[str, dict[str, Any]] = {
    "E20": {"user_data": AGENT | {"ct": sha256("berlin")}},
    "E21": {"user_data": AGENT | {"em": PLAIN}},
    "E20 E21": {"user_data": AGENT | {"ct": PLAIN}},
    "E23": {"user_data": AGENT | {"lead_id": 5}},
    "E21 E23": {"user_data": AGENT | {"em": PLAIN, "lead_id": "x"}},
}
MONEY: dict[str, dict[str, Any]] = {
    "E24": {"custom_data": {"currency": "USD"}},
    "E25": {"custom_data": {"value": 1}},
    "E24 E25": {"custom_data": {}},
    "E26": {"custom_data": {"value": "abc", "currency": "USD"}},
    "E27": {"custom_data": {"value": 1, "currency": "QQQ"}},
    "E26 E27": {"custom_data": {"value": "abc", "currency": "QQQ"}},
    "E24 E27": {"custom_data": {"currency": "QQQ"}},
    "E25 E26": {"custom_data": {"value": "abc"}},
    "E29": {"custom_data": {"value": 1, "currency": "USD", "contents": [{}]}},
    "E30": {"custom_data": {"value": 1, "currency": "USD", "delivery_category": "pigeon"}},
    "E27 E29 E30": {"custom_data": {"value": 1, "currency": "QQQ", "contents": [{"delivery_category": "x"}]}},
}
NAMES: dict[str, dict[str, Any]] = {"E13": {"event_name": ""}}


def first_of(broken: str) -> str | None:
    return min(broken.split(), key=ORDER.index, default=None)


def one_of_each(*groups: dict[str, dict[str, Any]]) -> st.SearchStrategy[tuple[str, ...]]:
    """From every group one way to break it, or none."""
    return st.tuples(*(st.sampled_from(["", *group]) for group in groups))


@given(one_of_each(NAMES, TIMES, SOURCES, PEOPLE, MONEY))
def test_an_event_that_breaks_several_rules_is_answered_by_the_first(chosen: tuple[str, ...]) -> None:
    every = NAMES | TIMES | SOURCES | PEOPLE | MONEY
    changes: dict[str, Any] = {}
    for one in chosen:
        changes |= every.get(one, {})
    rule = first_broken_of_events([purchase(**changes)], TERMS, RULES)
    assert (rule and rule.name) == first_of(" ".join(chosen))


NOBODY: frozenset[str] = frozenset()
TOKENS: dict[str, dict[str, Any]] = {
    "E1": {"token": None},
    "E2": {"token": TokenState(status=TokenStatus.UNPARSEABLE, scopes=frozenset(), expires_at=0, datasets=NOBODY)},
    "E3": {"token": TokenState(status=TokenStatus.EXPIRED)},
    "E3 E4 E5": {"token": TokenState(status=TokenStatus.REVOKED, expires_at=NOW, require_appsecret_proof=True)},
    "E4 E5": {"token": TokenState(status=TokenStatus.REVOKED, require_appsecret_proof=True)},
    "E5 E7": {"token": TokenState(require_appsecret_proof=True, datasets=NOBODY)},
    "E6 E8": {"token": TokenState(scopes=frozenset({Scope.ADS_READ})), "proof": Proof.WRONG},
    "E7": {"token": TokenState(datasets=NOBODY)},
    "E7 E8": {"token": TokenState(datasets=NOBODY, scopes=frozenset())},
    "E8": {"token": TokenState(scopes=frozenset({Scope.ADS_READ}))},
}
LIMITS: dict[str, dict[str, Any]] = {"E9": {"is_limited": True}}
PATHS: dict[str, dict[str, Any]] = {"version": {"version": "v3.0"}, "path": {"edge": ("evnts",), "endpoint": None}}
METHODS: dict[str, dict[str, Any]] = {"method": {"method": "GET"}}
SHOP = {"object_id": "shop"}
DATA: dict[str, dict[str, Any]] = {
    "E10": {"events": None},
    "E11": {"events": [purchase(event_name="")] * 1001},
    "E12": {"events": [purchase(), "text", purchase(event_name="")]},
    "E13": {"events": [purchase(), purchase(event_name="", event_time=None)]},
}


@given(one_of_each(PATHS, TOKENS, METHODS, LIMITS, DATA), st.booleans())
def test_a_request_is_judged_before_its_events(chosen: tuple[str, ...], is_shop: bool) -> None:
    every = PATHS | METHODS | DATA | TOKENS
    changes: dict[str, Any] = {}
    for one in chosen:
        changes |= every.get(one, {})
    if is_shop:
        changes |= SHOP
    broken = [*chosen, "E7" if is_shop else ""]
    assert judged(call(**changes), is_limited="E9" in chosen) == first_of(" ".join(broken))


def judged(one: Call, *, is_limited: bool = False) -> str | None:
    graph = Graph(SandboxConfig(), Clock(), NoFaults())
    if is_limited:
        graph.reading.scenario = Scenario(limits=Limits(calls_an_hour=1))
        graph.usage.count(NOW)
    broken = graph.first_broken(one, NOW)
    return None if broken is None else broken.rule


def test_the_first_bad_event_answers_even_where_a_later_one_breaks_an_earlier_rule() -> None:
    without_value = purchase(custom_data={"currency": "USD"})
    without_name = purchase(event_name="")
    assert judged(call(events=[purchase(), without_value, without_name])) == "E24"


def test_the_table_stands_in_the_order_of_the_contract() -> None:
    assert [rule.name for rule in EVENT_RULES] == ORDER[ORDER.index("E12") :]
    assert [rule.name for rule in REQUEST_RULES] == [name for name in ORDER if name.startswith("E")][:11]


@pytest.mark.parametrize("count", [1, 1000])
def test_up_to_a_thousand_events_are_taken(count: int) -> None:
    assert judged(call(events=[purchase()] * count)) is None


def test_one_event_more_than_a_thousand_is_refused() -> None:
    assert judged(call(events=[purchase()] * 1001)) == "E11"


@pytest.mark.parametrize("events", [None, []])
def test_no_events_are_refused(events: list[object] | None) -> None:
    assert judged(call(events=events)) == "E10"
