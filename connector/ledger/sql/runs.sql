-- name: take_lock
-- Serialises claims, beginnings and ends: the transaction that updated this row is the only one of its kind.
update {ledger}.sync_lock
set holder = :sync_id, locked_at = {utc_now}

-- name: lock_row
-- The one row of the lock, with the ledger's version.
select ledger_version
from {ledger}.sync_lock

-- name: insert_lock_row
-- Makes the one row of the lock.
insert into {ledger}.sync_lock (holder, locked_at, ledger_version)
select null, null, :ledger_version
where not exists (select 1 from {ledger}.sync_lock)

-- name: set_ledger_version
-- The version that the ledger has now, after its migration.
update {ledger}.sync_lock
set ledger_version = :ledger_version

-- name: destination
-- The host that the live lane of this ledger has been sending to.
select destination_host
from {ledger}.sync_runs
where change = 'started' and lane = 'live'
order by run_no
limit 1

-- name: add_default_dataset_id
-- For a ledger that did not remember its default dataset.
alter table {ledger}.sync_runs add column if not exists default_dataset_id varchar

-- name: add_doubted_datasets
-- For a ledger that did not remember stopped datasets.
alter table {ledger}.sync_runs add column if not exists doubted_datasets varchar

-- name: add_api_version
-- For a ledger that did not remember the version of Meta's API that a run used.
alter table {ledger}.sync_runs add column if not exists api_version varchar

-- name: known_default_dataset
-- The dataset that the live lane of this ledger has been sending rows to that name none.
select default_dataset_id
from {ledger}.sync_runs
where change = 'started' and lane = 'live' and default_dataset_id is not null
order by run_no
limit 1

-- name: doubted_datasets
-- The datasets that Meta had stopped, and not taken from since, when the newest live run ended that could tell.
select doubted_datasets
from {ledger}.sync_runs
where change = 'ended' and lane = 'live' and doubted_datasets is not null
order by run_no desc
limit 1

-- name: written_outcomes
-- What a run has written, by place: whether a write that broke off has come through.
select
    batch_no,
    first_position,
    outcome = 'sending' as is_mark
from {ledger}.sync_outcomes
where sync_id = :sync_id

-- name: records_of_dataset
-- Whether the ledger has records that name this dataset: they would stand under another key than new ones.
select count(*) as records
from (
    select 1 as one
    from {ledger}.sync_records
    where dataset_id = :dataset_id
    limit 1
) as found

-- name: dead_runs
-- Runs that have not ended and whose lease ran out, or any that have not ended where opening proves the others gone.
select
    leases.sync_id,
    runs.run_no,
    runs.lane,
    runs.destination_host,
    runs.default_dataset_id,
    runs.api_version
from {ledger}.sync_leases as leases
inner join {ledger}.sync_runs as runs
    on leases.sync_id = runs.sync_id and runs.change = 'started'
where not leases.ended and (:all_others_gone or leases.expires_at <= {utc_now})

-- name: next_run_no
-- The number of the next run: it orders runs without a clock.
select coalesce(max(run_no), 0) + 1 as run_no
from {ledger}.sync_runs

-- name: live_runs
-- How many runs of the live lane have started.
select count(*) as started
from {ledger}.sync_runs
where change = 'started' and lane = 'live'

-- name: insert_run
-- A row when a run starts, a row when it ends.
insert into {ledger}.sync_runs (
    sync_id, run_no, lane, change, recorded_at, destination_host, default_dataset_id, reason,
    claimed, accepted, rejected, invalid, deferred, unconfirmed, money, requests, doubted_datasets,
    api_version
)
values (
    :sync_id, :run_no, :lane, :change, {utc_now}, :destination_host, :default_dataset_id, :reason,
    :claimed, :accepted, :rejected, :invalid, :deferred, :unconfirmed, :money, :requests, :doubted_datasets,
    :api_version
)

-- name: insert_lease
-- The lease of a new run.
insert into {ledger}.sync_leases (sync_id, expires_at, ended)
values (:sync_id, {lease_end}, false)

-- name: renew_lease
-- Renews the own lease; no row comes back when this sender was declared dead.
update {ledger}.sync_leases
set expires_at = {lease_end}
where sync_id = :sync_id and not ended and expires_at > {utc_now}

-- name: hold_lease
-- Renews the own lease while the lock is held: nobody else can claim or end meanwhile, so only `ended` counts.
update {ledger}.sync_leases
set expires_at = {lease_end}
where sync_id = :sync_id and not ended

