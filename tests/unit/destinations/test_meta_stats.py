"""Received events per hour, as Meta's /stats gives them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from connector.destinations.meta.parse import Malformed
from connector.destinations.meta.stats import event_counts, read_stats, stats_since
from connector.model.readings import EventCount, Figure
from tests.unit.destinations.meta_figures import NOW, Meta, page, parsed

SAMPLE = """{"data":[{"start_time":"2026-11-20T13:00:00+0000","aggregation":"event",
  "data":[{"value":"Purchase","count":12},{"value":"PageView","count":340}]}],
 "paging":{"cursors":{"before":"x","after":"y"},"next":"https://graph.facebook.com/v26.0/x"}}"""
HOUR = datetime(2026, 11, 20, 13)  # noqa: DTZ001 - UTC without zone


def bucket(*entries: dict[str, Any], start: str = "2026-11-20T13:00:00+0000") -> dict[str, Any]:
    return {"start_time": start, "aggregation": "event", "data": list(entries)}


def test_each_name_of_each_hour_is_a_row() -> None:
    assert event_counts(parsed(SAMPLE)["data"], event_source="SERVER") == [
        EventCount(event_source="SERVER", hour_start=HOUR, event_name="Purchase", events=12),
        EventCount(event_source="SERVER", hour_start=HOUR, event_name="PageView", events=340),
    ]


def test_an_hour_of_another_zone_becomes_utc() -> None:
    (row,) = event_counts([bucket({"value": "Lead", "count": 1}, start="2026-11-20T13:00:00-0800")], event_source="WEB")
    assert row.hour_start == datetime(2026, 11, 20, 21)  # noqa: DTZ001


def test_servers_and_browsers_are_asked_apart_hour_by_hour_and_never_for_totals() -> None:
    server, web = bucket({"value": "Purchase", "count": 2}), bucket({"value": "Purchase", "count": 1})
    meta = Meta([page([server]), page([web])])
    reading = meta.reads(partial(read_stats, dataset_id="77", now=NOW))
    assert [request.url.path for request in meta.asked] == ["/v26.0/77/stats"] * 2
    assert [meta.question(turn)["event_source"] for turn in (0, 1)] == ["SERVER_ONLY", "WEB_ONLY"]
    assert {meta.question(turn)["aggregation"] for turn in (0, 1)} == {"event"}
    assert (reading.figure, reading.subject_id, reading.problem) == (Figure.EVENT_STATS, "77", None)
    assert [(row.event_source, row.events) for row in reading.rows if isinstance(row, EventCount)] == [
        ("SERVER", 2),
        ("WEB", 1),
    ]


def test_the_window_begins_with_the_first_hour_that_is_whole_and_ends_now() -> None:
    reading = Meta([page([])]).reads(partial(read_stats, dataset_id="77", now=NOW))
    assert reading.covers_from == datetime(2026, 11, 16, 11)  # noqa: DTZ001
    assert reading.covers_until == NOW
    on_the_hour = NOW.replace(minute=0, second=0)
    assert stats_since(on_the_hour) == on_the_hour - timedelta(days=7)


def test_no_events_is_a_reading_of_nothing_and_no_problem() -> None:
    reading = Meta([page([])]).reads(partial(read_stats, dataset_id="77", now=NOW))
    assert (reading.rows, reading.problem) == ((), None)


def test_an_hour_that_stands_on_two_pages_counts_once() -> None:
    twice = [bucket({"value": "Purchase", "count": 2})] * 2
    assert [row.events for row in event_counts(twice, event_source="SERVER")] == [2]


def test_two_counts_for_one_hour_and_name_are_neither_added_nor_chosen() -> None:
    with pytest.raises(Malformed, match="two counts"):
        event_counts(
            [bucket({"value": "Purchase", "count": 2}), bucket({"value": "Purchase", "count": 1})],
            event_source="SERVER",
        )


@pytest.mark.parametrize(
    "broken",
    [
        bucket({"value": "Purchase", "count": "12"}),
        bucket({"value": "Purchase", "count": 1.5}),
        bucket({"value": "Purchase", "count": True}),
        bucket({"value": "Purchase", "count": -1}),
        bucket({"value": "Purchase", "count": 2**63}),
        bucket({"value": "Purchase"}),
        bucket({"event": "Purchase", "count": 1}),
        bucket({"value": 5, "count": 1}),
        bucket({"value": "", "count": 1}),
        bucket({"value": "Purchase", "count": 1}, start="yesterday"),
        bucket({"value": "Purchase", "count": 1}, start="2026-11-20T13:00:00"),
        {"start_time": "2026-11-20T13:00:00+0000"},
        {"start_time": "2026-11-20T13:00:00+0000", "data": {}},
        {},
    ],
    ids=str,
)
def test_a_bucket_of_another_shape_is_malformed(broken: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        event_counts([broken], event_source="SERVER")


def test_a_name_that_no_warehouse_can_hold_is_kept_in_a_form_that_it_can() -> None:
    (row,) = event_counts([bucket({"value": "Pur\x00cha\ud800se", "count": 1})], event_source="SERVER")
    assert row.event_name == "Pur\ufffdcha\ufffdse"
