{%- set worked_on = ['customer_identity_id', 'ad_consent', 'limited_data_use'] -%}
with conversions as (

    select * from {{ ref('meta_conversions', 'int_conversions_unioned') }}

),

identities as (

    select
        identity_id,
        row_version
    from {{ ref('meta_conversions', 'int_known_identities') }}

),

suppressed as (

    select * from {{ ref('meta_conversions', 'int_suppressed_identities') }}

),

sessions as (

    select * from {{ ref('meta_conversions', 'stg_web__sessions') }}

),

choices as (

    select * from {{ ref('meta_conversions', 'int_customer_choices') }}

),

pixel_copies as (

    select * from {{ ref('meta_conversions', 'int_pixel_copies') }}

),

linked as (

    select
        {%- for column in meta_conversions.conversion_shape().split()[::3] if column not in worked_on %}
            conversions.{{ column }},
        {%- endfor %}
        coalesce(conversions.customer_identity_id, 'customer:' || sessions.user_id) as customer_identity_id,
        suppressed_own.identity_id is not null or suppressed_customer.identity_id is not null as is_suppressed,
        {{ meta_conversions.consent_word('conversions.ad_consent') }} as ad_consent,
        {{ meta_conversions.newest_consent() }} as newest_consent,
        {{ meta_conversions.newest_limited_data_use() }} as limited_data_use,
        pixel_copies.pixel_event_time,
        own.row_version as identity_version,
        customer.row_version as customer_version,
        sessions.started_at as session_started_at,
        sessions.landing_url as session_landing_url,
        sessions.ip_address as session_ip_address,
        sessions.user_agent as session_user_agent,
        sessions.fbp as session_fbp,
        sessions.fbc as session_fbc,
        sessions.ad_consent as session_ad_consent,
        sessions.us_state as session_us_state,
        sessions.user_id as session_user_id,
        sessions.fbclid as session_fbclid,
        sessions.fbclid_seen_at as session_fbclid_seen_at
    from conversions
    left join identities as own on conversions.identity_id = own.identity_id
    left join suppressed as suppressed_own on conversions.identity_id = suppressed_own.identity_id
    left join sessions on conversions.session_id = sessions.session_id
    left join identities as customer
        on coalesce(conversions.customer_identity_id, 'customer:' || sessions.user_id) = customer.identity_id
    left join choices
        on coalesce(conversions.customer_identity_id, 'customer:' || sessions.user_id) = choices.customer_identity_id
    left join suppressed as suppressed_customer
        on coalesce(conversions.customer_identity_id, 'customer:' || sessions.user_id) = suppressed_customer.identity_id
    left join pixel_copies
        on
            conversions.event_name = pixel_copies.event_name
            and conversions.event_id = pixel_copies.event_id
            and conversions.action_source = 'website'

)

select * from linked
