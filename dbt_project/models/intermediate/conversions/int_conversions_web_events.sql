with web_events as (

    select * from {{ ref('meta_conversions', 'stg_web__events') }}
    where event_name in ({{ meta_conversions.quoted(var('meta_conversions_web_event_names')) }})

),

-- What the site says of several products goes before its one product.
listed as (

    select
        *,
        {{ meta_conversions.contents_list('contents') }} as listed_contents,
        coalesce(quantity, 1) as pieces
    from web_events

),

-- One event_id is one event, however often the site has logged it.
ranked as (

    select
        *,
        row_number() over (
            partition by event_name, coalesce(event_id, web_event_id) order by occurred_at, web_event_id
        ) as repetition
    from listed

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
            predicted_ltv='ranked.predicted_ltv',
            num_items="case when coalesce(ranked.product_id, cast(ranked.quantity as varchar)) is not null and ranked.pieces between 0 and 2147483647 then ranked.pieces end",
            content_type="coalesce(nullif(trim(ranked.content_type), ''), case when coalesce(ranked.product_id, ranked.listed_contents, ranked.content_ids) is not null then 'product' end)",
            contents="coalesce(ranked.listed_contents, case when ranked.product_id is not null and ranked.pieces > 0 then '[' || " ~ meta_conversions.json_object([
                ('id', meta_conversions.json_string('ranked.product_id')),
                ('quantity', meta_conversions.json_number('ranked.pieces')),
            ]) ~ " || ']' end)",
            content_ids='ranked.content_ids',
            content_name='ranked.content_name',
            content_category='ranked.content_category',
            search_string='ranked.search_string',
            status='ranked.status',
            delivery_category='ranked.delivery_category',
            customer_segmentation='ranked.customer_segmentation',
            custom_properties='ranked.custom_properties',
            original_event_data='ranked.original_event_data',
            subscription_id='ranked.subscription_id',
            fb_login_id='ranked.fb_login_id',
            dropped=meta_conversions.dropped_contents('ranked.contents', 'ranked.listed_contents'),
            customer_identity_id="'customer:' || coalesce(ranked.user_id, sessions.customer_id, sessions.user_id)",
            session_id='ranked.session_id',
            updated_at='ranked.occurred_at',
        ) }}
    from ranked
    left join sessions on ranked.session_id = sessions.session_id
    where ranked.repetition = 1

)

select * from conversions
