"""Titles and texts for people, translated: Meta words them in the language of the token's user (docs/meta-api.md §7.1).

The German is ours. Its purpose is that a program which matches on words fails in a test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from connector.sandbox.refusals import Refusal

Locale = Literal["en", "de"]

GERMAN: Final = {
    2804003: (
        "Zeitstempel des Events zu alt",
        "Der Zeitstempel dieses Events liegt zu weit zurück. Events müssen innerhalb von 7 Tagen gesendet werden.",
    ),
    2804004: ("Zeitstempel des Events in der Zukunft", "Gib einen Zeitpunkt an, der schon vergangen ist."),
    2804008: ("Inhalts-ID fehlt", "Einem Element von contents fehlt der Parameter id."),
    2804009: ("Wert für Kauf-Event fehlt", "Deinem Kauf-Event fehlt der Parameter value. Beispiel: 1.99"),
    2804010: ("Währung für Kauf-Event fehlt", "Deinem Kauf-Event fehlt der Parameter currency. Beispiel: USD"),
    2804019: ("Name des Events fehlt", "Diesem Event fehlt der Parameter event_name."),
    2804023: ("Währung fehlt", "Dieses Event hat einen Wert, aber keine Währung."),
    2804036: ("Ungültige Lead-ID", "Eine oder mehrere Lead-IDs sind ungültig oder wurden gelöscht."),
    2804050: (
        "Du hast für dieses Event nicht genügend Kundeninformationen angegeben",
        "Dieses Event hat keine Kundeninformationen oder eine so weit gefasste Kombination, dass sie nichts verraten.",
    ),
}


def in_language(refusal: Refusal, locale: Locale) -> Refusal:
    """The same refusal; only title and text change, and only those that are translated."""
    if locale == "en" or refusal.subcode not in GERMAN:
        return refusal
    title, text = GERMAN[refusal.subcode]
    return replace(refusal, title=title, text=text)
