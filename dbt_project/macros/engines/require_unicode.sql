{#
    Run before the first model that reads letters: stops the build where the warehouse would normalize letters wrongly, and
    hash them so, or where the session reads this project's texts otherwise than they are written.
#}
{% macro require_unicode() %}{% if execute %}{{ adapter.dispatch('require_unicode', 'meta_conversions')() }}{% endif %}{% endmacro %}

{% macro default__require_unicode() %}{% endmacro %}

{#- What a PostgreSQL database takes for a letter was fixed when it was created. -#}
{% macro postgres__require_unicode() -%}
    {%- set encoding = run_query("select current_setting('server_encoding')").rows[0][0] -%}
    {%- set lowers = "select lower('\u00c9\u0416\u03a9') = '\u00e9\u0436\u03c9'" -%}
    {%- if encoding != 'UTF8' or not run_query(lowers).rows[0][0] -%}
        {%- do exceptions.raise_compiler_error(
            "The PostgreSQL database " ~ target.dbname ~ " (encoding " ~ encoding ~ ") does not know the lower case of "
            ~ "letters outside ASCII, so that names and places would be hashed wrongly. Encoding and locale are fixed when a "
            ~ "database is created: make one with create database ... template template0 encoding 'UTF8' "
            ~ "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C' (PostgreSQL 17 and later), "
            ~ "or locale_provider icu icu_locale 'und' (15 and later)."
        ) -%}
    {%- endif -%}
    {%- set session = run_query("select current_setting('standard_conforming_strings'), current_user, current_database()").rows[0] -%}
    {%- if session[0] != 'on' -%}
        {%- do exceptions.raise_compiler_error(
            "This session of PostgreSQL takes a backslash in a text for an escape, so that patterns would not match and what they "
            ~ "find would be lost without a word. Run: alter role " ~ session[1] ~ " in database " ~ session[2]
            ~ " set standard_conforming_strings = on;"
        ) -%}
    {%- endif -%}
{%- endmacro %}
