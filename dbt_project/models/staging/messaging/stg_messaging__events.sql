{{ config(enabled='messaging_events' in var('meta_conversions_conversion_sources')) }}

with source as (

    {{ meta_conversions.raw_rows('messaging_events') }}

),

renamed as (

    select
        messaging_event_id,
        coalesce(event_id, nullif(messaging_event_id, '')) as event_id,
        nullif({{ meta_conversions.bare('event_name') }}, '') as event_name,
        occurred_at,
        messaging_channel,
        page_id,
        page_scoped_user_id,
        whatsapp_business_account_id,
        ctwa_clid,
        ig_account_id,
        ig_sid,
        customer_id,
        order_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        {{ meta_conversions.contents_list('contents') }} as listed_contents,
        contents,
        content_ids,
        content_name,
        content_category,
        customer_segmentation,
        custom_properties,
        original_event_data,
        ad_consent,
        coalesce(is_test, false) as is_test,
        unreadable
    from source

)

select * from renamed
