"""How many calls are allowed, as it is told."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`calls_an_hour` None: no limit and no headers. `headers_from`: from this call of an hour on headers are sent."""

    calls_an_hour: Annotated[int, msgspec.Meta(ge=1)] | None = None
    headers_from: Annotated[int, msgspec.Meta(ge=1)] = 1
    code: Literal[80004, 4, 17, 613] = 80004
