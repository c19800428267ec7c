"""What Meta refuses, breaks or garbles: one line says it, the rest is read, and nothing is half written."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from starlette.responses import JSONResponse, Response

from tests.integration.pull.conftest import (
    ACCOUNT,
    ADS_READ,
    ALL,
    DEAD,
    EVENTS_MANAGER,
    EXPIRED,
    ON_DUCKDB,
    PROVING,
    SECRET,
    Script,
    error,
)
from tests.support.shops import DATASET, event, utc_now

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

TABLES = ("meta_pulls", "meta_event_stats", "meta_match_quality", "meta_insights", "meta_campaigns")


def figures(shop: Shop) -> dict[str, tuple[int, str | None]]:
    """Rows and problem by figure, from the table."""
    rows = shop.run("select figure, rows_read, problem from meta_conversions_ledger.meta_pulls")
    return {figure: (rows_read, problem) for figure, rows_read, problem in rows}


def test_an_events_manager_token_reads_what_it_may_and_is_told_what_it_lacks(shop: Shop, person: Person) -> None:
    person.monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", EVENTS_MANAGER)
    shop.add([event("one")])
    assert person.says("sync") == 0
    assert person.says("pull") == 0
    lines = person.out.splitlines()
    assert lines[0].startswith("not read: received events (/stats)")
    assert "CONNECTOR_META_READ_TOKEN" in lines[0]
    assert lines[1].startswith(f"match quality of {DATASET}: ")
    assert lines[2].startswith(f"not read: insights of ad account {ACCOUNT}")
    found = figures(shop)
    assert found["match_quality"][0] > 0
    assert found["match_quality"][1] is None
    assert (found["event_stats"][0], found["insights"][0]) == (0, 0)
    assert "ads_read" in str(found["event_stats"][1])
    covers = (
        "select distinct covers_from, covers_until from meta_conversions_ledger.meta_pulls where problem is not null"
    )
    assert shop.run(covers) == [(None, None)]


def test_two_tokens_together_read_everything(shop: Shop, person: Person) -> None:
    person.monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", EVENTS_MANAGER)
    person.monkeypatch.setenv("CONNECTOR_META_READ_TOKEN", ADS_READ)
    shop.add([event("one")])
    assert person.says("sync") == 0
    assert person.asks("pull")["is_whole"] is True
    assert {problem for _, problem in figures(shop).values()} == {None}


@pytest.mark.parametrize("token", [DEAD, EXPIRED])
def test_a_token_that_is_dead_for_everything_stops_with_exit_3(shop: Shop, person: Person, token: str) -> None:
    person.monkeypatch.setenv("CONNECTOR_META_READ_TOKEN", token)
    answer = person.asks("pull")
    assert person.code == 3
    assert {one["trouble"] for one in answer["figures"]} == {"token_refused"}
    assert "CONNECTOR_META_READ_TOKEN" in person.err
    assert {rows for rows, _ in figures(shop).values()} == {0}


@ON_DUCKDB
def test_an_app_that_demands_a_proof_gets_it_with_every_question(shop: Shop, person: Person) -> None:
    person.monkeypatch.setenv("CONNECTOR_META_READ_TOKEN", PROVING)
    assert person.says("pull", "--insights-report") == 1
    assert {rows for rows, _ in figures(shop).values()} == {0}
    assert person.out.count("CONNECTOR_META_APP_SECRET") == 4
    person.monkeypatch.setenv("CONNECTOR_META_APP_SECRET", SECRET)
    assert person.says("pull", "--insights-report") == 0


@ON_DUCKDB
@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>proxy</html>", media_type="text/html"),
        Response(b'{"data":[', media_type="application/json"),
        JSONResponse({"web": [{"event_name": "Purchase", "acr": {"percentage": "37.9"}}]}),
        JSONResponse({"web": {}}),
        error(2635),
        error(190, status=401),
    ],
    ids=lambda answer: answer.body.decode()[:40],
)
def test_a_figure_that_fails_is_left_out_whole_and_the_others_are_written(
    shop: Shop, sandbox: RunningSandbox, person: Person, script: Script, answer: Response
) -> None:
    shop.add([event("one")])
    assert person.says("sync") == 0
    script.instead["/dataset_quality"] = answer
    assert person.says("pull") == 1
    found = figures(shop)
    assert found["match_quality"][0] == 0
    assert found["match_quality"][1]
    assert shop.run("select count(*) from meta_conversions_ledger.meta_match_quality") == [(0,)]
    assert found["event_stats"] == (1, None)
    assert found["insights"][1] is None
    assert "1 of 4 figures could not be read" in person.err
    assert "localised" not in person.out + person.err + str(found)


@ON_DUCKDB
def test_one_half_of_the_hours_is_never_written_without_the_other(shop: Shop, person: Person, script: Script) -> None:
    class OnlyServers(Script):
        async def before(self, call: object) -> Response | None:
            asked = getattr(call, "params", {})
            return error(2500) if asked.get("event_source") == "WEB_ONLY" else None

    script.before = OnlyServers().before  # type: ignore[method-assign]
    shop.add([event("one")])
    assert person.says("sync") == 0
    assert person.says("pull") == 1
    assert shop.run("select count(*) from meta_conversions_ledger.meta_event_stats") == [(0,)]
    assert figures(shop)["event_stats"][0] == 0


def test_figures_without_the_row_that_says_what_they_cover_are_never_written(shop: Shop, person: Person) -> None:
    shop.add([event("one")])
    assert person.says("sync") == 0
    shop.run("drop table meta_conversions_ledger.meta_pulls")
    assert person.says("pull") == 1
    assert shop.run("select count(*) from meta_conversions_ledger.meta_event_stats") == [(0,)]


def test_hours_beyond_one_page_are_all_read(shop: Shop, sandbox: RunningSandbox, person: Person) -> None:
    now = int(utc_now().timestamp()) - 3600
    copies = [
        {"dataset": DATASET, "event_name": "PageView", "event_id": f"p{n}", "event_time": now - n * 3600}
        for n in range(60)
    ]
    sandbox.send_pixel(copies)
    assert person.says("pull") == 0
    assert shop.run(
        "select count(*), sum(events) from meta_conversions_ledger.meta_event_stats where event_source = 'WEB'"
    ) == [(60, 60)]
    asked = [one["path"] for one in json.loads(sandbox.ask("GET", "/__sandbox/requests"))]
    assert sum(path.endswith("/stats") for path in asked) == 1 + 3


@ON_DUCKDB
def test_a_ledger_of_another_host_is_not_mixed_with_this_one_s_figures(shop: Shop, person: Person) -> None:
    shop.add([event("one")])
    assert person.says("sync") == 0
    shop.run("update meta_conversions_ledger.sync_runs set destination_host = 'graph.facebook.com'")
    assert person.says("pull") == 3
    assert "belongs to graph.facebook.com" in person.err
    assert shop.run("select count(*) from meta_conversions_ledger.meta_pulls") == [(0,)]


@ON_DUCKDB
def test_with_nothing_to_read_a_pull_says_what_to_set(shop: Shop, person: Person) -> None:
    person.monkeypatch.delenv("CONNECTOR_META_DATASET_ID")
    person.monkeypatch.delenv("CONNECTOR_META_AD_ACCOUNT_ID")
    assert person.says("pull") == 3
    assert "CONNECTOR_META_DATASET_ID" in person.err


@ON_DUCKDB
def test_without_any_token_a_pull_says_which_it_needs(shop: Shop, person: Person) -> None:
    person.monkeypatch.delenv("CONNECTOR_META_ACCESS_TOKEN")
    assert person.says("pull") == 3
    assert "CONNECTOR_META_READ_TOKEN" in person.err


@ON_DUCKDB
def test_dataset_ids_that_are_none_are_left_out_and_said_to_be(shop: Shop, person: Person) -> None:
    shop.add([event("odd", dataset_id="../me")])
    answer = person.asks("pull")
    assert {one["subject_id"] for one in answer["figures"]} == {DATASET, ACCOUNT}
    assert "1 dataset ids are not made of digits and were left out." in answer["notes"]


@ON_DUCKDB
def test_a_pull_needs_no_events_relation(shop: Shop, person: Person) -> None:
    shop.run("drop table meta_conversions.conversion_events")
    assert person.says("pull") == 0


@pytest.mark.usefixtures("logs_of_httpx")
def test_neither_token_nor_secret_leaves_its_place(
    shop: Shop,
    sandbox: RunningSandbox,
    person: Person,
    script: Script,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    person.monkeypatch.setenv("CONNECTOR_META_APP_SECRET", SECRET)
    said = []
    for token, trouble in ((PROVING, False), (EVENTS_MANAGER, False), (DEAD, False), (PROVING, True)):
        person.monkeypatch.setenv("CONNECTOR_META_READ_TOKEN", token)
        if trouble:
            script.instead["/dataset_quality"] = error(190)
        for words in (("pull",), ("pull", "--json", "--insights-report")):
            person.says(*words)
            said += [person.out, person.err]
    kept = [str(row) for table in TABLES for row in shop.run(f"select * from meta_conversions_ledger.{table}")]
    assert len(kept) > 20
    seen_by_meta = sandbox.ask("GET", "/__sandbox/requests").decode()
    assert "httpcore" in caplog.text  # httpx says nothing of a request with a proof in its address
    for canary in (PROVING, ALL, EVENTS_MANAGER, DEAD, SECRET, "appsecret_proof"):
        assert canary not in "".join(said)
        assert canary not in "".join(kept)
        assert canary not in caplog.text
        assert canary not in seen_by_meta
