"""The warehouses and the person of the sync tests, and a sandbox whose tokens may do different things."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from starlette.responses import JSONResponse, Response

from connector.destinations.meta import insights, reading
from connector.sandbox.config import SandboxConfig
from connector.sandbox.server import RunningSandbox
from connector.sandbox.tokens import Scope, TokenState, TokenStatus
from tests.support.shops import Shop, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.sandbox.calls import Call

ALL, EVENTS_MANAGER, ADS_READ, DEAD = "all-scopes-token", "events-manager-token", "ads-read-token", "dead-token"
EXPIRED, PROVING, SECRET = "expired-token", "proving-token", "canaryappsecret0123456789"
ACCOUNT = "501"
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)
"""For what no engine can change."""
TOKENS = {
    ALL: TokenState(),
    EVENTS_MANAGER: TokenState(scopes=frozenset({Scope.DATASET})),
    ADS_READ: TokenState(scopes=frozenset({Scope.ADS_READ})),
    EXPIRED: TokenState(status=TokenStatus.EXPIRED),
    PROVING: TokenState(app_secret=SECRET, require_appsecret_proof=True),
}


@dataclass
class Script:
    """Answers in place of Meta's to questions whose path ends so; everything else is Meta's own."""

    instead: dict[str, Response] = field(default_factory=dict)

    async def before(self, call: Call) -> Response | None:
        return next((answer for end, answer in self.instead.items() if call.path.endswith(end)), None)

    async def after(self, call: Call, answer: Response) -> Response:
        return answer


def error(code: int, *, status: int = 400, subcode: int | None = None) -> Response:
    body = {"message": "localised text", "type": "OAuthException", "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    return JSONResponse({"error": body}, status_code=status)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking again after trouble, or whether a report is done, does not wait long here."""
    monkeypatch.setattr(insights, "FIRST_POLL_S", 0.001)
    monkeypatch.setattr(reading, "FIRST_WAIT_S", dict.fromkeys(reading.FIRST_WAIT_S, 0.001))


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(SandboxConfig(tokens=TOKENS), faults=script) as running:
        yield running


@pytest.fixture
def environment(shop: Shop, sandbox: RunningSandbox) -> dict[str, str]:
    return settings_for(shop, sandbox.base_url) | {
        "CONNECTOR_META_ACCESS_TOKEN": ALL,
        "CONNECTOR_META_AD_ACCOUNT_ID": f"act_{ACCOUNT}",
        "CONNECTOR_META_AD_ACCOUNT_TIMEZONE": "UTC",
        "CONNECTOR_META_AD_ACCOUNT_CURRENCY": "USD",
    }
