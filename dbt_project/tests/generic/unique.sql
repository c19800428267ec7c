{# Fails for each value that stands more than once. #}
{% test unique(model, column_name) %}

select
    {{ column_name }} as repeated,
    count(*) as standing
from {{ meta_conversions.tested_model() or model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}
