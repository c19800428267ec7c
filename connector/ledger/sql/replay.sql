-- name: chosen_for_replay
-- A condition, not a query: a candidate that a person has chosen and that is settled or unconfirmed, never accepted.
state in ('rejected', 'invalid', 'unconfirmed')
and dataset_key || chr(31) || name_key || chr(31) || id_key in :keys

-- name: settled_conversions
-- What the ledger knows of conversions that a replay may choose from, with the row that would be sent.
with their_states as {once} (
    select * from {ledger}.conversion_states as states
    where {chosen_by}
),

present as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        count(*) as copies,
        max(event_time) as event_time,
        max(deadline_at) as deadline_at,
        max(value) as value,
        max(currency) as currency,
        max(payload_hash) as payload_hash
    from {events} as events
    group by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
),

offline_orders as (
    {offline_orders}
),

joined as (
    select
        coalesce(states.dataset_id, '') as dataset_key,
        coalesce(states.event_name, '') as name_key,
        coalesce(states.event_id, '') as id_key,
        states.event_name,
        states.state,
        states.uncertain_since,
        present.copies,
        present.deadline_at,
        coalesce(present.event_time, states.event_time) as event_time,
        case when present.copies is null then states.value else present.value end as money,
        case when present.copies is null then states.currency else present.currency end as currency,
        coalesce(states.payload_hash, '') = coalesce(present.payload_hash, '') as is_unchanged,
        coalesce(states.last_standing in ('rejected', 'invalid'), false) as is_refused_since,
        offline_orders.id_key is not null as is_offline_order
    from their_states as states
    left join present
        on
            coalesce(states.dataset_id, '') = present.dataset_key
            and coalesce(states.event_name, '') = present.name_key
            and coalesce(states.event_id, '') = present.id_key
    left join offline_orders
        on
            coalesce(states.dataset_id, '') = offline_orders.dataset_key
            and coalesce(states.event_name, '') = offline_orders.name_key
            and coalesce(states.event_id, '') = offline_orders.id_key
),

facts as (
    select
        joined.*,
        {is_past_deduplication} as is_past_deduplication,
        cast(:resend_unconfirmed as boolean) as may_resend
    from joined
)

select
    dataset_key,
    name_key,
    id_key,
    state,
    1 as events,
    money,
    currency,
    case
        when state in ('accepted', 'in_flight') then state
        when copies is null then 'gone'
        when copies > 1 then 'key_not_unique'
        when deadline_at is null then 'missing_deadline_at'
        when deadline_at <= :now then 'past_deadline'
        when event_time > :now then 'not_due'
        when {state_allows_sending} then 'owed'
    end as obstacle
from facts
where
    (cast(:event_name as varchar) is null or event_name = :event_name)
    and (cast(:since as timestamp) is null or event_time >= :since)
    and (cast(:until as timestamp) is null or event_time < :until)
order by name_key, id_key, dataset_key
