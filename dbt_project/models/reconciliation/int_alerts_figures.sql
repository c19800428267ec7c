{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

-- who has never pulled has no figures to miss
with pulls as (
    select
        figure,
        subject_id,
        pulled_at,
        problem,
        row_number() over (partition by figure, subject_id order by pulled_at desc) as recency,
        max(case when problem is null then pulled_at end) over (partition by figure, subject_id) as last_read_at
    from {{ source('meta_conversions_meta', 'meta_pulls') }}
)

select
    'figures_missing' as alarm,
    case
        when figure in ('insights', 'campaigns') then ''
        else {{ meta_conversions.dataset_key('subject_id') }}
    end as dataset_key,
    'all' as event_name,
    'none' as currency,
    figure || ' of ' || subject_id as subject,
    cast(null as bigint) as events,
    cast(null as decimal(18, 4)) as amount,
    'Meta''s ' || figure || ' of ' || subject_id
    || coalesce(' were last read whole at ' || cast(last_read_at as varchar) || ' UTC', ' were never read whole')
    || coalesce('; the last try: ' || problem, '') || '.' as what_happened
from pulls
where
    recency = 1
    and (
        problem is not null
        or last_read_at < {{ meta_conversions.plus_hours(
            meta_conversions.reconciled_at(), -1 * var('meta_conversions_alarm_hours_without_figures')
        ) }}
    )
