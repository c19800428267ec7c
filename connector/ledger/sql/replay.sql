-- name: chosen_for_replay
-- A condition, not a query: a candidate that a person has chosen and that is settled or unconfirmed, never accepted.
state in ('rejected', 'invalid', 'unconfirmed')
and dataset_key || chr(31) || name_key || chr(31) || id_key in :keys

-- name: settled_conversions
-- What the ledger knows of conversions that a replay may choose from, with the row that would be sent.
with present as (
    select
        coalesce(dataset_id, '') as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        count(*) as copies,
        max(event_time) as event_time,
        max(deadline_at) as deadline_at,
        max(value) as value,
        max(currency) as currency,
        max(payload_hash) as payload_hash,
        max(case when action_source = 'physical_store' and payload like '%"order_id":%' then 1 else 0 end)
            as is_offline_order
    from {events} as events
    group by coalesce(dataset_id, ''), coalesce(event_name, ''), coalesce(event_id, '')
)

select
    coalesce(states.dataset_id, '') as dataset_key,
    coalesce(states.event_name, '') as name_key,
    coalesce(states.event_id, '') as id_key,
    states.state,
    1 as events,
    case when present.copies is null then states.value else present.value end as money,
    case when present.copies is null then states.currency else present.currency end as currency,
    case
        when states.state in ('accepted', 'in_flight') then states.state
        when present.copies is null then 'gone'
        when present.copies > 1 then 'key_not_unique'
        when present.deadline_at is null then 'missing_deadline_at'
        when present.deadline_at <= :now then 'past_deadline'
        when present.event_time > :now then 'not_due'
        when states.state = 'deferred' then 'owed'
        when
            states.state in ('rejected', 'invalid')
            and coalesce(states.payload_hash, '') <> coalesce(present.payload_hash, '')
            then 'owed'
        when
            states.state = 'unconfirmed' and :resend_unconfirmed and states.last_standing not in ('rejected', 'invalid')
            and coalesce(states.payload_hash, '') = coalesce(present.payload_hash, '')
            and :now < case
                when present.is_offline_order = 1 then states.uncertain_since + interval '167 hours'
                else states.uncertain_since + interval '47 hours'
            end
            then 'owed'
    end as obstacle
from {ledger}.conversion_states as states
left join present
    on
        coalesce(states.dataset_id, '') = present.dataset_key
        and coalesce(states.event_name, '') = present.name_key
        and coalesce(states.event_id, '') = present.id_key
where
    {chosen_by}
    and (cast(:event_name as varchar) is null or states.event_name = :event_name)
    and (cast(:since as timestamp) is null or coalesce(present.event_time, states.event_time) >= :since)
    and (cast(:until as timestamp) is null or coalesce(present.event_time, states.event_time) < :until)
order by name_key, id_key, dataset_key
