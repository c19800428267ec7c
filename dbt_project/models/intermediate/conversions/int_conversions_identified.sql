{%- set own_fbc = meta_conversions.fbc_of_click('fbclid', 'coalesce(fbclid_seen_at, event_time)', 'event_time') -%}
{%- set other_user = 'nullif(session_user_id, coalesce(person_id, session_user_id))' -%}
{%- set details = (meta_conversions.plain_details() ~ ' ' ~ meta_conversions.checked_details()).split() -%}
{%- set fbc = meta_conversions.fbc_of_event('sessions.fbc', 'linked.event_time') -%}
{%- set fbc = "coalesce(linked.own_fbc, " ~ fbc ~ ")" -%}
{%- set fbc_given = "coalesce(linked.fbclid, sessions.fbc) is not null" -%}
{%- set fbc_dropped = "case when " ~ fbc_given ~ " and " ~ fbc ~ " is null then 'fbc_invalid' end" -%}
{%- set state_dropped = meta_conversions.us_state_dropped('linked.us_state', 'linked.us_state_code') -%}
{%- set dropped = ['linked.dropped', 'own.dropped', 'customer.dropped', 'sessions.dropped', fbc_dropped] -%}
{%- do dropped.extend([state_dropped, 'own.state_dropped', 'customer.state_dropped']) -%}
{%- do dropped.append("case when linked.limited_data_use = 'unknown' then 'limited_data_use_invalid' end") -%}
{%- do dropped.append(meta_conversions.dropped_details('linked')) -%}
{%- set worked_on = ['page_url', 'referrer_url', 'ad_consent', 'us_state', 'person_id', 'fbclid', 'fbclid_seen_at'] -%}
with conversions as (

    select
        *,
        {{ meta_conversions.clean_identifier('coalesce(person_id, session_user_id)') }} as clean_person_id,
        {{ meta_conversions.clean_identifier(other_user) }} as clean_user_id,
        {{ own_fbc }} as own_fbc
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
        {%- for id in ['clean_person_id', 'clean_user_id'] %}
            {%- set told = meta_conversions.normalize_external_id('conversions.' ~ id) %}
            case
                when not {{ meta_conversions.is_placeholder('conversions.' ~ id, 'external_id') }}
                    then {{ meta_conversions.hash_identifier(told) }}
            end as {{ id }}_hash,
        {%- endfor %}
        {%- for column in details %}
            {{ meta_conversions.detail(column, 'conversions') }} as good_{{ column }},
        {%- endfor %}
        state_names.code as us_state_code
    from conversions
    left join state_names on {{ meta_conversions.us_state_key('conversions.us_state') }} = state_names.name_key

),

changes as (

    select * from {{ ref('meta_conversions', 'int_conversion_changes') }}
    where change = 'new'

),

identities as (

    select * from {{ meta_conversions.with_state_dropped(
        ref('meta_conversions', 'int_known_identities'), ref('meta_conversions', 'state_names')
    ) }}

),

sessions as (

    select * from {{ ref('meta_conversions', 'int_web_sessions') }}

),

-- What stands in the order itself is told before what its customer once told; every good email is told.
identified as (

    select
        {%- for column in meta_conversions.conversion_shape().split()[::3] if column not in worked_on %}
            {{ 'linked.good_' ~ column if column in details else 'linked.' ~ column }} as {{ column }},
        {%- endfor %}
        linked.is_suppressed,
        linked.newest_consent,
        {{ meta_conversions.plain_fields('linked', details) }} as plain_fields,
        linked.pixel_event_time,
        changes.row_version,
        {{ meta_conversions.hash_list(['own.em', 'own.em_2', 'customer.em', 'customer.em_2']) }} as em,
        coalesce(
            {{ meta_conversions.hash_list(['own.ph', 'own.ph_2']) }},
            {{ meta_conversions.hash_list(['customer.ph', 'customer.ph_2']) }}
        ) as ph,
        {%- for key in ['fn', 'ln', 'db', 'ge', 'ct', 'st', 'zp', 'country'] %}
            coalesce(own.{{ key }}, customer.{{ key }}) as {{ key }},
        {%- endfor %}
        {{ meta_conversions.hash_list([
            'own.external_id', 'own.external_id_2', 'customer.external_id', 'customer.external_id_2',
            'linked.clean_person_id_hash', 'linked.clean_user_id_hash',
        ]) }} as external_id,
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
        {{ meta_conversions.state_of_limited_data_use() }} as limited_data_use_state
    from linked
    inner join changes
        on
            linked.source_system = changes.source_system
            and linked.source_id = changes.source_id
    left join identities as own on linked.identity_id = own.identity_id
    left join identities as customer on linked.customer_identity_id = customer.identity_id
    left join sessions on linked.session_id = sessions.session_id

),

screened as (

    select
        *,
        {{ meta_conversions.plaintext_in('plain_fields', meta_conversions.words_of('identified')) }} as plaintext
    from identified

)

select * from screened
