"""Data processing options: limited data use, and the pairs of country and state that Meta takes.

Any other pair is refused: docs/meta-api.md §2.3. A misspelt option is refused here, since Meta may take it for none,
and then what was to be limited is not.
"""

from __future__ import annotations

from typing import Any

from connector.destinations.meta.reasons import Refusal

LIMITED = "LDU"
LOCATE = (0, 0)
"""Meta finds out where the person is."""
UNITED_STATES = 1
STATES = range(1000, 1014)
OPTIONS, COUNTRY, STATE = (
    "data_processing_options",
    "data_processing_options_country",
    "data_processing_options_state",
)


def refuse_options(event: dict[str, Any]) -> Refusal | None:
    """Why Meta would refuse the event for its data processing options, or None."""
    options, pair = event.get(OPTIONS), (event.get(COUNTRY), event.get(STATE))
    if options is not None and not (type(options) is list and all(option == LIMITED for option in options)):
        return Refusal.UNKNOWN_PROCESSING_OPTION
    if pair == (None, None) and not options:
        return None
    return None if is_pair(*pair) else Refusal.PROCESSING_PAIR


def is_pair(country: Any, state: Any) -> bool:
    """Whether Meta takes the two numbers together."""
    if type(country) is not int or type(state) is not int:
        return False
    return (country, state) == LOCATE or (country == UNITED_STATES and state in STATES)
