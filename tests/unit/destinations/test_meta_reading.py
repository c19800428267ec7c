"""Asking Meta: by header, by cursor, with patience that ends, and never with the token in an address."""

from __future__ import annotations

import logging

import httpx
import pytest
from pydantic import SecretStr

from connector.destinations.meta.parse import Malformed
from connector.destinations.meta.reading import MAX_WAIT_S, TRIES, Reader, ReadError
from connector.destinations.meta.refusals import ErrorClass
from tests.unit.destinations.meta_figures import PROOF, SECRET, TOKEN, Meta, ok, page, refusal


async def _all(reader: Reader) -> list[object]:
    return [entry async for entry in reader.entries("1/stats", {"aggregation": "event"})]


async def _one(reader: Reader) -> object:
    return await reader.get("1", {"fields": "id"})


def test_pages_are_followed_by_cursor_and_never_by_the_link_that_carries_a_token() -> None:
    meta = Meta([page([{"a": 1}], after="c1"), page([{"a": 2}], after="c2"), page([{"a": 3}])])
    assert meta.reads(_all) == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert [request.url.host for request in meta.asked] == ["graph.example"] * 3
    assert [dict(request.url.params) for request in meta.asked] == [
        {"aggregation": "event"},
        {"aggregation": "event", "after": "c1"},
        {"aggregation": "event", "after": "c2"},
    ]


def test_a_cursor_without_a_next_page_is_the_end() -> None:
    meta = Meta([page([{"a": 1}], after="c1", last=True)])
    assert meta.reads(_all) == [{"a": 1}]
    assert len(meta.asked) == 1


def test_a_cursor_that_leads_in_a_circle_is_an_error_and_not_an_endless_read() -> None:
    meta = Meta([page([{"a": 1}], after="c1"), page([{"a": 2}], after="c2"), page([{"a": 3}], after="c1")])
    with pytest.raises(Malformed, match="back to a page"):
        meta.reads(_all)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}, {"data": [1]}, {"data": [], "paging": []}])
def test_what_is_no_page_is_malformed(body: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Meta([ok(body)]).reads(_all)


def test_a_next_page_without_a_cursor_is_malformed_and_not_the_end() -> None:
    with pytest.raises(Malformed, match="after"):
        Meta([ok({"data": [], "paging": {"next": "https://x"}})]).reads(_all)


def test_the_token_travels_in_the_header_and_the_proof_is_that_of_the_official_sdk() -> None:
    meta = Meta([ok({})])
    meta.reads(_one, app_secret=SecretStr(SECRET))
    (request,) = meta.asked
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(httpx.URL(request.url))
    assert SECRET not in str(httpx.URL(request.url))
    assert request.url.params["appsecret_proof"] == PROOF


def test_an_order_carries_its_terms_in_the_body() -> None:
    async def order(reader: Reader) -> object:
        return await reader.post("act_1/insights", {"level": "account", "time_range": '{"since":"x"}'})

    meta = Meta([ok({"report_run_id": "5"})])
    assert meta.reads(order, app_secret=SecretStr(SECRET)) == {"report_run_id": "5"}
    (request,) = meta.asked
    assert (request.method, request.url.query) == ("POST", b"")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(httpx.QueryParams(request.content.decode())) == {
        "level": "account",
        "time_range": '{"since":"x"}',
        "appsecret_proof": PROOF,
    }


def test_neither_token_nor_proof_stand_in_any_log(
    caplog: pytest.LogCaptureFixture, logs_of_httpx: logging.Logger
) -> None:
    caplog.set_level(logging.DEBUG)
    Meta([ok({})]).reads(_one)
    Meta([ok({})]).reads(_one, app_secret=SecretStr(SECRET))
    assert "HTTP Request: GET https://graph.example/ " in caplog.text
    assert TOKEN not in caplog.text
    assert PROOF not in caplog.text


def test_another_program_that_uses_httpx_in_this_process_logs_as_ever(
    caplog: pytest.LogCaptureFixture, logs_of_httpx: logging.Logger
) -> None:
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as theirs:
        theirs.get("https://elsewhere.example/path?appsecret_proof=theirs")
    assert "https://elsewhere.example/path?appsecret_proof=theirs" in caplog.text
    assert logs_of_httpx.filters == []


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(1, status=500),
        refusal(2, 1504041, status=503),
        refusal(100, is_transient=True),
        httpx.Response(502, html="<html>bad gateway</html>"),
        httpx.Response(500, json={"foo": 1}),
        httpx.Response(200, content=b'{"data":['),
        httpx.Response(200, json=[1]),
    ],
    ids=lambda response: f"{response.status_code} {response.text[:40]}",
)
def test_what_may_pass_is_asked_again_after_growing_waits(trouble: httpx.Response) -> None:
    meta = Meta([trouble, trouble, ok({"id": "1"})])
    assert meta.reads(_one) == {"id": "1"}
    assert meta.waits == [0.5, 1.0]


