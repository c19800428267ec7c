{{ config(enabled='messaging_events' in var('meta_conversions_conversion_sources')) }}

with source as (

    {{ meta_conversions.raw_rows('messaging_events') }}

),

renamed as (

    select
        messaging_event_id,
        email,
        phone,
        first_name,
        last_name,
        country,
        external_id
    from source

)

select * from renamed
