"""A request as plain values: whose (a token's state, never the token), which object, which edge, which events.

JSON, form and multipart bodies become one mapping, `data` a list of elements (docs/meta-api.md §1.4). Numbers with a
fraction are read as exact decimals, so that money is never a float.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from connector.sandbox.routes import Endpoint, asked_path, versioned
from connector.sandbox.tokens import Proof, Tokens, TokenState, judged_proof

STATE: Final = "sandbox_transport"
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class KnownConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type] # chosen when uvicorn is imported
    """uvicorn's protocol; requests can find their connection in the state."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.app_state = {**self.app_state, STATE: transport}  # type: ignore[has-type] # as above
        super().connection_made(transport)


def reset(request: Request) -> None:
    """Break the connection with a reset, now. Without a real connection (an ASGI test client) nothing happens."""
    transport: Any = getattr(request.state, STATE, None)
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()


FREQUENT = tuple((b"%%%02X" % sign, bytes((sign,))) for sign in b'"\\{}[]:,/')
LARGEST_PART = 512 * 1024 * 1024
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


async def read_params(request: Request, media: str) -> dict[str, Any]:
    """The body's members by name: JSON values (JSON body) or text (forms). An unreadable body has none."""
    if media == "multipart/form-data":
        return await _multipart(request)
    body = await request.body()
    if media == "application/x-www-form-urlencoded":
        return from_form(body)
    decoded = decoded_or_none(body)
    return decoded if isinstance(decoded, dict) else {}


def from_form(body: bytes) -> dict[str, Any]:
    """The fields of a url-encoded form; of a repeated name the last."""
    fields: dict[str, Any] = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            fields[_text(_unescaped(name))] = _unescaped(value)
    return fields


def _unescaped(text: bytes) -> bytes:
    """Percent and plus undone. JSON's own signs are most of the escapes: whole-text replacements halve the time."""
    text = text.replace(b"+", b" ")
    for escape, sign in FREQUENT:
        text = text.replace(escape, sign)
    return unquote_to_bytes(text)


async def _multipart(request: Request) -> dict[str, Any]:
    try:
        form = await request.form(max_part_size=LARGEST_PART)
    except HTTPException:  # what Starlette makes of a body that is no multipart
        return {}
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        fields[name] = await value.read() if isinstance(value, UploadFile) else value
    await form.close()
    return fields


def events_of(data: object) -> list[Any] | None:
    """The elements of `data`, decoded; None where it is no list. An element that is not JSON stays a text."""
    if isinstance(data, (str, bytes)):
        data = decoded_or_none(data)
    if not isinstance(data, list):
        return None
    return [_element(each) if isinstance(each, str) else each for each in data]


def _element(text: str) -> object:
    decoded = decoded_or_none(text)
    return text if decoded is None else decoded


def decoded_or_none(body: bytes | str) -> object:
    """The JSON value, or None where it is not JSON."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def text_of(value: object) -> str | None:
    """A non-empty text, from JSON or from a form; anything else is None."""
    if isinstance(value, bytes):
        value = _text(value)
    return value if isinstance(value, str) and value else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


NOT_PARAMS = frozenset({"data", "access_token", "input_token", "appsecret_proof"})


def nothing() -> None:
    """What a call without a connection does when it is reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `token` is None where none was given; `events` is None where `data` is missing or not a list,
    `endpoint` where there is nothing at that path.

    `params`: every other parameter of query and body, texts or JSON values. `inspected`: the token that `/debug_token`
    asks about.
    """

    method: str
    endpoint: Endpoint | None
    path: str
    version: str | None
    object_id: str
    edge: tuple[str, ...]
    token: TokenState | None
    events: list[Any] | None
    media: str
    body_bytes: int
    is_test: bool
    params: Mapping[str, Any] = field(default_factory=dict)
    inspected: TokenState | None = None
    base_url: str = ""
    proof: Proof = Proof.ABSENT
    reset: Callable[[], None] = nothing
    """Breaks the connection."""


async def read_call(request: Request, tokens: Tokens, endpoint: Endpoint | None) -> Call:
    """Read the whole request, decoding its JSON once. Raises starlette's ClientDisconnect if the caller goes away."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    params = await read_params(request, media)
    path = asked_path(request)
    version, parts = versioned(path)
    token = _token(request, params)
    state = None if token is None else tokens.state(token)
    proof = _secret(request, params, "appsecret_proof")
    inspected = _secret(request, params, "input_token")
    return Call(
        method=request.method,
        endpoint=endpoint,
        path=path,
        version=version,
        object_id=parts[0] if parts else "",
        edge=tuple(parts[1:]),
        token=state,
        events=events_of(params.get("data", request.query_params.get("data"))),
        media=media,
        body_bytes=int(request.headers.get("content-length", "0")),
        is_test=text_of(params.get("test_event_code")) is not None,
        params=_others(request, params),
        inspected=None if inspected is None else tokens.state(inspected),
        proof=Proof.ABSENT if token is None or state is None else judged_proof(token, state, proof),
        reset=partial(reset, request),
        base_url=str(request.base_url).rstrip("/"),
    )


def _others(request: Request, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are neither events nor secrets."""
    body = {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for name, value in params.items()
        if name not in NOT_PARAMS
    }
    return {name: value for name, value in request.query_params.items() if name not in NOT_PARAMS} | body


def _token(request: Request, params: Mapping[str, Any]) -> str | None:
    """Bearer header, then query, then body: each was seen to work, the order is ours (docs/meta-api.md §13)."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return bearer.strip()
    return _secret(request, params, "access_token")


def _secret(request: Request, params: Mapping[str, Any], name: str) -> str | None:
    return text_of(request.query_params.get(name)) or text_of(params.get(name))
