"""What sync tests wait for is an event, never a clock."""

from __future__ import annotations

import pytest

from connector.delivery import feeding, pacing


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another attempt after trouble, or another look at other senders, does not wait long here."""
    monkeypatch.setattr(pacing, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(feeding, "PEER_POLL_S", 0.02)
