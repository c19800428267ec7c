"""The open client: verified, direct to this machine, and never retrying."""

from __future__ import annotations

import asyncio
import traceback
from typing import Any

import httpx
import pytest

from connector.destinations.meta.client import open_client
from connector.errors import ConfigurationError


def test_a_client_verifies_tls_follows_nothing_and_has_time_left_once_it_is_connected() -> None:
    async def look() -> None:
        async with open_client(30, 4) as client:
            timeout = client.timeout
            assert (timeout.read, timeout.write) == (30, 30)
            assert timeout.connect is not None
            assert timeout.pool is not None
            assert timeout.pool + 2 * timeout.connect < 30
            assert client.follow_redirects is False
            transport: Any = client._transport
            pool = transport._pool
            assert (pool._max_connections, pool._max_keepalive_connections) == (4, 4)
            assert (pool._http1, pool._http2, pool._retries) == (True, False, 0)
            assert pool._ssl_context.check_hostname
            assert pool._ssl_context.verify_mode.name == "CERT_REQUIRED"

    asyncio.run(look())


def test_a_company_s_proxy_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")

    async def look() -> None:
        async with open_client(30, 4) as client:
            direct = client._transport
            assert client._transport_for_url(httpx.URL("https://graph.facebook.com/")) is not direct
            for host in ("localhost", "127.0.0.1", "[::1]"):
                assert client._transport_for_url(httpx.URL(f"http://{host}:8000/")) is direct

    asyncio.run(look())


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "gopher://user:canary@proxy.example"), ("SSL_CERT_FILE", "/nowhere/canary.pem")],
)
def test_unusable_proxy_and_certificate_variables_are_a_configuration_error_without_their_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        open_client(30, 4)
    assert "HTTPS_PROXY" in str(caught.value)
    assert "SSL_CERT_FILE" in str(caught.value)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
