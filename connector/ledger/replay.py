"""A replay: conversions that are settled or held and that a person chooses to send once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connector.errors import UsageError
from connector.ledger.run_ledger import RunLedger
from connector.model.amounts import Amount, Amounts
from connector.model.conversions import ALL_TIME, Window
from connector.model.outcomes import Replayable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from connector.ledger.runs import RunIdentity
    from connector.warehouse.warehouse import Warehouse

KEYS_AT_A_TIME = 10_000
"""Each is a parameter of the claim: PostgreSQL takes 65,535."""
SEPARATOR = "\x1f"
NEVER_CLAIMED = "never_claimed"
NO_LIMIT = "cast(null as timestamp)"
"""A person has decided that it may count twice: of a replay, the deadline alone is looked at again."""


STATE_OF = {Replayable.REJECTED: "rejected", Replayable.INVALID: "invalid", Replayable.HELD: "unconfirmed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person names; all of it must apply."""

    event_ids: Sequence[str] = ()
    outcomes: Sequence[Replayable] = ()
    event_name: str | None = None
    window: Window = ALL_TIME

    @property
    def is_empty(self) -> bool:
        return not (self.event_ids or self.outcomes or self.event_name or self.window)


@dataclass(slots=True)
class Chosen:
    """What a replay would send, by state, and what of the choice cannot be sent, by obstacle."""

    keys: list[str] = field(default_factory=list, repr=False)
    by_state: Amounts = field(default_factory=dict)
    obstacles: Amounts = field(default_factory=dict)

    @property
    def may_count_twice(self) -> Amount:
        """The held ones: Meta may have received them already."""
        return self.by_state.get(str(Replayable.HELD), Amount())


def choose(warehouse: Warehouse, choice: Choice, *, now: datetime, resend_unconfirmed: bool) -> Chosen:
    """Find what is chosen. Raises UsageError if nothing is named, or if an accepted conversion is."""
    if choice.is_empty:
        raise UsageError("connector replay needs a choice: --event-id, --outcome, --event-name, --since or --until.")
    chosen = Chosen()
    accepted: list[str] = []
    found: set[str] = set()
    for row in _settled(warehouse, choice, {"now": now, "resend_unconfirmed": resend_unconfirmed}):
        found.add(row.id_key)
        if row.obstacle == "accepted":
            accepted.append(row.id_key)
        elif row.obstacle is not None:
            chosen.obstacles.setdefault(row.obstacle, Amount()).add(row)
        else:
            chosen.keys.append(SEPARATOR.join((row.dataset_key, row.name_key, row.id_key)))
            state = str(Replayable.HELD) if row.state == "unconfirmed" else row.state
            chosen.by_state.setdefault(state, Amount()).add(row)
    if accepted:
        raise UsageError(
            f"{', '.join(accepted[:5])} {'and others are' if len(accepted) > 5 else 'stands'} accepted: what Meta has "
            "accepted is never sent again. Leave it out of the replay."
        )
    if unknown := set(choice.event_ids) - found:
        chosen.obstacles[NEVER_CLAIMED] = Amount(events=len(unknown))
    return chosen


def _settled(warehouse: Warehouse, choice: Choice, terms: dict[str, Any]) -> Sequence[Any]:
    """The rows of the choice: of named ids in whatever state, else of the states that can be replayed."""
    states = [STATE_OF[outcome] for outcome in choice.outcomes or tuple(Replayable)]
    bounds = {"event_name": choice.event_name, "since": choice.window.since, "until": choice.window.until}
    if choice.event_ids:
        by, named = "states.event_id in :event_ids", {"event_ids": list(dict.fromkeys(choice.event_ids))}
        if choice.outcomes:
            by, named = f"{by} and states.state in :states", named | {"states": [*states, "accepted"]}
    else:
        by, named = "states.state in :states", {"states": states}
    return warehouse.rows("settled_conversions", terms | bounds | named, chosen_by=by)


class ReplayLedger(RunLedger):
    """The ledger of a run that claims exactly the chosen conversions, each once, and no others."""

    _waiting: list[str]

    @classmethod
    def begin_with(cls, warehouse: Warehouse, run: RunIdentity, *, keys: Sequence[str]) -> Self:
        """Begin a run that may claim `keys` (see `Chosen`). Raises as `begin` does."""
        ledger = cls.begin(warehouse, run)
        ledger._waiting = list(keys)
        return ledger

    def held_by_others(self) -> dict[str, int]:
        """What others hold is not chosen: there is nothing to wait for."""
        return {}

    def claim(
        self,
        *,
        now: datetime,
        chunk_size: int,
        batch_size: int,
        resend_unconfirmed: bool,
        senders: int = 1,
        only: str | None = None,
        without: Collection[str] = (),
    ) -> range | None:
        """Plan the next of the chosen; those that were accepted, changed hands or expired meanwhile are left out.

        A choice is small and goes to whatever dataset it names: nothing is probed.
        """
        if only is not None:
            return None
        terms = {"now": now, "batch_size": batch_size, "resend_unconfirmed": resend_unconfirmed}
        condition = self._warehouse.queries["chosen_for_replay"]
        while self._waiting:
            size = min(chunk_size, KEYS_AT_A_TIME)
            keys, self._waiting = self._waiting[:size], self._waiting[size:]
            batch_nos = self._plan(
                terms | {"chunk_size": size, "keys": keys}, state_allows_sending=condition, resend_until=NO_LIMIT
            )
            if batch_nos is not None:
                return batch_nos
        return None
