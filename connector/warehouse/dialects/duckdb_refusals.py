"""Why a DuckDB file cannot be opened or written, in words: it has no log of its own to look into."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import duckdb

from connector.errors import ConfigurationError, ConnectorError

if TYPE_CHECKING:
    from pathlib import Path

MAGIC, MAGIC_AT = b"DUCK", 8
"""Where every DuckDB file says that it is one (https://duckdb.org/docs/internals/storage)."""
ROOM = 1 << 20
"""Bytes of room that are tried."""
WAL = "DuckDB keeps its write-ahead log beside the file"
ENCRYPTED = "Cannot open encrypted database"
"""How DuckDB's refusal of a file begins whose key it was not given."""
SYSTEM_WORDS = {
    "No space left on device": "the disk is full: make room on it",
    "Disk quota exceeded": "the disk quota is used up: make room, or raise it",
    "File too large": "the file may not grow any further: raise the limit (ulimit -f, or the file system's)",
    "Read-only file system": "the file system is mounted read-only: mount it for writing, or move the file",
    "Permission denied": f"this user may not write there: {WAL}, so the folder must be writable too",
    "Input/output error": "the disk reports an error: look into the system's log",
}
"""Of the system calls, as DuckDB quotes them: always in English."""
CAUSES = {
    duckdb.OutOfMemoryException: "it needs more memory than it may take: raise it with ?memory_limit=4GB in "
    "CONNECTOR_WAREHOUSE_URL, or end what else runs here",
    duckdb.ConversionException: "a value cannot be read as the type that is asked for: look at what the events "
    "relation selects",
    duckdb.OutOfRangeException: "a number is larger than its type: look at what the events relation selects",
    duckdb.BinderException: "a relation has not the columns that are expected: build it with dbt, or correct the view",
    duckdb.CatalogException: "a relation that is expected is not there: build it with dbt, or correct the view",
}


def cause_of(error: BaseException) -> str:
    """What went wrong and what to do, without the text of the error, which may quote a row."""
    told = str(error)
    system = next((words for sign, words in SYSTEM_WORDS.items() if sign in told), None)
    return system or next((words for kind, words in CAUSES.items() if isinstance(error, kind)), "")


def error_of(told: str) -> duckdb.Error:
    """The driver's error for what Arrow tells of a read that broke off: DuckDB's words, which begin with its class."""
    name = told.partition(" Error:")[0].replace(" ", "")
    kind: type[duckdb.Error] = getattr(duckdb, f"{name}Exception", duckdb.Error)
    return kind(told)


def refusal_of(path: Path, shown: str, error: BaseException, *, writing: bool) -> ConnectorError:
    """Why the database could not be opened. `shown` is how messages name it."""
    if path.is_dir():
        return ConfigurationError(f"{shown} is a folder: CONNECTOR_WAREHOUSE_URL must name a DuckDB file in it.")
    if not os.access(path, os.R_OK):
        return ConfigurationError(
            f"this user may not read {shown}: make the file readable and writable for it, or run this as its owner."
        )
    if writing and (obstacle := obstacle_to_writing(path, shown)):
        return ConfigurationError(obstacle)
    if ENCRYPTED in str(error):
        return ConfigurationError(
            f"{shown} is encrypted, and CONNECTOR_WAREHOUSE_URL has no place for its key: copy it into a file without "
            "(attach both, then COPY FROM DATABASE .. TO ..), and encrypt the disk instead."
        )
    return refusal_of_parameters(shown, error) or _refusal_of_file(path, shown)


def refusal_of_parameters(shown: str, error: BaseException) -> ConnectorError | None:
    """Why nothing can be opened with these parameters, be it a file or a database in memory; None if that is not it."""
    if isinstance(error, (duckdb.ProgrammingError, duckdb.NotSupportedError)):  # a name or a value that it has not
        return ConfigurationError(
            f"{shown} cannot be opened: DuckDB does not take a parameter after the ? of CONNECTOR_WAREHOUSE_URL, "
            "or its value. Correct or remove it."
        )
    known = cause_of(error)
    return ConnectorError(f"{shown} cannot be opened: {known}. Then run this again.") if known else None


def _refusal_of_file(path: Path, shown: str) -> ConnectorError:
    if not _says_it_is_duckdb(path):
        return ConfigurationError(
            f"{shown} cannot be opened as a DuckDB database: it is not one. Check that CONNECTOR_WAREHOUSE_URL names "
            "the right file."
        )
    return ConfigurationError(
        f"{shown} cannot be opened as a DuckDB database: it was written by a DuckDB newer than {duckdb.__version__}, "
        "which is installed here, or it is damaged. Upgrade duckdb, or restore the file."
    )


def obstacle_to_writing(path: Path, shown: str) -> str | None:
    """Why this user may not write the file, and what to do; None if it may."""
    for place, name in ((path, shown), (_folder_of(path), f"the folder of {shown}")):
        if not os.access(place, os.W_OK):
            if os.statvfs(place).f_flag & os.ST_RDONLY:
                return f"{shown} is on a file system that is mounted read-only: mount it for writing, or move the file."
            why = "" if place == path else f": {WAL}"
            return f"this user may not write {name}{why}. Make it writable for this user, or run this as its owner."
    return None


def _folder_of(path: Path) -> Path:
    """Where DuckDB writes beside the file: of a symbolic link, beside what it leads to."""
    return path.resolve().parent


def lack_of_room(path: Path) -> str | None:
    """Why a small sync's rows would find no room beside the file, and what to do; None if they would."""
    try:
        with TemporaryFile(dir=_folder_of(path)) as file:
            file.write(bytes(ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return cause_of(error) or "its folder takes no further file: look into the system's log"
    return None


def _says_it_is_duckdb(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(MAGIC_AT + len(MAGIC))[MAGIC_AT:] == MAGIC
