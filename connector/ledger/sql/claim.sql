-- name: candidates
-- Rows of the events relation that are due, before their deadline, not accepted and not claimed by this run before.
-- The anti-join against accepted comes first, the fold of states only for what remains. A key that stands twice is one row.
with settled as (
    select
        coalesce(records.dataset_id, '') as dataset_key,
        coalesce(records.event_name, '') as name_key,
        coalesce(records.event_id, '') as id_key
    from ({remembered_records}) as records
    inner join {ledger}.sync_runs as runs
        on records.sync_id = runs.sync_id and runs.phase = 'started' and runs.mode = 'live'
    inner join {ledger}.sync_outcomes as finals
        on
            records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome = 'accepted'
            and records.position between finals.first_position and finals.last_position
    where coalesce(records.sync_id <> :sync_id, true)
    union all
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key
    from {ledger}.sync_records
    where sync_id = :sync_id
),

-- where a key stands twice, both rows are settled or none is
unsettled as (
    select
        events.dataset_id,
        events.event_name,
        events.event_id,
        {event_time_on_calendar} as event_time,
        events.action_source,
        events.value,
        events.currency,
        events.deadline_at,
        -- correcting the deadline must count as a change, and the payload does not hold it
        case
            when events.deadline_at is null then 'missing_deadline_at'
            when events.is_no_money then 'value_out_of_range'
            else events.payload_hash
        end as payload_hash,
        coalesce(events.dataset_id, '') as dataset_key,
        coalesce(events.event_name, '') as name_key,
        coalesce(events.event_id, '') as id_key,
        (events.deadline_at > :now or events.deadline_at is null)
        and (events.event_time <= :now or events.event_time is null)
        and {which_datasets}
        and {which_times} as is_wanted
    from {events} as events
    -- an outer join: DuckDB makes much more work of the same with `not exists`
    left join settled
        on
            coalesce(events.dataset_id, '') = settled.dataset_key
            and coalesce(events.event_name, '') = settled.name_key
            and coalesce(events.event_id, '') = settled.id_key
    where settled.id_key is null
),

repeated as (
    select
        dataset_key,
        name_key,
        id_key
    from unsettled
    group by dataset_key, name_key, id_key
    having count(*) > 1
),

unique_remaining as (
    select
        unsettled.dataset_id,
        unsettled.event_name,
        unsettled.event_id,
        unsettled.event_time,
        unsettled.action_source,
        unsettled.value,
        unsettled.currency,
        unsettled.deadline_at,
        unsettled.payload_hash,
        unsettled.dataset_key,
        unsettled.name_key,
        unsettled.id_key
    from unsettled
    left join repeated
        on
            unsettled.dataset_key = repeated.dataset_key
            and unsettled.name_key = repeated.name_key
            and unsettled.id_key = repeated.id_key
    where unsettled.is_wanted and repeated.id_key is null
    union all
    select
        min(unsettled.dataset_id) as dataset_id,
        min(unsettled.event_name) as event_name,
        min(unsettled.event_id) as event_id,
        min(unsettled.event_time) as event_time,
        min(unsettled.action_source) as action_source,
        min(unsettled.value) as value,
        min(unsettled.currency) as currency,
        min(unsettled.deadline_at) as deadline_at,
        'key_not_unique' as payload_hash,
        unsettled.dataset_key,
        unsettled.name_key,
        unsettled.id_key
    from unsettled
    inner join repeated
        on
            unsettled.dataset_key = repeated.dataset_key
            and unsettled.name_key = repeated.name_key
            and unsettled.id_key = repeated.id_key
    where unsettled.is_wanted
    group by unsettled.dataset_key, unsettled.name_key, unsettled.id_key
),

-- what others claimed and was not accepted: of what stands in `unsettled`, these are all the records there are
their_records as (
    select records.*
    from ({remembered_records}) as records
    -- an outer join: of `not exists`, DuckDB makes a table of all records, with all their columns
    left join {ledger}.sync_outcomes as finals
        on
            records.sync_id = finals.sync_id and records.batch_no = finals.batch_no and finals.outcome = 'accepted'
            and records.position between finals.first_position and finals.last_position
    where coalesce(records.sync_id <> :sync_id, true) and finals.outcome is null
),

their_outcomes as (
    {fold_records_of_candidates}
),

their_states as (
    {fold_states_of_candidates}
),

offline_orders as (
    {offline_orders}
),

candidates as (
    select
        unique_remaining.*,
        coalesce(their_states.state, 'not_sent') as state,
        their_states.uncertain_since,
        coalesce(their_states.possible_receipts, 0) as possible_receipts,
        coalesce(their_states.last_standing in ('rejected', 'invalid'), false) as is_refused_since,
        coalesce(
            their_states.error_text in ('bisection_budget_spent', 'refused_without_contrast', 'search_ended_early')
            or (their_states.state = 'unconfirmed' and their_states.last_standing in ('rejected', 'invalid')),
            false
        ) as is_suspect,
        coalesce(their_states.payload_hash, '') = coalesce(unique_remaining.payload_hash, '') as is_unchanged,
        offline_orders.id_key is not null as is_offline_order
    from unique_remaining
    left join their_states
        on
            unique_remaining.dataset_key = coalesce(their_states.dataset_id, '')
            and unique_remaining.name_key = coalesce(their_states.event_name, '')
            and unique_remaining.id_key = coalesce(their_states.event_id, '')
    left join offline_orders
        on
            unique_remaining.dataset_key = offline_orders.dataset_key
            and unique_remaining.name_key = offline_orders.name_key
            and unique_remaining.id_key = offline_orders.id_key
),

