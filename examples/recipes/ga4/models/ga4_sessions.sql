-- Analytics keeps neither the address nor the whole user agent: fbp, fbc and the user's id are all that it can tell.
select
    'ga4:' || session_key as session_id,
    cast(null as varchar) as customer_id,
    min({{ meta_conversions.as_time('occurred_at') }}) as started_at,
    {{ meta_conversions.first_present('page_url', 'occurred_at') }} as landing_url,
    cast(null as varchar) as ip_address,
    cast(null as varchar) as user_agent,
    {{ meta_conversions.first_present('fbp', 'occurred_at') }} as fbp,
    {{ meta_conversions.first_present('fbc', 'occurred_at') }} as fbc,
    cast(null as varchar) as ad_consent,
    cast(null as varchar) as us_state
from {{ ref('stg_ga4__events') }}
where session_key is not null
group by session_key
