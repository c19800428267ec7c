"""Bisection: every event of a refused batch gets exactly one outcome, whatever Meta refuses."""

from __future__ import annotations

import asyncio
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.bisection import Bisected, Budget, bisect
from connector.delivery.reasons import Reason
from connector.model.outcomes import Evidence, Outcome
from connector.model.verdicts import Kind, Verdict

PLENTY = 1_000_000


def verdict(kind: Kind) -> Verdict:
    return Verdict(kind=kind, evidence=Evidence(error_code=100, error_text="event_refused"), advice=None)


class Meta:
    """Refuses a range that holds a bad place; answers anything else for the places told."""

    def __init__(
        self, bad: set[int], refusal: Kind = Kind.CONTENT, others: dict[int, Kind | None] | None = None
    ) -> None:
        self.bad = bad
        self.refusal = refusal
        self.others = others or {}
        self.asked: list[range] = []

    async def ask(self, part: range) -> Verdict | None:
        self.asked.append(part)
        for place, kind in self.others.items():
            if place in part:
                return None if kind is None else verdict(kind)
        return verdict(self.refusal if self.bad & set(part) else Kind.ACCEPTED)


def run(size: int, meta: Meta, budget: int = PLENTY) -> Bisected:
    return asyncio.run(bisect(size, verdict(meta.refusal), meta.ask, Budget(requests=budget)))


def by_place(result: Bisected) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    for places, outcome, _ in result.parts:
        for place in places:
            assert place not in outcomes, "a place has two outcomes"
            outcomes[place] = outcome
    return outcomes


sizes_and_bad = st.integers(1, 300).flatmap(
    lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1), min_size=1))
)


@given(sizes_and_bad)
def test_with_a_known_content_code_exactly_the_bad_events_are_rejected(case: tuple[int, set[int]]) -> None:
    size, bad = case
    result = run(size, Meta(bad))
    assert by_place(result) == {place: Outcome.REJECTED if place in bad else Outcome.ACCEPTED for place in range(size)}
    assert result.stop is None


@given(sizes_and_bad)
def test_requests_stay_within_two_searches_a_bad_event(case: tuple[int, set[int]]) -> None:
    size, bad = case
    meta = Meta(bad)
    run(size, meta)
    assert len(meta.asked) <= 2 * len(bad) * ceil(log2(max(size, 2)))


@given(sizes_and_bad, st.integers(0, 60))
def test_a_spent_budget_defers_what_is_left_and_never_rejects_a_good_event(
    case: tuple[int, set[int]], budget: int
) -> None:
    size, bad = case
    meta = Meta(bad)
    result = run(size, meta, budget)
    outcomes = by_place(result)
    assert set(outcomes) == set(range(size))
    assert len(meta.asked) <= budget
    assert all(place in bad for place, outcome in outcomes.items() if outcome is Outcome.REJECTED)
    assert not any(place in bad for place, outcome in outcomes.items() if outcome is Outcome.ACCEPTED)
    reasons = {evidence.error_text for _, outcome, evidence in result.parts if outcome is Outcome.DEFERRED}
    assert reasons <= {Reason.BUDGET_SPENT}


@given(sizes_and_bad)
def test_an_unknown_code_rejects_only_by_contrast_and_otherwise_stops_the_dataset(case: tuple[int, set[int]]) -> None:
    size, bad = case
    result = run(size, Meta(bad, Kind.MAYBE_CONTENT))
    outcomes = by_place(result)
    assert set(outcomes) == set(range(size))
    if result.stop is None:
        assert outcomes == {place: Outcome.REJECTED if place in bad else Outcome.ACCEPTED for place in range(size)}
    else:
        assert Outcome.REJECTED not in outcomes.values()
        assert Outcome.ACCEPTED not in outcomes.values()
        assert {evidence.error_text for _, _, evidence in result.parts} == {Reason.NO_CONTRAST}


@given(st.integers(1, 1000))
def test_a_batch_that_is_refused_whole_by_an_unknown_code_costs_few_requests(size: int) -> None:
    meta = Meta(set(range(size)), Kind.MAYBE_CONTENT)
    result = run(size, meta)
    assert result.stop is not None
    assert set(by_place(result).values()) == {Outcome.DEFERRED}
    assert len(meta.asked) <= 4 * ceil(log2(max(size, 2))) + 5


def test_scattered_and_contiguous_poison_of_an_unknown_code_both_find_their_contrast() -> None:
    for bad in ({*range(0, 1000, 5)}, {*range(200)}, {*range(800, 1000)}, {*range(400, 600)}):
        result = run(1000, Meta(bad, Kind.MAYBE_CONTENT))
        assert result.stop is None
        rejected = {place for place, outcome in by_place(result).items() if outcome is Outcome.REJECTED}
        assert rejected == bad


def test_an_unreadable_answer_makes_only_its_half_unconfirmed() -> None:
    outcomes = by_place(run(8, Meta({0}, others={7: Kind.UNCONFIRMED})))
    assert {place for place, outcome in outcomes.items() if outcome is Outcome.UNCONFIRMED} == {4, 5, 6, 7}
    assert outcomes[0] is Outcome.REJECTED
    assert outcomes[1] is Outcome.ACCEPTED


def test_a_token_that_dies_while_bisecting_stops_the_dataset_and_defers_the_rest() -> None:
    result = run(8, Meta({0}, others={6: Kind.STOP}))
    assert result.stop is not None
    assert by_place(result)[6] is Outcome.DEFERRED
    assert Outcome.REJECTED not in {outcome for place, outcome in by_place(result).items() if place != 0}


def test_a_run_that_stops_while_bisecting_defers_what_was_not_asked() -> None:
    result = run(4, Meta({0}, others={2: None}))
    evidence = [evidence for places, _, evidence in result.parts if 2 in places]
    assert [one.error_text for one in evidence] == [Reason.RUN_STOPPED]


def test_a_run_that_stops_before_there_could_be_contrast_does_not_blame_the_dataset() -> None:
    result = run(2, Meta({0}, refusal=Kind.MAYBE_CONTENT, others={1: None}))
    assert result.stop is None
    assert by_place(result) == {0: Outcome.DEFERRED, 1: Outcome.DEFERRED}
    assert {evidence.error_text for _, _, evidence in result.parts} == {Reason.RUN_STOPPED}


def test_one_event_refused_alone_needs_no_further_request() -> None:
    meta = Meta({0})
    assert by_place(run(1, meta)) == {0: Outcome.REJECTED}
    assert meta.asked == []
