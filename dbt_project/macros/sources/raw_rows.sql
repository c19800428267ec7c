{#
    The rows of a kind of raw table, each column as raw_shapes says. A kind that is declared absent has the columns and no
    row, and no table is read. A declared one that is not there, or whose ids are floats, stops the build in its own words.
    `only` is a condition on the table's own columns; where the model that is made reads touched rows only, that is another.
#}
{% macro raw_rows(kind, only=none) -%}
    {%- set is_here = meta_conversions.has_kind(kind) -%}
    {%- set only = meta_conversions.touched_raw_rows(kind) if is_here and not only and meta_conversions.is_restricted() else only -%}
    {{ meta_conversions.shaped_rows(kind, is_here, meta_conversions.raw_types(kind) if is_here else {}, only) }}
{%- endmacro %}


{#
    The table of a kind: a model of the project that installs this package, where the var meta_conversions_models names
    one, so that dbt builds it first; else a source.
#}
{% macro raw_table(kind) -%}
    {%- set models = var('meta_conversions_models') -%}
    {{ return(meta_conversions.ref_of(project_name, models[kind]) if kind in models else source('meta_conversions_' ~ kind, kind)) }}
{%- endmacro %}


{#
    The same, of a table whose types are known. `unreadable` names the columns of numbers and times that were given and
    could not be read, with commas around each.
#}
{% macro shaped_rows(kind, is_here, found, only=none) -%}
    {%- set types = {'id': 'varchar', 'word': 'varchar', 'time': 'timestamp', 'money': 'decimal(18, 4)', 'count': 'decimal(18, 4)', 'ordinal': 'integer', 'json': 'varchar'} -%}
    {%- set unread = [] -%}
    select
    {%- for line in meta_conversions.raw_shape(kind).split(', ') %}
        {%- set name, holds = line.split()[:2] -%}
        {%- set type = found[name] if name in found else none -%}
        {%- set group = meta_conversions.type_group(type) if type else none -%}
        {%- set is_left_out = line.endswith('optional') and name not in found -%}
        {%- set read = meta_conversions.raw_value(name, holds, type, group) -%}
        {#- a blank id is none; the row's own, which stands first, is kept, so that the row has a reason and stops no build -#}
        {%- set read = "nullif(" ~ read ~ ", '')" if holds == 'id' and group in (none, 'text') and not loop.first else read -%}
        {%- if is_here and not is_left_out and holds in ('money', 'count', 'time') and group != 'timestamp' -%}
            {%- do unread.append("case when " ~ meta_conversions.is_given(name, group) ~ " and " ~ read ~ " is null then '," ~ name ~ ",' end") -%}
        {%- endif %}
        {{ read if is_here and not is_left_out else 'cast(null as ' ~ types.get(holds, holds) ~ ')' }} as {{ name }},
    {%- endfor %}
        {{ meta_conversions.join_present(unread, '') if unread else 'cast(null as varchar)' }} as unreadable
    {%- if is_here %}
    from {{ meta_conversions.raw_table(kind) }}
    {%- if only %}
    where {{ only }}
    {%- endif %}
    {%- else %}
    where 1 = 0
    {%- endif %}
{%- endmacro %}


{# A column of a raw table as what it holds. #}
{% macro raw_value(name, holds, type, group) -%}
    {%- if holds == 'id' -%} {{ return(meta_conversions.as_id(name, type)) }}
    {%- elif holds == 'word' -%} {{ return(meta_conversions.as_word(name, type)) }}
    {%- elif holds == 'time' -%} {{ return(meta_conversions.as_time(name, type)) }}
    {%- elif holds in ('money', 'count') -%} {{ return(meta_conversions.as_money(name, group)) }}
    {%- elif holds == 'boolean' -%} {{ return(meta_conversions.as_is_test(name, group)) }}
    {%- elif holds == 'json' -%} {{ return(meta_conversions.as_json(name, group)) }}
    {%- else -%} {{ return(name) }}
    {%- endif -%}
{%- endmacro %}


{# Whether one of some columns (a text of names) was given and could not be read, of the rows of raw_rows. #}
{% macro is_unreadable(columns, unreadable='unreadable') -%}
    ({% for column in columns.split() %}coalesce({{ unreadable }} like '%,{{ column }},%', false){{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}


{# The types of a raw table's columns by their names in lower case, looked up when a model is built, else none. #}
{% macro raw_types(kind) -%}
    {%- set found = {} -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set table = meta_conversions.raw_table(kind) -%}
        {%- do found.update(meta_conversions.types_of(table, is_model=kind in var('meta_conversions_models'))) -%}
        {%- if not found -%}
            {%- set names = meta_conversions.columns_in(table.database, table.schema).keys() | list -%}
            {%- set alike = meta_conversions.in_other_letters([table.identifier], names) -%}
            {%- do exceptions.raise_compiler_error(
                "There is no table " ~ table.schema ~ "." ~ table.identifier ~ ", which is to hold the " ~ kind
                ~ (" (there is " ~ table.schema ~ "." ~ alike | join(', ') ~ ": PostgreSQL tells capitals from small letters)" if alike else "")
                ~ (". There is no schema " ~ table.schema ~ " either, or nothing in it that this role may see" if not names else "")
                ~ ". Load it, or let this role read it; or, if it is a model of your project, name that, so that it is built first: meta_conversions_models: {"
                ~ kind ~ ": your_model}; or name the table: meta_conversions_tables: {" ~ kind ~ ": schema.table} (meta_conversions_raw_schema is "
                ~ "the schema of a name without one); or say that you have none: meta_conversions_absent_kinds: [" ~ kind ~ "]."
            ) -%}
        {%- endif -%}
        {%- do meta_conversions.check_raw_columns(kind, table, found) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{# Those of some names that differ from wanted ones in capitals only. #}
{% macro in_other_letters(wanted, names) -%}
    {%- set alike = [] -%}
    {%- for name in names if name not in wanted and (name | lower) in (wanted | map('lower') | list) -%} {%- do alike.append(name) -%} {%- endfor -%}
    {{ return(alike) }}
{%- endmacro %}


{# Stops at columns that a raw table lacks, and at those of a type that cannot be read, in words that name the column. #}
{% macro check_raw_columns(kind, relation, found) -%}
    {%- set table = relation.schema ~ "." ~ relation.identifier -%}
    {%- for wrong in meta_conversions.wrong_types(kind, found) if wrong.stops_build -%}
        {%- if wrong.holds == 'id' -%}
            {%- do exceptions.raise_compiler_error(
                table ~ "." ~ wrong.column ~ " is " ~ wrong.type ~ ": an id with a decimal point is "
                ~ "not exact, and as text it may read 1001.0, which is no id that anybody else sends. Load it as text or as a "
                ~ "whole number (" ~ wrong.cast ~ " in a view, if all of them are below 2^53)."
            ) -%}
        {%- endif -%}
        {%- do exceptions.raise_compiler_error(
            table ~ "." ~ wrong.column ~ " is " ~ wrong.type ~ ", and is to hold a " ~ wrong.holds ~ ". Load it as that, or put a "
            ~ "view in front of the table with " ~ wrong.cast ~ " as " ~ wrong.column ~ "."
        ) -%}
    {%- endfor -%}
    {%- set lacking = meta_conversions.required_columns(kind) | reject('in', found) | list -%}
    {%- if lacking -%}
        {%- set alike = meta_conversions.in_other_letters(lacking, found) -%}
        {%- do exceptions.raise_compiler_error(
            table ~ " lacks the column " ~ lacking | join(', ')
            ~ (" (it has " ~ alike | join(', ') ~ ": PostgreSQL tells capitals from small letters)" if alike else "")
            ~ ". A table of the " ~ kind ~ " has " ~ meta_conversions.raw_columns(kind) | join(', ')
            ~ "; what you do not know is null: put a view in front of it."
        ) -%}
    {%- endif -%}
{%- endmacro %}
