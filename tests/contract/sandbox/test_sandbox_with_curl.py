"""curl talks to the sandbox, in the ways in which Meta's documentation shows it (docs/meta-api.md §1.2, §1.4)."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from typing import Any

import pytest

from connector.sandbox.server import RunningSandbox

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="needs curl")


def curl(*words: str) -> dict[str, Any]:
    answer = subprocess.run([CURL or "curl", "--silent", *words], check=True, capture_output=True)
    return json.loads(answer.stdout)  # type: ignore[no-any-return]


def data(**changes: Any) -> str:
    event = {
        "event_name": "Purchase",
        "event_time": int(time.time()) - 60,
        "action_source": "website",
        "user_data": {"em": [hashlib.sha256(b"a").hexdigest()]},
        "custom_data": {"currency": "USD", "value": "142.52"},
    }
    return json.dumps([event | changes])


@pytest.mark.parametrize("how", ["multipart", "form", "json"])
def test_curl_sends_and_is_told_what_is_wrong(sandbox: RunningSandbox, how: str) -> None:
    url = f"{sandbox.base_url}/v26.0/123/events"

    def send(events: str) -> dict[str, Any]:
        if how == "multipart":
            return curl("-F", f"data={events}", "-F", "access_token=t", url)
        if how == "form":
            return curl("--data-urlencode", f"data={events}", "-d", "access_token=t", url)
        body = f'{{"data": {events}, "access_token": "t"}}'
        return curl("-H", "Content-Type: application/json", "-d", body, url)

    assert send(data())["events_received"] == 1
    assert send(data(custom_data={"currency": "USD"}))["error"]["error_subcode"] == 2804009


def test_curl_reads_back(sandbox: RunningSandbox) -> None:
    curl("-F", f"data={data()}", "-F", "access_token=t", f"{sandbox.base_url}/v26.0/123/events")
    stats = curl("-G", "-d", "access_token=t", "-d", "aggregation=event", f"{sandbox.base_url}/v26.0/123/stats")
    assert stats["data"][0]["data"] == [{"value": "Purchase", "count": 1}]
    range_ = 'time_range={"since":"2026-01-01","until":"2026-01-02"}'
    words = ("-d", "access_token=t", "--data-urlencode", range_)
    assert curl("-G", *words, f"{sandbox.base_url}/v26.0/act_1/insights")["data"][0]["spend"] == "200.00"


def test_curl_moves_the_clock_and_breaks_things(sandbox: RunningSandbox) -> None:
    assert curl(f"{sandbox.base_url}/__sandbox/clock", "-d", '{"offset_s": 60}')["offset_s"] == 60
    curl(f"{sandbox.base_url}/__sandbox/faults", "-d", '[{"kind": "unavailable", "requests": [1]}]')
    words = ("-F", f"data={data()}", "-F", "access_token=t", f"{sandbox.base_url}/v26.0/123/events")
    assert [next(iter(curl(*words))) for _ in range(2)] == ["error", "events_received"]
