{#
    The dataset of a row as part of a conversion's key: the default dataset is the same key whether a row names it or not,
    as in the ledger.
#}
{% macro dataset_key(column) -%} coalesce(nullif({{ column }}, {{ meta_conversions.default_dataset_id() }}), '') {%- endmacro %}
