"""What the DAGs wait for and what they announce, as Airflow assets."""

from __future__ import annotations

from airflow.sdk import Asset

RAW = Asset(name="conversions_raw", uri="conversions://raw")
"""The raw tables were loaded: a load that names it among its outlets starts `conversions_sync` at once."""

LEDGER = Asset(name="conversions_ledger", uri="conversions://ledger")
"""A sync wrote to the ledger, whatever came of it: starts `conversions_reconcile`."""

DELIVERED = Asset(name="conversions_delivered", uri="conversions://delivered")
"""A sync delivered what was owed and proved it: for DAGs downstream."""
