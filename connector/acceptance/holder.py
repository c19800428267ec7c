"""A process that takes the claim's lock, says so, and keeps it until it is killed. Acceptance starts it."""

from __future__ import annotations

import sys

from connector import app
from connector.acceptance.locks import HELD
from connector.settings import Settings


def main() -> None:
    with app.opened(Settings.load()) as warehouse, warehouse.transaction() as connection:
        warehouse.run(connection, "take_lock", {"sync_id": "killed"})
        sys.stdout.write(f"{HELD}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
