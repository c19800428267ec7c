"""Every word that the ledger may hold as a reason can be told in a sentence."""

from __future__ import annotations

import pytest

from connector.app.meanings import meaning_of
from connector.delivery.reasons import Reason as DeliveryReason
from connector.destinations.meta.reasons import Reason, Refusal


@pytest.mark.parametrize("word", [*DeliveryReason, *Refusal, *Reason])
def test_every_reason_word_has_a_meaning_of_one_sentence(word: str) -> None:
    meaning = meaning_of(str(word))
    assert meaning is not None
    assert meaning.endswith(".")


def test_no_word_of_ours_hides_one_of_meta() -> None:
    assert not {str(word) for word in DeliveryReason} & {str(word) for word in (*Refusal, *Reason)}


def test_a_word_that_nobody_knows_has_no_meaning() -> None:
    assert meaning_of("of_another_version") is None
    assert meaning_of(None) is None
