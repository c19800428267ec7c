{{ config(enabled='subscription_events' in var('meta_conversions_conversion_sources')) }}

with source as (

    {{ meta_conversions.raw_rows('subscription_events') }}

),

renamed as (

    select
        subscription_event_id,
        coalesce(event_id, nullif(subscription_event_id, '')) as event_id,
        subscription_id,
        customer_id,
        session_id,
        nullif({{ meta_conversions.bare('event_name') }}, '') as event_name,
        occurred_at,
        coalesce(
            nullif(lower({{ meta_conversions.bare('action_source') }}), ''),
            case when session_id is not null then 'website' else 'system_generated' end
        ) as action_source,
        order_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        predicted_ltv,
        content_ids,
        content_name,
        content_category,
        customer_segmentation,
        custom_properties,
        original_event_data,
        nullif(lower({{ meta_conversions.bare('payment_status') }}), '') as payment_status,
        ad_consent,
        coalesce(is_test, false) as is_test,
        unreadable
    from source

)

select * from renamed
