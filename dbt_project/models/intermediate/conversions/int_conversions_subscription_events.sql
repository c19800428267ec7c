{{ config(enabled='subscription_events' in var('meta_conversions_conversion_sources')) }}

with events as (

    select * from {{ ref('meta_conversions', 'stg_subscriptions__events') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'subscriptions'",
            source_id='subscription_event_id',
            event_name='event_name',
            event_id='event_id',
            event_time='occurred_at',
            action_source='action_source',
            order_id='order_id',
            value='value',
            has_invalid_value=meta_conversions.is_unreadable('value'),
            currency='currency',
            predicted_ltv='predicted_ltv',
            content_type="case when content_ids is not null then 'product' end",
            content_ids='content_ids',
            content_name='content_name',
            content_category='content_category',
            customer_segmentation='customer_segmentation',
            custom_properties='custom_properties',
            original_event_data='original_event_data',
            subscription_id='subscription_id',
            ad_consent='ad_consent',
            customer_identity_id="'customer:' || customer_id",
            session_id='session_id',
            person_id='customer_id',
            is_test='is_test',
            is_paid='payment_status is null or ' ~ meta_conversions.is_paid('payment_status'),
            updated_at='occurred_at',
        ) }}
    from events

)

select * from conversions
