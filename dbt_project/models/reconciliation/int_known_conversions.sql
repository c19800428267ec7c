{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with conversions as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        dataset_id,
        event_name,
        event_id,
        event_time,
        action_source,
        order_id,
        value,
        currency,
        source_system,
        is_eligible,
        ineligible_reason,
        pixel_event_time,
        deadline_at,
        true as is_modelled
    from {{ ref('meta_conversions', 'conversions') }}
    where {{ meta_conversions.is_reconciled('event_time') }}
),

-- of every time: what the ledger has at an earlier moment may have been corrected since
modelled as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(event_name, '') as name_key,
        coalesce(event_id, '') as id_key,
        true as is_modelled
    from {{ ref('meta_conversions', 'conversions') }}
),

history as (
    select * from {{ ref('meta_conversions', 'int_delivery_history') }}
),

forgotten as (
    -- what was sent once and is no longer in the warehouse
    select history.*
    from history
    left join modelled
        on
            history.dataset_key = modelled.dataset_key
            and history.name_key = modelled.name_key
            and history.id_key = modelled.id_key
    where modelled.is_modelled is null and {{ meta_conversions.is_reconciled('history.event_time') }}
),

known as (
    select * from conversions
    union all
    select
        dataset_key,
        name_key,
        id_key,
        dataset_id,
        event_name,
        event_id,
        event_time,
        action_source,
        null as order_id,
        value,
        currency,
        null as source_system,
        false as is_eligible,
        'no_longer_modelled' as ineligible_reason,
        null as pixel_event_time,
        null as deadline_at,
        false as is_modelled
    from forgotten
)

select * from known
