"""Keys that vanished: whether somebody changed how event_id is made, so that a sync would send everything twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigurationError
from connector.warehouse.contract import has_conversions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.warehouse.warehouse import Warehouse

FEWEST_MOVED = 2
"""One key that took another's moment may be chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedKeys:
    """Accepted keys of one dataset, event name and action source that the warehouse no longer has.

    `moved` of the `gone` have an owed key of the same moment and currency that the ledger has never seen.
    """

    dataset_id: str | None
    event_name: str
    action_source: str
    gone: int
    moved: int

    @property
    def looks_like_new_ids(self) -> bool:
        """Whether so many have moved that event_id is probably made in a new way."""
        return self.moved >= FEWEST_MOVED and 2 * self.moved >= self.gone

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        where = f"{self.event_name} ({self.action_source})" if self.action_source else self.event_name
        if self.gone == 1:
            owed = "may be owed" if self.moved else "is not owed"
            return f"{where}: 1 accepted key is gone, and {owed} under a new event_id"
        return f"{where}: {self.gone:,} accepted keys are gone, {self.moved:,} of them may be owed under a new event_id"


def read_vanished_keys(warehouse: Warehouse, *, now: datetime) -> list[VanishedKeys]:
    """What is gone of the keys accepted within their sending window, and not confirmed to be gone."""
    return [
        VanishedKeys(
            dataset_id=row.dataset_key or None,
            event_name=row.name_key,
            action_source=row.action_source,
            gone=row.gone,
            moved=row.moved,
        )
        for row in warehouse.rows("vanished_keys", {"now": now}, **_modelled(warehouse))
    ]


def refuse_new_ids(warehouse: Warehouse, vanished: Sequence[VanishedKeys]) -> None:
    """Raise ConfigurationError where event_id is probably made in a new way: a sync would send all of it twice."""
    changed = [one for one in vanished if one.looks_like_new_ids]
    if changed:
        raise ConfigurationError(
            f"event_id seems to be made in a new way in {warehouse.events}. {'; '.join(map(str, changed))} (same "
            "event_time and currency). A sync would send them a second time, and Meta would count both. Restore the "
            "old event_id; or, if these are other conversions, run connector sync --confirm-new-keys once."
        )


def confirm_vanished_keys(warehouse: Warehouse, *, now: datetime) -> None:
    """Record the keys that are gone now as gone for good: later syncs no longer ask about them."""
    fragments = _modelled(warehouse)
    for attempt in warehouse.again_on_conflict():
        with attempt, warehouse.transaction() as connection:
            warehouse.run(connection, "take_lock", {"sync_id": None})
            warehouse.run(connection, "confirm_gone_keys", {"now": now}, **fragments)


def _modelled(warehouse: Warehouse) -> dict[str, str]:
    """The part for `conversions`; nothing where that mart is missing."""
    return {} if has_conversions(warehouse) else {"modelled_keys_of_all": ""}
