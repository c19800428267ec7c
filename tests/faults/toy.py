"""A destination that is not Meta: other batches, other verdicts, and events without an event time."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from connector.destinations.meta.client import client_of
from connector.model.outcomes import Evidence
from connector.model.verdicts import Kind, Verdict, Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from connector.destinations.meta.client import Answer

    class Client(Protocol):
        async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Answer: ...


class ToyDestination:
    """Seven events a request. It screens for addresses only, and knows three answers besides the good one."""

    batch_size = 7
    max_bytes = 5_000
    wording = Wording(name="Toy", unreachable="wind it up", unreadable="shake it", no_dataset="name a dataset")

    def __init__(self, client: Client, **_: Any) -> None:
        self._client = client
        self.screen = self._screen

    def _screen(self, payloads: Sequence[bytes], **_: Sequence[Any]) -> list[str | None]:
        return ["toy_address" if b"@" in payload else None for payload in payloads]

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        answer = await self._client.send(dataset_id, payloads)
        kind = Kind.WAIT if answer.never_connected else _kind(answer, len(payloads))
        evidence = Evidence(http_status=answer.status, error_text=None if kind is Kind.ACCEPTED else f"toy_{kind}")
        return Verdict(kind=kind, evidence=evidence, advice="be kind to it")


class StampingToy(ToyDestination):
    """Gives every event the time of its sending: what the sandbox asks for."""

    @classmethod
    def of(cls, http: Any, settings: Any, **_: Any) -> StampingToy:
        return cls(client_of(http, settings))

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        stamp = b'{"event_time":%d,' % time.time()
        return await super().send(dataset_id, [stamp + payload[1:] for payload in payloads])


def _kind(answer: Answer, sent: int) -> Kind:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return Kind.UNCONFIRMED
    code = body.get("error", {}).get("code")
    if answer.status == 200 and body.get("events_received") == sent:
        return Kind.ACCEPTED
    if answer.status is None or not 400 <= answer.status < 500:
        return Kind.UNCONFIRMED
    return {100: Kind.CONTENT, 190: Kind.STOP}.get(code, Kind.WAIT)
