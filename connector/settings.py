"""The only reader of the environment: `CONNECTOR_*` variables become one frozen object.

Secrets are `SecretStr`: they never appear in a `repr`. A value that breaks a rule becomes a `ConfigurationError` that
names the variable and the rule, and never repeats the value.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, StringConstraints, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connector.errors import ConfigurationError, is_invisible

PACKAGE = Path(__file__).parent
SHIPPED_PROJECT = next(
    (path for path in (PACKAGE / "dbt_project", PACKAGE.parent / "dbt_project") if path.is_dir()), PACKAGE
)
"""The dbt project: inside an installed package, beside it in a checkout."""
PREFIX = "CONNECTOR_"
OF_DBT = "DBT_"
"""The part after the prefix of variables that only the dbt project reads."""
IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_$]*"
Relation = Annotated[str, StringConstraints(pattern=rf"^{IDENTIFIER}(\.{IDENTIFIER}){{0,2}}$")]
Schema = Annotated[str, StringConstraints(pattern=rf"^{IDENTIFIER}(\.{IDENTIFIER})?$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,32}$")]

RULES = {
    "warehouse_url": "a SQLAlchemy URL such as duckdb:///warehouse.duckdb",
    "events_relation": "a name like meta_conversions.conversion_events: letters, digits, _ and $, parts split by dots",
    "ledger_schema": "a schema name: letters, digits, _ and $",
    "meta_base_url": "an https:// address without user, query or fragment, its port (if any) from 1 to 65535; http:// "
    "only to this machine",
    "meta_api_version": "a Graph API version such as v26.0",
    "meta_dataset_id": "the digits of a dataset (pixel) id",
    "meta_ad_account_id": "the digits of an ad account id, with or without act_",
    "meta_ad_account_timezone": "the name of a time zone such as Europe/Berlin",
    "meta_ad_account_currency": "three capital letters such as EUR",
    "meta_access_token": "the token itself: printable ASCII without spaces or line breaks",
    "meta_access_tokens": 'JSON of dataset ids with their tokens, such as {"1234567890": "EAAB..."}',
    "meta_read_token": "the token itself: printable ASCII without spaces or line breaks",
    "meta_app_secret": "the secret itself: printable ASCII without spaces or line breaks",
    "batch_size": "a whole number from 1 to 1000 (Meta takes at most 1,000 events a request)",
    "concurrency": "a whole number from 1 to 64",
    "lock_wait_s": "seconds, 0 to 86400",
    "request_timeout_s": "seconds, more than 0 and at most 600",
    "resend_unconfirmed": "true or false",
    "snowflake_private_key_path": "the path of a private key in PEM",
    "snowflake_private_key": "the text of a private key in PEM, from its first line of dashes to its last",
    "snowflake_private_key_passphrase": "the passphrase of the private key",
    "notify_urls": "addresses as Apprise writes them, such as slack://... or mailtos://..., separated by blanks",
    "test_event_code": "the code that Events Manager shows under Test Events, letters and digits",
}

VERSION_AT_END = re.compile(r"/v[0-9]+\.[0-9]+/?$")
BEFORE_NAMES = "\ufeff \t"
WHITE_SPACE = " \t\r\n\v\f"
QUOTES = "'\"`"
NO_BREAK_SPACE = "\u00a0"
CONTROLS = {
    "\r": "a carriage return",
    "\n": "a line break",
    "\t": "a tab",
    "\x1b": "an escape",
    "\0": "a null",
    " ": "a blank",
}
OF_SEVERAL_LINES = ("snowflake_private_key",)
AS_TYPED = ("snowflake_private_key_passphrase",)
"""A blank at its end may be part of it."""


class FlawError(ValueError):
    """What is wrong with a value, in words that repeat none of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowflakeKey:
    """The private key that Snowflake knows its user by: a file, or its text."""

    path: str | None
    text: SecretStr | None
    passphrase: SecretStr | None

    def pem(self) -> bytes:
        """The key in PEM. Raises OSError if its file cannot be read."""
        return self.text.get_secret_value().encode() if self.text else Path(str(self.path)).read_bytes()


