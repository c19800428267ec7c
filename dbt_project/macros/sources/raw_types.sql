{# The names of a kind's columns. #}
{% macro raw_columns(kind) -%}
    {%- set names = [] -%}
    {%- for line in meta_conversions.raw_shape(kind).split(', ') -%} {%- do names.append(line.split()[0]) -%} {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}


{# The same without those that may be missing. #}
{% macro required_columns(kind) -%}
    {%- set names = [] -%}
    {%- for line in meta_conversions.raw_shape(kind).split(', ') if not line.endswith('optional') -%} {%- do names.append(line.split()[0]) -%} {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}


{# The types of a relation's columns, by name, both in lower case. #}
{% macro column_types(relation) -%}
    {%- set found = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.update({column.name | lower: column.data_type | lower}) -%}
    {%- endfor -%}
    {#- dbt-postgres does not look into materialized views -#}
    {{ return(found or meta_conversions.columns_standing_in(relation.database, relation.schema).get(meta_conversions.name_by_case(relation.identifier), {})) }}
{%- endmacro %}


{#
    The columns of a kind whose type is not what the shape says: what to write instead, and whether it stops a build. Any
    other type is read: text that holds no number makes its own row ineligible and no other.
#}
{% macro wrong_types(kind, found) -%}
    {%- set fine = {
        'id': ['text', 'whole'], 'word': ['text', 'whole', 'boolean', 'date', 'timestamp'], 'time': ['timestamp', 'text'],
        'money': ['whole', 'exact', 'text'], 'count': ['whole', 'exact', 'text'], 'ordinal': ['whole', 'exact', 'text'], 'boolean': ['boolean', 'text', 'whole'],
        'json': ['text', 'other'],
    } -%}
    {%- set stops = {
        'id': ['exact', 'inexact'], 'word': [], 'time': ['whole', 'exact', 'inexact', 'boolean', 'other'],
        'money': ['boolean', 'date', 'timestamp', 'other'], 'count': ['boolean', 'date', 'timestamp', 'other'], 'ordinal': [], 'boolean': [],
        'json': [],
    } -%}
    {%- set wrong = [] -%}
    {%- for line in meta_conversions.raw_shape(kind).split(', ') -%}
        {%- set name, holds = line.split()[:2] -%}
        {%- set group = meta_conversions.type_group(found[name]) if name in found -%}
        {%- if group and group not in fine[holds] -%}
            {%- do wrong.append({
                'column': name, 'type': found[name], 'holds': holds, 'cast': meta_conversions.cast_of(name, holds, group),
                'stops_build': group in stops[holds],
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(wrong) }}
{%- endmacro %}


{# What a type of any engine is: text, whole, exact, inexact, boolean, date, timestamp or other. #}
{% macro type_group(type) -%}
    {%- set words = {
        'text': ['varchar', 'character varying', 'char', 'character', 'bpchar', 'text', 'string', 'uuid', 'enum', 'user-defined', 'citext', 'name', '"null"', 'null'],
        'whole': ['tinyint', 'smallint', 'int', 'integer', 'bigint', 'hugeint', 'utinyint', 'usmallint', 'uinteger', 'ubigint',
            'uhugeint', 'int2', 'int4', 'int8', 'numeric', 'decimal', 'number'],
        'inexact': ['float', 'float4', 'float8', 'real', 'double', 'double precision'],
        'boolean': ['boolean', 'bool'],
        'date': ['date'],
    } -%}
    {%- set bare = type.split('(')[0].strip() -%}
    {%- if type.endswith(']') -%} {{ return('other') }} {%- endif -%}
    {%- if modules.re.match('(decimal|numeric|number)\\([0-9]+, *[1-9]', type) -%} {{ return('exact') }} {%- endif -%}
    {%- if bare.startswith('timestamp') or bare == 'datetime' -%} {{ return('timestamp') }} {%- endif -%}
    {%- for group, names in words.items() if bare in names -%} {{ return(group) }} {%- endfor -%}
    {{ return('other') }}
{%- endmacro %}


{# What a view in front of a column writes, so that it holds what it should. Numbers as times are taken for Unix seconds. #}
{% macro cast_of(name, holds, group) -%}
    {%- set types = {'id': 'varchar', 'word': 'varchar', 'time': 'timestamp', 'money': 'decimal(18, 4)', 'count': 'integer', 'ordinal': 'integer', 'json': 'varchar'} -%}
    {%- if holds == 'id' and group in ('exact', 'inexact') -%}
        {{ return('cast(' ~ name ~ ' as bigint)') }}
    {%- elif holds == 'time' and group in ('whole', 'exact', 'inexact') -%}
        {{ return(meta_conversions.from_epoch_seconds(name)) }}
    {%- endif -%}
    {{ return('cast(' ~ name ~ ' as ' ~ types.get(holds, holds) ~ ')') }}
{%- endmacro %}


{# Unix seconds as a UTC timestamp without zone. #}
{% macro from_epoch_seconds(seconds) %}{{ return(adapter.dispatch('from_epoch_seconds', 'meta_conversions')(seconds)) }}{% endmacro %}

{% macro default__from_epoch_seconds(seconds) %}{{ return("to_timestamp(" ~ seconds ~ ") at time zone 'UTC'") }}{% endmacro %}

{% macro snowflake__from_epoch_seconds(seconds) %}{{ return("to_timestamp_ntz(" ~ seconds ~ ")") }}{% endmacro %}
