"""What OpenTelemetry is shown of a run: a trace with its parts, the ledger's counts, and nothing of a row."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from connector.app.traces import traced
from connector.ledger import RunIdentity
from connector.sandbox.server import RunningSandbox
from tests.support.meta_script import Script, error
from tests.support.shops import DATASET, event, refused_by_meta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from tests.support.shops import Person, Shop

EMAIL, TOKEN = "canary.person@shop.example", "EAAcanarytoken0123456789"
CANARIES = (EMAIL, "canary.person", TOKEN, "shop.example", "secret-order", DATASET, "127.0.0.1", "http:", "/events")
DASHBOARD = Path(__file__).parents[3] / "examples" / "telemetry" / "grafana-dashboard.json"
UNITS = {"s": "_seconds", "%": "_percent"} | dict.fromkeys(("1", "{run}", "{event}"), "")
"""What Prometheus adds to a name for its unit."""


class Watched:
    """An SDK that keeps what it is told."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.meters = MeterProvider([self.reader])

    @property
    def finished(self) -> tuple[ReadableSpan, ...]:
        return self.spans.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.finished if span.name == name]

    def points(self) -> dict[str, list[Any]]:
        found = self.reader.get_metrics_data()
        scopes = [scope for resource in found.resource_metrics for scope in resource.scope_metrics] if found else []
        return {metric.name: list(metric.data.data_points) for scope in scopes for metric in scope.metrics}

    def counted(self, name: str, *of: str) -> dict[tuple[Any, ...], float]:
        told = ((tuple(point.attributes[key] for key in of), point.value) for point in self.points()[name])
        return {key: value for key, value in told if value}

    def everything(self) -> str:
        points = [(name, point) for name, found in self.points().items() for point in found]
        return "\n".join(span.to_json() for span in self.finished) + str(points)


class Broken:
    """A ledger whose error quotes a row, as those of drivers do."""

    def held_by_others(self) -> dict[str, int]:
        raise RuntimeError(EMAIL)

    def record(self, *_: Any, **__: Any) -> None:
        raise RuntimeError(EMAIL)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """The global providers, as a user's set-up of OpenTelemetry leaves them."""
    one = Watched()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", one.tracers)
    monkeypatch.setattr(metrics._internal, "_METER_PROVIDER", one.meters)
    yield one
    one.tracers.shutdown()
    one.meters.shutdown()


@pytest.fixture
def shop(duckdb_shop: Shop) -> Shop:
    """What is told does not depend on the engine."""
    return duckdb_shop


@pytest.fixture
def sandbox(script: Script) -> Iterator[RunningSandbox]:
    with RunningSandbox(faults=script) as running:
        yield running


def test_a_run_is_one_trace_of_claims_requests_and_writes(shop: Shop, person: Person, watched: Watched) -> None:
    shop.add(event(f"o{number}") for number in range(1_500))
    assert person.says("sync") == 0, person.err
    (run,) = watched.named("connector.sync")
    kinds = Counter(span.name.removeprefix("connector.") for span in watched.finished)
    assert (kinds["request"], kinds["claim"]) == (2, 2)
    assert kinds["settle"] >= 1
    assert {span.context.trace_id for span in watched.finished} == {run.context.trace_id}
    assert {span.parent.span_id for span in watched.finished if span.parent} == {run.context.span_id}
    assert run.attributes is not None
    assert run.attributes["connector.events.accepted"] == 1_500
    sent = [span.attributes or {} for span in watched.named("connector.request")]
    assert sorted(told["connector.events"] for told in sent) == [500, 1_000]
    assert {told["connector.verdict"] for told in sent} == {"accepted"}


def test_events_and_money_are_counted_as_the_ledger_has_them(shop: Shop, person: Person, watched: Watched) -> None:
    shop.add([event("o1"), event("o2", value="7.5", currency="EUR", body={"custom_data": {}}), refused_by_meta("bad")])
    person.says("sync")
    status = person.asks("status")
    assert watched.counted("connector.events", "connector.outcome") == {
        (name,): status[name] for name in ("accepted", "rejected", "invalid", "deferred") if status[name]
    }
    money = watched.counted("connector.money", "connector.outcome", "connector.currency")
    assert money[("accepted", "USD")] == float(status["money"]["accepted"]["USD"])
    assert watched.counted("connector.runs", "connector.reason") == {("finished",): 1}
    (latency,) = watched.points()["connector.event.latency"]
    assert latency.min >= 3_600


def test_a_refused_request_tells_its_codes_and_how_much_of_the_limit_is_used(
    shop: Shop, person: Person, script: Script, watched: Watched
) -> None:
    refusal = error(190, subcode=463)
    refusal.headers["X-App-Usage"] = json.dumps({"call_count": 61, "total_time": 25, "total_cputime": 3})
    script.before_commit.append(refusal)
    shop.add([event("o1")])
    assert person.says("sync") == 3
    (request,) = watched.named("connector.request")
    told = request.attributes or {}
    assert (told["connector.error_code"], told["connector.error_subcode"]) == (190, 463)
    assert told["connector.limit.used"] == 61
    (run,) = watched.named("connector.sync")
    assert not run.status.is_ok
    assert [point.value for point in watched.points()["connector.limit.used"]] == [61]


def test_nothing_of_a_row_a_token_or_an_address_is_in_it(
    shop: Shop, person: Person, script: Script, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", TOKEN)
    plain = {"user_data": {"em": EMAIL}, "event_source_url": f"https://shop.example/?email={EMAIL}"}
    shop.add([event("secret-order"), event("secret-order-2", body=plain), event("secret-order-3", payload=EMAIL)])
    script.before_commit.append(error(1, status=500))
    person.says("sync")
    person.says("sync")
    run = RunIdentity(sync_id="run", mode="live", destination_host="shop.example", lease_ttl_s=60)
    with pytest.raises(RuntimeError), traced(run) as observer:
        observer.ledger(Broken()).held_by_others()
    with pytest.raises(RuntimeError), traced(run) as observer:
        observer.ledger(Broken()).record([], [])
    assert (watched.named("connector.renew")[-1].attributes or {})["error.type"] == "RuntimeError"
    told = watched.everything()
    assert [canary for canary in CANARIES if canary in told] == []


def test_a_process_without_opentelemetry_imports_none_of_it(shop: Shop, person: Person, tmp_path: Path) -> None:
    shop.add([event("o1")])
    program = (
        "import sys\n"
        "from connector import app\n"
        "from connector.settings import Settings\n"
        "assert app.sync(Settings.load()).requests == 1\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_dashboard_asks_for_what_is_told_by_its_name_in_prometheus(
    shop: Shop, person: Person, script: Script, watched: Watched
) -> None:
    answer = error(4)
    answer.headers["X-App-Usage"] = json.dumps({"call_count": 5})
    script.before_commit.append(answer)
    shop.add([event("o1")])
    person.says("sync")
    data = watched.reader.get_metrics_data()
    assert data is not None
    metrics_of_run = [
        m for resource in data.resource_metrics for scope in resource.scope_metrics for m in scope.metrics
    ]
    told = {f"{metric.name.replace('.', '_')}{UNITS[metric.unit]}" for metric in metrics_of_run}
    asked = re.findall(r"\b(connector_\w+?)(?:_total|_bucket|_count)?[{\[]", DASHBOARD.read_text())
    assert set(asked) == told
    labels = {
        str(label).replace(".", "_")
        for metric in metrics_of_run
        for p in metric.data.data_points
        for label in p.attributes
    }
    assert set(re.findall(r"\b(connector_\w+)\s*(?:=|!)", DASHBOARD.read_text())) <= labels
