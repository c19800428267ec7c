"""Graph's batch: reading calls in one request, each answered as if it had come alone (docs/meta-api.md §8.2).

Secrets of a part stand in the body then, and in no URL. Only reads are served: events need no batch, since one call
takes a thousand. That a part which is not a GET is refused as an unsupported method is invented (X).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from connector.sandbox.calls import NOT_PARAMS, Call, decoded_or_none, text_of
from connector.sandbox.routes import endpoint_at, versioned
from connector.sandbox.tokens import Tokens

MOST_PARTS: Final = 50


def parts_of(call: Call, tokens: Tokens) -> list[Call] | None:
    """The calls of a batch, with its token; None where `batch` is not a list of 1 to 50 operations."""
    batch = call.params.get("batch")
    if isinstance(batch, str):
        batch = decoded_or_none(batch)
    if not isinstance(batch, list) or not 1 <= len(batch) <= MOST_PARTS:
        return None
    if not all(isinstance(each, dict) for each in batch):
        return None
    return [_part(each, call, tokens) for each in batch]


def _part(operation: dict[str, Any], call: Call, tokens: Tokens) -> Call:
    url = urlsplit(text_of(operation.get("relative_url")) or "")
    version, parts = versioned(url.path)
    query = dict(parse_qsl(url.query))
    inspected = query.get("input_token")
    return replace(
        call,
        method=(text_of(operation.get("method")) or "GET").upper(),
        endpoint=endpoint_at(parts),
        path=url.path,
        version=version or call.version,
        object_id=parts[0] if parts else "",
        edge=tuple(parts[1:]),
        params={name: value for name, value in query.items() if name not in NOT_PARAMS},
        inspected=tokens.state(inspected) if inspected else None,
    )


def batch_body(answers: list[tuple[int, bytes]]) -> bytes:
    """The statuses and bodies in the order of the parts; a body is the text of its JSON."""
    return msgspec.json.encode([{"code": status, "body": body.decode()} for status, body in answers])
