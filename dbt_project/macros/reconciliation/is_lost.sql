{#
    Whether a stage is lost money: Meta does not hear of it, unless somebody mends it in time. What is held is not lost
    (Meta may have it), nor is what is unconfirmed. The connector's word for the same is LOST in connector/model/conversions.py.
#}
{% macro is_lost(stage) -%} {{ stage }} in ('expired', 'rejected', 'invalid') {%- endmacro %}
