-- name: why_keys
-- The keys that an event_id or an order_id stands for: in the events relation, in the ledger, and in the models if any.
select
    dataset_key,
    name_key,
    id_key
from (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {events} as events
    where
        event_id = :id
        or position(cast(:order_member as varchar) in payload) > 0
        or position(cast(:spaced_order_member as varchar) in payload) > 0
    union
    select
        coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {ledger}.sync_records
    where event_id = :id
    {modelled_keys}
) as keys
order by name_key, id_key, dataset_key

-- name: modelled_keys_of_id
-- A further part of `why_keys`, where `conversions` stands beside the events relation.
union
select
    coalesce(nullif(dataset_id, {default_dataset}), '') as dataset_key,
    coalesce(event_name, '') as name_key,
    coalesce(event_id, '') as id_key
from {conversions} as modelled
where event_id = :id {or_order_id}

-- name: of_key
-- A condition, not a query: the row has the key that is asked for.
coalesce(nullif(dataset_id, {default_dataset}), '') = :dataset_key
and coalesce(event_name, '') = :name_key
and coalesce(event_id, '') = :id_key

-- name: why_modelled
-- A conversion as the models left it; of its identifiers only the names of those that are present.
select
    {modelled_columns},
    {identifier_names} as identifier_names
from {conversions} as modelled
where {of_key}

-- name: why_reason
-- What it means that a conversion is not eligible for that reason, and what to do.
select
    meaning,
    what_to_do,
    who
from {reference}.reconciliation_reasons
where stage = 'not_eligible' and reason = :reason

-- name: why_event
-- The rows of the events relation that have the key: more than one is a fault.
select
    event_time,
    action_source,
    value,
    currency,
    deadline_at,
    payload,
    payload_hash
from {events} as events
where {of_key}

-- name: why_state
-- The state of the key over all its records, folded by the same text as everywhere.
with their_records as (
    select *
    from {ledger}.sync_records
    where {of_key}
),

their_outcomes as (
    {fold_records_of_candidates}
)

select *
from (
    {fold_states_of_candidates}
) as folded

-- name: why_records
-- Every record of the key over all runs, live and test, with its run, its mark and its final outcome.
select
    runs.run_no,
    records.sync_id,
    runs.mode,
    records.batch_no,
    records.position,
    records.value,
    records.currency,
    records.payload_hash,
    records.claimed_at,
    -- what was sent and surely not processed is as if it had never been sent
    case when finals.outcome is not null or released.position is null then marks.recorded_at end as sending_at,
    finals.recorded_at as settled_at,
    finals.outcome,
    finals.http_status,
    finals.error_code,
    finals.error_subcode,
    finals.error_text,
    finals.answer_text,
    finals.fbtrace_id,
    finals.duration_ms,
    coalesce(not leases.ended and leases.expires_at > {utc_now}, false) as run_is_living
from (select * from {ledger}.sync_records where {of_key}) as records
inner join {ledger}.sync_runs as runs
    on records.sync_id = runs.sync_id and runs.phase = 'started'
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
order by runs.run_no, records.batch_no, records.position
