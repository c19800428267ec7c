{# Meta's code of a US state whose people get limited data use (docs/meta-api.md §2.3), null for any other. #}
{% macro limited_data_use_state(us_state) -%}
    {%- set codes = {
        'CA': 1000, 'CO': 1001, 'CT': 1002, 'FL': 1003, 'OR': 1004, 'TX': 1005, 'MT': 1006,
        'DE': 1007, 'NE': 1008, 'NH': 1009, 'NJ': 1010, 'MN': 1011, 'MD': 1012, 'RI': 1013,
    } -%}
    case upper(trim({{ us_state }}))
        {%- for state, code in codes.items() if state in var('meta_conversions_limited_data_use_states') %}
        when '{{ state }}' then {{ code }}
        {%- endfor %}
        when '' then null
    end
{%- endmacro %}
