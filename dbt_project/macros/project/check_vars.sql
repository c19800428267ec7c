{#
    Stops dbt at a var with our prefix that is none of ours: a misspelt one would be ignored, and the default would rule; and
    at one of another kind than its default. What is known are the vars of this package's own dbt_project.yml. A model calls
    it, while dbt parses: an on-run-start of a package would run in every command of the project that installs it.
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
    {%- do meta_conversions.check_kinds_of_vars(known) -%}
    {%- for name in var('meta_conversions_tables') | list + var('meta_conversions_models') | list + var('meta_conversions_absent_kinds') | list if name not in meta_conversions.raw_kinds().split() -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions knows no kind of raw table " ~ name ~ "; the nearest is "
            ~ meta_conversions.nearest_name(name, meta_conversions.raw_kinds().split()) ~ ". They are "
            ~ meta_conversions.raw_kinds().split() | join(", ") ~ "."
        ) -%}
    {%- endfor -%}
    {%- do meta_conversions.check_loaded_at() -%}
{%- endmacro %}


{#
    Stops at one word where a list is due: its letters would be taken for the words, and nothing would be asked for consent; and at
    words of consent that nothing has.
#}
{% macro check_kinds_of_vars(known) -%}
    {%- for name, default in known.items() if var(name, none) is not none -%}
        {%- if default is mapping and var(name) is not mapping -%}
            {%- do exceptions.raise_compiler_error(name ~ " is a mapping, {name: value}, and not " ~ var(name) ~ ".") -%}
        {%- elif meta_conversions.is_list(default) and not meta_conversions.is_list(var(name)) -%}
            {%- do exceptions.raise_compiler_error(name ~ " is a list: write [" ~ var(name) ~ "], not " ~ var(name) ~ ".") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for source in var('meta_conversions_consent_required_for') or [] if source not in meta_conversions.action_sources() -%}
        {%- do exceptions.raise_compiler_error(
            "meta_conversions_consent_required_for names " ~ source ~ ", so that nothing would be asked for consent there; Meta's words are "
            ~ meta_conversions.action_sources() | join(", ") ~ "."
        ) -%}
    {%- endfor -%}
    {%- for meaning in var('meta_conversions_consent_words') or [] -%}
        {%- set words = var('meta_conversions_consent_words')[meaning] -%}
        {%- if meaning not in ('granted', 'denied', 'never_asked', 'limited', 'not_limited') -%}
            {%- do exceptions.raise_compiler_error(
                "meta_conversions_consent_words has words for granted, denied, never_asked, limited and not_limited, not for " ~ meaning ~ "."
            ) -%}
        {%- elif words is not none and not meta_conversions.is_list(words) -%}
            {%- do exceptions.raise_compiler_error(
                "meta_conversions_consent_words: " ~ meaning ~ " is a list: write [" ~ words ~ "], not " ~ words ~ "."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro is_list(value) %}{{ return(value is sequence and value is not string and value is not mapping) }}{% endmacro %}


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
