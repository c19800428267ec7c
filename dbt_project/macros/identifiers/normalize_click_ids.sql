{#
    What Meta's parameter builder puts after a value it made: eight characters, or one of the old two-letter signs
    (docs/meta-api.md §3.4).
#}
{% macro builder_appendix() %}{{ return("(?:[.]" ~ meta_conversions.builder_sign() ~ ")?") }}{% endmacro %}

{% macro builder_sign() %}{{ return("(?:[A-Za-z0-9_-]{8}|AQ|Ag|Aw|BA|BQ|Bg)") }}{% endmacro %}


{# The browser's id cookie (`fb.<level of its domain>.<ms>.<digits>`) as it is, or null. `text` is what the source has. #}
{% macro normalize_fbp(text) -%}
    {{ meta_conversions.first_match(meta_conversions.trimmed(text), '^(fb[.][0-9]+[.][0-9]{13}[.][0-9]+' ~ meta_conversions.builder_appendix() ~ ')$') }}
{%- endmacro %}


{#
    The click id (docs/meta-api.md §3.2). `given` is the source's own fbc, which passes as it is if it is good;
    otherwise it is built from the first fbclid of the landing URL's query and the time it was first seen. Case is
    kept. Good means: its time is in milliseconds, not in the future and at most 90 days before the event, and its click id
    is one. The two times are UTC timestamps.
#}
{% macro normalize_fbc(given, landing_url, first_seen, event_time) -%}
    {%- set shape = '^(fb[.][0-9]+[.][0-9]{13}[.][A-Za-z0-9_-]+' ~ meta_conversions.builder_appendix() ~ ')$' -%}
    {%- set given = meta_conversions.first_match(meta_conversions.trimmed(given), shape) -%}
    {%- set given_at = meta_conversions.click_time(given) -%}
    {%- set seen_at = meta_conversions.epoch_milliseconds(first_seen) -%}
    {#- behind a URL too: what the parameter builder puts there is no part of the click id -#}
    {%- set slash = '(?:/|%2[fF])' -%}
    {%- set behind = '[.]' ~ meta_conversions.builder_sign() ~ slash ~ '*$|' ~ slash ~ '+$' -%}
    {%- set click_id = meta_conversions.without_matches(meta_conversions.first_click_id("replace(" ~ landing_url ~ ", '&amp;', '&')"), behind) -%}
    {%- set given_click = meta_conversions.first_match(given, '^fb[.][0-9]+[.][0-9]+[.]([A-Za-z0-9_-]+)') -%}
    case
        when {{ meta_conversions.is_click_time(given_at, event_time) }} and {{ meta_conversions.is_click_id(given_click) }} then {{ given }}
        when {{ meta_conversions.is_click_time(seen_at, event_time) }} and {{ meta_conversions.is_click_id(click_id) }}
            then 'fb.1.' || cast({{ seen_at }} as varchar) || '.' || {{ click_id }}
    end
{%- endmacro %}


{# Whether a text can be a click id: some letter, and no word that scripts and exports write where there is none. #}
{% macro is_click_id(text) -%}
    (
        {{ meta_conversions.fits_wholly(text, '[A-Za-z0-9_-]*[A-Za-z][A-Za-z0-9_-]*') }}
        and lower({{ text }}) not in ('undefined', 'null', 'none', 'nil', 'na', 'n-a', 'nan', 'unknown', 'true', 'false', 'test', 'not_set', 'fbclid')
    )
{%- endmacro %}


{#
    The same of a click id alone: a bare fbclid with the moment it was first seen, with its name before it or not, a whole URL
    that has one, or a whole fbc.
#}
{% macro fbc_of_click(click, first_seen, event_time) -%}
    {%- set text = meta_conversions.trimmed(click) -%}
    {%- set url = "case when " ~ text ~ " like '%?%' then " ~ text ~ " else '?fbclid=' || " ~ meta_conversions.without_matches(text, '^&?fbclid=') ~ " end" -%}
    {{ meta_conversions.normalize_fbc(click, url, first_seen, event_time) }}
{%- endmacro %}


{#
    The click id of a session as far as one of its events may carry it: a session is looked at once, for all its events, and
    may have begun long before one of them.
#}
{% macro fbc_of_event(fbc, event_time) -%}
    case when {{ meta_conversions.is_click_time(meta_conversions.click_time(fbc), event_time) }} then {{ fbc }} end
{%- endmacro %}


{# When the click was first seen, in milliseconds: what a well-formed fbc says of itself. #}
{% macro click_time(fbc) %}cast({{ meta_conversions.first_match(fbc, '^fb[.][0-9]+[.]([0-9]{13})') }} as bigint){% endmacro %}


{# The first fbclid of a URL's query. #}
{% macro first_click_id(url) %}{{ adapter.dispatch('first_click_id', 'meta_conversions')(url) }}{% endmacro %}

{% macro default__first_click_id(url) %}{{ meta_conversions.first_match(url, '^[^?#]*[?](?:[^#]*?&)??fbclid=([^&#]*)') }}{% endmacro %}

{#- PostgreSQL prefers the longest match, which would end with the last one. -#}
{% macro postgres__first_click_id(url) -%}
    {{ meta_conversions.first_match("'&' || " ~ meta_conversions.first_match(url, '^[^?#]*[?]([^#]*)'), '&fbclid=([^&]*)') }}
{%- endmacro %}


{% macro is_click_time(milliseconds, event_time) -%}
    (
        {{ milliseconds }} >= {{ meta_conversions.epoch_milliseconds(event_time) }} - cast(90 as bigint) * 24 * 3600 * 1000
        {#- a day of slack for clocks; not compared with now, so that a payload never changes by waiting #}
        and {{ milliseconds }} <= {{ meta_conversions.epoch_milliseconds(event_time) }} + cast(24 as bigint) * 3600 * 1000
    )
{%- endmacro %}


{# Whole Unix milliseconds of a UTC timestamp without zone. #}
{% macro epoch_milliseconds(moment) %}{{ adapter.dispatch('epoch_milliseconds', 'meta_conversions')(moment) }}{% endmacro %}

{#- Cut beforehand: DuckDB rounds. -#}
{% macro default__epoch_milliseconds(moment) %}epoch_ms(date_trunc('millisecond', {{ moment }})){% endmacro %}

{% macro postgres__epoch_milliseconds(moment) %}cast(floor(extract(epoch from {{ moment }}) * 1000) as bigint){% endmacro %}

{#- Cut beforehand: whether date_part cuts or rounds is not written. -#}
{% macro snowflake__epoch_milliseconds(moment) -%}
    date_part(epoch_millisecond, date_trunc('millisecond', {{ moment }}))
{%- endmacro %}


{# Meta's id of a lead: 15 to 17 digits, the first not 0, as text, since a float would lose the last ones. `text` is what the source has. #}
{% macro normalize_lead_id(text) -%}
    {{ meta_conversions.first_match(meta_conversions.trimmed('cast(' ~ text ~ ' as varchar)'), '^(?:[lL]:)?([1-9][0-9]{14,16})$') }}
{%- endmacro %}


{# The browser's own words, trimmed. `text` is what the source has. #}
{% macro normalize_client_user_agent(text) %}{{ meta_conversions.trimmed(text) }}{% endmacro %}
