"""Whether funnels qualify for what Meta offers. Of several event names, the one that lacks least speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.warehouse.warehouse import Warehouse

OF_ALL = "all"
"""The event name of what is asked of a dataset as a whole."""


def readiness_words(warehouse: Warehouse) -> str:
    """What the mart funnel_readiness says."""
    return told(warehouse.rows("page_readiness")) or "nothing is sent that an offer of Meta's is about."


def told(rows: Iterable[Any]) -> str:
    """The sentences, of rows of funnel_readiness."""
    offers: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        offers.setdefault((row.offer, row.dataset_id or ""), []).append(row)
    return " ".join(_sentence(offer, dataset, found) for (offer, dataset), found in sorted(offers.items()))


def _sentence(offer: str, dataset: str, rows: Sequence[Any]) -> str:
    shared = [row for row in rows if row.event_name == OF_ALL]
    names = sorted({row.event_name for row in rows} - {OF_ALL})
    choices = [[row for row in rows if row.event_name == name] for name in names] or [[]]
    nearest = min(choices, key=lambda choice: len(_lacking(choice)))
    name = f" by {nearest[0].event_name}" if nearest else ""
    whose = f" (dataset {dataset})" if dataset else ""
    lacks = ", ".join(map(_figure, _lacking([*shared, *nearest])))
    return f"{offer}{whose}{name} {f'lacks {lacks}' if lacks else 'qualifies'}."


def _lacking(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if not row.qualifies]


def _figure(row: Any) -> str:
    bounds = [
        f"at {word} {float(bound):g}"
        for word, bound in (("least", row.at_least), ("most", row.at_most))
        if bound is not None
    ]
    return f"{row.requirement} ({float(row.figure):g} {row.unit}, needed: {' and '.join(bounds)})"
