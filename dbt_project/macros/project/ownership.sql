{#
    Nothing of others is replaced. Every relation of this package carries a comment that ends with its mark; before a model
    or seed is built, a relation that already stands in its place must carry it. A comment goes with the relation through
    renames, clones and restores, and a person who wonders whose table this is can read it.
    The looks are kept in `graph`, which lasts as long as the invocation: one statement a schema.
#}
{% macro ownership_mark() %}{{ return('[made by the dbt package meta_conversions]') }}{% endmacro %}


{# A pre-hook of every model and seed: stops the build if a relation that is not ours already has its name. #}
{% macro refuse_to_replace_others() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'seed'] and not meta_conversions.is_snowflake_stand_in() -%}
        {%- set standing = adapter.get_relation(this.database, this.schema, this.identifier) -%}
        {%- if standing is not none and not meta_conversions.is_ours(standing) -%}
            {%- do exceptions.raise_compiler_error(
                standing ~ " was not made by the dbt package meta_conversions, which would replace it with its own "
                ~ model.name ~ ". Rename or move that relation, or give this package schemas of its own "
                ~ "(models: meta_conversions: +schema in your dbt_project.yml). If it is an old relation of this package "
                ~ "that has lost its comment, name it: --vars '{meta_conversions_replace: [" ~ model.name ~ "]}'."
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# A post-hook of every model and seed: the first sentence of its description, and the mark. #}
{% macro mark_as_ours() -%}
    {%- if not meta_conversions.is_snowflake_stand_in() -%}
    {%- set sentence = ((model.description or model.name) | replace('\n', ' ') | trim).split('. ')[0] | replace("'", "''") -%}
    {%- set kind = 'view' if config.get('materialized') == 'view' else 'table' -%}
    comment on {{ kind }} {{ this }} is '{{ sentence }} {{ meta_conversions.ownership_mark() }}'
    {%- endif -%}
{%- endmacro %}


{#
    Whether a relation that stands is ours: it carries the mark, or a person has named it. Version 0.1.0 left no mark: its
    relations are known by their columns, all of those that the model's yaml names.
#}
{% macro is_ours(standing) -%}
    {%- if model.name in var('meta_conversions_replace') -%} {{ return(true) }} {%- endif -%}
    {%- set comment = meta_conversions.comments_in(standing).get(standing.identifier | lower) or '' -%}
    {%- if meta_conversions.ownership_mark() in comment -%} {{ return(true) }} {%- endif -%}
    {%- set there = adapter.get_columns_in_relation(standing) | map(attribute='name') | map('lower') | list -%}
    {%- set named = model.columns.keys() | map('lower') | list -%}
    {%- set missing = named | reject('in', there) | list -%}
    {{ return(not missing and (named | length >= 5 or named | length == there | length)) }}
{%- endmacro %}


{# The comments of the relations in a schema, by name in lower case. #}
{% macro comments_in(relation) -%}
    {%- set known = graph.setdefault('meta_conversions_comments', {}) -%}
    {%- set schema = (relation.database ~ '.' ~ relation.schema) | lower -%}
    {%- if schema not in known -%}
        {%- set found = {} -%}
        {%- for row in run_query(meta_conversions.comments_sql(relation)).rows -%}
            {%- do found.update({row[0] | lower: row[1]}) -%}
        {%- endfor -%}
        {%- do known.update({schema: found}) -%}
    {%- endif -%}
    {{ return(known[schema]) }}
{%- endmacro %}


{% macro comments_sql(relation) %}{{ return(adapter.dispatch('comments_sql', 'meta_conversions')(relation)) }}{% endmacro %}


{% macro default__comments_sql(relation) -%}
    select view_name as name, comment
    from duckdb_views()
    where lower(database_name) = lower('{{ relation.database }}') and lower(schema_name) = lower('{{ relation.schema }}')
    union all
    select table_name as name, comment
    from duckdb_tables()
    where lower(database_name) = lower('{{ relation.database }}') and lower(schema_name) = lower('{{ relation.schema }}')
{%- endmacro %}


{% macro postgres__comments_sql(relation) -%}
    select relations.relname as name, obj_description(relations.oid, 'pg_class') as comment
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as schemas on relations.relnamespace = schemas.oid
    where lower(schemas.nspname) = lower('{{ relation.schema }}')
{%- endmacro %}


{% macro snowflake__comments_sql(relation) -%}
    select table_name as name, comment
    from {{ relation.database }}.information_schema.tables
    where upper(table_schema) = upper('{{ relation.schema }}')
{%- endmacro %}
