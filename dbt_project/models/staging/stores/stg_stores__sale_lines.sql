with source as (

    {{ meta_conversions.raw_rows('store_sales') }}

),

renamed as (

    select
        sale_id,
        line_number,
        store_id,
        sold_at,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        amount,
        nullif(lower({{ meta_conversions.bare('sale_status') }}), '') as sale_status,
        coalesce(is_test, false) as is_test,
        product_id,
        quantity,
        unit_price,
        content_name,
        content_category,
        customer_segmentation,
        store_data,
        custom_properties,
        original_event_data,
        unreadable
    from source

)

select * from renamed