@pytest.mark.parametrize("code", [(4, 1504022), (17, None), (80004, 2446079), (368, None)])
def test_a_limit_without_a_time_is_waited_for_as_long_as_meta_blocks_at_least(code: tuple[int, int | None]) -> None:
    meta = Meta([refusal(*code), refusal(*code), ok({"id": "1"})])
    meta.reads(_one)
    assert meta.waits == [60.0, 120.0]


def test_what_does_not_pass_is_told_after_a_few_tries() -> None:
    meta = Meta([refusal(1, status=500)])
    with pytest.raises(ReadError, match="code 1") as caught:
        meta.reads(_one)
    assert caught.value.response.error is ErrorClass.AGAIN
    assert len(meta.asked) == TRIES


def test_a_connection_that_breaks_is_asked_again() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("quotes what was sent", request=request)

    meta = Meta([broken, ok({"id": "1"})])
    assert meta.reads(_one) == {"id": "1"}


def test_the_usage_headers_slow_the_next_question_down() -> None:
    usage = '{"1":[{"type":"ads_insights","call_count":10,"estimated_time_to_regain_access":2}]}'
    meta = Meta([refusal(80000), ok({"id": "1"})])
    meta.answers[0] = httpx.Response(400, json={"error": {"code": 80000}}, headers={"X-Business-Use-Case-Usage": usage})
    meta.reads(_one)
    assert meta.waits == [120.0]


def test_the_throttle_header_of_insights_is_read() -> None:
    throttled = '{"app_id_util_pct": 100, "acc_id_util_pct": 10, "ads_api_access_tier": "standard_access"}'
    first = page([{"a": 1}], after="c1")
    first.headers["X-FB-Ads-Insights-Throttle"] = throttled
    meta = Meta([first, page([{"a": 2}])])
    meta.reads(_all)
    assert meta.waits == [60.0]


def test_a_wait_that_is_too_long_ends_the_reading_instead_of_sleeping() -> None:
    minutes = round(MAX_WAIT_S / 60) + 1
    usage = f'{{"1":[{{"estimated_time_to_regain_access":{minutes}}}]}}'
    meta = Meta([httpx.Response(400, json={"error": {"code": 17}}, headers={"X-Business-Use-Case-Usage": usage})])
    with pytest.raises(ReadError, match=rf"code 17; Meta's limits ask for {minutes} min"):
        meta.reads(_one)
    assert (len(meta.asked), meta.waits) == (1, [])


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (refusal(190, status=401), ErrorClass.TOKEN),
        (refusal(190, 463), ErrorClass.TOKEN),
        (refusal(102), ErrorClass.TOKEN),
        (refusal(10, status=403), ErrorClass.ACCESS),
        (refusal(200), ErrorClass.ACCESS),
        (refusal(294), ErrorClass.ACCESS),
        (refusal(803), ErrorClass.ACCESS),
        (refusal(100, 33, type="GraphMethodException"), ErrorClass.ACCESS),
        (refusal(2044055), ErrorClass.ACCESS),
        (refusal(100, 3191001), ErrorClass.ACCESS),
        (refusal(100), ErrorClass.UNCLEAR),
        (refusal(100, type="GraphMethodException"), ErrorClass.REFUSED),
        (refusal(100, 1487534), ErrorClass.TOO_LARGE),
        (refusal(100, 1504018), ErrorClass.TOO_LARGE),
        (refusal(2, 1504038, status=500), ErrorClass.TOO_LARGE),
        (refusal(2500), ErrorClass.REFUSED),
        (refusal(2635), ErrorClass.REFUSED),
        (refusal(999_999), ErrorClass.REFUSED),
    ],
    ids=lambda value: value.text[:120] if isinstance(value, httpx.Response) else str(value),
)
def test_a_refusal_is_understood_by_its_codes_and_not_asked_again(answer: httpx.Response, meaning: ErrorClass) -> None:
    meta = Meta([answer])
    with pytest.raises(ReadError) as caught:
        meta.reads(_one)
    assert caught.value.response.error is meaning
    assert len(meta.asked) == 1
    assert "valide" not in str(caught.value)
