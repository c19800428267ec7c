{%- set fields = {
    'fn': 'first_name', 'ln': 'last_name', 'db': 'date_of_birth', 'ge': 'gender', 'ct': 'city', 'st': 'state', 'zp': 'postal_code'
} -%}
{%- set own = ['email', 'email_2', 'external_id', 'external_id_2'] -%}
{#- nobody is born after a source came to know of them; what has no such time is taken as it is -#}
{%- set born = "coalesce(db_values.day_of_birth <= cast(normalized.known_at as date), true)" -%}
{%- set dropped = [] -%}
{%- for column in own -%}
    {%- do dropped.append(meta_conversions.drop_reason(
        "'" ~ column ~ "'", 'normalized.clean_' ~ column, 'normalized.normalized_' ~ column,
        'normalized.' ~ column ~ '_is_placeholder'
    )) -%}
{%- endfor -%}
{%- do dropped.extend(['phone_numbers.dropped', "replace(phone_2_numbers.dropped, 'phone_', 'phone_2_')"]) -%}
{%- for key in fields -%}
    {%- set drop = key ~ '_values.dropped' -%}
    {%- do dropped.append(
        drop if key != 'db' else "case when not (" ~ born ~ ") then 'date_of_birth_invalid' else " ~ drop ~ " end"
    ) -%}
{%- endfor -%}
with identity_inputs as (
    select * from {{ meta_conversions.touched_rows('int_identity_inputs') }}
),

country_texts as (
    select * from {{ ref('meta_conversions', 'int_country_texts') }}
),

phone_numbers as (
    select * from {{ ref('meta_conversions', 'int_phone_numbers') }}
),

identifier_values as (
    select * from {{ ref('meta_conversions', 'int_identifier_values') }}
),

decoded as (
    select
        *,
        {{ meta_conversions.decoded_email('email') }} as decoded_email,
        {{ meta_conversions.decoded_email('email_2') }} as decoded_email_2
    from identity_inputs
),

cleaned as (
    select
        decoded.*,
        {{ meta_conversions.clean_email('decoded.decoded_email') }} as clean_email,
        {{ meta_conversions.clean_email('decoded.decoded_email_2') }} as clean_email_2,
        {{ meta_conversions.clean_identifier('decoded.external_id') }} as clean_external_id,
        {{ meta_conversions.clean_identifier('decoded.external_id_2') }} as clean_external_id_2,
        {{ meta_conversions.known_country('country_texts.country') }} as located_in,
        country_texts.identifier_hash as country_hash,
        country_texts.dropped as country_dropped
    from decoded
    left join country_texts
        on decoded.country = country_texts.country_text
),

-- An address or an id belongs to one person: normalized here, row by row.
ruled as (
    select
        *,
        {{ meta_conversions.normalize_em('clean_email') }} as ruled_email,
        {{ meta_conversions.normalize_em('clean_email_2') }} as ruled_email_2,
        {{ meta_conversions.normalize_external_id('clean_external_id') }} as ruled_external_id,
        {{ meta_conversions.normalize_external_id('clean_external_id_2') }} as ruled_external_id_2
    from cleaned
),

judged as (
    select
        *,
        {{ meta_conversions.is_email_placeholder('ruled_email') }} as email_is_placeholder,
        {{ meta_conversions.is_email_placeholder('ruled_email_2') }} as email_2_is_placeholder,
        {{ meta_conversions.is_placeholder('ruled_external_id', 'external_id') }} as external_id_is_placeholder,
        {{ meta_conversions.is_placeholder('ruled_external_id_2', 'external_id') }} as external_id_2_is_placeholder
    from ruled
),

normalized as (
    select
        *,
        case when not email_is_placeholder then ruled_email end as normalized_email,
        case when not email_2_is_placeholder then ruled_email_2 end as normalized_email_2,
        case when not external_id_is_placeholder then ruled_external_id end as normalized_external_id,
        case when not external_id_2_is_placeholder then ruled_external_id_2 end as normalized_external_id_2
    from judged
),

-- Names, places and phones are shared: looked up where each clean_text stands once.
gathered as (
    select
        normalized.identity_id,
        {{ meta_conversions.hash_identifier('normalized.normalized_email') }} as em,
        {{ meta_conversions.hash_identifier('normalized.normalized_email_2') }} as em_2,
        phone_numbers.identifier_hash as ph,
        phone_2_numbers.identifier_hash as ph_2,
        {% for key in fields -%}
            {% if key == 'db' -%}
                case when {{ born }} then db_values.identifier_hash end as db,
            {% else -%}
                {{ key }}_values.identifier_hash as {{ key }},
            {% endif -%}
        {% endfor -%}
        normalized.country_hash as country,
        {{ meta_conversions.hash_identifier('normalized.normalized_external_id') }} as external_id,
        {{ meta_conversions.hash_identifier('normalized.normalized_external_id_2') }} as external_id_2,
        {{ meta_conversions.join_present(dropped + ['normalized.country_dropped'], ',') }} as dropped
    from normalized
    left join phone_numbers
        on
            normalized.phone = phone_numbers.phone_text
            and normalized.located_in = phone_numbers.located_in
    left join phone_numbers as phone_2_numbers
        on
            normalized.phone_2 = phone_2_numbers.phone_text
            and normalized.located_in = phone_2_numbers.located_in
    {% for key, column in fields.items() -%}
        left join identifier_values as {{ key }}_values
            on
                {{ key }}_values.identifier = '{{ key }}'
                and normalized.{{ column }} = {{ key }}_values.raw_text
                {% if key in ('st', 'zp') -%}
                    and normalized.located_in = {{ key }}_values.located_in
                {%- endif %}
    {% endfor %}
)

select * from gathered
