"""A token is looked at before it fails: its end, its scopes, and never in a URL."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest

from connector.destinations.meta.tokens import READS, SENDS, TokenFacts, check_tokens, facts_in, judge_token
from connector.model.checks import Check, Mark
from connector.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TOKEN, OTHER = "EAAB-canary-of-a-token", "EAAB-canary-of-another"


def told(**data: Any) -> bytes:
    inner = json.dumps({"data": {"is_valid": True, "expires_at": 0, "scopes": ["ads_read"]} | data})
    return json.dumps([{"code": 200, "body": inner}]).encode()


def facts(**data: Any) -> TokenFacts:
    found = facts_in(told(**data))
    assert found is not None
    return found


def in_days(days: float) -> int:
    return int((NOW + timedelta(days=days)).timestamp())


@pytest.mark.parametrize(
    ("data", "mark", "words"),
    [
        ({}, Mark.OK, "it does not end."),
        ({"expires_at": in_days(60)}, Mark.OK, "it lasts until 2027-01-27."),
        ({"expires_at": in_days(13.5)}, Mark.WARN, "it ends on 2026-12-12, in 13 days: make a new one before then."),
        ({"expires_at": in_days(1.5)}, Mark.WARN, "it ends on 2026-11-30, in a day: make a new one before then."),
        ({"data_access_expires_at": in_days(3.1)}, Mark.WARN, "it ends on 2026-12-01, in 3 days: make a new one"),
        ({"is_valid": False}, Mark.WARN, "Meta says that it is not valid"),
        ({"scopes": ["email"]}, Mark.WARN, "it has none of the scopes ads_read: its work may be refused."),
        ({"scopes": None}, Mark.OK, "it does not end."),
    ],
)
def test_a_token_that_ends_within_14_days_or_may_not_do_its_work_is_a_warning(
    data: dict[str, Any], mark: Mark, words: str
) -> None:
    check = judge_token("t", facts(**data), needs=READS, now=NOW)
    assert (check.mark, check.words[: len(words)]) == (mark, words)


def test_one_scope_that_sends_is_enough_to_send() -> None:
    for scope in SENDS:
        assert judge_token("t", facts(scopes=[scope]), needs=SENDS, now=NOW).mark is Mark.OK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[null]",
        b"<html>",
        b'[{"code": 200}]',
        b'[{"code": 400, "body": "{}"}]',
        b'[{"code": 200, "body": "[]"}]',
        b'[{"code": 200, "body": "{\\"data\\": 1}"}]',
        b"\xff",
    ],
)
def test_an_answer_that_says_nothing_of_the_token_is_no_warning(body: bytes) -> None:
    assert facts_in(body) is None
    assert judge_token("t", None, needs=READS, now=NOW).mark is Mark.OK


def test_a_moment_that_no_calendar_has_is_no_end() -> None:
    assert facts(expires_at=10**18).ends_at is None


def test_each_token_asks_about_itself_in_the_body_and_in_no_url() -> None:
    asked: list[httpx.Request] = []

    def meta(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=told(expires_at=int(NOW.timestamp()) + 3600))

    settings = Settings.load(meta_access_token=TOKEN, meta_read_token=OTHER, meta_access_tokens={"77": OTHER})

    async def look() -> list[str]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(meta)) as client:
            return [check.name for check in await check_tokens(client, settings, now=NOW)]

    assert asyncio.run(look()) == [
        "CONNECTOR_META_ACCESS_TOKEN",
        "CONNECTOR_META_READ_TOKEN",
        "CONNECTOR_META_ACCESS_TOKENS of 77",
    ]
    assert {(request.method, request.url.path, request.url.query) for request in asked} == {("POST", "/v26.0", b"")}
    fields = [parse_qs(request.content.decode()) for request in asked]
    assert [field["access_token"] for field in fields] == [[TOKEN], [OTHER], [OTHER]]
    [[lookup]] = [json.loads(fields[0]["batch"][0])]
    assert lookup == {"method": "GET", "relative_url": f"debug_token?input_token={TOKEN}"}
    assert not any("canary" in str(request.headers) for request in asked)


def look_at(answer: Callable[[httpx.Request], httpx.Response]) -> Check:
    async def look() -> list[Check]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await check_tokens(client, Settings.load(meta_access_token=TOKEN), now=NOW)

    [check] = asyncio.run(look())
    return check


def test_a_token_that_meta_refuses_is_a_warning() -> None:
    refusal = {"error": {"message": "localised", "type": "OAuthException", "code": 190, "error_subcode": 463}}
    check = look_at(lambda _: httpx.Response(400, json=refusal))
    assert check.mark is Mark.WARN
    assert "localised" not in check.words


def test_meta_out_of_reach_is_no_warning() -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    assert look_at(unreachable).mark is Mark.OK
