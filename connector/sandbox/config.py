"""How a sandbox behaves. Frozen: another behaviour is another sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from connector.sandbox.scenario import Scenario
from connector.sandbox.tokens import TokenState


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """The switches.

    `datasets`: the dataset ids that exist; "any" means every id that is made of digits.
    `tokens`: the registry; an unlisted token cannot be parsed. None means that every token is good but those that start
    with "bad".
    `expired_status`: the HTTP status for an expired token, which was seen to be 400 and 401.
    `strict`: which of the rules that can be switched refuse; the others of them only count a warning.
    `scenario`: what Meta's side adds by itself: ad accounts, attribution, delays.
    `dedup_server_server`: whether a second server copy of an event_id is dropped, which is nowhere promised.
    `dedup_key_b`: whether a server event is dropped for a browser event of the same name and fbp or external_id.
    """

    datasets: frozenset[str] | Literal["any"] = "any"
    tokens: Mapping[str, TokenState] | None = field(default=None, repr=False)
    versions: frozenset[str] = frozenset({"v24.0", "v25.0", "v26.0"})
    strict: frozenset[str] = frozenset({"E21", "E27", "E28"})
    expired_status: Literal[400, 401] = 400
    future_tolerance_s: int = 60
    dedup_server_server: bool = False
    dedup_key_b: bool = True
    scenario: Scenario = field(default_factory=Scenario)
