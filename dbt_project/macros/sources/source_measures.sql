{#
    What is counted of a raw table: `moment`, by which its last 30 days are found (none: all rows); `word`, the column whose
    words decide something, as `word_sql` reads it, `counted`, which of them count, and `known`, those that may always be
    shown; `have`, conditions by name.
#}
{% macro source_measures(kind) -%}
    {%- set paid = var('meta_conversions_paid_statuses') | map('lower') | list -%}
    {%- set names = var('meta_conversions_web_event_names') + ['Purchase'] -%}
    {%- set measures = {
        'orders': {'moment': 'event_time', 'word': 'order_status', 'counted': 'is_paid', 'known': paid, 'have': {
            'order_id': 'event_id is not null', 'currency': 'currency is not null', 'value': 'value is not null',
            'session': 'has_session', 'consent': "ad_consent = 'granted'", 'user_agent': 'client_user_agent is not null',
            'email': 'em is not null', 'phone': 'ph is not null', 'identifier': 'not (' ~ meta_conversions.is_too_thin() ~ ')',
        }},
        'order_items': {'have': {'product_id': meta_conversions.has_text('product_id')}},
        'customers': {'have': {'email': meta_conversions.has_text('email'), 'phone': meta_conversions.has_text('phone')}},
        'refunds': {'moment': 'refunded_at', 'have': {'order_id': meta_conversions.has_text('order_id')}},
        'sessions': {
            'moment': 'started_at', 'word': 'ad_consent', 'word_sql': meta_conversions.consent_word('ad_consent'),
            'known': ['granted', 'denied'],
            'counted': meta_conversions.consent_word('ad_consent') ~ " = 'granted'",
            'have': {
                'consent': meta_conversions.consent_word('ad_consent') ~ " = 'granted'",
                'user_agent': meta_conversions.has_text('user_agent'), 'ip_address': meta_conversions.has_text('ip_address'),
                'fbp': meta_conversions.has_text('fbp'),
                'fbc_or_fbclid': meta_conversions.has_text('fbc') ~ " or landing_url like '%fbclid=%'",
                'customer_id': meta_conversions.has_text('customer_id'),
            },
        },
        'web_events': {
            'moment': 'occurred_at', 'word': 'event_name', 'known': names,
            'counted': 'event_name in (' ~ meta_conversions.quoted(names) ~ ')',
            'have': {'event_id': meta_conversions.has_text('event_id'), 'session_id': meta_conversions.has_text('session_id')},
        },
        'pixel_events': {'moment': 'occurred_at', 'have': {'event_id': meta_conversions.has_text('event_id')}},
        'leads': {'moment': 'created_at', 'have': {
            'meta_lead_id': meta_conversions.has_text('meta_lead_id'), 'email': meta_conversions.has_text('email'),
            'phone': meta_conversions.has_text('phone'),
        }},
        'lead_stages': {'moment': 'entered_at', 'have': {'stage': meta_conversions.has_text('stage')}},
        'store_sales': {'moment': 'sold_at', 'have': {
            'email': meta_conversions.has_text('customer_email'), 'phone': meta_conversions.has_text('customer_phone'),
            'email_or_phone': meta_conversions.has_text('customer_email') ~ ' or ' ~ meta_conversions.has_text('customer_phone'),
        }},
        'suppressions': {'have': {'email': meta_conversions.has_text('email')}},
        'app_events': {'moment': 'occurred_at', 'have': {
            'platform': meta_conversions.has_text('platform'), 'os_version': meta_conversions.has_text('os_version'),
            'advertiser_tracking': meta_conversions.has_text('advertiser_tracking'),
            'advertising_id': meta_conversions.has_text('advertising_id'),
        }},
        'messaging_events': {'moment': 'occurred_at', 'have': {
            'channel': meta_conversions.has_text('messaging_channel'),
            'person': meta_conversions.has_text('coalesce(ctwa_clid, page_scoped_user_id, ig_sid)'),
        }},
        'subscription_events': {'moment': 'occurred_at', 'have': {
            'subscription_id': meta_conversions.has_text('subscription_id'),
            'customer_id': meta_conversions.has_text('customer_id'),
        }},
    } -%}
    {%- set measure = {'moment': none, 'word': none, 'counted': none, 'known': []} -%}
    {%- do measure.update(measures[kind]) -%}
    {%- do measure.setdefault('word_sql', measure.word) -%}
    {{ return(measure) }}
{%- endmacro %}


{% macro has_text(column) %}{{ return("nullif(trim(" ~ column ~ "), '') is not null") }}{% endmacro %}


{# The rows of a table as they are counted: as staging reads them, and orders with their session and customer. #}
{% macro measured_rows(kind, tables) -%}
    {%- if kind == 'orders' -%} {{ return(meta_conversions.measured_orders_sql(tables)) }} {%- endif -%}
    {{ return(meta_conversions.rows_of(tables[kind])) }}
{%- endmacro %}

{% macro rows_of(table) %}{{ return(meta_conversions.shaped_rows(table.kind, not table.is_absent, table.types)) }}{% endmacro %}


{#
    Orders in the columns that the rule of eligibility reads, filled as far as raw tables tell: identifiers as they were
    loaded, readable or not, and nobody suppressed.
#}
{% macro measured_orders_sql(tables) -%}
    select
        lower({{ meta_conversions.bare('orders.order_status') }}) as order_status,
        coalesce(orders.is_test, false) as is_test,
        {{ meta_conversions.is_paid('orders.order_status') }} as is_paid,
        nullif(orders.order_id, '') as event_id,
        orders.ordered_at as event_time,
        cast(null as timestamp) as earliest_event_time,
        false as is_suppressed,
        'website' as action_source,
        'Purchase' as event_name,
        cast({{ meta_conversions.purchase_value() }} as decimal(18, 4)) as value,
        {{ meta_conversions.is_unreadable(meta_conversions.purchase_value_columns(), 'orders.unreadable') }} as has_invalid_value,
        nullif(upper({{ meta_conversions.bare('orders.currency') }}), '') as currency,
        sessions.session_id is not null as has_session,
        sessions.ad_consent,
        cast(null as varchar) as newest_consent,
        cast(null as varchar) as plaintext,
        sessions.user_agent as client_user_agent,
        sessions.ip_address as client_ip_address,
        sessions.fbp,
        coalesce(sessions.fbc, orders.fbclid) as fbc,
        nullif(trim(coalesce(orders.billing_email, customers.email, customers.email_2)), '') as em,
        nullif(trim(coalesce(orders.billing_phone, orders.billing_phone_2, customers.phone, customers.phone_2)), '') as ph,
        coalesce(customers.customer_id, orders.customer_id, orders.user_id, sessions.user_id) as external_id,
        coalesce(orders.billing_first_name, customers.first_name) as fn,
        coalesce(orders.billing_last_name, customers.last_name) as ln,
        customers.date_of_birth as db,
        customers.gender as ge,
        coalesce(orders.shipping_city, customers.city) as ct,
        coalesce(orders.shipping_state, customers.state) as st,
        coalesce(orders.shipping_postal_code, customers.postal_code) as zp,
        coalesce(orders.shipping_country, customers.country) as country,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as madid,
        cast(null as varchar) as anon_id,
        orders.subscription_id,
        orders.fb_login_id,
        {% for column in [
            'messaging_channel', 'page_id', 'page_scoped_user_id', 'whatsapp_business_account_id', 'ctwa_clid', 'ig_account_id', 'ig_sid'
        ] -%}
            cast(null as varchar) as {{ column }},
        {% endfor -%}
        cast(null as varchar) as app_data
    from ({{ meta_conversions.rows_of(tables.orders) }}) as orders
    left join (
        select
            session_id,
            min({{ meta_conversions.consent_word('ad_consent') }}) as ad_consent,
            min(nullif(trim(user_agent), '')) as user_agent,
            min(nullif(trim(ip_address), '')) as ip_address,
            min(nullif(trim(fbp), '')) as fbp,
            min(nullif(trim(fbc), '')) as fbc,
            min(user_id) as user_id
        from ({{ meta_conversions.rows_of(tables.sessions) }}) as loaded
        group by session_id
    ) as sessions on orders.session_id = sessions.session_id
    left join ({{ meta_conversions.rows_of(tables.customers) }}) as customers on orders.customer_id = customers.customer_id
{%- endmacro %}


{# The rows of the last 30 days of the data, not of the calendar: what lies in the future moves nothing. #}
{% macro recent_rows_sql(moment, rows) -%}
    with loaded as (

        {{ rows }}

    ),

    newest as (

        {%- if moment %}
        select max(case when {{ moment }} <= {{ meta_conversions.utc_now() }} then {{ moment }} end) as newest_at
        {%- else %}
        select max(cast(null as timestamp)) as newest_at
        {%- endif %}
        from loaded

    ),

    recent as (

        select loaded.*
        from loaded
        cross join newest
        {%- if moment %}
        where {{ moment }} > {{ meta_conversions.plus_hours('newest.newest_at', -720) }} and {{ moment }} <= newest.newest_at
        {%- endif %}

    )
{%- endmacro %}


{# All rows, the newest moment, the recent rows, the different words among them, and of them those that have each thing. #}
{% macro counts_sql(measure, rows) -%}
    {{ meta_conversions.recent_rows_sql(measure.moment, rows) }}

    select
        (select count(*) from loaded) as row_count,
        (select newest_at from newest) as newest_at,
        count(*) as recent_row_count,
        {{ 'count(distinct ' ~ measure.word_sql ~ ')' if measure.word else 'cast(null as integer)' }} as distinct_words
        {%- for name, condition in measure.have.items() %},
        count(case when {{ condition }} then 1 end) as with_{{ name }}
        {%- endfor %}
    from recent
{%- endmacro %}


{# The recent rows by word and currency, most first; money where the table has some. #}
{% macro words_sql(measure, rows) -%}
    {%- set is_money = measure.word == 'order_status' -%}
    {{ meta_conversions.recent_rows_sql(measure.moment, rows) }},

    named as (

        select
            {{ measure.word_sql }} as word,
            coalesce({{ measure.counted }}, false) as is_counted,
            {{ meta_conversions.known_currency() if is_money else 'cast(null as varchar)' }} as currency,
            {{ 'value' if is_money else 'cast(null as decimal(18, 4))' }} as amount
        from recent

    )

    select
        word,
        is_counted,
        currency,
        count(*) as row_count,
        cast(sum(amount) * 10000 as bigint) as money
    from named
    group by word, is_counted, currency
    order by count(*) desc, word
{%- endmacro %}


{# The recent orders that would not be eligible, by reason and currency. #}
{% macro left_out_sql(rows) -%}
    {{ meta_conversions.recent_rows_sql('event_time', rows) }},

    judged as (

        select
            {{ meta_conversions.ineligible_reason() }} as reason,
            {{ meta_conversions.known_currency() }} as known_currency,
            value
        from recent

    )

    select
        reason,
        known_currency,
        count(*) as row_count,
        cast(sum(value) * 10000 as bigint) as money
    from judged
    where reason is not null
    group by reason, known_currency
    order by count(*) desc, reason
{%- endmacro %}


{# Null for what is no currency's code: nothing else is shown. #}
{% macro known_currency() -%}
    {{ return("case when " ~ meta_conversions.is_currency('currency') ~ " then currency end") }}
{%- endmacro %}
