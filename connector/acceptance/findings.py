"""What acceptance found, in values: one finding for each thing that was tried, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError, ConnectorError

if TYPE_CHECKING:
    from collections.abc import Mapping


MOST_LETTERS = 180


class Result(StrEnum):
    """How one check ended. `untried`: this warehouse, role or engine gives no way to try it, so nothing is known."""

    PASSED = "passed"
    FAILED = "failed"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was tried, how it ended, in words, and what to do. Braces in the texts stand for names (see `Names`)."""

    area: str
    name: str
    result: Result
    words: str
    fix: str | None = None
    needs_person: bool = False
    """A right or a setting is wrong: trying again changes nothing."""

    @property
    def is_good(self) -> bool:
        return self.result is Result.PASSED

    def as_dict(self, names: Mapping[str, str]) -> dict[str, str | None]:
        """The finding with the braces filled in from `names`."""
        return {
            "area": self.area,
            "name": filled(self.name, names),
            "result": str(self.result),
            "words": filled(self.words, names),
            "fix": filled(self.fix, names) if self.fix else None,
        }


def passed(area: str, name: str, words: str) -> Finding:
    return Finding(area=area, name=name, result=Result.PASSED, words=words)


def failed(area: str, name: str, words: str, *, fix: str | None = None, needs_person: bool = False) -> Finding:
    return Finding(
        area=area, name=name, result=Result.FAILED, words=words, fix=fix, needs_person=needs_person or fix is not None
    )


def untried(area: str, name: str, words: str, *, fix: str | None = None) -> Finding:
    return Finding(area=area, name=name, result=Result.UNTRIED, words=words, fix=fix)


def judged(area: str, name: str, is_good: bool, good: str, bad: str, *, fix: str | None = None) -> Finding:
    """Passed with the one sentence or failed with the other."""
    return passed(area, name, good) if is_good else failed(area, name, bad, fix=fix)


def told_shortly(error: ConnectorError) -> str:
    """The beginning of its words, cut between two of them."""
    return shorten(str(error), MOST_LETTERS, placeholder=" ...")


def filled(text: str, names: Mapping[str, str]) -> str:
    """The text with its braces filled in. Other braces stay: words of an error may hold some."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """All that was found, and on what. It holds no name of the user's and no row."""

    engine: str
    versions: dict[str, str]
    findings: list[Finding]
    seconds: float
    statements: dict[str, int]
    warehouse_use: dict[str, float | int] = field(default_factory=dict)
    """What Snowflake's own history says of it; empty on the other engines."""

    def of(self, result: Result) -> list[Finding]:
        return [finding for finding in self.findings if finding.result is result]

    @property
    def is_fine(self) -> bool:
        return not self.of(Result.FAILED)

    def as_dict(self, names: Mapping[str, str]) -> dict[str, Any]:
        """With stable keys."""
        return {
            "is_fine": self.is_fine,
            "engine": self.engine,
            "versions": self.versions,
            "counts": {str(result): len(self.of(result)) for result in Result},
            "seconds": round(self.seconds, 1),
            "statements": self.statements,
            "warehouse_use": self.warehouse_use,
            "findings": [finding.as_dict(names) for finding in self.findings],
        }

    def raise_if_failed(self) -> None:
        """Raises ConfigurationError where a right or a setting is wrong, ConnectorError where anything else failed."""
        if broken := self.of(Result.FAILED):
            told = f"{len(broken)} of {len(self.findings)} checks failed: {', '.join(_labels(broken))}."
            raise (ConfigurationError if any(one.needs_person for one in broken) else ConnectorError)(told)


def _labels(findings: list[Finding]) -> list[str]:
    return list(dict.fromkeys(finding.area for finding in findings))
