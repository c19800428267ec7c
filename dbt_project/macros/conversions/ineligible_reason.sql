{#
    Why a conversion may not be sent: the first reason that applies, null if none. The one place where this is decided;
    the seed ineligible_reasons tells what each means.
    It never reads the clock, so that what was eligible stays so. Order: is it a conversion at all, can it be named,
    may it be shared, is it whole, can Meta know whose it is.
#}
{% macro ineligible_reason() -%}
    case
        when is_test then 'test_order'
        when not is_paid then 'not_paid'
        {%- if var('meta_conversions_start_at') or var('meta_conversions_source_starts') %}
        when event_time < {{ meta_conversions.start_of_source() }} then 'before_start'
        {%- endif %}
        when event_id is null then 'missing_event_id'
        when event_time is null then 'missing_event_time'
        when {{ meta_conversions.is_before("date_trunc('second', event_time)", 'earliest_event_time') }} then 'stage_before_lead'
        when is_suppressed then 'suppressed'
        when
            {{ meta_conversions.needs_consent() }}
            and (ad_consent not in ('granted', 'denied') or (ad_consent = 'granted' and newest_consent = 'unknown'))
            then 'unknown_consent'
        when {{ meta_conversions.needs_consent() }} and coalesce(ad_consent, '') <> 'granted' then 'no_consent'
        when {{ meta_conversions.needs_consent() }} and newest_consent = 'denied' then 'consent_withdrawn'
        when plaintext = 'plaintext_email' then 'plaintext_email'
        when plaintext is not null then 'plaintext_phone'
        when has_invalid_value then 'invalid_value'
        when event_name = 'Purchase' and value is null then 'missing_value'
        when value < 0 then 'negative_value'
        when (event_name = 'Purchase' or value is not null) and currency is null then 'missing_currency'
        when not {{ meta_conversions.is_currency('currency') }} then 'invalid_currency'
        when action_source = 'app' and app_data is null then 'missing_app_data'
        when action_source = 'business_messaging' and not {{ meta_conversions.is_messaging_event('event_name') }} then 'unknown_messaging_event'
        when action_source = 'business_messaging' and not {{ meta_conversions.names_its_channel() }} then 'missing_messaging_id'
        when {{ meta_conversions.is_too_thin() }} then 'no_identifier'
    end
{%- endmacro %}


{#
    Whether a moment is before another, in whole seconds as Meta counts, and beyond what two clocks may differ: the var
    meta_conversions_lead_time_tolerance_seconds.
#}
{% macro is_before(moment, other) -%}
    {{ moment }} < {{ meta_conversions.plus_seconds("date_trunc('second', " ~ other ~ ")", -(var('meta_conversions_lead_time_tolerance_seconds') | int)) }}
{%- endmacro %}


{# The moment from which a conversion's source is sent: its own of the var meta_conversions_source_starts, else that of all. #}
{% macro start_of_source() -%}
    {%- set start = var('meta_conversions_start_at') -%}
    {%- set starts = var('meta_conversions_source_starts') or {} -%}
    {%- set otherwise = "cast('" ~ start ~ "' as timestamp)" if start else "cast(null as timestamp)" -%}
    {%- if not starts -%} {{ otherwise }}
    {%- else -%}
    case source_system
        {%- for source in starts %}
        when '{{ source }}' then cast('{{ starts[source] }}' as timestamp)
        {%- endfor %}
        else {{ otherwise }}
    end
    {%- endif -%}
{%- endmacro %}


{#
    Whether a conversion needs consent: its action source is one that asks for it, or an answer is there, since a no is a
    no whoever asked. Without any such action source consent is switched off.
#}
{% macro needs_consent() -%}
    {%- set sources = var('meta_conversions_consent_required_for') -%}
    {%- if sources -%} (action_source in ('{{ sources | join("', '") }}') or ad_consent is not null) {%- else -%} false {%- endif -%}
{%- endmacro %}


{# Whether a message has a channel and its two ids: the business's account and the person or the click. #}
{% macro names_its_channel() -%}
    case messaging_channel
        when 'whatsapp' then coalesce(whatsapp_business_account_id, page_id) is not null and ctwa_clid is not null
        when 'messenger' then page_id is not null and page_scoped_user_id is not null
        when 'instagram' then ig_account_id is not null and ig_sid is not null
        else false
    end
{%- endmacro %}


{#
    Meta refuses an event whose keys are all within one of these sets (docs/meta-api.md §3.3):
    {ct, country, st, zp, ge, client_user_agent}, {db, client_user_agent}, {fn, ge}, {ln, ge}.
#}
{% macro is_too_thin() -%}
    coalesce(em, ph, external_id, client_ip_address, fbc, fbp, lead_id, madid, anon_id, subscription_id, fb_login_id) is null
    and coalesce(ctwa_clid, page_scoped_user_id, ig_sid) is null
    and (
        coalesce(db, fn, ln) is null
        or coalesce(ct, country, st, zp, ge, fn, ln) is null
        or coalesce(ct, country, st, zp, client_user_agent, db, ln) is null
        or coalesce(ct, country, st, zp, client_user_agent, db, fn) is null
    )
{%- endmacro %}
