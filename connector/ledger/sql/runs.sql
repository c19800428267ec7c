-- name: take_lock
-- The claim's lock: it serialises claims, starts and ends of runs, and migrations. It is held until the transaction ends.
update {ledger}.sync_lock
set holder = :sync_id, locked_at = {utc_now}

-- name: ledger_schema
-- The ledger's schema, if it is there and this role has a right on it.
select schema_name
from {schemata}
where
    lower(schema_name) = lower(:schema)
    and lower(catalog_name) = lower(coalesce(cast(:catalog as varchar), current_database()))

-- name: create_lock
-- The table of the lock. It holds the ledger's version, so it is there before the first migration.
create table if not exists {ledger}.sync_lock (
    holder varchar,
    locked_at timestamp without time zone,
    ledger_version integer not null
)

-- name: lock_row
-- The one row of the lock, with the ledger's version.
select
    ledger_version,
    holder
from {ledger}.sync_lock

-- name: version_of_whole_ledger
-- The ledger's version, of one whose views stand, too; no row of them is asked for.
select held.ledger_version
from {ledger}.sync_lock as held
left join (select 1 as stands from {ledger}.conversion_states where 1 = 0) as views
    on 1 = 1

-- name: insert_lock_row
-- The one row of the lock, where it is missing.
insert into {ledger}.sync_lock (holder, locked_at, ledger_version)
select null, null, 0
from (select count(*) as locks from {ledger}.sync_lock) as standing
where standing.locks = 0

-- name: set_ledger_version
-- The version that a migration has brought the ledger to; another process may have brought it further meanwhile.
update {ledger}.sync_lock
set ledger_version = :ledger_version
where ledger_version < :ledger_version

-- name: leave_moved
-- What stays behind of a ledger that has moved: its lock row, which every sender reads before anything else and refuses.
update {ledger}.sync_lock
set ledger_version = :moved, holder = :holder

-- name: runs_of_host
-- How many rows of runs, in a ledger of any version, name this host.
select count(*) as runs
from {ledger}.sync_runs
where destination_host = :host

-- name: living_leases
-- Runs that have not ended and whose lease has not expired.
select sync_id
from {ledger}.sync_leases
where not ended and expires_at > {utc_now}
order by sync_id

-- name: places_of_runs
-- Where live runs were to send to: hosts and default datasets. What nothing was taken by is among them.
select distinct
    destination_host,
    default_dataset_id
from {ledger}.sync_runs
where phase = 'started' and mode = 'live'

-- name: destination
-- The host that this ledger belongs to: of the first live run of which something was, or may have been, accepted. A run
-- that is at work may have sent something by the next moment.
select runs.destination_host
from {ledger}.sync_runs as runs
inner join (
    select sync_id
    from {ledger}.sync_outcomes
    where outcome in ('accepted', 'unconfirmed')
    union
    {taken_of_archived}
    union
    select sync_id
    from {ledger}.record_outcomes
    where outcome is null and sending_at is not null
    union
    select sync_id
    from {ledger}.sync_leases
    where not ended and expires_at > {utc_now}
) as taken
    on runs.sync_id = taken.sync_id
where runs.phase = 'started' and runs.mode = 'live'
order by runs.run_no
limit 1

-- name: known_default_dataset
-- The dataset that this ledger's rows without a dataset_id belong to, by the same rule.
select runs.default_dataset_id
from {ledger}.sync_runs as runs
inner join (
    {taken_of_dataset}
    union
    {taken_of_archived}
    union
    select sync_id
    from {ledger}.sync_leases
    where not ended and expires_at > {utc_now}
) as taken
    on runs.sync_id = taken.sync_id
where runs.phase = 'started' and runs.mode = 'live' and runs.default_dataset_id is not null
order by runs.run_no
limit 1

-- name: taken_of_archived
-- The same by their ends, of runs whose records were archived.
select ended.sync_id
from {ledger}.sync_runs as ended
where
    ended.phase = 'ended' and (ended.accepted > 0 or ended.unconfirmed > 0)
    and not exists (
        select 1
        from {ledger}.sync_records as records
        where records.sync_id = ended.sync_id
    )

-- name: taken_of_dataset
-- The runs of which something was, or may have been, accepted for a dataset. A batch holds one dataset.
select records.sync_id
from {ledger}.sync_outcomes as outcomes
inner join {ledger}.sync_records as records
    on
        outcomes.sync_id = records.sync_id and outcomes.batch_no = records.batch_no
        and outcomes.first_position = records.position
where outcomes.outcome in ('accepted', 'unconfirmed') and {of_dataset}
union
select records.sync_id
from {ledger}.record_outcomes as records
where records.outcome is null and records.sending_at is not null and {of_dataset}

-- name: of_dataset
-- A condition, not a query: of rows that name no dataset.
records.dataset_id is null

-- name: datasets_to_probe
-- The datasets that Meta had stopped when the newest live run ended that knew: the next run probes them first.
select datasets_to_probe
from {ledger}.sync_runs
where phase = 'ended' and mode = 'live' and datasets_to_probe is not null
order by run_no desc
limit 1

-- name: last_write_no
-- The number of the last write of a run: a write whose commit was not confirmed may still have been committed.
select write_no
from {ledger}.sync_leases
where sync_id = :sync_id

-- name: runs_that_named_dataset
-- How many runs sent rows that name this dataset, which took or may have taken some: their key would differ from that of
-- new ones.
select count(*) as runs
from (
    {taken_of_dataset}
) as taken

-- name: open_runs
-- Runs that have not ended, and whether each is dead: its lease has expired, or opening the file proves all others dead.
select
    leases.sync_id,
    runs.run_no,
    runs.mode,
    runs.destination_host,
    runs.default_dataset_id,
    runs.api_version,
    runs.started_by,
    runs.started_on,
    runs.airflow_run,
    runs.connector_version,
    (:all_others_gone or leases.expires_at <= {utc_now}) as is_dead
