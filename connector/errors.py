"""Errors by what the caller does next.

Texts name the thing, the rule and the fix; never a payload, an identifier or a token.

ConnectorError            exit 1   the work failed: look, then run again
  +- WarehouseBusy        exit 1   another process holds the DuckDB file: wait
  +- WarehouseUnavailable exit 1   the warehouse is down, starting or full just now: the same again, later
  +- LeaseLost            exit 1   this sender was declared dead and stopped
  +- Unproven             exit 1   the ledger does not add up, or something was lost
  +- UsageError           exit 2   the command was called wrongly
  +- ConfigurationError   exit 3   a setting or a relation is wrong: fix it
  +- Stopped              exit 3   Meta refused the token, the dataset or the set-up
"""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's categories of characters that are not seen: controls, formats, surrogates, separators of lines."""


def is_invisible(character: str) -> bool:
    """True for controls, escapes, marks of direction, and what has no width: a person cannot see that it is there."""
    return unicodedata.category(character) in INVISIBLE


def printable(text: str) -> str:
    """The text with all that a terminal would obey, and all that nobody would see, as its escape: \\x1b, \\u202e.

    For names and ids out of a warehouse, wherever a person reads them.
    """
    if text.isprintable():
        return text
    return "".join(one.encode("unicode_escape").decode() if is_invisible(one) else one for one in text)


class ConnectorError(Exception):
    """The work failed. `exit_code` is the process's exit code (0 fine, 1 failed, 2 wrong use, 3 stopped)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, text: str = "") -> None:
        super().__init__(printable(text))


class WarehouseBusy(ConnectorError):  # noqa: N818 - a state of the world, not a fault
    """Another process holds what has to be written and did not release it in time."""


class WarehouseUnavailable(ConnectorError):  # noqa: N818 - the same
    """The warehouse answers no one just now, or the connection to it broke: a later try may work as it stands."""


class LeaseLost(ConnectorError):  # noqa: N818 - the same
    """This sync run was declared dead by another one; it must not mark or send anything more."""


class Unproven(ConnectorError):  # noqa: N818 - the same
    """The run's ledger does not prove where every claimed conversion went."""


class UsageError(ConnectorError):
    """The command was called in a way it does not understand."""

    exit_code = 2


class ConfigurationError(ConnectorError):
    """A setting, a relation or the set-up breaks a rule; nothing was sent."""

    exit_code = 3


class Stopped(ConnectorError):  # noqa: N818 - a state of the world, not a fault
    """Meta refused the token, the permission or the configuration; what was not sent is deferred."""

    exit_code = 3


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """The hint for an error about an unknown name: the nearest known one in brackets, or nothing."""
    nearest = get_close_matches(said, list(known), n=1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""
