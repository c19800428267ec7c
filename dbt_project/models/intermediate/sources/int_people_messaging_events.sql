{{ config(enabled='messaging_events' in var('meta_conversions_conversion_sources')) }}

with contacts as (

    select * from {{ ref('meta_conversions', 'stg_messaging__contacts') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'message:' || messaging_event_id",
            email='email',
            phone='phone',
            first_name='first_name',
            last_name='last_name',
            country='country',
            external_id='external_id',
        ) }}
    from contacts

)

select * from people
