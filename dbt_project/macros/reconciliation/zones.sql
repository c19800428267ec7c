{# What the clocks of a zone showed, as UTC. The zone is an SQL expression of its IANA name; of the hour that autumn
   repeats the engine takes one. #}
{% macro utc_of_zone(moment, zone) %}{{ adapter.dispatch('utc_of_zone', 'meta_conversions')(moment, zone) }}{% endmacro %}

{% macro default__utc_of_zone(moment, zone) -%}
    (({{ moment }} at time zone {{ zone }}) at time zone 'UTC')
{%- endmacro %}

{% macro snowflake__utc_of_zone(moment, zone) %}convert_timezone({{ zone }}, 'UTC', {{ moment }}){% endmacro %}


{# A UTC moment as the clocks of a zone showed it. #}
{% macro zone_of_utc(moment, zone) %}{{ adapter.dispatch('zone_of_utc', 'meta_conversions')(moment, zone) }}{% endmacro %}

{% macro default__zone_of_utc(moment, zone) -%}
    (({{ moment }} at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}

{% macro snowflake__zone_of_utc(moment, zone) %}convert_timezone('UTC', {{ zone }}, {{ moment }}){% endmacro %}
