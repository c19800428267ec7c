with orders as (

    select * from {{ ref('meta_conversions', 'stg_shop__orders') }}

),

web_events as (

    select * from {{ ref('meta_conversions', 'int_order_web_events') }}

),

contents as (

    select * from {{ ref('meta_conversions', 'int_order_contents') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'shop'",
            source_id='orders.order_id',
            event_name="'Purchase'",
            event_id="coalesce(web_events.event_id, nullif(orders.order_id, ''))",
            event_time='orders.ordered_at',
            action_source="'website'",
            page_url='web_events.page_url',
            referrer_url='web_events.referrer_url',
            order_id='orders.order_id',
            value=meta_conversions.purchase_value(),
            has_invalid_value=meta_conversions.is_unreadable(meta_conversions.purchase_value_columns(), 'orders.unreadable'),
            person_id='orders.customer_id',
            currency='orders.currency',
            net_revenue='case when not ' ~ meta_conversions.is_unreadable('discount', 'orders.unreadable') ~ ' then ' ~ meta_conversions.net_revenue() ~ ' end',
            predicted_ltv='orders.predicted_ltv',
            num_items='contents.num_items',
            content_type="case when contents.contents is not null then 'product' end",
            contents='contents.contents',
            content_name='orders.content_name',
            content_category='orders.content_category',
            delivery_category='orders.delivery_category',
            customer_segmentation='orders.customer_segmentation',
            custom_properties='orders.custom_properties',
            original_event_data='orders.original_event_data',
            subscription_id='orders.subscription_id',
            fb_login_id='orders.fb_login_id',
            fbclid='orders.fbclid',
            fbclid_seen_at='orders.fbclid_seen_at',
            identity_id="'order:' || orders.order_id",
            customer_identity_id="'customer:' || orders.customer_id",
            session_id='orders.session_id',
            limited_data_use='orders.limited_data_use',
            is_test='orders.is_test',
            is_paid=meta_conversions.is_paid('orders.order_status'),
            updated_at='orders.updated_at',
        ) }}
    from orders
    left join web_events on orders.order_id = web_events.order_id
    left join contents on orders.order_id = contents.order_id

)

select * from conversions
