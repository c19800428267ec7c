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

-- name: destination
-- The host that the live lane of this ledger has been sending to.
select destination_host
from {ledger}.sync_runs
where change = 'started' and lane = 'live'
order by run_no
limit 1

-- name: dead_runs
-- Runs that have not ended and whose lease ran out, or any that have not ended where opening proves the others gone.
select
    leases.sync_id,
    runs.run_no,
    runs.lane,
    runs.destination_host
from {ledger}.sync_leases as leases
inner join {ledger}.sync_runs as runs
    on leases.sync_id = runs.sync_id and runs.change = 'started'
where not leases.ended and (:all_others_gone or leases.expires_at <= {utc_now})

-- name: next_run_no
-- The number of the next run: it orders runs without a clock.
select coalesce(max(run_no), 0) + 1 as run_no
from {ledger}.sync_runs

-- name: previous_start
-- When the last live run started; what expired before that is no news.
select max(recorded_at) as started_at
from {ledger}.sync_runs
where change = 'started' and lane = 'live'

-- name: insert_run
-- A row when a run starts, a row when it ends.
insert into {ledger}.sync_runs (
    sync_id, run_no, lane, change, recorded_at, destination_host, reason,
    claimed, accepted, rejected, invalid, deferred, unconfirmed, money, requests
)
values (
    :sync_id, :run_no, :lane, :change, {utc_now}, :destination_host, :reason,
    :claimed, :accepted, :rejected, :invalid, :deferred, :unconfirmed, :money, :requests
)

-- name: insert_lease
-- The lease of a new run.
insert into {ledger}.sync_leases (sync_id, expires_at, ended)
values (:sync_id, {utc_now} + :ttl_s * interval '1' second, false)

-- name: renew_lease
-- Renews the own lease; no row comes back when this sender was declared dead.
update {ledger}.sync_leases
set expires_at = {utc_now} + :ttl_s * interval '1' second
where sync_id = :sync_id and not ended and expires_at > {utc_now}

-- name: hold_lease
-- Renews the own lease while the lock is held: nobody else can claim or end meanwhile, so only `ended` counts.
update {ledger}.sync_leases
set expires_at = {utc_now} + :ttl_s * interval '1' second
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
group by records.sync_id
order by records.sync_id

-- name: insert_outcome
-- A mark or a final outcome of a range of positions.
insert into {ledger}.sync_outcomes (
    sync_id, batch_no, first_position, last_position, outcome, recorded_at, http_status, error_code, error_subcode,
    error_text, fbtrace_id, events_received, duration_ms
)
values (
    :sync_id, :batch_no, :first_position, :last_position, :outcome, {utc_now}, :http_status, :error_code,
    :error_subcode, :error_text, :fbtrace_id, :events_received, :duration_ms
)

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

-- name: newly_expired
-- Conversions whose deadline passed since the given moment and that are neither settled, unconfirmed nor covered.
select
    events.currency,
    count(*) as events,
    sum(events.value) as money
from {events} as events
left join {ledger}.conversion_states as states
    on
        coalesce(events.dataset_id, '') = coalesce(states.dataset_id, '')
        and coalesce(events.event_name, '') = coalesce(states.event_name, '')
        and coalesce(events.event_id, '') = coalesce(states.event_id, '')
where
    events.deadline_at > :since and events.deadline_at <= :now
    and coalesce(states.state, 'deferred') = 'deferred'
    and not {is_covered_by_pixel}
group by events.currency

-- name: vanished_keys
-- Of the keys accepted in the last 7 days, how many stand no longer in the events relation.
with accepted_keys as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {ledger}.conversion_states
    where state = 'accepted' and event_time > :now - interval '7' day
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
        from {events}
    ) as events
    on
        accepted_keys.dataset_key = events.dataset_key
        and accepted_keys.name_key = events.name_key
        and accepted_keys.id_key = events.id_key
