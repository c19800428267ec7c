"""The sandbox as a caller meets it: real sockets, any client."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from subprocess import PIPE
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from connector.sandbox.calls import Call
from connector.sandbox.config import SandboxConfig
from connector.sandbox.faults import NoFaults
from connector.sandbox.server import RunningSandbox, create_app, listen, serve
from connector.sandbox.tokens import TokenState, TokenStatus

EDGE = "/v26.0/123/events"
BEARER = {"Authorization": "Bearer secret-token"}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def lead(**changes: Any) -> dict[str, Any]:
    event = {
        "event_name": "Lead",
        "event_time": int(time.time()) - 60,
        "event_id": "lead-1",
        "action_source": "system_generated",
        "user_data": {"em": [sha256("zoë & co+1@example.com")]},
        "custom_data": {"lead_event_source": 'CRM "50%+" Ünïcode & Söhne', "value": 1.10, "currency": "EUR"},
    }
    return event | changes


def post(sandbox: RunningSandbox, path: str = EDGE, **request: Any) -> httpx.Response:
    return httpx.post(sandbox.base_url + path, **({"headers": BEARER} | request))


def error_of(answer: httpx.Response) -> dict[str, Any]:
    assert list(answer.json()) == ["error"]
    return answer.json()["error"]  # type: ignore[no-any-return]


def test_an_accepted_request_is_answered_with_the_count_of_receipt(sandbox: RunningSandbox) -> None:
    answer = post(sandbox, json={"data": [lead(), lead()]})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {"events_received": 2, "messages": [], "fbtrace_id": answer.json()["fbtrace_id"]}
    assert re.fullmatch(r"A[A-Za-z0-9_-]{22}", answer.json()["fbtrace_id"])


def as_json(events: list[Any]) -> dict[str, Any]:
    return {"json": {"data": events}}


def as_json_with_a_text(events: list[Any]) -> dict[str, Any]:
    return {"json": {"data": json.dumps(events)}}


def as_json_of_texts(events: list[Any]) -> dict[str, Any]:
    return {"json": {"data": [json.dumps(event) for event in events]}}


def as_form(events: list[Any]) -> dict[str, Any]:
    return {"data": {"data": json.dumps(events), "partner_agent": "x"}}


def as_form_of_texts(events: list[Any]) -> dict[str, Any]:
    return {"data": {"data": json.dumps([json.dumps(event, ensure_ascii=False) for event in events])}}


def as_multipart(events: list[Any]) -> dict[str, Any]:
    return {"files": {"data": (None, json.dumps(events, ensure_ascii=False))}}


def as_multipart_file(events: list[Any]) -> dict[str, Any]:
    return {"files": {"data": ("events.json", json.dumps(events))}}


def as_query(events: list[Any]) -> dict[str, Any]:
    return {"params": {"data": json.dumps(events)}}


SPELLINGS = [
    as_json,
    as_json_with_a_text,
    as_json_of_texts,
    as_form,
    as_form_of_texts,
    as_multipart,
    as_multipart_file,
    as_query,
]


@pytest.mark.parametrize("spell", SPELLINGS)
def test_every_spelling_of_a_body_says_the_same(
    sandbox: RunningSandbox, spell: Callable[[list[Any]], dict[str, Any]]
) -> None:
    events = [lead(), lead(event_id="größe %41+1 & more=", event_name="Ünïcode stage")]
    assert post(sandbox, **spell(events)).json()["events_received"] == 2
    (told,) = sandbox.events("größe %41+1 & more=")
    assert (told["event_name"], told["value"], told["customer_keys"]) == ("Ünïcode stage", "1.10", ["em"])
    refused = post(sandbox, **spell([lead(event_name="Purchase", custom_data={})]))
    assert (refused.status_code, error_of(refused)["error_subcode"]) == (400, 2804010)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"content": b"{"},
        {"content": b"\xff\xfe"},
        {"content": b"[" * 200_000},
        {"content": b"[1]"},
        {"json": {"data": "no list"}},
        {"json": {"data": {"event_name": "Lead"}}},
        {"json": {"data": []}},
        {"data": {"data": "[{"}},
        {"content": b"no multipart", "headers": BEARER | {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"no multipart", "headers": BEARER | {"Content-Type": "multipart/form-data"}},
    ],
)
def test_a_body_without_a_list_of_events_lacks_its_data(sandbox: RunningSandbox, request_: dict[str, Any]) -> None:
    answer = post(sandbox, **request_)
    assert answer.status_code == 400
    error = error_of(answer)
    error.pop("fbtrace_id")
    assert error == {"message": "(#100) The parameter data is required", "type": "OAuthException", "code": 100}


def test_an_element_that_is_no_json_is_an_invalid_parameter(sandbox: RunningSandbox) -> None:
    answer = post(sandbox, json={"data": [json.dumps(lead()), "{"]})
    assert (answer.status_code, error_of(answer)["message"], sandbox.summary()["refused_by_rule"]) == (
        400,
        "Invalid parameter",
        {"E12": 1},
    )


def test_a_refusal_has_the_whole_envelope_and_says_nothing_of_which_event(sandbox: RunningSandbox) -> None:
    old = lead(event_time=int(time.time()) - 8 * 86_400)
    answer = post(sandbox, json={"data": [lead(), old]})
    error = error_of(answer)
    assert re.fullmatch(r"A[A-Za-z0-9_-]{22}", error.pop("fbtrace_id"))
    assert error == {
        "message": "Invalid parameter",
        "type": "OAuthException",
        "code": 100,
        "error_subcode": 2804003,
        "is_transient": False,
        "error_user_title": "Event Timestamp Too Old",
        "error_user_msg": "The timestamp for this event is too far in the past. Events need to be sent from your "
        "server within 7 days of when they occurred. Enter a timestamp that has occurred within the last 7 days.",
    }
    assert sandbox.summary()["events_received"] == 0


def test_slashes_and_other_scripts_are_escaped_as_meta_escapes_them(sandbox: RunningSandbox) -> None:
    no_value = post(sandbox, json={"data": [lead(event_name="Purchase", custom_data={"currency": "USD"})]})
    assert rb"doesn\u2019t include a value" in no_value.content
    unknown = post(sandbox, "/v26.0/123/dataset_quality/größe", json={})
    assert rb'"Unknown path components: \/dataset_quality\/gr' in unknown.content
    assert unknown.content.isascii()


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"Authorization": "Bearer t"}},
        {"headers": {"Authorization": "bearer t"}},
        {"headers": {}, "params": {"access_token": "t"}},
        {"headers": {}, "json": {"data": [], "access_token": "t"}},
        {"headers": {}, "data": {"access_token": "t"}},
        {"headers": {}, "files": {"access_token": (None, "t")}},
    ],
)
def test_a_token_is_found_wherever_it_may_stand(sandbox: RunningSandbox, request_: dict[str, Any]) -> None:
    assert error_of(post(sandbox, **request_))["code"] == 100


def test_without_a_token_nothing_is_told(sandbox: RunningSandbox) -> None:
    answer = post(sandbox, headers={"Authorization": "Basic eDp5"}, json={"data": [lead()], "access_token": ""})
    assert (answer.status_code, error_of(answer)["code"]) == (401, 104)


def test_a_token_that_cannot_be_parsed_is_told_so_in_the_short_form(sandbox: RunningSandbox) -> None:
    answer = post(sandbox, headers={"Authorization": "Bearer bad"}, json={"data": [lead()]})
    error = error_of(answer)
    error.pop("fbtrace_id")
    assert (answer.status_code, error) == (
        401,
        {
            "message": "Invalid OAuth access token - Cannot parse access token",
            "type": "OAuthException",
            "code": 190,
        },
    )


def test_the_header_goes_before_the_query_and_the_query_before_the_body(sandbox: RunningSandbox) -> None:
    body = {"data": [lead()], "access_token": "bad"}
    assert post(sandbox, params={"access_token": "bad"}, json=body).status_code == 200
    assert post(sandbox, headers={}, params={"access_token": "good"}, json=body).status_code == 200
    assert post(sandbox, headers={}, json=body).status_code == 401


@pytest.mark.parametrize("path", ["/v26.0/shop/events", "/v26.0/12a/events", "/v26.0/\u0663/events"])
def test_an_object_that_does_not_exist_is_named(sandbox: RunningSandbox, path: str) -> None:
    answer = post(sandbox, path, json={"data": [lead()]})
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["error_subcode"], error["type"]) == (
        400,
        100,
        33,
        "GraphMethodException",
    )
    assert error["message"].startswith(f"Unsupported post request. Object with ID '{path.split('/')[2]}' does not")


def test_the_edge_cannot_be_read(sandbox: RunningSandbox) -> None:
    answer = httpx.get(sandbox.base_url + EDGE, headers=BEARER)
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["error_subcode"]) == (400, 100, 33)
    assert error_of(answer)["message"].startswith("Unsupported get request.")
    assert httpx.get(sandbox.base_url + EDGE).status_code == 401


@pytest.mark.parametrize("version", ["v24.0", "v25.0", "v26.0", "v27.0", "v28.0"])
def test_living_versions_are_answered(sandbox: RunningSandbox, version: str) -> None:
    assert post(sandbox, f"/{version}/123/events", json={"data": [lead()]}).status_code == 200


def test_an_unversioned_path_is_answered(sandbox: RunningSandbox) -> None:
    assert post(sandbox, "/123/events", json={"data": [lead()]}).status_code == 200


def test_a_dead_version_is_refused(sandbox: RunningSandbox) -> None:
    assert error_of(post(sandbox, "/v3.0/123/events", json={"data": [lead()]}))["code"] == 2635


@pytest.mark.parametrize(
    ("path", "named"),
    [("/v26.0/123/evnts", "/evnts"), ("/v26.0/123/events/5", "/5"), ("/v26.0/123/stats/5", "/5"), ("/v26.0", "/")],
)
def test_an_unknown_path_is_named_with_code_2500(sandbox: RunningSandbox, path: str, named: str) -> None:
    error = error_of(post(sandbox, path, json={"data": [lead()]}))
    assert (error["code"], error["message"]) == (2500, f"Unknown path components: {named}")


def test_a_registry_of_tokens_and_datasets_is_obeyed() -> None:
    config = SandboxConfig(
        datasets=frozenset({"1", "2"}),
        tokens={
            "whole": TokenState(),
            "half": TokenState(datasets=frozenset({"1"})),
            "broken": TokenState(status=TokenStatus.UNPARSEABLE),
        },
    )
    with RunningSandbox(config) as sandbox:

        def code(token: str, dataset: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            answer = post(sandbox, f"/v26.0/{dataset}/events", headers=headers, json={"data": [lead()]})
            return answer.json().get("error", {}).get("code", 0)  # type: ignore[no-any-return]

        assert [code("whole", "1"), code("whole", "2"), code("whole", "3")] == [0, 0, 100]
        assert [code("half", "1"), code("half", "2")] == [0, 100]
        assert [code("broken", "1"), code("unlisted", "1")] == [190, 190]


def test_a_thousand_events_are_taken_and_one_more_is_not(sandbox: RunningSandbox) -> None:
    events = [lead(event_id=str(number)) for number in range(1001)]
    assert post(sandbox, json={"data": events[:1000]}).json()["events_received"] == 1000
    assert error_of(post(sandbox, json={"data": events}))["message"] == "Invalid parameter"
    assert sandbox.summary()["distinct_accepted"] == 1000


def test_what_was_seen_can_be_asked(sandbox: RunningSandbox) -> None:
    post(sandbox, json={"data": [lead(), lead(event_id="lead-2")]})
    post(sandbox, json={"data": [lead()], "test_event_code": "TEST1"})
    post(sandbox, json={"data": [lead(user_data={})]})
    summary = sandbox.summary()
    assert (summary["requests"], summary["refused_requests"], summary["refused"]) == (3, 1, {"100/2804050": 1})
    assert (summary["events_received"], summary["distinct_accepted"], summary["received_twice"]) == (3, 2, 1)
    assert (summary["counted"], summary["test_events"]) == (3, 1)
    assert summary["events"]["Lead"]["money"]["received"] == {"EUR": "3.30"}
    assert sandbox.receipts() == {("Lead", "lead-1"): 2, ("Lead", "lead-2"): 1}
    assert [event["request"] for event in sandbox.events("lead-1")] == [1, 2]


def test_a_warning_is_counted_and_the_event_taken(sandbox: RunningSandbox) -> None:
    event = lead()
    del event["action_source"]
    assert post(sandbox, json={"data": [event]}).status_code == 200
    assert sandbox.summary()["warnings"] == {"E17": 1}


def test_a_token_is_nowhere_in_what_was_seen(sandbox: RunningSandbox) -> None:
    post(sandbox, headers={}, params={"access_token": "very-secret"}, json={"data": [lead()]})
    post(
        sandbox, headers={"Authorization": "Bearer very-secret"}, json={"data": [lead()], "access_token": "very-secret"}
    )
    asked = [sandbox.ask("GET", f"/__sandbox/{what}") for what in ("requests", "events", "summary", "receipts")]
    assert b"very-secret" not in b"".join(asked)
    assert json.loads(asked[0])[0]["path"] == EDGE


def test_the_browsers_copies_can_be_told(sandbox: RunningSandbox) -> None:
    copy = {"dataset": "123", "event_name": "Lead", "event_id": "lead-1", "value": 1.10, "currency": "EUR"}
    sandbox.send_pixel([copy | {"event_time": int(time.time()) - 3600}])
    post(sandbox, json={"data": [lead()]})
    summary = sandbox.summary()
    assert (summary["browser_events"], summary["counted"], summary["deduplicated_with_browser"]) == (1, 1, 1)
    assert [event["verdict"] for event in sandbox.events("lead-1")] == ["counted", "channel_twin"]


def test_a_bad_list_of_browser_copies_is_refused_whole(sandbox: RunningSandbox) -> None:
    good = {"dataset": "123", "event_name": "Lead", "event_time": 1_700_000_000}
    for bad in ({**good, "event_time": None}, {**good, "event_time": 10**30}, {**good, "value": "much"}, "text"):
        with pytest.raises(RuntimeError, match="400"):
            sandbox.send_pixel([good, bad])  # type: ignore[list-item]
    assert sandbox.summary()["browser_events"] == 0


def test_the_clock_moves_every_rule_of_time(sandbox: RunningSandbox) -> None:
    event = lead()
    assert post(sandbox, json={"data": [event]}).status_code == 200
    sandbox.clock.offset_s = 7 * 86_400 + 3600
    assert error_of(post(sandbox, json={"data": [event]}))["error_subcode"] == 2804003
    sandbox.clock.offset_s = -3600
    assert error_of(post(sandbox, json={"data": [event]}))["error_subcode"] == 2804004


def test_reset_forgets_everything(sandbox: RunningSandbox) -> None:
    post(sandbox, json={"data": [lead()]})
    sandbox.reset()
    assert (sandbox.summary()["requests"], sandbox.summary()["events_received"]) == (0, 0)
    post(sandbox, json={"data": [lead()]})
    assert sandbox.summary()["received_twice"] == 0


def test_the_front_page_leads_to_the_summary(sandbox: RunningSandbox) -> None:
    assert 'href="/__sandbox/summary"' in httpx.get(sandbox.base_url + "/").text
    assert json.loads(sandbox.ask("GET", "/__sandbox/health")) == {"ok": True}
    assert httpx.get(sandbox.base_url + "/__sandbox/nothing").status_code == 404
    assert sandbox.summary()["requests"] == 0


def test_a_caller_that_dies_in_the_middle_of_its_body_was_never_heard(sandbox: RunningSandbox) -> None:
    head = f"POST {EDGE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nContent-Length: 100000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
        connection.sendall(head.encode() + b'{"data":[')
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    assert sandbox.summary()["requests"] == 0
    assert post(sandbox, json={"data": [lead()]}).status_code == 200


class LostAnswers(NoFaults):
    """Fails after the commit."""

    async def after(self, call: Call, answer: Response) -> Response:
        return Response(status_code=502, content=b"<html>")


class Refusing(NoFaults):
    """Fails before the commit."""

    async def before(self, call: Call) -> Response | None:
        return Response(status_code=503)


@pytest.mark.parametrize(("faults", "status", "received"), [(LostAnswers(), 502, 1), (Refusing(), 503, 0)])
def test_faults_may_answer_before_or_after_the_commit(faults: NoFaults, status: int, received: int) -> None:
    with RunningSandbox(faults=faults) as sandbox:
        assert post(sandbox, json={"data": [lead()]}).status_code == status
        assert sandbox.summary()["events_received"] == received


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])  # noqa: S104 - must be refused
def test_it_listens_to_this_machine_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        serve(SandboxConfig(), host=host)


def test_a_port_that_is_taken_is_an_error(sandbox: RunningSandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", sandbox.port)


def test_a_switch_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(ValueError, match="E21"):
        create_app(SandboxConfig(strict=frozenset({"E13"})))


def test_a_form_is_unescaped_as_the_standard_library_does_it(sandbox: RunningSandbox) -> None:
    odd = '"\\{}[]:,/ +%2B%25%22é&=;()'
    body = urllib.parse.urlencode({"data": json.dumps([lead(event_id=odd)])}).encode()
    headers = BEARER | {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert post(sandbox, content=body, headers=headers).status_code == 200
    assert list(sandbox.receipts()) == [("Lead", odd)]


def test_served_alone_it_says_its_port_answers_and_ends_quietly_with_ctrl_c() -> None:
    program = (
        "from connector.sandbox.config import SandboxConfig; from connector.sandbox.server import serve; "
        "serve(SandboxConfig(), ready=lambda port: print(port, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            assert process.stdout
            port = int(process.stdout.readline())
            assert httpx.get(f"http://127.0.0.1:{port}/__sandbox/health").json() == {"ok": True}
            process.send_signal(signal.SIGINT)
            _, complaint = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, complaint) == (0, "")
