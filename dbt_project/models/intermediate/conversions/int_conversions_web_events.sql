with web_events as (

    select * from {{ ref('meta_conversions', 'stg_web__events') }}
    where event_name in ({{ meta_conversions.quoted(var('meta_conversions_web_event_names')) }})

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

    select * from {{ ref('meta_conversions', 'stg_web__sessions') }}

),

conversions as (

    select
        {{ meta_conversions.conversion_columns(
            source_system="'web'",
            source_id="ranked.event_name || ':' || coalesce(ranked.event_id, ranked.web_event_id)",
            event_name='ranked.event_name',
            event_id='ranked.event_id',
            event_time='ranked.occurred_at',
            action_source="'website'",
            page_url='ranked.page_url',
            referrer_url='ranked.referrer_url',
            value='ranked.value',
            has_invalid_value=meta_conversions.is_unreadable('value', 'ranked.unreadable'),
            person_id='coalesce(ranked.user_id, sessions.customer_id, sessions.user_id)',
            currency='ranked.currency',
            num_items='case when ranked.product_id is not null then 1 end',
            content_type="case when ranked.product_id is not null then 'product' end",
            contents="case when ranked.product_id is not null then '[' || " ~ meta_conversions.json_object([
                ('id', meta_conversions.json_string('ranked.product_id')),
                ('quantity', "'1'"),
            ]) ~ " || ']' end",
            customer_identity_id="'customer:' || coalesce(ranked.user_id, sessions.customer_id, sessions.user_id)",
            session_id='ranked.session_id',
            updated_at='ranked.occurred_at',
        ) }}
    from ranked
    left join sessions on ranked.session_id = sessions.session_id
    where ranked.repetition = 1

)

select * from conversions
