with identity_inputs as (

    select * from {{ meta_conversions.touched_rows('int_identity_inputs') }}

),

country_texts as (

    select * from {{ ref('meta_conversions', 'int_country_texts') }}

),

phones as (

    select
        phone as phone_text,
        country
    from identity_inputs
    where phone is not null
    union all
    select
        phone_2 as phone_text,
        country
    from identity_inputs
    where phone_2 is not null

),

texts as (

    select distinct
        phones.phone_text,
        {{ meta_conversions.known_country('country_texts.country') }} as located_in
    from phones
    left join country_texts
        on phones.country = country_texts.country_text

),

-- Most phones are digits and plain signs only: the slow patterns are for the others.
recognized as (

    select
        *,
        {{ meta_conversions.fits_wholly('phone_text', '[+(]?[0-9][0-9 ()-]*') }} as is_plain
    from texts

),

cleaned as (

    select
        *,
        case when is_plain then phone_text else {{ meta_conversions.clean_identifier('phone_text') }} end as clean_text,
        case when not is_plain then {{ meta_conversions.clean_phone('phone_text') }} end as phone
    from recognized

),

numbers as (

    select
        *,
        case
            when is_plain then {{ meta_conversions.without_bracketed_zero('phone_text') }}
            when {{ meta_conversions.is_hashed('clean_text') }} then null
            when {{ meta_conversions.fits_partly('phone', meta_conversions.scientific_notation()) }} then null
            when {{ meta_conversions.fits_wholly('phone', '[+]?[0-9]+[.]0+') }}
                then {{ meta_conversions.without_matches('phone', '[.]0+$') }}
            else {{ meta_conversions.without_bracketed_zero(
                meta_conversions.without_label(meta_conversions.first_phone(meta_conversions.without_extension('phone')))
            ) }}
        end as number
    from cleaned

),

digits as (

    select
        phone_text,
        located_in,
        clean_text,
        case
            when is_plain then {{ meta_conversions.without_matches('number', '[^0-9]+') }}
            -- Letters in a number (1-800-FLOWERS) stand for digits that nobody typed.
            when not {{ meta_conversions.fits_partly('number', meta_conversions.letter_after_digit()) }}
                then {{ meta_conversions.without_matches('number', '[^0-9]+') }}
        end as digits,
        {{ meta_conversions.fits_partly('number', '^[+](?:[^0-9]*0)?[^0-9]*[1-9]') }} as is_international
    from numbers

)

select * from digits
