"""Bisection: every event of a refused batch gets exactly one outcome, whatever Meta refuses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from math import ceil, log2
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery.bisection import Budget, Search
from connector.delivery.contrast import Contrast
from connector.delivery.parts import Part
from connector.delivery.preparing import PreparedBatch
from connector.delivery.reasons import Reason
from connector.model.outcomes import Evidence, Mark, Outcome
from connector.model.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model.outcomes import Marked, Settled

PLENTY = 1_000_000
WIDTH = 4


def verdict(kind: Kind) -> Verdict:
    return Verdict(kind=kind, evidence=Evidence(error_code=100, error_text="event_refused"), advice=None)


class Meta:
    """Refuses a part that holds a bad place; answers anything else for the places told."""

    def __init__(
        self, bad: set[int], refusal: Kind = Kind.CONTENT, others: dict[int, Kind | None] | None = None
    ) -> None:
        self.bad = bad
        self.refusal = refusal
        self.others = others or {}
        self.asked: list[range] = []
        self.contrast = Contrast()

    async def ask(self, part: Part) -> Verdict | None:
        self.asked.append(part.places)
        places = {part.batch.positions[place] for place in part.places}
        began_at = self.contrast.moment
        await asyncio.sleep(0)
        for place, kind in self.others.items():
            if place in places:
                return None if kind is None else verdict(kind)
        if self.bad & places:
            return verdict(self.refusal)
        self.contrast.accepted(part.dataset_id, began_at=began_at)
        return verdict(Kind.ACCEPTED)


@dataclass
class Book:
    """A writer that keeps what it is told. `open`: places that a death now would leave unconfirmed."""

    outcomes: dict[int, Settled] = field(default_factory=dict)
    released: list[Marked] = field(default_factory=list)

    def settle(self, settled: Iterable[Settled]) -> None:
        for one in settled:
            for place in range(one.first_position, one.last_position + 1):
                assert place not in self.outcomes, "a place has two outcomes"
                self.outcomes[place] = one

    def release(self, marked: Marked) -> None:
        assert marked.mark is Mark.RELEASED
        self.released.append(marked)


@dataclass
class Found:
    book: Book
    ended: Reason | None

    def places(self, outcome: Outcome) -> set[int]:
        return {place for place, one in self.book.outcomes.items() if one.outcome is outcome}

    def reasons(self, outcome: Outcome) -> set[str | None]:
        return {one.evidence.error_text for one in self.book.outcomes.values() if one.outcome is outcome}


def run(size: int, meta: Meta, budget: int = PLENTY, *, late: frozenset[int] = frozenset()) -> Found:
    return asyncio.run(_run(size, meta, budget, late))


async def _run(size: int, meta: Meta, budget: int, late: frozenset[int]) -> Found:
    batch = PreparedBatch(
        batch_no=0,
        size=size,
        dataset_id="1",
        positions=list(range(size)),
        payloads=[b"{}"] * size,
        deadlines=[1 if place in late else None for place in range(size)],
        refused=[],
    )
    book = Book()
    search = Search(
        ask=meta.ask,
        writer=book,  # type: ignore[arg-type]
        contrast=meta.contrast,
        budget=Budget(requests=budget),
        width=WIDTH,
        now_s=lambda: 1,
    )
    await search.run(Part(batch, range(size)), verdict(meta.refusal))
    await meta.contrast.judge(meta.ask, book)  # type: ignore[arg-type]
    assert set(book.outcomes) == set(range(size))
    return Found(book, search.ended)


sizes_and_bad = st.integers(1, 300).flatmap(
    lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1), min_size=1))
)


@given(sizes_and_bad)
def test_with_a_known_content_code_exactly_the_bad_events_are_rejected(case: tuple[int, set[int]]) -> None:
    size, bad = case
    found = run(size, Meta(bad))
    assert found.places(Outcome.ACCEPTED) == set(range(size)) - bad
    assert found.places(Outcome.REJECTED) == bad - found.places(Outcome.DEFERRED)
    if len(bad) < size:
        assert found.ended is None
        assert not found.places(Outcome.DEFERRED)


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
    found = run(size, meta, budget)
    assert len(meta.asked) <= budget
    assert found.places(Outcome.REJECTED) <= bad
    assert not found.places(Outcome.ACCEPTED) & bad
    assert found.reasons(Outcome.DEFERRED) <= {Reason.BUDGET_SPENT, Reason.SEARCH_ENDED}


@pytest.mark.parametrize(("refusal", "at_once"), [(Kind.CONTENT, WIDTH), (Kind.MAYBE_CONTENT, 1)])
def test_parts_are_asked_at_once_but_where_one_must_tell_of_the_ones_before(refusal: Kind, at_once: int) -> None:
    class Counting(Meta):
        out = most = 0

        async def ask(self, part: Part) -> Verdict | None:
            self.out += 1
            self.most = max(self.most, self.out)
            answer = await super().ask(part)
            self.out -= 1
            return answer

    meta = Counting({3}, refusal)
    meta.bad |= {300, 700} if refusal is Kind.CONTENT else set()
    run(1000, meta)
    assert meta.most == at_once


@given(st.integers(64, 1000), st.sampled_from([(Kind.CONTENT, "ended"), (Kind.MAYBE_CONTENT, "suspects")]))
def test_a_batch_that_is_refused_whole_costs_few_requests(size: int, case: tuple[Kind, str]) -> None:
    meta = Meta(set(range(size)), case[0])
    found = run(size, meta)
    reason = Reason.SEARCH_ENDED if case[0] is Kind.CONTENT else Reason.NO_CONTRAST
    assert found.ended is reason
    assert found.reasons(Outcome.DEFERRED) == {reason}
    assert len(meta.asked) <= 4 * ceil(log2(max(size, 2))) + 4 + 4
    assert bool(found.places(Outcome.REJECTED)) == (case[0] is Kind.CONTENT)


@given(sizes_and_bad)
def test_an_unknown_code_rejects_only_what_was_refused_again_after_an_acceptance(case: tuple[int, set[int]]) -> None:
    size, bad = case
    meta = Meta(bad, Kind.MAYBE_CONTENT)
    found = run(size, meta)
    rejected = found.places(Outcome.REJECTED)
    assert rejected <= bad
    assert not found.places(Outcome.ACCEPTED) & bad
    for place in rejected:
        _, *_, again = [number for number, part in enumerate(meta.asked) if part == range(place, place + 1)]
        assert any(not bad & set(part) for part in meta.asked[:again]), "nothing was accepted between"
    assert found.reasons(Outcome.DEFERRED) <= {Reason.NO_CONTRAST}
    if found.ended is None and len(bad) < size:
        assert rejected == bad


def test_scattered_and_contiguous_poison_of_an_unknown_code_both_find_their_contrast() -> None:
    for bad in ({*range(1, 1000, 5)}, {*range(1, 200)}, {*range(800, 1000)}, {*range(400, 600)}):
        found = run(1000, Meta(bad, Kind.MAYBE_CONTENT))
        assert found.places(Outcome.ACCEPTED) == set(range(1000)) - bad
        assert len(found.places(Outcome.REJECTED)) > len(bad) / 4


def test_an_accepted_event_is_never_sent_again_as_contrast() -> None:
    meta = Meta({5}, Kind.MAYBE_CONTENT)
    run(16, meta)
    good = [part for part in meta.asked if 5 not in part]
    assert sum(len(part) for part in good) == len({place for part in good for place in part}) == 15


def test_a_code_that_comes_and_goes_settles_nothing_by_contrast() -> None:
    class Moody(Meta):
        async def ask(self, part: Part) -> Verdict | None:
            answer = await super().ask(part)
            if part.places == range(2, 3):
                self.bad.discard(2)  # refused once, then accepted as it is
            return answer

    found = run(16, Moody({2, 11}, Kind.MAYBE_CONTENT))
    assert found.places(Outcome.REJECTED) == set()
    assert found.places(Outcome.DEFERRED) == {11}


def test_an_unreadable_answer_makes_only_its_part_unconfirmed() -> None:
    found = run(8, Meta({0}, others={7: Kind.UNCONFIRMED}))
    assert found.places(Outcome.UNCONFIRMED) == {4, 5, 6, 7}
    assert found.places(Outcome.REJECTED) == {0}
    assert 1 in found.places(Outcome.ACCEPTED)


def test_a_run_that_stops_while_bisecting_defers_what_was_not_asked() -> None:
    found = run(4, Meta({0}, others={2: None}))
    assert found.book.outcomes[2].evidence.error_text == Reason.RUN_STOPPED


@given(sizes_and_bad, st.data())
def test_what_is_too_late_when_its_part_is_asked_stays_and_its_neighbours_are_searched_on(
    case: tuple[int, set[int]], data: st.DataObject
) -> None:
    size, bad = case
    late = data.draw(st.frozensets(st.integers(0, size - 1), max_size=3)) - bad
    found = run(size, Meta(bad, others=dict.fromkeys(late)), late=late)
    good = set(range(size)) - bad - late
    assert found.places(Outcome.ACCEPTED) <= good
    # a search in which part after part is refused ends before it has come to all
    assert found.places(Outcome.ACCEPTED) == good or found.ended is Reason.SEARCH_ENDED
    assert late | (good - found.places(Outcome.ACCEPTED)) <= found.places(Outcome.DEFERRED)
    assert {found.book.outcomes[place].evidence.error_text for place in late} <= {Reason.PAST_DEADLINE, found.ended}


def test_one_event_refused_alone_by_a_known_code_needs_no_further_request() -> None:
    meta = Meta({0})
    assert run(1, meta).places(Outcome.REJECTED) == {0}
    assert meta.asked == []


def test_whatever_is_refused_is_released_at_once() -> None:
    """So that after a death only parts with a request out are unconfirmed."""
    found = run(4, Meta({1}))
    assert [(one.first_position, one.last_position) for one in found.book.released] == [(0, 3), (0, 1)]
