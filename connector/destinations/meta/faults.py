"""Why no connection was made: each cause in its own words, with what to do about it.

Told by the types and numbers of an error and its causes, never by their texts: those may hold a proxy's password.
"""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from connector.destinations.meta.network import VIA_PROXY
from connector.destinations.meta.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN_ASKED = 407
NOT_YET_VALID, EXPIRED, OTHER_NAME, OTHER_ADDRESS = 9, 10, 62, 64
"""OpenSSL's numbers of why a certificate is refused."""
UNROUTED = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)

AUTHORITY = (
    "If this network opens TLS, name the file with your company's authority (PEM, with the public ones) in "
    "SSL_CERT_FILE, or add it to the system's store; REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE are not read."
)
CLOCK = "Check this machine's clock; if it is right, tell whoever runs the proxy or firewall that opens TLS."
MISDIRECTED = "Check CONNECTOR_META_BASE_URL, and that no proxy or firewall leads its name elsewhere."
LOGIN = (
    "Put the proxy's user and password into HTTPS_PROXY, http://user:password@host:port, each escaped (@ is %40, : is "
    "%3A, / is %2F): the proxy asks for a login."
)
ALLOW = "Have the proxy allow CONNECT to {host}:{port}, or name {host} in NO_PROXY if it can be reached directly."
PROXY = "Check host and port of the proxy in HTTPS_PROXY (or ALL_PROXY), or name {host} in NO_PROXY."
NAME = "Check CONNECTOR_META_BASE_URL and the DNS of this machine; where only a proxy leads out, set HTTPS_PROXY."
PORT = "Check host and port of CONNECTOR_META_BASE_URL; where only a proxy leads out, set HTTPS_PROXY."
FIREWALL = "Check that a firewall lets this machine reach {host}:{port}; where only a proxy leads out, set HTTPS_PROXY."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why no connection was made, in one sentence, and what to do, in another."""

    reason: Reason
    meaning: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request should have gone. `peer`: what this machine connects to, without a proxy's address."""

    host: str
    port: int
    via_proxy: bool

    @property
    def peer(self) -> str:
        return "the proxy" if self.via_proxy else f"{self.written}:{self.port}"

    @property
    def written(self) -> str:
        """The host as it stands before a port: an address of IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def fault(self, reason: Reason, meaning: str, direct: str, proxied: str = PROXY) -> Fault:
        advice = (proxied if self.via_proxy else direct).format(host=self.written, port=self.port)
        return Fault(reason=reason, meaning=meaning[:1].upper() + meaning[1:], advice=advice)


def fault_of(error: BaseException, request: httpx.Request) -> Fault:
    """The fault of a request of which nothing was sent."""
    via_proxy = bool(request.extensions.get(VIA_PROXY))
    route = Route(host=request.url.host, port=request.url.port or 443, via_proxy=via_proxy)
    status = _status_of_proxy(error)
    if status is not None:
        return _refused_by_proxy(status, route)
    if isinstance(error, httpx.PoolTimeout):
        meaning = "every connection was busy until the time was up."
        return route.fault(Reason.NEVER_CONNECTED, meaning, FIREWALL)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return route.fault(Reason.CONNECT_TIMEOUT, f"{route.peer} did not answer in time.", FIREWALL)
    known = (_of_cause(cause, route) for cause in _causes(error))
    closed = route.fault(Reason.NEVER_CONNECTED, f"{route.peer} ended the connection at once.", FIREWALL)
    return next((fault for fault in known if fault is not None), closed)


def _of_cause(cause: BaseException, route: Route) -> Fault | None:
    match cause:
        case ssl.SSLCertVerificationError():
            return _of_certificate(cause.verify_code, route)
        case ssl.SSLError():
            meaning = f"{route.peer} does not speak TLS as Meta does."
            return route.fault(Reason.TLS_FAILED, meaning, FIREWALL)
        case socket.gaierror():
            name = "the proxy's name" if route.via_proxy else f"the name {route.host}"
            return route.fault(Reason.NAME_NOT_FOUND, f"{name} could not be resolved.", NAME)
        case ConnectionRefusedError():
            return route.fault(Reason.CONNECTION_REFUSED, f"{route.peer} refuses connections: nothing listens.", PORT)
        case OSError() if cause.errno in UNROUTED:
            return route.fault(Reason.NO_ROUTE, f"no network leads to {route.peer}.", FIREWALL)
    return None


def _of_certificate(code: int, route: Route) -> Fault:
    whose = f"the certificate shown for {route.host}"
    if code in (NOT_YET_VALID, EXPIRED):
        return route.fault(Reason.CERTIFICATE_REFUSED, f"{whose} is not valid at this time.", CLOCK, CLOCK)
    if code in (OTHER_NAME, OTHER_ADDRESS):
        return route.fault(Reason.CERTIFICATE_REFUSED, f"{whose} is another host's.", MISDIRECTED, MISDIRECTED)
    meaning = f"{whose} is signed by an authority that this machine does not trust."
    return route.fault(Reason.CERTIFICATE_REFUSED, meaning, AUTHORITY, AUTHORITY)


def _refused_by_proxy(status: int, route: Route) -> Fault:
    if status == LOGIN_ASKED:
        return route.fault(Reason.PROXY_REFUSED, "the proxy answered 407: it asks for a login.", LOGIN, LOGIN)
    what = "could not reach" if status >= 500 else "does not allow connections to"
    meaning = f"the proxy answered {status}: it {what} {route.host}."
    return route.fault(Reason.PROXY_REFUSED, meaning, ALLOW, ALLOW)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, groups (several addresses of one name) included."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _causes(cause)


def _status_of_proxy(error: BaseException) -> int | None:
    """The status of a proxy's answer to CONNECT: the HTTP library tells it only as the first word of its text."""
    first = str(error)[:3]
    return int(first) if isinstance(error, httpx.ProxyError) and first.isdecimal() and len(first) == 3 else None
