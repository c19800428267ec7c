"""A run as OpenTelemetry shows it: one trace with a span for each claim, request and write to the ledger, and counters.

Only its API is used; which SDK takes it, and where that sends it, is the user's set-up (OTEL_... variables). Attributes
are counts, codes and our own words: no key, no identifier, no dataset and no part of an address, and of an error its
class alone, since its text may quote a row. Events and money are counted once, when the ledger has proven a run.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.trace import SpanKind, StatusCode

from connector import __version__
from connector.model.outcomes import Outcome
from connector.model.verdicts import Kind

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from opentelemetry.trace import Span

    from connector.delivery import Destination, Ledger, RunReport
    from connector.ledger import RunIdentity
    from connector.model.batches import LoadedBatch
    from connector.model.outcomes import Marked, Settled
    from connector.model.verdicts import Verdict, Wording

SCOPE = "connector"
LATENCY_S = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800)
"""Borders of the histogram of latency: from a minute to a week."""


class Meters:
    """The counters; the SDK keeps one of each, however often they are asked for."""

    def __init__(self) -> None:
        meter = metrics.get_meter(SCOPE, __version__)
        self.runs = meter.create_counter("connector.runs", "{run}", "Runs that ended, by reason.")
        self.events = meter.create_counter("connector.events", "{event}", "Events of runs that ended, by outcome.")
        self.money = meter.create_counter("connector.money", "1", "Their money, by outcome and currency.")
        self.run_s = meter.create_histogram("connector.run.duration", "s", "How long a run took.")
        self.request_s = meter.create_histogram("connector.request.duration", "s", "How long Meta took to answer.")
        self.latency_s = meter.create_histogram(
            "connector.event.latency",
            "s",
            "From the oldest event of a batch to its acceptance.",
            explicit_bucket_boundaries_advisory=LATENCY_S,
        )
        self.used = meter.create_gauge("connector.limit.used", "%", "The highest share of a limit that Meta told.")


@contextmanager
def traced(run: RunIdentity) -> Iterator[Traced]:
    """The span of a run, which is the parent of all others, and its observer."""
    tracer = trace.get_tracer(SCOPE, __version__)
    known = {
        "connector.sync_id": run.sync_id,
        "connector.mode": run.mode,
        "connector.airflow_run": run.airflow_run,
        "connector.started_on": run.started_on,
    }
    told = {name: value for name, value in known.items() if value is not None}
    with _span(tracer, "connector.sync", told) as span:
        yield Traced(tracer, span, run.mode)


class Traced:
    """The observer of one run. Threads know nothing of a span that another has begun, so each is told its parent."""

    def __init__(self, tracer: trace.Tracer, span: Span, mode: str) -> None:
        self._tracer = tracer
        self._span = span
        self._mode = mode
        self._within = trace.set_span_in_context(span)
        self.meters = Meters()

    def ledger(self, ledger: Ledger) -> Ledger:
        return TracedLedger(ledger, self)

    def destination(self, destination: Destination) -> Destination:
        return TracedDestination(destination, self)

    @contextmanager
    def span(self, name: str, *, kind: SpanKind = SpanKind.INTERNAL, **counts: int) -> Iterator[Span]:
        told = {f"connector.{key}": count for key, count in counts.items()}
        with _span(self._tracer, f"connector.{name}", told, kind=kind, within=self._within) as span:
            yield span

    def ended(self, report: RunReport) -> None:
        """Tell what the ledger has proven of the run."""
        reason, mode = str(report.reason), {"connector.mode": self._mode}
        self._span.set_attributes({"connector.reason": reason, "connector.requests": report.requests})
        self._span.set_attributes({f"connector.events.{name}": events for name, events in report.outcomes.items()})
        if report.failure is not None:
            self._span.set_status(StatusCode.ERROR, reason)
        self.meters.runs.add(1, mode | {"connector.reason": reason})
        self.meters.run_s.record(report.duration_s, mode)
        for outcome in Outcome:
            of_outcome = mode | {"connector.outcome": str(outcome)}
            self.meters.events.add(report.outcomes[outcome], of_outcome)
            for currency, amount in report.money[outcome].items():
                self.meters.money.add(float(amount), of_outcome | {"connector.currency": currency})


class TracedLedger:
    """A ledger with a span for each claim and each write."""

    def __init__(self, ledger: Ledger, observer: Traced) -> None:
        self._ledger = ledger
        self._observer = observer
        self._oldest: dict[int, int] = {}

    def claim(self, **terms: Any) -> range | None:
        with self._observer.span("claim") as span:
            batch_nos = self._ledger.claim(**terms)
            span.set_attribute("connector.batches", len(batch_nos or ()))
        return batch_nos

    def held_by_others(self) -> dict[str, int]:
        return self._ledger.held_by_others()

    def read(self, batch_nos: range) -> Generator[LoadedBatch, None, None]:
        with closing(self._ledger.read(batch_nos)) as batches:
            for batch in batches:
                times = [moment for moment in batch.event_times if moment is not None]
                if times:
                    self._oldest[batch.batch_no] = min(times)
                yield batch

    def record(self, settled: Sequence[Settled], marked: Sequence[Marked], *, again: bool = False) -> None:
        events = sum(one.events for one in settled)
        name = "settle" if settled else "mark" if marked else "renew"
        with self._observer.span(name, events=events, marks=len(marked)) as span:
            span.set_attribute("connector.again", again)
            self._ledger.record(settled, marked, again=again)
        now_s = datetime.now(UTC).timestamp()
        for batch_no in {one.batch_no for one in settled if one.outcome is Outcome.ACCEPTED}:
            if (oldest := self._oldest.pop(batch_no, None)) is not None:
                self._observer.meters.latency_s.record(max(now_s - oldest, 0.0))


class TracedDestination:
    """A destination with a span for each request."""

    def __init__(self, destination: Destination, observer: Traced) -> None:
        self._destination = destination
        self._observer = observer

    @property
    def batch_size(self) -> int:
        return self._destination.batch_size

    @property
    def max_bytes(self) -> int:
        return self._destination.max_bytes

    @property
    def wording(self) -> Wording:
        return self._destination.wording

    def screen(self, payloads: Sequence[bytes], **columns: Any) -> Sequence[str | None]:
        return self._destination.screen(payloads, **columns)

    async def send(self, dataset_id: str, payloads: Sequence[bytes]) -> Verdict:
        size = sum(map(len, payloads))
        with self._observer.span("request", kind=SpanKind.CLIENT, events=len(payloads), bytes=size) as span:
            verdict = await self._destination.send(dataset_id, payloads)
            self._tell(span, verdict)
        return verdict

    def _tell(self, span: Span, verdict: Verdict) -> None:
        evidence, meters = verdict.evidence, self._observer.meters
        answer = {
            "http.response.status_code": evidence.http_status,
            "connector.verdict": str(verdict.kind),
            "connector.error_code": evidence.error_code,
            "connector.error_subcode": evidence.error_subcode,
            "connector.reason": evidence.error_text,
            "connector.fbtrace_id": evidence.fbtrace_id,
        }
        span.set_attributes({name: value for name, value in answer.items() if value is not None})
        if verdict.kind is not Kind.ACCEPTED:
            span.set_status(StatusCode.ERROR, str(verdict.kind))
        if evidence.duration_ms is not None:
            meters.request_s.record(evidence.duration_ms / 1000, {"connector.verdict": str(verdict.kind)})
        if verdict.limit_used_pct is not None:
            span.set_attribute("connector.limit.used", verdict.limit_used_pct)
            meters.used.set(verdict.limit_used_pct)


@contextmanager
def _span(
    tracer: trace.Tracer,
    name: str,
    attributes: dict[str, Any],
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    within: Any = None,
) -> Iterator[Span]:
    with tracer.start_as_current_span(
        name,
        context=within,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise
