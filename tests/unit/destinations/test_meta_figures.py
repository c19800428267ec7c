"""What a refusal becomes: one line that names the figure, the token and who gives the permission."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from connector.destinations.meta.figures import read_figure, read_figures
from connector.destinations.meta.stats import read_stats
from connector.model.readings import Figure, Reading, Trouble
from connector.settings import Settings
from tests.unit.destinations.meta_figures import NOW, Meta, ok, page, refusal


def read(meta: Meta | Any, *, datasets: tuple[str, ...] = ("77",), **settings: Any) -> list[Reading]:
    known = Settings(meta_base_url="https://graph.example", **({"meta_read_token": "reading"} | settings))

    async def run() -> list[Reading]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(meta), timeout=5) as client:
            sleep = meta.sleep if isinstance(meta, Meta) else asyncio.sleep
            return await read_figures(
                client,
                known,
                datasets,
                now=NOW,
                insights_as_report=False,
                sleep=sleep,
                listen=lambda figure, subject_id: None,
            )

    return asyncio.run(run())


def test_each_dataset_and_the_account_is_read() -> None:
    readings = read(Meta([page([])]), datasets=("77", "78"), meta_ad_account_id="act_55")
    assert [(reading.figure, reading.subject_id) for reading in readings] == [
        (Figure.EVENT_STATS, "77"),
        (Figure.MATCH_QUALITY, "77"),
        (Figure.EVENT_STATS, "78"),
        (Figure.MATCH_QUALITY, "78"),
        (Figure.INSIGHTS, "55"),
        (Figure.CAMPAIGNS, "55"),
    ]


def test_a_missing_permission_names_the_figure_the_token_and_the_way_to_get_it() -> None:
    stats, quality, insights, _ = read(Meta([refusal(10)]), meta_ad_account_id="55")
    assert {reading.trouble for reading in (stats, quality, insights)} == {Trouble.PERMISSION}
    assert "CONNECTOR_META_READ_TOKEN may not read it (code 10)" in str(stats.problem)
    assert "/stats) of dataset 77" in str(stats.problem)
    assert "ads_read" in str(stats.problem)
    assert "Use events dataset" in str(quality.problem)
    assert "ad account 55" in str(insights.problem)
    assert "\n" not in "".join(str(reading.problem) for reading in (stats, quality, insights))


def test_meta_s_missing_permission_without_a_subcode_is_one_for_stats_but_not_for_match_quality() -> None:
    stats, quality, insights, _ = read(Meta([refusal(100)]), meta_ad_account_id="55")
    assert [stats.trouble, quality.trouble, insights.trouble] == [
        Trouble.PERMISSION,
        Trouble.FAILED,
        Trouble.PERMISSION,
    ]


def test_the_token_that_sends_stands_in_where_only_it_has_the_permission() -> None:
    def meta(request: httpx.Request) -> httpx.Response:
        sends = request.headers["authorization"] == "Bearer sending"
        reads_quality = request.url.path.endswith("dataset_quality")
        if sends is not reads_quality:
            return refusal(10)
        return ok({}) if reads_quality else page([])

    readings = read(meta, meta_access_token="sending", meta_ad_account_id="55")
    assert [reading.problem for reading in readings] == [None] * 4


def test_a_dead_token_is_never_hidden_by_the_other_one() -> None:
    def meta(request: httpx.Request) -> httpx.Response:
        return refusal(190) if request.headers["authorization"] == "Bearer reading" else page([])

    stats, quality = read(meta, meta_access_token="sending")
    assert {stats.trouble, quality.trouble} == {Trouble.TOKEN}
    assert "CONNECTOR_META_READ_TOKEN (code 190)" in str(stats.problem)


def test_without_a_read_token_the_one_that_sends_is_asked_and_named() -> None:
    stats, _ = read(Meta([refusal(10)]), meta_read_token=None, meta_access_token="sending")
    assert "CONNECTOR_META_ACCESS_TOKEN" in str(stats.problem)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, content=b"<html>"), "HTTP 200 whose body is not a JSON object"),
        (ok({"data": 5}), "could not be parsed: data is no list of objects"),
        (refusal(2635), "Set CONNECTOR_META_API_VERSION"),
        (refusal(2500), "CONNECTOR_META_BASE_URL"),
        (refusal(100, type="GraphMethodException"), "CONNECTOR_META_APP_SECRET"),
        (refusal(777), "code 777"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_any_other_failure_is_told_with_what_helps(answer: httpx.Response, words: str) -> None:
    stats, _ = read(Meta([answer]))
    assert stats.trouble is Trouble.FAILED
    assert words in str(stats.problem)
    assert stats.rows == ()


def test_half_a_figure_is_none() -> None:
    async def half(reader: Any) -> Reading:
        return await read_stats(reader, dataset_id="77", now=NOW)

    meta = Meta(
        [page([{"start_time": "2026-11-20T13:00:00+0000", "data": [{"value": "Lead", "count": 1}]}]), refusal(1)]
    )
    reading = meta.reads(lambda reader: read_figure(Figure.EVENT_STATS, "77", [reader], half))
    assert (reading.rows, reading.covers_from, reading.trouble) == ((), None, Trouble.FAILED)


@pytest.mark.parametrize(("version", "notes"), [("v24.0", 1), ("v25.0", 0), ("v26.0", 0)])
def test_insights_say_when_their_version_has_ended_for_them(version: str, notes: int) -> None:
    *_, insights, _ = read(Meta([page([])]), meta_ad_account_id="act_55", meta_api_version=version)
    assert len(insights.notes) == notes
