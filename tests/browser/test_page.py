"""The page in a real browser: its numbers are the warehouse's, and it asks no network for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from connector import app
from connector.cli.commands import command_line
from connector.report import figures
from connector.report.drawing import draw, draw_notice, write
from tests.browser.conftest import HASH, NOW, settings_of
from tests.browser.watched import Watched
from tests.support.pages import unpacked

Open = Callable[..., Watched]
UNPAID = "(stage = 'not_eligible' and reason in ('test_order', 'not_paid'))"
PLACES = {
    "Revenue": f"stage = 'warehouse_revenue' or {UNPAID}",
    "Meta knows of it": "stage in ('accepted', 'covered_by_pixel')",
    "Lost": "stage in ('expired', 'rejected', 'invalid')",
    "Held": "stage = 'held'",
    "On its way": "stage = 'owed'",
    "Not eligible": f"stage = 'not_eligible' and not {UNPAID}",
}
IN_THE_TERMINAL = {"Lost": "lost", "Held": "held", "On its way": "owed", "Not eligible": "not eligible"}


@pytest.fixture(scope="module")
def money_of(warehouse: Path) -> Callable[..., Decimal]:
    def ask(
        where: str, *, currency: str = "EUR", event: str = "Purchase", days: int = 30, more: str = "true"
    ) -> Decimal:
        with duckdb.connect(str(warehouse)) as connection:
            row = connection.execute(
                f"select coalesce(sum(case when {UNPAID} then -value else value end), 0) "
                "from meta_conversions.revenue_waterfall "
                f"where ({where}) and currency = ? and event_name = ? and {more} "
                f"and day >= cast(now() at time zone 'UTC' as date) - {days}",
                [currency, event],
            ).fetchone()
        assert row
        return Decimal(row[0])

    return ask


def test_each_figure_is_the_sum_of_the_warehouse(report: Path, opened: Open, money_of: Callable[..., Decimal]) -> None:
    page = opened(report)
    assert {tile: page.money(tile) for tile in PLACES} == {
        tile: (money_of(where), "EUR") for tile, where in PLACES.items()
    }
    assert "Every cent has its place" in page.words("#tied")


def test_the_page_and_the_terminal_mean_the_same_by_every_word(warehouse: Path, report: Path, opened: Open) -> None:
    told = app.report(settings_of(warehouse)).revenue()
    page = opened(report)
    for tile, place in IN_THE_TERMINAL.items():
        cells = [cell for stage in figures.PLACES[place] for cell in told.stage(stage) if cell.currency == "EUR"]
        cells = [cell for cell in cells if cell.reason not in ("test_order", "not_paid")]
        assert page.money(tile)[0] == sum(cell.value for cell in cells) > 0, tile
    assert told.lost()[1]["EUR"] == page.money("Lost")[0]
    assert "200 goes again: Meta’s answer was not received" in page.words("[data-tile='On its way']")  # noqa: RUF001


def test_every_filter_shows_the_sums_of_what_is_chosen(
    report: Path, opened: Open, money_of: Callable[..., Decimal]
) -> None:
    page = opened(report)
    page.choose("days", "7")
    assert page.money("Revenue") == (money_of(PLACES["Revenue"], days=7), "EUR")
    assert page.money("On its way")[0] == 0
    page.choose("dataset", "222")
    assert page.money("Revenue")[0] == money_of(PLACES["Revenue"], days=7, more="dataset_id = '222'") == 50
    page.choose("dataset", "(all)")
    page.choose("currency", "USD")
    assert page.money("Revenue") == (money_of(PLACES["Revenue"], currency="USD", days=7), "USD")
    assert page.reasons() == []
    assert "Nothing is lost" in page.words("#lost")
    page.choose("currency", "EUR")
    page.choose("event", "AddToCart")
    assert page.money("Value") == (money_of(PLACES["Revenue"], event="AddToCart", days=7), "EUR")


def test_a_marketer_reads_the_largest_reasons_of_last_week_and_an_order_lost_to_each(
    report: Path, opened: Open
) -> None:
    page = opened(report)
    page.choose("days", "7")
    assert page.reasons() == ["1. No consent to ads", "2. Too late to be sent", "3. Refused by Meta, code 100/2804003"]
    rows = page.page.locator("#lost tbody tr").all_inner_texts()
    examples = {"O-NO-CONSENT": ", not eligible, fixable", "O-TOO-LATE": ", lost", "O-REFUSED": ", lost"}
    assert [one in row and kind in row for (one, kind), row in zip(examples.items(), rows, strict=True)] == [True] * 3
    lost = "Lost: 190.50 EUR, too late to be sent (121), refused by Meta, code 100/2804003 (70.00)."
    assert lost in page.words("#headline .most")
    assert all("Who:" in row for row in rows)


def test_a_link_opens_the_page_with_what_was_chosen(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7&currency=USD")
    assert page.money("Revenue") == (Decimal("77.70"), "USD")
    assert page.page.is_checked("#days input[value='7']")


def test_a_combination_that_holds_nothing_says_so_and_where_there_is_something(report: Path, opened: Open) -> None:
    page = opened(report, part="#currency=USD&event=AddToCart")
    assert page.words("#headline-words") == "5 conversions, none of them in USD."
    assert "choose EUR" in page.words("#tiles")


def test_an_event_without_any_value_is_told_in_conversions(report: Path, opened: Open) -> None:
    page = opened(report, part="#currency=none&event=Lead")
    since = f"{NOW - timedelta(days=20):%-d %b}"
    assert page.words("#headline-words").strip() == f"Meta knows of 1 of the 4 conversions since {since}."
    assert page.words("#headline .most") == (
        "Lost: 2 conversions, too late to be sent. Not eligible: 1 conversion, no consent to ads."
    )
    assert "in conversions" in page.words("#daily .says")
    assert page.page.locator("#waterfall svg").count() == 1
    assert "2\n50 %" in page.words('[data-tile="Lost"]')


def test_where_nothing_eligible_is_lost_it_says_what_somebody_could_change(report: Path, opened: Open) -> None:
    page = opened(report, part="#currency=USD")
    assert page.words("#headline .most") == "Nothing of it is lost."
    assert "Nothing is lost in what is chosen." in page.words("#lost")


def test_broken_ids_of_the_pixel_are_one_line_with_what_meta_counts_twice(report: Path, opened: Open) -> None:
    page = opened(report)
    assert page.words("#headline .twice") == (
        "Counted twice by Meta: 2,300.50 EUR (23 accepted events), because the pixel’s event_id is not the "  # noqa: RUF001 - as the page has it
        "warehouse’s: 3 differ by case, 21 differ wholly."  # noqa: RUF001 - as the page has it
    )
    assert "the ids of pixel and server differ, 1 came more than 48 hours apart" in page.words("#deduplication")
    page.choose("currency", "USD")
    assert page.words("#headline .twice") == ""


def test_what_has_no_amount_is_not_told_as_zero(report: Path, opened: Open) -> None:
    page = opened(report, part="#event=AddToCart")
    assert page.reasons() == ["1. No amount"]
    assert "amount not known" in page.words("#lost")
    assert "0.00" not in page.words("#lost")


def test_currencies_that_nobody_would_choose_are_named_where_theirs_is_refused(report: Path, opened: Open) -> None:
    page = opened(report)
    assert "in other currencies: 1 conversion in UKP." in page.words("#lost")
    page.choose("currency", "UKP")
    assert page.reasons() == ["1. Refused by Meta, code 100/2804004"]
    assert "1 conversion in EUR." in page.words("#lost")


def test_the_days_that_are_chosen_stand_above_the_figures(report: Path, opened: Open) -> None:
    page = opened(report)
    assert f"{NOW - timedelta(days=20):%-d %b} to today, which is not over" in page.words("#made")
    assert "These are 21 days: of the 30 days chosen, the first 9 hold no conversions" in page.words("#made")
    page.choose("days", "7")
    assert f"{NOW - timedelta(days=2):%-d %b} to {NOW - timedelta(days=1):%-d %b}; UTC days" in page.words("#made")


def test_days_from_before_the_first_sync_were_sent_after_the_fact_and_are_compared_with_nothing(
    warehouse: Path, report: Path, opened: Open, tmp_path: Path
) -> None:
    page = opened(report)
    assert not page.page.is_visible("#young")
    data = app.report_data(settings_of(warehouse), days=30)
    first = replace(data.tables["first_sync"], rows=[(NOW - timedelta(days=1),)])
    write(draw(replace(data, tables={**data.tables, "first_sync": first})), tmp_path / "young.html")
    page = opened(tmp_path / "young.html")
    began = f"{NOW - timedelta(days=1):%-d %b}"
    assert page.words("#young").startswith(f"The first sync (a run that sends to Meta) was on {began}: older days were")
    assert "▲ 96 % against the 29 days before" in page.words("[data-tile='Revenue']"), "the shop's own side"
    assert f"not compared: the first sync was on {began}" in page.words("[data-tile='Meta knows of it']")
    assert "against" not in page.words("[data-tile='Lost']")
    assert "what Meta knows of the days before it was sent later, and is not compared here" in page.words("#changes")


def test_alarms_of_one_kind_elsewhere_are_one_line_with_a_table(report: Path, opened: Open) -> None:
    page = opened(report)
    assert "Purchase: Lost: 1. Money: 1,234,567.50 EUR. Look at them." in page.words("#alarms")
    page.page.click("#alarms summary")
    assert "eligible revenue is lost, 2 times. Look at them." in page.words("#alarms")
    rows = page.page.locator("#alarms tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Purchase", "UKP", NONE, "Lost: 3."],
        ["Purchase", "USD", "12,345.50", "Lost: 2."],
    ]


def test_alarms_and_deadlines_stand_on_the_page(report: Path, opened: Open) -> None:
    page = opened(report)
    assert "Nothing." in page.words("#alarms")
    assert "1 to 6 hours" in page.words("#queue")
    assert "at risk: 200" in page.words("[data-tile='On its way']")
    page.choose("currency", "USD")
    assert page.words("#queue .body") == "Nothing that is chosen waits; something else does."


def test_it_is_drawn_in_light_and_dark_and_fits_a_phone(report: Path, opened: Open, tmp_path: Path) -> None:
    grounds = {}
    for name, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light")):
        page = opened(report, viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        grounds[name] = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.page.locator("#waterfall svg").count() == 1
    assert grounds["light"] == grounds["phone"] != grounds["dark"]


def test_the_charts_follow_when_light_turns_dark(report: Path, opened: Open) -> None:
    page = opened(report, color_scheme="light")
    mark = "getComputedStyle(document.querySelector('#daily .mark-line path')).stroke"
    before = page.page.evaluate(mark)
    page.page.emulate_media(color_scheme="dark")
    assert page.page.evaluate(mark) != before


def test_days_without_conversions_say_what_to_do(warehouse: Path, opened: Open, tmp_path: Path) -> None:
    picture = app.report_data(settings_of(warehouse), days=1)
    write(draw(picture), tmp_path / "empty.html")
    page = opened(tmp_path / "empty.html")
    assert "Nothing happened today" in page.words("main")
    assert "dbt build" in page.words("main")
    assert "--days 89" in page.words("main"), "the most that the command takes"


def test_old_figures_say_that_they_are_old(warehouse: Path, opened: Open, tmp_path: Path) -> None:
    picture = app.report_data(settings_of(warehouse), days=30)
    write(draw(replace(picture, made_at=picture.made_at - timedelta(days=3))), tmp_path / "old.html")
    page = opened(tmp_path / "old.html")
    assert "3 days old" in page.words("#stale")


def test_a_page_without_figures_says_what_to_do(opened: Open, tmp_path: Path) -> None:
    notice = draw_notice("No page yet", "<b>nothing</b> & none", ["Do this.", "Then that."])
    write(notice.replace("<html", '<html data-drawn="1"'), tmp_path / "notice.html")
    page = opened(tmp_path / "notice.html")
    assert page.words("main").splitlines()[0] == "No page yet"
    assert "<b>nothing</b> & none" in page.words("main")


def test_no_hash_and_no_address_is_in_the_file(report: Path) -> None:
    text = report.read_text() + unpacked(report.read_text(), "data")
    assert HASH not in text
    assert "someone@example.com" not in text
    assert "O-REFUSED" in text
    assert re.findall(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", text) == []
    assert report.stat().st_size < 1_300_000


def test_the_command_writes_the_page_and_says_where(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_WAREHOUSE_URL", f"duckdb:///{warehouse}")
    file = tmp_path / "new" / "report.html"
    answer = CliRunner().invoke(command_line, ["report", "--html", str(file), "--days", "7", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output) == {"file": str(file)}
    assert '"days":7' in unpacked(file.read_text(), "data")


def test_a_figure_stands_beside_that_of_as_many_whole_days_before(report: Path, opened: Open) -> None:
    page = opened(report)
    assert "▲ 96 % against the 29 days before (675)" in page.words("[data-tile='Revenue']")
    assert "none before" in page.words("[data-tile='Lost']")
    assert "▼" in page.words("[data-tile='Meta knows of it']")
    assert "none before" in page.words("[data-tile='On its way']")


def test_the_first_day_of_the_data_may_be_a_part_and_is_compared_with_nothing(
    warehouse: Path, opened: Open, tmp_path: Path
) -> None:
    write(draw(app.report_data(settings_of(warehouse), days=60)), tmp_path / "long.html")
    day, next_day = (f"{NOW - timedelta(days=ago):%Y-%m-%d}" for ago in (58, 57))
    page = opened(tmp_path / "long.html", part=f"#days=custom&from={day}&to={day}")
    assert "nothing to compare with yet" in page.words("[data-tile='Revenue']")
    page = opened(tmp_path / "long.html", part=f"#days=custom&from={day}&to={next_day}")
    assert "nothing to compare with yet" in page.words("[data-tile='Revenue']")
    assert "against" not in page.words("#tiles")


def test_what_brings_the_most_is_one_list_of_counted_and_estimated_money_a_week(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7")
    rows = [row.split("\t") for row in page.page.locator("#actions tbody tr").all_inner_texts()]
    assert [(row[0], row[2]) for row in rows[:2]] == [
        ("No consent to ads (fixable)", "counted"),
        ("Too late to be sent (lost)", "counted"),
    ]
    assert "Collect more: phone" not in {row[0] for row in rows}
    page.choose("days", "30")
    rows = [row.split("\t") for row in page.page.locator("#actions tbody tr").all_inner_texts()]
    (phone,) = [row for row in rows if row[0] == "Collect more: phone"]
    assert phone[1:3] == ["17.9", "our estimate"]  # 53.704 in the 21 days that hold data
    assert "20 % carry it. Meta’s own estimate: +8.5 % additional conversions." in phone[3]  # noqa: RUF001 - as the page has it
    assert "do not add them" in page.words("#actions .says")


def test_it_says_how_soon_meta_hears_and_how_much_of_what_may_be_sent(report: Path, opened: Open) -> None:
    page = opened(report)
    page.page.click("#latency .body summary")
    (day,) = page.page.locator("#latency tbody tr").all_inner_texts()
    assert day.split("\t")[1:] == ["2.0", "5.6"]
    assert "half of them within 2.0 h, 95 of 100 within 5.6 h" in page.words("#latency")
    assert "of what may be sent" in page.words("[data-tile='Meta knows of it']")


def test_numbers_are_written_as_people_read_them(report: Path, opened: Open) -> None:
    page = opened(report)
    assert "Purchase: 9,396 purchases" in page.words("#readiness")
    worth = page.page.locator("#coverage .worth tbody tr").inner_text().split("\t")
    assert worth == ["phone", "53.7", "20 %", "800", "+8.5 %"], "ours, and what Meta says"


def test_it_prints_in_light_colours_from_a_dark_screen(report: Path, opened: Open) -> None:
    page = opened(report, color_scheme="dark")
    page.page.emulate_media(media="print")
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.page.evaluate("getComputedStyle(document.querySelector('.chart text')).fill") == "rgb(89, 99, 110)"
    assert not page.page.is_visible("#filters")


def test_the_usual_spans_of_days_and_one_of_ones_own(report: Path, opened: Open) -> None:
    page = opened(report)
    page.choose("days", "1")
    assert page.money("Revenue")[0] == Decimal("1020.51")
    assert "of yesterday’s EUR revenue" in page.words("#headline-words")  # noqa: RUF001 - as the page has it
    first, last = (f"{NOW - timedelta(days=ago):%Y-%m-%d}" for ago in (20, 2))
    page = opened(report, part=f"#days=custom&from={first}&to={last}")
    assert page.money("Revenue")[0] == Decimal("300.30")
    assert page.page.input_value("#from") == first


def test_a_reason_opens_its_orders_and_the_link_and_the_back_button_keep_it(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7")
    page.page.click("text=1 order >> nth=0")
    page.page.wait_for_selector("#sheet[open] tbody tr")
    (row,) = page.page.locator("#sheet tbody tr").all_inner_texts()
    assert row.split("\t")[0::2][:2] == ["O-NO-CONSENT", f"{NOW - timedelta(days=1):%-d %b, %H:%M} UTC"]
    assert "180.00 EUR" in row
    link = page.page.evaluate("location.hash")
    page.page.go_back()
    page.page.wait_for_selector("#sheet:not([open])", state="attached")
    page.page.go_forward()
    page.page.wait_for_selector("#sheet[open] tbody tr")
    page.page.click("#sheet .close")
    page.page.wait_for_url(lambda url: "rows" not in url)
    assert opened(report, part=link).page.locator("#sheet[open] tbody tr").count() == 1


def test_closing_what_was_opened_here_is_a_step_back(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7")
    page.page.click("text=1 order >> nth=0")
    page.page.click("#sheet[open] .close")
    page.page.wait_for_url(lambda url: "rows" not in url)
    page.page.go_forward()
    page.page.wait_for_selector("#sheet[open] tbody tr")


def test_every_table_is_a_csv_file_with_plain_numbers_and_no_formula(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7&rows=rejected/100/2804003")
    assert page.page.locator("table").count() == page.page.locator(".tabled .save button").count()
    with page.page.expect_download() as download:
        page.page.click("#sheet .save button")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].split(",")[0] == "O-REFUSED"
    assert download.value.suggested_filename.startswith("orders-refused-by-meta")
    with page.page.expect_download() as download:
        page.page.evaluate("document.querySelector('#lost .save button').click()")
    assert ",1," in Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()[1]


def test_an_order_id_finds_its_life_and_an_unknown_one_the_command(report: Path, opened: Open) -> None:
    page = opened(report)
    page.page.fill("#order", "o-too-late")
    page.page.press("#order", "Enter")
    page.page.wait_for_selector("#sheet[open] dl")
    assert "Lost: too late to be sent" in page.words("#sheet")
    page = opened(report, part="#order=O-77")
    assert "connector why O-77" in page.words("#sheet")


def test_the_tabs_name_and_a_screen_reader_are_told_what_was_chosen(report: Path, opened: Open) -> None:
    page = opened(report)
    page.choose("days", "7")
    assert page.page.title().startswith("Meta knows of ")
    assert page.page.title().endswith(" · What Meta was told of our sales")
    assert page.words("h1") == "What Meta was told of our sales"
    assert page.page.locator("#told[aria-live='polite']").text_content().startswith(f"{NOW - timedelta(days=2):%-d %b}")


def test_a_browser_that_cannot_unpack_the_figures_says_so(report: Path, opened: Open) -> None:
    page = opened(report)
    page.page.add_init_script("delete window.DecompressionStream")
    page.page.reload()
    page.page.wait_for_selector("#stale:not([hidden])")
    assert "connector report prints them" in page.words("#stale")
    page.complaints.clear()


def test_an_event_without_money_is_shown_in_the_currency_that_it_has(report: Path, opened: Open) -> None:
    page = opened(report)
    page.choose("event", "Lead")
    assert page.words("#headline-words").startswith("Meta knows of 1 of the 4 conversions")


def test_revenue_is_what_was_paid_with_refunds_and_net_beside_it(report: Path, opened: Open) -> None:
    page = opened(report)
    tile = page.words("[data-tile='Revenue']")
    assert "13 paid orders" in tile
    assert "40.00 refunded: net 1,281" in tile
    assert "besides 29.50 unpaid or a test" in tile
    assert page.page.locator("[data-tile='Revenue'] .spark").count() == 1
    assert "by day, highest 1,021" in tile, "the trend is that of the same revenue"


def test_all_currencies_stand_in_one_row_of_counts_and_no_money_is_added(report: Path, opened: Open) -> None:
    page = opened(report)
    rows = [row.split("\t") for row in page.page.locator("#currencies tbody tr").all_inner_texts()]
    assert [rows[0][0], rows[0][1], rows[0][-1]] == ["all currencies", "18", "never added"]
    others = "Shown: EUR, 13 of 18 paid orders. Of the other currencies 1 lost (1 UKP): all currencies."
    assert page.words("#headline .others") == others
    assert "1 lost in other currencies" in page.words("[data-tile='Lost']")
    assert {row[0]: row[-1] for row in rows[1:]} == {
        "EUR": "1,320.81 EUR",
        "USD": "77.70 USD",
        "UKP": "9.00 UKP",
        "no usable currency": "not summed",
    }


def test_what_has_no_usable_currency_is_counted_and_never_summed(report: Path, opened: Open) -> None:
    page = opened(report, part="#currency=none")
    assert page.words("#headline-words").strip().startswith("Meta knows of 0 of the 2 conversions")
    assert page.words("#headline .most") == "None of it may be sent. Not eligible: 2 conversions, no currency."
    page.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert "749" not in page.words("main")


def test_the_reasons_are_those_of_the_headline_and_each_says_whether_it_is_fixable(report: Path, opened: Open) -> None:
    page = opened(report)
    kinds = page.page.locator("#lost tbody tr td:nth-child(2)").all_inner_texts()
    assert [kind.rpartition(", ")[2] for kind in kinds] == ["fixable", "lost", "lost"]
    told = page.page.locator("#lost .reason").all_inner_texts()
    assert all(one.partition(". ")[2].lower() in page.words("#headline .most").lower() for one in told)


def test_where_browser_and_server_told_nothing_in_common_there_is_nothing_to_judge(report: Path, opened: Open) -> None:
    page = opened(report)
    day = f"{NOW - timedelta(days=2):%Y-%m-%d}"
    assert page.words("#glance li:first-child").endswith("✗ no: 24 events count twice.")
    page = opened(report, part=f"#event=AddToCart&days=custom&from={day}&to={day}")
    nothing = "nothing to judge, as Meta accepted no web event from the server."
    assert page.words("#glance li:first-child").endswith(nothing)
    assert nothing in page.words("#deduplication")
    page.choose("days", "30")
    assert page.words("#glance li:first-child").endswith(
        "✓ healthy: of 5 events that browser and server both sent, in all currencies, none counts twice. "
        "On 1 of 2 days no event was sent by both, so there was nothing to judge."
    )


def test_while_sending_has_stopped_that_is_the_first_alarm_and_one_cause_is_one_warning(
    warehouse: Path, opened: Open, tmp_path: Path
) -> None:
    data = app.report_data(settings_of(warehouse), days=30)
    state = replace(data.state, works=False, headlines=["SENDING HAS STOPPED."], follow=["nothing_sent"])
    unread = [("match quality of dataset 1: refused.",), ("insights of account 2: refused.",)]
    pulls = replace(data.tables["pulls"], columns=("problem",), rows=unread)
    write(draw(replace(data, state=state, tables={**data.tables, "pulls": pulls})), tmp_path / "stopped.html")
    page = opened(tmp_path / "stopped.html")
    assert "✗ sending to Meta has stopped, the pixel told Meta" in page.words("#glance")
    assert "waits until sending works again" in page.words("[data-tile='On its way']")
    assert page.words("#stale") == "Not read from Meta: match quality of dataset 1, insights of account 2: refused."


def test_money_has_the_decimal_places_of_its_currency(warehouse: Path, opened: Open, tmp_path: Path) -> None:
    data = app.report_data(settings_of(warehouse), days=30)
    cells = data.tables["waterfall"]
    day = (NOW - timedelta(days=1)).date()
    yen = [(day, None, "Purchase", "JPY", stage, None, False, 1, 50) for stage in ("warehouse_revenue", "accepted")]
    held = replace(cells, rows=[*cells.rows, *yen])
    write(draw(replace(data, tables={**data.tables, "waterfall": held})), tmp_path / "yen.html")
    page = opened(tmp_path / "yen.html", part="#currency=JPY")
    page.page.click("#waterfall .body summary")
    assert "50 JPY" in page.words("[data-tile='Revenue']")
    assert "50.0" not in page.words("#main")
    assert "In the warehouse 50 1" in " ".join(page.page.locator("#waterfall tbody tr").first.inner_text().split())


def test_what_changed_since_yesterday_names_alarms_runs_and_shares(report: Path, opened: Open) -> None:
    page = opened(report)
    words = page.words("#changes")
    since, told = (f"{at:%-d %b, %H:%M} UTC" for at in (NOW - timedelta(hours=3), NOW))
    assert f"✗ started: “eligible revenue is lost”, since {since}." in words
    assert f"✓ over: “sending to Meta has stopped”, from {since} to {told}." in words, "it began and ended"
    assert "1 run failed (refused)" in words, "though it is proven"
    assert "; those after it did not." in words
    assert "✓ yes" in page.words("#runs tbody tr:nth-of-type(2)")
    assert "✗ refused" in page.words("#runs tbody tr:nth-of-type(2)")
    assert "no conversions on one of the last two whole days" in words


def test_what_moved_most_in_money_is_named_and_only_whole_days_are_compared(
    warehouse: Path, opened: Open, tmp_path: Path
) -> None:
    data = app.report_data(settings_of(warehouse), days=30)
    cells = data.tables["waterfall"]
    day = (NOW - timedelta(days=2)).date()
    added = [(day, None, "Purchase", "EUR", stage, None, False, 4, 400) for stage in ("warehouse_revenue", "accepted")]
    held = replace(cells, rows=[*cells.rows, *added])
    write(draw(replace(data, tables={**data.tables, "waterfall": held})), tmp_path / "moved.html")
    page = opened(tmp_path / "moved.html")
    moved = [row.split("\t") for row in page.page.locator("#changes table:first-of-type tbody tr").all_inner_texts()]
    assert moved[0] == ["Revenue", "400", "1,021", "▲ +621"]
    assert ["Lost: too late to be sent", "0", "121", "▲ +121"] in moved
    assert "Most moved: revenue ▲ +621 EUR." in page.words("#glance")
    first = replace(held, rows=[row for row in held.rows if row[0] is None or row[0] >= day])
    write(draw(replace(data, tables={**data.tables, "waterfall": first})), tmp_path / "first.html")
    assert "does not hold two whole days" in opened(tmp_path / "first.html").words("#changes")
    built = replace(data.state, reconciled_at=data.made_at - timedelta(days=1))
    write(draw(replace(data, state=built, tables={**data.tables, "waterfall": held})), tmp_path / "built.html")
    assert "no conversions on one of the last two" in opened(tmp_path / "built.html").words("#changes")


def test_metas_own_measures_stand_with_their_goals_and_their_change(report: Path, opened: Open) -> None:
    page = opened(report)
    row = page.page.locator("#meta tbody tr").first.inner_text()
    since = f"{NOW - timedelta(days=7):%-d %b}"
    for words in (
        "7.2",
        f"▼ 0.4 since {since}",
        "✗ 34.1 %",
        "goal 75 %",
        "only 61.0 % of the server",
        "every day",
        "37.9 %",
    ):
        assert words in row
    assert "Server sending mismatched IP addresses" in page.words("#meta")
    page.page.click("#meta .body summary")
    keys = page.page.locator("#meta .body details tbody tr").all_inner_texts()
    assert [row.split("\t") for row in keys] == [["email", "80.0 %", f"▼ 10.0 since {since}", NONE, "+12.5 %"]]


def test_campaigns_stand_with_what_they_cost_and_gave_the_most_expensive_first(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7")
    rows = [row.split("\t") for row in page.page.locator("#campaigns tbody tr").all_inner_texts()]
    assert rows[:3] == [
        ["all campaigns", "600.00", "6", "800.00", "1.33"],
        ["Spring", "400.00", "2", "300.00", "0.75"],
        ["Winter", "200.00", "4", "500.00", "2.50"],
    ]


NONE = "\N{EN DASH}"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("scheme", "width", "part"), [("light", 1280, "#rows=expired/"), ("dark", 390, "#days=7")])
def test_nothing_keeps_people_out_of_the_page(report: Path, opened: Open, scheme: str, width: int, part: str) -> None:
    page = opened(report, part=part, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.page.evaluate(AXE)
    found = page.page.evaluate("axe.run(document)")
    assert len(found["passes"]) > 20
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def test_match_quality_stands_row_by_row_where_a_table_would_be_too_narrow(report: Path, opened: Open) -> None:
    for width, rows in ((768, 1), (1280, 0)):
        page = opened(report, viewport={"width": width, "height": 900})
        assert page.page.locator("#meta .body > .tabled .scroll.blocks").count() == rows


def test_no_day_is_named_twice_under_a_chart_of_few_days(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7")
    named = page.page.locator("#daily .role-axis-label text").all_text_contents()
    days = [name for name in named if re.fullmatch(r"\d+ [A-Z]\w\w", name)]
    assert days == [f"{NOW - timedelta(days=ago):%-d %b}" for ago in (2, 1)]


@pytest.mark.parametrize("width", [641, 800, 1000])
def test_nothing_stands_outside_a_narrow_window(report: Path, opened: Open, width: int) -> None:
    page = opened(report, viewport={"width": width, "height": 900}, forced_colors="active")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    mark = "getComputedStyle(document.querySelector('#lost .share')).backgroundColor"
    assert page.page.evaluate(mark) != page.page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_it_prints_on_three_sheets(report: Path, opened: Open) -> None:
    page = opened(report, color_scheme="dark")
    assert len(re.findall(rb"/Type /Page\b(?!s)", page.page.pdf(format="A4"))) <= 3


def test_the_contents_lead_to_each_part_and_the_link_keeps_it_with_what_was_chosen(report: Path, opened: Open) -> None:
    page = opened(report, part="#days=7", viewport={"width": 390, "height": 800})
    page.page.focus("#contents summary")
    page.page.keyboard.press("Enter")
    page.page.focus("#contents a[href='#part=deduplication']")
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.closest('section').id") == "deduplication"
    assert 0 <= page.page.locator("#deduplication").bounding_box()["y"] < 100
    assert page.page.evaluate("document.querySelector('#contents details').open") is False
    link = page.page.evaluate("location.hash")
    assert "days=7" in link
    page = opened(report, part=link)
    assert page.page.is_checked("#days input[value='7']")
    page.page.wait_for_selector("#deduplication h2:focus")
    page.page.evaluate("document.querySelector('.skip').click()")
    assert page.page.is_checked("#days input[value='7']")
    assert page.page.evaluate("document.activeElement.id") == "headline-words"
    names = page.page.locator("#contents a").evaluate_all("all => all.map((link) => link.hash.slice(6))")
    assert names == page.page.locator("main section").evaluate_all("all => all.map((part) => part.id)")
    headings = page.page.locator("main section:not(#headline) h2").all_text_contents()
    assert page.page.locator("#contents a").all_text_contents() == ["Summary", *headings]


def test_the_questions_asked_most_are_answered_beside_the_headline(report: Path, opened: Open) -> None:
    page = opened(report)
    said = dict(answer.split("\n", 1) for answer in page.page.locator("#glance li").all_inner_texts())
    assert said["Is deduplication healthy?"] == "✗ no: 24 events count twice."
    assert said["Is match quality fine?"].startswith("✗ not all: score under 6: AddToCart 4.4 of 10, as on")
    assert (
        ". Also event coverage of Purchase 34.1 %, goal 75 %. Purchase 7.2 of 10, ▼ 0.4 since"
        in (said["Is match quality fine?"])
    )
    assert said["What brings the most, EUR a week?"].startswith("No consent to ads (fixable): ")
    assert said["What changed since yesterday?"].startswith("✗ 1 alarm started, 1 run failed. 2 alarms are over. Too")
    assert said["Can I trust it?"] == (
        "✓ every cent has its place; Meta counts all 1,200 Purchase events accepted in these days, in all currencies."
    )
    assert said["Any alarms?"].startswith(
        "✗ the pixel told Meta of people who asked not to be shared, nothing sent, and 1 more; 2 for other"
    )
    assert page.words("#receipts .body p").endswith(
        "✓ They are equal. That is Purchase alone; of events of every name 1,230 were accepted, and Meta counts all of "
        "them."
    )
    page.choose("days", "7")
    elsewhere = f"goes by the day of acceptance, and has none of these days: it has {NOW:%-d %b}."
    assert elsewhere in page.words("#glance")
    assert elsewhere in page.words("#receipts")


def test_an_alarm_about_people_who_asked_not_to_be_shared_is_first_for_every_choice(report: Path, opened: Open) -> None:
    page = opened(report, part="#event=Lead&currency=none&dataset=222")
    assert "✗ the pixel told Meta of people who asked not to be shared" in page.words("#glance")
    assert "2 people" in page.page.locator("#alarms li").first.inner_text()


def test_on_a_phone_the_parts_that_fewer_look_for_are_folded_and_print_has_them(report: Path, opened: Open) -> None:
    page = opened(report, viewport={"width": 390, "height": 800})
    folds = page.page.locator("main .fold")
    assert page.page.locator("main .fold[open]").count() == 0
    assert folds.count() == 12
    assert page.words("#chosen") == "30 days · EUR · Revenue (Purchase)", "it stays in sight"
    assert page.words("#latency summary").endswith("half of them within 2.0 h, 95 of 100 within 5.6 h.")
    hints = page.page.locator("main .fold .hint").all_text_contents()
    assert [hint for hint in hints if not hint.endswith(".")] == [], "each says what is in it, in a whole sentence"
    assert page.page.evaluate("getComputedStyle(document.querySelector('.hint')).webkitLineClamp") == "none"
    page.page.click("#latency summary >> nth=0")
    assert page.page.locator("#latency svg, #latency .body").first.is_visible()
    page.page.click("#glance a[href='#part=deduplication']")
    assert page.page.locator("#deduplication .body").is_visible()
    page.page.emulate_media(media="print")
    assert page.page.locator("#daily svg").bounding_box()["width"] > 200
    page = opened(report, viewport={"width": 1280, "height": 800})
    assert page.page.locator("main .fold[open]").count() == 12
    for part in ("meta", "coverage", "lost"):
        page.page.evaluate(f"document.querySelector('#{part}').scrollIntoView()")
        page.page.locator(f"#contents a[aria-current][href='#part={part}']").wait_for(state="attached")


def test_on_a_phone_nothing_is_read_sideways_and_long_tables_open_at_a_click(report: Path, opened: Open) -> None:
    page = opened(report, viewport={"width": 390, "height": 800})
    page.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    # not wait_for_function, whose second look the page's policy forbids
    page.page.evaluate(
        "new Promise((done) => { const look = () => [...document.querySelectorAll('.scroll')]"
        ".every((place) => place.scrollWidth <= place.clientWidth + 1) ? done() : requestAnimationFrame(look); "
        "look(); })"
    )
    assert page.page.locator("#lost .scroll.blocks").count() == 1
    assert page.page.locator("#coverage .unusable .scroll.blocks").count() == 0
    hidden = page.page.locator("#daily tbody tr[hidden]")
    assert hidden.count() > 0
    page.page.click("#daily .foot button")
    assert hidden.count() == 0


def test_what_was_given_and_not_usable_is_told_in_plain_words(report: Path, opened: Open) -> None:
    page = opened(report)
    rows = [row.split("\t") for row in page.page.locator("#coverage .unusable tbody tr").all_inner_texts()]
    assert ["Phone has no country code, and the order no country", "3"] in rows
    assert ["Phone is a placeholder, such as “test” or “n/a”", "1"] in rows
