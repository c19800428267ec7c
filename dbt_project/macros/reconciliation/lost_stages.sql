{#
    The stages of what is lost: Meta does not hear of it, unless somebody mends it in time. What is held is not lost (Meta
    may have it), nor is what is unconfirmed. The connector's word for the same is LOST in connector/conversions.py.
#}
{% macro lost_stages() %}{{ return(['expired', 'rejected', 'invalid']) }}{% endmacro %}
