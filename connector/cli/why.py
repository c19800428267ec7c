"""`connector why`: the history of one event or order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.console import print_json, print_line
from connector.errors import ConnectorError

if TYPE_CHECKING:
    from connector.insight import History


def why(
    asked: Annotated[str, typer.Argument(metavar="ID", help="An order number, with or without #, or an event_id.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of text.")] = False,
) -> None:
    """The history of one event, or of all events of an order: modelled, sent, answered, and where it stands now."""
    from connector import app
    from connector.cli.history import print_history
    from connector.settings import Settings

    settings = Settings.load()
    lives = app.why(settings, asked)
    if as_json:
        print_json(_answer(asked, lives))
    else:
        for life in lives:
            print_history(life, default_dataset=settings.meta_dataset_id)
    if not lives:
        raise ConnectorError(
            f"nothing is known about {asked}: it is neither an event_id nor an order_id in {settings.events_relation}, "
            "in conversions or in the ledger, with or without a #, in capitals or not. (An order that has left the "
            "warehouse can be found by its event_id.)"
        )
    if not as_json and len(lives) > 1:
        print_line(f"{len(lives)} conversions have this event_id or order_id.")


def _answer(asked: str, lives: list[History]) -> dict[str, Any]:
    from connector.cli.history import history_json

    return {"id": asked, "conversions": [history_json(life) for life in lives]}