class Settings(BaseSettings):
    """Everything the connector reads from outside, by the names of the public contract."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, env_ignore_empty=True)

    warehouse_url: SecretStr = SecretStr("duckdb:///warehouse.duckdb")
    snowflake_private_key_path: str | None = None
    snowflake_private_key: SecretStr | None = None
    snowflake_private_key_passphrase: SecretStr | None = None
    events_relation: Relation = "meta_conversions.conversion_events"
    ledger_schema: Schema = "meta_conversions_ledger"
    meta_base_url: str = "https://graph.facebook.com"
    meta_api_version: Annotated[str, StringConstraints(pattern=r"^v[0-9]+\.[0-9]+$")] = "v26.0"
    meta_dataset_id: Digits | None = None
    meta_access_token: SecretStr | None = None
    meta_access_tokens: Annotated[dict[Digits, SecretStr], NoDecode] = Field(default_factory=dict)
    meta_read_token: SecretStr | None = None
    meta_ad_account_id: Annotated[str, StringConstraints(pattern=r"^(act_)?[0-9]{1,32}$")] | None = None
    meta_ad_account_timezone: str | None = None
    meta_ad_account_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    meta_app_secret: SecretStr | None = None
    batch_size: int = Field(default=1000, ge=1, le=1000)
    concurrency: int = Field(default=4, ge=1, le=64)
    lock_wait_s: float = Field(default=60, ge=0, le=86_400, allow_inf_nan=False)
    request_timeout_s: float = Field(default=30, gt=0, le=600, allow_inf_nan=False)
    resend_unconfirmed: bool = True
    notify_urls: SecretStr | None = None
    test_event_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None

    @field_validator("meta_access_token", "meta_read_token", "meta_app_secret")
    @classmethod
    def _fit_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value().strip(WHITE_SPACE)
        if flaw := _flaw(text) or next(map(_name_of, (one for one in text if not "!" <= one <= "~")), None):
            raise FlawError(flaw)
        if "'" in text or '"' in text:
            raise FlawError("it holds a quote")
        return SecretStr(text) if text else None

    @field_validator("notify_urls")
    @classmethod
    def _addresses(cls, value: SecretStr | None) -> SecretStr | None:
        addresses = value.get_secret_value().split() if value else []
        if any("://" not in address or not (address.isascii() and address.isprintable()) for address in addresses):
            raise ValueError("not addresses")
        return value if addresses else None

    @field_validator("meta_access_tokens", mode="before")
    @classmethod
    def _read_tokens(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _from_json(value)
        if not isinstance(found, dict):
            raise FlawError("it is no JSON object")
        return found

    @field_validator("*", mode="before")
    @classmethod
    def _tidy(cls, value: Any, info: ValidationInfo) -> Any:
        """Without the white space and the CR that files and forms add at the ends."""
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str):
            return value
        if info.field_name in AS_TYPED:
            return text.strip("\r\n")
        text = text.strip(WHITE_SPACE)
        if info.field_name not in OF_SEVERAL_LINES and (flaw := _flaw(text)):
            raise FlawError(flaw)
        return text

    @field_validator("meta_access_tokens")
    @classmethod
    def _each_fit_for_a_header(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        fit = {dataset: cls._fit_for_a_header(token) for dataset, token in value.items()}
        return {dataset: token for dataset, token in fit.items() if token is not None}

    @field_validator("meta_ad_account_timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            return value if value is None else ZoneInfo(value).key
        except (ValueError, ZoneInfoNotFoundError, OSError):  # a folder's name, for one
            raise ValueError("not a time zone") from None

    @field_validator("snowflake_private_key")
    @classmethod
    def _pem(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().lstrip().startswith("-----BEGIN "):
            raise ValueError("not PEM")
        return value

    @field_validator("meta_base_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        if any(map(str.isspace, value)):
            raise FlawError("it holds a blank")
        parts = urlsplit(value)
        if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("not a plain address")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("not https")
        if VERSION_AT_END.search(parts.path):
            raise FlawError(f"it ends in a version, which {PREFIX}META_API_VERSION holds")
        if parts.port == 0:  # reading a port that is not a number, or too large, raises ValueError
            raise ValueError("no port")
        return value.rstrip("/")

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment. Raises ConfigurationError naming the first variable that breaks its rule."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            first = error.errors()[0]
        # Outside the except block: the original error may carry the value, so it must not be chained.
        field, cause = str(first["loc"][0]), first.get("ctx", {}).get("error")
        told = f"{cause}; " if isinstance(cause, FlawError) else ""
        raise ConfigurationError(f"{PREFIX}{field.upper()} is not usable: {told}it must be {RULES.get(field, 'set')}.")

    @property
    def snowflake_key(self) -> SnowflakeKey | None:
        """The key for Snowflake, the text before the file; None where the URL has a password."""
        path, text = self.snowflake_private_key_path, self.snowflake_private_key
        if path is None and text is None:
            return None
        return SnowflakeKey(path=path, text=text, passphrase=self.snowflake_private_key_passphrase)

    @property
    def destination_host(self) -> str:
        """The host that events go to; the ledger remembers it."""
        return urlsplit(self.meta_base_url).hostname or ""

    @property
    def ad_account(self) -> str | None:
        """The digits of the ad account."""
        return self.meta_ad_account_id and self.meta_ad_account_id.removeprefix("act_")

    @property
    def notify_addresses(self) -> tuple[str, ...]:
        """Where alarms go, one address each."""
        return tuple(self.notify_urls.get_secret_value().split()) if self.notify_urls else ()

    def secrets(self) -> Iterator[SecretStr]:
        """Every secret that is set, so that a log can mask them."""
        for _, value in self:
            if isinstance(value, SecretStr):
                yield value
        yield from self.meta_access_tokens.values()

    def require_access_token(self) -> SecretStr:
        """The token used for sending. Raises ConfigurationError if there is none."""
        if self.meta_access_token is None:
            raise ConfigurationError(
                f"{PREFIX}META_ACCESS_TOKEN is not set{meant_for(PREFIX + 'META_ACCESS_TOKEN')}: "
                "sending needs a token that may use the dataset. "
                "Make one in Events Manager (dataset, Settings, Conversions API, Generate access token)."
            )
        return self.meta_access_token


def _flaw(text: str) -> str | None:
    """What a file or a form has added to a value, in words that repeat none of it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in QUOTES:
        return "it stands in quotes, which are part of the value here: remove them"
    return next((_name_of(one) for one in text if is_invisible(one) or one == NO_BREAK_SPACE), None)


