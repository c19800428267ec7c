"""Warnings of tokens that will fail soon: said by sync and pull, which run every day, and not only by doctor."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.destinations.meta import check_tokens, open_client
from connector.model.checks import Mark

if TYPE_CHECKING:
    from connector.model.checks import Check
    from connector.settings import Settings


def token_warnings(settings: Settings) -> list[str]:
    """What is wrong with the tokens, or soon will be, in a sentence each. Asks Meta once for each token."""
    checks = asyncio.run(_checks(settings))
    return [f"{check.name}: {check.words}" for check in checks if check.mark is not Mark.OK]


async def _checks(settings: Settings) -> list[Check]:
    async with open_client(settings.request_timeout_s, 1) as client:
        return await check_tokens(client, settings, now=datetime.now(UTC))
