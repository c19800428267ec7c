{{ config(enabled='messaging_events' in var('meta_conversions_conversion_sources')) }}

with events as (

    select * from {{ ref('meta_conversions', 'stg_messaging__events') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'messaging'",
            source_id='messaging_event_id',
            event_name='event_name',
            event_id='event_id',
            event_time='occurred_at',
            action_source="'business_messaging'",
            order_id='order_id',
            value='value',
            has_invalid_value=meta_conversions.is_unreadable('value'),
            currency='currency',
            content_type="case when coalesce(listed_contents, content_ids) is not null then 'product' end",
            content_ids='content_ids',
            contents='listed_contents',
            content_name='content_name',
            content_category='content_category',
            customer_segmentation='customer_segmentation',
            custom_properties='custom_properties',
            original_event_data='original_event_data',
            messaging_channel='messaging_channel',
            page_id='page_id',
            page_scoped_user_id='page_scoped_user_id',
            whatsapp_business_account_id='whatsapp_business_account_id',
            ctwa_clid='ctwa_clid',
            ig_account_id='ig_account_id',
            ig_sid='ig_sid',
            ad_consent='ad_consent',
            dropped=meta_conversions.dropped_contents('contents', 'listed_contents'),
            identity_id="'message:' || messaging_event_id",
            customer_identity_id="'customer:' || customer_id",
            person_id='customer_id',
            is_test='is_test',
            updated_at='occurred_at',
        ) }}
    from events

)

select * from conversions
