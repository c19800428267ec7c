"""The page at `/`: what Meta saw, for people. Plain HTML, nothing from outside, of persons only the names of keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from itertools import islice
from string import Template
from typing import Any, Final

from connector.sandbox.matching import IDENTIFIERS, KEY_OF, composite
from connector.sandbox.quality import WEB_S, sources
from connector.sandbox.store import ReceivedRequest, Store
from connector.sandbox.summary import summarize

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
LATEST: Final = 20
FIGURES: Final = (
    ("Requests", "requests"),
    ("Refused requests", "refused_requests"),
    ("Events received", "events_received"),
    ("Different events", "distinct_accepted"),
    ("Sent twice", "received_twice"),
    ("From browsers", "browser_events"),
    ("Counted in the end", "counted"),
    ("Known from a browser", "deduplicated_with_browser"),
)
VERDICTS: Final = {
    "channel_twin": "the other channel's copy counts",
    "server_twin": "an earlier copy of the server counts",
    "same_person": "the browser sent it for the same person",
    "offline_twin": "the same store sale was received before",
}


class Page:
    """The page, rebuilt only if something has arrived since: adding up a million events takes a second."""

    def __init__(self) -> None:
        self._template = Template(files("connector.sandbox").joinpath("page.html").read_text(encoding="utf-8"))
        self._made_of: tuple[Store, int, int] | None = None
        self._body = ("", "")

    def render(self, store: Store, now: float) -> str:
        """The whole page."""
        made_of = (store, store.request_count, len(store.events))
        if self._made_of != made_of:
            self._body = _body(store, now)
            self._made_of = made_of
        figures, sections = self._body
        return self._template.substitute(now=_time(now), figures=figures, sections=sections)


def _body(store: Store, now: float) -> tuple[str, str]:
    summary = summarize(store)
    figures = "".join(f"<div><dt>{label}</dt><dd>{summary[name]:,}</dd></div>" for label, name in FIGURES)
    latest = list(islice(reversed(store.requests), LATEST))
    sections = [
        _section(
            "Events", ("Event", "Received", "Counted", "Matched", "Money received", "Money counted"), _events(summary)
        ),
        _section("Copies that do not count", ("Why", "Copies"), _duplicates(summary)),
        _section(
            "Match quality of website events, last 7 days",
            ("Dataset", "Event", "Score", "Keys that can match"),
            _quality(store, now),
        ),
        _section("Refused", ("Rule", "Code", "Requests"), _refused(store)),
        _section("Taken with a warning", ("Rule", "Events"), _warned(summary)),
        _section(
            "Latest requests", ("No.", "At", "Request", "Events", "Answer", "Rule"), [_request(each) for each in latest]
        ),
    ]
    return figures, "\n".join(sections)


NUMBER: Final = ' class="n"'
Cell = str | int | float
Row = Sequence[Cell]


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def _section(title: str, columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A table; without rows a word."""
    if not rows:
        return f"<section><h2>{escape(title)}</h2><p>None.</p></section>"
    aligned = zip(columns, rows[0], strict=True)
    head = "".join(f'<th scope="col"{"" if isinstance(cell, str) else NUMBER}>{name}</th>' for name, cell in aligned)
    told = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{told}</tbody></table>"
    return f"<section><h2>{escape(title)}</h2>{table}</section>"


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return f"<td>{value if isinstance(value, Markup) else escape(value)}</td>"
    return f"<td{NUMBER}>{value:,}</td>"


def _events(summary: dict[str, Any]) -> list[Row]:
    return [
        (
            name,
            each["received"],
            each["counted"],
            _percent(each["matched"], each["received"]),
            _money(each["money"]["received"]),
            _money(each["money"]["counted"]),
        )
        for name, each in summary["events"].items()
    ]


def _duplicates(summary: dict[str, Any]) -> list[Row]:
    return [(VERDICTS[name], count) for name, count in summary["deduplicated"].items() if count]


def _quality(store: Store, now: float) -> list[Row]:
    datasets = sorted({kind.dataset for kind in store.events.kinds})
    return [
        (
            dataset,
            one.event_name,
            composite(one.good_keys, one.server),
            Markup(
                "<br>".join(
                    _bar(name, one.good_keys[KEY_OF[name]] / one.server)
                    for name in IDENTIFIERS
                    if one.keys[KEY_OF[name]]
                )
            ),
        )
        for dataset in datasets
        for one in sources(store, dataset, now - WEB_S, now, "website")
    ]


def _bar(name: str, share: float) -> str:
    return f'<meter min="0" max="1" value="{share:.3f}"></meter> {escape(name)} {share:.1%}'


def _refused(store: Store) -> list[Row]:
    return [
        (rule, str(code) if subcode is None else f"{code} / {subcode}", count)
        for (rule, code, subcode), count in store.refusals.most_common()
    ]


def _warned(summary: dict[str, Any]) -> list[Row]:
    return sorted(summary["warnings"].items())


def _request(request: ReceivedRequest) -> Row:
    answer = str(request.status)
    return (
        request.number,
        _time(request.received_at),
        f"{request.method} {request.path}",
        request.events,
        Markup(answer if request.rule is None else f'<span class="bad">{answer}</span>'),
        request.rule or "",
    )


def _money(by_currency: dict[str, str]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in by_currency.items())


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
