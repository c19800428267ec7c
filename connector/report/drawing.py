"""The page as one HTML file: figures, charts and scripts inline. It asks no network for anything, and may not."""

from __future__ import annotations

import gzip
import json
import os
import re
from base64 import b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError
from connector.model.alarms import NAMES
from connector.model.conversions import REVENUE_EVENTS
from connector.model.windows import SPANS
from connector.report.figures import PLACES, unusable_currencies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connector.insight import PageState, ReportData

SCRIPTS = ("base", "charts", "money", "signal", "meta", "work", "rows", "changes", "contents", "host", "main")
SHOWN_ID = re.compile(r"(?![0-9a-fA-F]{32,}$)[\w.:#/+-]{1,64}")
"""What may stand on the page as an order's id: neither a hash nor an address, should a source use one as its id."""


def draw(picture: ReportData) -> str:
    """The page. Raises ConfigurationError where the extra `report` is not installed."""
    try:
        import vl_convert

        from connector.report.charts import charts
    except ImportError:
        raise ConfigurationError(
            "the page is drawn by Altair and vl-convert, which are not installed: "
            "pip install 'conversions-connector[report]'."
        ) from None
    runtime = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return _filled(
        "page.html",
        style=_text("page.css"),
        state=_bar(picture.state),
        policy=_policy(runtime, script := _script()),
        data=_packed_text(_json(_data(picture))),
        charts=_json(charts()),
        runtime=_packed_text(runtime),
        script=script,
    )


def _bar(state: PageState) -> str:
    """First of all whether sending works: in the file itself, so that it is read without scripts too."""
    if not state.headlines:
        return ""
    kind, role = ("works", "status") if state.works else ("stopped", "alert")
    first, *rest = state.headlines
    caution = f'<p class="caution">{_escaped(state.caution)}</p>' if state.caution else ""
    lines = "".join(f"<p>{_escaped(line)}</p>" for line in [*rest, state.as_of])
    words = f"<p><b>{_escaped(first)}</b></p>{caution}{lines}"
    return f'<section id="state" class="{kind}" role="{role}" aria-label="State of the sending">{words}</section>'


def draw_notice(title: str, words: str, steps: list[str]) -> str:
    """A page that has nothing to show, and says what to do."""
    items = "".join(f"<li>{_escaped(step)}</li>" for step in steps)
    return _filled("notice.html", style=_text("page.css"), title=_escaped(title), words=_escaped(words), steps=items)


def write(page: str, file: Path) -> None:
    """Write it whole or not at all: somebody may be reading the last one."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder that can."
        ) from None


def _data(picture: ReportData) -> dict[str, Any]:
    tables = dict(picture.tables)
    rows, waterfall = tables["rows"], tables["waterfall"]
    shown = [row for row, known in zip(rows.rows, rows.column("id"), strict=True) if SHOWN_ID.fullmatch(str(known))]
    currencies = zip(waterfall.column("currency"), waterfall.column("reason"), strict=True)
    return {
        "made_at": picture.made_at.replace(tzinfo=UTC),
        "since": picture.since,
        "days": picture.days,
        "most_days": SPANS["reconciled_days"],
        "default_dataset": picture.default_dataset,
        "revenue_events": sorted(REVENUE_EVENTS),
        "places": PLACES,
        "unusable_currencies": unusable_currencies(currencies),
        "follow": picture.state.follow,
        "is_sandbox": bool(picture.state.caution),
        "alarm_names": NAMES,
        "reconciled_at": picture.state.reconciled_at,
        "tables": {name: _packed(table.columns, table.rows) for name, table in tables.items()}
        | {"rows": _packed(rows.columns, shown)},
    }


def _packed(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Columns by name. One of words or days is its different values and, for each row, which: there are few of them."""
    return {name: _column([row[at] for row in rows]) for at, name in enumerate(names)}


def _column(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, datetime) for value in known):
        return {"seconds": [None if value is None else int(value.replace(tzinfo=UTC).timestamp()) for value in values]}
    if not all(value is None or isinstance(value, str | date) for value in values):
        return values
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return {"values": list(places), "rows": [places[value] for value in values]}


def _json(value: Any) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, default=_plain, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _packed_text(text: str) -> str:
    """A third of its size; the page unpacks it itself."""
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return list(value)


def _policy(*scripts: str) -> str:
    """Only these scripts run, and nothing is loaded from anywhere."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    rest = "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {hashes}; {rest}"


def _filled(name: str, **parts: str) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match.group(1)], _text(name))


def _script() -> str:
    """The page's own code: one scope, so that the parts see each other and nothing else sees them."""
    parts = "\n".join(_text(f"script/{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(async () => {{\n{parts}}})().catch(failed);\n{_text("script/failed.js")}'


def _text(name: str) -> str:
    return files("connector.report").joinpath(name).read_text(encoding="utf-8")


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
