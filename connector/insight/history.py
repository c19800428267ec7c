"""The whole life of one conversion: what the models, the events relation and the ledger know of its key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from connector.model.conversions import ConversionKey
from connector.model.standing import HeldReason, Standing
from connector.warehouse.contract import columns_of, has_conversions, modelled_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from connector.warehouse.warehouse import Params, Warehouse

Facts = dict[str, Any]

IDENTIFIERS = tuple(
    "em ph fn ln db ge ct st zp country external_id client_ip_address client_user_agent fbc fbp lead_id "  # noqa: SIM905
    "subscription_id fb_login_id anon_id madid page_id page_scoped_user_id ctwa_clid ig_account_id ig_sid "
    "whatsapp_business_account_id".split()
)
"""The names that may be shown; their values never leave the warehouse."""
OTHER = "other"
"""Stands for keys of a payload's user_data that are none of these: such a key may itself be an identifier."""


class _Stands(NamedTuple):
    standing: str
    held_reason: str | None = None


NOTHING_KNOWN = _Stands(Standing.NO_LONGER_MODELLED)
"""Its records alone are left, and say nothing: of a test run, or of one that never sent them."""

MODELLED = (
    "event_time",
    "action_source",
    "order_id",
    "value",
    "currency",
    "is_eligible",
    "ineligible_reason",
    "dropped_identifiers",
    "pixel_event_time",
    "deadline_at",
    "source_system",
    "updated_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of one key. `modelled` and `event` are None where the relation has no such row.

    `records` are in the order of their runs, those of test runs among them. Payloads and hashes are not in it.
    `held_reason` says of an unconfirmed one why it is not sent again; `ineligible` what the models' reason means and
    what to do, where the seed with those words is built.
    """

    key: ConversionKey
    modelled: Facts | None
    event: Facts | None
    copies: int
    standing: Standing
    held_reason: HeldReason | None
    state: Facts | None
    records: list[Facts]
    ineligible: Facts | None = None

    @property
    def accepted_at(self) -> datetime | None:
        """When its acceptance was recorded."""
        return self.accepted["settled_at"] if self.accepted else None

    @property
    def accepted(self) -> Facts | None:
        """The record that was accepted, with the value that Meta received."""
        return next((one for one in self._live_records() if one["outcome"] == "accepted"), None)

    @property
    def changed_since_acceptance(self) -> bool | None:
        """Whether its event is no longer what was accepted; None if it was not accepted or its event is gone."""
        if self.state is None or self.state["state"] != "accepted" or self.event is None:
            return None
        return bool(self.state["payload_hash"] != self.event["payload_hash"])

    @property
    def may_be_counted_twice(self) -> bool:
        """Whether Meta may have received more than one copy from us."""
        return self.state is not None and int(self.state["possible_receipts"]) > 1

    def _live_records(self) -> Iterable[Facts]:
        return (one for one in self.records if one["mode"] == "live")


def read_histories(warehouse: Warehouse, asked: str, *, now: datetime, resend_unconfirmed: bool) -> list[History]:
    """The life of every conversion whose event_id or order_id is `asked`, in the first spelling of it that is known."""
    modelled = set(columns_of(warehouse, warehouse.conversions) or ()) if has_conversions(warehouse) else set()
    terms = {"now": now, "resend_unconfirmed": resend_unconfirmed}
    for spelling in spellings(asked):
        keys = warehouse.rows("why_keys", _ids(spelling), modelled_keys=_modelled_keys(warehouse, modelled))
        if keys:
            return [_history(warehouse, dict(row._mapping), terms, modelled) for row in keys]
    return []


def spellings(asked: str) -> list[str]:
    """As it was asked; then as people write an order's number, who add or leave out a # and do not mind its case."""
    bare = asked.strip().lstrip("#").strip()
    return list(dict.fromkeys(filter(None, (asked, bare, f"#{bare}", bare.upper(), bare.lower()))))


def _ids(spelling: str) -> Params:
    member = json.dumps(spelling, ensure_ascii=False)
    return {"id": spelling, "order_member": f'"order_id":{member}', "spaced_order_member": f'"order_id": {member}'}


def _history(warehouse: Warehouse, key: Params, terms: Params, modelled: set[str]) -> History:
    events = [_event(dict(row._mapping)) for row in warehouse.rows("why_event", key)]
    state = warehouse.rows("why_state", key)
    stands = _standing(warehouse, terms | key)
    found = _modelled(warehouse, key, modelled) if modelled else None
    return History(
        key=ConversionKey(dataset_id=key["dataset_key"] or None, event_name=key["name_key"], event_id=key["id_key"]),
        modelled=found,
        ineligible=_explained(warehouse, found["ineligible_reason"]) if found else None,
        event=events[0] if events else None,
        copies=len(events),
        standing=Standing(stands.standing),
        held_reason=HeldReason(stands.held_reason) if stands.held_reason else None,
        state=dict(state[0]._mapping) if state else None,
        records=[dict(row._mapping) for row in warehouse.rows("why_records", key)],
    )


def _standing(warehouse: Warehouse, terms: Params) -> Any:
    """By the rule itself, narrowed to the key's rows: a key that no relation holds any more still has its records."""
    only = warehouse.queries.fill("(select * from {events} as events where {of_key})")
    of_key = {"events": only, "states_asked": "{why_state}", "which_modelled": "{of_key}"}
    found = warehouse.rows("why_standing", terms, **of_key, **modelled_facts(warehouse))
    return found[0] if found else NOTHING_KNOWN


def _modelled_keys(warehouse: Warehouse, modelled: set[str]) -> str:
    """The part of `why_keys` that reads `conversions`; nothing where that mart is missing."""
    if not modelled:
        return ""
    by_order = "or order_id = :id" if "order_id" in modelled else ""
    return warehouse.queries.fill("{modelled_keys_of_id}", or_order_id=by_order)


def _modelled(warehouse: Warehouse, key: Params, columns: set[str]) -> Facts | None:
    names = [name for name in IDENTIFIERS if name in columns]
    named = " || ".join(f"case when {name} is not null then '{name} ' else '' end" for name in names) or "''"
    wanted = ", ".join(name if name in columns else f"null as {name}" for name in MODELLED)
    rows = warehouse.rows("why_modelled", key, modelled_columns=wanted, identifier_names=named)
    if not rows:
        return None
    facts = dict(rows[0]._mapping)
    dropped = str(facts["dropped_identifiers"] or "").replace(",", " ").split()
    return facts | {"identifiers": facts.pop("identifier_names").split(), "dropped_identifiers": dropped}


def _explained(warehouse: Warehouse, reason: str | None) -> Facts | None:
    relation = f"{warehouse.reference}.reconciliation_reasons"
    if not reason or columns_of(warehouse, relation) is None:
        return None
    rows = warehouse.rows("why_reason", {"reason": reason})
    return dict(rows[0]._mapping) if rows else None


def _event(facts: Facts) -> Facts:
    """The row without its payload: of that only the names of the identifiers."""
    return facts | {"identifiers": _identifiers_of(facts.pop("payload"))}


def _identifiers_of(payload: str | None) -> list[str]:
    try:
        user_data: Any = json.loads(payload or "{}")["user_data"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    if not isinstance(user_data, dict):
        return []
    present: Mapping[str, Any] = {name: value for name, value in user_data.items() if value not in (None, "", [])}
    known = [name for name in IDENTIFIERS if name in present]
    return [*known, OTHER] if len(known) < len(present) else known
