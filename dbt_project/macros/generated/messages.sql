{# Whether Meta takes a name of business messaging. Made by `make generated` of connector/destinations/meta/channels.py. #}
{% macro is_messaging_event(name) -%}
    coalesce({{ name }} in (
        'AddToCart', 'CartAbandoned', 'InitiateCheckout', 'LeadSubmitted', 'OrderCreated', 'Purchase',
        'QualifiedLead', 'RatingProvided', 'ReviewProvided', 'ViewContent'
    ), false)
{%- endmacro %}
