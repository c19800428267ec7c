with source as (

    {% if var('meta_conversions_pixel_log_in_warehouse') -%}
        select * from {{ source('meta_conversions_web', 'pixel_events') }}
    {%- else -%}
        select
            cast(null as varchar) as event_id,
            cast(null as varchar) as event_name,
            cast(null as timestamp) as occurred_at,
            cast(null as varchar) as session_id,
            cast(null as decimal(18, 4)) as value,
            cast(null as varchar) as currency
        where 1 = 0
    {%- endif %}

),

renamed as (

    select
        nullif(trim(event_id), '') as event_id,
        event_name,
        occurred_at,
        session_id,
        cast(value as decimal(18, 4)) as value,
        nullif(upper(trim(currency)), '') as currency
    from source

)

select * from renamed
