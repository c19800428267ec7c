{#
    Meta's code of a US state whose people get limited data use (docs/meta-api.md §2.3), null for any other. `code` is the
    one that state_names has for the us_state_key. What was given and is no state that we know may be any of them: 0, for
    which Meta looks up itself where the person is.
#}
{% macro limited_data_use_state(us_state, code) -%}
    {%- set codes = {
        'CA': 1000, 'CO': 1001, 'CT': 1002, 'FL': 1003, 'OR': 1004, 'TX': 1005, 'MT': 1006,
        'DE': 1007, 'NE': 1008, 'NH': 1009, 'NJ': 1010, 'MN': 1011, 'MD': 1012, 'RI': 1013,
    } -%}
    {%- if var('meta_conversions_limited_data_use_states') -%}
    case
        {%- for state, number in codes.items() if state in var('meta_conversions_limited_data_use_states') %}
        when {{ code }} = '{{ state | lower }}' then {{ number }}
        {%- endfor %}
        when {{ meta_conversions.is_unknown_state(us_state, code) }} then 0
    end
    {%- else -%} cast(null as integer)
    {%- endif -%}
{%- endmacro %}


{# How state_names spells a US state, of the ways in which people write it: CA, ca., California, US-CA. #}
{% macro us_state_key(us_state) -%}
    case
        when {{ meta_conversions.fits_wholly(us_state, '[A-Za-z]{2}') }} then lower({{ us_state }})
        else {{ meta_conversions.place_key(us_state) }}
    end
{%- endmacro %}


{% macro is_unknown_state(us_state, code) %}(nullif(trim({{ us_state }}), '') is not null and {{ code }} is null){% endmacro %}


{% macro us_state_dropped(us_state, code) %}case when {{ meta_conversions.is_unknown_state(us_state, code) }} then 'us_state_invalid' end{% endmacro %}
