"""How the life of one conversion is told, in words of at most 100 columns and as JSON with stable keys."""

from __future__ import annotations

import textwrap
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.app.meanings import meaning_of
from connector.cli.console import say
from connector.model.money import amount_text, format_money
from connector.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.insight import Facts, History

WIDTH = 100
MARGIN = 19
NOT_YET_KNOWN = "not yet known"

WHAT_TO_DO = {
    Standing.HELD: "look in Events Manager; if it is not there: connector replay",
    Standing.NOT_BUILT: "build conversion_events with dbt",
}

TOLD_OF_RECORD = (
    "mode",
    "sync_id",
    "batch_no",
    "position",
    "claimed_at",
    "sending_at",
    "settled_at",
    "http_status",
    "error_code",
    "error_subcode",
    "fbtrace_id",
    "duration_ms",
)


def history_json(life: History) -> dict[str, Any]:
    """Everything that is known of a conversion; times are UTC, what is not known is null."""
    state = life.state or {}
    return {
        "dataset_id": life.key.dataset_id,
        "event_name": life.key.event_name,
        "event_id": life.key.event_id,
        "standing": life.standing,
        "held_reason": life.held_reason,
        "state": state.get("state"),
        "uncertain_since": _iso(state.get("uncertain_since")),
        "accepted_at": _iso(life.accepted_at),
        "changed_since_acceptance": life.changed_since_acceptance,
        "may_be_counted_twice": life.may_be_counted_twice,
        "counted_by_meta": None,
        "modelled": _plain(life.modelled),
        "event": _plain(life.event),
        "copies": life.copies,
        "records": [_record_json(record) for record in life.records],
    }


def print_history(life: History, *, default_dataset: str | None) -> None:
    """The life of a conversion, one fact a line."""
    dataset = life.key.dataset_id or f"{default_dataset or 'none'} (the default)"
    say(f"{life.key.event_name} {life.key.event_id}, dataset {dataset}")
    for name, words in _facts(life):
        _say_fact(name, words)
    say("")


def _facts(life: History) -> Iterator[tuple[str, str]]:
    yield "now", f"{life.standing}: {life.standing.meaning}"
    if life.held_reason:
        yield "", f"{life.held_reason}: {life.held_reason.meaning}"
    if to_do := WHAT_TO_DO.get(life.standing):
        yield "", to_do
    yield from _modelled_facts(life)
    yield from _event_facts(life)
    for record in life.records:
        yield f"run {record['run_no']}", _record_words(record)
        if told := _reason_words(record):
            yield "", told
    if not life.records:
        yield "runs", "no run has claimed it"
    yield from _verdict_facts(life)


def _modelled_facts(life: History) -> Iterator[tuple[str, str]]:
    found = life.modelled
    if found is None:
        yield "modelled", "no row of conversions beside the events relation"
        return
    origin = [found["source_system"] and f"from {found['source_system']}", found["action_source"]]
    origin.append(found["order_id"] and f"order {found['order_id']}")
    yield "modelled", _joined(_time(found["event_time"]), _amount(found), *origin)
    yield "eligible", "yes" if found["is_eligible"] else f"no: {found['ineligible_reason']}"
    yield "identifiers", _joined(*found["identifiers"]) or "none"
    if found["dropped_identifiers"]:
        yield "dropped", _joined(*found["dropped_identifiers"])
    pixel = found["pixel_event_time"]
    yield "pixel", f"the browser sent its copy at {_time(pixel)}" if pixel else "no copy of the browser is known"
    if life.event is None and found["deadline_at"]:
        yield "deadline", _time(found["deadline_at"])


def _event_facts(life: History) -> Iterator[tuple[str, str]]:
    found = life.event
    if found is None:
        yield "event", "not in the events relation"
        return
    yield "event", _joined(_time(found["event_time"]), _amount(found), found["action_source"])
    if life.copies > 1:
        yield "", f"{life.copies} rows of the events relation have this key: none can be sent"
    if life.modelled is None:
        yield "identifiers", _joined(*found["identifiers"]) or "none"
    yield "deadline", _time(found["deadline_at"]) or "none: it cannot be sent"


def _verdict_facts(life: History) -> Iterator[tuple[str, str]]:
    if life.state and life.state["uncertain_since"]:
        yield "uncertain since", _time(life.state["uncertain_since"])
    if life.accepted:
        yield "accepted", _joined(_time(life.accepted_at), _amount(life.accepted))
    # an event that is merely old leaves the events relation too, so only the models can tell
    if life.accepted and life.modelled and not life.modelled["is_eligible"]:
        yield (
            "withdrawn",
            "the models would hold it back now: Meta keeps what it was sent, what was accepted is never recalled",
        )
    if life.changed_since_acceptance is not None:
        changed = "yes: Meta keeps what it was sent, an accepted conversion is never sent again"
        yield "changed since", changed if life.changed_since_acceptance else "no"
    yield "counted twice", "possible: Meta may have received more than one copy" if life.may_be_counted_twice else "no"
    yield "counted by Meta", NOT_YET_KNOWN


def _record_words(record: Facts) -> str:
    test = "test events; " if record["mode"] == "test" else ""
    marked = f"marked {_time(record['sending_at'])}" if record["sending_at"] else "never marked"
    codes = [f"HTTP {record['http_status']}" if record["http_status"] else None, _code(record)]
    trace = f"trace {record['fbtrace_id']}" if record["fbtrace_id"] else None
    outcome = _joined(_outcome(record), *codes, trace)
    return f"{test}claimed {_time(record['claimed_at'])}, {marked}: {outcome}"


def _outcome(record: Facts) -> str:
    """The outcome, or what a record without one is: sending, unconfirmed, planned or never sent."""
    if record["outcome"]:
        return str(record["outcome"])
    if record["run_is_living"]:
        return "sending" if record["sending_at"] else "planned"
    return "unconfirmed" if record["sending_at"] else "never sent"


def _code(record: Facts) -> str | None:
    if record["error_code"] is None:
        return None
    return f"code {record['error_code']}" + (f"/{record['error_subcode']}" if record["error_subcode"] else "")


def _reason_words(record: Facts) -> str | None:
    word = record["error_text"]
    return word and f"{word}: {meaning_of(word) or 'a word of another version'}"


def _record_json(record: Facts) -> dict[str, Any]:
    told = {name: _value(record[name]) for name in TOLD_OF_RECORD}
    reason = {"reason": record["error_text"], "meaning": meaning_of(record["error_text"])}
    return {"run": record["run_no"], "outcome": _outcome(record)} | told | reason


def _plain(facts: Facts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {name: _value(value) for name, value in facts.items() if name != "payload_hash"}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    return amount_text(value) if isinstance(value, Decimal) else value


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") + "Z" if moment else None


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _amount(facts: Facts) -> str:
    return "no value" if facts["value"] is None else format_money(facts["value"], facts["currency"])


def _joined(*words: str | None) -> str:
    return ", ".join(word for word in words if word)


def _say_fact(name: str, words: str) -> None:
    lines = textwrap.wrap(words, WIDTH - MARGIN, break_on_hyphens=False) or [""]
    for place, line in enumerate(lines):
        say(f"  {name if place == 0 else '':{MARGIN - 2}}{line}")
