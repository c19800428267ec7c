"""The history of one conversion as text of at most 100 columns, and as JSON with stable keys."""

from __future__ import annotations

import textwrap
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.app.meanings import meaning_of
from connector.cli.console import print_line, text_width
from connector.model.money import amount_text, format_money
from connector.model.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.insight import Facts, History

MARGIN = 19
NOT_YET_KNOWN = "not yet known"

WHAT_TO_DO = {
    Standing.HELD: "look in Events Manager; if it is not there: connector replay",
    Standing.NOT_BUILT: "build conversion_events with dbt",
}

RECORD_FIELDS = (
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
    "answer_text",
    "fbtrace_id",
    "duration_ms",
)


def history_json(history: History) -> dict[str, Any]:
    """Everything known about a conversion; times are UTC, unknown values are null."""
    state = history.state or {}
    return {
        "dataset_id": history.key.dataset_id,
        "event_name": history.key.event_name,
        "event_id": history.key.event_id,
        "standing": history.standing,
        "held_reason": history.held_reason,
        "state": state.get("state"),
        "uncertain_since": _iso(state.get("uncertain_since")),
        "accepted_at": _iso(history.accepted_at),
        "changed_since_acceptance": history.changed_since_acceptance,
        "may_be_counted_twice": history.may_be_counted_twice,
        "counted_by_meta": None,
        "modelled": _plain(history.modelled),
        "event": _plain(history.event),
        "copies": history.copies,
        "records": [_record_json(record) for record in history.records],
    }


def print_history(history: History, *, default_dataset: str | None) -> None:
    """The history of a conversion, one fact a line."""
    dataset = history.key.dataset_id or f"{default_dataset or 'none'} (the default)"
    print_line(f"{history.key.event_name} {history.key.event_id}, dataset {dataset}")
    for name, words in _facts(history):
        _say_fact(name, words)
    print_line("")


def _facts(history: History) -> Iterator[tuple[str, str]]:
    yield "now", f"{history.standing}: {history.standing.meaning}"
    if history.held_reason:
        yield "", f"{history.held_reason}: {history.held_reason.meaning}"
    if to_do := WHAT_TO_DO.get(history.standing):
        yield "", to_do
    yield from _modelled_facts(history)
    yield from _event_facts(history)
    for record in history.records:
        yield f"run {record['run_no']}", _record_words(record)
        if told := _reason_words(record):
            yield "", told
        if record["answer_text"]:
            yield "", f"Meta says: {record['answer_text']}"
    if not history.records:
        yield "runs", "not claimed by any run"
    yield from _verdict_facts(history)


def _modelled_facts(history: History) -> Iterator[tuple[str, str]]:
    found = history.modelled
    if found is None:
        yield "modelled", "no row in conversions"
        return
    origin = [found["source_system"] and f"from {found['source_system']}", found["action_source"]]
    origin.append(found["order_id"] and f"order {found['order_id']}")
    yield "modelled", _joined(_time(found["event_time"]), _amount(found), *origin)
    yield "eligible", "yes" if found["is_eligible"] else f"no: {found['ineligible_reason']}"
    if said := history.ineligible:
        yield "", f"{said['meaning']} What to do ({said['who']}): {said['what_to_do']}"
    yield "identifiers", _joined(*found["identifiers"]) or "none"
    if found["dropped_identifiers"]:
        yield "dropped", _joined(*found["dropped_identifiers"])
    pixel = found["pixel_event_time"]
    yield "pixel", f"the browser sent its copy at {_time(pixel)}" if pixel else "no copy from the browser is known"
    if history.event is None and found["deadline_at"]:
        yield "deadline", _time(found["deadline_at"])


def _event_facts(history: History) -> Iterator[tuple[str, str]]:
    found = history.event
    if found is None:
        yield "event", "not in the events relation"
        return
    yield "event", _joined(_time(found["event_time"]), _amount(found), found["action_source"])
    if history.copies > 1:
        yield "", f"{history.copies} rows of the events relation have this key: none can be sent"
    if history.modelled is None:
        yield "identifiers", _joined(*found["identifiers"]) or "none"
    yield "deadline", _time(found["deadline_at"]) or "none: it cannot be sent"


def _verdict_facts(history: History) -> Iterator[tuple[str, str]]:
    if history.state and history.state["uncertain_since"]:
        yield "uncertain since", _time(history.state["uncertain_since"])
    if history.accepted:
        yield "accepted", _joined(_time(history.accepted_at), _amount(history.accepted))
    # an event that is merely old leaves the events relation too, so only the models can tell
    if history.accepted and history.modelled and not history.modelled["is_eligible"]:
        yield (
            "withdrawn",
            "the models would hold it back now; Meta keeps what it accepted, which cannot be recalled",
        )
    if history.changed_since_acceptance is not None:
        changed = "yes; Meta keeps what it accepted, and an accepted conversion is never sent again"
        yield "changed since", changed if history.changed_since_acceptance else "no"
    yield (
        "counted twice",
        "possible: Meta may have received more than one copy" if history.may_be_counted_twice else "no",
    )
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
    return word and f"{word}: {meaning_of(word) or 'unknown in this version'}"


def _record_json(record: Facts) -> dict[str, Any]:
    told = {name: _value(record[name]) for name in RECORD_FIELDS}
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


def _time(moment: datetime | str | None) -> str:
    if isinstance(moment, str):  # how DuckDB gives a year that Python's calendar does not have
        return f"{moment} UTC"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _amount(facts: Facts) -> str:
    return "no value" if facts["value"] is None else format_money(facts["value"], facts["currency"])


def _joined(*words: str | None) -> str:
    return ", ".join(word for word in words if word)


def _say_fact(name: str, words: str) -> None:
    lines = textwrap.wrap(words, text_width() - MARGIN, break_on_hyphens=False) or [""]
    for place, line in enumerate(lines):
        print_line(f"  {name if place == 0 else '':{MARGIN - 2}}{line}")
