{# Fails for each key that stands more than once or is null in a part. Columns may be expressions. #}
{% test primary_key(model, columns) %}

select
    {% for column in columns -%}
    {{ column }} as key_part_{{ loop.index }},
    {% endfor -%}
    count(*) as standing
from {{ meta_conversions.tested_model() or model }}
group by {% for column in columns %}{{ column }}{{ ', ' if not loop.last }}{% endfor %}
having
    count(*) > 1
    {% for column in columns -%}
    or {{ column }} is null
    {% endfor %}
{% endtest %}
