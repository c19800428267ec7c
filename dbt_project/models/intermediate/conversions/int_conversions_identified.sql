with conversions as (

    select * from {{ ref('int_conversions_unioned') }}

),

own as (

    select * from {{ ref('int_identities') }}

),

customer as (

    select * from {{ ref('int_identities') }}

),

suppressed as (

    select * from {{ ref('int_suppressed_identities') }}

),

sessions as (

    select * from {{ ref('int_web_sessions') }}

),

pixel_copies as (

    select * from {{ ref('int_pixel_copies') }}

),

-- What stands in the order itself is told before what its customer once told; every good email is told.
identified as (

    select
        conversions.*,
        {{ hash_list(['own.em', 'own.em_2', 'customer.em', 'customer.em_2']) }} as em,
        {%- for key in ['ph', 'fn', 'ln', 'db', 'ge', 'ct', 'st', 'zp', 'country', 'external_id'] %}
            coalesce(own.{{ key }}, customer.{{ key }}) as {{ key }},
        {%- endfor %}
        sessions.client_ip_address,
        sessions.client_user_agent,
        sessions.fbc,
        sessions.fbp,
        case
            when coalesce(conversions.dropped, own.dropped, customer.dropped, sessions.dropped) is not null
                then {{ distinct_codes(join_present(
                    ['conversions.dropped', 'own.dropped', 'customer.dropped', 'sessions.dropped'], ','
                )) }}
        end as dropped_identifiers,
        coalesce(conversions.page_url, sessions.landing_url) as event_source_url,
        sessions.ad_consent,
        sessions.limited_data_use_state,
        suppressed_own.identity_id is not null or suppressed_customer.identity_id is not null as is_suppressed,
        pixel_copies.pixel_event_time
    from conversions
    left join own on conversions.identity_id = own.identity_id
    left join customer on conversions.customer_identity_id = customer.identity_id
    left join suppressed as suppressed_own on conversions.identity_id = suppressed_own.identity_id
    left join suppressed as suppressed_customer
        on conversions.customer_identity_id = suppressed_customer.identity_id
    left join sessions on conversions.session_id = sessions.session_id
    left join pixel_copies
        on
            conversions.event_name = pixel_copies.event_name
            and conversions.event_id = pixel_copies.event_id
            and conversions.action_source = 'website'

)

select * from identified
