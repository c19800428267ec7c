with source as (

    {{ meta_conversions.raw_rows('pixel_events') }}

),

renamed as (

    select
        nullif(event_id, '') as event_id,
        {{ meta_conversions.bare('event_name') }} as event_name,
        occurred_at,
        session_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency
    from source

)

select * from renamed
