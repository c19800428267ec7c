{#
    A page's URL without what may name a person: scheme, host and path stay, and of the parameters those that the var
    url_parameters_kept matches, unless an @ stands in them. A path with an @ is cut off. Anything but http(s) is null.
#}
{% macro kept_url(url) -%}
    {%- set page = "split_part(split_part(" ~ url ~ ", '#', 1), '?', 1)" -%}
    {%- set site = first_match(url, '^(https?://[^/?#@]+)(?:[/?#]|$)') -%}
    {%- set spoken = without_matches(url, '[?&][^?&#]*(?:@|%40)[^&#]*') -%}
    {%- set kept = '[?&]((?:' ~ var('url_parameters_kept') ~ ')=[^&#]*)' -%}
    case
        when {{ url }} not like 'http://%' and {{ url }} not like 'https://%' then null
        when {{ url }} not like '%@%' and {{ url }} not like '%!%40%' escape '!'
            then {{ join_present([page, join_matches(url, kept, '&')], '?') }}
        when {{ page }} like '%@%' or {{ page }} like '%!%40%' escape '!'
            then {{ site }}
        else {{ join_present([page, join_matches(spoken, kept, '&')], '?') }}
    end
{%- endmacro %}
