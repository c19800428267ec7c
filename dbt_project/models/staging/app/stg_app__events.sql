{{ config(enabled='app_events' in var('meta_conversions_conversion_sources')) }}

with source as (

    {{ meta_conversions.raw_rows('app_events') }}

),

renamed as (

    select
        app_event_id,
        coalesce(event_id, nullif(app_event_id, '')) as event_id,
        nullif({{ meta_conversions.bare('event_name') }}, '') as event_name,
        occurred_at,
        case lower({{ meta_conversions.bare('platform') }})
            when 'android' then 'a2'
            when 'ios' then 'i2'
        end as extinfo_version,
        os_version,
        {{ meta_conversions.is_tracking_allowed('advertiser_tracking') }} as is_advertiser_tracking,
        {{ meta_conversions.is_tracking_allowed('application_tracking') }} as is_application_tracking,
        app_package,
        app_short_version,
        app_long_version,
        device_model,
        locale,
        timezone_short,
        carrier,
        timezone,
        vendor_id,
        install_referrer,
        -- the id of all zeros says that it was withheld
        nullif(nullif(trim(advertising_id), ''), '00000000-0000-0000-0000-000000000000') as advertising_id,
        installed_app_id,
        customer_id,
        user_id,
        order_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        product_id,
        coalesce(quantity, 1) as quantity,
        {{ meta_conversions.contents_list('contents') }} as listed_contents,
        contents,
        content_ids,
        content_name,
        content_category,
        search_string,
        customer_segmentation,
        subscription_id,
        fb_login_id,
        custom_properties,
        original_event_data,
        ad_consent,
        coalesce(is_test, false) as is_test,
        unreadable
    from source

)

select * from renamed
