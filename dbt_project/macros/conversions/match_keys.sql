{# The names of the identifiers that a conversion carries, comma separated, in Meta's order; null if none. #}
{% macro match_keys() -%}
    {%- set present = [] -%}
    {%- for key in meta_conversions.identifier_keys().split() -%}
        {%- do present.append("case when " ~ key ~ " is not null then '" ~ key ~ "' end") -%}
    {%- endfor -%}
    {{ meta_conversions.join_present(present, ',') }}
{%- endmacro %}


{# The identifiers that a conversion can carry, by Meta's names. #}
{% macro identifier_keys() -%}
    em ph fn ln db ge ct st zp country external_id client_ip_address client_user_agent fbc fbp lead_id madid anon_id
    subscription_id fb_login_id ctwa_clid page_scoped_user_id ig_sid
{%- endmacro %}
