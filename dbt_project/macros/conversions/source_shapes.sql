{#
    What every source of conversions gives, in one order: name, type and what stands for a column that it does not name.
    What each means stands in int_conversions_unioned.yml.
#}
{% macro conversion_shape() -%}
    source_system varchar required
    source_id varchar required
    dataset_id varchar null
    event_name varchar required
    event_id varchar required
    event_time timestamp required
    earliest_event_time timestamp null
    action_source varchar required
    page_url varchar null
    referrer_url varchar null
    order_id varchar null
    item_number varchar null
    value decimal(18,4) null
    has_invalid_value boolean false
    currency varchar null
    net_revenue decimal(18,4) null
    predicted_ltv decimal(18,4) null
    num_items integer null
    content_type varchar null
    content_ids varchar null
    contents varchar null
    content_name varchar null
    content_category varchar null
    search_string varchar null
    status varchar null
    delivery_category varchar null
    customer_segmentation varchar null
    custom_properties varchar null
    store_data varchar null
    original_event_data varchar null
    lead_event_source varchar null
    lead_id varchar null
    app_data varchar null
    madid varchar null
    anon_id varchar null
    subscription_id varchar null
    fb_login_id varchar null
    fbclid varchar null
    fbclid_seen_at timestamp null
    messaging_channel varchar null
    page_id varchar null
    page_scoped_user_id varchar null
    whatsapp_business_account_id varchar null
    ctwa_clid varchar null
    ig_account_id varchar null
    ig_sid varchar null
    ad_consent varchar null
    us_state varchar null
    limited_data_use varchar null
    opt_out boolean null
    dropped varchar null
    identity_id varchar null
    customer_identity_id varchar null
    session_id varchar null
    person_id varchar null
    is_test boolean false
    is_paid boolean true
    updated_at timestamp null
{%- endmacro %}


{# What every source of people gives, as the source keeps it; what each means stands in int_people_unioned.yml. #}
{% macro person_shape() -%}
    identity_id varchar required
    email varchar null
    email_2 varchar null
    phone varchar null
    phone_2 varchar null
    first_name varchar null
    last_name varchar null
    date_of_birth varchar null
    gender varchar null
    city varchar null
    state varchar null
    postal_code varchar null
    country varchar null
    external_id varchar null
    external_id_2 varchar null
    known_at timestamp null
{%- endmacro %}


{# What every source of conversions counts its own money by, computed from staging independently; see int_warehouse_revenue.yml. #}
{% macro revenue_shape() -%}
    source_id varchar required
    event_time timestamp required
    event_name varchar required
    currency varchar required
    amount decimal(18,4) required
    dataset_id varchar null
{%- endmacro %}


{# What every source of refunds gives. An order is looked for in all sources, unless source_system names one. #}
{% macro refund_shape() -%}
    refund_id varchar required
    order_id varchar required
    refunded_at timestamp required
    amount decimal(18,4) required
    currency varchar required
    source_system varchar null
{%- endmacro %}


{#
    The columns of a source of conversions: `conversion_columns(event_id='call_id', ...)`, SQL by column name. Whether a
    value was given and is no amount, and what of contents Meta takes, is found out here for the sources of other projects;
    ours have read theirs before.
#}
{% macro conversion_columns() -%}
    {%- set given = dict(kwargs) -%}
    {%- if 'value' in given and not meta_conversions.is_our_model() -%}
        {%- do given.setdefault('has_invalid_value', "(" ~ meta_conversions.is_given(given['value']) ~ " and " ~ meta_conversions.as_money(given['value']) ~ " is null)") -%}
    {%- endif -%}
    {%- if 'contents' in given and not meta_conversions.is_our_model() -%}
        {%- set listed = meta_conversions.contents_list(given['contents']) -%}
        {%- set dropped = meta_conversions.dropped_contents(given['contents'], listed) -%}
        {%- do given.update({'contents': listed, 'dropped': meta_conversions.join_present([given.get('dropped', 'null'), dropped], ',')}) -%}
    {%- endif -%}
    {{ meta_conversions.shaped_columns('conversion_columns', meta_conversions.conversion_shape(), given) }}
{%- endmacro %}

{# The columns of a source of people, likewise. #}
{% macro person_columns() %}{{ meta_conversions.shaped_columns('person_columns', meta_conversions.person_shape(), kwargs) }}{% endmacro %}

{# The columns of a source of refunds, likewise. #}
{% macro refund_columns() %}{{ meta_conversions.shaped_columns('refund_columns', meta_conversions.refund_shape(), kwargs) }}{% endmacro %}

{# The columns of a source's own count of money, likewise. #}
{% macro revenue_columns() %}{{ meta_conversions.shaped_columns('revenue_columns', meta_conversions.revenue_shape(), kwargs) }}{% endmacro %}


{% macro shaped_columns(macro_name, shape, given) -%}
    {%- set names = shape.split()[::3] -%}
    {%- for name in given if name not in names -%}
        {%- do exceptions.raise_compiler_error(macro_name ~ " knows no column " ~ name ~ "; it knows " ~ names | join(', ')) -%}
    {%- endfor -%}
    {%- for line in shape.strip().splitlines() -%}
        {%- set name, type, otherwise = line.split() -%}
        {%- if name not in given and otherwise == 'required' -%}
            {%- do exceptions.raise_compiler_error(macro_name ~ " needs the column " ~ name) -%}
        {%- endif -%}
        cast({{ meta_conversions.shaped_value(given[name], type, name) if name in given else otherwise }} as {{ type }}) as {{ name }}{{ ",\n    " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# A value of a source: ids, numbers and times of other projects are read as those of raw tables are, whatever their type. #}
{% macro shaped_value(given, type, name) -%}
    {%- if meta_conversions.is_our_model() -%} {{ given }}
    {%- elif type.startswith('decimal') -%} {{ meta_conversions.as_money(given) }}
    {%- elif type == 'timestamp' -%} {{ meta_conversions.as_time(given) }}
    {%- elif name.endswith('_id') -%} {{ meta_conversions.as_id(given) }}
    {%- else -%} {{ given }}
    {%- endif -%}
{%- endmacro %}


{# Whether the model that is being compiled is one of this package. (The linter of SQL knows no model.) #}
{% macro is_our_model() %}{{ return(model is not defined or model.package_name == 'meta_conversions') }}{% endmacro %}
