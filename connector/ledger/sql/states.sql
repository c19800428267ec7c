-- name: events_by_key
-- The events relation as everything here reads it. The default dataset is folded into null, so that a conversion has one
-- key however it is named; times are UTC without zone in microseconds, whatever their columns' types; money is what
-- decimal(18,4) holds, and null where it cannot (not a number, infinite, 15 digits before the point), which is said.
(
    select
        nullif({dataset_id_as_text}, {default_dataset}) as dataset_id,
        {event_name_as_text} as event_name,
        {event_id_as_text} as event_id,
        {event_time_in_utc} as event_time,
        {action_source_as_text} as action_source,
        cast(case when {is_money} then value end as decimal(18, 4)) as value,
        value is not null and not coalesce({is_money}, false) as is_no_money,
        {currency_as_text} as currency,
        {deadline_in_utc} as deadline_at,
        {payload_as_text} as payload,
        {payload_hash_as_text} as payload_hash
    from {relation}
)

-- name: is_money
-- A condition, not a query: decimal(18,4) holds the value, also after it was rounded. A NaN is greater than all numbers.
value + 5e-5 < 1e14 and value - 5e-5 > -1e14

-- name: released_records
-- Records whose last request was surely not processed: released more often than sent again.
select
    records.sync_id,
    records.batch_no,
    records.position
from {ledger}.sync_records as records
inner join {ledger}.sync_outcomes as marks
    on
        records.sync_id = marks.sync_id and records.batch_no = marks.batch_no
        and marks.outcome in ('released', 'resending')
        and records.position between marks.first_position and marks.last_position
group by records.sync_id, records.batch_no, records.position
having sum(case when marks.outcome = 'released' then 1 else -1 end) > 0

-- name: fold_records
-- One row per record of a live run with its mark and its final outcome. {records} is where records come from.
select
    records.sync_id,
    runs.run_no,
    records.batch_no,
    records.position,
    records.dataset_id,
    records.event_name,
    records.event_id,
    records.event_time,
    records.action_source,
    records.value,
    records.currency,
    records.payload_hash,
    records.claimed_at,
    -- what was sent and surely not processed is as if it had never been sent
    case when finals.outcome is not null or released.position is null then marks.recorded_at end as sending_at,
    finals.outcome,
    finals.recorded_at as settled_at,
    finals.http_status,
    finals.error_code,
    finals.error_subcode,
    finals.error_text,
    finals.fbtrace_id,
    finals.events_received,
    finals.duration_ms,
    coalesce(not leases.ended and leases.expires_at > {utc_now}, false) as run_is_living
from {records} as records
inner join {ledger}.sync_runs as runs
    on records.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
left join {ledger}.sync_leases as leases
    on records.sync_id = leases.sync_id
left join {ledger}.sync_outcomes as marks
    on
        records.sync_id = marks.sync_id and records.batch_no = marks.batch_no and marks.outcome = 'sending'
        and records.position between marks.first_position and marks.last_position
left join {ledger}.sync_outcomes as finals
    on
        records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome not in ({marks})
        and records.position between finals.first_position and finals.last_position
left join ({released_records}) as released
    on
        records.sync_id = released.sync_id and records.batch_no = released.batch_no
        and records.position = released.position
where {which_records}

-- name: is_recent
-- A condition, not a query: the record is of the days that the ledger looks at, whatever became of its row.
records.claimed_at > {utc_now} - interval '{ledger_days} days'

-- name: remembered_records
-- The recent records, and those older ones whose row still stands in the events relation: however far away a relation of
-- your own sets its deadlines, what was accepted stays accepted as long as its row can be owed.
select records.*
from {ledger}.sync_records as records
where {is_recent}
union all
select records.*
from {ledger}.sync_records as records
where
    not {is_recent}
    and exists (
        select 1
        from {events} as events
        where
            coalesce(events.dataset_id, '') = coalesce(records.dataset_id, '')
            and coalesce(events.event_name, '') = coalesce(records.event_name, '')
            and coalesce(events.event_id, '') = coalesce(records.event_id, '')
    )

-- name: fold_states
-- One row per conversion that has a state: the first that applies of accepted, in_flight, unconfirmed, last outcome.
with standings as (
    select
        outcomes.*,
        case
            when outcomes.outcome is not null then outcomes.outcome
            when outcomes.run_is_living then 'in_flight'
            when outcomes.sending_at is not null then 'unconfirmed'
        end as standing
    from {record_outcomes} as outcomes
),

ranked as (
    select
        standings.*,
        -- an unconfirmed conversion is decided by its earliest uncertain copy, all others by the run that started last
        row_number() over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
            order by
                case standing when 'accepted' then 1 when 'in_flight' then 2 when 'unconfirmed' then 3 else 4 end,
                case when standing = 'unconfirmed' then coalesce(sending_at, settled_at) end,
                run_no desc
        ) as decides,
        min(case when standing = 'unconfirmed' then coalesce(sending_at, settled_at) end) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
        ) as first_uncertain_at,
        sum(case when standing in ('accepted', 'unconfirmed') then 1 else 0 end) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
        ) as possible_receipts,
        first_value(standing) over (
            partition by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
            order by run_no desc
        ) as last_standing
    from standings
    where standing is not null
)

select
    dataset_id,
    event_name,
    event_id,
    standing as state,
    payload_hash,
    case when standing = 'unconfirmed' then first_uncertain_at end as uncertain_since,
    value,
    currency,
    event_time,
    action_source,
    run_no,
    error_code,
    error_subcode,
    error_text,
    possible_receipts,
    last_standing
from ranked
where decides = 1

-- name: create_record_outcomes
-- The view that dbt reads for the life of each record.
create or replace view {ledger}.record_outcomes as
{fold_records_of_ledger}

-- name: create_conversion_states
-- The view that dbt reads for the state of each conversion; the claim folds by the same text.
create or replace view {ledger}.conversion_states as
{fold_states_of_ledger}
