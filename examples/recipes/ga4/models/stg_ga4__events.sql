{#- Leave purchase out where a shop's own orders are a source: both would count. -#}
{%- set names = {
    'purchase': 'Purchase',
    'add_to_cart': 'AddToCart',
    'begin_checkout': 'InitiateCheckout',
    'sign_up': 'CompleteRegistration',
    'generate_lead': 'Lead',
} -%}

with events as (

    select
        *,
        row_number() over (
            -- Google lists a purchase again when the page is loaded again
            partition by name, coalesce(ecommerce_transaction_id, param_event_id, _fivetran_id) order by timestamp, _fivetran_id
        ) as copy_no
    from {{ source('google_analytics_4_export', 'event') }}
    where
        name in ('{{ names | join("', '") }}')
        and platform = 'WEB'
        -- the day's events come again, whole, in the table of the day
        and not coalesce(is_intraday, false)

),

renamed as (

    select
        _fivetran_id as ga4_event_id,
        case name
            {%- for theirs, ours in names.items() %}
            when '{{ theirs }}' then '{{ ours }}'
            {%- endfor %}
        end as event_name,
        -- what the tag also gives to the browser's pixel; without it nothing can be deduplicated
        coalesce(param_event_id, ecommerce_transaction_id, _fivetran_id) as event_id,
        timestamp as occurred_at,
        param_page_location as page_url,
        param_page_referrer as referrer_url,
        ecommerce_transaction_id as order_id,
        coalesce(ecommerce_purchase_revenue, param_value) as amount,
        upper(param_currency) as currency,
        user_pseudo_id || '.' || param_ga_session_id as session_key,
        user_id,
        param_fbp as fbp,
        param_fbc as fbc,
        param_ad_consent as ad_consent
    from events
    where copy_no = 1

)

select * from renamed
