"""A request as plain values: whose (a token's state, never the token), which object, which edge, which events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from connector.sandbox.bodies import events_of, read_params, text_of
from connector.sandbox.config import SandboxConfig, TokenState, token_state

VERSION = re.compile(r"v[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `token` is None where none was given; `events` is None where `data` is missing or not a list."""

    method: str
    path: str
    version: str | None
    object_id: str
    edge: tuple[str, ...]
    token: TokenState | None
    events: list[Any] | None
    media: str
    body_bytes: int
    is_test: bool


def split_path(path: str) -> tuple[str | None, str, tuple[str, ...]]:
    """`/v26.0/123/events` -> ("v26.0", "123", ("events",)); the version may be missing."""
    parts = [part for part in path.split("/") if part]
    version = parts.pop(0) if parts and VERSION.fullmatch(parts[0]) else None
    return version, parts[0] if parts else "", tuple(parts[1:])


async def read_call(request: Request, config: SandboxConfig) -> Call:
    """Read the whole request, decoding its JSON once. Raises starlette's ClientDisconnect if the caller goes away."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    params = await read_params(request, media)
    version, object_id, edge = split_path(request.url.path)
    token = _token(request, params)
    return Call(
        method=request.method,
        path=request.url.path,
        version=version,
        object_id=object_id,
        edge=edge,
        token=None if token is None else token_state(token, config.tokens),
        events=events_of(params.get("data", request.query_params.get("data"))),
        media=media,
        body_bytes=int(request.headers.get("content-length", "0")),
        is_test=text_of(params.get("test_event_code")) is not None,
    )


def _token(request: Request, params: Mapping[str, Any]) -> str | None:
    """Bearer header, then query, then body: each was seen to work, the order is ours (S§13.0 point 2)."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return bearer.strip()
    return text_of(request.query_params.get("access_token")) or text_of(params.get("access_token"))
