{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_modelling', access='protected') }}

with leads as (
    select
        {{ meta_conversions.normalize_lead_id('meta_lead_id') }} as lead_id,
        created_at
    from {{ ref('meta_conversions', 'stg_crm__leads') }}
)

select
    lead_id,
    min(created_at) as created_at
from leads
where lead_id is not null
group by lead_id
