"""Turns patterns of digits into ranges of numbers: `[2-9]\\d{2}` is 200 to 999.

A warehouse compares a number with a range far faster than it compiles a pattern for each row.
"""

from __future__ import annotations

import re._constants as sre
import re._parser as sre_parser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

DIGITS = "0123456789"
Range = tuple[int, int]


@dataclass(eq=False)
class State:
    """A state of a nondeterministic automaton over digits."""

    skips: list[State] = field(default_factory=list)
    steps: list[tuple[str, State]] = field(default_factory=list)


def ranges(patterns: Iterable[tuple[str, frozenset[int]]], length: int) -> list[Range]:
    """The numbers of `length` digits that match a pattern which allows that length, as sorted, disjoint ranges."""
    starts, ends = [], set()
    for pattern, lengths in patterns:
        if length in lengths:
            start = State()
            ends.add(_attach(sre_parser.parse(pattern), start))
            starts.append(start)
    return _ranges_from(_closure(starts), length, ends, {})


def first_digits(pattern: str) -> str:
    """The digits that a match of the pattern may begin with; all of them where it may match nothing."""
    start = State()
    end = _attach(sre_parser.parse(pattern), start)
    reached = _closure([start])
    if end in reached:
        return DIGITS
    return "".join(digit for digit in DIGITS if any(digit in digits for state in reached for digits, _ in state.steps))


def _ranges_from(states: frozenset[State], length: int, ends: set[State], known: dict[Any, list[Range]]) -> list[Range]:
    if length == 0:
        return [(0, 0)] if states & ends else []
    if (states, length) not in known:
        found: list[Range] = []
        for digit in DIGITS:
            following = _closure([state for one in states for digits, state in one.steps if digit in digits])
            base = int(digit) * 10 ** (length - 1)
            for low, high in _ranges_from(following, length - 1, ends, known) if following else []:
                if found and found[-1][1] + 1 == base + low:
                    found[-1] = (found[-1][0], base + high)
                else:
                    found.append((base + low, base + high))
        known[states, length] = found
    return known[states, length]


def _closure(states: Sequence[State]) -> frozenset[State]:
    reached, waiting = set(states), list(states)
    while waiting:
        for state in waiting.pop().skips:
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return frozenset(reached)


def _attach(nodes: Iterable[tuple[Any, Any]], state: State) -> State:
    for kind, value in nodes:
        state = _attach_node(kind, value, state)
    return state


def _attach_node(kind: Any, value: Any, state: State) -> State:
    if kind is sre.SUBPATTERN:
        return _attach(value[3], state)
    if kind is sre.AT:  # an end anchor: the caller knows the length
        return state
    end = State()
    if kind is sre.LITERAL:
        state.steps.append((chr(value), end))
    elif kind is sre.IN:
        state.steps.append(("".join(_members(value)), end))
    elif kind is sre.BRANCH:
        for branch in value[1]:
            start = State()
            state.skips.append(start)
            _attach(branch, start).skips.append(end)
    elif kind is sre.MAX_REPEAT:
        least, most, body = value
        for _ in range(least):
            state = _attach(body, state)
        state.skips.append(end)
        for _ in range(most - least):
            state = _attach(body, state)
            state.skips.append(end)
    else:
        raise ValueError(f"no ranges for {kind} in a pattern of digits")
    return end


def _members(members: Iterable[tuple[Any, Any]]) -> Iterable[str]:
    for kind, value in members:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind is sre.RANGE:
            yield "".join(map(chr, range(value[0], value[1] + 1)))
        elif kind is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
            yield DIGITS
        else:
            raise ValueError(f"no ranges for {kind} {value} in a class of digits")
