-- name: candidates
-- Rows of the events relation that are due, before their deadline, not accepted and not claimed by this run before.
-- The anti-join against accepted comes first, the fold of states only for what remains. A key that stands twice is one row.
with repeated as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {events} as events
    group by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
    having count(*) > 1
),

settled as (
    select
        coalesce(records.dataset_id, '') as dataset_key,
        coalesce(records.event_name, '') as name_key,
        coalesce(records.event_id, '') as id_key
    from {ledger}.sync_records as records
    inner join {ledger}.sync_runs as runs
        on records.sync_id = runs.sync_id and runs.change = 'started' and runs.lane = 'live'
    inner join {ledger}.sync_outcomes as finals
        on
            records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome = 'accepted'
            and records.position between finals.first_position and finals.last_position
    where records.claimed_at > {utc_now} - interval '90' day
    union all
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {ledger}.sync_records
    where sync_id = :sync_id
),

remaining as (
    select
        events.dataset_id,
        events.event_name,
        events.event_id,
        events.event_time,
        events.action_source,
        -- what the ledger's decimal(18,4) cannot hold is no money; the gate judges the payload's own value
        case when abs(events.value) < 100000000000000 then events.value end as value,
        events.currency,
        events.deadline_at,
        -- mending the deadline must count as a change, and the payload does not hold it
        case when events.deadline_at is null then 'missing_deadline_at' else events.payload_hash end as payload_hash,
        -- whether an offline resend has the longer deduplication window (its key holds the order_id)
        coalesce(events.action_source = 'physical_store' and events.payload like '%"order_id":%', false) as is_offline_order,
        coalesce(events.dataset_id, '') as dataset_key,
        coalesce(events.event_name, '') as name_key,
        coalesce(events.event_id, '') as id_key
    from {events} as events
    where
        (events.deadline_at > :now or events.deadline_at is null)
        and (events.event_time <= :now or events.event_time is null)
        and not exists (
            select 1
            from settled
            where
                settled.dataset_key = coalesce(events.dataset_id, '')
                and settled.name_key = coalesce(events.event_name, '')
                and settled.id_key = coalesce(events.event_id, '')
        )
),

unique_remaining as (
    select
        remaining.*,
        1 as copies
    from remaining
    where
        not exists (
            select 1
            from repeated
            where
                repeated.dataset_key = remaining.dataset_key
                and repeated.name_key = remaining.name_key
                and repeated.id_key = remaining.id_key
        )
    union all
    select
        min(remaining.dataset_id) as dataset_id,
        min(remaining.event_name) as event_name,
        min(remaining.event_id) as event_id,
        min(remaining.event_time) as event_time,
        min(remaining.action_source) as action_source,
        min(remaining.value) as value,
        min(remaining.currency) as currency,
        min(remaining.deadline_at) as deadline_at,
        'key_not_unique' as payload_hash,
        false as is_offline_order,
        remaining.dataset_key,
        remaining.name_key,
        remaining.id_key,
        2 as copies
    from remaining
    inner join repeated
        on
            remaining.dataset_key = repeated.dataset_key
            and remaining.name_key = repeated.name_key
            and remaining.id_key = repeated.id_key
    group by remaining.dataset_key, remaining.name_key, remaining.id_key
),

their_records as (
    select records.*
    from {ledger}.sync_records as records
    where
        exists (
            select 1
            from unique_remaining
            where
                unique_remaining.dataset_key = coalesce(records.dataset_id, '')
                and unique_remaining.name_key = coalesce(records.event_name, '')
                and unique_remaining.id_key = coalesce(records.event_id, '')
        )
),

their_outcomes as (
    {fold_records_of_candidates}
),

their_states as (
    {fold_states_of_candidates}
),

