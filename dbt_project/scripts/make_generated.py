"""Writes what dbt holds of the connector's own rules and words: `make generated`, and `--check` in `make lint`.

One rule has one place: the named queries of `connector/ledger/sql/standing.sql`, the sentences of
`connector/model/standing.py`, the spans of `connector/model/windows.py`, what is no money of `connector/model/money.py`, versions
and currencies of `connector/destinations/meta`.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from connector.destinations.meta.channels import MESSAGES
from connector.destinations.meta.currencies import CURRENCIES
from connector.destinations.meta.gate import ACTION_SOURCES
from connector.destinations.meta.reasons import Refusal
from connector.destinations.meta.versions import INSIGHTS_UNTIL, VERSIONS
from connector.model.money import NOT_MONEY
from connector.model.standing import LOST, LOST_MEANING, ON_ITS_WAY, HeldReason, Standing, State
from connector.model.windows import SPANS
from connector.warehouse.queries import Queries, named_queries

PROJECT = Path(__file__).resolve().parent.parent
REASONS = PROJECT / "seeds" / "reconciliation" / "reconciliation_reasons.csv"
MADE = "Made by `make generated` of"
RULES = "connector/ledger/sql/standing.sql"
WORDS = "connector/model/standing.py"
CALLS = {"state_allows_sending": "{{ meta_conversions.state_allows_sending() }}"}
"""What one rule takes of another stays a call."""
CONDITIONS = {
    "is_lost": (
        LOST,
        "Whether a standing is lost money: Meta does not receive it, unless somebody corrects it in time.",
    ),
    "is_on_its_way": (ON_ITS_WAY, "Whether a standing can still go: now, after a build, or after its time."),
}


def generated() -> dict[Path, str]:
    """Every file that is made here, or of which a part is, with the text that it must have."""
    return {
        PROJECT / "macros" / "generated" / "standing.sql": standing_macros(),
        PROJECT / "macros" / "generated" / "spans.sql": span_macro(),
        PROJECT / "macros" / "generated" / "currencies.sql": "\n\n".join((currency_macro(), money_macro())),
        PROJECT / "macros" / "generated" / "messages.sql": message_macro(),
        PROJECT / "macros" / "generated" / "action_sources.sql": source_macro(),
        PROJECT / "seeds" / "reconciliation" / "api_versions.csv": api_versions(),
        **dict(map(with_meanings, [REASONS])),
        **dict(map(with_descriptions, [PROJECT / "seeds" / "eligibility" / "ineligible_reasons.csv"])),
        **dict(map(with_defaults, [PROJECT / "dbt_project.yml"])),
        **dict(map(with_words, [PROJECT.parent / "docs" / "operations.md"])),
    }


def standing_macros() -> str:
    """The rule over columns of the names that it has in SQL, and the conditions on its words."""
    macros = [expression(name) for name in ("is_before_first_sync", "state_allows_sending", "standing", "held_reason")]
    for name, (standings, meaning) in CONDITIONS.items():
        words = ", ".join(f"'{standing}'" for standing in standings)
        macros.append(
            f"{{# {meaning} {MADE} {WORDS}. #}}\n"
            f"{{% macro {name}(standing) -%}} {{{{ standing }}}} in ({words}) {{%- endmacro %}}\n"
        )
    return "\n\n".join(macros)


def expression(name: str) -> str:
    sentence, _, text = named_queries()[name].partition("\n")
    body = indented(Queries(CALLS).fill(text))
    meaning = sentence.removeprefix("-- ").partition(": ")[2]
    return f"{{# {meaning[0].upper()}{meaning[1:]} {MADE} {RULES}. #}}\n{{% macro {name}() -%}}\n{body}\n{{%- endmacro %}}\n"


def indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def span_macro() -> str:
    spans = "\n".join(f"        '{name}': {number}," for name, number in SPANS.items())
    return (
        f"{{# A span of time that rules are made of, in whole hours or days, by its name. {MADE} connector/model/windows.py. #}}\n"
        f"{{% macro span(name) -%}}\n    {{%- set spans = {{\n{spans}\n    }} -%}}\n    {{{{ return(spans[name]) }}}}\n{{%- endmacro %}}\n"
    )


def currency_macro() -> str:
    """A list in the SQL and no seed: `doctor --sources` asks before anything was built."""
    codes = textwrap.fill(", ".join(f"'{code}'" for code in sorted(CURRENCIES)), 120, initial_indent="    ", subsequent_indent="    ")
    return (
        f"{{# Whether a text is a currency's code of ISO 4217, in capitals. {MADE} connector/destinations/meta/currencies.py. #}}\n"
        f"{{% macro is_currency(text) -%}}\n    {{{{ text }}}} in (\n{textwrap.indent(codes, '    ')}\n    )\n{{%- endmacro %}}\n"
    )


def money_macro() -> str:
    codes = ", ".join(f"'{code}'" for code in NOT_MONEY)
    return (
        f"{{# Whether amounts of a currency mean money. {MADE} connector/model/money.py. #}}\n"
        f"{{% macro is_money(currency) -%}}\n"
        f"    ({{{{ meta_conversions.is_currency(currency) }}}} and {{{{ currency }}}} not in ({codes}))\n{{%- endmacro %}}\n"
    )


def message_macro() -> str:
    names = textwrap.fill(", ".join(f"'{name}'" for name in sorted(MESSAGES)), 110, initial_indent="        ", subsequent_indent="        ")
    return (
        f"{{# Whether Meta takes a name of business messaging. {MADE} connector/destinations/meta/channels.py. #}}\n"
        f"{{% macro is_messaging_event(name) -%}}\n    coalesce({{{{ name }}}} in (\n{names}\n    ), false)\n{{%- endmacro %}}\n"
    )


def source_macro() -> str:
    words = ", ".join(f"'{word}'" for word in sorted(ACTION_SOURCES))
    return (
        f"{{# Meta's words for where a conversion happened. {MADE} connector/destinations/meta/gate.py. #}}\n"
        f"{{% macro action_sources() -%}}\n    {{{{ return([{words}]) }}}}\n{{%- endmacro %}}\n"
    )


def api_versions() -> str:
    rows = [(version, *support, INSIGHTS_UNTIL[version]) for version, support in VERSIONS.items()]
    return as_csv([("api_version", "introduced_on", "available_until", "insights_until"), *rows])


def with_meanings(seed: Path) -> tuple[Path, str]:
    """The seed with the sentence of every standing and reason to hold; its other cells are written by hand."""
    meanings = {(str(standing), ""): standing.meaning for standing in Standing}
    meanings |= {("held", str(reason)): reason.meaning for reason in HeldReason}
    meanings |= {("not_eligible", str(Refusal.INVALID_CURRENCY)): Refusal.INVALID_CURRENCY.meaning}
    header, *rows = csv.reader(io.StringIO(seed.read_text(encoding="utf-8")))
    place = header.index("meaning")
    for row in rows:
        row[place] = meanings.pop((row[0], row[1]), row[place])
    if meanings:
        raise SystemExit(
            f"{seed.name} has no row for {', '.join(' '.join(words) for words in meanings)}: write what to do"
        )
    return seed, as_csv([header, *rows])


def with_descriptions(seed: Path) -> tuple[Path, str]:
    """The seed of reasons not to be eligible with the sentences that the reconciliation has for them."""
    told = csv.DictReader(io.StringIO(with_meanings(REASONS)[1]))
    meanings = {row["reason"]: row["meaning"] for row in told if row["stage"] == "not_eligible"}
    meanings |= {str(Standing.BEFORE_START): Standing.BEFORE_START.meaning}
    header, *rows = csv.reader(io.StringIO(seed.read_text(encoding="utf-8")))
    reason, description = header.index("reason"), header.index("description")
    if missing := [row[reason] for row in rows if row[reason] not in meanings]:
        raise SystemExit(f"{REASONS.name} has no row not_eligible for {', '.join(missing)}: write what it means and what to do")
    for row in rows:
        row[description] = meanings[row[reason]]
    return seed, as_csv([header, *rows])


def with_defaults(project: Path) -> tuple[Path, str]:
    """The defaults of the vars that are spans."""
    text = project.read_text(encoding="utf-8")
    for name in ("web_max_age_hours", "reconciled_days"):
        text, found = re.subn(rf"(?m)^(  meta_conversions_{name}: )\d+", rf"\g<1>{SPANS[name]}", text)
        if found != 1:
            raise SystemExit(f"{project.name} has no default of meta_conversions_{name}")
    return project, text


def with_words(page: Path) -> tuple[Path, str]:
    """The page's table of words with the sentence of each in its second cell."""
    before, heading, text = page.read_text(encoding="utf-8").partition("## Outcomes and standings\n")
    text, next_heading, after = text.partition("\n## ")
    meanings = {str(word): word.meaning for word in (*State, *Standing) if word is not State.NOT_SENT}
    for word, meaning in (meanings | {"lost": LOST_MEANING}).items():
        text, found = re.subn(rf"(?m)^(\| `{word}` \| )[^|]*( \|)", rf"\g<1>{meaning}\g<2>", text)
        if found != 1:
            raise SystemExit(f"{page.name} has {found} rows for {word} in its table of standings")
    return page, before + heading + text + next_heading + after


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def main(arguments: Sequence[str]) -> int:
    different = {
        path: text for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text
    }
    if "--check" in arguments:
        for path in different:
            print(
                f"{path.relative_to(PROJECT.parent)} differs from the connector's own rules: make generated",
                file=sys.stderr,
            )
        return 1 if different else 0
    for path, text in different.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
