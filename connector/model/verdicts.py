"""What a destination's answer means for the events of its request. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.model.outcomes import Evidence
from connector.model.stop_reasons import StopReason


class Kind(StrEnum):
    """What an answer means for the events of its request."""

    ACCEPTED = "accepted"
    """All were received."""
    CONTENT = "content"
    """Nothing was processed because of at least one event: bisect to find it."""
    MAYBE_CONTENT = "maybe_content"
    """Nothing was processed; an event is to blame only if another one of its batch was accepted, else the set-up."""
    WAIT = "wait"
    """Surely nothing was processed; the same request may be sent again later, also inside the run.

    If such answers last, the run ends for `Verdict.stop_reason`.
    """
    STOP = "stop"
    """Surely nothing was processed, and nothing will be until a person acts: stop sending to the dataset."""
    UNCONFIRMED = "unconfirmed"
    """May have been processed: never sent again inside the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the events of a request, why, and, where a person must act, one sentence on how.

    `meaning`: one sentence on what happened. `pause_s`: how long the destination asks to wait before the next request,
    in seconds. `passes_with_time`: of a content refusal that the same event may not meet later, so that it is deferred.
    `if_lasting`: of a WAIT, why the run ends if no attempt gets another answer. `limit_used_pct`: the highest share of
    a limit that the answer told, in per cent; None where it told none.
    """

    kind: Kind
    evidence: Evidence
    advice: str | None = None
    meaning: str | None = None
    pause_s: float = 0.0
    limit_used_pct: float | None = None
    passes_with_time: bool = False
    if_lasting: StopReason | None = None

    @property
    def stop_reason(self) -> StopReason:
        """Why a run ends that waited in vain."""
        never_connected = self.evidence.http_status is None
        return self.if_lasting or (StopReason.UNREACHABLE if never_connected else StopReason.RATE_LIMITED)

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the destination itself was not heard although the request left this machine."""
        return self.kind is Kind.UNCONFIRMED or self.if_lasting is StopReason.INTERMEDIARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What an answer meant, and what a person is to do about it; None where nobody can say."""

    meaning: str | None
    advice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How messages name a destination, and what they advise: one clause each, without a full stop, naming settings."""

    name: str
    unreachable: str
    """No connection could be made."""
    unreadable: str
    """Several answers in a row could not be read."""
    no_dataset: str
    """Rows name no dataset, and there is no default."""

    def explain(self, reason: StopReason) -> tuple[str, str]:
        """What the reason means and what to do, in these words."""
        words = {"name": self.name, "unreachable": self.unreachable, "unreadable": self.unreadable}
        return reason.meaning.format(**words), reason.advice.format(**words)
