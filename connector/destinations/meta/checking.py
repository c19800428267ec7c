"""Checks of the way to Meta: token and dataset by a probe without side effect, the clock, the version, the settings.

The probe is `{"data":[{}]}`: one event without any field. Meta looks at the token and the dataset first and then
refuses the event (docs/meta-api.md §7.1), so that nothing is stored; the refusal shows how far the request came.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from connector.destinations.meta.answers import ELSEWHERE, judge
from connector.destinations.meta.client import Answer, client_of
from connector.destinations.meta.reasons import Reason, describe
from connector.destinations.meta.versions import check_insights, check_version
from connector.errors import ConfigurationError, ConnectorError, Stopped
from connector.model.checks import Check, doubted, failed, passed
from connector.model.stop_reasons import StopReason
from connector.model.verdicts import Kind, Verdict
from connector.settings import meant_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from connector.settings import Settings

EMPTY_EVENT = b"{}"
AGAIN = "Try again; if it lasts, check CONNECTOR_META_BASE_URL and the proxy or firewall on the way."
SMALL_SKEW = timedelta(seconds=60)
LARGEST_SKEW = timedelta(hours=1)
"""Deadlines stand an hour before Meta's own; a clock that is further off sends events that Meta refuses."""


def check_settings(settings: Settings, *, now: datetime) -> list[Check]:
    """Checks of the settings that need no network."""
    version, today = settings.meta_api_version, now.date()
    checks = [_check_test_code(settings), _check_secret(settings), check_version(version, today=today)]
    return [*checks, check_insights(version, today=today)] if settings.ad_account else checks


async def check_meta(
    client: httpx.AsyncClient, settings: Settings, datasets: Sequence[str], *, now: Callable[[], datetime]
) -> list[Check]:
    """Probe each dataset once with the token that sends. Never raises for what is wrong."""
    try:
        settings.require_access_token()
    except ConfigurationError as error:
        return [failed("token", error)]
    if not datasets:
        misspelt = meant_for("CONNECTOR_META_DATASET_ID")
        words = f"none is known, so the token was not tried: set CONNECTOR_META_DATASET_ID{misspelt}."
        return [doubted("dataset", words)]
    meta = client_of(client, settings)
    checks = []
    for dataset in datasets:
        answer = await meta.send(dataset, [EMPTY_EVENT])
        checks.append(judge_probe(f"dataset {dataset}", judge(answer, sent=1)))
    return [*checks, judge_clock(answer, now=now())]


def judge_probe(name: str, verdict: Verdict) -> Check:
    """What the answer to the probe shows about the token and the dataset."""
    code, subcode = verdict.evidence.error_code, verdict.evidence.error_subcode
    codes = f"code {code}" + (f"/{subcode}" if subcode else "")
    word = verdict.evidence.error_text or ""
    meaning = verdict.meaning or describe(word) or ""
    match verdict.kind:
        case Kind.CONTENT:
            return passed(name, f"token and dataset work: only the probe's empty event was refused ({codes}).")
        case Kind.MAYBE_CONTENT if word == Reason.UNKNOWN_CODE:
            return doubted(name, f"{codes}, {word}: {meaning} {verdict.advice or ''}".strip())
        case Kind.MAYBE_CONTENT:
            return doubted(
                name,
                f"token and dataset most likely work: the probe's empty event was refused ({codes}). A missing "
                "permission can give the same code; the first sync will show.",
            )
        case Kind.STOP:
            return failed(name, Stopped(f"{codes}, {word}: {meaning} {verdict.advice or ''}".strip()))
        case Kind.WAIT if verdict.stop_reason is StopReason.RATE_LIMITED:
            return doubted(name, f"{codes}, {word}: {meaning} Try again later.")
        case Kind.ACCEPTED:
            return doubted(name, "an event without any field was accepted: does CONNECTOR_META_BASE_URL lead to Meta?")
        case Kind.UNCONFIRMED if word in (Reason.NO_ANSWER, Reason.META_FAILED):
            said = word if code is None else f"{codes}, {word}"
            return failed(name, ConnectorError(f"{said}: {meaning} {AGAIN}"))
    return failed(name, ConnectorError(f"{word}: {meaning} {verdict.advice or ELSEWHERE}"))


def judge_clock(answer: Answer, *, now: datetime) -> Check:
    """How far this machine's clock is from the one that answered, by its Date header (whole seconds)."""
    theirs = _date_of(answer)
    if theirs is None:
        return doubted("clock", "no answer with a Date header came: this machine's clock could not be compared.")
    skew = now - theirs
    seconds = round(skew.total_seconds())
    if abs(skew) <= SMALL_SKEW:
        return passed("clock", f"{abs(seconds)} s from the server's.")
    difference = f"this machine's clock is {abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'} the server's"
    advice = "synchronise it by NTP, or events are sent too early or after their deadline."
    if abs(skew) <= LARGEST_SKEW:
        return doubted("clock", f"{difference}: {advice}")
    return failed("clock", ConfigurationError(f"{difference}: {advice}"))


def _date_of(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (LookupError, ValueError):
        return None


def _check_test_code(settings: Settings) -> Check:
    if settings.test_event_code is None:
        return passed("test event code", "not set, as it should be in production.")
    return doubted(
        "test event code",
        "CONNECTOR_TEST_EVENT_CODE is set: connector sync refuses to run without --test-events, because Meta counts "
        "test events like any others. Unset it in production.",
    )


def _check_secret(settings: Settings) -> Check:
    if settings.meta_app_secret is None:
        return passed("app secret", "not set: needed only if the app requires appsecret_proof.")
    return passed("app secret", "set: each request carries its proof.")