-- what stands here is in the events relation, due and before its deadline: of the rule, the state alone is left to ask
judged as (
    select
        candidates.*,
        {is_past_deduplication} as is_past_deduplication,
        cast(:resend_unconfirmed as boolean) as may_resend
    from candidates
),

owed as (
    select judged.*
    from judged
    where {state_allows_sending}
)

-- name: which_datasets
-- A condition, not a query: which datasets a claim is for. All of them, unless a stop of Meta's is being probed.
true

-- name: which_times
-- A condition, not a query: which times of events a claim is for. All of them, unless a window bounds them.
true

-- name: count_owed
-- How many conversions are owed now.
{candidates}
select count(*) as owed
from owed

-- name: claim
-- The next chunk of owed conversions, earliest deadline first, planned into batches of one dataset. Suspects are chosen
-- last and sent first: what is refused is judged by what is accepted after it, and searched beside the sending. What may
-- have arrived goes last, the more often the later: a sender that is killed again and again does not send the same again.
insert into {ledger}.sync_records (
    sync_id, batch_no, position, dataset_id, event_name, event_id, event_time, action_source, value, currency,
    payload_hash, claimed_at, resend_until
)
{candidates},

chunk as {once} (
    select
        is_suspect, dataset_key, dataset_id, event_name, event_id, event_time, action_source, value, currency,
        deadline_at, payload_hash, {resend_until} as resend_until, possible_receipts
    from owed
    order by is_suspect, deadline_at{ties}
    limit :chunk_size
),

placed as (
    select
        chunk.*,
        row_number() over (partition by is_suspect, dataset_key order by possible_receipts, deadline_at) - 1 as place
    from chunk
),

-- where each dataset's batches begin: those of suspects before all others
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
        sum(batches) over (order by is_suspect desc, dataset_key rows between unbounded preceding and current row) - batches as batches_before
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
    {utc_now} as claimed_at,
    placed.resend_until
from placed
inner join begun
    on placed.is_suspect = begun.is_suspect and placed.dataset_key = begun.dataset_key

-- name: end_of_claim
-- The first batch number that this run has not used, and whether its lease stands: a claim asks under the lock, without
-- which no other run can end this one.
select
    unused.batch_no,
    leases.sync_id is not null as is_living
from (select coalesce(max(batch_no) + 1, 0) as batch_no from {ledger}.sync_records where sync_id = :sync_id) as unused
left join {ledger}.sync_leases as leases
    on leases.sync_id = :sync_id and not leases.ended and leases.expires_at > {utc_now}

-- name: span_of_batches
-- Between which times of theirs the claimed events lie, and whether one has none: so that reading looks no further.
select
    min(event_time) as earliest,
    max(event_time) as latest,
    count(*) - count(event_time) as timeless
from {ledger}.sync_records
where sync_id = :sync_id and batch_no between :first_batch_no and :last_batch_no

-- name: event_time_on_calendar
-- Not a query: null outside the years 1900 to 8999, as infinity is. No driver reads every such time,
-- and the row is as invalid as one without any.
case
    when events.event_time >= cast('1900-01-01' as timestamp) and events.event_time < cast('9000-01-01' as timestamp)
        then events.event_time
end

-- name: deadline_on_calendar
-- Not a query: a deadline of infinity is one far ahead.
case
    when events.deadline_at < cast('9000-01-01' as timestamp) then events.deadline_at
    when events.deadline_at is not null then cast('9000-01-01' as timestamp)
end

-- name: no_payload
-- Not a query: what the claim writes in the place of a hash where the row itself may not be sent.
'key_not_unique', 'missing_deadline_at', 'value_out_of_range'

-- name: within_span
-- A condition, not a query. An event whose time was changed to one outside counts as gone: deferred, as if changed.
event_time between :earliest and :latest

-- name: read_chunk
-- The payloads of the claimed batches, with the reason where a payload may not be sent.
select
    records.batch_no,
    records.position,
    records.dataset_id,
    records.event_name,
    records.event_id,
    {event_time_on_calendar} as event_time,
    cast(records.value as double precision) as value,
    records.currency,
    case when records.resend_until < events.deadline_at then records.resend_until else {deadline_on_calendar} end
        as deadline_at,
    case
        when records.payload_hash in ({no_payload}) then records.payload_hash
        when events.found is null then 'row_gone'
        when coalesce(events.payload_hash, '') <> coalesce(records.payload_hash, '') then 'row_changed'
    end as absence,
    case
        when records.payload_hash in ({no_payload}) then null
        when coalesce(events.payload_hash, '') <> coalesce(records.payload_hash, '') then null
        else events.payload
    end as payload
from {ledger}.sync_records as records
left join (select *, 1 as found from {events} as relation where {within}) as events
    on
        coalesce(records.dataset_id, '') = coalesce(events.dataset_id, '')
        and coalesce(records.event_name, '') = coalesce(events.event_name, '')
        and coalesce(records.event_id, '') = coalesce(events.event_id, '')
        and coalesce(records.payload_hash, '') not in ({no_payload})
where records.sync_id = :sync_id and records.batch_no between :first_batch_no and :last_batch_no
{in_order}

-- name: in_order
-- Not a query: whole batches after one another, for who does not sort what he reads.
order by records.batch_no, records.position
