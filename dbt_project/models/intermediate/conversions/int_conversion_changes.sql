with present as (

    select
        source_system,
        source_id,
        session_id,
        {{ row_version(linked_columns().split()) }} as row_version
    from {{ ref('int_conversions_linked') }}
    where {{ within_lookback('event_time') }}

),

stored as (

    {{ stored_versions('conversions', 'event_time') }}

),

changes as (

    {{ changed_versions(['source_system', 'source_id', 'session_id']) }}

)

select * from changes
