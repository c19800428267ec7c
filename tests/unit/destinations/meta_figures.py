"""A Meta that answers questions as a test wants, and readers that ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

from connector.destinations.meta.reading import Reader

NOW = datetime(2026, 11, 23, 10, 20, 30)  # noqa: DTZ001 - UTC without zone, as the warehouse writes times
TOKEN, SECRET = "EAAB_token_example", "app_secret_example"
PROOF = "55c998b8569d5e06541ebdec1da74746f1ccea8d09e750035ca37b726ce45f11"
T = TypeVar("T")


def ok(body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def refusal(code: int, subcode: int | None = None, *, status: int = 400, **more: Any) -> httpx.Response:
    """An error in Meta's envelope, its texts in another language."""
    error = {"message": "Paramètre non valide", "type": "OAuthException", "code": code, "fbtrace_id": "A"} | more
    if subcode is not None:
        error["error_subcode"] = subcode
    return httpx.Response(status, json={"error": error})


def page(entries: list[Any], *, after: str | None = None, last: bool = False) -> httpx.Response:
    """A page; `after` names the next one, whose link carries a token as Meta's own links do."""
    paging: dict[str, Any] = {"cursors": {"before": "x", "after": after or "end"}}
    if after and not last:
        paging["next"] = f"https://elsewhere.example/v26.0/x?access_token=leaked&after={after}"
    return ok({"data": entries, "paging": paging})


@dataclass
class Meta:
    """Answers by turns, the last one from then on; remembers what was asked and how long was waited."""

    answers: list[httpx.Response | Callable[[httpx.Request], httpx.Response]]
    asked: list[httpx.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            return answer(request)
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def question(self, turn: int = -1) -> dict[str, str]:
        return dict(self.asked[turn].url.params)

    def reads(self, read: Callable[[Reader], Awaitable[T]], **changes: Any) -> T:
        async def run() -> T:
            async with httpx.AsyncClient(transport=httpx.MockTransport(self), timeout=5) as client:
                return await read(self.reader(client, **changes))

        return asyncio.run(run())

    def reader(self, client: httpx.AsyncClient, **changes: Any) -> Reader:
        parts: dict[str, Any] = {
            "base_url": "https://graph.example",
            "api_version": "v26.0",
            "token": SecretStr(TOKEN),
            "token_name": "CONNECTOR_META_READ_TOKEN",
            "app_secret": None,
            "sleep": self.sleep,
        }
        return Reader(client, **(parts | changes))


def parsed(text: str) -> Any:
    """JSON as a reader sees it: fractions are exact decimals."""
    return json.loads(text, parse_float=Decimal)
