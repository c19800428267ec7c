"""`connector why`: the whole life of one event or order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector import app
from connector.cli.console import print_json, say
from connector.cli.history import history_json, print_history
from connector.errors import ConnectorError
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.insight import History


def why(
    asked: Annotated[str, typer.Argument(metavar="ID", help="An event_id or an order_id.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with stable keys instead of words.")] = False,
) -> None:
    """The whole life of one event, or of all events of one order: modelled, sent, answered, where it stands now."""
    settings = Settings.load()
    lives = app.why(settings, asked)
    if as_json:
        print_json(_answer(asked, lives))
    else:
        for life in lives:
            print_history(life, default_dataset=settings.meta_dataset_id)
    if not lives:
        raise ConnectorError(
            f"nothing is known of {asked}: it is no event_id and no order_id of {settings.events_relation}, of the "
            "models beside it or of the ledger. (An order that is no longer in the warehouse is found by its event_id.)"
        )
    if not as_json and len(lives) > 1:
        say(f"{len(lives)} conversions have this event_id or order_id.")


def _answer(asked: str, lives: list[History]) -> dict[str, Any]:
    return {"id": asked, "conversions": [history_json(life) for life in lives]}
