{#
    Values of raw tables as numbers, times and yes or no. What cannot be read is null, so that one bad row stops no other;
    what was given and not read is named in the column `unreadable` of raw_rows. `group` is what type_group calls the
    column's type, none where it is not known.
#}


{#
    Money, and quantities, as decimal(18, 4): text with a decimal point and nothing else but blanks at its ends. `1.013,50`
    has two readings, and gets none. NaN, infinity, and a trillion or more, which is a slip and would burst the sums of a
    day, are null.
#}
{% macro as_money(given, group=none) -%}
    {%- if group in ('whole', 'exact', 'inexact') -%}
        case when {{ given }} > -1000000000000 and {{ given }} < 1000000000000 then cast({{ given }} as decimal(18, 4)) end
    {%- else -%}
        {{ meta_conversions.money_of_text(meta_conversions.bare('cast(' ~ given ~ ' as varchar)')) }}
    {%- endif -%}
{%- endmacro %}


{# How a number is written in text: the exponent has at most two digits, as no engine's numbers go on for ever. #}
{% macro number_pattern() %}{{ return('[+-]?(?:0*[0-9]{1,14}(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,2})?') }}{% endmacro %}


{% macro money_of_text(text) %}{{ adapter.dispatch('money_of_text', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__money_of_text(text) -%}
    {%- set number = "try_cast(" ~ text ~ " as decimal(18, 4))" -%}
    case when {{ meta_conversions.fits_wholly(text, meta_conversions.number_pattern()) }} and abs({{ number }}) < 1000000000000 then {{ number }} end
{%- endmacro %}

{% macro postgres__money_of_text(text) -%}
    {%- set number = "round(cast(" ~ text ~ " as numeric), 4)" -%}
    case when {{ meta_conversions.fits_wholly(text, meta_conversions.number_pattern()) }} then case when abs({{ number }}) < 1000000000000 then cast({{ number }} as decimal(18, 4)) end end
{%- endmacro %}


{# Whether a value was given, more than blanks. #}
{% macro is_given(given, group=none) -%}
    {%- if group in (none, 'text') -%} nullif({{ meta_conversions.bare('cast(' ~ given ~ ' as varchar)') }}, '') is not null
    {%- else -%} {{ given }} is not null
    {%- endif -%}
{%- endmacro %}


{# Whether an order was a test: a word that is neither yes nor no counts as one, for what was sent cannot be taken back. #}
{% macro as_is_test(given, group=none) -%}
    {%- if group == 'boolean' -%} {{ given }}
    {%- else -%}
    case
        when {{ given }} is null then null
        when lower({{ meta_conversions.bare('cast(' ~ given ~ ' as varchar)') }}) in ('', 'null', 'none') then false
        else not {{ meta_conversions.is_word_for('cast(' ~ given ~ ' as varchar)', 'no') }}
    end
    {%- endif -%}
{%- endmacro %}


{#
    A time as UTC without zone, whatever the zone of the session: a time with a zone is that moment, one without is UTC as
    it stands, a date is its midnight, a text is ISO 8601 with or without an offset. Infinity and years that no calendar of
    a shop has are null: no engine reckons with them.
#}
{% macro as_time(given, type=none) -%}
    {%- set moment = meta_conversions.utc_time(given, type) -%}
    {%- if type is not none and meta_conversions.type_group(type) == 'text' -%} {{ moment }}
    {%- else -%}
    case when {{ moment }} >= cast('1900-01-01' as timestamp) and {{ moment }} < cast('9000-01-01' as timestamp) then {{ moment }} end
    {%- endif -%}
{%- endmacro %}


{% macro utc_time(given, type) -%}
    {%- if type is none -%} {{ meta_conversions.time_of_any_type(given) }}
    {%- elif '_ns' in type -%} {{ meta_conversions.nanoseconds_cut(given) }}
    {%- elif meta_conversions.has_zone(type) -%} {{ meta_conversions.without_zone(given) }}
    {%- elif meta_conversions.type_group(type) == 'text' -%} {{ meta_conversions.time_of_text(given) }}
    {%- else -%} cast({{ given }} as timestamp)
    {%- endif -%}
{%- endmacro %}


{# DuckDB's times of nanoseconds as UTC in microseconds: cut off, where a cast would round up into the next second. #}
{% macro nanoseconds_cut(given) %}make_timestamp(epoch_ns({{ given }}) // 1000){% endmacro %}


{# Whether a type is a time that knows its zone. #}
{% macro has_zone(type) %}{{ return('with time zone' in type or type.startswith(('timestamptz', 'timestamp_tz', 'timestamp_ltz'))) }}{% endmacro %}


{# A time with a zone as UTC without one, whatever the zone of the session. #}
{% macro without_zone(moment) %}{{ adapter.dispatch('without_zone', 'meta_conversions')(moment) }}{% endmacro %}

{% macro default__without_zone(moment) %}({{ moment }} at time zone 'UTC'){% endmacro %}

{% macro snowflake__without_zone(moment) %}cast(convert_timezone('UTC', {{ moment }}) as timestamp_ntz){% endmacro %}


{# The same of a column whose type only the warehouse knows, as in the models of another project. #}
{% macro time_of_any_type(given) %}{{ adapter.dispatch('time_of_any_type', 'meta_conversions')(given) }}{% endmacro %}

{% macro default__time_of_any_type(given) -%}
    case
        when typeof({{ given }}) = 'TIMESTAMP_NS' then {{ meta_conversions.nanoseconds_cut('try_cast(' ~ given ~ ' as timestamp_ns)') }}
        when typeof({{ given }}) like 'TIMESTAMP%Z%' then (try_cast({{ given }} as timestamptz) at time zone 'UTC')
        else cast({{ given }} as timestamp)
    end
{%- endmacro %}

{% macro postgres__time_of_any_type(given) -%}
    case when pg_typeof({{ given }}) = cast('timestamptz' as regtype) then (cast({{ given }} as timestamptz) at time zone 'UTC') else cast({{ given }} as timestamp) end
{%- endmacro %}

{#- The stand-in tells no types; there the zone of the session is UTC. -#}
{% macro snowflake__time_of_any_type(given) -%}
    {%- if meta_conversions.is_snowflake_stand_in() -%} cast({{ given }} as timestamp)
    {%- else -%}
    case
        when typeof(to_variant({{ given }})) in ('TIMESTAMP_TZ', 'TIMESTAMP_LTZ')
            then {{ meta_conversions.without_zone('cast(' ~ given ~ ' as timestamp_tz)') }}
        else cast({{ given }} as timestamp_ntz)
    end
    {%- endif -%}
{%- endmacro %}


{# A text of ISO 8601, with a `T` or a blank between day and time, as UTC. Anything else, and a day that no month has, is null. #}
{% macro time_of_text(text) -%}
    {%- set time = '[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?' -%}
    {%- set offset = ' ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)' -%}
    {%- set trimmed = meta_conversions.bare("cast(" ~ text ~ " as varchar)") -%}
    {%- set cut = meta_conversions.replace_matches(trimmed, '([.][0-9]{6})[0-9]+', '\\1') -%}
    {%- set ending = meta_conversions.replace_matches(cut, ' ?(?:Z|UTC|GMT)$', '+00:00') -%}
    {%- set hours = meta_conversions.replace_matches(ending, '(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00') -%}
    {%- set with_offset = meta_conversions.replace_matches(hours, ' ?([+-][0-9]{2}):?([0-9]{2})$', '\\1:\\2') -%}
    {%- set day = meta_conversions.day_pattern() -%}
    case
        when {{ meta_conversions.fits_wholly(trimmed, day ~ '(?:' ~ time ~ ')?') }} then {{ meta_conversions.local_time(cut) }}
        when {{ meta_conversions.fits_wholly(trimmed, day ~ time ~ offset) }} then {{ meta_conversions.zoned_time(with_offset) }}
    end
{%- endmacro %}


{# Year, month and day that the calendar has from 1900 to 8999, the 29th of February in leap years only. #}
{% macro day_pattern() -%}
    {%- set of_any_year = '(?:19|[2-8][0-9])[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' -%}
    {%- set of_a_leap_year = '(?:(?:19|[2-8][0-9])(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[357][26])00)-02-29' -%}
    {{ return('(?:' ~ of_any_year ~ '|' ~ of_a_leap_year ~ ')') }}
{%- endmacro %}


{% macro local_time(text) %}{{ adapter.dispatch('local_time', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__local_time(text) %}try_cast({{ text }} as timestamp){% endmacro %}

{% macro postgres__local_time(text) %}cast({{ text }} as timestamp){% endmacro %}

{% macro snowflake__local_time(text) %}try_to_timestamp_ntz({{ text }}){% endmacro %}


{% macro zoned_time(text) %}{{ adapter.dispatch('zoned_time', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__zoned_time(text) %}(try_cast({{ text }} as timestamptz) at time zone 'UTC'){% endmacro %}

{% macro postgres__zoned_time(text) %}(cast({{ text }} as timestamptz) at time zone 'UTC'){% endmacro %}

{% macro snowflake__zoned_time(text) %}{{ meta_conversions.without_zone('try_to_timestamp_tz(' ~ text ~ ')') }}{% endmacro %}


{#
    An id as text, without blanks at its ends: the order of one table is the order of another, and its event that of the pixel.
    A number without a scale of its own, PostgreSQL's numeric, loses the zeros behind its point: 1001.0 is nobody's id.
#}
{% macro as_id(given, type=none) -%}
    {%- if type == 'numeric' -%} cast(trim_scale({{ given }}) as varchar)
    {%- elif type is none or meta_conversions.type_group(type) == 'text' -%} {{ meta_conversions.bare('cast(' ~ given ~ ' as varchar)') }}
    {%- else -%} cast({{ given }} as varchar)
    {%- endif -%}
{%- endmacro %}


{# A word as text. A time with a zone is told in UTC, whatever the zone of the session. #}
{% macro as_word(given, type=none) -%}
    {%- if type is not none and meta_conversions.has_zone(type) -%} cast({{ meta_conversions.without_zone(given) }} as varchar)
    {%- else -%} cast({{ given }} as varchar)
    {%- endif -%}
{%- endmacro %}


{# JSON as text: a type of the engine's own (json, variant, a list, a struct) is written as JSON, a text is taken for it. #}
{% macro as_json(given, group=none) -%}
    {%- if group == 'other' -%} {{ adapter.dispatch('written_as_json', 'meta_conversions')(given) }}
    {%- else -%} cast({{ given }} as varchar)
    {%- endif -%}
{%- endmacro %}

{% macro default__written_as_json(given) %}cast(to_json({{ given }}) as varchar){% endmacro %}

{% macro snowflake__written_as_json(given) %}to_json({{ given }}){% endmacro %}
