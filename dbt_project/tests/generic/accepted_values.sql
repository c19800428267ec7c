{# Fails for each value that is not listed; null is no value. #}
{% test accepted_values(model, column_name, values) %}

select distinct {{ column_name }} as unknown_value
from {{ meta_conversions.tested_model() or model }}
where {{ column_name }} not in ({{ meta_conversions.quoted(values) }})
{% endtest %}
