{#
    The raw tables by kind: the columns of each with what they hold. An id is text, whatever the load made of it; a word
    is text; a time is UTC without zone; a count is a number of pieces, whole or not; an ordinal is a number or a text that
    orders rows; json is JSON, as text or as the engine's own type. A column that is optional may be missing, and is null then.
#}
{% macro raw_shapes() -%}
    orders: order_id id, customer_id id, session_id id, order_status word, ordered_at time, currency word,
        subtotal money, tax money, shipping money, discount money, total money, cost_of_goods money, is_test boolean,
        billing_email word, billing_phone word, shipping_city word, shipping_state word, shipping_postal_code word,
        shipping_country word, updated_at time, billing_phone_2 word optional, billing_first_name word optional,
        billing_last_name word optional, user_id id optional, fbclid word optional, fbclid_seen_at time optional,
        subscription_id id optional, fb_login_id id optional, predicted_ltv money optional,
        content_name word optional, content_category word optional, delivery_category word optional,
        customer_segmentation word optional, custom_properties json optional, original_event_data json optional,
        limited_data_use word optional;
    order_items: order_id id, line_number ordinal, product_id id, quantity count, unit_price money, category word;
    customers: customer_id id, email word, email_2 word, phone word, first_name word, last_name word,
        date_of_birth word, gender word, city word, state word, postal_code word, country word, created_at time,
        updated_at time, phone_2 word optional, external_id id optional, ad_consent word optional,
        limited_data_use word optional;
    refunds: refund_id id, order_id id, refunded_at time, amount money, currency word, source_system word optional;
    sessions: session_id id, customer_id id, started_at time, landing_url word, ip_address word, user_agent word,
        fbp word, fbc word, ad_consent word, us_state word, user_id id optional, fbclid word optional,
        fbclid_seen_at time optional, limited_data_use word optional;
    web_events: web_event_id id, session_id id, event_name word, occurred_at time, event_id id, page_url word,
        referrer_url word, order_id id, product_id id, value money, currency word, user_id id optional,
        quantity count optional, contents json optional, content_ids json optional, content_type word optional,
        content_name word optional, content_category word optional, search_string word optional, status word optional,
        delivery_category word optional, customer_segmentation word optional, predicted_ltv money optional,
        subscription_id id optional, fb_login_id id optional, custom_properties json optional,
        original_event_data json optional;
    pixel_events: event_id id, event_name word, occurred_at time, session_id id, value money, currency word;
    leads: crm_lead_id id, meta_lead_id id, email word, phone word, first_name word, last_name word, country word,
        created_at time, email_2 word optional, phone_2 word optional, date_of_birth word optional, gender word optional,
        city word optional, state word optional, postal_code word optional, external_id id optional,
        fbclid word optional, fbclid_seen_at time optional;
    lead_stages: crm_lead_id id, stage word, entered_at time, expected_value money, currency word,
        custom_properties json optional, original_event_data json optional;
    store_sales: sale_id id, line_number ordinal, store_id id, sold_at time, customer_email word, customer_phone word,
        first_name word, last_name word, postal_code word, country word, currency word, amount money,
        customer_phone_2 word optional, date_of_birth word optional, gender word optional, city word optional,
        state word optional, external_id id optional, sale_status word optional, is_test boolean optional,
        product_id id optional, quantity count optional, unit_price money optional, content_name word optional,
        content_category word optional, customer_segmentation word optional, store_data json optional,
        custom_properties json optional, original_event_data json optional;
    suppressions: email word, reason word, created_at time;
    app_events: app_event_id id, event_name word, occurred_at time, platform word, os_version word,
        advertiser_tracking word, application_tracking word optional, event_id id optional, installed_app_id id optional,
        advertising_id word optional, vendor_id word optional, customer_id id optional, user_id id optional,
        order_id id optional, value money optional, currency word optional, product_id id optional,
        quantity count optional, contents json optional, content_ids json optional, content_name word optional,
        content_category word optional, search_string word optional, customer_segmentation word optional,
        subscription_id id optional, fb_login_id id optional, custom_properties json optional,
        original_event_data json optional, app_package word optional, app_short_version word optional,
        app_long_version word optional, device_model word optional, locale word optional, timezone_short word optional,
        carrier word optional, timezone word optional, install_referrer word optional, ad_consent word optional,
        is_test boolean optional;
    messaging_events: messaging_event_id id, messaging_channel word, event_name word, occurred_at time,
        event_id id optional, page_id id optional, page_scoped_user_id id optional,
        whatsapp_business_account_id id optional, ctwa_clid word optional, ig_account_id id optional, ig_sid id optional,
        customer_id id optional, order_id id optional, value money optional, currency word optional,
        email word optional, phone word optional, first_name word optional, last_name word optional,
        country word optional, external_id id optional, contents json optional, content_ids json optional,
        content_name word optional, content_category word optional, customer_segmentation word optional,
        custom_properties json optional, original_event_data json optional, ad_consent word optional,
        is_test boolean optional;
    subscription_events: subscription_event_id id, subscription_id id, customer_id id, event_name word, occurred_at time,
        value money, currency word, event_id id optional, session_id id optional, action_source word optional,
        order_id id optional, predicted_ltv money optional, payment_status word optional, content_ids json optional,
        content_name word optional, content_category word optional, customer_segmentation word optional,
        custom_properties json optional, original_event_data json optional, ad_consent word optional,
        is_test boolean optional
{%- endmacro %}


{# The columns of a kind, each a name and what it holds. #}
{% macro raw_shape(kind) -%}
    {%- for shape in meta_conversions.raw_shapes().split(';') if shape.split(':')[0].strip() == kind -%}
        {{ shape.split(':')[1].split() | join(' ') }}
    {%- endfor -%}
{%- endmacro %}


{# The kinds of raw tables. #}
{% macro raw_kinds() -%}
    {%- for shape in meta_conversions.raw_shapes().split(';') -%} {{ shape.split(':')[0].strip() }} {% endfor -%}
{%- endmacro %}


{# The kinds that few have: each is a source by its own name, and there where the var meta_conversions_conversion_sources names it. #}
{% macro added_kinds() %}{{ return(['app_events', 'messaging_events', 'subscription_events']) }}{% endmacro %}


{# Whether a kind of raw table is there: all are, but for those that the var meta_conversions_absent_kinds names. #}
{% macro has_kind(kind) -%}
    {%- set is_read = kind not in meta_conversions.added_kinds() or kind in var('meta_conversions_conversion_sources') -%}
    {{ return(is_read and kind not in var('meta_conversions_absent_kinds')) }}
{%- endmacro %}
