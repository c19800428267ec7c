"""drt-core, a reverse-ETL tool with a destination for Meta, set up as its documentation does.

It sends e-mail and phone only, and for a row it keeps no outcome. Its address of Meta is a constant, which is replaced.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

PROJECT = """
name: benchmark
version: "0.1"
profile: local
"""
PROFILE = """
local:
  type: duckdb
  database: {path}
"""
SYNC = """
name: people
model: select * replace (cast(epoch(event_time) as bigint) as event_time) from raw.people limit {events}
destination:
  type: meta_conversions
  pixel_id: "{dataset}"
  access_token: a-token
  event_name_field: event_name
  event_time_field: event_time
  event_id_field: event_id
  event_source_url_field: event_source_url
  client_user_agent_field: client_user_agent
  client_ip_address_field: client_ip_address
  email_field: email
  phone_field: phone
  value_field: value
  currency: EUR
sync:
  mode: full
  batch_size: {batch}
  rate_limit:
    requests_per_second: 0
"""
"""Its defaults are 100 rows a request and 10 requests a second; these are the largest batch and no limit."""


def set_up(folder: Path, path: str, *, dataset: str, events: int, batch: int) -> None:
    """A project in `folder`, which becomes the home and the working directory of this process."""
    (folder / ".drt").mkdir()
    (folder / "syncs").mkdir()
    (folder / "drt_project.yml").write_text(PROJECT)
    (folder / ".drt" / "profiles.yml").write_text(PROFILE.format(path=Path(path).resolve()))
    (folder / "syncs" / "people.yml").write_text(SYNC.format(dataset=dataset, events=events, batch=batch))
    os.environ["HOME"] = str(folder)
    os.chdir(folder)


def run() -> int:
    """`drt run`; how many rows it says it synced."""
    from drt.cli.main import app

    with redirect_stdout(StringIO()) as said:
        app(["run", "--output", "json"], standalone_mode=False)
    synced: int = json.loads(re.sub(r"^[^{]*", "", said.getvalue()))["syncs"][0]["rows_synced"]
    return synced
