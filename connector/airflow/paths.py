"""Where in this Airflow the page of the conversions stands."""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow.configuration import conf

ROUTE = "conversions"
"""Under /plugin/ of Airflow's own pages."""


def airflows_path() -> str:
    """The path under which Airflow itself stands, without a slash at its end."""
    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
