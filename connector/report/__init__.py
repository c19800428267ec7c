"""The picture of the reconciliation: values in, text out. It knows no SQL, no driver and no settings."""

from connector.report.figures import Reconciliation
from connector.report.page import plain, render

__all__ = ["Reconciliation", "plain", "render"]
