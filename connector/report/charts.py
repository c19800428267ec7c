"""The charts of the page as Vega-Lite specifications. Each waits for its rows, which the page gives it.

`usermeta.colours` names the colours of its series in the order of the scale: the page knows them for light and dark.
"""

from __future__ import annotations

from typing import Any

import altair as alt

ROWS = "rows"
DAY_LABELS: dict[str, Any] = {"format": "%-d %b", "title": None, "labelOverlap": True, "labelSeparation": 10}
# of few days there are ticks at hours, which would repeat the day; labels at the ends stay under their day
DAY_AXIS = alt.Axis(
    **DAY_LABELS, grid=False, tickCount=6, labelFlush=False, labelExpr="utchours(datum.value) ? '' : datum.label"
)
DAYS_AXIS = alt.Axis(**DAY_LABELS, labelAngle=0)
MONEY_AXIS = alt.Axis(format="~s", title=None, tickCount=5, labelExpr="datum.value ? datum.label : '0'")


def charts() -> dict[str, dict[str, Any]]:
    """Every chart by the name of its place on the page."""
    return {
        "waterfall": _waterfall(),
        "daily": _lines(
            {"in the warehouse": "revenue", "accepted by Meta": "covered", "accepted or told by the pixel": "pixel"},
            description="Revenue in the warehouse by day, and how much of it Meta accepted or heard from the pixel",
        ),
        "receipts": _lines(
            {"accepted, by our own record": "covered", "received, by Meta's count": "way"},
            description="Events accepted by day of acceptance, and events that Meta counts as received",
        ),
        "attribution": _lines(
            {"purchases accepted": "covered", "attributed to ads by Meta": "uncertain"},
            description="Purchases accepted and attributed by Meta, in the ad account's days and currency",
        ),
        "latency": _lines(
            {"half of them within": "covered", "95 of 100 within": "way"},
            description="Hours from an event to its acceptance by Meta, by the day of the event",
        ),
        "scores": _scores(),
        "coverage": _coverage(),
        "deduplication": _deduplication(),
    }


def _finished(chart: Any, colours: list[str], *, height: int | alt.Step, description: str) -> dict[str, Any]:
    finished = chart.properties(
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        description=description,
        usermeta={"colours": colours},
    )
    specification: dict[str, Any] = finished.to_dict()
    specification.pop("config", None)  # the page's own: it depends on light or dark
    return specification


def _waterfall() -> dict[str, Any]:
    colours = {
        "In the warehouse": "revenue",
        "Unpaid or a test": "aside",
        "Not eligible": "aside",
        "Lost": "lost",
        "Held": "uncertain",
        "On its way": "way",
        "Told by the pixel": "pixel",
        "Accepted by Meta": "covered",
    }
    base = (
        alt.Chart(alt.NamedData(name=ROWS))
        .transform_calculate(whole="datum.order == 0 ? datum.money : 0", step="datum.order == 0 ? 0 : datum.money")
        .transform_joinaggregate(revenue="max(whole)")
        .transform_window(fallen="sum(step)", sort=[alt.SortField("order")], frame=[None, 0])
        .transform_calculate(
            low="datum.order == 0 ? 0 : datum.revenue - datum.fallen",
            high="datum.revenue - datum.fallen + datum.step",
        )
        .encode(y=alt.Y("place:N", sort=list(colours), axis=None))
    )
    bars = base.mark_bar(cornerRadius=2, height={"band": 0.34}, yOffset=9).encode(
        x=alt.X("low:Q", axis=MONEY_AXIS, scale=alt.Scale(nice=False, padding=0)),
        x2="high:Q",
        color=alt.Color("place:N", scale=alt.Scale(domain=list(colours)), legend=None),
        tooltip=[alt.Tooltip("place:N", title="Where"), alt.Tooltip("label:N", title="How much")],
    )
    # words stand above their bar, so that they find room on a phone
    words = base.encode(x=alt.datum(0)).mark_text(align="left", baseline="middle", dy=-10)
    return _finished(
        alt.layer(bars, words.encode(text="line:N")),
        list(colours.values()),
        height=alt.Step(43),  # of a row, so that words and bar keep their distance however many rows there are
        description="From warehouse revenue to what Meta accepted, step by step",
    )


def _lines(colours: dict[str, str], *, description: str) -> dict[str, Any]:
    series = alt.Scale(domain=list(colours))
    legend = alt.Legend(title=None, orient="top", labelLimit=260, symbolType="stroke")
    lines = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=36))
        .encode(
            x=alt.X("day:T", scale=alt.Scale(type="utc"), axis=DAY_AXIS),
            y=alt.Y("number:Q", axis=MONEY_AXIS, scale=alt.Scale(zero=True, nice=True)),
            color=alt.Color("series:N", scale=series, legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=series, legend=legend),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%-d %b %Y", title="Day"),
                alt.Tooltip("series:N", title="What"),
                alt.Tooltip("label:N", title="How much"),
            ],
        )
    )
    return _finished(lines, list(colours.values()), height=220, description=description)


def _scores() -> dict[str, Any]:
    scores = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=50))
        .encode(
            x=alt.X("day:T", scale=alt.Scale(type="utc"), axis=DAY_AXIS),
            y=alt.Y("number:Q", axis=alt.Axis(title=None, tickCount=5), scale=alt.Scale(domain=[0, 10])),
            color=alt.Color("series:N", legend=alt.Legend(title=None, orient="top")),
            shape=alt.Shape("series:N", legend=None),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%-d %b %Y", title="Day"),
                alt.Tooltip("series:N", title="Event"),
                alt.Tooltip("number:Q", title="Out of 10"),
            ],
        )
    )
    colours = ["covered", "lost", "uncertain", "way", "pixel", "aside", "revenue"]
    return _finished(scores, colours, height=200, description="Meta's score of match quality by day and event")


def _coverage() -> dict[str, Any]:
    cells = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("day:O", timeUnit="utcyearmonthdate", axis=DAYS_AXIS),
            y=alt.Y("identifier:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.value("var(--high)"),
            opacity=alt.Opacity("number:Q", scale=alt.Scale(domain=[0, 100], range=[0.05, 1]), legend=None),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%-d %b %Y", title="Day"),
                alt.Tooltip("identifier:N", title="Known"),
                alt.Tooltip("number:Q", format=".1f", title="% of conversions"),
            ],
        )
    )
    description = "Share of conversions that carry each identifier, by day"
    return _finished(cells, [], height=alt.Step(24), description=description)


def _deduplication() -> dict[str, Any]:
    colours = {
        "both, counted once": "covered",
        "server only: the browser missed it": "way",
        "browser only": "pixel",
        "counted twice": "lost",
    }
    bars = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_bar()
        .encode(
            x=alt.X("day:O", timeUnit="utcyearmonthdate", axis=DAYS_AXIS),  # by time, it would end with tomorrow
            y=alt.Y("number:Q", axis=MONEY_AXIS, stack=True),
            color=alt.Color(
                "series:N",
                scale=alt.Scale(domain=list(colours)),
                legend=alt.Legend(title=None, orient="top", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%-d %b %Y", title="Day"),
                alt.Tooltip("series:N", title="Who told Meta"),
                alt.Tooltip("label:N", title="How much"),
            ],
        )
    )
    return _finished(
        bars, list(colours.values()), height=220, description="Who told Meta of web events, by day, in money"
    )
