"""Airflow and the sandbox are on this machine: no proxy stands between them."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    for name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy")]:
        monkeypatch.delenv(name)
