"""Meta as delivery sees it: the one place where gate, client, answers and limits meet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from connector.destinations.meta.answers import UNKNOWN, judge
from connector.destinations.meta.client import client_of
from connector.destinations.meta.codes import find
from connector.destinations.meta.gate import Gate
from connector.destinations.meta.limits import used_pct, wait_s
from connector.destinations.meta.reasons import Reason, Refusal, describe
from connector.destinations.meta.subcodes import PROOF
from connector.model.verdicts import Explained, Wording
from connector.settings import meant_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from connector.destinations.meta.client import Client
    from connector.model.verdicts import Verdict
    from connector.settings import Settings

MAX_BATCH_EVENTS = 1_000
"""What Meta takes in one request: docs/meta-api.md, 1.5."""
MAX_BYTES = 4 << 20
"""Of payloads in one request. Meta documents no bound; what stands on the way has one, often of a few megabytes."""
BASE_URL = "CONNECTOR_META_BASE_URL"
DATASET_ID = "CONNECTOR_META_DATASET_ID"
OF_WORDS: dict[str | None, str] = {Reason.PROOF_REFUSED: PROOF, Reason.UNKNOWN_CODE: UNKNOWN}
"""Advice that the code alone does not lead to."""


class MetaDestination:
    """Screens events by the gate, sends them by the client, and judges the answers."""

    def __init__(self, client: Client, *, batch_size: int = MAX_BATCH_EVENTS) -> None:
        self.batch_size = batch_size
        self._gate = Gate()
        self.max_bytes = MAX_BYTES
        self._client = client

    @classmethod
    def of(cls, http: httpx.AsyncClient, settings: Settings, *, test_event_code: str | None = None) -> Self:
        """The destination of the settings. Raises ConfigurationError if there is no usable token."""
        return cls(client_of(http, settings, test_event_code=test_event_code), batch_size=settings.batch_size)

    def screen(
        self,
        payloads: Sequence[bytes],
        *,
        event_names: Sequence[str | None],
        event_ids: Sequence[str | None],
        event_times: Sequence[int | None],
        values: Sequence[float | None],
        currencies: Sequence[str | None],
        dataset_id: str | None = None,
    ) -> Sequence[str | None]:
        """What the gate says of each event; all are refused where their dataset cannot be one."""
        if dataset_id and not (dataset_id.isascii() and dataset_id.isdecimal()):
            return [Refusal.INVALID_DATASET_ID] * len(payloads)
        return self._gate.refuse_all(
            payloads,
            event_names=event_names,
            event_ids=event_ids,
            event_times=event_times,
            values=values,
            currencies=currencies,
        )

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        """POST the events once; what came back as a verdict, with the pause that the usage headers ask for."""
        answer = await self._client.send(dataset_id, payloads)
        verdict = judge(answer, sent=len(payloads))
        return replace(verdict, pause_s=wait_s(answer.headers), limit_used_pct=used_pct(answer.headers))

    @property
    def wording(self) -> Wording:
        return self.words()

    @staticmethod
    def explain_answer(code: int | None, subcode: int | None, word: str | None) -> Explained:
        """What an answer that the ledger kept means and what to do, by its codes and its reason word."""
        row = None if code is None else find(code, subcode)
        advice = OF_WORDS.get(word) or (row.advice if row else None)
        return Explained(meaning=describe(word) if word else None, advice=advice)

    @staticmethod
    def words() -> Wording:
        """The wording, also without a client."""
        return Wording(
            name="Meta",
            unreachable=f"check the network, the proxy and {BASE_URL}",
            unreadable=f"check that {BASE_URL} and any proxy or firewall lead to Meta",
            no_dataset=f"set {DATASET_ID}{meant_for(DATASET_ID)}",
        )
