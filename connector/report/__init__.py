"""The picture of the reconciliation."""
