{#
    A page's URL without what may name a person: scheme, host and path stay, and of the parameters those that the var
    meta_conversions_url_parameters_kept matches, unless an @ stands in them. A path with an @ is cut off. Where a phone number stands in
    it, all parameters go, and the path if it stands there. Where either is spelled oddly, or an HTML entity stands in the URL, only
    the site stays; `&amp;` is the & that it was. Anything but http(s) is null.
#}
{% macro kept_url(given) -%}
    {%- set url = "replace(" ~ given ~ ", '&amp;', '&')" -%}
    {%- set page = "split_part(split_part(" ~ url ~ ", '#', 1), '?', 1)" -%}
    {%- set site = meta_conversions.first_match(url, '^(https?://[^/?#@]+)(?:[/?#]|$)') -%}
    {%- set spoken = meta_conversions.without_matches(url, '[?&][^?&#]*(?:@|%(?:25)?40)[^&#]*') -%}
    {%- set kept = '[?&]((?:' ~ var('meta_conversions_url_parameters_kept') ~ ')=[^&#]*)' -%}
    case
        when {{ url }} not like 'http://%' and {{ url }} not like 'https://%' then null
        when {{ url }} like '%&%;%' and {{ meta_conversions.fits_partly(url, '&#?[A-Za-z0-9]{2,31};') }} then {{ site }}
        when {{ meta_conversions.is_spelled_oddly(url) }} and {{ meta_conversions.plaintext_of_plain(meta_conversions.plain_signs(url)) }} is not null then {{ site }}
        when {{ meta_conversions.holds_a_phone(url) }}
            then case when {{ meta_conversions.holds_a_phone(page) }} or {{ page }} like '%@%' then {{ site }} else {{ page }} end
        when {{ url }} not like '%@%' and {{ url }} not like '%!%40%' escape '!' and {{ url }} not like '%!%2540%' escape '!'
            then {{ meta_conversions.join_present([page, meta_conversions.join_matches(url, kept, '&')], '?') }}
        when {{ page }} like '%@%' or {{ page }} like '%!%40%' escape '!' or {{ page }} like '%!%2540%' escape '!'
            then {{ site }}
        else {{ meta_conversions.join_present([page, meta_conversions.join_matches(spoken, kept, '&')], '?') }}
    end
{%- endmacro %}
