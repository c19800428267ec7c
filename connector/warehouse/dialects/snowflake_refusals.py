"""What an error of Snowflake's means for the caller, by its number: its driver raises one class for nearly all of them.

Snowflake lists no numbers; each of these stands in a report from an account, whose address is beside it.
"""

from __future__ import annotations

from connector.errors import ConfigurationError, ConnectorError, WarehouseBusy, WarehouseUnavailable

MISSING = frozenset({2_003, 2_043})
"""A relation or schema that is not there, or that this role may not see.
https://docs.snowflake.com/en/user-guide/security-access-control-overview, https://github.com/somasays/pgwarehouse/issues/9"""
NOT_ALLOWED = 3_001
"""A right is missing. https://github.com/dbt-labs/dbt-external-tables/issues/214"""
TAKEN = "42710"
"""The SQLSTATE where a schema is there, and this role has no right on it.
https://github.com/airbytehq/airbyte/pull/21764"""
TOO_MANY_WAIT = 625
"""Given up because 20 others wait for the same lock: tried again with jitter.
https://resultant.com/blog/technology/overcoming-concurrent-write-limits-in-snowflake/"""
SESSION_GONE = frozenset(range(390_111, 390_116))
"""A session or a token has expired: another connection gets new ones. The driver's own `network.py`."""
CANCELLED = "57014"
"""The SQLSTATE of a statement that Snowflake ended before it was done, whatever the number."""

NEEDS_A_PERSON = {
    # https://github.com/Snowflake-Labs/OpenLineage-AccessHistory-Setup/issues/14
    606: "no warehouse is active in this session, so that nothing can be computed: name one at the end of "
    "CONNECTOR_WAREHOUSE_URL (&warehouse=NAME), and grant usage on it to the role of the URL",
    # https://github.com/PostHog/posthog/pull/37608
    608: "the warehouse is suspended and does not resume by itself: alter warehouse .. resume, and so that it does "
    "next time, alter warehouse .. set auto_resume = true",
    # https://github.com/snowflakedb/snowflake-connector-nodejs/issues/423
    90_105: "no database is open in this session, because the one of CONNECTOR_WAREHOUSE_URL is not there or the role "
    "of the URL may not use it: correct the name, or grant usage on the database to that role",
    # https://github.com/reapit/foundations/issues/10050
    90_073: "the warehouse does not resume, because its resource monitor has used up its credits: raise the quota, or "
    "name another warehouse in CONNECTOR_WAREHOUSE_URL. What is owed is sent by the first run after that",
}
KILLED = (
    "If a sender was killed inside a transaction, its session keeps the lock until Snowflake ends it, some 5 minutes "
    "after another one began to wait; docs/snowflake.md says how to end it by hand. Nothing is lost: run this again"
)
ENDED = {
    TOO_MANY_WAIT: f"too many statements wait for a lock that another session holds. {KILLED}",
    # https://github.com/estuary/flow/issues/238
    630: "it took longer than STATEMENT_TIMEOUT_IN_SECONDS of the user or the warehouse allows, or waited so long for "
    f"a lock. If it was no lock, raise that, or use a larger warehouse. {KILLED}",
}
ENDED_ANYHOW = f"it waited longer for a lock than CONNECTOR_LOCK_WAIT_S, or somebody cancelled it. {KILLED}"

UNREADABLE = (
    "CONNECTOR_WAREHOUSE_URL is not usable: behind the account stand a database and perhaps a schema "
    "(/DATABASE/SCHEMA), and after the ? parameters of Snowflake's driver, each with a value of its type. A file is "
    "never one of them: a key is named by CONNECTOR_SNOWFLAKE_PRIVATE_KEY_PATH. Leave out protocol, unless there is a "
    "host."
)
UNTRUSTED = (
    "the certificate shown for Snowflake is not trusted here, or is another host's. A network that opens TLS has an "
    "authority of its own: put it, with the public ones, into a PEM file and name that in REQUESTS_CA_BUNDLE, which "
    "Snowflake's driver reads before SSL_CERT_FILE."
)
EXPIRED = (
    "the connection to the warehouse was lost, because its session or its token has expired: run this again, which "
    "opens a new one. What a sync had claimed is owed or unconfirmed, never lost"
)


def refusal_of(error: BaseException) -> ConnectorError | None:
    """The error for the caller, without Snowflake's text; None where the number says nothing more than its class."""
    number = number_of(error)
    named = f"(Snowflake's error {number:06})"
    if number in NEEDS_A_PERSON:
        return ConfigurationError(f"{NEEDS_A_PERSON[number]} {named}.")
    if number in ENDED or getattr(error, "sqlstate", None) == CANCELLED:
        return WarehouseBusy(f"Snowflake ended a statement: {ENDED.get(number, ENDED_ANYHOW)} {named}.")
    if number in SESSION_GONE:
        return WarehouseUnavailable(f"{EXPIRED} {named}.")
    return None


def number_of(error: BaseException) -> int:
    """Snowflake's number of a driver's error; 0 where it has none."""
    number = getattr(error, "errno", None)
    return number if isinstance(number, int) else 0
