{{ config(incremental_strategy='append', pre_hook="{{ meta_conversions.delete_unkept_events() }}") }}

with kept as (

    select * from {{ ref('meta_conversions', 'conversions') }}
    where {{ meta_conversions.is_kept_event() }}

),

{% if meta_conversions.is_incremental_run() -%}
    changed as (

        select kept.*
        from kept
        left join {{ this }} as standing on kept.row_version = standing.row_version
        where standing.row_version is null

    ),
{%- endif %}

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
        row_version,
        {{ meta_conversions.event_payload() }} as payload
    from {{ 'changed' if meta_conversions.is_incremental_run() else 'kept' }}

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
        cast({{ meta_conversions.sha256_hex('payload') }} as varchar) as payload_hash,
        row_version
    from payloads

)

select * from conversion_events
