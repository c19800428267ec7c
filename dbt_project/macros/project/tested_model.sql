{#
    The model that a generic test is about, of the package whose yaml names it. dbt itself looks for the name in the root
    project first, which may have a model of that name. With the `where` of the test's config; none for a source.
#}
{% macro tested_model() -%}
    {%- set named = modules.re.search("[^_]ref\\('(\\w+)'", model.test_metadata.kwargs.model) -%}
    {{ return(get_where_subquery(ref(model.package_name, named.group(1))) if named else none) }}
{%- endmacro %}
