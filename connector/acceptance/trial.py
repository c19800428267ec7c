"""What every check is handed: the settings, the scratch schemas, and how much is to be tried."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import SecretStr

from connector.acceptance.scratch import Scratch, settings_in
from connector.warehouse.dialects import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from connector.settings import Settings

STAND_IN = "fakesnow"
"""The account of a server that speaks Snowflake's protocol for tests. It has no locks, no temporary tables and no
JavaScript, so that some of this cannot be tried on it."""


DATASET = "1234567890"
NOWHERE = "http://127.0.0.1"


class Part(StrEnum):
    """Whose grants a role must have: where dbt and the sender share one role, both."""

    BOTH = "both"
    DBT = "dbt"
    SENDER = "sender"


@dataclass(slots=True, kw_only=True)
class Statements:
    """How many went to the warehouse, without BEGIN, COMMIT and ROLLBACK."""

    connector: int = 0
    dbt: int = 0

    def as_dict(self) -> dict[str, int]:
        return {"connector": self.connector, "dbt": self.dbt, "total": self.connector + self.dbt}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`settings` name the user's own schemas, `scratch_settings` ours. `rows`: how many go in and out at once.

    `run_dbt`: runs dbt with these words and environment, and returns its exit code and what it printed.
    """

    settings: Settings
    scratch: Scratch
    part: Part
    rows: int
    data_tests: bool
    statements: Statements
    run_dbt: Callable[[Sequence[str], dict[str, str]], tuple[int, str]]
    raw_schema: str
    folder: Path
    """Of dbt: what it has parsed for one build stands for the next."""

    @property
    def engine(self) -> str:
        """SQLAlchemy's name of the engine."""
        return parse_url(self.settings.warehouse_url).get_backend_name()

    @property
    def is_stand_in(self) -> bool:
        return self.engine == "snowflake" and parse_url(self.settings.warehouse_url).host == STAND_IN

    def scratch_settings(self, **changes: object) -> Settings:
        return settings_in(self.settings, self.scratch, **changes)

    def sending(self, base_url: str = NOWHERE, **changes: object) -> Settings:
        """Nothing leaves this machine: the address is on it, the dataset and the token are made up."""
        return self.scratch_settings(
            meta_base_url=base_url,
            meta_dataset_id=DATASET,
            meta_access_token=SecretStr("acceptance"),
            meta_access_tokens={},
            meta_app_secret=None,
            test_event_code=None,
            **changes,
        )
