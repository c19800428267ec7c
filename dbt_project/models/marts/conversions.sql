{{ config(
    unique_key=['source_system', 'source_id'],
    pre_hook=[
        "{{ meta_conversions.require_whole_rebuild('int_conversion_changes', 'int_conversions_unioned') }}",
        "{{ meta_conversions.delete_gone_versions('int_conversion_changes') }}",
    ],
) }}

-- depends_on: {{ ref('meta_conversions', 'int_conversion_changes') }}
-- depends_on: {{ ref('meta_conversions', 'int_conversions_unioned') }}
with judged as (

    select * from {{ meta_conversions.touched_rows('int_conversions_eligibility') }}

),

conversions as (

    select
        cast(dataset_id as varchar) as dataset_id,
        cast(event_name as varchar) as event_name,
        cast(event_id as varchar) as event_id,
        cast(date_trunc('second', event_time) as timestamp) as event_time,
        cast(action_source as varchar) as action_source,
        cast(event_source_url as varchar) as event_source_url,
        cast(referrer_url as varchar) as referrer_url,
        cast(order_id as varchar) as order_id,
        cast(item_number as varchar) as item_number,
        cast(value as decimal(18, 4)) as value,
        cast(currency as varchar) as currency,
        cast(net_revenue as decimal(18, 4)) as net_revenue,
        cast(predicted_ltv as decimal(18, 4)) as predicted_ltv,
        cast(num_items as integer) as num_items,
        cast(content_type as varchar) as content_type,
        {%- for column in [
            'content_ids', 'contents', 'content_name', 'content_category', 'search_string', 'status', 'delivery_category',
            'customer_segmentation', 'custom_properties', 'store_data', 'original_event_data'
        ] %}
            cast({{ column }} as varchar) as {{ column }},
        {%- endfor %}
        cast(lead_event_source as varchar) as lead_event_source,
        cast(app_data as varchar) as app_data,
        cast(em as varchar) as em,
        cast(ph as varchar) as ph,
        cast(fn as varchar) as fn,
        cast(ln as varchar) as ln,
        cast(db as varchar) as db,
        cast(ge as varchar) as ge,
        cast(ct as varchar) as ct,
        cast(st as varchar) as st,
        cast(zp as varchar) as zp,
        cast(country as varchar) as country,
        cast(external_id as varchar) as external_id,
        cast(client_ip_address as varchar) as client_ip_address,
        cast(client_user_agent as varchar) as client_user_agent,
        cast(fbc as varchar) as fbc,
        cast(fbp as varchar) as fbp,
        cast(lead_id as varchar) as lead_id,
        cast(madid as varchar) as madid,
        cast(anon_id as varchar) as anon_id,
        {%- for column in [
            'subscription_id', 'fb_login_id', 'messaging_channel', 'page_id', 'page_scoped_user_id',
            'whatsapp_business_account_id', 'ctwa_clid', 'ig_account_id', 'ig_sid'
        ] %}
            cast({{ column }} as varchar) as {{ column }},
        {%- endfor %}
        cast({{ meta_conversions.match_keys() }} as varchar) as match_keys,
        cast(ad_consent as varchar) as ad_consent,
        cast(opt_out as boolean) as opt_out,
        cast(
            case
                when limited_data_use_state is not null then '["LDU"]'
                when limited_data_use = 'not_limited' then '[]'
            end as varchar
        ) as data_processing_options,
        cast(
            case when limited_data_use_state > 0 then 1 when limited_data_use_state = 0 then 0 end as integer
        ) as data_processing_options_country,
        cast(limited_data_use_state as integer) as data_processing_options_state,
        ineligible_reason is null as is_eligible,
        cast(ineligible_reason as varchar) as ineligible_reason,
        cast(dropped_identifiers as varchar) as dropped_identifiers,
        cast(pixel_event_time as timestamp) as pixel_event_time,
        cast(deadline_at as timestamp) as deadline_at,
        cast(source_system as varchar) as source_system,
        cast(source_id as varchar) as source_id,
        cast(updated_at as timestamp) as updated_at,
        cast(row_version as varchar) as row_version
    from judged

)

select * from conversions
