"""A request as plain values: whose (a token's state, never the token), which object, which edge, which events."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.requests import Request

from connector.sandbox.bodies import events_of, read_params, text_of
from connector.sandbox.connections import reset
from connector.sandbox.tokens import Proof, Tokens, TokenState, judged_proof

VERSION = re.compile(r"v[0-9]+\.[0-9]+")
NOT_PARAMS = frozenset({"data", "access_token", "input_token", "appsecret_proof"})


def nothing() -> None:
    """What a call without a connection does when it is reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `token` is None where none was given; `events` is None where `data` is missing or not a list.

    `params`: every other parameter of query and body, texts or JSON values. `inspected`: the token that `/debug_token`
    asks about.
    """

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
    params: Mapping[str, Any] = field(default_factory=dict)
    inspected: TokenState | None = None
    base_url: str = ""
    proof: Proof = Proof.ABSENT
    reset: Callable[[], None] = nothing
    """Breaks the connection."""


def split_path(path: str) -> tuple[str | None, str, tuple[str, ...]]:
    """`/v26.0/123/events` -> ("v26.0", "123", ("events",)); the version may be missing."""
    parts = [part for part in path.split("/") if part]
    version = parts.pop(0) if parts and VERSION.fullmatch(parts[0]) else None
    return version, parts[0] if parts else "", tuple(parts[1:])


async def read_call(request: Request, tokens: Tokens) -> Call:
    """Read the whole request, decoding its JSON once. Raises starlette's ClientDisconnect if the caller goes away."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    params = await read_params(request, media)
    version, object_id, edge = split_path(request.url.path)
    token = _token(request, params)
    state = None if token is None else tokens.state(token)
    proof = _secret(request, params, "appsecret_proof")
    inspected = _secret(request, params, "input_token")
    return Call(
        method=request.method,
        path=request.url.path,
        version=version,
        object_id=object_id,
        edge=edge,
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
