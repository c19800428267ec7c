with sessions as (

    select * from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where session_id in (
        select changes.session_id from {{ ref('meta_conversions', 'int_conversion_changes') }} as changes
        where changes.change = 'new' and changes.session_id is not null
    )

),

state_names as (

    select * from {{ ref('meta_conversions', 'state_names') }}
    where country = 'us'

),

addressed as (

    select * from {{ meta_conversions.with_normalized_ip('sessions', 'ip_address') }}

),

normalized as (

    select
        addressed.*,
        state_names.code as us_state_code,
        {{ meta_conversions.normalize_client_user_agent('user_agent') }} as client_user_agent,
        {{ meta_conversions.normalize_fbp('fbp') }} as good_fbp,
        coalesce(
            {{ meta_conversions.normalize_fbc('fbc', 'landing_url', 'started_at', 'started_at') }},
            {{ meta_conversions.fbc_of_click('fbclid', 'coalesce(fbclid_seen_at, started_at)', 'started_at') }}
        ) as good_fbc
    from addressed
    left join state_names on {{ meta_conversions.us_state_key('addressed.us_state') }} = state_names.name_key

),

contexts as (

    select
        session_id,
        customer_id,
        started_at,
        {{ meta_conversions.kept_url('landing_url') }} as landing_url,
        normalized_ip as client_ip_address,
        client_user_agent,
        good_fbp as fbp,
        good_fbc as fbc,
        ad_consent,
        {{ meta_conversions.limited_data_use_state('us_state', 'us_state_code') }} as limited_data_use_state,
        {{ meta_conversions.join_present(
            [
                meta_conversions.dropped_code('client_ip_address', 'ip_address', 'normalized_ip'),
                meta_conversions.dropped_code('fbp', 'fbp', 'good_fbp'),
                meta_conversions.dropped_code('fbc', 'coalesce(fbc, fbclid)', 'good_fbc'),
                meta_conversions.us_state_dropped('us_state', 'us_state_code'),
            ],
            ',',
        ) }} as dropped
    from normalized

)

select * from contexts
