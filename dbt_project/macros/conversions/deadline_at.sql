{#
    The moment after which sending makes no sense: Meta takes events of 7 days (62 for physical_store), and drops a
    second copy of a web event for 48 hours after the pixel's. An hour is kept in hand of each.
#}
{% macro deadline_at() -%}
    case
        when action_source = 'physical_store' then {{ plus_hours('event_time', 62 * 24 - 1) }}
        when action_source = 'website' then least(
            {{ plus_hours('event_time', 7 * 24 - 1) }},
            {%- if var('pixel_log_in_warehouse') %}
            coalesce({{ plus_hours('pixel_event_time', 47) }}, {{ plus_hours('event_time', 7 * 24 - 1) }})
            {%- else %}
            {{ plus_hours('event_time', var('web_max_age_hours')) }}
            {%- endif %}
        )
        else {{ plus_hours('event_time', 7 * 24 - 1) }}
    end
{%- endmacro %}
