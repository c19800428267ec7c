"""One check of the set-up: fine, doubtful or failed, and what to do. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.errors import ConnectorError


class Mark(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was looked at, how it stands, and what to do. `exit_code` is that of a command that this would stop."""

    name: str
    mark: Mark
    words: str
    exit_code: int = 0


def passed(name: str, words: str) -> Check:
    return Check(name=name, mark=Mark.OK, words=words)


def doubted(name: str, words: str) -> Check:
    return Check(name=name, mark=Mark.WARN, words=words)


def failed(name: str, error: ConnectorError) -> Check:
    """A check that ended with an error, which says what to do."""
    return Check(name=name, mark=Mark.FAIL, words=str(error), exit_code=error.exit_code)
