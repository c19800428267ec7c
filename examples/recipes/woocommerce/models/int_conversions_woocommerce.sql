select
    {{ meta_conversions.conversion_columns(
        source_system="'woocommerce'",
        source_id='order_id',
        event_name='event_name',
        event_id='order_id',
        event_time='ordered_at',
        action_source='action_source',
        page_url='landing_url',
        order_id='order_id',
        value='amount',
        currency='upper(currency)',
        num_items='num_items',
        content_type="case when contents is not null then 'product' end",
        contents='contents',
        subscription_id='subscription_id',
        ad_consent='ad_consent',
        identity_id="'woocommerce:' || order_id",
        session_id="case when action_source = 'website' then 'woocommerce:' || order_id end",
        person_id='customer_id',
        is_paid='is_paid',
        updated_at='updated_at',
    ) }}
from {{ ref('stg_woocommerce__orders') }}
