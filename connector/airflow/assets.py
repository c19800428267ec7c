"""What the DAGs wait for and what they announce, as Airflow assets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from airflow.sdk import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The assets of one pair of DAGs. A second pair needs its own, or each would start the other: `Assets.of(name)`.

    `raw`: the raw tables were loaded; a load that names it among its outlets starts the sync at once.
    `ledger`: a sync wrote to the ledger, whatever came of it; starts the reconciliation.
    `delivered`: a sync delivered what was owed and proved it; for DAGs downstream.
    """

    raw: Asset
    ledger: Asset
    delivered: Asset

    @classmethod
    def of(cls, name: str) -> Self:
        """Assets called `<name>_raw`, `<name>_ledger` and `<name>_delivered`."""
        parts = ("raw", "ledger", "delivered")
        return cls(**{part: Asset(name=f"{name}_{part}", uri=f"conversions://{name}/{part}") for part in parts})


CONVERSIONS = Assets(
    raw=Asset(name="conversions_raw", uri="conversions://raw"),
    ledger=Asset(name="conversions_ledger", uri="conversions://ledger"),
    delivered=Asset(name="conversions_delivered", uri="conversions://delivered"),
)
"""Of the pair that names none."""
