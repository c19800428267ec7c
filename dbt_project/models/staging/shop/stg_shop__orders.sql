with source as (

    {{ meta_conversions.raw_rows('orders') }}

),

renamed as (

    select
        order_id,
        customer_id,
        session_id,
        lower({{ meta_conversions.bare('order_status') }}) as order_status,
        ordered_at,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        subtotal,
        tax,
        shipping,
        discount,
        total,
        cost_of_goods,
        coalesce(is_test, false) as is_test,
        {{ meta_conversions.limited_data_use_word('limited_data_use') }} as limited_data_use,
        updated_at,
        fbclid,
        fbclid_seen_at,
        subscription_id,
        fb_login_id,
        predicted_ltv,
        content_name,
        content_category,
        delivery_category,
        customer_segmentation,
        custom_properties,
        original_event_data,
        unreadable
    from source

)

select * from renamed
