"""Reading a claimed chunk back as Arrow, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from connector.batches import LoadedBatch

if TYPE_CHECKING:
    from collections.abc import Generator

    from connector.warehouse.warehouse import Params, Warehouse

ROWS_AT_A_TIME = 16_384
TEXTS = ("event_name", "event_id", "absence")


def loaded_batches(warehouse: Warehouse, params: Params) -> Generator[LoadedBatch, None, None]:
    """The batches of a chunk in order. A row that turned up twice since the claim is kept once, as changed."""
    held: pa.Table | None = None
    with warehouse.stream("read_chunk", params, rows=ROWS_AT_A_TIME) as reader:
        for arrived in reader:
            table = pa.Table.from_batches([arrived])
            held = table if held is None else pa.concat_tables([held, table])
            *whole, held = _by_batch(held)
            for batch in whole:
                yield _loaded(batch)
    if held is not None and held.num_rows:
        yield _loaded(held)


def _by_batch(table: pa.Table) -> list[pa.Table]:
    """Split a table sorted by batch_no into one table a batch; the last one may not be complete yet."""
    numbers = table["batch_no"].to_pylist()
    starts = [place for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]
    return [
        table.slice(start, stop - start) for start, stop in zip(starts, [*starts[1:], len(numbers)], strict=True)
    ] or [table]


def _loaded(table: pa.Table) -> LoadedBatch:
    positions = table["position"].to_pylist()
    once = [place for place, position in enumerate(positions) if place == 0 or positions[place - 1] != position]
    twice = {position for place, position in enumerate(positions) if place and positions[place - 1] == position}
    if twice:
        table = table.take(once)
    payloads = table["payload"].cast(pa.large_binary()).to_pylist()
    texts = {name: table[name].cast(pa.large_string()).to_pylist() for name in TEXTS}
    for position in twice:
        payloads[position], texts["absence"][position] = None, "row_changed"
    return LoadedBatch(
        batch_no=table["batch_no"][0].as_py(),
        dataset_id=table["dataset_id"].cast(pa.large_string())[0].as_py(),
        payloads=payloads,
        absences=texts["absence"],
        event_names=texts["event_name"],
        event_ids=texts["event_id"],
        event_times=_seconds(table["event_time"]),
        deadlines=_seconds(table["deadline_at"]),
    )


def _seconds(column: pa.ChunkedArray) -> list[int | None]:
    """Timestamps without zone, in UTC, as whole seconds since 1970."""
    seconds: list[int | None] = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()).to_pylist()
    return seconds
