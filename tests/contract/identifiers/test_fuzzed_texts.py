"""Texts that nobody thought of: the SQL of every engine against the plain reading of the rule in Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date

from tests.contract.identifiers.fuzzed_texts import fuzzed_phones, fuzzed_texts
from tests.contract.identifiers.identifying_project import KNOWN_AT, IdentifyingProject
from tests.support.written_rule import Rule
from tests.support.written_rule.hashed_keys import hashed

COUNT = 20_000 if os.environ.get("FAULTS") == "all" else 2_000


def test_no_text_is_hashed_otherwise_than_the_rule_says(
    identified: IdentifyingProject, agreement: Callable[[str], None]
) -> None:
    rule = Rule(known_on=date.fromisoformat(KNOWN_AT[:10]))
    texts = fuzzed_texts(COUNT) + fuzzed_phones(COUNT)
    identified.identify_again(texts)
    expected = {text: rule.answers(*text) for text in texts}
    wrong = [text for text in texts if identified.hash_of(text) not in {hashed(answer) for answer in expected[text]}]
    firm = sum(len(answers) == 1 for answers in expected.values())
    agreement(
        f"{identified.engine.name}: {len(texts) - len(wrong)} of {len(texts)} fuzzed texts are hashed as the "
        f"reference says, {len(texts) - firm} of them where libphonenumber leaves a choice"
    )
    shortest = sorted(wrong, key=lambda text: len(text[1] or ""))[:10]
    assert not wrong, [(text, expected[text], identified.answer(text)) for text in shortest]
