"""The hook of the connection type `meta_conversions`: it has the Test button ask Meta, without sending an event."""

from __future__ import annotations

from airflow.sdk import BaseHook

from connector.airflow.connections import meta_settings, with_places
from connector.airflow.provider import CONNECTION_TYPE
from connector.errors import ConnectorError
from connector.model.checks import Mark
from connector.settings import Settings

THIS = "this connection"


class MetaConversionsHook(BaseHook):
    """Settings of a `meta_conversions` connection."""

    conn_name_attr = "meta_conn_id"
    default_conn_name = "meta_conversions_default"
    conn_type = CONNECTION_TYPE
    hook_name = "Meta Conversions API"

    def __init__(self, meta_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.meta_conn_id = meta_conn_id

    def get_conn(self) -> Settings:
        """The connector's settings with what this connection says. Raises ConfigurationError."""
        return Settings.load(**meta_settings(self.get_connection(self.meta_conn_id)))

    def test_connection(self) -> tuple[bool, str]:
        """Probe token and dataset with an event that Meta refuses: nothing is stored. Never raises, tells no secret."""
        from connector import app

        try:
            checks = app.probe_meta(self.get_conn())
        except ConnectorError as error:
            return False, with_places(str(error), meta=THIS)
        good = not any(check.mark is Mark.FAIL for check in checks)
        words = " ".join(f"{check.name}: {check.words}" for check in checks)
        return good, with_places(words, meta=THIS)
