{# Fails with the message of each row of an alarm that fires. #}
{% test silent(model, alarm) %}

select
    event_name,
    message,
    currency,
    amount,
    what_to_do
from {{ meta_conversions.tested_model() or model }}
where alarm = '{{ alarm }}'
{% endtest %}
