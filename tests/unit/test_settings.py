"""Settings: read by name, checked by rule, and secrets never shown."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from connector.errors import ConfigurationError, ConnectorError
from connector.settings import RULES, Settings, is_loopback, meant_for, unread_variables

PROJECT = Path(__file__).parents[2] / "dbt_project"
CANARY = "canary-secret-0123456789"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONNECTOR_")]:
        monkeypatch.delenv(name)


def test_defaults_are_those_of_the_contract() -> None:
    settings = Settings.load()
    assert settings.events_relation == "meta_conversions.conversion_events"
    assert settings.ledger_schema == "meta_conversions_ledger"
    assert settings.batch_size == 1000
    assert settings.lock_wait_s == 60
    assert settings.resend_unconfirmed is True
    assert settings.destination_host == "graph.facebook.com"


@pytest.mark.parametrize("name", ["META_ACCESS_TOKEN", "META_READ_TOKEN", "META_APP_SECRET", "WAREHOUSE_URL"])
def test_a_secret_stands_in_no_repr(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", f"duckdb:///{CANARY}")
    settings = Settings.load()
    assert CANARY not in repr(settings)
    assert CANARY not in str(settings)
    assert CANARY not in str(settings.model_dump())


def test_a_token_of_one_dataset_stands_in_no_repr_and_among_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKENS", f'{{"123": " {CANARY} ", "777": ""}}')
    settings = Settings.load()
    assert CANARY not in repr(settings)
    assert CANARY not in str(settings.model_dump())
    assert CANARY in {secret.get_secret_value() for secret in settings.secrets()}
    assert set(settings.meta_access_tokens) == {"123"}


@pytest.mark.parametrize("value", [f'{{"123": "{CANARY} x"}}', f'{{"{CANARY}": "token"}}', f'["{CANARY}"]', CANARY])
def test_tokens_that_are_not_datasets_with_tokens_are_refused_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKENS", value)
    with pytest.raises(ConfigurationError, match="CONNECTOR_META_ACCESS_TOKENS") as caught:
        Settings.load()
    assert CANARY not in str(caught.value)


# any text may be one of these here; the warehouse room checks them when it opens
ANY_TEXT = {"warehouse_url", "snowflake_private_key_path", "snowflake_private_key_passphrase"}


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - ANY_TEXT))
def test_a_value_that_breaks_its_rule_is_named_but_never_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name.upper()}", f"{CANARY};\u00e9 x")
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    text = str(caught.value)
    assert f"CONNECTOR_{name.upper()}" in text
    assert CANARY not in text
    assert RULES[name] in text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8765", "http://localhost:1", "http://[::1]:9", "https://graph.facebook.com/"]
)
def test_plain_http_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", url)
    assert Settings.load().meta_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1.example", "http://10.0.0.1", "ftp://127.0.0.1", "https://u:p@host", "//x", "https://[::1"),
        *("https://host:99999", "https://host:0", "https://host:443x", "http://127.0.0.1:-1"),
    ],
)
def test_any_other_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CONNECTOR_META_BASE_URL", url)
    with pytest.raises(ConfigurationError, match="CONNECTOR_META_BASE_URL"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("META_DATASET_ID", "123 # production"),
        ("META_DATASET_ID", "1.23457E+15"),
        ("META_DATASET_ID", "\uff11\uff12\uff13"),
        ("META_ACCESS_TOKEN", f"{CANARY} # ends in May"),
        ("META_ACCESS_TOKEN", f"Bearer {CANARY}"),
        ("META_BASE_URL", "https://graph.facebook.com # Meta"),
        ("META_BASE_URL", "https://graph.facebook.com (Meta)"),
        ("META_BASE_URL", "https://graph.facebook.com/v26.0/"),
        ("EVENTS_RELATION", "marts.conversion_events # ours"),
        ("RESEND_UNCONFIRMED", "false # for now"),
        ("BATCH_SIZE", "1,000"),
        ("NOTIFY_URLS", "slack://a/b/c # the channel"),
    ],
)
def test_what_files_and_spreadsheets_add_to_a_value_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", value)
    with pytest.raises(ConfigurationError, match=f"CONNECTOR_{name} is not usable") as caught:
        Settings.load()
    assert CANARY not in str(caught.value)


def test_a_blank_token_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", "   ")
    with pytest.raises(ConfigurationError, match="CONNECTOR_META_ACCESS_TOKEN is not set"):
        Settings.load().require_access_token()


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "86401"])
def test_a_wait_is_a_number_of_seconds_of_at_most_a_day(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CONNECTOR_LOCK_WAIT_S", value)
    with pytest.raises(ConfigurationError, match="CONNECTOR_LOCK_WAIT_S"):
        Settings.load()


def test_the_zone_of_the_ad_account_is_one_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_AD_ACCOUNT_TIMEZONE", "America/Los_Angeles")
    assert Settings.load().meta_ad_account_timezone == "America/Los_Angeles"
    for unknown in ("Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"):
        monkeypatch.setenv("CONNECTOR_META_AD_ACCOUNT_TIMEZONE", unknown)
        with pytest.raises(ConfigurationError, match="CONNECTOR_META_AD_ACCOUNT_TIMEZONE"):
            Settings.load()


@pytest.mark.parametrize("written", ["act_55", "55"])
def test_an_ad_account_is_known_by_its_digits(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("CONNECTOR_META_AD_ACCOUNT_ID", written)
    assert Settings.load().ad_account == "55"


def test_this_machine_is_known_by_its_usual_names_only() -> None:
    assert is_loopback("127.0.0.1")
    assert not is_loopback("127.0.0.2")  # a proxy of the environment would be asked for it
    assert is_loopback("::1")
    assert not is_loopback("127.0.0.1.evil.example")
    assert not is_loopback("0.0.0.0")  # noqa: S104 - compared, not bound


def test_a_misspelt_variable_is_told_with_the_setting_that_is_nearest_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    misspelt = {
        "CONNECTOR_META_DATASET": "CONNECTOR_META_DATASET_ID",
        "CONNECTOR_META_ACCES_TOKEN": "CONNECTOR_META_ACCESS_TOKEN",
        "CONNECTOR_WAREHOUSE": "CONNECTOR_WAREHOUSE_URL",
        "connector_batchsize": "CONNECTOR_BATCH_SIZE",
        "CONNECTOR_ZZZ": None,
        "\ufeffCONNECTOR_META_READ_TOKEN": "CONNECTOR_META_READ_TOKEN",
        "export CONNECTOR_META_APP_SECRET": "CONNECTOR_META_APP_SECRET",
        "\tCONNECTOR_CONCURRENCY": "CONNECTOR_CONCURRENCY",
    }
    for name in misspelt:
        monkeypatch.setenv(name, CANARY)
    assert unread_variables() == misspelt
    assert meant_for("CONNECTOR_META_DATASET_ID").startswith(" (CONNECTOR_META_DATASET is set, but is not a setting")
    assert meant_for("CONNECTOR_LEDGER_SCHEMA") == ""
    assert "\\ufeffCONNECTOR_META_READ_TOKEN is set" in str(ConnectorError(meant_for("CONNECTOR_META_READ_TOKEN")))


def test_variables_that_the_project_knows_and_empty_ones_are_no_misspellings(monkeypatch: pytest.MonkeyPatch) -> None:
    of_dbt = re.findall(r"CONNECTOR_DBT_\w+", (PROJECT / "profiles.yml").read_text())
    known = [*of_dbt, *(f"CONNECTOR_{name.upper()}" for name in Settings.model_fields), "connector_batch_size"]
    for name in [*known, "AIRFLOW__CONNECTOR__POOL"]:
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("CONNECTOR_META_DATASET", "")
    assert len(of_dbt) > 10
    assert unread_variables() == {}


def test_a_missing_token_names_the_variable_that_was_perhaps_meant_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESSTOKEN", CANARY)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load().require_access_token()
    assert "CONNECTOR_META_ACCESS_TOKEN is not set (CONNECTOR_META_ACCESSTOKEN" in str(caught.value)
    assert CANARY not in str(caught.value)


TOKEN_NAMES = ["META_ACCESS_TOKEN", "META_READ_TOKEN", "META_APP_SECRET"]
LIKE_ITSELF = {
    "WAREHOUSE_URL": "duckdb:///a b.duckdb",
    "EVENTS_RELATION": "a.b",
    "META_BASE_URL": "https://graph.facebook.com",
    "META_DATASET_ID": "123",
    "META_ACCESS_TOKEN": "EAAB",
    "META_AD_ACCOUNT_TIMEZONE": "Europe/Berlin",
    "BATCH_SIZE": "7",
    "LOCK_WAIT_S": "0.5",
    "RESEND_UNCONFIRMED": "false",
    "SNOWFLAKE_PRIVATE_KEY_PATH": "/keys/key.p8",
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "with a blank ",
    "SNOWFLAKE_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\r\nMII\r\n-----END PRIVATE KEY-----",
}


@pytest.mark.parametrize("name", LIKE_ITSELF)
@pytest.mark.parametrize("ending", ["\r", "\r\n", "\n"])
def test_the_line_ending_of_a_file_from_windows_is_no_part_of_a_value(
    monkeypatch: pytest.MonkeyPatch, name: str, ending: str
) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", LIKE_ITSELF[name])
    expected = Settings.load()
    monkeypatch.setenv(f"CONNECTOR_{name}", LIKE_ITSELF[name] + ending)
    assert Settings.load() == expected


@pytest.mark.parametrize("name", [*TOKEN_NAMES, "META_DATASET_ID", "WAREHOUSE_URL", "EVENTS_RELATION", "META_BASE_URL"])
@pytest.mark.parametrize(
    ("character", "named"),
    [
        ("\r", "a carriage return (U+000D)"),
        ("\u200b", "zero width space (U+200B)"),
        ("\ufeff", "zero width no-break space (U+FEFF)"),
        ("\u00a0", "no-break space (U+00A0)"),
        ("\u2028", "line separator (U+2028)"),
        ("\u202e", "right-to-left override (U+202E)"),
        ("\x1b", "an escape (U+001B)"),
        ("\x7f", "a character that cannot be seen (U+007F)"),
    ],
)
def test_what_cannot_be_seen_in_a_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, character: str, named: str
) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", f"12{character}{CANARY}")
    with pytest.raises(ConfigurationError, match=f"CONNECTOR_{name}") as caught:
        Settings.load()
    assert f"it holds {named}" in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("character", ["\ufeff", "\u200b"])
def test_what_cannot_be_seen_at_the_ends_is_named_too(monkeypatch: pytest.MonkeyPatch, character: str) -> None:
    monkeypatch.setenv("CONNECTOR_META_DATASET_ID", f"{character}123{character}")
    with pytest.raises(ConfigurationError, match=f"it holds .*U\\+{ord(character):04X}"):
        Settings.load()


@pytest.mark.parametrize("name", [*TOKEN_NAMES, "META_DATASET_ID", "WAREHOUSE_URL", "META_ACCESS_TOKENS", "BATCH_SIZE"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_around_a_value_are_told(monkeypatch: pytest.MonkeyPatch, name: str, quote: str) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", f"{quote}{CANARY}{quote}")
    with pytest.raises(ConfigurationError, match=f"CONNECTOR_{name} is not usable: it stands in quotes") as caught:
        Settings.load()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "token", [f'"{CANARY}', f"{CANARY}'", f"\u201c{CANARY}\u201d", f"{CANARY} {CANARY}", f"{CANARY}\u00e4"]
)
def test_a_token_with_what_no_token_has_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CONNECTOR_META_ACCESS_TOKEN", token)
    with pytest.raises(ConfigurationError, match=r"META_ACCESS_TOKEN is not usable: it holds (a |left )") as caught:
        Settings.load()
    assert CANARY not in str(caught.value)


def test_a_key_of_several_lines_and_a_passphrase_with_blanks_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SNOWFLAKE_PRIVATE_KEY", "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"):
        monkeypatch.setenv(f"CONNECTOR_{name}", LIKE_ITSELF[name])
    key = Settings.load().snowflake_key
    assert key is not None
    assert key.pem().decode() == LIKE_ITSELF["SNOWFLAKE_PRIVATE_KEY"]
    assert key.passphrase is not None
    assert key.passphrase.get_secret_value() == "with a blank "