candidates as (
    select
        unique_remaining.*,
        their_states.state,
        their_states.uncertain_since,
        coalesce(
            their_states.error_text in ('halving_budget_spent', 'refused_without_contrast')
            or (their_states.state = 'unconfirmed' and their_states.last_standing in ('rejected', 'invalid')),
            false
        ) as is_suspect,
        coalesce(their_states.payload_hash, '') = coalesce(unique_remaining.payload_hash, '') as is_unchanged
    from unique_remaining
    left join their_states
        on
            unique_remaining.dataset_key = coalesce(their_states.dataset_id, '')
            and unique_remaining.name_key = coalesce(their_states.event_name, '')
            and unique_remaining.id_key = coalesce(their_states.event_id, '')
),

owed as (
    select candidates.*
    from candidates
    where {state_allows_sending}
)

-- name: state_allows_sending
-- A condition, not a query: the state of a candidate allows sending. A replay puts the choice of a person in its place.
state is null
or state = 'deferred'
or (state in ('rejected', 'invalid') and not is_unchanged)
or (
    state = 'unconfirmed' and is_unchanged and :resend_unconfirmed
    and :now < uncertain_since
    + case when is_offline_order then interval '167' hour else interval '47' hour end
)

-- name: count_owed
-- How many conversions are owed now.
{candidates}
select count(*) as owed
from owed

-- name: claim
-- The next chunk of owed conversions, earliest deadline first, planned into batches of one dataset; suspects last.
insert into {ledger}.sync_records (
    sync_id, batch_no, position, dataset_id, event_name, event_id, event_time, action_source, value, currency,
    payload_hash, claimed_at
)
{candidates},

chunk as materialized (
    select owed.*
    from owed
    order by is_suspect, deadline_at
    limit :chunk_size
),

placed as (
    select
        chunk.*,
        row_number() over (partition by is_suspect, dataset_key order by deadline_at) - 1 as place
    from chunk
),

-- where each dataset's batches begin: those of suspects after all others
shelves as (
    select
        is_suspect,
        dataset_key,
        ceil(count(*) / cast(:batch_size as double precision)) as batches
    from chunk
    group by is_suspect, dataset_key
),

begun as (
    select
        is_suspect,
        dataset_key,
        sum(batches) over (order by is_suspect, dataset_key rows unbounded preceding) - batches as batches_before
    from shelves
)

select
    :sync_id as sync_id,
    cast(:first_batch_no + begun.batches_before + floor(placed.place / :batch_size) as integer) as batch_no,
    cast(placed.place % :batch_size as integer) as position,
    placed.dataset_id,
    placed.event_name,
    placed.event_id,
    placed.event_time,
    placed.action_source,
    placed.value,
    placed.currency,
    placed.payload_hash,
    {utc_now} as claimed_at
from placed
inner join begun
    on placed.is_suspect = begun.is_suspect and placed.dataset_key = begun.dataset_key

-- name: next_batch_no
-- The first batch number that this run has not used.
select coalesce(max(batch_no) + 1, 0) as batch_no
from {ledger}.sync_records
where sync_id = :sync_id

-- name: read_chunk
-- The payloads of the claimed batches in order, with the reason where a payload may not be sent.
select
    records.batch_no,
    records.position,
    records.dataset_id,
    records.event_name,
    records.event_id,
    events.event_time,
    events.deadline_at,
    case
        when records.payload_hash in ('key_not_unique', 'missing_deadline_at') then records.payload_hash
        when events.found is null then 'row_gone'
        when coalesce(events.payload_hash, '') <> coalesce(records.payload_hash, '') then 'row_changed'
    end as absence,
    case
        when records.payload_hash in ('key_not_unique', 'missing_deadline_at') then null
        when coalesce(events.payload_hash, '') <> coalesce(records.payload_hash, '') then null
        else events.payload
    end as payload
from {ledger}.sync_records as records
left join (select *, 1 as found from {events}) as events
    on
        coalesce(records.dataset_id, '') = coalesce(events.dataset_id, '')
        and coalesce(records.event_name, '') = coalesce(events.event_name, '')
        and coalesce(records.event_id, '') = coalesce(events.event_id, '')
        and coalesce(records.payload_hash, '') not in ('key_not_unique', 'missing_deadline_at')
where records.sync_id = :sync_id and records.batch_no between :first_batch_no and :last_batch_no
order by records.batch_no, records.position
