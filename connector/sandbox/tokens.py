"""The registry of tokens, which may change while the sandbox runs, and what follows from a token's state."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from connector.sandbox.refusals import Locale

LATEST: Final = 10**11
"""Beyond the year 5000: a time in milliseconds."""


class Scope(StrEnum):
    """What a token may do. An Events Manager token has `DATASET` alone (docs/meta-api.md §1.2, observed)."""

    DATASET = "read_ads_dataset_quality"
    """Send events of its datasets and read their quality."""
    ADS_READ = "ads_read"
    """Read `/stats`, nodes and Insights."""
    ADS_MANAGEMENT = "ads_management"
    """Send events; with `ADS_READ` also read the quality (docs/meta-api.md §8.3)."""


class TokenStatus(StrEnum):
    """What a token is worth."""

    OK = "ok"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNPARSEABLE = "unparseable"


class TokenState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One token of the registry; `datasets` and `accounts` are the ids that it may use, None means every known one.

    `expires_at`: seconds since 1970, by the sandbox's clock. `revoked_subcode`: 460 is a changed password, 467 a logged
    out user, None a system user who was removed. `app_secret` None: proofs are not checked. `locale` words the errors.
    """

    status: TokenStatus = TokenStatus.OK
    datasets: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    scopes: frozenset[Scope] = frozenset(Scope)
    expires_at: Annotated[float, msgspec.Meta(ge=0, le=LATEST)] | None = None
    revoked_subcode: Literal[460, 467] | None = 460
    app_secret: str | None = None
    require_appsecret_proof: bool = False
    locale: Locale = "en"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"TokenState({self.status}, {sorted(self.scopes)})"

    @property
    def may_send(self) -> bool:
        return bool(self.scopes & {Scope.DATASET, Scope.ADS_MANAGEMENT})

    @property
    def may_read(self) -> bool:
        return Scope.ADS_READ in self.scopes

    @property
    def may_read_quality(self) -> bool:
        return Scope.DATASET in self.scopes or self.scopes >= {Scope.ADS_READ, Scope.ADS_MANAGEMENT}

    def is_expired(self, now: float) -> bool:
        return self.status is TokenStatus.EXPIRED or (self.expires_at is not None and now >= self.expires_at)


class Proof(StrEnum):
    """What an `appsecret_proof` is worth."""

    ABSENT = "absent"
    RIGHT = "right"
    WRONG = "wrong"


class Tokens:
    """`registry` None: every token is good but those that start with "bad"; else an unlisted one cannot be parsed."""

    def __init__(self, registry: Mapping[str, TokenState] | None) -> None:
        self._registry = registry
        self._told: dict[str, TokenState] = {}

    def tell(self, tokens: Mapping[str, TokenState]) -> None:
        """Add or replace tokens."""
        self._told.update(tokens)

    def state(self, token: str) -> TokenState:
        if token in self._told:
            return self._told[token]
        unknown = TokenState(status=TokenStatus.UNPARSEABLE)
        if self._registry is None:
            return unknown if token.startswith("bad") else TokenState()
        return self._registry.get(token, unknown)


def judged_proof(token: str, state: TokenState, given: str | None) -> Proof:
    """Lower-case hex HMAC-SHA256 of the token under the app's secret (docs/meta-api.md §1.3)."""
    if given is None:
        return Proof.ABSENT
    if state.app_secret is None:
        return Proof.RIGHT
    right = hmac.new(state.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    return Proof.RIGHT if hmac.compare_digest(right.encode(), given.encode()) else Proof.WRONG
