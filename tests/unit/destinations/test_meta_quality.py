"""Meta's own measures of a dataset, in long form."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest

from connector.destinations.meta.parse import Malformed
from connector.destinations.meta.quality import offline_measures, read_quality, web_measures
from connector.destinations.meta.reading import ReadError
from connector.model.readings import Measured
from tests.unit.destinations.meta_figures import NOW, Meta, ok, parsed, refusal

WEB = """{"web":[{"event_name":"Purchase",
  "event_match_quality":{"composite_score":7.2,
     "match_key_feedback":[{"identifier":"email","coverage":{"percentage":100},"potential_aly_acr_increase":{"percentage":58.96,"description":"x"}},
                           {"identifier":"ip_address","coverage":{"percentage":99.9}}],
     "diagnostics":[{"name":"Server sending mismatched IP addresses","description":"x","solution":"x","percentage":61.5,"affected_event_count":19567,"total_event_count":31830}]},
  "event_coverage":{"percentage":34.1,"goal_percentage":75,"description":"x","potential_aly_acr_increase":{"percentage":35.8,"description":"x"}},
  "dedupe_key_feedback":[{"dedupe_key":"event_id","browser_events_with_dedupe_key":{"percentage":100,"description":"x"},"server_events_with_dedupe_key":{"percentage":99.5,"description":"x"},"overall_browser_coverage_from_dedupe_key":{"percentage":14.8,"description":"x"}}],
  "data_freshness":{"upload_frequency":"real_time","description":"x"},
  "acr":{"percentage":37.9,"description":"x"},
  "event_potential_aly_acr_increase":{"percentage":32.9,"description":"x"}}]}"""  # noqa: E501 - Meta's own lines
OFFLINE = """{"offline":[{"event_name":"Purchase","composite":{"score":6.6,"recommendation":"x"},
  "match_key":{"score":5.6,"recommendation":"x","coverage":{"email":100.0,"phone":90.0}},"frequency":{},"freshness":{}}]}"""
IP = "Server sending mismatched IP addresses"


def found(rows: Any) -> dict[tuple[str, str | None], Decimal | str | None]:
    rows = list(rows)
    assert len({(row.measure, row.item) for row in rows}) == len(rows)
    return {(row.measure, row.item): row.text_value if row.number is None else row.number for row in rows}


def test_every_measure_of_the_web_is_a_row_with_an_exact_number() -> None:
    assert found(web_measures(parsed(WEB))) == {
        ("composite_score", None): Decimal("7.2"),
        ("key_coverage", "email"): Decimal(100),
        ("key_gain", "email"): Decimal("58.96"),
        ("key_coverage", "ip_address"): Decimal("99.9"),
        ("diagnostic", IP): Decimal("61.5"),
        ("diagnostic_events", IP): Decimal(19567),
        ("event_coverage", None): Decimal("34.1"),
        ("event_coverage_goal", None): Decimal(75),
        ("event_coverage_gain", None): Decimal("35.8"),
        ("dedupe_browser", "event_id"): Decimal(100),
        ("dedupe_server", "event_id"): Decimal("99.5"),
        ("dedupe_overall", "event_id"): Decimal("14.8"),
        ("acr", None): Decimal("37.9"),
        ("event_gain", None): Decimal("32.9"),
        ("freshness", None): "real_time",
    }


def test_offline_measures_stand_in_a_channel_of_their_own() -> None:
    rows = list(offline_measures(parsed(OFFLINE)))
    assert {row.channel for row in rows} == {"offline"}
    assert found(rows) == {
        ("composite_score", None): Decimal("6.6"),
        ("match_key_score", None): Decimal("5.6"),
        ("key_coverage", "email"): Decimal(100),
        ("key_coverage", "phone"): Decimal(90),
    }


def test_what_meta_leaves_out_has_no_row_and_is_no_zero() -> None:
    assert list(web_measures({"web": [{"event_name": "Lead"}]})) == []
    assert list(web_measures({})) == []
    assert list(offline_measures({})) == []


def test_the_top_level_node_is_asked_with_the_field_name_that_works() -> None:
    meta = Meta([ok(parsed_plain(WEB)), ok(parsed_plain(OFFLINE))])
    reading = meta.reads(partial(read_quality, dataset_id="77", now=NOW))
    assert [request.url.path for request in meta.asked] == ["/v26.0/dataset_quality"] * 2
    assert {meta.question(turn)["dataset_id"] for turn in (0, 1)} == {"77"}
    web, offline = meta.question(0)["fields"], meta.question(1)["fields"]
    assert (web.startswith("web{"), offline.startswith("offline{")) == (True, True)
    assert "dedupe_key_feedback{" in web
    assert "dedup_key" not in web
    assert web.count("{") == web.count("}")
    assert {row.channel for row in reading.rows if isinstance(row, Measured)} == {"web", "offline"}
    assert (reading.covers_from, reading.covers_until) == (NOW - timedelta(days=7), NOW)
    assert reading.notes == ()


@pytest.mark.parametrize("answer", [refusal(10), refusal(2044055), refusal(100)], ids=lambda answer: answer.text)
def test_a_dataset_without_readable_offline_measures_is_read_without_them_and_says_so(answer: httpx.Response) -> None:
    reading = Meta([ok(parsed_plain(WEB)), answer]).reads(partial(read_quality, dataset_id="77", now=NOW))
    assert {row.channel for row in reading.rows if isinstance(row, Measured)} == {"web"}
    assert "offline events of dataset 77 was refused (code" in reading.notes[0]


def test_any_other_failure_of_the_offline_half_fails_the_whole_figure() -> None:
    with pytest.raises(ReadError):
        Meta([ok(parsed_plain(WEB)), refusal(1)]).reads(partial(read_quality, dataset_id="77", now=NOW))


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"event_name": 7},
        {"event_name": "Lead", "event_match_quality": []},
        {"event_name": "Lead", "event_match_quality": {"composite_score": "7.2"}},
        {"event_name": "Lead", "event_match_quality": {"composite_score": True}},
        {"event_name": "Lead", "event_match_quality": {"composite_score": 10**14}},
        {"event_name": "Lead", "event_match_quality": {"match_key_feedback": [{"coverage": {"percentage": 1}}]}},
        {"event_name": "Lead", "event_match_quality": {"match_key_feedback": ["email"]}},
        {"event_name": "Lead", "event_match_quality": {"diagnostics": [{"percentage": 1}]}},
        {"event_name": "Lead", "dedupe_key_feedback": [{"server_events_with_dedupe_key": {"percentage": 1}}]},
        {"event_name": "Lead", "data_freshness": {"upload_frequency": 1}},
        {"event_name": "Lead", "acr": 3},
    ],
    ids=str,
)
def test_a_measure_of_another_shape_is_malformed(entry: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        list(web_measures({"web": [entry]}))


def test_a_number_with_more_places_than_the_table_has_is_rounded_half_up() -> None:
    said = parsed('{"web":[{"event_name":"Lead","acr":{"percentage":37.90005}}]}')
    assert found(web_measures(said)) == {("acr", None): Decimal("37.9001")}


def parsed_plain(text: str) -> Any:
    """The same body as a server writes it."""
    import json

    return json.loads(text)
