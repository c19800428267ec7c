{#
    The rows of a kind of raw table, each column as raw_shapes says. A kind that is declared absent has the columns and no
    row, and no table is read. A declared one that is not there, or whose ids are floats, stops the build in its own words.
#}
{% macro raw_rows(kind) -%}
    {%- set is_here = meta_conversions.has_kind(kind) -%}
    {{ meta_conversions.shaped_rows(kind, is_here, meta_conversions.raw_types(kind) if is_here else {}) }}
{%- endmacro %}


{#
    The table of a kind: a model of the project that installs this package, where the var meta_conversions_models names
    one, so that dbt builds it first; else a source.
#}
{% macro raw_table(kind) -%}
    {%- set models = var('meta_conversions_models') -%}
    {{ return(ref(project_name, models[kind]) if kind in models else source('meta_conversions_' ~ kind, kind)) }}
{%- endmacro %}


{# The same, of a table whose types are known. #}
{% macro shaped_rows(kind, is_here, found) -%}
    {%- set types = {'id': 'varchar', 'word': 'varchar', 'time': 'timestamp', 'money': 'decimal(18, 4)'} -%}
    select
    {%- for line in meta_conversions.raw_shape(kind).split(', ') -%}
        {%- set name, holds = line.split() -%}
        {%- set comma = ',' if not loop.last %}
        {%- if not is_here %}
        cast(null as {{ types.get(holds, holds) }}) as {{ name }}{{ comma }}
        {%- elif holds in ('id', 'word') %}
        cast({{ name }} as varchar) as {{ name }}{{ comma }}
        {%- elif holds == 'time' and name in found and meta_conversions.has_zone(found[name]) %}
        {{ meta_conversions.without_zone(name) }} as {{ name }}{{ comma }}
        {%- else %}
        {{ name }}{{ comma }}
        {%- endif %}
    {%- endfor %}
    {%- if is_here %}
    from {{ meta_conversions.raw_table(kind) }}
    {%- else %}
    where 1 = 0
    {%- endif %}
{%- endmacro %}


{# The types of a raw table's columns by their names in lower case, looked up when a model is built, else none. #}
{% macro raw_types(kind) -%}
    {%- set found = {} -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set table = meta_conversions.raw_table(kind) -%}
        {%- set relation = adapter.get_relation(table.database, table.schema, table.identifier) -%}
        {%- if relation is none -%}
            {%- do exceptions.raise_compiler_error(
                "There is no table " ~ table.schema ~ "." ~ table.identifier ~ ", which is to hold the " ~ kind
                ~ ". Load it; or, if it is a model of your project, name that, so that it is built first: meta_conversions_models: {"
                ~ kind ~ ": your_model}; or name the table: meta_conversions_tables: {" ~ kind ~ ": schema.table} (meta_conversions_raw_schema is "
                ~ "the schema of a name without one); or say that you have none: meta_conversions_absent_kinds: [" ~ kind ~ "]."
            ) -%}
        {%- endif -%}
        {%- do found.update(meta_conversions.column_types(relation)) -%}
        {%- do meta_conversions.check_raw_columns(kind, relation, found) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# Stops at columns that a raw table lacks, and at ids that are not whole numbers or text. #}
{% macro check_raw_columns(kind, relation, found) -%}
    {%- set lacking = [] -%}
    {%- for line in meta_conversions.raw_shape(kind).split(', ') -%}
        {%- set name, holds = line.split() -%}
        {%- if name not in found -%}
            {%- do lacking.append(name) -%}
        {%- elif holds == 'id' and meta_conversions.type_group(found[name]) in ('exact', 'inexact') -%}
            {%- do exceptions.raise_compiler_error(
                relation.schema ~ "." ~ relation.identifier ~ "." ~ name ~ " is " ~ found[name] ~ ": an id with a decimal point is "
                ~ "not exact, and as text it may read 1001.0, which is no id that anybody else sends. Load it as text or as a "
                ~ "whole number (cast(" ~ name ~ " as bigint) in a view, if all of them are below 2^53)."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if lacking -%}
        {%- do exceptions.raise_compiler_error(
            relation.schema ~ "." ~ relation.identifier ~ " lacks the column " ~ lacking | join(', ') ~ ". A table of the " ~ kind
            ~ " has " ~ modules.re.sub(' [a-z]+(, |$)', '\\1', meta_conversions.raw_shape(kind))
            ~ "; what you do not know is null: put a view in front of it."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{# Whether a type is a time that knows its zone. #}
{% macro has_zone(type) %}{{ return('with time zone' in type or type in ('timestamptz', 'timestamp_tz', 'timestamp_ltz')) }}{% endmacro %}


{# A time with a zone as UTC without one, whatever the zone of the session. #}
{% macro without_zone(moment) %}{{ adapter.dispatch('without_zone', 'meta_conversions')(moment) }}{% endmacro %}

{% macro default__without_zone(moment) %}({{ moment }} at time zone 'UTC'){% endmacro %}

{% macro snowflake__without_zone(moment) %}cast(convert_timezone('UTC', {{ moment }}) as timestamp_ntz){% endmacro %}


{# A consent as a word: booleans are understood, other words stay as they are, in lower case; blank is null. #}
{% macro consent_word(text) -%}
    case lower(trim({{ text }}))
        when 'true' then 'granted'
        when 'false' then 'denied'
        when '' then null
        else lower(trim({{ text }}))
    end
{%- endmacro %}
