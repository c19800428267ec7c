{{ config(
    incremental_strategy='append',
    pre_hook="{{ meta_conversions.delete_unkept_events() }}",
    post_hook="{{ meta_conversions.mark_loads_as_done() }}",
) }}

{% if meta_conversions.reads_by_load() -%}
-- depends_on: {{ ref('meta_conversions', 'int_conversion_changes') }}
{% endif -%}

with kept as (

    select * from {{ ref('meta_conversions', 'conversions') }}
    where {{ meta_conversions.is_kept_event() }}

),

{% if meta_conversions.is_incremental_run() -%}
    changed as (

        select kept.*
        from kept
        {% if meta_conversions.is_by_load() -%}
            inner join {{ ref('meta_conversions', 'int_conversion_changes') }} as changes
                on kept.row_version = changes.row_version and changes.change = 'new'
        {%- else -%}
            left join {{ this }} as standing on kept.row_version = standing.row_version
            where standing.row_version is null
        {%- endif %}

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
