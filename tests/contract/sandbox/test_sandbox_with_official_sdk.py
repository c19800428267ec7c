"""Meta's own Python library talks to the sandbox: an oracle for paths, bodies and answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from facebook_business.adobjects.serverside.action_source import ActionSource
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
    ],
)
def test_the_sdk_is_told_what_it_did_wrong(sdk: RunningSandbox, changes: dict[str, object], subcode: int) -> None:
    error = refusal(purchase(1), purchase(2, **changes))
    assert (error.http_status(), error.api_error_code(), error.api_error_subcode()) == (400, 100, subcode)
    assert sdk.summary()["events_received"] == 0


def test_the_sdk_learns_of_a_token_that_cannot_be_parsed(sdk: RunningSandbox) -> None:
    use_token("bad")
    error = refusal(purchase())
    assert (error.http_status(), error.api_error_code(), error.api_error_type()) == (401, 190, "OAuthException")


def test_the_sdk_cannot_send_more_than_a_thousand_events(sdk: RunningSandbox) -> None:
    assert refusal(*(purchase(number) for number in range(1001))).api_error_code() == 100
