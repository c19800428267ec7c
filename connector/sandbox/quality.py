"""`GET /dataset_quality` (docs/meta-api.md §8.3): match quality, coverage and deduplication as Meta words them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from connector.sandbox.calls import Call
from connector.sandbox.columns import Arrival
from connector.sandbox.deduplication import Channel
from connector.sandbox.matching import IDENTIFIERS, KEY_OF, composite, key_score
from connector.sandbox.parameters import check_fields, chosen, parse_fields
from connector.sandbox.refusals import bad_parameter
from connector.sandbox.store import Store


@dataclass(slots=True)
class Source:
    """Counts of copies by channel. `good_keys`: server copies with a key that can match; `shared_by`: browser events
    that the server sent too, by the key that tells, an event under one key only.
    """

    event_name: str
    server: int = 0
    browser: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    good_keys: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    server_keys: Counter[str] = field(default_factory=Counter)
    browser_keys: Counter[str] = field(default_factory=Counter)
    shared_by: Counter[str] = field(default_factory=Counter)

    @property
    def shared(self) -> int:
        return self.shared_by.total()

    @property
    def usual_delay(self) -> int:
        """The median's class (arrivals.DELAYS_S)."""
        half, passed = self.server / 2, 0
        for delay in sorted(self.delays):
            passed += self.delays[delay]
            if passed >= half:
                return delay
        return 0


def sources(store: Store, dataset: str, since: float, until: float, action_source: str) -> list[Source]:
    """By event name, those that the server sent."""
    found: dict[str, Source] = {}
    for each in store.arrivals.between(since, until):
        kind = each.kind
        if kind.dataset == dataset and kind.action_source == action_source and kind.channel is Channel.SERVER:
            _add(found.setdefault(kind.event_name, Source(kind.event_name)), each)
    _add_browser(store, dataset, since, until, found)
    return [found[name] for name in sorted(found)]


def _add(source: Source, arrival: Arrival) -> None:
    count, kind = arrival.events, arrival.kind
    source.server += count
    source.delays[arrival.delay] += count
    source.keys.update(dict.fromkeys(kind.keys, count))
    source.good_keys.update(dict.fromkeys(kind.good_keys, count))
    source.issues.update(dict.fromkeys(kind.issues, count))
    source.server_keys.update(dict.fromkeys(_dedupe_keys(kind.keys, has_id=arrival.has_id), count))
    if arrival.is_known_person:
        source.shared_by["fbp" if "fbp" in kind.keys else "external_id"] += count


def _add_browser(store: Store, dataset: str, since: float, until: float, found: dict[str, Source]) -> None:
    """Unique browser events, one by one: there are few of them, and only their event_ids tell which are shared."""
    events = store.events
    known: set[tuple[str, str]] = set()
    for row in store.arrivals.browser_rows:
        kind, event_id = events.kind(row), events.event_ids[row]
        source = found.get(kind.event_name)
        if source is None or kind.dataset != dataset or not since <= events.received_at[row] <= until:
            continue
        if event_id is not None and (kind.event_name, event_id) in known:
            continue
        source.browser += 1
        source.browser_keys.update(_dedupe_keys(kind.keys, has_id=event_id is not None))
        if event_id is not None:
            known.add((kind.event_name, event_id))
            source.shared_by["event_id"] += event_id in store.receipts.get((dataset, kind.event_name), ())


def _dedupe_keys(keys: Iterable[str], *, has_id: bool) -> list[str]:
    return [*(("event_id",) if has_id else ()), *(key for key in ("external_id", "fbp") if key in keys)]


DAY_S: Final = 86_400
WEB_S: Final = 7 * DAY_S
OFFLINE_S: Final = 28 * DAY_S
GOAL: Final = 75
FREQUENCIES: Final = ("real_time", "hourly", "daily", "weekly")
"""The first two were seen (docs/meta-api.md §8.3); the others are invented."""

_SHARE: Final[dict[str, Any]] = {"percentage": {}, "description": {}}
_DEDUPE: Final = (
    "browser_events_with_dedupe_key",
    "server_events_with_dedupe_key",
    "overall_browser_coverage_from_dedupe_key",
)
_DIAGNOSTIC: Final = (
    "name",
    "description",
    "solution",
    "percentage",
    "affected_event_count",
    "total_event_count",
)
WEB_FIELDS: Final[dict[str, Any]] = {
    "event_name": {},
    "event_match_quality": {
        "composite_score": {},
        "match_key_feedback": {"identifier": {}, "coverage": _SHARE, "potential_aly_acr_increase": _SHARE},
        "diagnostics": {name: {} for name in _DIAGNOSTIC},
    },
    "event_coverage": _SHARE | {"goal_percentage": {}, "potential_aly_acr_increase": _SHARE},
    "dedupe_key_feedback": {"dedupe_key": {}} | dict.fromkeys(_DEDUPE, _SHARE),
    "data_freshness": {"upload_frequency": {}, "description": {}},
    "acr": _SHARE,
    "event_potential_aly_acr_increase": _SHARE,
}
_PART: Final[dict[str, Any]] = {"score": {}, "recommendation": {}}
OFFLINE_FIELDS: Final[dict[str, Any]] = {
    "event_name": {},
    "composite": _PART,
    "match_key": _PART | {"coverage": {name: {} for name in IDENTIFIERS}},
    "frequency": _PART,
    "freshness": _PART,
}
FIELDS: Final = {"web": WEB_FIELDS, "offline": OFFLINE_FIELDS}


