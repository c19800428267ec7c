"""Looks at the tokens before they fail: whether Meta still takes each, until when, and what it may do.

`/debug_token` takes the token that it is asked about as a parameter of a GET, that is, in the URL. Asked through the
Graph API's batch endpoint both tokens stand in the body (docs/meta-api.md §8.2).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import httpx
import msgspec

from connector.destinations.meta.client import app_secret_proof, ask, clean_secret
from connector.destinations.meta.figures import READ_TOKEN, SEND_TOKEN
from connector.destinations.meta.parse import Malformed, object_in
from connector.destinations.meta.refusals import ErrorClass, parse_response
from connector.model.checks import Check, doubted, passed

if TYPE_CHECKING:
    from pydantic import SecretStr

    from connector.settings import Settings

TIME_TO_RENEW = timedelta(days=14)
"""A token is a warning from this long before its end."""
PATIENCE_S = 10.0
"""No work waits longer for what is only a warning."""
SENDS = frozenset({"read_ads_dataset_quality", "ads_management", "business_management"})
"""The scopes that tokens which send events were seen to have: one of them (docs/meta-api.md §1.2)."""
READS = frozenset({"ads_read"})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What Meta says of a token. `ends_at` None: it does not end. `scopes` None: Meta does not say."""

    is_valid: bool
    ends_at: datetime | None
    scopes: frozenset[str] | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        ends = [data[name] for name in ("expires_at", "data_access_expires_at") if type(data.get(name)) is int]
        moments = [moment for moment in map(_moment, ends) if moment is not None]
        scopes = data.get("scopes")
        return cls(
            is_valid=data.get("is_valid") is True,
            ends_at=min(moments, default=None),
            scopes=frozenset(map(str, scopes)) if isinstance(scopes, list) else None,
        )


async def check_tokens(client: httpx.AsyncClient, settings: Settings, *, now: datetime) -> list[Check]:
    """One check for each token that is set. Never raises for what Meta answers; `now` is aware."""
    return [
        judge_token(name, await _facts(client, settings, token), needs=needs, now=now)
        for name, token, needs in _tokens(settings)
    ]


def judge_token(name: str, facts: TokenFacts | None, *, needs: frozenset[str], now: datetime) -> Check:
    """What the facts mean for the work that the token is for, which needs one of the scopes."""
    if facts is None:
        return passed(name, "Meta does not say how long it lasts.")
    if not facts.is_valid:
        return doubted(name, "Meta says that it is not valid: it has expired or was revoked. Make a new one.")
    if facts.ends_at is not None and facts.ends_at <= now + TIME_TO_RENEW:
        days = max((facts.ends_at - now).days, 0)
        left = "in a day" if days == 1 else f"in {days} days"
        return doubted(name, f"it ends on {facts.ends_at:%Y-%m-%d}, {left}: make a new one before then.")
    if facts.scopes is not None and not facts.scopes & needs:
        return doubted(name, f"it has none of the scopes {', '.join(sorted(needs))}: its work may be refused.")
    until = "does not end" if facts.ends_at is None else f"lasts until {facts.ends_at:%Y-%m-%d}"
    return passed(name, f"it {until}.")


def _tokens(settings: Settings) -> list[tuple[str, SecretStr, frozenset[str]]]:
    """Each token with the setting that holds it and the scopes of which it needs one."""
    found = [(SEND_TOKEN, settings.meta_access_token, SENDS), (READ_TOKEN, settings.meta_read_token, READS)]
    found += [(f"{SEND_TOKEN}S of {dataset}", token, SENDS) for dataset, token in settings.meta_access_tokens.items()]
    return [(name, token, needs) for name, token, needs in found if token is not None]


async def _facts(client: httpx.AsyncClient, settings: Settings, token: SecretStr) -> TokenFacts | None:
    """What Meta says of the token, asked with the token itself; None where it says nothing."""
    secret = clean_secret("access token", token)
    lookup = f"debug_token?{urlencode({'input_token': secret})}"
    fields = {
        "access_token": secret,
        "include_headers": "false",
        "batch": msgspec.json.encode([{"method": "GET", "relative_url": lookup}]).decode(),
    }
    if settings.meta_app_secret is not None:
        fields["appsecret_proof"] = app_secret_proof(secret, clean_secret("app secret", settings.meta_app_secret))
    address = f"{settings.meta_base_url.rstrip('/')}/{settings.meta_api_version}"
    content = urlencode(fields).encode()
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await ask(client, "POST", address, headers=httpx.Headers(FORM), content=content)
    except TimeoutError:
        return None
    if parse_response(answer).error is ErrorClass.TOKEN:
        return TokenFacts(is_valid=False, ends_at=None, scopes=None)
    return facts_in(answer.body) if answer.status == 200 else None


def facts_in(body: bytes) -> TokenFacts | None:
    """The facts in the answer to a batch of one, `[{"code": 200, "body": "{..}"}]`; None for anything else."""
    try:
        parts = msgspec.json.decode(body)
        inner = object_in(parts[0]["body"].encode()) if parts[0]["code"] == 200 else {}
    except (Malformed, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    data = inner.get("data")
    return TokenFacts.of(data) if isinstance(data, dict) else None


def _moment(seconds: int) -> datetime | None:
    """Seconds since 1970 as a moment; None for 0, which is never."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None
