"""Why a sync run ended: the one table of reasons, with the exit code, who is told, and what to do. Values only.

docs/operations.md shows the same table, and a test holds it equal to this one.
"""

from __future__ import annotations

from enum import StrEnum

from connector.errors import ConnectorError, LeaseLost, Stopped, Unproven

NOBODY = "nobody"
ENGINEER = "data engineer"
HANDFUL = 20
"""So few events may be at fault themselves; from so many on, a run that had nothing accepted says more than that."""


class StopReason(StrEnum):
    """One reason. Each member is: the ledger's word, the error it ends with, who is told, its meaning, what to do.

    `error` None is exit 0. `leaves_proof`: the run itself proved where its conversions went. In `meaning` and `advice`,
    {name}, {unreachable} and {unreadable} stand for the destination's wording.
    """

    error: type[ConnectorError] | None
    told: str
    meaning: str
    advice: str

    def __new__(
        cls,
        word: str,
        error: type[ConnectorError] | None = None,
        told: str = NOBODY,
        meaning: str = "",
        advice: str = "",
    ) -> StopReason:
        member = str.__new__(cls, word)
        member._value_ = word
        member.error, member.told, member.meaning, member.advice = error, told, meaning, advice
        return member

    FINISHED = "finished", None, NOBODY, "nothing more was owed (in its window, if it had one)", "nothing"
    LIMIT_REACHED = "limit_reached", None, NOBODY, "`--limit` or the DAG's `limit`", "nothing; the rest is owed"
    TIME_IS_UP = "time_limit_reached", None, NOBODY, "`--max-seconds`", "nothing; the rest is owed"
    STOPPED = "stopped", None, NOBODY, "SIGTERM or SIGINT; requests in flight were finished", "run again"
    RATE_LIMITED = (
        "rate_limited",
        None,
        NOBODY,
        "{name}'s rate limits required a pause longer than a minute, or it asked four times in a row to try later",
        "nothing if the next run continues; otherwise lower `CONNECTOR_CONCURRENCY`",
    )
    NOTHING_ACCEPTED = (
        "nothing_accepted",
        ConnectorError,
        ENGINEER,
        "requests were made, and {name} accepted not one event in the whole run",
        "`connector why ID` shows the answers to one event; if the cause is unclear, {unreadable}",
    )
    REFUSED = (
        "refused",
        Stopped,
        ENGINEER,
        "{name} refused a dataset's token, permission or configuration, or blocked it; other datasets were sent",
        "do what the message says. The next run probes that dataset with one batch before it claims the rest",
    )
    PROBE_UNCONFIRMED = (
        "probe_unconfirmed",
        ConnectorError,
        ENGINEER,
        "a dataset that the previous run stopped was probed without a readable answer; its rest was not claimed",
        "run again; if it repeats, {unreadable}",
    )
    NO_CONTRAST = (
        "refused_without_contrast",
        ConnectorError,
        ENGINEER,
        "{name} refused events for a reason that may be theirs or the dataset's, and no acceptance told which",
        "nothing if the next run continues; otherwise look at one of them with `connector why ID`",
    )
    SEARCH_ENDED = (
        "search_ended_early",
        ConnectorError,
        ENGINEER,
        "{name} refused part after part of a batch with one code and accepted none; the rest waits for the next run",
        "look up the code with `connector why ID` and correct the rows",
    )
    ROWS_CHANGED = (
        "rows_changed",
        ConnectorError,
        ENGINEER,
        "every row that was claimed had changed or was gone when it was to be sent: nothing was",
        "run again; if it repeats, look for the current time, random values and unordered lists in the payload's SQL",
    )
    UNREACHABLE = (
        "unreachable",
        ConnectorError,
        ENGINEER,
        "{name} could not be reached in four attempts: nothing was sent and nothing is uncertain",
        "{unreachable}",
    )
    INTERMEDIARY = (
        "answered_by_intermediary",
        ConnectorError,
        ENGINEER,
        "a proxy, firewall or portal answered instead of {name}, time after time: nothing arrived",
        "{unreadable}",
    )
    UNCERTAIN = (
        "answers_unreadable",
        ConnectorError,
        ENGINEER,
        "five responses without one acceptance could not be read; the requests in flight are unconfirmed",
        "{unreadable}",
    )
    LEASE_LOST = (
        "lease_lost",
        LeaseLost,
        ENGINEER,
        "this sender was declared dead: it made no progress for longer than its lease",
        "run again; if it repeats, the machine or the warehouse is too slow",
    )
    UNPROVEN = (
        "unproven",
        Unproven,
        ENGINEER,
        "the run's own count and the ledger's rows differ",
        "[report it](#a-run-that-cannot-prove-itself). Syncing again sends nothing twice",
    )
    FAILED = "failed", ConnectorError, ENGINEER, "an error ended the run", "read the message; run again"
    PROCESS_GONE = (
        "process_gone",
        ConnectorError,
        ENGINEER,
        "the process died; on DuckDB the next process that opens the file detects it",
        "nothing: the next run proves what it left",
    )
    LEASE_EXPIRED = (
        "lease_expired",
        ConnectorError,
        ENGINEER,
        "the process died; on PostgreSQL and Snowflake its lease expired",
        "nothing: the next run proves what it left",
    )

    @property
    def is_green(self) -> bool:
        """Whether a run that ends so exits 0."""
        return self.error is None

    def stops_sending(self, deferred: int) -> bool:
        """Whether after such a run nothing is sent, to one dataset or to all, until a person or the network acts.

        Of a handful that is `deferred` because nothing told whether it is at fault, nothing follows for other events.
        """
        if self is self.NO_CONTRAST and deferred < HANDFUL:
            return False
        return self in (
            self.NOTHING_ACCEPTED,
            self.REFUSED,
            self.PROBE_UNCONFIRMED,
            self.NO_CONTRAST,
            self.UNREACHABLE,
            self.INTERMEDIARY,
            self.UNCERTAIN,
            self.FAILED,
        )

    @property
    def leaves_proof(self) -> bool:
        """Whether such a run proved by itself where its conversions went."""
        return self not in (self.UNPROVEN, self.FAILED, self.PROCESS_GONE, self.LEASE_EXPIRED)

    @classmethod
    def without_proof(cls) -> list[str]:
        """The words of all that leave none."""
        return [str(reason) for reason in cls if not reason.leaves_proof]

    @property
    def tells(self) -> bool:
        """Whether such a run came to tell what it found expired."""
        return self not in (self.FAILED, self.PROCESS_GONE, self.LEASE_EXPIRED)

    @classmethod
    def untold(cls) -> list[str]:
        """The words of all that did not come to it."""
        return [str(reason) for reason in cls if not reason.tells]

    @property
    def exit_code(self) -> str:
        """As the docs show it. A failed run has its error's own; a dead process has none of ours."""
        if self is StopReason.FAILED:
            return "1 or 3"
        if self in (StopReason.PROCESS_GONE, StopReason.LEASE_EXPIRED):
            return ""
        return str(self.error.exit_code if self.error else 0)
