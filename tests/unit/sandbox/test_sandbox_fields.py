from __future__ import annotations

import pytest

from connector.sandbox.parameters import check_fields, chosen, cursor, parse_fields, row_of
from connector.sandbox.refusals import RefusedError


def test_nested_fields_become_a_tree() -> None:
    assert parse_fields("web{event_name, a{b,c},d}, offline") == {
        "web": {"event_name": {}, "a": {"b": {}, "c": {}}, "d": {}},
        "offline": {},
    }
    assert parse_fields("") == {}


@pytest.mark.parametrize("text", ["web{", "web}", "{a}", "web{a}}", "we b!", "a{{b}}", "a{" * 20 + "}" * 20])
def test_a_bad_spelling_is_a_bad_parameter(text: str) -> None:
    with pytest.raises(RefusedError, match="parameter"):
        parse_fields(text)


def test_only_what_was_asked_for_comes_back() -> None:
    value = {"a": [{"b": 1, "c": {"d": 2, "e": 3}}], "f": 4}
    assert chosen(value, parse_fields("a{c{e}}")) == {"a": [{"c": {"e": 3}}]}
    assert chosen(value, parse_fields("a")) == {"a": value["a"]}


def test_a_name_that_does_not_exist_is_named() -> None:
    with pytest.raises(RefusedError) as caught:
        check_fields(parse_fields("web{dedup_key_feedback}"), {"web": {"dedupe_key_feedback": {}}})
    assert caught.value.answer.message == "(#100) Tried accessing nonexisting field (dedup_key_feedback)"


def test_a_cursor_looks_like_metas_and_leads_back() -> None:
    assert cursor(0) == "MAZDZD"
    assert [row_of(cursor(row)) for row in (0, 7, 24, 12345)] == [0, 7, 24, 12345]
    with pytest.raises(RefusedError):
        row_of("no cursor")
