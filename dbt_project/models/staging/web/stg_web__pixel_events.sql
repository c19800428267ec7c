with source as (

    {{ meta_conversions.raw_rows('pixel_events') }}

),

renamed as (

    select
        nullif(trim(event_id), '') as event_id,
        event_name,
        occurred_at,
        session_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency
    from source

)

select * from renamed
