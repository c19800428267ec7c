"""The page as a file: what may stand in it, and that it is whole or not there."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.insight.report_data import ReportData, Table
from connector.report import drawing
from connector.report.charts import charts
from connector.report.drawing import SHOWN_ID, draw, draw_notice, write
from tests.support.pages import unpacked

DAY = date(2026, 3, 1)
COLUMNS = ("dataset_id", "event_name", "currency", "stage", "reason", "id", "happened_at", "value")
NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - UTC without zone


@pytest.fixture(scope="module")
def page() -> str:
    rows = [
        (None, "Purchase", "EUR", "expired", None, order, NOON, Decimal(1))
        for order in ("O-1", "a" * 64, "</script><b>", "jane@example.com")
    ]
    # RMB is refused for its reason alone, since it looks like a code of ISO 4217; XXX is the code for no currency
    waterfall = [("EUR", None), ("RMB", "invalid_currency"), ("RMB", None), ("XXX", None), ("none", "missing_currency")]
    tables = {
        "rows": Table(columns=COLUMNS, rows=rows),
        "waterfall": Table(columns=("currency", "reason"), rows=waterfall),
    }
    return draw(ReportData(made_at=datetime(2026, 3, 2), since=DAY, days=2, default_dataset=None, tables=tables))  # noqa: DTZ001 - UTC without zone


def test_an_id_that_is_a_hash_or_an_address_is_never_shown(page: str) -> None:
    data = json.loads(unpacked(page, "data"))
    assert data["tables"]["rows"]["id"] == {"values": ["O-1"], "rows": [0]}
    assert data["tables"]["rows"]["value"] == [1]
    assert data["tables"]["rows"]["happened_at"] == {"seconds": [1772366400]}
    assert data["made_at"] == "2026-03-02T00:00:00+00:00"


def test_the_page_is_told_which_currencies_have_no_sum_by_the_rule_of_the_terminal(page: str) -> None:
    assert json.loads(unpacked(page, "data"))["unusable_currencies"] == ["RMB", "XXX", "none"]


@pytest.mark.parametrize("example", ["O100001", "addtocart.10", "DE-2026/17", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"])
def test_usual_order_ids_are_shown(example: str) -> None:
    assert SHOWN_ID.fullmatch(example)


def test_only_the_scripts_of_the_page_may_run_and_nothing_may_be_loaded(page: str) -> None:
    policy = re.findall(r'Content-Security-Policy" content="(.*?)"', page)[0]
    scripts = [unpacked(page, "runtime"), *re.findall(r"<script>(.*?)</script>", page, re.DOTALL)]
    allowed = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    assert policy.startswith(f"default-src 'none'; script-src {' '.join(allowed)};")
    assert "unsafe-eval" not in policy
    assert re.findall(r"<(?:link|img|iframe)\b|\bsrc=", page) == []


def test_every_chart_has_its_place_on_the_page_words_for_who_cannot_see_it_and_no_data(page: str) -> None:
    for name, specification in charts().items():
        assert re.search(rf'<(section|div) id="{name}"', page)
        assert specification["description"]
        assert specification["data"] == {"name": "rows"}


def test_a_notice_escapes_what_it_is_told() -> None:
    assert "<i>" not in draw_notice("<i>", "<i>", ["<i>"])


def test_a_page_that_cannot_be_written_leaves_the_last_one_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "page.html"
    write("first", file)
    write("second", file)
    assert file.read_text() == "second"
    assert [path.name for path in file.parent.iterdir()] == ["page.html"]
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write("third", file / "below")


def test_the_state_stands_in_the_file_before_all_figures_and_escapes_what_it_is_told(page: str) -> None:
    from connector.insight.report_data import PageState

    tables = dict.fromkeys(("rows", "waterfall"), Table(columns=COLUMNS, rows=[]))
    state = PageState(
        works=False,
        headlines=["SENDING HAS STOPPED <now>", "What to do: & so on."],
        as_of="Of when.",
        follow=["nothing_sent"],
    )
    data = ReportData(made_at=datetime(2026, 3, 2), since=DAY, days=2, default_dataset=None, tables=tables, state=state)  # noqa: DTZ001 - UTC without zone
    stopped = draw(data)
    assert 'role="alert"' in stopped[: stopped.index('<main id="main">')]
    assert "SENDING HAS STOPPED &lt;now&gt;" in stopped[: stopped.index('<main id="main">')]
    assert "<p>What to do: &amp; so on.</p><p>Of when.</p>" in stopped
    assert 'id="state"' not in page, "a page without a state has no empty bar"


def test_marks_have_three_to_one_against_their_ground_in_light_and_dark() -> None:
    css = (Path(drawing.__file__).parent / "page.css").read_text()
    colours = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", css))
    for name in ("covered", "pixel", "lost", "uncertain", "way", "aside", "revenue", "high", "edge"):
        for colour, ground in zip(colours[name].split(", "), colours["card"].split(", "), strict=True):
            assert contrast(colour, ground) >= 3, name


def contrast(one: str, other: str) -> float:
    """As WCAG 2 computes it."""
    dark, light = sorted(luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
