with phone_texts as (
    select * from {{ ref('meta_conversions', 'int_phone_texts') }}
    where digits is not null
),

regions as (
    select * from {{ ref('meta_conversions', 'phone_regions') }}
),

calling_codes as (
    select distinct calling_code from {{ ref('meta_conversions', 'phone_ranges') }}
),

placed as (
    select
        phone_texts.phone_text,
        phone_texts.located_in,
        phone_texts.digits,
        phone_texts.is_international,
        regions.calling_code,
        case
            when not phone_texts.is_international
                then {{ meta_conversions.without_international_prefix('phone_texts.digits') }}
        end as dialled
    from phone_texts
    left join regions
        on phone_texts.located_in = regions.country
),

-- Each way in which the digits may be meant. Which of them is right is decided by which is possible.
read_with_calling_code as (
    select
        *,
        'plus' as reading,
        digits as number
    from placed
    where is_international
    union all
    select
        *,
        'own_prefix' as reading,
        dialled as number
    from placed
    where dialled not like '0%'
    union all
    select
        *,
        'zero_zero' as reading,
        substr(digits, 3) as number
    from placed
    where digits like '00%' and digits not like '000%' and not is_international
    union all
    select
        *,
        'own_code' as reading,
        digits as number
    from placed
    where left(digits, length(calling_code)) = calling_code and not is_international
),

-- No calling code begins with another one, so that at most one of the three joins finds something.
split as (
    select
        read_with_calling_code.phone_text,
        read_with_calling_code.located_in,
        read_with_calling_code.reading,
        coalesce(one.calling_code, two.calling_code, three.calling_code) as calling_code,
        substr(
            read_with_calling_code.number,
            length(coalesce(one.calling_code, two.calling_code, three.calling_code)) + 1
        ) as national_number
    from read_with_calling_code
    left join calling_codes as one
        on left(read_with_calling_code.number, 1) = one.calling_code
    left join calling_codes as two
        on left(read_with_calling_code.number, 2) = two.calling_code
    left join calling_codes as three
        on left(read_with_calling_code.number, 3) = three.calling_code
),

readings as (
    select * from split
    where calling_code is not null
    union all
    select
        phone_text,
        located_in,
        'national' as reading,
        calling_code,
        digits as national_number
    from placed
    where calling_code is not null and not is_international
),

-- Countries that share a calling code differ in what they dial at home: the country's own habits, else the main one's.
stripped as (
    select
        readings.*,
        {{ meta_conversions.without_trunk('readings.national_number') }} as stripped_number
    from readings
    left join regions
        on
            readings.calling_code = regions.calling_code
            and case
                when readings.reading in ('national', 'own_code') then readings.located_in = regions.country
                else regions.is_main_region
            end
)

select * from stripped
