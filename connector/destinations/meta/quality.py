"""`GET /dataset_quality`: Meta's own measures of a dataset, per event name, as of now (docs/meta-api.md §8.3).

The field of the deduplication keys is `dedupe_key_feedback`; the documentation's table spells it differently and is
wrong. `frequency` and `freshness` of the offline variant are not requested: their shape is not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.destinations.meta.parse import number_at, object_at, objects_at, text_at
from connector.destinations.meta.reading import Reader, ReadError
from connector.destinations.meta.refusals import ErrorClass
from connector.model.readings import Figure, Measured, Reading

WEB_REACH = timedelta(days=7)
WEB = (
    "web{event_name,"
    "event_match_quality{composite_score,match_key_feedback{identifier,coverage{percentage},"
    "potential_aly_acr_increase{percentage}},"
    "diagnostics{name,percentage,affected_event_count}},"
    "event_coverage{percentage,goal_percentage,potential_aly_acr_increase{percentage}},"
    "dedupe_key_feedback{dedupe_key,browser_events_with_dedupe_key{percentage},"
    "server_events_with_dedupe_key{percentage},overall_browser_coverage_from_dedupe_key{percentage}},"
    "data_freshness{upload_frequency},acr{percentage},event_potential_aly_acr_increase{percentage}}"
)
GAIN = "potential_aly_acr_increase"
"""By how much Meta expects the additional conversions reported to rise."""
OFFLINE = "offline{event_name,composite,match_key}"
DEDUPE_PARTS = {
    "dedupe_browser": "browser_events_with_dedupe_key",
    "dedupe_server": "server_events_with_dedupe_key",
    "dedupe_overall": "overall_browser_coverage_from_dedupe_key",
}
NO_OFFLINE = (ErrorClass.ACCESS, ErrorClass.UNCLEAR)


async def read_quality(reader: Reader, dataset_id: str, now: datetime) -> Reading:
    """Both variants. Where the offline variant may not be read, it is left out with a note.

    Raises ReadError or Malformed.
    """
    web = await reader.get("dataset_quality", {"dataset_id": dataset_id, "fields": WEB})
    reading = Reading(
        figure=Figure.MATCH_QUALITY,
        subject_id=dataset_id,
        covers_from=now - WEB_REACH,
        covers_until=now,
        rows=tuple(web_measures(web)),
    )
    try:
        offline = await reader.get("dataset_quality", {"dataset_id": dataset_id, "fields": OFFLINE})
    except ReadError as refusal:
        if refusal.response.error not in NO_OFFLINE:
            raise
        note = f"match quality of offline events of dataset {dataset_id} was refused ({refusal.response.summary})."
        return replace(reading, notes=(note,))
    return replace(reading, rows=(*reading.rows, *offline_measures(offline)))


def web_measures(body: dict[str, Any]) -> Iterator[Measured]:
    """`{"web": [{"event_name": .., ..}]}` in long form; what Meta leaves out has no row. Raises Malformed."""
    for entry in objects_at(body, "web"):
        event = _Event("web", entry)
        quality = object_at(entry, "event_match_quality")
        coverage = object_at(entry, "event_coverage")
        yield from event.number("composite_score", quality, "composite_score")
        for key in objects_at(quality, "match_key_feedback"):
            identifier = text_at(key, "identifier")
            yield from event.percentage("key_coverage", key, "coverage", item=identifier)
            yield from event.percentage("key_gain", key, GAIN, item=identifier)
        for fault in objects_at(quality, "diagnostics"):
            name = text_at(fault, "name")
            yield from event.number("diagnostic", fault, "percentage", item=name)
            yield from event.number("diagnostic_events", fault, "affected_event_count", item=name)
        yield from event.number("event_coverage", coverage, "percentage")
        yield from event.number("event_coverage_goal", coverage, "goal_percentage")
        yield from event.percentage("event_coverage_gain", coverage, GAIN)
        for feedback in objects_at(entry, "dedupe_key_feedback"):
            dedupe_key = text_at(feedback, "dedupe_key")
            for measure, part in DEDUPE_PARTS.items():
                yield from event.percentage(measure, feedback, part, item=dedupe_key)
        yield from event.percentage("acr", entry, "acr")
        yield from event.percentage("event_gain", entry, f"event_{GAIN}")
        freshness = object_at(entry, "data_freshness")
        if freshness.get("upload_frequency") is not None:
            yield event.measured("freshness", text_value=text_at(freshness, "upload_frequency"))


def offline_measures(body: dict[str, Any]) -> Iterator[Measured]:
    """`{"offline": [{"event_name": .., "composite": {"score": ..}, "match_key": {..}}]}`. Raises Malformed."""
    for entry in objects_at(body, "offline"):
        event = _Event("offline", entry)
        match_key = object_at(entry, "match_key")
        coverage = object_at(match_key, "coverage")
        yield from event.number("composite_score", object_at(entry, "composite"), "score")
        yield from event.number("match_key_score", match_key, "score")
        for name in coverage:
            identifier = text_at({"identifier": name}, "identifier")
            yield from event.number("key_coverage", coverage, name, item=identifier)


class _Event:
    """The measures of one event name of one channel."""

    def __init__(self, channel: str, entry: dict[str, Any]) -> None:
        self._channel = channel
        self._name = text_at(entry, "event_name")

    def measured(self, measure: str, **more: Any) -> Measured:
        return Measured(channel=self._channel, event_name=self._name, measure=measure, **more)

    def number(self, measure: str, holder: dict[str, Any], name: str, *, item: str | None = None) -> Iterator[Measured]:
        number = number_at(holder, name)
        if number is not None:
            yield self.measured(measure, item=item, number=number)

    def percentage(
        self, measure: str, holder: dict[str, Any], name: str, *, item: str | None = None
    ) -> Iterator[Measured]:
        yield from self.number(measure, object_at(holder, name), "percentage", item=item)