def quality(call: Call, store: Store, now: float) -> dict[str, Any]:
    """Only the fields that were asked for; nothing where there is nothing. Raises RefusedError."""
    dataset = str(call.params.get("dataset_id") or "")
    if not dataset:
        raise bad_parameter("dataset_id")
    asked = parse_fields(str(call.params.get("fields") or ""))
    check_fields(asked, FIELDS)
    answer: dict[str, Any] = {}
    if "web" in asked:
        answer["web"] = [_web(one) for one in sources(store, dataset, now - WEB_S, now, "website")]
    if "offline" in asked:
        answer["offline"] = [_offline(one) for one in sources(store, dataset, now - OFFLINE_S, now, "physical_store")]
    return {name: chosen(rows, asked[name]) for name, rows in answer.items() if rows}


def _web(source: Source) -> dict[str, Any]:
    feedback = [_feedback(source, name) for name in IDENTIFIERS if source.keys[KEY_OF[name]]]
    told: dict[str, Any] = {
        "event_name": source.event_name,
        "event_match_quality": {
            "composite_score": composite(source.good_keys, source.server),
            "match_key_feedback": feedback,
            "diagnostics": _diagnostics(source),
        },
        "data_freshness": {
            "upload_frequency": FREQUENCIES[source.usual_delay],
            "description": "How soon after they happen events are received.",
        },
    }
    if source.browser:
        told["event_coverage"] = {
            "percentage": min(100.0, _percent(source.shared, source.browser)),
            "goal_percentage": GOAL,
            "description": "Browser events that the server sent too, over unique browser events.",
        }
        told["dedupe_key_feedback"] = [_dedupe(source, key) for key in ("event_id", "external_id", "fbp")]
        told["acr"] = {
            "percentage": _percent(max(0, source.server - source.shared), source.browser),
            "description": "Events that only the server sent, over unique browser events.",
        }
    return told


def _feedback(source: Source, name: str) -> dict[str, Any]:
    """How many carry a key, and what more would bring: a quarter of what is missing, an invented figure."""
    coverage = _percent(source.good_keys[KEY_OF[name]], source.server)
    gain = {"percentage": round((100 - coverage) / 4, 2), "description": "Additional conversions reported, if all did."}
    found: dict[str, Any] = {"identifier": name, "coverage": {"percentage": coverage}}
    return found | ({"potential_aly_acr_increase": gain} if gain["percentage"] else {})


def _dedupe(source: Source, key: str) -> dict[str, Any]:
    figures = (
        _percent(source.browser_keys[key], source.browser),
        _percent(source.server_keys[key], source.server),
        _percent(source.shared_by[key], source.browser),
    )
    return {"dedupe_key": key} | {
        name: {"percentage": figure, "description": f"{key}: {name.replace('_', ' ')}"}
        for name, figure in zip(_DEDUPE, figures, strict=True)
    }


def _diagnostics(source: Source) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": f"{name} in some of the events.",
            "solution": "Send the parameter as the documentation writes it.",
            "percentage": _percent(count, source.server),
            "affected_event_count": count,
            "total_event_count": source.server,
        }
        for name, count in source.issues.most_common()
    ]


def _offline(source: Source) -> dict[str, Any]:
    delay = source.usual_delay
    keys = key_score(source.good_keys, source.server)
    timely = (10.0, 9.0, 6.0, 2.0)[delay]
    return {
        "event_name": source.event_name,
        "composite": {"score": round((keys * 2 + timely) / 3, 1), "recommendation": "Send more customer parameters."},
        "match_key": {
            "score": keys,
            "recommendation": "Send more customer parameters.",
            "coverage": _offline_coverage(source.keys, source.good_keys, source.server),
        },
        "frequency": {"score": timely, "recommendation": "Upload at least daily."},
        "freshness": {"score": timely, "recommendation": "Upload at least daily."},
    }


def _offline_coverage(keys: Counter[str], good: Counter[str], events: int) -> dict[str, float]:
    return {name: _percent(good[KEY_OF[name]], events) for name in IDENTIFIERS if keys[KEY_OF[name]]}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
