"""Meta's own Python library talks to the sandbox: an oracle for paths, bodies and answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adspixel import AdsPixel
from facebook_business.adobjects.serverside.action_source import ActionSource
from facebook_business.adobjects.serverside.content import Content
from facebook_business.adobjects.serverside.custom_data import CustomData
from facebook_business.adobjects.serverside.event import Event
from facebook_business.adobjects.serverside.event_request import EventRequest
from facebook_business.adobjects.serverside.event_response import EventResponse
from facebook_business.adobjects.serverside.user_data import UserData
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from connector.sandbox.server import RunningSandbox


@pytest.fixture
def sdk(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSandbox]:
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.base_url)
    use_token("sdk-token")
    yield sandbox
    FacebookAdsApi.get_default_api()._session.requests.close()
    FacebookAdsApi.set_default_api(None)


def use_token(token: str) -> None:
    previous = FacebookAdsApi.get_default_api()
    if previous is not None:
        previous._session.requests.close()
    FacebookAdsApi.init(access_token=token, app_secret="secret", crash_log=False)


def purchase(number: int = 1, **changes: object) -> Event:
    return Event(
        **(
            {
                "event_name": "Purchase",
                "event_time": int(time.time()) - 60,
                "event_id": f"order-{number}",
                "action_source": ActionSource.WEBSITE,
                "event_source_url": "https://shop.example/thanks?a=1&b=2",
                "user_data": UserData(emails=["Zoë@Example.com"], phones=["+1 650 555 1212"], fbp="fb.1.1.2"),
                "custom_data": CustomData(value=142.52, currency="USD", order_id=f"order-{number}"),
            }
            | changes
        )
    )


def send(*events: Event) -> EventResponse:
    return EventRequest(pixel_id="123", events=list(events)).execute()


def refusal(*events: Event) -> FacebookRequestError:
    with pytest.raises(FacebookRequestError) as caught:
        send(*events)
    return caught.value


def test_the_sdk_sends_a_whole_batch(sdk: RunningSandbox) -> None:
    answer = send(*(purchase(number) for number in range(1000)))
    assert (answer.events_received, answer.messages) == (1000, [])
    summary = sdk.summary()
    assert (summary["distinct_accepted"], summary["requests"]) == (1000, 1)
    assert summary["events"]["Purchase"]["money"]["received"] == {"USD": "142520.00"}


@pytest.mark.parametrize(
    ("changes", "subcode"),
    [
        ({"event_name": ""}, 2804019),
        ({"event_time": int(time.time()) - 8 * 86_400}, 2804003),
        ({"event_time": int(time.time()) + 7200}, 2804004),
        ({"user_data": UserData(country_code="us", zip_code="94035")}, 2804050),
        ({"custom_data": CustomData(currency="USD")}, 2804009),
        ({"custom_data": CustomData(value=1.0)}, 2804010),
        ({"event_name": "AddToCart", "custom_data": CustomData(value=1.0)}, 2804023),
        ({"user_data": UserData(email="a@example.com", lead_id="123")}, 2804036),
        ({"custom_data": CustomData(value=1.0, currency="USD", contents=[Content(quantity=1)])}, 2804008),
        ({"custom_data": CustomData(value=1.0, currency="ZZZ")}, None),
    ],
)
def test_the_sdk_is_told_what_it_did_wrong(
    sdk: RunningSandbox, changes: dict[str, object], subcode: int | None
) -> None:
    error = refusal(purchase(1), purchase(2, **changes))
    assert (error.http_status(), error.api_error_code(), error.api_error_subcode()) == (400, 100, subcode)
    assert sdk.summary()["events_received"] == 0


def test_the_sdk_learns_of_a_token_that_cannot_be_parsed(sdk: RunningSandbox) -> None:
    use_token("bad")
    error = refusal(purchase())
    assert (error.http_status(), error.api_error_code(), error.api_error_type()) == (401, 190, "OAuthException")


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        ({"status": "expired"}, (190, 463)),
        ({"status": "revoked"}, (190, 460)),
        ({"scopes": ["ads_read"]}, (200, None)),
        ({"datasets": ["9"]}, (100, 33)),
        ({"app_secret": "another secret"}, (100, None)),
    ],
)
def test_the_sdk_is_told_what_is_wrong_with_its_token(
    sdk: RunningSandbox, state: dict[str, object], codes: tuple[int, int | None]
) -> None:
    sdk.ask("POST", "/__sandbox/tokens", json.dumps({"sdk-token": state}).encode())
    error = refusal(purchase())
    assert (error.api_error_code(), error.api_error_subcode()) == codes


def test_the_sdks_own_proof_is_right(sdk: RunningSandbox) -> None:
    state = {"app_secret": "secret", "require_appsecret_proof": True}
    sdk.ask("POST", "/__sandbox/tokens", json.dumps({"sdk-token": state}).encode())
    assert send(purchase()).events_received == 1


def test_the_sdk_may_send_but_not_read_with_an_events_manager_token(sdk: RunningSandbox) -> None:
    state = {"scopes": ["read_ads_dataset_quality"]}
    sdk.ask("POST", "/__sandbox/tokens", json.dumps({"sdk-token": state}).encode())
    assert send(purchase()).events_received == 1
    with pytest.raises(FacebookRequestError) as caught:
        list(AdsPixel("123").get_stats())
    assert (caught.value.api_error_code(), caught.value.api_error_message()) == (100, "(#100) Missing Permission")


def test_the_sdk_cannot_send_more_than_a_thousand_events(sdk: RunningSandbox) -> None:
    assert refusal(*(purchase(number) for number in range(1001))).api_error_code() == 100


def test_the_sdk_reads_the_hours_page_by_page(sdk: RunningSandbox) -> None:
    for _ in range(3):
        send(purchase())
        sdk.clock.offset_s += 3600
    rows = list(AdsPixel("123").get_stats(params={"aggregation": "event", "limit": 2, "event_source": "SERVER_ONLY"}))
    assert [row["data"][0]["count"] for row in rows] == [1, 1, 1]


NOVEMBER = 1_793_500_000
DAYS = {
    "time_range": {"since": "2026-10-01", "until": "2026-10-30"},
    "time_increment": "1",
    "level": "account",
    "action_attribution_windows": ["1d_click", "7d_click"],
}


def test_the_sdk_reads_insights_at_once(sdk: RunningSandbox) -> None:
    sdk.clock.offset_s = NOVEMBER - time.time()
    rows = list(AdAccount("act_7").get_insights(fields=["spend", "actions"], params=dict(DAYS)))
    assert [(row["date_start"], row["spend"]) for row in rows][::29] == [
        ("2026-10-01", "100.00"),
        ("2026-10-30", "100.00"),
    ]


def test_the_sdk_reads_insights_as_a_report(sdk: RunningSandbox) -> None:
    sdk.clock.offset_s = NOVEMBER - time.time()
    run = AdAccount("act_7").get_insights(fields=["spend"], params=dict(DAYS), is_async=True)
    statuses = []
    while not statuses or statuses[-1] != "Job Completed":
        statuses.append(run.api_get()["async_status"])
    assert statuses[0] == "Job Not Started"
    assert len(list(run.get_result(params={"limit": 50}))) == 30
