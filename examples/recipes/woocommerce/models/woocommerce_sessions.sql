select
    'woocommerce:' || order_id as session_id,
    cast(null as varchar) as customer_id,
    {{ meta_conversions.as_time('ordered_at') }} as started_at,
    landing_url,
    ip_address,
    user_agent,
    fbp,
    fbc,
    ad_consent,
    case when country = 'US' then state end as us_state
from {{ ref('stg_woocommerce__orders') }}
where action_source = 'website'