from {ledger}.sync_leases as leases
inner join {ledger}.sync_runs as runs
    on leases.sync_id = runs.sync_id and runs.phase = 'started'
where not leases.ended

-- name: next_run
-- The number of the next run, which orders runs without a clock, and what it has to probe; null where no run knew.
select
    newest.run_no + 1 as run_no,
    known.datasets_to_probe
from (select coalesce(max(run_no), 0) as run_no from {ledger}.sync_runs) as newest
left join ({datasets_to_probe}) as known
    on 1 = 1

-- name: insert_run
-- A row when a run starts, a row when it ends. Not VALUES, which takes constants only on Snowflake.
insert into {ledger}.sync_runs (
    sync_id, run_no, mode, phase, recorded_at, destination_host, default_dataset_id, reason,
    claimed, accepted, rejected, invalid, deferred, unconfirmed, money, requests, datasets_to_probe,
    api_version, started_by, started_on, airflow_run, connector_version
)
select
    :sync_id,
    :run_no,
    :mode,
    :phase,
    {utc_now},
    :destination_host,
    :default_dataset_id,
    :reason,
    cast(:claimed as bigint),
    cast(:accepted as bigint),
    cast(:rejected as bigint),
    cast(:invalid as bigint),
    cast(:deferred as bigint),
    cast(:unconfirmed as bigint),
    :money,
    cast(:requests as bigint),
    :datasets_to_probe,
    :api_version,
    :started_by,
    :started_on,
    :airflow_run,
    :connector_version

-- name: insert_lease
-- The lease of a new run.
insert into {ledger}.sync_leases (sync_id, expires_at, ended)
select
    :sync_id,
    {lease_end},
    false

-- name: renew_lease
-- Renews this run's lease and numbers its write; updates no row if the run was declared dead or its lease has expired.
update {ledger}.sync_leases
set expires_at = {lease_end}, write_no = :write_no
where sync_id = :sync_id and not ended and expires_at > {utc_now}

-- name: number_write
-- Numbers the write of a run that has lost its lease: its outcomes are facts, to be written once.
update {ledger}.sync_leases
set write_no = :write_no
where sync_id = :sync_id

-- name: end_dead_lease
-- Ends the lease of a dead run; updates no row if it was renewed or ended in the meantime.
update {ledger}.sync_leases
set ended = true
where sync_id = :sync_id and not ended and (:all_others_gone or expires_at <= {utc_now})

-- name: end_lease
-- Ends this run's lease; updates no row if another run has ended it.
update {ledger}.sync_leases
set ended = true
where sync_id = :sync_id and not ended

-- name: held_by_others
-- Other live runs with a valid lease that hold conversions without a final outcome, and how many.
select
    records.sync_id,
    count(*) as events
from {ledger}.sync_leases as leases
inner join {ledger}.sync_runs as runs
    on leases.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
inner join {ledger}.sync_records as records
    on leases.sync_id = records.sync_id
left join {ledger}.sync_outcomes as finals
    on
        records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome not in ({marks})
        and records.position between finals.first_position and finals.last_position
where
    not leases.ended and leases.expires_at > {utc_now} and leases.sync_id <> :sync_id
    and finals.outcome is null
    and {which_times}
group by records.sync_id
order by records.sync_id

-- name: marks
-- Not a query: what stands in sync_outcomes beside final outcomes.
'sending', 'released', 'resending'

-- name: outcome_columns
-- Not a query: the columns of one outcome as JSON carries them.
batch_no integer, first_position integer, last_position integer, outcome varchar, http_status integer,
error_code integer, error_subcode integer, error_text varchar, fbtrace_id varchar, events_received integer,
duration_ms integer, answer_text varchar

-- name: insert_outcomes
-- The marks and final outcomes of a group in one statement: `rows` is a JSON list of objects.
insert into {ledger}.sync_outcomes (
    sync_id, batch_no, first_position, last_position, outcome, recorded_at, http_status, error_code, error_subcode,
    error_text, fbtrace_id, events_received, duration_ms, answer_text
)
select
    :sync_id as sync_id,
    batch_no,
    first_position,
    last_position,
    outcome,
    {utc_now} as recorded_at,
    http_status,
    error_code,
    error_subcode,
    error_text,
    fbtrace_id,
    events_received,
    duration_ms,
    answer_text
from {outcome_rows}

-- name: prove
-- How many of a run's records have exactly one final outcome, by outcome and currency; 'none' and 'many' must not occur.
with finals as (
    select
        records.batch_no,
        records.position,
        records.currency,
        records.value,
        count(outcomes.outcome) as outcomes,
        min(outcomes.outcome) as outcome
    from {ledger}.sync_records as records
    left join {ledger}.sync_outcomes as outcomes
        on
            records.sync_id = outcomes.sync_id and records.batch_no = outcomes.batch_no
            and outcomes.outcome not in ({marks})
            and records.position between outcomes.first_position and outcomes.last_position
    where records.sync_id = :sync_id
    group by records.batch_no, records.position, records.currency, records.value
)

select
    case when outcomes = 0 then 'none' when outcomes > 1 then 'many' else outcome end as outcome,
    currency,
    count(*) as events,
    sum(value) as money
from finals
group by case when outcomes = 0 then 'none' when outcomes > 1 then 'many' else outcome end, currency

-- name: relations_in_ledger_schema
-- The relations that already have one of the ledger's names.
select lower(relation_name) as relation_name
from {comments}
where lower(schema_name) = lower(:schema) and lower(relation_name) in :names
order by relation_name
