{{ config(enabled='app_events' in var('meta_conversions_conversion_sources')) }}

with events as (

    select * from {{ ref('meta_conversions', 'stg_app__events') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'app'",
            source_id='app_event_id',
            event_name='event_name',
            event_id='event_id',
            event_time='occurred_at',
            action_source="'app'",
            order_id='order_id',
            value='value',
            has_invalid_value=meta_conversions.is_unreadable('value'),
            currency='currency',
            num_items='case when product_id is not null and quantity between 0 and 2147483647 then quantity end',
            content_type="case when coalesce(product_id, listed_contents, content_ids) is not null then 'product' end",
            content_ids='content_ids',
            contents="coalesce(listed_contents, case when product_id is not null and quantity > 0 then '[' || " ~ meta_conversions.json_object([
                ('id', meta_conversions.json_string('product_id')),
                ('quantity', meta_conversions.json_number('quantity')),
            ]) ~ " || ']' end)",
            content_name='content_name',
            content_category='content_category',
            search_string='search_string',
            customer_segmentation='customer_segmentation',
            custom_properties='custom_properties',
            original_event_data='original_event_data',
            app_data=meta_conversions.app_data(
                version='extinfo_version',
                os_version='os_version',
                advertiser_tracking='is_advertiser_tracking',
                application_tracking='is_application_tracking',
                package='app_package',
                short_version='app_short_version',
                long_version='app_long_version',
                model='device_model',
                locale='locale',
                timezone_short='timezone_short',
                carrier='carrier',
                timezone='timezone',
                vendor_id='vendor_id',
                install_referrer='install_referrer',
            ),
            madid='advertising_id',
            anon_id='installed_app_id',
            subscription_id='subscription_id',
            fb_login_id='fb_login_id',
            ad_consent='ad_consent',
            dropped=meta_conversions.dropped_contents('contents', 'listed_contents'),
            customer_identity_id="'customer:' || coalesce(customer_id, user_id)",
            person_id='coalesce(user_id, customer_id)',
            is_test='is_test',
            updated_at='occurred_at',
        ) }}
    from events

)

select * from conversions
