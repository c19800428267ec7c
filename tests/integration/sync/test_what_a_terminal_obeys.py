"""Names and ids that a terminal would obey, or that read otherwise than they are, reach no person as they are."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.airflow.notifications import Notification, tell
from connector.errors import ConnectorError, printable
from tests.support.shops import event

if TYPE_CHECKING:
    from connector.sandbox.server import RunningSandbox
    from tests.support.shops import Person, Shop

ESCAPES = {
    "an escape": "\x1b[31mred\x1b]0;title\x07",
    "C1": "\x9b31m",
    "a link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07",
    "a device control": "\x90+q544e\x9c",
    "a soft hyphen": "Pur\u00adchase",
    "an override": "\u202egnp.exe",
    "an isolate": "\u2066x\u2069",
    "a carriage return": "a\rerror: done",
    "a line": "a\nerror: done\u2028b",
    "a tag": "\U000e0041",
}
STYLES = "[bold]x[/nothing] :smile: \\["
ON_DUCKDB = pytest.mark.parametrize("shop", ["duckdb"], indirect=True)


def obeyed(text: str) -> set[str]:
    return {one for one in text if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


def lies(name: str) -> dict[str, object]:
    """A row whose event_name, event_id, currency and dataset hold what a terminal obeys."""
    text = ESCAPES[name] + STYLES
    body = {"event_name": f"name-{text}", "custom_data": {}}
    return event(f"id-{text}", body=body, event_name=f"name-{text}", currency=f"E{text}")


@ON_DUCKDB
def test_no_command_lets_a_name_reach_the_terminal_as_it_is(
    shop: Shop, sandbox: RunningSandbox, person: Person
) -> None:
    rows = [lies(name) for name in ESCAPES]
    late = timedelta(days=9)
    shop.add([*rows, event("odd", dataset_id="12/\x1b[2J"), event("late\x1b[1A", age=late), event("plain")])
    said = ""
    commands = [
        ["plan", "--show", "20"],
        ["sync"],
        ["status"],
        ["doctor"],
        ["why", "odd"],
        ["why", str(rows[0]["event_id"])],
    ]
    commands += [["why", f"unknown{ESCAPES['an escape']}"], ["replay", "--outcome", "invalid", "--json"]]
    for words in commands:
        person.says(*words)
        said += person.out + person.err
        if "--json" not in words and words[0] != "replay":
            person.says(*words, "--json")
            said += person.out + person.err
            assert not person.out or json.loads(person.out)
    assert obeyed(said) == set()
    assert "\\x1b[31mred" in said
    assert r"\u001b" in said
    assert STYLES in said
    assert shop.outcome("odd")[0] == "invalid"
    assert shop.outcome("odd")[3] == "invalid_dataset_id"
    assert "12/" not in str(sandbox.ask("GET", "/__sandbox/requests"))


@ON_DUCKDB
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_name_that_the_locale_has_no_letters_for_is_shown_by_its_escapes(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    name = "Łódź 漢 🎉"
    shop.add([event(name)])
    for words in (["why", name], ["why", name, "--json"]):
        written = io.BytesIO()
        stdout = io.TextIOWrapper(written, encoding=encoding, write_through=True)
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", stdout)
            assert person.says(*words) == 0, person.err
        assert r"\u6f22" in written.getvalue().decode(encoding)
    assert json.loads(written.getvalue().decode(encoding))["id"] == name
    stdout.close()


@pytest.mark.parametrize("name", ESCAPES)
def test_an_error_and_a_notification_neutralise_what_they_quote(name: str) -> None:
    text = f"x {ESCAPES[name]} y"
    assert obeyed(str(ConnectorError(text))) == set()
    assert "\n" not in str(ConnectorError(text))
    told: list[str] = []
    notification = Notification(title=text, text=text, figures={})
    tell([lambda context: told.append(context["conversions"].text + context["conversions"].title)], {}, notification)
    assert obeyed(told[0]) == set()


@pytest.mark.parametrize("text", ["Größe 漢字 ñ", "a b", "[x]", "🎉"])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_the_version_and_the_short_help_are_told(person: Person) -> None:
    assert person.says("--version") == 0
    assert re.fullmatch(r"conversions-connector \d+\.\d+\.\d+\S*\n", person.out)
    assert person.says("-h") == 0
    assert person.says("sync", "-h") == 0
