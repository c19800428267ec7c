{#
    The moment after which sending makes no sense: Meta takes events of 7 days (62 for physical_store), and drops a
    second copy of a web event for 48 hours after the pixel's. An hour is kept in hand of each (docs/meta-api.md §5.3).
#}
{% macro deadline_at() -%}
    case
        when action_source = 'physical_store' then {{ meta_conversions.plus_hours('event_time', meta_conversions.span('store_deadline_hours')) }}
        when action_source = 'website' then least(
            {{ meta_conversions.plus_hours('event_time', meta_conversions.span('deadline_hours')) }},
            {%- if meta_conversions.has_kind('pixel_events') %}
            coalesce({{ meta_conversions.plus_hours('pixel_event_time', meta_conversions.span('resend_hours')) }}, {{ meta_conversions.plus_hours('event_time', meta_conversions.span('deadline_hours')) }})
            {%- else %}
            {{ meta_conversions.plus_hours('event_time', var('meta_conversions_web_max_age_hours')) }}
            {%- endif %}
        )
        else {{ meta_conversions.plus_hours('event_time', meta_conversions.span('deadline_hours')) }}
    end
{%- endmacro %}
