with source as (

    {{ meta_conversions.raw_rows('refunds') }}

),

renamed as (

    select
        refund_id,
        order_id,
        refunded_at,
        amount,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        nullif({{ meta_conversions.bare('source_system') }}, '') as source_system
    from source

)

select * from renamed
