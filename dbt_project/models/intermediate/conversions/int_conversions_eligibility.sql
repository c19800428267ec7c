with conversions as (

    select * from {{ ref('meta_conversions', 'int_conversions_identified') }}

),

-- Meta counts in whole seconds; the deadline and the event tell the same moment.
timed as (

    select
        *,
        {{ meta_conversions.deadline_at() }} as deadline_at
    from conversions

),

judged as (

    select
        *,
        {{ meta_conversions.ineligible_reason() }} as ineligible_reason
    from timed

)

select * from judged
