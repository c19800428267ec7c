{#
    A page's URL without what may name a person: scheme, host and path stay, and of the parameters those that the var
    meta_conversions_url_parameters_kept matches, unless an @ stands in them. A path with an @ is cut off. Where a phone number stands in
    it, all parameters go, and the path if it stands there. Anything but http(s) is null.
#}
{% macro kept_url(url) -%}
    {%- set page = "split_part(split_part(" ~ url ~ ", '#', 1), '?', 1)" -%}
    {%- set site = meta_conversions.first_match(url, '^(https?://[^/?#@]+)(?:[/?#]|$)') -%}
    {%- set spoken = meta_conversions.without_matches(url, '[?&][^?&#]*(?:@|%40)[^&#]*') -%}
    {%- set kept = '[?&]((?:' ~ var('meta_conversions_url_parameters_kept') ~ ')=[^&#]*)' -%}
    case
        when {{ url }} not like 'http://%' and {{ url }} not like 'https://%' then null
        when {{ meta_conversions.holds_a_phone(url) }}
            then case when {{ meta_conversions.holds_a_phone(page) }} or {{ page }} like '%@%' then {{ site }} else {{ page }} end
        when {{ url }} not like '%@%' and {{ url }} not like '%!%40%' escape '!'
            then {{ meta_conversions.join_present([page, meta_conversions.join_matches(url, kept, '&')], '?') }}
        when {{ page }} like '%@%' or {{ page }} like '%!%40%' escape '!'
            then {{ site }}
        else {{ meta_conversions.join_present([page, meta_conversions.join_matches(spoken, kept, '&')], '?') }}
    end
{%- endmacro %}
