{%- set fbc = meta_conversions.fbc_of_event('sessions.fbc', 'linked.event_time') -%}
{%- set fbc_dropped = "case when sessions.fbc is not null and " ~ fbc ~ " is null then 'fbc_invalid' end" -%}
{%- set person = meta_conversions.normalize_external_id('conversions.clean_person_id') -%}
{%- set state_dropped = meta_conversions.us_state_dropped('linked.us_state', 'linked.us_state_code') -%}
{%- set dropped = ['linked.dropped', 'own.dropped', 'customer.dropped', 'sessions.dropped', fbc_dropped] -%}
{%- do dropped.append(state_dropped) -%}
{%- do dropped.append("case when linked.limited_data_use = 'unknown' then 'limited_data_use_invalid' end") -%}
{%- set worked_on = ['page_url', 'referrer_url', 'ad_consent', 'us_state', 'person_id'] -%}
{%- set state = meta_conversions.limited_data_use_state('linked.us_state', 'linked.us_state_code') -%}
with conversions as (

    select
        *,
        {{ meta_conversions.clean_identifier('coalesce(person_id, session_user_id)') }} as clean_person_id
    from {{ ref('meta_conversions', 'int_conversions_linked') }}

),

state_names as (

    select * from {{ ref('meta_conversions', 'state_names') }}
    where country = 'us'

),

-- Who is known by an id only, without a row of people, is told by that id.
linked as (

    select
        conversions.*,
        state_names.code as us_state_code,
        case
            when not {{ meta_conversions.is_placeholder('conversions.clean_person_id', 'external_id') }}
                then {{ meta_conversions.hash_identifier(person) }}
        end as person_external_id
    from conversions
    left join state_names on {{ meta_conversions.us_state_key('conversions.us_state') }} = state_names.name_key

),

changes as (

    select * from {{ ref('meta_conversions', 'int_conversion_changes') }}
    where change = 'new'

),

identities as (

    select * from {{ ref('meta_conversions', 'int_known_identities') }}

),

sessions as (

    select * from {{ ref('meta_conversions', 'int_web_sessions') }}

),

-- What stands in the order itself is told before what its customer once told; every good email is told.
identified as (

    select
        {%- for column in meta_conversions.conversion_shape().split()[::3] if column not in worked_on %}
            linked.{{ column }},
        {%- endfor %}
        linked.is_suppressed,
        linked.newest_consent,
        linked.pixel_event_time,
        changes.row_version,
        {{ meta_conversions.hash_list(['own.em', 'own.em_2', 'customer.em', 'customer.em_2']) }} as em,
        {%- for key in ['ph', 'fn', 'ln', 'db', 'ge', 'ct', 'st', 'zp', 'country'] %}
            coalesce(own.{{ key }}, customer.{{ key }}) as {{ key }},
        {%- endfor %}
        coalesce(own.external_id, customer.external_id, linked.person_external_id) as external_id,
        sessions.client_ip_address,
        sessions.client_user_agent,
        {{ fbc }} as fbc,
        sessions.fbp,
        case
            when coalesce({{ dropped | join(', ') }}) is not null
                then {{ meta_conversions.distinct_codes(meta_conversions.join_present(dropped, ',')) }}
        end as dropped_identifiers,
        coalesce({{ meta_conversions.kept_url('linked.page_url') }}, sessions.landing_url) as event_source_url,
        {{ meta_conversions.kept_url('linked.referrer_url') }} as referrer_url,
        coalesce(linked.ad_consent, sessions.ad_consent) as ad_consent,
        case
            when linked.limited_data_use = 'not_limited' then null
            else coalesce(
                nullif({{ state }}, 0),
                nullif(sessions.limited_data_use_state, 0),
                {{ meta_conversions.limited_data_use_of_address('own') }},
                {{ meta_conversions.limited_data_use_of_address('customer') }},
                {{ state }},
                sessions.limited_data_use_state,
                case when linked.limited_data_use is not null then 0 end
            )
        end as limited_data_use_state
    from linked
    inner join changes
        on
            linked.source_system = changes.source_system
            and linked.source_id = changes.source_id
    left join identities as own on linked.identity_id = own.identity_id
    left join identities as customer on linked.customer_identity_id = customer.identity_id
    left join sessions on linked.session_id = sessions.session_id

)

select * from identified
