{#
    What a conversion says beside its money and its people, as it may be sent: null where a source gave what Meta does not
    take. `row` is the relation that has the column. Of `checked_details`, what is dropped is told.
#}
{% macro detail(column, row) -%}
    {%- set given = row ~ '.' ~ column -%}
    {%- if column == 'content_ids' -%}
        {{ meta_conversions.id_list(given) }}
    {%- elif column == 'search_string' -%}
        case when {{ meta_conversions.plaintext_in(given, given) }} is null and {{ given }} not like '%@%' then nullif(trim({{ given }}), '') end
    {%- elif column == 'delivery_category' -%}
        {{ meta_conversions.known_word(given, ['in_store', 'curbside', 'home_delivery']) }}
    {%- elif column == 'customer_segmentation' -%}
        {{ meta_conversions.known_word(given, meta_conversions.customer_segments().split()) }}
    {%- elif column == 'messaging_channel' -%}
        {{ meta_conversions.known_word(given, ['whatsapp', 'messenger', 'instagram']) }}
    {%- elif column == 'custom_properties' -%}
        {%- set pair = meta_conversions.json_name_pattern() ~ '\\s*:\\s*' ~ meta_conversions.json_scalar_pattern() -%}
        {{ meta_conversions.flat_object(given, [pair], meta_conversions.standard_properties()) }}
    {%- elif column == 'store_data' -%}
        {%- set page = '"(?:store_page_id|brand_page_id)"\\s*:\\s*(?:"[0-9]+"|[0-9]+)' -%}
        {{ meta_conversions.flat_object(given, [page, '"store_code"\\s*:\\s*"[A-Za-z0-9]{1,64}"']) }}
    {%- elif column == 'original_event_data' -%}
        {%- set text = '"(?:event_name|event_id|order_id)"\\s*:\\s*"' ~ meta_conversions.json_sign_pattern() ~ '*"' -%}
        {{ meta_conversions.flat_object(given, ['"event_time"\\s*:\\s*[1-9][0-9]{0,9}', text]) }}
    {%- elif column == 'fb_login_id' -%}
        {{ meta_conversions.first_match('trim(' ~ given ~ ')', '^([1-9][0-9]{0,18})$') }}
    {%- else -%}
        nullif(trim({{ given }}), '')
    {%- endif -%}
{%- endmacro %}


{# Of these any text will do. #}
{% macro plain_details() -%}
    content_name content_category status subscription_id page_id page_scoped_user_id whatsapp_business_account_id ctwa_clid
    ig_account_id ig_sid
{%- endmacro %}


{# Those of which something given may not be sent. #}
{% macro checked_details() -%}
    content_ids search_string delivery_category customer_segmentation messaging_channel custom_properties store_data
    original_event_data fb_login_id
{%- endmacro %}


{# The codes of what was dropped of those, of a row that has each beside its good_ one; null if nothing was. #}
{% macro dropped_details(row) -%}
    {%- set codes = [] -%}
    {%- for column in meta_conversions.checked_details().split() -%}
        {%- do codes.append(meta_conversions.dropped_code(column, row ~ '.' ~ column, row ~ '.good_' ~ column)) -%}
    {%- endfor -%}
    {{ meta_conversions.join_present(codes, ',') }}
{%- endmacro %}


{# One of some words, however its parts are joined and its letters written; null for any other. #}
{% macro known_word(text, words) -%}
    {%- set word = "replace(replace(lower(" ~ meta_conversions.bare(text) ~ "), '-', '_'), ' ', '_')" -%}
    case when {{ word }} in ({{ meta_conversions.quoted(words) }}) then {{ word }} end
{%- endmacro %}


{# What customer_segmentation may say (docs/meta-api.md §2.1). #}
{% macro customer_segments() -%}
    new_customer_to_business new_customer_to_business_line new_customer_to_product_area new_customer_to_medium
    existing_customer_to_business existing_customer_to_business_line existing_customer_to_product_area
    existing_customer_to_medium customer_in_loyalty_program
{%- endmacro %}


{# The names of custom_data that have a column of their own: no custom property may repeat one, or it would be undefined which counts. #}
{% macro standard_properties() -%}
    {{ return([
        'value', 'currency', 'net_revenue', 'predicted_ltv', 'order_id', 'item_number', 'content_type', 'content_ids',
        'contents', 'content_name', 'content_category', 'num_items', 'search_string', 'status', 'delivery_category',
        'customer_segmentation', 'store_data', 'event_source', 'lead_event_source'
    ] | join('|')) }}
{%- endmacro %}
