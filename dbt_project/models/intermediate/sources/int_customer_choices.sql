with sessions as (

    select * from {{ ref('meta_conversions', 'stg_web__sessions') }}

),

customers as (

    select * from {{ ref('meta_conversions', 'stg_shop__customers') }}

),

-- A customer's row tells the choice as it stands. A no there is newer than any session; a yes takes back no later no.
choices as (

    select
        coalesce(customer_id, user_id) as customer_id,
        started_at as chosen_at,
        ad_consent,
        case when limited_data_use <> 'not_limited' then 'limited' else limited_data_use end as limited_data_use,
        cast(null as varchar) as standing_limited_data_use
    from sessions
    where ad_consent is not null or limited_data_use is not null
    union all
    select
        customer_id,
        cast('9000-01-01' as timestamp) as chosen_at,
        nullif(ad_consent, 'granted') as ad_consent,
        cast(null as varchar) as limited_data_use,
        limited_data_use as standing_limited_data_use
    from customers
    where ad_consent is not null or limited_data_use is not null

),

customer_choices as (

    select
        'customer:' || customer_id as customer_identity_id,
        max(case when ad_consent = 'granted' then chosen_at end) as granted_at,
        max(case when ad_consent <> 'granted' then chosen_at end) as refused_at,
        max(case when ad_consent = 'denied' then chosen_at end) as denied_at,
        max(case when limited_data_use = 'limited' then chosen_at end) as limited_at,
        max(case when limited_data_use = 'not_limited' then chosen_at end) as not_limited_at,
        -- of several rows of one customer the strictest: limited, then a word that is not understood
        coalesce(
            max(case when standing_limited_data_use = 'limited' then 'limited' end),
            max(case when standing_limited_data_use not in ('limited', 'not_limited') then 'unknown' end),
            max(standing_limited_data_use)
        ) as limited_data_use
    from choices
    where customer_id is not null
    group by customer_id

)

select * from customer_choices
where coalesce(refused_at, limited_at) is not null or limited_data_use is not null
