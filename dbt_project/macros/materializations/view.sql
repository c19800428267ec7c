{# A view that stays while nothing that it is made from has changed; else dbt's own, which the engine's adapter has. #}
{% materialization meta_conversions_view, default %}
    {{ return(meta_conversions.keep('view') if meta_conversions.is_unchanged() else meta_conversions.built_in('view')) }}
{% endmaterialization %}
