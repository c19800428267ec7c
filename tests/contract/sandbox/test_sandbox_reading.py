"""What can be read back, as a caller meets it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connector.sandbox.config import AdAccount, SandboxConfig, Scenario
from connector.sandbox.server import RunningSandbox
from connector.sandbox.tokens import Scope, TokenState, TokenStatus

HOUR, DAY = 3600, 86_400


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def purchase(sandbox: RunningSandbox, **changes: Any) -> dict[str, Any]:
    return {
        "event_name": "Purchase",
        "event_time": int(sandbox.clock.now()) - 60,
        "event_id": "order-1",
        "action_source": "website",
        "user_data": {"em": [hashed("a")], "external_id": hashed("1"), "client_user_agent": "browser"},
        "custom_data": {"value": 10, "currency": "USD"},
    } | changes


def send(sandbox: RunningSandbox, *events: dict[str, Any], dataset: str = "123") -> None:
    answer = httpx.post(
        f"{sandbox.base_url}/v26.0/{dataset}/events", params={"access_token": "t"}, json={"data": events}
    )
    assert answer.status_code == 200, answer.text


def get(sandbox: RunningSandbox, path: str, token: str = "t", **params: Any) -> httpx.Response:  # noqa: S107 - no secret
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return httpx.get(f"{sandbox.base_url}/v26.0/{path}", params=texts, headers={"Authorization": f"Bearer {token}"})


def error(answer: httpx.Response) -> tuple[int, int, int | None, str]:
    told = answer.json()["error"]
    return answer.status_code, told["code"], told.get("error_subcode"), told["message"]


def at_whole_hour(sandbox: RunningSandbox) -> None:
    """Half past an hour, so that a minute more or less stays inside it."""
    now = time.time()
    sandbox.clock.offset_s = now // HOUR * HOUR + HOUR / 2 - now


def counts(answer: httpx.Response) -> list[dict[str, int]]:
    return [{row["value"]: row["count"] for row in hour["data"]} for hour in answer.json()["data"]]


def test_stats_count_receipts_by_the_hour_with_their_duplicates(sandbox: RunningSandbox) -> None:
    at_whole_hour(sandbox)
    send(sandbox, purchase(sandbox), purchase(sandbox), purchase(sandbox, event_name="Lead"))
    sandbox.clock.offset_s += HOUR
    send(sandbox, purchase(sandbox))
    answer = get(sandbox, "123/stats")
    assert counts(answer) == [{"Purchase": 2, "Lead": 1}, {"Purchase": 1}]
    first = answer.json()["data"][0]
    assert (first["aggregation"], first["start_time"][13:]) == ("event", ":00:00+0000")
    assert get(sandbox, "456/stats").json() == {"data": [], "paging": {}}


def test_stats_tell_the_browser_from_the_server_and_one_event_from_another(sandbox: RunningSandbox) -> None:
    at_whole_hour(sandbox)
    copy = {"dataset": "123", "event_name": "Purchase", "event_time": int(sandbox.clock.now())}
    sandbox.send_pixel([copy, copy])
    send(sandbox, purchase(sandbox), purchase(sandbox, event_name="Lead"))
    assert counts(get(sandbox, "123/stats", event_source="SERVER_ONLY")) == [{"Purchase": 1, "Lead": 1}]
    assert counts(get(sandbox, "123/stats", event_source="WEB_ONLY")) == [{"Purchase": 2}]
    assert counts(get(sandbox, "123/stats", event="Lead")) == [{"Lead": 1}]
    assert counts(get(sandbox, "123/stats", aggregation="event_source")) == [{"SERVER": 2, "BROWSER": 2}]


def test_stats_reach_back_seven_days_and_between_two_times(sandbox: RunningSandbox) -> None:
    at_whole_hour(sandbox)
    start = int(sandbox.clock.now())
    for _ in range(3):
        send(sandbox, purchase(sandbox))
        sandbox.clock.offset_s += 3 * DAY
    assert len(counts(get(sandbox, "123/stats"))) == 2
    assert len(counts(get(sandbox, "123/stats", start_time=str(start), end_time=str(start + 4 * DAY)))) == 1
    iso = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(start + 5 * DAY))
    assert len(counts(get(sandbox, "123/stats", start_time=iso))) == 1


def test_stats_show_with_a_lag(sandbox: RunningSandbox) -> None:
    sandbox.set_scenario(Scenario(stats_lag_s=1200))
    send(sandbox, purchase(sandbox))
    assert counts(get(sandbox, "123/stats")) == []
    sandbox.clock.offset_s = 1300
    assert counts(get(sandbox, "123/stats")) == [{"Purchase": 1}]


def test_stats_are_read_page_by_page(sandbox: RunningSandbox) -> None:
    at_whole_hour(sandbox)
    for _ in range(5):
        send(sandbox, purchase(sandbox))
        sandbox.clock.offset_s += HOUR
    pages, address = [], f"{sandbox.base_url}/v26.0/123/stats?limit=2"
    while address:
        answer = httpx.get(address, headers={"Authorization": "Bearer t"}).json()
        pages.append(len(answer["data"]))
        address = answer["paging"].get("next")
        assert address is None or "Bearer" not in address
    assert pages == [2, 2, 1]


def test_the_pages_of_total_counts_are_a_trap(sandbox: RunningSandbox) -> None:
    at_whole_hour(sandbox)
    for _ in range(3):
        send(sandbox, purchase(sandbox))
        sandbox.clock.offset_s += HOUR
    first = get(sandbox, "123/stats", aggregation="event_total_counts", limit="1")
    after = first.json()["paging"]["cursors"]["after"]
    second = get(sandbox, "123/stats", aggregation="event_total_counts", limit="1", after=after)
    assert (counts(first), counts(second)) == ([{"Purchase": 3}], [{"Purchase": 2}])


def test_the_other_aggregations_have_their_shapes(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase(sandbox))
    results = get(sandbox, "123/stats", aggregation="event_processing_results").json()["data"][0]["data"]
    assert results == [{"event": "Purchase", "count": 1}]
    assert counts(get(sandbox, "123/stats", aggregation="match_keys")) == [
        {"em": 1, "external_id": 1, "client_user_agent": 1}
    ]
    assert counts(get(sandbox, "123/stats", aggregation="had_pii")) == [{"true": 1}]
    assert counts(get(sandbox, "123/stats", aggregation="host")) == []


@pytest.mark.parametrize(
    "params",
    [{"aggregation": "events"}, {"event_source": "SERVER"}, {"start_time": "x"}, {"limit": "0"}, {"after": "!"}],
)
def test_a_bad_parameter_is_refused(sandbox: RunningSandbox, params: dict[str, str]) -> None:
    assert error(get(sandbox, "123/stats", **params))[:2] == (400, 100)


QUALITY = (
    "web{event_name,event_match_quality{composite_score,match_key_feedback{identifier,coverage{percentage}},"
    "diagnostics{name,percentage,affected_event_count}},event_coverage{percentage,goal_percentage},"
    "dedupe_key_feedback{dedupe_key,browser_events_with_dedupe_key{percentage},"
    "server_events_with_dedupe_key{percentage},overall_browser_coverage_from_dedupe_key{percentage}},"
    "data_freshness{upload_frequency},acr{percentage}}"
)


def test_quality_is_told_by_event_name_and_only_what_was_asked_for(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase(sandbox), purchase(sandbox, user_data={"external_id": hashed("1")}))
    send(sandbox, purchase(sandbox, event_name="Lead"))
    told = get(sandbox, "dataset_quality", dataset_id="123", fields=QUALITY).json()
    assert list(told) == ["web"]
    lead, bought = told["web"]
    assert (lead["event_name"], bought["event_name"]) == ("Lead", "Purchase")
    assert set(bought) == {"event_name", "event_match_quality", "data_freshness"}
    coverage = {
        each["identifier"]: each["coverage"]["percentage"]
        for each in bought["event_match_quality"]["match_key_feedback"]
    }
    assert coverage == {"email": 50.0, "external_id": 100.0, "user_agent": 50.0}
    assert 0 < bought["event_match_quality"]["composite_score"] < lead["event_match_quality"]["composite_score"] < 10
    assert bought["data_freshness"] == {"upload_frequency": "real_time"}


def test_coverage_and_dedupe_keys_compare_the_browser_with_the_server(sandbox: RunningSandbox) -> None:
    at = int(sandbox.clock.now()) - 120
    copies = [
        {"dataset": "123", "event_name": "Purchase", "event_id": f"order-{n}", "event_time": at} for n in range(4)
    ]
    sandbox.send_pixel([*copies, copies[0]])
    send(sandbox, purchase(sandbox), purchase(sandbox, event_id="ORDER-2"))
    (told,) = get(sandbox, "dataset_quality", dataset_id="123", fields=QUALITY).json()["web"]
    assert told["event_coverage"] == {"percentage": 25.0, "goal_percentage": 75}
    by_id = told["dedupe_key_feedback"][0]
    assert [by_id[name]["percentage"] for name in list(by_id)[1:]] == [100.0, 100.0, 25.0]
    assert told["acr"] == {"percentage": 25.0}


def test_quality_rolls_over_seven_days_and_offline_stands_apart(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase(sandbox, action_source="physical_store"), purchase(sandbox))
    sandbox.clock.offset_s = 8 * DAY
    both = f"{QUALITY},offline{{event_name,composite{{score}},match_key{{score,coverage}}}}"
    told = get(sandbox, "dataset_quality", dataset_id="123", fields=both).json()
    assert list(told) == ["offline"]
    assert told["offline"][0]["match_key"]["coverage"]["email"] == 100.0
    assert 0 < told["offline"][0]["composite"]["score"] <= 10
    sandbox.clock.offset_s = 29 * DAY
    assert get(sandbox, "dataset_quality", dataset_id="123", fields=both).json() == {}


def test_the_misprinted_field_does_not_exist(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, "dataset_quality", dataset_id="123", fields="web{dedup_key_feedback}")
    assert error(answer) == (400, 100, None, "(#100) Tried accessing nonexisting field (dedup_key_feedback)")


def test_quality_is_a_node_of_its_own(sandbox: RunningSandbox) -> None:
    assert error(get(sandbox, "123/dataset_quality")) == (
        400,
        2500,
        None,
        "Unknown path components: /dataset_quality",
    )
    assert error(get(sandbox, "dataset_quality", fields="web"))[1] == 100


RANGE = {"fields": "spend,actions,action_values", "time_increment": "1", "level": "account"}


def since(sandbox: RunningSandbox, days: int) -> dict[str, str]:
    now = sandbox.clock.now()
    first, last = (time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (now - (days - 1) * DAY, now))
    return {"since": first, "until": last}


def test_insights_are_read_by_the_day_and_page_by_page(sandbox: RunningSandbox) -> None:
    rows, after = [], None
    while True:
        more = {} if after is None else {"after": after}
        answer = get(sandbox, "act_7/insights", time_range=since(sandbox, 30), limit="12", **RANGE, **more).json()
        rows += answer["data"]
        after = answer["paging"]["cursors"]["after"]
        if "next" not in answer["paging"]:
            break
    assert len(rows) == 30
    assert rows[0] == {"spend": "100.00", "date_start": rows[0]["date_start"], "date_stop": rows[0]["date_start"]}
    assert get(sandbox, "act_7").json() == {"id": "act_7"}
    named = get(sandbox, "act_7", fields="timezone_name,currency,name").json()
    assert named == {"timezone_name": "UTC", "currency": "USD", "name": "Sandbox", "id": "act_7"}


def run_of(sandbox: RunningSandbox, **params: Any) -> str:
    answer = httpx.post(
        f"{sandbox.base_url}/v26.0/act_7/insights",
        headers={"Authorization": "Bearer t"},
        data={"time_range": json.dumps(since(sandbox, 200))} | RANGE | params,
    )
    return str(answer.json()["report_run_id"])


def looks(sandbox: RunningSandbox, run: str, count: int = 5) -> list[tuple[str, int]]:
    nodes = [get(sandbox, run).json() for _ in range(count)]
    return [(node["async_status"], node["async_percent_completion"]) for node in nodes]


def test_too_many_days_are_refused_at_once_and_come_as_a_report(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, "act_7/insights", time_range=since(sandbox, 200), **RANGE)
    assert error(answer)[:3] == (400, 100, 1487534)
    run = run_of(sandbox)
    assert error(get(sandbox, f"{run}/insights"))[:2] == (400, 100)
    assert looks(sandbox, run) == [
        ("Job Not Started", 0),
        ("Job Started", 0),
        ("Job Running", 60),
        ("Job Running", 100),
        ("Job Completed", 100),
    ]
    assert len(get(sandbox, f"{run}/insights", limit="500").json()["data"]) == 200
    sandbox.clock.offset_s = 31 * DAY
    assert error(get(sandbox, run))[1:3] == (100, 33)


def test_a_report_may_fail_and_tells_why(sandbox: RunningSandbox) -> None:
    sandbox.set_scenario(Scenario(reports_end="Job Failed"))
    run = run_of(sandbox)
    assert looks(sandbox, run)[-1] == ("Job Failed", 60)
    assert {name: get(sandbox, run).json()[name] for name in ("error_code", "error_subcode")} == {
        "error_code": -2,
        "error_subcode": 2490547,
    }
    assert error(get(sandbox, f"{run}/insights"))[:2] == (400, 100)


@pytest.mark.parametrize(
    "params",
    [
        {"time_range": {"since": "2026-02-02", "until": "2026-02-01"}},
        {"time_range": "{"},
        {"time_range": [1]},
        {"time_range": {"since": "2026-01-01", "until": "9999-12-31"}},
        {"time_range": {"since": "0001-01-01", "until": "2026-12-31"}},
        {"time_increment": "91"},
        {"time_increment": "1" * 5000},
        {"limit": "9" * 5000},
        {"after": "LTUZDZD"},
        {"level": "page"},
        {"date_preset": "someday"},
        {"fields": "spent"},
        {"fields": "[1]"},
    ],
)
def test_bad_parameters_of_insights_are_refused(sandbox: RunningSandbox, params: dict[str, Any]) -> None:
    assert error(get(sandbox, "act_7/insights", **params))[:2] == (400, 100)


@pytest.fixture(scope="module")
def guarded() -> Iterator[RunningSandbox]:
    """A sandbox with a registry of tokens."""
    dataset = frozenset({"1"})
    tokens = {
        "all": TokenState(),
        "manager": TokenState(datasets=dataset, scopes=frozenset({Scope.DATASET})),
        "reader": TokenState(scopes=frozenset({Scope.ADS_READ})),
        "other": TokenState(datasets=frozenset({"2"}), accounts=frozenset({"8"})),
        "dead": TokenState(status=TokenStatus.UNPARSEABLE),
    }
    scenario = Scenario(accounts={"7": AdAccount(), "8": AdAccount()}, other_accounts=None)
    config = SandboxConfig(tokens=tokens, datasets=frozenset({"1", "2"}), scenario=scenario)
    with RunningSandbox(config) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("path", "token", "codes"),
    [
        ("1/stats", "all", None),
        ("1/stats", "reader", None),
        ("1/stats", "manager", (100, None)),
        ("1", "manager", (100, None)),
        ("1/stats", "other", (100, 33)),
        ("3/stats", "all", (100, 33)),
        ("1/stats", "dead", (190, None)),
        ("1/da_checks", "all", None),
        ("1/offline_event_uploads", "manager", (100, None)),
        ("dataset_quality?dataset_id=1", "all", None),
        ("dataset_quality?dataset_id=1", "manager", None),
        ("dataset_quality?dataset_id=1", "reader", (10, None)),
        ("dataset_quality?dataset_id=1", "other", (10, None)),
        ("dataset_quality?dataset_id=3", "all", (100, None)),
        ("act_7/insights", "reader", None),
        ("act_7/insights", "manager", (100, None)),
        ("act_7", "manager", (100, None)),
        ("act_7/insights", "other", (100, 33)),
        ("act_9/insights", "all", (100, 33)),
        ("7/insights", "all", (100, 33)),
        ("debug_token?input_token=manager", "dead", (190, None)),
    ],
)
def test_each_token_may_read_what_its_scopes_allow(
    guarded: RunningSandbox, path: str, token: str, codes: tuple[int, int | None] | None
) -> None:
    bare, _, query = path.partition("?")
    answer = get(guarded, bare, token, **dict([query.split("=")] if query else []))
    assert (error(answer)[1:3] if answer.status_code != 200 else None) == codes


def test_a_token_can_be_inspected_and_is_not_told_back(guarded: RunningSandbox) -> None:
    answer = get(guarded, "debug_token", "all", input_token="manager")
    data = answer.json()["data"]
    assert (data["is_valid"], data["scopes"], data["expires_at"]) == (True, ["read_ads_dataset_quality"], 0)
    assert data["granular_scopes"] == [{"scope": "read_ads_dataset_quality", "target_ids": ["1"]}]
    assert data["application"] == "Conversions API Application"
    assert not get(guarded, "debug_token", "all", input_token="dead").json()["data"]["is_valid"]
    assert error(get(guarded, "debug_token", "all"))[:2] == (400, 100)


def batch(sandbox: RunningSandbox, token: str, *operations: dict[str, Any]) -> httpx.Response:
    fields = {"access_token": token, "batch": json.dumps(operations)}
    return httpx.post(f"{sandbox.base_url}/v26.0", data=fields)


def test_a_batch_reads_as_many_calls_alone_do(guarded: RunningSandbox) -> None:
    told = batch(
        guarded,
        "all",
        {"method": "GET", "relative_url": "debug_token?input_token=manager"},
        {"method": "GET", "relative_url": "v26.0/1?fields=name"},
        {"method": "GET", "relative_url": "3/stats"},
        {"method": "POST", "relative_url": "1/events"},
    ).json()
    assert [part["code"] for part in told] == [200, 200, 400, 400]
    alone = get(guarded, "debug_token", "all", input_token="manager").json()
    assert json.loads(told[0]["body"]) == alone
    assert json.loads(told[1]["body"])["name"] == "Sandbox dataset 1"
    assert json.loads(told[2]["body"])["error"]["error_subcode"] == 33


@pytest.mark.parametrize(
    ("token", "operations", "codes"),
    [
        ("dead", [{"relative_url": "1"}], (190, None)),
        ("all", [], (100, None)),
        ("all", [{"relative_url": "1"}] * 51, (100, None)),
    ],
)
def test_a_batch_is_refused_whole_for_its_token_or_its_length(
    guarded: RunningSandbox, token: str, operations: list[dict[str, Any]], codes: tuple[int, int | None]
) -> None:
    assert error(batch(guarded, token, *operations))[1:3] == codes


def test_a_batch_is_not_among_the_requests_seen(guarded: RunningSandbox) -> None:
    before = guarded.summary()["requests"]
    batch(guarded, "all", {"method": "GET", "relative_url": "debug_token?input_token=manager"})
    assert guarded.summary()["requests"] == before


def test_insights_end_sooner_than_events(sandbox: RunningSandbox) -> None:
    for version, code in (("v24.0", 2635), ("v25.0", None)):
        answer = httpx.get(f"{sandbox.base_url}/{version}/act_7/insights", headers={"Authorization": "Bearer t"})
        assert (error(answer)[1] if answer.status_code != 200 else None) == code
    assert httpx.get(f"{sandbox.base_url}/v24.0/123", headers={"Authorization": "Bearer t"}).status_code == 200


def test_a_dataset_tells_its_fields(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase(sandbox))
    assert get(sandbox, "123").json() == {"id": "123"}
    node = get(sandbox, "123", fields="is_consolidated_container,server_last_fired_time,owner_business").json()
    assert set(node) == {"is_consolidated_container", "server_last_fired_time", "id"}
    assert error(get(sandbox, "123", fields="shoe_size"))[3] == "(#100) Tried accessing nonexisting field (shoe_size)"


def test_what_is_read_cannot_be_written(sandbox: RunningSandbox) -> None:
    answer = httpx.post(f"{sandbox.base_url}/v26.0/123/stats", headers={"Authorization": "Bearer t"})
    assert error(answer)[:3] == (400, 100, 33)


def test_a_bad_scenario_is_refused_and_changes_nothing(sandbox: RunningSandbox) -> None:
    for bad in (b'{"stats_lag": 1}', b'{"other_accounts": {"timezone_name": "Mars/North"}}', b"{"):
        with pytest.raises(RuntimeError, match="400"):
            sandbox.ask("POST", "/__sandbox/scenario", bad)
    assert json.loads(sandbox.ask("GET", "/__sandbox/scenario"))["stats_lag_s"] == 0


def phone_purchase(sandbox: RunningSandbox, number: int, prefix: str) -> dict[str, Any]:
    people = {"em": [hashed(f"p{number}@a.example")], "ph": [hashed(f"{prefix}{number}")]}
    return purchase(sandbox, event_id=f"order-{number}", user_data=people)


def test_a_wrong_normalizer_lowers_score_and_coverage_and_what_is_attributed(sandbox: RunningSandbox) -> None:
    people = {
        "em": [hashed(f"p{number}@a.example") for number in range(20)],
        "ph": [hashed(f"4420{number}") for number in range(20)],
    }

    def told(prefix: str) -> tuple[float, dict[str, float]]:
        sandbox.reset()
        sandbox.tell_population(people)
        send(sandbox, *(phone_purchase(sandbox, number, prefix) for number in range(20)))
        (web,) = get(sandbox, "dataset_quality", dataset_id="123", fields="web{event_match_quality}").json()["web"]
        match = web["event_match_quality"]
        coverage = {each["identifier"]: each["coverage"]["percentage"] for each in match["match_key_feedback"]}
        return match["composite_score"], coverage

    right, wrong = told("4420"), told("020")
    assert right[1] == {"email": 100.0, "phone": 100.0}
    assert wrong[1] == {"email": 100.0, "phone": 0.0}
    assert right[0] - wrong[0] == pytest.approx(2.0)


def test_events_that_match_nobody_are_received_and_never_attributed(sandbox: RunningSandbox) -> None:
    sandbox.set_scenario(Scenario(other_accounts=AdAccount(attributed_share=1.0)))
    sandbox.tell_population({"em": [hashed("known")]})
    send(sandbox, *(purchase(sandbox, event_id=str(n), user_data={"em": hashed("stranger")}) for n in range(10)))
    told = sandbox.summary()["events"]["Purchase"]
    assert (told["received"], told["matched"]) == (10, 0)
    sandbox.ask("POST", "/__sandbox/process")
    rows = get(sandbox, "act_7/insights", fields="actions", time_range=since(sandbox, 2)).json()["data"]
    assert rows == [{name: row[name] for name in ("date_start", "date_stop")} for row in rows]


def test_what_is_wrong_with_keys_stands_in_the_diagnostics_and_nothing_is_refused(sandbox: RunningSandbox) -> None:
    bad = {"em": hashed("a"), "client_ip_address": "10.0.0.1:80", "fbp": "fb.1.1.2"}
    send(sandbox, purchase(sandbox, user_data=bad), purchase(sandbox))
    (web,) = get(sandbox, "dataset_quality", dataset_id="123", fields=QUALITY).json()["web"]
    told = {each["name"]: each["percentage"] for each in web["event_match_quality"]["diagnostics"]}
    assert told == {
        "Server sending invalid IP addresses": 50.0,
        "Server sending invalid browser IDs (fbp)": 50.0,
    }


def test_a_bad_population_is_refused(sandbox: RunningSandbox) -> None:
    for bad in (b'{"fbp": ["x"]}', b'{"em": "x"}', b"[]"):
        with pytest.raises(RuntimeError, match="400"):
            sandbox.ask("POST", "/__sandbox/population", bad)
    assert json.loads(sandbox.ask("GET", "/__sandbox/population")) == {}
