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


{#
    The codes by which a key is dropped, as conversions.dropped_identifiers has them: the name of the source's column and the
    reason, with blanks between. A key that is never dropped has none.
#}
{% macro codes_of_identifier(key) -%}
    {%- set columns = {
        'em': ['email', 'email_2'], 'ph': ['phone', 'phone_2'], 'fn': ['first_name'], 'ln': ['last_name'], 'db': ['date_of_birth'],
        'ge': ['gender'], 'ct': ['city'], 'st': ['state'], 'zp': ['postal_code'], 'country': ['country'],
        'external_id': ['external_id', 'external_id_2'],
    } -%}
    {%- set reasons = {'ph': ['impossible', 'country_unknown', 'placeholder', 'md5'], 'external_id': ['invalid', 'placeholder']} -%}
    {%- if key in ('client_ip_address', 'fbc', 'fbp', 'lead_id', 'fb_login_id') %} {{ key }}_invalid {%- endif -%}
    {%- for column in columns.get(key, []) -%}
        {%- for reason in reasons.get(key, ['invalid', 'placeholder', 'md5']) %} {{ column }}_{{ reason }} {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
