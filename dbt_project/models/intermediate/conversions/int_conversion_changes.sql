{%- set rare = meta_conversions.plain_details() ~ ' ' ~ meta_conversions.checked_details() -%}
{%- set rare = (rare ~ ' fbclid fbclid_seen_at session_fbclid session_fbclid_seen_at').split() -%}
with present as (

    select
        source_system,
        source_id,
        session_id,
        {{ meta_conversions.row_version(meta_conversions.linked_columns().split(), rare) }} as row_version
    from {{ ref('meta_conversions', 'int_conversions_linked') }}
    where {{ meta_conversions.within_lookback('event_time') }}

),

stored as (

    {{ meta_conversions.stored_versions('conversions', 'event_time') }}

),

changes as (

    {{ meta_conversions.changed_versions(['source_system', 'source_id', 'session_id']) }}

)

select * from changes
