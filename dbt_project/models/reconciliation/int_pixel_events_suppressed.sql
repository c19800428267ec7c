{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_modelling', access='protected') }}

with pixel_events as (
    select * from {{ ref('meta_conversions', 'stg_web__pixel_events') }}
    where {{ meta_conversions.is_reconciled('occurred_at') }}
),

sessions as (
    select
        session_id,
        'customer:' || coalesce(customer_id, user_id) as identity_id
    from {{ ref('meta_conversions', 'stg_web__sessions') }}
),

suppressed as (
    select * from {{ ref('meta_conversions', 'int_suppressed_identities') }}
),

-- who ordered as a guest is known by the conversion only
conversions as (
    select
        event_name,
        event_id,
        min(coalesce(em, external_id, event_id)) as person_key
    from {{ ref('meta_conversions', 'conversions') }}
    where action_source = 'website' and ineligible_reason = 'suppressed'
    group by event_name, event_id
),

told as (
    select
        pixel_events.event_name,
        pixel_events.event_id,
        pixel_events.occurred_at,
        coalesce(suppressed.identity_id, conversions.person_key) as person_key
    from pixel_events
    left join sessions on pixel_events.session_id = sessions.session_id
    left join suppressed on sessions.identity_id = suppressed.identity_id
    left join conversions
        on
            pixel_events.event_name = conversions.event_name
            and pixel_events.event_id = conversions.event_id
)

select
    person_key,
    event_name,
    event_id,
    count(*) as copies,
    max(occurred_at) as last_at
from told
where person_key is not null
group by person_key, event_name, event_id
