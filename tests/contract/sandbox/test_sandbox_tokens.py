"""Tokens, limits and languages, as a caller meets them."""

from __future__ import annotations

import hashlib
import json
import re
import time
from typing import Any

import httpx
import pytest

from connector.sandbox.config import Limits, SandboxConfig, Scenario
from connector.sandbox.server import RunningSandbox
from connector.sandbox.tokens import TokenState, TokenStatus, judged_proof

HASH = hashlib.sha256(b"a").hexdigest()


def lead(**changes: Any) -> dict[str, Any]:
    event = {
        "event_name": "Lead",
        "event_time": int(time.time()) - 60,
        "event_id": "lead-1",
        "action_source": "system_generated",
        "user_data": {"em": [HASH]},
    }
    return event | changes


def post(sandbox: RunningSandbox, token: str = "t", event: Any = None, **params: str) -> httpx.Response:  # noqa: S107
    return httpx.post(
        f"{sandbox.base_url}/v26.0/123/events",
        params=params,
        json={"data": [event or lead()]},
        headers={"Authorization": f"Bearer {token}"},
    )


def tell(sandbox: RunningSandbox, **tokens: dict[str, Any]) -> None:
    sandbox.ask("POST", "/__sandbox/tokens", json.dumps(tokens).encode())


def error(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["error"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("state", "status", "codes"),
    [
        ({"status": "expired"}, 400, (190, 463)),
        ({"expires_at": 1_000_000_000}, 400, (190, 463)),
        ({"status": "revoked"}, 400, (190, 460)),
        ({"status": "revoked", "revoked_subcode": 467}, 400, (190, 467)),
        ({"status": "revoked", "revoked_subcode": None}, 400, (190, None)),
        ({"status": "unparseable"}, 401, (190, None)),
        ({"scopes": ["ads_read"]}, 400, (200, None)),
        ({"datasets": ["9"]}, 400, (100, 33)),
        ({"require_appsecret_proof": True}, 400, (100, None)),
        ({"scopes": ["read_ads_dataset_quality"]}, 200, None),
        ({"expires_at": 99_000_000_000}, 200, None),
    ],
)
def test_a_tokens_state_is_told_over_http_and_obeyed_at_once(
    sandbox: RunningSandbox, state: dict[str, Any], status: int, codes: tuple[int, int | None] | None
) -> None:
    assert post(sandbox).status_code == 200
    tell(sandbox, t=state)
    answer = post(sandbox)
    told = None if answer.status_code == 200 else (error(answer)["code"], error(answer).get("error_subcode"))
    assert (answer.status_code, told) == (status, codes)


def test_an_expired_token_is_told_when_in_pacific_time(sandbox: RunningSandbox) -> None:
    tell(sandbox, t={"expires_at": 1_695_536_954})
    message = error(post(sandbox))["message"]
    assert message.startswith(
        "Error validating access token: Session has expired on Saturday, 23-Sep-23 23:29:14 PDT. The current time is "
    )
    assert re.search(r"time is [A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d P[DS]T\.$", message)


def test_a_token_dies_when_its_time_comes_and_lives_again_when_it_is_renewed(sandbox: RunningSandbox) -> None:
    tell(sandbox, t={"expires_at": time.time() + 3600})
    assert post(sandbox).status_code == 200
    sandbox.clock.offset_s = 7200
    assert error(post(sandbox, event=lead(event_time=int(time.time()))))["error_subcode"] == 463
    tell(sandbox, t={})
    assert post(sandbox).status_code == 200


def test_the_status_of_an_expired_token_can_be_the_other_one() -> None:
    tokens = {"t": TokenState(status=TokenStatus.EXPIRED)}
    with RunningSandbox(SandboxConfig(tokens=tokens, expired_status=401)) as sandbox:
        assert post(sandbox).status_code == 401


PROOF = "55c998b8569d5e06541ebdec1da74746f1ccea8d09e750035ca37b726ce45f11"
"""The vector of docs/meta-api.md §1.3."""


def test_a_proof_is_checked_where_the_secret_is_known(sandbox: RunningSandbox) -> None:
    token = "EAAB_token_example"
    tell(sandbox, **{token: {"app_secret": "app_secret_example", "require_appsecret_proof": True}})
    assert post(sandbox, token, appsecret_proof=PROOF).status_code == 200
    missing, wrong = error(post(sandbox, token)), error(post(sandbox, token, appsecret_proof="é" + PROOF[1:]))
    assert (missing["type"], missing["message"][:30]) == ("GraphMethodException", "API calls from the server requ")
    assert (wrong["type"], wrong["message"]) == (
        "GraphMethodException",
        "Invalid appsecret_proof provided in the API argument",
    )
    assert post(sandbox, "another", appsecret_proof="anything").status_code == 200


def test_a_proof_is_the_hmac_of_the_token() -> None:
    state = TokenState(app_secret="app_secret_example")
    assert judged_proof("EAAB_token_example", state, PROOF) == "right"
    assert judged_proof("EAAB_token_example", state, PROOF.upper()) == "wrong"
    assert "app_secret_example" not in repr(state)


def test_nothing_tells_a_token_back(sandbox: RunningSandbox) -> None:
    tell(sandbox, very_secret={"app_secret": "deep_secret"})
    post(sandbox, "very_secret")
    paths = ("requests", "summary", "scenario", "events", "receipts")
    told = b"".join(sandbox.ask("GET", f"/__sandbox/{path}") for path in paths)
    assert b"secret" not in told


def test_a_bad_registry_is_refused_whole(sandbox: RunningSandbox) -> None:
    for bad in ({"t": {"status": "dead"}}, {"t": {"scope": []}}, ["t"]):
        with pytest.raises(RuntimeError, match="400"):
            sandbox.ask("POST", "/__sandbox/tokens", json.dumps(bad).encode())
    assert post(sandbox).status_code == 200


def test_the_language_of_a_token_changes_title_and_text_and_nothing_else(sandbox: RunningSandbox) -> None:
    tell(sandbox, de={"locale": "de"})
    broken = [
        lead(event_name=""),
        lead(event_time=5),
        lead(event_time=int(time.time()) + 9999),
        lead(user_data={}),
        lead(user_data={"lead_id": 1}),
        lead(event_name="Purchase", custom_data={"value": 1}),
        lead(event_name="Purchase", custom_data={"currency": "USD"}),
        lead(custom_data={"value": 1}),
        lead(custom_data={"contents": [{}]}),
    ]
    for event in broken:
        english, german = error(post(sandbox, "en", event)), error(post(sandbox, "de", event))
        same = [name for name in english if english[name] == german[name]]
        assert same == ["message", "type", "code", "error_subcode", "is_transient"]


def limited(sandbox: RunningSandbox, **limits: Any) -> None:
    sandbox.set_scenario(Scenario(limits=Limits(**limits)))


def test_beyond_the_limit_calls_are_refused_until_an_hour_has_passed(sandbox: RunningSandbox) -> None:
    limited(sandbox, calls_an_hour=2)
    answers = [post(sandbox) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert (error(answers[2])["code"], error(answers[2])["error_subcode"]) == (80004, 2446079)
    assert sandbox.summary()["events_received"] == 2
    use = json.loads(answers[2].headers["X-Business-Use-Case-Usage"])["123"][0]
    assert (use["type"], use["call_count"], use["ads_api_access_tier"]) == ("ads_management", 100, "standard_access")
    assert 59 <= use["estimated_time_to_regain_access"] <= 60
    sandbox.clock.offset_s = 3601
    assert post(sandbox).status_code == 200


@pytest.mark.parametrize(("code", "subcode"), [(80004, 2446079), (4, None), (17, 2446079), (613, None)])
def test_the_code_of_the_limit_can_be_chosen(sandbox: RunningSandbox, code: int, subcode: int | None) -> None:
    limited(sandbox, calls_an_hour=1, code=code)
    post(sandbox)
    told = error(post(sandbox))
    assert (told["code"], told.get("error_subcode")) == (code, subcode)


def test_usage_is_told_from_a_threshold_on_and_without_a_limit_never(sandbox: RunningSandbox) -> None:
    assert "X-App-Usage" not in post(sandbox).headers
    limited(sandbox, calls_an_hour=10, headers_from=3)
    seen = [json.loads(post(sandbox).headers.get("X-App-Usage", "null")) for _ in range(3)]
    assert seen == [None, *({"call_count": 10 * n, "total_cputime": 5 * n, "total_time": 5 * n} for n in (3, 4))]


def test_insights_have_their_own_throttle(sandbox: RunningSandbox) -> None:
    limited(sandbox, calls_an_hour=1)
    answers = [
        httpx.get(f"{sandbox.base_url}/v26.0/act_7/insights", headers={"Authorization": "Bearer t"}) for _ in range(2)
    ]
    assert (answers[0].status_code, error(answers[1])["code"], error(answers[1])["error_subcode"]) == (200, 4, 1504022)
    throttle = {"app_id_util_pct": 100, "acc_id_util_pct": 100, "ads_api_access_tier": "standard_access"}
    assert json.loads(answers[0].headers["X-FB-Ads-Insights-Throttle"]) == throttle
    account = json.loads(answers[1].headers["X-Ad-Account-Usage"])
    assert 3500 < account["reset_time_duration"] <= 3600
    assert json.loads(answers[1].headers["X-Business-Use-Case-Usage"])["act_7"][0]["type"] == "ads_insights"
