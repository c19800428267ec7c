"""The way to Meta: whom to trust, and whether to go by a proxy.

The variables are those that every HTTP program honours: HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR.
No part of a proxy's address leaves this module: it may hold a password.
"""

from __future__ import annotations

import os
import ssl
import sys
from functools import lru_cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.request import getproxies

import httpx
import truststore

from connector.errors import ConfigurationError

VIA_PROXY = "connector.via_proxy"
"""The request extension that says whether a request goes through the proxy."""
STORES = (
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
)
"""Where systems keep their authorities if not where OpenSSL looks."""


class WayOut(httpx.AsyncBaseTransport):
    """Requests by the proxy, but for what NO_PROXY exempts and this machine itself."""

    def __init__(self, direct: httpx.AsyncBaseTransport, proxied: httpx.AsyncBaseTransport | None, exempt: str) -> None:
        self._direct = direct
        self._proxied = proxied
        self._exempt = [entry.strip().lower() for entry in exempt.split(",") if entry.strip()]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        proxied = self.proxy_for(request.url)
        request.extensions[VIA_PROXY] = proxied is not None
        return await (proxied or self._direct).handle_async_request(request)

    def proxy_for(self, url: httpx.URL) -> httpx.AsyncBaseTransport | None:
        """The proxy that a request to this address goes through, if any."""
        if is_loopback(url.host) or any(_exempts(entry, url) for entry in self._exempt):
            return None
        return self._proxied

    async def aclose(self) -> None:
        await self._direct.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()


def way_out(limits: httpx.Limits) -> WayOut:
    """The transport that the environment asks for. Raises ConfigurationError, naming the variable, never its value."""
    context = tls_context()
    proxies = {name: value.strip() for name, value in getproxies().items()}  # a file of Windows leaves a CR
    address = proxies.get("https") or proxies.get("all")
    proxied = None
    if address:
        name = "HTTPS_PROXY" if proxies.get("https") else "ALL_PROXY"
        proxied = _through(address, name, context, limits)
    direct = httpx.AsyncHTTPTransport(verify=context, limits=limits, trust_env=False)
    return WayOut(direct, proxied, proxies.get("no", ""))


def _through(address: str, name: str, context: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    try:
        is_tls = address.lower().startswith("https://")
        proxy = httpx.Proxy(
            address if "://" in address else f"http://{address}", ssl_context=context if is_tls else None
        )
        if proxy.url.host and proxy.url.raw_path == b"/" and not proxy.url.fragment:  # / ? # end a password
            return httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=proxy, trust_env=False)
    except (ValueError, ImportError, httpx.InvalidURL):
        pass
    # outside the except block: the original text may quote the proxy's password
    raise ConfigurationError(
        f"{name} cannot be used: it must be an http:// or https:// address, its user and password escaped (@ is %40, "
        ": is %3A, / is %2F)."
    )


def tls_context() -> ssl.SSLContext:
    """Verifies against SSL_CERT_FILE and SSL_CERT_DIR, else the system's store, else the list of certifi.

    The system's first: it is kept up to date by whoever keeps the system, and knows a company's own authority.
    """
    file, folder = (os.environ.get(name, "").strip() or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    if file or folder:
        return _context_of(file, folder, _changed_at(file or folder))
    if sys.platform == "linux" and not _system_has_authorities():
        return httpx.create_ssl_context(trust_env=False)
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _changed_at(path: str | None) -> int | None:
    try:
        return Path(path or "").stat().st_mtime_ns
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4)
def _context_of(file: str | None, folder: str | None, _changed_at: int | None) -> ssl.SSLContext:
    """Reading the authorities takes some 20 ms of CPU, and one command opens several clients: once for each state."""
    name = "SSL_CERT_FILE" if file else "SSL_CERT_DIR"
    try:
        context = ssl.create_default_context(cafile=file, capath=folder)
    except (OSError, ValueError):
        context = None
    if context is None or not (file or any(Path(one).is_dir() for one in (folder or "").split(os.pathsep))):
        what = "a readable file of certificates (PEM)" if file else "folders of certificates, with colons between"
        raise ConfigurationError(f"{name} cannot be used: it must name {what}.")
    return context


def _system_has_authorities() -> bool:
    paths = ssl.get_default_verify_paths()
    if paths.cafile or any(Path(store).is_file() for store in STORES):
        return True
    return paths.capath is not None and any(Path(paths.capath).glob("*.0"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by name or number."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _exempts(entry: str, url: httpx.URL) -> bool:
    """Whether an entry of NO_PROXY holds for an address: *, a domain, an address, a network, each also with a port.

    A name may end in the dot of its root. What is none of these exempts nothing, and stops nothing.
    """
    if entry == "*":
        return True
    host, port = url.host.lower().removesuffix("."), url.port or {"https": 443, "http": 80}.get(url.scheme)
    entry = entry.rpartition("://")[2]
    bare, colon, digits = entry.rpartition(":")
    if colon and digits.isdecimal() and (bare.count(":") == 0 or bare.endswith("]")):
        if int(digits) != port:
            return False
        entry = bare
    entry = entry.strip("[]").replace("]/", "/").removeprefix("*").removeprefix(".").removesuffix(".")
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return host == entry or (bool(entry) and host.endswith(f".{entry}"))
