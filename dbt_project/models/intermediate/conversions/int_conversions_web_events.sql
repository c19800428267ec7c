with web_events as (

    select * from {{ ref('stg_web__events') }}
    where event_name in ({{ quoted(var('web_event_names')) }})

),

-- One event_id is one event, however often the site has logged it.
ranked as (

    select
        *,
        row_number() over (
            partition by event_name, coalesce(event_id, web_event_id) order by occurred_at, web_event_id
        ) as repetition
    from web_events

),

sessions as (

    select * from {{ ref('stg_web__sessions') }}

),

conversions as (

    select
        'web' as source_system,
        cast(null as varchar) as dataset_id,
        ranked.event_name,
        ranked.event_id,
        ranked.occurred_at as event_time,
        cast(null as timestamp) as earliest_event_time,
        'website' as action_source,
        {{ kept_url('ranked.page_url') }} as page_url,
        {{ kept_url('ranked.referrer_url') }} as referrer_url,
        cast(null as varchar) as order_id,
        cast(null as varchar) as item_number,
        ranked.value,
        ranked.currency,
        cast(null as decimal(18, 4)) as net_revenue,
        cast(null as decimal(18, 4)) as predicted_ltv,
        case when ranked.product_id is not null then 1 end as num_items,
        case when ranked.product_id is not null then 'product' end as content_type,
        case
            when ranked.product_id is not null
                then '[' || {{ json_object([('id', json_string('ranked.product_id')), ('quantity', "'1'")]) }} || ']'
        end as contents,
        cast(null as varchar) as lead_event_source,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as dropped,
        cast(null as varchar) as identity_id,
        'customer:' || sessions.customer_id as customer_identity_id,
        ranked.session_id,
        false as is_test,
        true as is_paid,
        cast(null as boolean) as opt_out,
        ranked.occurred_at as updated_at
    from ranked
    left join sessions on ranked.session_id = sessions.session_id
    where ranked.repetition = 1

)

select * from conversions
