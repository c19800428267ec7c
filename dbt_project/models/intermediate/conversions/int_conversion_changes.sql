{%- set rare = meta_conversions.plain_details() ~ ' ' ~ meta_conversions.checked_details() -%}
{%- set rare = (rare ~ ' fbclid fbclid_seen_at session_fbclid session_fbclid_seen_at').split() -%}
{%- set of_these = 'and ' ~ meta_conversions.is_compared() if meta_conversions.is_restricted() else '' -%}
{% if meta_conversions.reads_by_load() -%}
-- depends_on: {{ ref('meta_conversions', 'int_touched_conversions') }}
{% endif -%}
with present as (

    select
        source_system,
        source_id,
        session_id,
        {{ meta_conversions.row_version(meta_conversions.linked_columns().split(), rare) }} as row_version
    from {{ meta_conversions.touched_rows('int_conversions_linked') }}
    where {{ meta_conversions.within_lookback('event_time') }} {{ of_these }}

),

stored as (

    {{ meta_conversions.stored_versions('conversions', 'event_time') }}
    {{ of_these }}

),

changes as (

    {{ meta_conversions.changed_versions(['source_system', 'source_id', 'session_id']) }}

)

select * from changes
