{#
    Nothing of others is replaced. Every relation of this package carries a comment that ends with its mark; before a model
    or seed is built, a relation that already stands in its place must carry it. A comment goes with the relation through
    renames, clones and restores, and a person who wonders whose table this is can read it.
#}
{% macro ownership_mark() %}{{ return('[made by the dbt package meta_conversions]') }}{% endmacro %}


{# A pre-hook of every model and seed: stops the build if a relation that is not ours already has its name. #}
{% macro refuse_to_replace_others() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'seed'] -%}
        {%- do meta_conversions.refuse_another_materialization(model.name, model.config) -%}
        {%- do meta_conversions.refuse_what_others_made(adapter.get_relation(this.database, this.schema, this.identifier), model) -%}
    {%- endif -%}
{%- endmacro %}


{#
    Stops where the project has a materialization for all its packages: as a plain table, what is brought up to date would keep
    only the rows that are new in a run.
#}
{% macro refuse_another_materialization(name, configured) -%}
    {%- if configured.meta.made_for and not configured.materialized.startswith('meta_conversions_') -%}
        {%- do exceptions.raise_compiler_error(
            name ~ " is to be materialized by the package meta_conversions, and your dbt_project.yml says " ~ configured.materialized
            ~ ". What stands there right under models holds for every package: put it under the name of your own project (models: "
            ~ project_name ~ ": +materialized: " ~ configured.materialized ~ ")."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{# The same for what stands under the name of a node: also before one of our models reads it as its own of the run before. #}
{% macro refuse_what_others_made(standing, node) -%}
    {%- if standing is not none and not meta_conversions.is_snowflake_stand_in() and not meta_conversions.is_ours(standing, node) -%}
        {%- do exceptions.raise_compiler_error(
            standing ~ " was not made by the dbt package meta_conversions, which would replace it with its own "
            ~ node.name ~ ". Rename or move that relation, or give this package schemas of its own "
            ~ "(models: meta_conversions: +schema in your dbt_project.yml). If it is an old relation of this package "
            ~ "that has lost its comment, name it: --vars '{meta_conversions_replace: [" ~ node.name ~ "]}'."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{# A post-hook of every model and seed that is made: the first sentence of its description, its fingerprint, and the mark. #}
{% macro mark_as_ours() -%}
    {%- if execute and not meta_conversions.is_snowflake_stand_in() -%}
    {%- set sentence = ((model.description or model.name) | replace('\n', ' ') | trim).split('. ')[0] | replace("'", "''") -%}
    {%- set fingerprint = meta_conversions.fingerprint() -%}
    {%- do meta_conversions.remembered(this.database, this.schema, this.identifier).update({'fingerprint': fingerprint, 'comment': meta_conversions.ownership_mark()}) -%}
    {%- set before = sentence ~ ' [fingerprint ' ~ fingerprint ~ '.' -%}
    {%- set after = '] ' ~ meta_conversions.ownership_mark() -%}
    {#- where the project has dbt persist descriptions, it comments on a table once more after this hook -#}
    {%- do model.update({'description': (before ~ after) | replace("''", "'")}) -%}
    {{ meta_conversions.comment_sql(before, after) }}
    {%- endif -%}
{%- endmacro %}


{# Comments on this model's relation; what it is defined as stands between the two texts, by the engine. #}
{% macro comment_sql(before, after) %}{{ return(adapter.dispatch('comment_sql', 'meta_conversions')(before, after)) }}{% endmacro %}


{% macro default__comment_sql(before, after) -%}
    comment on {{ 'view' if meta_conversions.is_view() else 'table' }} {{ this }} is '{{ before }}{{ after }}'
{%- endmacro %}


{% macro postgres__comment_sql(before, after) -%}
    {%- if not meta_conversions.is_view() -%}
        {{ return(meta_conversions.default__comment_sql(before, after)) }}
    {%- endif -%}
    do $comment$ begin
        execute format('comment on view %s is %L', '{{ this }}', '{{ before }}' || (
            select md5(cast(ev_action as text)) from pg_catalog.pg_rewrite
            where ev_class = '{{ this }}'::regclass and rulename = '_RETURN'
        ) || '{{ after }}');
    end $comment$
{%- endmacro %}


{% macro is_view() %}{{ return(config.get('materialized') in ('view', 'meta_conversions_view')) }}{% endmacro %}


{#
    Whether a relation that stands is ours: it carries the mark, or a person has named it. Version 0.1.0 left no mark: its
    relations are known by their columns, all of those that the model's yaml names.
#}
{% macro is_ours(standing, node) -%}
    {%- if node.name in var('meta_conversions_replace') -%} {{ return(true) }} {%- endif -%}
    {%- set comment = meta_conversions.remembered(standing.database, standing.schema, standing.identifier).comment -%}
    {%- if meta_conversions.ownership_mark() in comment -%} {{ return(true) }} {%- endif -%}
    {%- set there = adapter.get_columns_in_relation(standing) | map(attribute='name') | map('lower') | list -%}
    {%- set named = node.columns.keys() | map('lower') | list -%}
    {%- set missing = named | reject('in', there) | list -%}
    {{ return(not missing and (named | length >= 5 or named | length == there | length)) }}
{%- endmacro %}
