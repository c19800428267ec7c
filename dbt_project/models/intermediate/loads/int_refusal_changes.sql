{{ config(enabled=meta_conversions.reads_by_load()) }}

with sessions as (

    select * from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where ad_consent <> 'granted' or limited_data_use <> 'not_limited'

),

customers as (

    select * from {{ ref('meta_conversions', 'stg_shop__customers') }}
    where ad_consent <> 'granted' or limited_data_use <> 'not_limited'

),

refusals as (

    select
        session_id,
        coalesce(customer_id, user_id) as customer_id,
        ad_consent,
        limited_data_use,
        started_at as refused_at
    from sessions
    union all
    select
        cast(null as varchar) as session_id,
        customer_id,
        ad_consent,
        limited_data_use,
        cast(null as timestamp) as refused_at
    from customers

),

-- Not hashed: there may be many, they are narrow, and all of them are looked at in each build.
present as (

    select distinct
        session_id,
        customer_id,
        coalesce(session_id, '~') || '|' || coalesce(customer_id, '~') || '|' || coalesce(ad_consent, '~') || '|'
        || coalesce(limited_data_use, '~') || '|' || coalesce(cast(refused_at as varchar), '~') as row_version
    from refusals

),

stored as (

    {{ meta_conversions.stored_versions('int_known_refusals') }}

),

changes as (

    {{ meta_conversions.changed_versions(['session_id', 'customer_id']) }}

)

select * from changes
