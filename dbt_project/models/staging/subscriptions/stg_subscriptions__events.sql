{{ config(enabled='subscription_events' in var('meta_conversions_conversion_sources')) }}

with source as (

    {{ meta_conversions.raw_rows('subscription_events') }}

),

renamed as (

    select
        subscription_event_id,
        nullif(trim(coalesce(event_id, subscription_event_id)), '') as event_id,
        subscription_id,
        customer_id,
        nullif(trim(session_id), '') as session_id,
        nullif(trim(event_name), '') as event_name,
        occurred_at,
        coalesce(
            nullif(lower(trim(action_source)), ''),
            case when nullif(trim(session_id), '') is not null then 'website' else 'system_generated' end
        ) as action_source,
        nullif(trim(order_id), '') as order_id,
        value,
        nullif(upper({{ meta_conversions.bare('currency') }}), '') as currency,
        predicted_ltv,
        content_ids,
        content_name,
        content_category,
        customer_segmentation,
        custom_properties,
        original_event_data,
        lower({{ meta_conversions.bare('payment_status') }}) as payment_status,
        ad_consent,
        coalesce(is_test, false) as is_test,
        unreadable
    from source

)

select * from renamed
