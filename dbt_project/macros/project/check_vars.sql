{#
    Stops dbt at a var with our prefix that is none of ours: a misspelt one would be ignored, and the default would rule.
    What is known are the vars of this package's own dbt_project.yml. A model calls it, while dbt parses: an on-run-start
    of a package would run in every command of the project that installs it.
#}
{% macro check_vars() -%}
    {%- set known = adapter.config.load_dependencies()['meta_conversions'].vars.to_dict() -%}
    {%- set given = adapter.config.vars.to_dict() -%}
    {%- set ours = (given.get('meta_conversions') or {}) | list -%}
    {%- for name in given | list + adapter.config.cli_vars | list if name.startswith('meta_conversions_') -%}
        {%- do ours.append(name) -%}
    {%- endfor -%}
    {%- for name in ours if name not in known -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions has no var " ~ name ~ "; the nearest is " ~ meta_conversions.nearest_name(name, known)
            ~ ". All of them stand in its dbt_project.yml."
        ) -%}
    {%- endfor -%}
    {%- for name in var('meta_conversions_tables') | list + var('meta_conversions_models') | list + var('meta_conversions_absent_kinds') | list if name not in meta_conversions.raw_kinds().split() -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions knows no kind of raw table " ~ name ~ "; the nearest is "
            ~ meta_conversions.nearest_name(name, meta_conversions.raw_kinds().split()) ~ ". They are "
            ~ meta_conversions.raw_kinds().split() | join(", ") ~ "."
        ) -%}
    {%- endfor -%}
    {%- do meta_conversions.check_loaded_at() -%}
{%- endmacro %}


{# Of some names the one that has most of a word's pairs of letters. #}
{% macro nearest_name(word, names) -%}
    {%- set nearest = namespace(name='', likeness=-1) -%}
    {%- for name in names -%}
        {%- set shared = [] -%}
        {%- for place in range(word | length - 1) if word[place:place + 2] in name -%} {%- do shared.append(1) -%} {%- endfor -%}
        {%- set likeness = 2 * shared | length / (word | length + name | length) -%}
        {%- if likeness > nearest.likeness -%}
            {%- set nearest.name = name -%}
            {%- set nearest.likeness = likeness -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(nearest.name) }}
{%- endmacro %}
