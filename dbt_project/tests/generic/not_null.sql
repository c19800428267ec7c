{# Fails for each row that has no value. #}
{% test not_null(model, column_name) %}

select {{ column_name }}
from {{ meta_conversions.tested_model() or model }}
where {{ column_name }} is null
{% endtest %}
