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
            pool = transport._direct._pool
            assert (pool._max_connections, pool._max_keepalive_connections) == (4, 4)
            assert (pool._http1, pool._http2, pool._retries) == (True, False, 0)
            assert pool._ssl_context.check_hostname
            assert pool._ssl_context.verify_mode.name == "CERT_REQUIRED"

    asyncio.run(look())


def test_a_company_s_proxy_is_used_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")

    async def look() -> None:
        async with open_client(30, 4) as client:
            way: Any = client._transport
            assert way.proxy_for(httpx.URL("https://graph.facebook.com/")) is not None
            for host in ("localhost", "127.0.0.1", "[::1]"):
                assert way.proxy_for(httpx.URL(f"http://{host}:8000/")) is None

    asyncio.run(look())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "gopher://user:canary@proxy.example"),
        ("HTTPS_PROXY", "http://user:canary@"),
        ("HTTPS_PROXY", "http://canary/word@proxy.example:3128"),
        ("HTTPS_PROXY", "http://canary?word@proxy.example:3128"),
        ("HTTPS_PROXY", "http://canary#word@proxy.example:3128"),
        ("ALL_PROXY", "socks5://user:canary@proxy.example:1080"),
        ("SSL_CERT_FILE", "/nowhere/canary.pem"),
        ("SSL_CERT_DIR", "/nowhere/canary"),
    ],
)
def test_unusable_proxy_and_certificate_variables_are_a_configuration_error_without_their_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        open_client(30, 4)
    assert str(caught.value).startswith(f"{name} cannot be used")
    assert "canary" not in "".join(traceback.format_exception(caught.value))
