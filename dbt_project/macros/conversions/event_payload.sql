{#
    One complete server event as the text of a JSON object, from a row of conversions: the keys in one fixed order, only
    those that have a value, so that the same conversion always gives the same bytes. Names and types are Meta's
    (docs/meta-api.md §2.1, §3.1, §4).
#}
{% macro event_payload() -%}
    {{ meta_conversions.json_object([
        ('event_name', meta_conversions.json_string('event_name')),
        ('event_time', meta_conversions.epoch_seconds('event_time')),
        ('event_id', meta_conversions.json_string('event_id')),
        ('action_source', meta_conversions.json_string('action_source')),
        ('event_source_url', meta_conversions.json_string('event_source_url')),
        ('referrer_url', meta_conversions.json_string('referrer_url')),
        ('opt_out', "case when opt_out then 'true' when not opt_out then 'false' end"),
        ('data_processing_options', 'data_processing_options'),
        ('data_processing_options_country', 'data_processing_options_country'),
        ('data_processing_options_state', 'data_processing_options_state'),
        ('app_data', 'app_data'),
        ('messaging_channel', meta_conversions.json_string('messaging_channel')),
        ('original_event_data', 'original_event_data'),
        ('user_data', meta_conversions.payload_user_data()),
        ('custom_data', "nullif(" ~ meta_conversions.payload_custom_data() ~ ", '{}')"),
    ]) }}
{%- endmacro %}


{# lead_id and fb_login_id go as their digits: they are beyond 2^53, a float would change them. #}
{% macro payload_user_data() -%}
    {%- set pairs = [] -%}
    {%- for key in ['em', 'ph', 'fn', 'ln', 'db', 'ge', 'ct', 'st', 'zp', 'country', 'external_id'] -%}
        {%- do pairs.append((key, meta_conversions.payload_hashes(key))) -%}
    {%- endfor -%}
    {%- for key in ['client_ip_address', 'client_user_agent', 'fbc', 'fbp'] -%}
        {%- do pairs.append((key, meta_conversions.json_string(key))) -%}
    {%- endfor -%}
    {%- do pairs.extend([('lead_id', 'lead_id'), ('fb_login_id', 'fb_login_id')]) -%}
    {%- for key in [
        'madid', 'anon_id', 'subscription_id', 'page_id', 'page_scoped_user_id', 'whatsapp_business_account_id',
        'ctwa_clid', 'ig_account_id', 'ig_sid'
    ] -%}
        {%- do pairs.append((key, meta_conversions.json_string(key))) -%}
    {%- endfor -%}
    {{ meta_conversions.json_object(pairs) }}
{%- endmacro %}


{# One hash as a string; a list of hashes is JSON already. #}
{% macro payload_hashes(column) -%}
    case when {{ column }} like '[%' then {{ column }} else '"' || {{ column }} || '"' end
{%- endmacro %}


{#
    num_items is documented for InitiateCheckout only; a loss is not told as net_revenue. Custom properties are members
    beside the standard ones.
#}
{% macro payload_custom_data() -%}
    {{ meta_conversions.json_object([
        ('value', meta_conversions.json_number('value')),
        ('currency', meta_conversions.json_string('currency')),
        ('net_revenue', meta_conversions.json_number('case when net_revenue >= 0 then net_revenue end')),
        ('predicted_ltv', meta_conversions.json_number('case when predicted_ltv > 0 then predicted_ltv end')),
        ('order_id', meta_conversions.json_string('order_id')),
        ('item_number', meta_conversions.json_string('item_number')),
        ('content_type', meta_conversions.json_string('content_type')),
        ('content_ids', 'content_ids'),
        ('contents', 'contents'),
        ('content_name', meta_conversions.json_string('content_name')),
        ('content_category', meta_conversions.json_string('content_category')),
        ('num_items', "case when event_name = 'InitiateCheckout' then num_items end"),
        ('search_string', meta_conversions.json_string('search_string')),
        ('status', meta_conversions.json_string('status')),
        ('delivery_category', meta_conversions.json_string('delivery_category')),
        ('customer_segmentation', meta_conversions.json_string('customer_segmentation')),
        ('store_data', 'store_data'),
        ('event_source', "case when lead_event_source is not null then '\"crm\"' end"),
        ('lead_event_source', meta_conversions.json_string('lead_event_source')),
    ], 'substr(custom_properties, 2, length(custom_properties) - 2)') }}
{%- endmacro %}
