with identity_inputs as (

    select * from {{ ref('int_identity_inputs') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

texts as (

    select distinct country as country_text
    from identity_inputs
    where country is not null

),

cleaned as (

    select
        country_text,
        {{ clean_compatible_identifier('country_text') }} as text
    from texts

),

keyed as (

    select
        country_text,
        text,
        {{ place_key('text') }} as name_key
    from cleaned

),

matched as (

    select
        keyed.country_text,
        keyed.text,
        {{ normalize_country('keyed.text', 'country_names.country') }} as normalized,
        -- NA is Namibia.
        lower(keyed.text) <> 'na' and {{ is_placeholder('keyed.text') }} as is_placeholder
    from keyed
    left join country_names
        on keyed.name_key = country_names.name_key

),

normalized as (

    select
        country_text,
        text,
        is_placeholder,
        case when not is_placeholder then normalized end as normalized
    from matched

),

hashed as (

    select
        country_text,
        case when not {{ is_hashed('normalized') }} then normalized end as country,
        {{ hash_identifier('normalized') }} as hash,
        {{ drop_reason("'country'", 'text', 'normalized', 'is_placeholder') }} as dropped
    from normalized

)

select * from hashed
