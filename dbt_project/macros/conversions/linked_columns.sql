{# All that a conversion is made of: the columns of int_conversions_linked. #}
{% macro linked_columns() -%}
    {{ meta_conversions.conversion_shape().split()[::3] | join(' ') }}
    is_suppressed newest_consent pixel_event_time identity_version customer_version session_started_at session_landing_url
    session_ip_address session_user_agent session_fbp session_fbc session_ad_consent session_us_state session_user_id
    session_fbclid session_fbclid_seen_at
{%- endmacro %}
