{%- set is_restricted = meta_conversions.is_restricted() -%}
{%- set of_these = "identity_id in (select identity_id from present) or identity_id like 'suppression:%'" -%}
{%- set of_these = 'where ' ~ (of_these if is_restricted else '1 = 1') -%}
{% if meta_conversions.reads_by_load() -%}
-- depends_on: {{ ref('meta_conversions', 'int_touched_people') }}
{% endif -%}
with people as (

    select * from {{ meta_conversions.touched_rows('int_people_unioned') }}

),

conversions as (

    select
        identity_id,
        customer_identity_id
    from {{ ref('meta_conversions', 'int_conversions_unioned') }}
    where {{ '1 = 0' if is_restricted else meta_conversions.within_lookback('event_time') }}

),

-- Who no conversion that is looked at refers to is not needed.
needed as (

    select identity_id from conversions
    where identity_id is not null
    union distinct
    select customer_identity_id as identity_id from conversions
    where customer_identity_id is not null
    union distinct
    select 'customer:' || user_id as identity_id from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where user_id is not null

),

present as (

    select
        identity_id,
        {{ meta_conversions.row_version(meta_conversions.person_shape().split()[::3]) }} as row_version
    from people
    where
        identity_id in (select needed.identity_id from needed)
        or identity_id like 'suppression:%'
        or 1 = {{ 1 if is_restricted else 0 }}

),

stored as (

    {{ meta_conversions.stored_versions('int_known_identities', only=of_these) }}

),

changes as (

    {{ meta_conversions.changed_versions(['identity_id']) }}

)

select * from changes
