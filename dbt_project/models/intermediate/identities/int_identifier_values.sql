{%- set fields = {
    'fn': 'first_name', 'ln': 'last_name', 'db': 'date_of_birth', 'ge': 'gender', 'ct': 'city', 'st': 'state', 'zp': 'postal_code'
} -%}
with identity_inputs as (
    select * from {{ meta_conversions.touched_rows('int_identity_inputs') }}
),

country_texts as (
    select * from {{ ref('meta_conversions', 'int_country_texts') }}
),

state_names as (
    select * from {{ ref('meta_conversions', 'state_names') }}
),

gender_words as (
    select * from {{ ref('meta_conversions', 'gender_words') }}
),

located as (
    select
        identity_inputs.*,
        {{ meta_conversions.known_country('country_texts.country') }} as located_in
    from identity_inputs
    left join country_texts
        on identity_inputs.country = country_texts.country_text
),

-- People share names, cities and codes: each text is normalized and hashed once.
texts as (
    {% for key, column in fields.items() -%}
        select
            '{{ key }}' as identifier,
            '{{ column }}' as field,
            {{ column }} as raw_text,
            {{ 'located_in' if key in ('st', 'zp') else "''" }} as located_in
        from located
        where {{ column }} is not null
        group by 1, 2, 3, 4
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

cleaned as (
    select
        identifier,
        field,
        raw_text,
        located_in,
        case
            when identifier in ('ge', 'st', 'zp')
                then {{ meta_conversions.clean_compatible_identifier('raw_text') }}
            else {{ meta_conversions.clean_identifier('raw_text') }}
        end as clean_text
    from texts
),

keyed as (
    select
        *,
        case
            when identifier = 'st' then {{ meta_conversions.place_key('clean_text') }}
            when identifier = 'ge' then replace(lower(clean_text), '.', '')
        end as name_key
    from cleaned
),

ruled as (
    select
        stepped.*,
        case
            when stepped.identifier in ('fn', 'ln') then {{ meta_conversions.normalize_name('stepped.clean_text') }}
            when stepped.identifier = 'db' then stepped.normalized_db
            when stepped.identifier = 'ge'
                then {{ meta_conversions.normalize_ge('stepped.clean_text', 'gender_words.gender') }}
            when stepped.identifier = 'ct' then {{ meta_conversions.normalize_ct('stepped.clean_text') }}
            when stepped.identifier = 'st'
                then {{ meta_conversions.normalize_st(
                    'stepped.clean_text', 'stepped.name_key', 'stepped.located_in', 'state_names.code'
                ) }}
            when stepped.identifier = 'zp'
                then {{ meta_conversions.normalize_zp('stepped.clean_text', 'stepped.located_in') }}
        end as normalized_value
    from {{ meta_conversions.with_normalized_db('keyed', "case when identifier = 'db' then clean_text end") }}
    left join gender_words
        on
            stepped.identifier = 'ge'
            and stepped.name_key = gender_words.word_key
    left join state_names
        on
            stepped.identifier = 'st'
            and stepped.name_key = state_names.name_key
            and stepped.located_in in (state_names.country, '')
),

-- Compared before and again after punctuation goes: `N.A.` says no more than `NA`.
judged as (
    select
        *,
        case
            when identifier in ('fn', 'ln')
                then
                    {{ meta_conversions.is_placeholder('clean_text', 'name') }}
                    or coalesce({{ meta_conversions.is_placeholder('normalized_value', 'name') }}, false)
            else
                {{ meta_conversions.is_placeholder('clean_text') }}
                or coalesce({{ meta_conversions.is_placeholder('normalized_value') }}, false)
        end as is_placeholder
    from ruled
),

kept as (
    select
        *,
        case when not is_placeholder then normalized_value end as kept_value
    from judged
),

hashed as (
    select
        identifier,
        raw_text,
        located_in,
        {{ meta_conversions.hash_identifier('kept_value') }} as identifier_hash,
        case when identifier = 'db' then {{ meta_conversions.day_of_birth('kept_value') }} end as day_of_birth,
        {{ meta_conversions.drop_reason('field', 'clean_text', 'kept_value', 'is_placeholder') }} as dropped
    from kept
)

select * from hashed
