with source as (

    {{ meta_conversions.raw_rows('web_events') }}

),

renamed as (

    select
        web_event_id,
        session_id,
        {{ meta_conversions.bare('event_name') }} as event_name,
        occurred_at,
        event_id,
        page_url,
        referrer_url,
        order_id,
        product_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        user_id,
        quantity,
        contents,
        content_ids,
        content_type,
        content_name,
        content_category,
        search_string,
        status,
        delivery_category,
        customer_segmentation,
        predicted_ltv,
        subscription_id,
        fb_login_id,
        custom_properties,
        original_event_data,
        unreadable
    from source

)

select * from renamed
