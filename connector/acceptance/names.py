"""The user's names: as they are on the terminal, and as what they stand for in the files that are passed on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connector.acceptance.grants import places_of
from connector.warehouse.dialects import parse_url

if TYPE_CHECKING:
    from connector.acceptance.findings import Acceptance
    from connector.settings import Settings

STAND_FOR = {
    "raw": "<schema of the raw tables>",
    "marts": "<schema of the marts>",
    "reference": "<schema of the marts>_reference",
    "ledger": "<schema of the ledger>",
    "role": "<role>",
    "user": "<user>",
    "database": "<database>",
    "warehouse": "<warehouse>",
    "host": "<host>",
    "file": "<file>",
    "password": "<password>",
}
"""Each brace of a finding's texts, as it reads where no name may stand."""
OURS = ("raw", "meta_conversions", "meta_conversions_reference", "meta_conversions_ledger")
"""The names of the documentation, which are nobody's."""
SHORTEST = 3
"""A shorter name stands in too many words by chance."""


def real_names(settings: Settings, raw_schema: str) -> dict[str, str]:
    """Each brace with the user's own name, or what it stands for where the settings hold none."""
    url = parse_url(settings.warehouse_url)
    is_file = url.get_backend_name() == "duckdb"
    database = (url.database or "") if is_file else (url.database or "").split("/")[0]
    of_url = {
        "user": url.username,
        "role": url.query.get("role") or url.username,
        "file" if is_file else "database": database,
        "warehouse": url.query.get("warehouse"),
        "host": url.host,
        "password": url.password,
    }
    return STAND_FOR | places_of(settings, raw_schema) | {brace: str(name) for brace, name in of_url.items() if name}


def without_names(found: Acceptance, settings: Settings, raw_schema: str) -> dict[str, Any]:
    """What was found, as JSON. What stands in the address and the names of schemas are replaced wherever they occur:
    an error of the warehouse may quote them."""
    names = real_names(settings, raw_schema)
    public = {*STAND_FOR.values(), *OURS}
    own = {brace: name for brace, name in names.items() if len(name) >= SHORTEST and name.lower() not in public}
    told = dict.fromkeys(_hosts(settings), STAND_FOR["host"]) | {name: STAND_FOR[brace] for brace, name in own.items()}
    said = found.as_dict(STAND_FOR)
    return said | {"findings": _hidden(said["findings"], told)}


def _hosts(settings: Settings) -> list[str]:
    """Those after the ? of a URL, without their ports."""
    asked = parse_url(settings.warehouse_url).query.get("host", ())
    hosts = ",".join([asked] if isinstance(asked, str) else asked).split(",")
    return [re.sub(r":\d+$", "", host) for host in hosts if len(host) >= SHORTEST]


def _hidden(findings: list[dict[str, Any]], told: dict[str, str]) -> list[dict[str, Any]]:
    longest_first = sorted(map(re.escape, told), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)({'|'.join(longest_first) or '(?!)'})(?!\w)", re.IGNORECASE)
    by_lower = {name.lower(): stands for name, stands in told.items()}

    def replaced(value: str | None) -> str | None:
        return value and pattern.sub(lambda match: by_lower[match[0].lower()], value)

    return [one | {key: replaced(one[key]) for key in ("words", "fix")} for one in findings]