def _name_of(character: str) -> str:
    name = CONTROLS.get(character) or unicodedata.name(character, "").lower()
    if not is_invisible(character) and character.isalnum():
        return "it holds a letter or digit outside ASCII"  # not which one: it may be part of the secret
    return f"it holds {name or 'a character that cannot be seen'} (U+{ord(character):04X})"


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def airflow_run() -> str | None:
    """`dag_id/run_id` of the Airflow task that this process runs in, as Airflow states it; None outside of one."""
    dag, run = (os.environ.get(f"AIRFLOW_CTX_{name}") for name in ("DAG_ID", "DAG_RUN_ID"))
    return f"{dag}/{run}" if dag and run else None


def unread_variables() -> dict[str, str | None]:
    """Environment variables with our prefix that are not settings, each with the setting of the nearest name."""
    known = [name.upper() for name in Settings.model_fields]
    named = {name for name, value in os.environ.items() if _as_meant(name).startswith(PREFIX) and value}
    unread = {}
    for name in sorted(named):
        bare = _as_meant(name).removeprefix(PREFIX)
        is_read = bare in known or bare.startswith(OF_DBT)
        if not (is_read and name.upper().startswith(PREFIX)):
            nearest = get_close_matches(bare, known, n=1)
            unread[name] = PREFIX + nearest[0] if nearest else None
    return unread


def _as_meant(name: str) -> str:
    """Without what a file leaves in front of a name: a byte order mark, blanks, the shell's own word."""
    return name.upper().lstrip(BEFORE_NAMES).removeprefix("EXPORT ").lstrip(BEFORE_NAMES)


def meant_for(*settings: str) -> str:
    """The hint for a missing setting: variables that may have been meant for it, or nothing."""
    names = [name for name, nearest in unread_variables().items() if nearest in settings]
    return f" ({', '.join(names)} is set, but is not a setting: a misspelling?)" if names else ""


def is_loopback(host: str) -> bool:
    """True for this machine's usual names: the only hosts reached without TLS, and never through a proxy."""
    return host in ("localhost", "127.0.0.1", "::1")
