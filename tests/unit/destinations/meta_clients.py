"""A wire over a server that is a function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from pydantic import SecretStr

from connector.destinations.meta.client import Answer, Client
from tests.unit.destinations.meta_events import event, payload_of

TOKEN, SECRET = "EAAB_token_example", "app_secret_example"
PROOF = "55c998b8569d5e06541ebdec1da74746f1ccea8d09e750035ca37b726ce45f11"
PAYLOADS = [payload_of(event()), payload_of(event(event_id="ORDER-1002"))]
Handler = Callable[[httpx.Request], httpx.Response]


def client_over(client: httpx.AsyncClient, **changes: Any) -> Client:
    parts: dict[str, Any] = {
        "base_url": "https://graph.example",
        "api_version": "v26.0",
        "token": SecretStr(TOKEN),
        "app_secret": None,
        "test_event_code": None,
    }
    return Client(client, **(parts | changes))


def send(
    handler: Handler, dataset_id: str = "123", *, payloads: list[bytes] = PAYLOADS, timeout_s: float = 5, **changes: Any
) -> Answer:
    """Send one batch to a server that is a function."""

    async def once() -> Answer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler), timeout=timeout_s) as client:
            return await client_over(client, **changes).send(dataset_id, payloads)

    return asyncio.run(once())


def seen_by(dataset_id: str = "123", **changes: Any) -> httpx.Request:
    """The request that a server gets."""
    requests: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    send(remember, dataset_id, **changes)
    (request,) = requests
    return request
