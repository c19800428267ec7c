"""The HTTP client: joins payloads into one request, sends it once, and returns what was read.

Nothing is built, retried or judged here. The token travels in a header and the proof in the body, never in the URL, and
no text of the HTTP library leaves this module: it may quote what was sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import httpx
import msgspec
from pydantic import SecretStr

from connector.destinations.meta.faults import Fault, fault_of
from connector.destinations.meta.network import way_out
from connector.errors import ConfigurationError

if TYPE_CHECKING:
    from connector.settings import Settings

NEVER_CONNECTED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Faults before the first byte was sent, where the transport does not tell how far the request came."""
CONNECT = b"CONNECT"
BEGINNING = "send_request_headers.started"

MAX_ANSWER_BYTES = 1 << 20
"""Bytes. Meta's answers are below a kilobyte; anything longer is not from Meta and counts as not read."""
MAX_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `status` None: no complete answer was read. `headers` have lower-case names.

    `never_connected`: nothing of the request was sent, and `fault` says why. An answer of a 3xx or 4xx that is too long
    to be Meta's, or not in the coding that it claims, has an empty body. Headers and body stay out of the `repr`:
    Meta's texts may quote what was sent.
    """

    status: int | None
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    never_connected: bool
    duration_ms: int
    fault: Fault | None = None


class Client:
    """Sends batches, each with its dataset's token: the one of `tokens`, or else `token`.

    The HTTP client is handed in, open; the caller closes it.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        base_url: str,
        api_version: str,
        token: SecretStr,
        app_secret: SecretStr | None,
        test_event_code: str | None,
        tokens: Mapping[str, SecretStr] | None = None,
    ) -> None:
        self._client = client
        self._address = f"{base_url.rstrip('/')}/{api_version}"
        self._default = _auth_headers(token, app_secret, test_event_code)
        self._auth_by_dataset = {
            one: _auth_headers(own, app_secret, test_event_code) for one, own in (tokens or {}).items()
        }

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Answer:
        """POST the events (each the bytes of one JSON object) to the dataset, once. A transport fault is an Answer."""
        headers, tail = self._auth_by_dataset.get(dataset_id, self._default)
        body = b"".join((b'{"data":[', b",".join(payloads), tail))
        address = f"{self._address}/{quote(dataset_id, safe='')}/events"
        return await ask(self._client, "POST", address, headers=headers, content=body)


def client_of(http: httpx.AsyncClient, settings: Settings, *, test_event_code: str | None = None) -> Client:
    """The client of the settings. Raises ConfigurationError if there is no usable token."""
    return Client(
        http,
        base_url=settings.meta_base_url,
        api_version=settings.meta_api_version,
        token=settings.require_access_token(),
        tokens=settings.meta_access_tokens,
        app_secret=settings.meta_app_secret,
        test_event_code=test_event_code,
    )


class Unlogged(httpx.URL):
    """A URL that reads as its origin: httpx logs every request's URL, and ours name datasets and may carry a proof.

    The logger belongs to the whole process, so a filter on it would be everybody's; this is of our requests only.
    """

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc.decode()}/"

    def __repr__(self) -> str:
        return f"Unlogged({str(self)!r})"


async def ask(
    client: httpx.AsyncClient,
    method: str,
    address: str,
    *,
    headers: httpx.Headers,
    content: bytes | None = None,
    params: Mapping[str, str] | None = None,
    longest: int = MAX_ANSWER_BYTES,
) -> Answer:
    """One request, one answer of at most `longest` bytes. A transport fault is an Answer, never an exception."""
    started = time.monotonic()
    progress = Progress()
    request = None
    try:
        request = client.build_request(method, address, content=content, params=params, headers=headers)
        request.url = Unlogged(request.url)
        request.extensions["trace"] = progress.note
        async with asyncio.timeout(client.timeout.read):
            response = await client.send(request, stream=True)
            async with aclosing(response):
                body = await _read(response, longest)
        if body is not None or 300 <= response.status_code < 500:
            return _answer(started, status=response.status_code, headers=dict(response.headers), body=body or b"")
    except Exception as error:  # whatever happened after the beginning, the events may have left: unconfirmed
        if request is None or progress.is_unsent(error):
            fault = fault_of(error, request) if request is not None else None
            return _answer(started, never_connected=True, fault=fault)
    return _answer(started)


@dataclass(slots=True)
class Progress:
    """How far a request came, as the transport tells it. The reset of an idle connection comes after the beginning."""

    is_told: bool = False
    has_begun: bool = False

    async def note(self, event: str, info: Mapping[str, object]) -> None:
        self.is_told = True
        if event.endswith(BEGINNING) and getattr(info.get("request"), "method", None) != CONNECT:
            self.has_begun = True

    def is_unsent(self, error: Exception) -> bool:
        return not self.has_begun if self.is_told else isinstance(error, NEVER_CONNECTED)


async def _read(response: httpx.Response, longest: int) -> bytes | None:
    """The body; None if it is longer than `longest` bytes, or not in the coding that it claims."""
    body = bytearray()
    reading = cast("AsyncGenerator[bytes, None]", response.aiter_bytes())  # httpx types it as an iterator
    try:
        async with aclosing(reading) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > longest:
                    return None
    except httpx.DecodingError:
        return None
    return bytes(body)


def open_client(timeout_s: float, connections: int) -> httpx.AsyncClient:
    """A client for `connections` requests at once, each with `timeout_s` seconds from first to last byte.

    Proxy and authorities are those of the environment (`network`): companies need them, and they are not ours. TLS is
    always verified, redirects are never followed, nothing is retried. Raises ConfigurationError if the variables cannot
    be used.
    """
    # the pool, TCP and TLS may each take this long: always less than the whole together, so that a timeout of the whole
    # means that there was a connection
    connect = min(MAX_CONNECT_S, timeout_s / 4)
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout_s, connect=connect, pool=connect),
        transport=way_out(limits),
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "conversions-connector",
        },
        follow_redirects=False,
        trust_env=False,
    )


def _auth_headers(
    token: SecretStr, app_secret: SecretStr | None, test_event_code: str | None
) -> tuple[httpx.Headers, bytes]:
    """The headers of a token's requests, and the end of their bodies: `]` + `,"name":"value"...}`."""
    secret = clean_secret("access token", token)
    headers = httpx.Headers({"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
    extras = {}
    if test_event_code:
        extras["test_event_code"] = test_event_code
    if app_secret is not None:
        extras["appsecret_proof"] = app_secret_proof(secret, clean_secret("app secret", app_secret))
    return headers, b"]," + msgspec.json.encode(extras)[1:] if extras else b"]}"


def app_secret_proof(token: str, app_secret: str) -> str:
    """Lower-case hex HMAC-SHA256 of the token under the app secret, as the official SDK makes it (session.py)."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def clean_secret(name: str, secret: SecretStr) -> str:
    """The secret without the white space that files and forms add. Raises ConfigurationError if it is unusable."""
    if not _is_one_word(secret):  # checked elsewhere, so that this frame holds no plain text when it raises
        raise ConfigurationError(f"The {name} is not usable: it must be one run of printable ASCII characters.")
    return secret.get_secret_value().strip()


def _is_one_word(secret: SecretStr) -> bool:
    text = secret.get_secret_value().strip()
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _answer(
    started: float,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    never_connected: bool = False,
    fault: Fault | None = None,
) -> Answer:
    return Answer(
        status=status,
        headers=headers or {},
        body=body,
        never_connected=never_connected,
        duration_ms=round((time.monotonic() - started) * 1000),
        fault=fault,
    )
