"""Request bodies (docs/meta-api.md §1.4): JSON, form and multipart become one mapping, `data` a list of elements.

Numbers with a fraction are read as exact decimals, so that money is never a float.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

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
