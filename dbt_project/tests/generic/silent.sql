{# Fails with the message of each row of an alarm that fires. #}
{% test silent(model, alarm) %}

select
    message,
    event_name,
    currency,
    amount
from {{ meta_conversions.tested_model() or model }}
where alarm = '{{ alarm }}'
{% endtest %}
