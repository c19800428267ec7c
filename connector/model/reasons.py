"""Reason words: what the ledger keeps as `error_text`, each with its meaning in one sentence."""

from __future__ import annotations

from enum import StrEnum


class ReasonWord(StrEnum):
    """A snake_case word with its meaning. To subclass: each member is a pair of both."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> ReasonWord:
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member
