with phone_texts as (
    select * from {{ ref('meta_conversions', 'int_phone_texts') }}
),

readings as (
    select * from {{ ref('meta_conversions', 'int_phone_readings') }}
),

ranges as (
    select * from {{ ref('meta_conversions', 'phone_ranges') }}
),

-- A number that is possible both with and without its first digits is read without them.
possible as (
    select
        readings.phone_text,
        readings.located_in,
        readings.reading,
        readings.calling_code,
        whole.low is not null as is_whole,
        case
            when rest.low is not null then readings.stripped_number
            else readings.national_number
        end as national_number
    from readings
    left join ranges as whole
        on {{ meta_conversions.is_in_range('whole', 'readings.calling_code', 'readings.national_number') }}
    left join ranges as rest
        on {{ meta_conversions.is_in_range('rest', 'readings.calling_code', 'readings.stripped_number') }}
    where whole.low is not null or rest.low is not null
),

-- Digits that are a number of the country as they stand are not read as beginning with its calling code.
ranked as (
    select
        *,
        case
            when reading in ('plus', 'own_prefix') then 1
            when reading = 'zero_zero' then 2
            when reading = 'national' and is_whole then 3
            when reading = 'own_code' then 4
            else 5
        end as preference
    from possible
),

chosen as (
    select
        phone_text,
        located_in,
        {{ meta_conversions.first_present("calling_code || ' ' || national_number", 'preference') }} as number
    from ranked
    group by phone_text, located_in
),

normalized as (
    select
        phone_texts.phone_text,
        phone_texts.located_in,
        phone_texts.clean_text,
        phone_texts.digits,
        phone_texts.is_international,
        split_part(chosen.number, ' ', 2) as national_number,
        case
            when {{ meta_conversions.is_hashed('phone_texts.clean_text') }} then phone_texts.clean_text
            else replace(chosen.number, ' ', '')
        end as number
    from phone_texts
    left join chosen
        on
            phone_texts.phone_text = chosen.phone_text
            and phone_texts.located_in = chosen.located_in
),

judged as (
    select
        *,
        case
            when clean_text is null then null
            when {{ meta_conversions.is_hashed('clean_text') }} then null
            when {{ meta_conversions.is_md5('clean_text') }} then 'phone_md5'
            when
                {{ meta_conversions.is_placeholder('clean_text') }}
                or {{ meta_conversions.is_placeholder('coalesce(national_number, digits)', 'phone_digits') }}
                or replace(coalesce(national_number, digits), left(coalesce(national_number, digits), 1), '') = ''
                then 'phone_placeholder'
            when number is not null then null
            when located_in = '' and not is_international and digits is not null then 'phone_country_unknown'
            else 'phone_impossible'
        end as dropped
    from normalized
),

hashed as (
    select
        phone_text,
        located_in,
        case when dropped is null then {{ meta_conversions.hash_identifier('number') }} end as identifier_hash,
        dropped
    from judged
)

select * from hashed
