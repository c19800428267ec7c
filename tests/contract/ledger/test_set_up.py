"""Making the ledger, while somebody else makes it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.ledger import setup
from connector.ledger.setup import create_ledger, lock_columns, refuse_names_of_others
from connector.settings import Settings
from connector.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("looks", [1, 2])
def test_a_ledger_that_another_sender_makes_meanwhile_is_not_taken_for_a_strangers(
    looks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made whole after so many looks at what stands."""
    settings = Settings(warehouse_url=f"duckdb:///{tmp_path / 'shop.duckdb'}")
    with Warehouse.open(settings, create=True) as warehouse, Warehouse.open(settings) as of_another:
        left = [looks]

        def meanwhile(look: Callable[..., Any]) -> Callable[..., Any]:
            def looked(*args: Any) -> Any:
                found = look(*args)
                left[0] -= 1
                if left[0] == 0:
                    create_ledger(of_another)
                return found

            return looked

        monkeypatch.setattr(warehouse, "rows", meanwhile(warehouse.rows))
        monkeypatch.setattr(setup, "lock_columns", meanwhile(lock_columns))
        refuse_names_of_others(warehouse)
