"""How a sandbox behaves. Frozen: another behaviour is another sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class TokenStatus(StrEnum):
    """What a token is worth. Expired and revoked tokens (E3, E4) will stand here."""

    OK = "ok"
    UNPARSEABLE = "unparseable"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenState:
    """One token of the registry; `datasets` are the ids that it may use, None means every known one."""

    status: TokenStatus = TokenStatus.OK
    datasets: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """The switches.

    `datasets`: the dataset ids that exist; "any" means every id that is made of digits.
    `tokens`: the registry; an unlisted token cannot be parsed. None means that every token is good but those that start
    with "bad".
    `strict`: which of the rules that can be switched refuse; the others of them only count a warning.
    `dedup_server_server`: whether a second server copy of an event_id is dropped, which is nowhere promised.
    `dedup_key_b`: whether a server event is dropped for a browser event of the same name and fbp or external_id.
    """

    datasets: frozenset[str] | Literal["any"] = "any"
    tokens: Mapping[str, TokenState] | None = field(default=None, repr=False)
    versions: frozenset[str] = frozenset({"v24.0", "v25.0", "v26.0"})
    strict: frozenset[str] = frozenset({"E21", "E27", "E28"})
    future_tolerance_s: int = 60
    dedup_server_server: bool = False
    dedup_key_b: bool = True


def token_state(token: str, tokens: Mapping[str, TokenState] | None) -> TokenState:
    """Look a token up."""
    if tokens is None:
        return TokenState(status=TokenStatus.UNPARSEABLE if token.startswith("bad") else TokenStatus.OK)
    return tokens.get(token, TokenState(status=TokenStatus.UNPARSEABLE))
