with identity_inputs as (

    select * from {{ ref('int_identity_inputs') }}

),

country_texts as (

    select * from {{ ref('int_country_texts') }}

),

texts as (

    select distinct
        identity_inputs.phone as phone_text,
        {{ known_country('country_texts.country') }} as located_in
    from identity_inputs
    left join country_texts
        on identity_inputs.country = country_texts.country_text
    where identity_inputs.phone is not null

),

cleaned as (

    select
        *,
        {{ clean_identifier('phone_text') }} as text,
        {{ clean_phone('phone_text') }} as phone
    from texts

),

-- Most phones are digits and plain signs only: the slow patterns are for the others.
numbers as (

    select
        *,
        case
            when {{ is_hashed('text') }} then null
            when {{ fits_wholly('phone', '[+]?[0-9 ()-]+') }} then phone
            when {{ fits_wholly('phone', '[+]?[0-9]+[.]0+') }} then {{ without_matches('phone', '[.]0+$') }}
            else {{ without_extension(first_phone('phone')) }}
        end as number
    from cleaned

),

digits as (

    select
        phone_text,
        located_in,
        text,
        -- Letters in a number (1-800-FLOWERS) stand for digits that nobody typed.
        case
            when not {{ fits_partly('number', '[0-9].*\\p{L}') }} then {{ without_matches('number', '[^0-9]+') }}
        end as digits,
        {{ fits_partly('number', '^[+]+[^0-9]*[1-9]') }} as is_international
    from numbers

)

select * from digits
