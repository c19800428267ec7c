"""Two dbt builds on one PostgreSQL: the one drops the views that the other stands on, so they take turns."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest
from pydantic import SecretStr

from connector import app
from connector.settings import Settings

WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


def test_a_second_build_waits_until_the_first_has_ended(new_database: Callable[[], str]) -> None:
    url = new_database()
    settings = Settings(warehouse_url=SecretStr(url), meta_dataset_id="1234567890")
    told: list[str] = []

    def second() -> None:
        with app.building(settings):
            told.append("second begins")

    thread = threading.Thread(target=second)
    with app.building(settings):
        thread.start()
        with psycopg.connect(url, autocommit=True) as looking:
            while thread.is_alive() and looking.execute(WAITING).fetchone() == (0,):
                pass  # until the server itself says that somebody waits
        told.append("first ends")
    thread.join()
    assert told == ["first ends", "second begins"]


def test_a_build_that_fails_lets_the_next_one_begin(new_database: Callable[[], str]) -> None:
    settings = Settings(warehouse_url=SecretStr(new_database()), meta_dataset_id="1234567890")
    with pytest.raises(ZeroDivisionError), app.building(settings):
        raise ZeroDivisionError
    with app.building(settings):
        pass
