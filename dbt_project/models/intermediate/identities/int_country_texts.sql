with identity_inputs as (

    select * from {{ meta_conversions.touched_rows('int_identity_inputs') }}

),

country_names as (

    select * from {{ ref('meta_conversions', 'country_names') }}

),

texts as (

    select distinct country as country_text
    from identity_inputs
    where country is not null

),

cleaned as (

    select
        country_text,
        {{ meta_conversions.clean_compatible_identifier('country_text') }} as clean_text
    from texts

),

keyed as (

    select
        country_text,
        clean_text,
        {{ meta_conversions.place_key(meta_conversions.without_article('clean_text')) }} as name_key,
        lower({{ meta_conversions.first_match('clean_text', '[(]([A-Za-z]{2})[)]$') }}) as code_in_brackets
    from cleaned

),

matched as (

    select
        keyed.country_text,
        keyed.clean_text,
        {{ meta_conversions.normalize_country(
            'keyed.clean_text', 'coalesce(named.country, coded.country)'
        ) }} as normalized_value,
        -- NA is Namibia.
        lower(keyed.clean_text) <> 'na' and {{ meta_conversions.is_placeholder('keyed.clean_text') }} as is_placeholder
    from keyed
    left join country_names as named
        on keyed.name_key = named.name_key
    -- United States (US), as shop systems print it; the whole name first: Virgin Islands (US) are another country
    left join country_names as coded
        on keyed.code_in_brackets = coded.name_key

),

normalized as (

    select
        country_text,
        clean_text,
        is_placeholder,
        case when not is_placeholder then normalized_value end as normalized_value
    from matched

),

hashed as (

    select
        country_text,
        case when not {{ meta_conversions.is_hashed('normalized_value') }} then normalized_value end as country,
        {{ meta_conversions.hash_identifier('normalized_value') }} as identifier_hash,
        {{ meta_conversions.drop_reason("'country'", 'clean_text', 'normalized_value', 'is_placeholder') }} as dropped
    from normalized

)

select * from hashed
