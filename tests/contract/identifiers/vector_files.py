"""The vectors: texts with what is hashed of them, the hash, and where the expectation comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors"
KIT = Path(__file__).parents[3] / "connector" / "acceptance" / "data" / "vectors.jsonl"
KEYS = ("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id")


@dataclass(frozen=True, kw_only=True)
class Vector:
    """A text of a key, read by a country where the key needs one. `normalized` null: nothing is sent."""

    key: str
    text: str
    country: str | None
    normalized: str | None
    hash: str | None
    source: str

    @property
    def asked(self) -> tuple[str, str, str | None]:
        return self.key, self.text, self.country


def written_vectors() -> list[Vector]:
    """Those whose expectation was written by hand, from Meta's rule or from a run of the SDK."""
    return [Vector(**line) for key in KEYS for line in read_lines(f"{key}.jsonl")]


def generated_vectors() -> list[Vector]:
    """Those that generate_vectors.py made, with the answers of the Python reference."""
    return [Vector(**line) for key in KEYS for line in read_lines(f"generated_{key}.jsonl")]


def all_vectors() -> list[Vector]:
    return written_vectors() + generated_vectors()


def unhashed_vectors() -> list[tuple[str, list[str | None], str | None]]:
    """Key, arguments, what passes."""
    return [tuple(line) for line in read_lines("unhashed.jsonl")]


def kit_lines() -> str:
    """The vectors as the package holds them for `connector acceptance`: key, text, country, what is hashed."""
    lines = ([one.key, one.text, one.country, one.normalized] for one in all_vectors())
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def read_lines(name: str) -> list[Any]:
    path = VECTORS / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def write_vectors(name: str, vectors: Iterable[Vector]) -> None:
    """In ASCII, so that what looks alike can be told apart."""
    lines = [json.dumps(asdict(vector)) + "\n" for vector in vectors]
    (VECTORS / name).write_text("".join(lines), encoding="utf-8")
