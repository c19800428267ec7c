"""Texts that nobody thought of: the SQL of every engine against the plain reading of the rule in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from tests.contract.identifiers.fuzzed_texts import fuzzed_phones, fuzzed_texts
from tests.contract.identifiers.identifying_project import KNOWN_AT, IdentifyingProject, Text
from tests.support.forms import EVERYTHING
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

COUNT = 20_000 if EVERYTHING else 2_000


@cache
def answers() -> dict[Text, frozenset[str | None]]:
    """Each text with all that the rule allows."""
    rule = Rule(known_on=date.fromisoformat(KNOWN_AT[:10]))
    return {text: rule.answers(*text) for text in fuzzed_texts(COUNT) + fuzzed_phones(COUNT)}


def test_no_text_is_hashed_otherwise_than_the_rule_says(
    identified: IdentifyingProject, agreement: Callable[[str], None]
) -> None:
    expected = answers()
    texts = list(expected) if EVERYTHING or "stand-in" not in identified.engine.name else list(expected)[::10]
    identified.identify_again(texts)
    wrong = [text for text in texts if identified.hash_of(text) not in {hashed(answer) for answer in expected[text]}]
    firm = sum(len(expected[text]) == 1 for text in texts)
    agreement(
        f"{identified.engine.name}: {len(texts) - len(wrong)} of {len(texts)} fuzzed texts are hashed as the "
        f"reference says, {len(texts) - firm} of them where libphonenumber leaves a choice"
    )
    shortest = sorted(wrong, key=lambda text: len(text[1] or ""))[:10]
    assert not wrong, [(text, expected[text], identified.answer(text)) for text in shortest]
