{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set now = meta_conversions.reconciled_at() -%}
{% set four_weeks_ago = meta_conversions.plus_hours(now, -24 * 28) -%}
with entries as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        lead_id,
        event_name,
        min(event_time) as entered_at
    from {{ ref('meta_conversions', 'conversions') }}
    where
        lead_id is not null
        and is_eligible
        and {{ meta_conversions.is_reconciled('event_time') }}
        and event_time <= {{ now }}
    group by {{ meta_conversions.dataset_key('dataset_id') }}, lead_id, event_name
),

-- a lead of the CRM of which nothing is sent has no dataset of its own
known as (
    select
        dataset_key,
        lead_id,
        entered_at as created_at
    from entries
    union all
    select
        '' as dataset_key,
        crm.lead_id,
        crm.created_at
    from {{ ref('meta_conversions', 'int_meta_leads') }} as crm
    left join entries on crm.lead_id = entries.lead_id and entries.dataset_key <> ''
    where entries.lead_id is null
),

leads as (
    select
        known.dataset_key,
        known.lead_id,
        min(coalesce(crm.created_at, known.created_at)) as created_at
    from known
    left join {{ ref('meta_conversions', 'int_meta_leads') }} as crm on known.lead_id = crm.lead_id
    group by known.dataset_key, known.lead_id
),

recent as (
    select
        leads.dataset_key,
        leads.lead_id,
        leads.created_at,
        count(entries.lead_id) as stages_told
    from leads
    left join entries on leads.dataset_key = entries.dataset_key and leads.lead_id = entries.lead_id
    where leads.created_at >= {{ four_weeks_ago }} and leads.created_at <= {{ now }}
    group by leads.dataset_key, leads.lead_id, leads.created_at
),

totals as (
    select
        dataset_key,
        count(*) as leads,
        sum(case when stages_told > 0 then 1 else 0 end) as told
    from recent
    group by dataset_key
),

-- who gets there later than the window had room for is seen by the leads that are older
reached as (
    select
        entries.dataset_key,
        entries.event_name,
        count(recent.lead_id) as leads,
        sum(
            {{ meta_conversions.epoch_seconds('entries.entered_at') }}
            - {{ meta_conversions.epoch_seconds('leads.created_at') }}
        ) / 86400.0 / count(*) as days_to_stage
    from entries
    inner join leads on entries.dataset_key = leads.dataset_key and entries.lead_id = leads.lead_id
    left join recent on entries.dataset_key = recent.dataset_key and entries.lead_id = recent.lead_id
    group by entries.dataset_key, entries.event_name
),

days as (
    select
        dataset_key,
        count(distinct cast(entered_at as date)) as event_days
    from entries
    where
        entered_at >= {{ meta_conversions.plus_hours('cast(cast(' ~ now ~ ' as date) as timestamp)', -24 * 7) }}
        and entered_at < cast({{ now }} as date)
    group by dataset_key
)

select
    totals.dataset_key,
    'conversion_leads' as offer,
    'all' as event_name,
    'days_with_events' as requirement,
    coalesce(days.event_days, 0) as figure
from totals
left join days on totals.dataset_key = days.dataset_key
union all
select
    dataset_key,
    'conversion_leads' as offer,
    'all' as event_name,
    'raw_leads_sent' as requirement,
    100.0 * told / leads as figure
from totals
union all
select
    reached.dataset_key,
    'conversion_leads' as offer,
    reached.event_name,
    'conversion_rate' as requirement,
    100.0 * reached.leads / totals.leads as figure
from reached
inner join totals on reached.dataset_key = totals.dataset_key
union all
select
    dataset_key,
    'conversion_leads' as offer,
    event_name,
    'days_to_stage' as requirement,
    days_to_stage as figure
from reached
