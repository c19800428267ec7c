"""Meta as delivery is handed it: the verdict on an answer with the pause that its headers ask for, and screening."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from connector.delivery.parts import parts_within
from connector.delivery.preparing import PreparedBatch
from connector.destinations.meta import MetaDestination
from connector.destinations.meta.answers import judge
from connector.destinations.meta.client import Answer
from connector.destinations.meta.reasons import Refusal
from connector.model.verdicts import Kind
from tests.unit.destinations.meta_events import COLUMNS, columns_of, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.destinations.meta.client import Client


class OneAnswer:
    def __init__(self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.answer = Answer(status=status, headers=headers or {}, body=body, never_connected=False, duration_ms=1)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Answer:
        return self.answer


def test_a_verdict_carries_the_pause_that_the_answers_headers_ask_for() -> None:
    client = OneAnswer(b'{"events_received":2}', headers={"retry-after": "7"})
    verdict = asyncio.run(MetaDestination(client).send("1", [b"{}", b"{}"]))  # type: ignore[arg-type]
    assert (verdict.kind, verdict.pause_s) == (Kind.ACCEPTED, 7.0)


def test_a_refusal_keeps_its_advice_and_asks_for_no_pause() -> None:
    client = OneAnswer(b'{"error":{"code":190}}', status=401)
    verdict = asyncio.run(MetaDestination(client).send("1", [b"{}"]))  # type: ignore[arg-type]
    assert (verdict.kind, verdict.pause_s) == (Kind.STOP, 0.0)
    assert "access token" in (verdict.advice or "")


def test_screening_is_the_gates() -> None:
    destination = MetaDestination(OneAnswer(b""))  # type: ignore[arg-type]
    reasons = destination.screen([b"5"], **columns_of([COLUMNS]))
    assert reasons == [Refusal.NOT_AN_OBJECT]


def test_messages_about_meta_name_the_settings_to_look_at() -> None:
    wording = MetaDestination(OneAnswer(b"")).wording  # type: ignore[arg-type]
    assert wording.name == "Meta"
    assert "CONNECTOR_META_BASE_URL" in wording.unreachable
    assert "CONNECTOR_META_BASE_URL" in wording.unreadable
    assert "CONNECTOR_META_DATASET_ID" in wording.no_dataset


@pytest.mark.parametrize("dataset_id", ["../me", "12/34", "act_5", "12?x=1", "\uff11\uff12", "12\n", "%31", " 12"])
def test_a_dataset_that_is_not_digits_is_never_asked_for(dataset_id: str) -> None:
    destination = MetaDestination(cast("Client", OneAnswer(b"")))
    columns = columns_of([COLUMNS] * 2)
    reasons = destination.screen([b"{}", b"{}"], dataset_id=dataset_id, **columns)
    assert reasons == ["invalid_dataset_id", "invalid_dataset_id"]


@pytest.mark.parametrize("dataset_id", [None, "", "1234567890"])
def test_a_dataset_of_digits_and_the_default_are_screened_by_the_gate(dataset_id: str | None) -> None:
    destination = MetaDestination(cast("Client", OneAnswer(b"")))
    columns = columns_of([COLUMNS])
    assert destination.screen([b"5"], dataset_id=dataset_id, **columns) == ["not_an_object"]


def test_a_thousand_events_of_19_kb_go_in_requests_of_at_most_four_mebibytes() -> None:
    payloads = [b"x" * 19_000] * 1_000
    batch = PreparedBatch(
        batch_no=0,
        size=1_000,
        dataset_id="1",
        positions=list(range(1_000)),
        payloads=payloads,
        deadlines=[None] * 1_000,
        refused=[],
    )
    parts = list(parts_within(batch, MetaDestination(cast("Client", OneAnswer(b""))).max_bytes))
    sizes = [len(b",".join(part.payloads)) for part in parts]
    assert sum(part.events for part in parts) == 1_000
    assert max(sizes) <= 4 << 20
    assert len(sizes) == 5


@pytest.mark.parametrize(
    "answer",
    [
        refused(100, type="GraphMethodException"),
        refused(987654),
        refused(100),
        refused(100, 2804065),
        refused(190, 463),
        refused(250),
        refused(368),
    ],
)
def test_the_ledger_s_answer_has_the_advice_that_it_had_when_it_came(answer: Answer) -> None:
    verdict = judge(answer, sent=1)
    evidence = verdict.evidence
    kept = MetaDestination.explain_answer(evidence.error_code, evidence.error_subcode, evidence.error_text)
    assert (kept.meaning, kept.advice) == (verdict.meaning, verdict.advice)
    assert kept.advice
