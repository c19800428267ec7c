with eligible as (

    select * from {{ ref('conversions') }}
    where is_eligible

),

-- Kept for seven days after the deadline, so that the report can still say what was owed and became of it.
kept as (

    select * from eligible
    where deadline_at > {{ plus_hours(utc_now(), -7 * 24) }}

),

payloads as (

    select
        dataset_id,
        event_name,
        event_id,
        event_time,
        action_source,
        value,
        currency,
        deadline_at,
        {{ event_payload() }} as payload
    from kept

),

conversion_events as (

    select
        dataset_id,
        event_name,
        event_id,
        event_time,
        action_source,
        value,
        currency,
        deadline_at,
        cast(payload as varchar) as payload,
        cast({{ sha256_hex('payload') }} as varchar) as payload_hash
    from payloads

)

select * from conversion_events
