"""What Meta attributes to ads, per day, action type and window."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from connector.destinations.meta.insights import (
    LONGEST_REPORT_S,
    attributed,
    by_campaign,
    read_campaigns,
    read_insights,
)
from connector.destinations.meta.parse import Malformed
from connector.destinations.meta.reading import ReadError
from connector.model.readings import Attributed, CampaignDay, Figure, Reading
from tests.unit.destinations.meta_figures import NOW, Meta, ok, page, refusal

DAY = date(2026, 11, 20)
SAMPLE: dict[str, Any] = {
    "account_id": "1",
    "spend": "100.50",
    "actions": [
        {"action_type": "omni_purchase", "value": "3", "7d_click": "2", "1d_view": "1"},
        {"action_type": "purchase", "value": "3"},
        {"action_type": "link_click", "value": "40"},
    ],
    "action_values": [{"action_type": "omni_purchase", "value": "150.00", "7d_click": "100.00", "1d_view": "50.00"}],
    "date_start": "2026-11-20",
    "date_stop": "2026-11-20",
}
RUN = "6023920149050"


def row(action_type: str, window: str, actions: str | None, value: str | None) -> Attributed:
    return Attributed(
        day=DAY,
        action_type=action_type,
        attribution_window=window,
        actions=Decimal(actions) if actions else None,
        action_value=Decimal(value) if value else None,
    )


def read(meta: Meta, *, zone: str | None = None, as_report: bool = False) -> Reading:
    known = ZoneInfo(zone) if zone else None
    return meta.reads(partial(read_insights, account_id="55", now=NOW, zone=known, as_report=as_report))


def test_every_action_type_and_window_is_a_row_and_nothing_is_added_up() -> None:
    assert list(attributed([SAMPLE])) == [
        Attributed(day=DAY, spend=Decimal("100.50")),
        row("omni_purchase", "default", "3", "150"),
        row("omni_purchase", "7d_click", "2", "100"),
        row("omni_purchase", "1d_view", "1", "50"),
        row("purchase", "default", "3", None),
        row("link_click", "default", "40", None),
    ]


def test_a_value_without_a_count_is_kept() -> None:
    entry = SAMPLE | {"actions": None, "action_values": [{"action_type": "purchase", "value": "9.99"}]}
    assert list(attributed([entry]))[1:] == [row("purchase", "default", None, "9.99")]


def test_a_day_without_actions_has_its_spend_only() -> None:
    entry = {"spend": "0", "date_start": "2026-11-20", "date_stop": "2026-11-20"}
    assert list(attributed([entry])) == [Attributed(day=DAY, spend=Decimal(0))]


def test_money_is_exact_beyond_what_a_float_holds() -> None:
    (spent,) = attributed([{"spend": "12345678901234.1234", "date_start": "2026-11-20", "date_stop": "2026-11-20"}])
    assert spent.spend == Decimal("12345678901234.1234")


@pytest.mark.parametrize(
    "change",
    [
        {"spend": "1,000.50"},
        {"spend": "NaN"},
        {"spend": "1e3"},
        {"spend": ""},
        {"spend": "\u0661"},
        {"spend": "9" * 15},
        {"spend": []},
        {"spend": True},
        {"date_start": None},
        {"date_start": "20.11.2026"},
        {"date_stop": "2026-11-21"},
        {"actions": {}},
        {"actions": ["purchase"]},
        {"actions": [{"value": "3"}]},
        {"actions": [{"action_type": "purchase", "value": "three"}]},
        {"actions": [{"action_type": "purchase", "value": "3"}, {"action_type": "purchase", "value": "4"}]},
    ],
    ids=str,
)
def test_a_day_of_another_shape_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        list(attributed([SAMPLE | change]))


def test_a_day_that_stands_twice_is_malformed() -> None:
    with pytest.raises(Malformed, match="twice"):
        list(attributed([SAMPLE, SAMPLE]))


def test_the_last_28_days_are_asked_for_day_by_day_with_every_window_and_all_pages() -> None:
    other = SAMPLE | {"date_start": "2026-11-21", "date_stop": "2026-11-21"}
    meta = Meta([page([SAMPLE], after="c1"), page([other])])
    reading = read(meta)
    question = meta.question(0)
    assert meta.asked[0].url.path == "/v26.0/act_55/insights"
    assert json.loads(question["time_range"]) == {"since": "2026-10-26", "until": "2026-11-23"}
    assert (question["level"], question["time_increment"]) == ("account", "1")
    assert json.loads(question["action_attribution_windows"]) == [
        "1d_click",
        "7d_click",
        "28d_click",
        "1d_view",
        "1d_ev",
    ]
    assert {row.day for row in reading.rows if isinstance(row, Attributed)} == {DAY, date(2026, 11, 21)}
    assert (reading.covers_from, reading.covers_until) == (datetime(2026, 10, 26), datetime(2026, 11, 24))  # noqa: DTZ001


def test_the_days_are_those_of_the_account() -> None:
    meta = Meta([page([])])
    read(meta, zone="Pacific/Kiritimati")  # UTC+14: there it is tomorrow
    assert json.loads(meta.question(0)["time_range"]) == {"since": "2026-10-27", "until": "2026-11-24"}


def started(status: str, percent: Any, **more: Any) -> httpx.Response:
    return ok({"id": RUN, "async_status": status, "async_percent_completion": percent} | more)


@pytest.mark.parametrize("code", [(100, 1487534), (100, 1504018), (2, 1504038)])
def test_a_question_that_is_too_large_becomes_a_report(code: tuple[int, int]) -> None:
    meta = Meta(
        [
            refusal(*code),
            ok({"report_run_id": RUN}),
            started("Job Not Started", 0),
            started("Job Running", 50),
            started("Job Completed", 99),
            started("Job Completed", 100),
            page([SAMPLE], after="c1"),
            page([]),
        ]
    )
    assert len(read(meta).rows) == 6
    asked = [(request.method, request.url.path.removeprefix("/v26.0/")) for request in meta.asked]
    assert asked == [
        ("GET", "act_55/insights"),
        ("POST", "act_55/insights"),
        *[("GET", RUN)] * 4,
        *[("GET", f"{RUN}/insights")] * 2,
    ]
    assert meta.waits == [1.0, 2.0, 4.0]


def test_a_report_can_be_asked_for_at_once() -> None:
    meta = Meta([ok({"report_run_id": RUN}), started("Job Completed", 100), page([SAMPLE])])
    assert len(read(meta, as_report=True).rows) == 6
    assert meta.asked[0].method == "POST"


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped"])
def test_a_report_that_fails_is_told_by_its_codes(status: str) -> None:
    failed = started(status, 30, error_code=2601, error_subcode=33, error_message="quelque chose")
    meta = Meta([ok({"report_run_id": RUN}), failed])
    with pytest.raises(ReadError, match=rf"ended as '{status}' \(code 2601/33\)"):
        read(meta, as_report=True)


def test_a_report_that_never_ends_is_waited_for_an_hour_and_no_longer() -> None:
    meta = Meta([ok({"report_run_id": RUN}), started("Job Running", 10)])
    with pytest.raises(Malformed, match="not done within 60 min"):
        read(meta, as_report=True)
    assert LONGEST_REPORT_S <= sum(meta.waits) <= LONGEST_REPORT_S + 30


@pytest.mark.parametrize("answer", [{}, {"report_run_id": None}, {"report_run_id": "../me"}, {"report_run_id": ""}])
def test_a_report_id_that_is_none_is_malformed(answer: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="report_run_id"):
        read(Meta([ok(answer)]), as_report=True)


def test_a_refusal_for_another_cause_orders_no_report() -> None:
    meta = Meta([refusal(100)])
    with pytest.raises(ReadError):
        read(meta)
    assert len(meta.asked) == 1


CAMPAIGN = SAMPLE | {"campaign_id": "10", "campaign_name": "Winter"}


def test_a_campaigns_day_is_a_row_with_its_spend_and_the_total_of_its_purchases() -> None:
    quiet = {"campaign_id": "11", "spend": "5.00", "date_start": "2026-11-20", "date_stop": "2026-11-20"}
    assert list(by_campaign([CAMPAIGN, quiet])) == [
        CampaignDay(
            day=DAY,
            campaign_id="10",
            campaign_name="Winter",
            spend=Decimal("100.50"),
            purchases=Decimal(3),
            purchase_value=Decimal(150),
        ),
        CampaignDay(day=DAY, campaign_id="11", spend=Decimal(5)),
    ]
    with pytest.raises(Malformed, match="twice"):
        list(by_campaign([CAMPAIGN, CAMPAIGN]))


def test_campaigns_are_asked_for_day_by_day_with_all_pages() -> None:
    meta = Meta([page([CAMPAIGN], after="c1"), page([CAMPAIGN | {"campaign_id": "11"}])])
    reading = meta.reads(partial(read_campaigns, account_id="55", now=NOW, zone=None, as_report=False))
    assert (reading.figure, len(reading.rows), meta.question(0)["level"]) == (Figure.CAMPAIGNS, 2, "campaign")
    assert "action_attribution_windows" not in meta.question(0)