-- name: end_dead_lease
-- Ends the lease of a run that is dead; no row comes back if it was renewed or ended since we looked.
update {ledger}.sync_leases
set ended = true
where sync_id = :sync_id and not ended and (:all_others_gone or expires_at <= {utc_now})

-- name: end_lease
-- Ends the own lease; no row comes back when somebody else has ended it.
update {ledger}.sync_leases
set ended = true
where sync_id = :sync_id and not ended

-- name: held_by_others
-- The other living runs of the live lane that hold conversions without a final outcome, and how many.
select
    records.sync_id,
    count(*) as events
from {ledger}.sync_leases as leases
inner join {ledger}.sync_runs as runs
    on leases.sync_id = runs.sync_id and runs.change = 'started' and runs.lane = 'live'
inner join {ledger}.sync_records as records
    on leases.sync_id = records.sync_id
left join {ledger}.sync_outcomes as finals
    on
        records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome <> 'sending'
        and records.position between finals.first_position and finals.last_position
where
    not leases.ended and leases.expires_at > {utc_now} and leases.sync_id <> :sync_id
    and finals.outcome is null
    and {which_times}
group by records.sync_id
order by records.sync_id

-- name: outcome_columns
-- Not a query: what a row of outcomes is told by, as it arrives.
batch_no integer, first_position integer, last_position integer, outcome varchar, http_status integer,
error_code integer, error_subcode integer, error_text varchar, fbtrace_id varchar, events_received integer,
duration_ms integer

-- name: insert_outcomes
-- The marks and final outcomes of a group in one statement: `rows` is a JSON list of objects.
insert into {ledger}.sync_outcomes (
    sync_id, batch_no, first_position, last_position, outcome, recorded_at, http_status, error_code, error_subcode,
    error_text, fbtrace_id, events_received, duration_ms
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
    duration_ms
from {outcome_rows}

-- name: prove
-- Per outcome and currency, how many of a run's records have exactly one final outcome; 'none' and 'many' must not occur.
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
            and outcomes.outcome <> 'sending'
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

-- name: tell_expired
-- Writes down conversions that are expired (past their deadline, neither settled, unconfirmed nor covered by the pixel)
-- and were never told before: so each is told once, whenever its deadline passed and whenever its row arrived.
insert into {ledger}.sync_expired (
    sync_id, dataset_id, event_name, event_id, value, currency, deadline_at, told_at
)
select
    :sync_id as sync_id,
    events.dataset_id,
    events.event_name,
    events.event_id,
    case when abs(events.value) < 100000000000000 then events.value end as value,
    events.currency,
    events.deadline_at,
    {utc_now} as told_at
from {events} as events
left join {ledger}.conversion_states as states
    on
        coalesce(events.dataset_id, '') = coalesce(states.dataset_id, '')
        and coalesce(events.event_name, '') = coalesce(states.event_name, '')
        and coalesce(events.event_id, '') = coalesce(states.event_id, '')
where
    events.deadline_at <= :now
    and coalesce(states.state, 'deferred') = 'deferred'
    and not {is_covered_by_pixel}
    and not exists (
        select 1
        from {ledger}.sync_expired as told
        where
            coalesce(told.dataset_id, '') = coalesce(events.dataset_id, '')
            and coalesce(told.event_name, '') = coalesce(events.event_name, '')
            and coalesce(told.event_id, '') = coalesce(events.event_id, '')
    )

-- name: told_expired
-- What a run has told of conversions that expired, by currency.
select
    currency,
    count(*) as events,
    sum(value) as money
from {ledger}.sync_expired
where sync_id = :sync_id
group by currency

-- name: vanished_keys
-- Of the keys accepted in the last 7 days, how many stand no longer in the events relation.
with accepted_keys as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {ledger}.conversion_states
    where state = 'accepted' and event_time > cast(:now as timestamp) - interval '7 days'
)

select
    count(*) as accepted,
    sum(case when events.found is null then 1 else 0 end) as vanished
from accepted_keys
left join
    (
        select distinct
            coalesce(dataset_id, '') as dataset_key,
            coalesce(event_name, '') as name_key,
            coalesce(event_id, '') as id_key,
            1 as found
        from {events} as relation
    ) as events
    on
        accepted_keys.dataset_key = events.dataset_key
        and accepted_keys.name_key = events.name_key
        and accepted_keys.id_key = events.id_key
