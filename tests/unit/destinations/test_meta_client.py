"""What the wire puts into a request, and what it never shows."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback

import httpx
import pytest
from pydantic import SecretStr

from connector.destinations.meta.client import app_secret_proof
from connector.errors import ConfigurationError
from tests.unit.destinations.meta_clients import PAYLOADS, PROOF, SECRET, TOKEN, client_over, seen_by
from tests.unit.destinations.meta_events import event


def test_a_request_joins_the_payload_s_very_bytes() -> None:
    request = seen_by()
    assert request.content == b'{"data":[' + PAYLOADS[0] + b"," + PAYLOADS[1] + b"]}"
    assert json.loads(request.content) == {"data": [event(), event(event_id="ORDER-1002")]}


def test_a_request_goes_to_the_dataset_s_events_with_the_token_in_its_header_only() -> None:
    request = seen_by(app_secret=SecretStr(SECRET))
    assert (request.method, request.url.host, request.url.path) == ("POST", "graph.example", "/v26.0/123/events")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert TOKEN.encode() not in request.content
    assert SECRET.encode() not in request.content


def test_the_proof_is_the_official_sdk_s_and_travels_in_the_body() -> None:
    assert app_secret_proof(TOKEN, SECRET) == PROOF
    assert json.loads(seen_by(app_secret=SecretStr(SECRET)).content)["appsecret_proof"] == PROOF


def test_white_space_around_a_secret_changes_neither_header_nor_proof() -> None:
    request = seen_by(token=SecretStr(f" {TOKEN}\n"), app_secret=SecretStr(f"{SECRET}\n"))
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content)["appsecret_proof"] == PROOF


def test_a_test_event_code_stands_beside_the_events_and_only_if_there_is_one() -> None:
    body = json.loads(seen_by(test_event_code="TEST12345", app_secret=SecretStr(SECRET)).content)
    assert set(body) == {"data", "test_event_code", "appsecret_proof"}
    assert body["test_event_code"] == "TEST12345"
    assert set(json.loads(seen_by().content)) == {"data"}


def test_no_events_are_an_empty_list() -> None:
    assert seen_by(payloads=[]).content == b'{"data":[]}'


@pytest.mark.parametrize(
    "dataset_id", ["../me", "1/2", "1?access_token=x", "1#x", "@evil.example", "ü", "1 2", "\r\nX: y"]
)
def test_no_dataset_id_leads_to_another_host_or_address(dataset_id: str) -> None:
    url = seen_by(dataset_id).url
    assert url.host == "graph.example"
    assert not url.query
    assert url.raw_path.count(b"/") == 3
    assert url.raw_path.startswith(b"/v26.0/")
    assert url.raw_path.endswith(b"/events")


@pytest.mark.parametrize("token", ["", "  ", "two words", "new\nline", "tök", "nul\0", "\u200b"])
@pytest.mark.parametrize("name", ["token", "app_secret"])
def test_an_unusable_secret_is_a_configuration_error_that_does_not_repeat_it(name: str, token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        seen_by(**{name: SecretStr(token)})
    assert "not usable" in str(caught.value)
    assert not token.strip() or token not in "".join(traceback.format_exception(caught.value))


def test_secrets_and_payloads_stand_in_no_repr_and_no_log(
    caplog: pytest.LogCaptureFixture, logs_of_httpx: logging.Logger
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def look() -> None:
        echo = httpx.MockTransport(lambda request: httpx.Response(400, content=request.content, headers={"x": TOKEN}))
        async with httpx.AsyncClient(transport=echo) as client:
            wire = client_over(client, app_secret=SecretStr(SECRET))
            answer = await wire.send("123", PAYLOADS)
            shown.extend(repr(thing) for thing in (wire, vars(wire)["_default"][0], answer, client))

    asyncio.run(look())
    text = "\n".join([*shown, caplog.text])
    assert "Answer(" in text
    assert "HTTP Request: POST https://graph.example/ " in text
    for canary in (TOKEN, SECRET, PROOF, "ORDER-1001", "/123/"):
        assert canary not in text


def test_a_dataset_with_a_token_of_its_own_is_spoken_to_with_that_one_and_all_others_with_the_common_one() -> None:
    own = {"777": SecretStr("token_of_777")}
    request = seen_by("777", tokens=own, app_secret=SecretStr(SECRET))
    assert request.headers["authorization"] == "Bearer token_of_777"
    assert json.loads(request.content)["appsecret_proof"] == app_secret_proof("token_of_777", SECRET)
    assert seen_by("123", tokens=own).headers["authorization"] == f"Bearer {TOKEN}"
