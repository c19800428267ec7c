{# Whole Unix seconds of a UTC timestamp without zone. #}
{% macro epoch_seconds(moment) %}{{ adapter.dispatch('epoch_seconds', 'meta_conversions')(moment) }}{% endmacro %}

{% macro default__epoch_seconds(moment) %}(epoch_us({{ moment }}) // 1000000){% endmacro %}

{% macro postgres__epoch_seconds(moment) %}cast(floor(extract(epoch from {{ moment }})) as bigint){% endmacro %}

{% macro snowflake__epoch_seconds(moment) %}date_part(epoch_second, date_trunc('second', {{ moment }})){% endmacro %}


{# A timestamp moved by whole hours; negative hours go back. #}
{% macro plus_hours(moment, hours) %}{{ adapter.dispatch('plus_hours', 'meta_conversions')(moment, hours) }}{% endmacro %}

{% macro default__plus_hours(moment, hours) %}({{ moment }} + interval '{{ hours }} hours'){% endmacro %}

{% macro snowflake__plus_hours(moment, hours) %}dateadd(hour, {{ hours }}, {{ moment }}){% endmacro %}


{# The same by whole seconds. #}
{% macro plus_seconds(moment, seconds) %}{{ adapter.dispatch('plus_seconds', 'meta_conversions')(moment, seconds) }}{% endmacro %}

{% macro default__plus_seconds(moment, seconds) %}({{ moment }} + interval '{{ seconds }} seconds'){% endmacro %}

{% macro snowflake__plus_seconds(moment, seconds) %}dateadd(second, {{ seconds }}, {{ moment }}){% endmacro %}


{# The engine's clock as a UTC timestamp without zone. No rule of eligibility may read it. #}
{% macro utc_now() %}{{ adapter.dispatch('utc_now', 'meta_conversions')() }}{% endmacro %}

{% macro default__utc_now() %}(now() at time zone 'UTC'){% endmacro %}

{% macro snowflake__utc_now() %}sysdate(){% endmacro %}
