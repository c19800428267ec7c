"""Reads the figures. What could not be read becomes one line: what, why, and how to fix it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.destinations.meta.insights import read_campaigns, read_insights
from connector.destinations.meta.parse import Malformed
from connector.destinations.meta.quality import read_quality
from connector.destinations.meta.reading import Reader, ReadError, Sleep
from connector.destinations.meta.refusals import ErrorClass, ParsedResponse
from connector.destinations.meta.stats import read_stats
from connector.destinations.meta.versions import check_insights
from connector.model.checks import Mark
from connector.model.readings import Figure, Reading, Trouble

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from connector.settings import Settings

READ_TOKEN = "CONNECTOR_META_READ_TOKEN"  # noqa: S105 - the name of a setting
SEND_TOKEN = "CONNECTOR_META_ACCESS_TOKEN"  # noqa: S105 - the same
NAMES = {
    Figure.EVENT_STATS: "received events (/stats) of dataset",
    Figure.MATCH_QUALITY: "match quality (/dataset_quality) of dataset",
    Figure.INSIGHTS: "insights of ad account",
    Figure.CAMPAIGNS: "campaigns of ad account",
}
OF_ACCOUNT = (
    f"Put a token with ads_read, whose user may see that ad account, into {READ_TOKEN}; "
    "CONNECTOR_META_AD_ACCOUNT_ID must be the account that the ads run in."
)
NEEDS = {
    Figure.EVENT_STATS: (
        "A token made in Events Manager cannot read it: put a system user's token with ads_read, and that dataset "
        f"assigned to the user, into {READ_TOKEN}."
    ),
    Figure.MATCH_QUALITY: (
        "It needs the task 'Use events dataset' (partial access) on the dataset, and ads_read with ads_management or "
        "business_management for the app; a token made in Events Manager before July 2025 must first be opted in there."
    ),
    Figure.INSIGHTS: OF_ACCOUNT,
    Figure.CAMPAIGNS: OF_ACCOUNT,
}
"""Who may read what (docs/meta-api.md §1.2, §8.3)."""


async def read_figures(
    client: httpx.AsyncClient,
    settings: Settings,
    datasets: Sequence[str],
    *,
    now: datetime,
    insights_as_report: bool,
    sleep: Sleep,
    listen: Callable[[Figure, str], None],
) -> list[Reading]:
    """One after the other: Meta's limits count per account, and parallel requests only reach them sooner.

    `listen` is called before each figure. Never raises for what Meta answers. Raises ConfigurationError for an
    unusable token.
    """
    readings = []
    readers = _readers(client, settings, sleep)
    for dataset in datasets:
        for figure, read in ((Figure.EVENT_STATS, read_stats), (Figure.MATCH_QUALITY, read_quality)):
            listen(figure, dataset)
            request = partial(read, dataset_id=dataset, now=now)
            readings.append(await read_figure(figure, dataset, readers, request))
    if settings.ad_account:
        zone = ZoneInfo(settings.meta_ad_account_timezone) if settings.meta_ad_account_timezone else None
        for figure, read_ads in ((Figure.INSIGHTS, read_insights), (Figure.CAMPAIGNS, read_campaigns)):
            listen(figure, settings.ad_account)
            about_ads = partial(
                read_ads, account_id=settings.ad_account, now=now, zone=zone, as_report=insights_as_report
            )
            reading = await read_figure(figure, settings.ad_account, readers, about_ads)
            of_version = _of_version(settings, now) if figure is Figure.INSIGHTS else []
            readings.append(replace(reading, notes=(*reading.notes, *of_version)))
    return readings


def _of_version(settings: Settings, now: datetime) -> list[str]:
    """What to say of a version whose end for insights is near or past: they end before events do."""
    check = check_insights(settings.meta_api_version, today=now.date())
    return [] if check.mark is Mark.OK else [check.words]


def _readers(client: httpx.AsyncClient, settings: Settings, sleep: Sleep) -> list[Reader]:
    """The read token first; the send token is the fallback where only it has the permission."""
    tokens = {READ_TOKEN: settings.meta_read_token, SEND_TOKEN: settings.meta_access_token}
    return [
        Reader(
            client,
            base_url=settings.meta_base_url,
            api_version=settings.meta_api_version,
            token=token,
            token_name=name,
            app_secret=settings.meta_app_secret,
            sleep=sleep,
        )
        for name, token in tokens.items()
        if token is not None
    ]


async def read_figure(
    figure: Figure, subject_id: str, readers: Sequence[Reader], read: Callable[[Reader], Awaitable[Reading]]
) -> Reading:
    """Try each token in turn until one may read it. Never raises for what Meta answers."""
    refusals = []
    for reader in readers:
        try:
            return await read(reader)
        except Malformed as malformed:
            return _failed(figure, subject_id, f"Meta's answer could not be parsed: {malformed}.")
        except ReadError as refusal:
            refused = _unread(figure, subject_id, refusal.response, reader)
        if refused.trouble is not Trouble.PERMISSION:
            return refused
        refusals.append(refused)
    return refusals[0]


def _unread(figure: Figure, subject_id: str, response: ParsedResponse, reader: Reader) -> Reading:
    name = f"{NAMES[figure]} {subject_id}"
    may_be_access = response.error is ErrorClass.UNCLEAR and figure is not Figure.MATCH_QUALITY
    if response.error is ErrorClass.ACCESS or may_be_access:
        problem = f"{name}: the token of {reader.token_name} may not read it ({response.summary}). {NEEDS[figure]}"
        return Reading(figure=figure, subject_id=subject_id, trouble=Trouble.PERMISSION, problem=problem)
    if response.error is ErrorClass.TOKEN:
        problem = f"{name}: Meta refuses the token of {reader.token_name} ({response.summary}): set a new one."
        return Reading(figure=figure, subject_id=subject_id, trouble=Trouble.TOKEN, problem=problem)
    if response.error in (ErrorClass.AGAIN, ErrorClass.LIMITED):
        return _failed(figure, subject_id, f"{response.summary}, also after retries: run connector pull later.")
    return _failed(figure, subject_id, f"Meta refused the request ({response.summary}). {response.advice}".rstrip())


def _failed(figure: Figure, subject_id: str, words: str) -> Reading:
    problem = f"{NAMES[figure]} {subject_id}: {words}"
    return Reading(figure=figure, subject_id=subject_id, trouble=Trouble.FAILED, problem=problem)
