{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with coverage as (
    select
        dataset_key,
        event_name,
        amount,
        row_number() over (partition by dataset_key, event_name order by pull_day desc) as recency
    from {{ ref('meta_conversions', 'int_meta_quality') }}
    where measure = 'event_coverage'
),

figures as (
    select * from {{ ref('meta_conversions', 'int_readiness_leads') }}
    union all
    select * from {{ ref('meta_conversions', 'int_readiness_values') }}
    union all
    select
        dataset_key,
        'event_coverage' as offer,
        event_name,
        'event_coverage' as requirement,
        amount as figure
    from coverage
    where recency = 1
),

requirements as (
    select
        offer,
        requirement,
        case
            when requirement = 'raw_leads_sent'
                then cast({{ var('meta_conversions_readiness_raw_leads_percent') }} as decimal(18, 4))
            else at_least
        end as at_least,
        at_most,
        unit,
        meaning,
        what_to_do,
        stated_in
    from {{ ref('meta_conversions', 'readiness_requirements') }}
)

select
    cast(nullif(figures.dataset_key, '') as varchar) as dataset_id,
    cast(figures.offer as varchar) as offer,
    cast(figures.event_name as varchar) as event_name,
    cast(figures.requirement as varchar) as requirement,
    cast(figures.figure as decimal(18, 4)) as figure,
    cast(requirements.at_least as decimal(18, 4)) as at_least,
    cast(requirements.at_most as decimal(18, 4)) as at_most,
    cast(requirements.unit as varchar) as unit,
    coalesce(figures.figure >= requirements.at_least, true)
    and coalesce(figures.figure <= requirements.at_most, true) as qualifies,
    cast(requirements.meaning as varchar) as meaning,
    cast(requirements.what_to_do as varchar) as what_to_do,
    cast(requirements.stated_in as varchar) as stated_in
from figures
inner join requirements
    on
        figures.offer = requirements.offer
        and figures.requirement = requirements.requirement
