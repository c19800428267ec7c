with suppressions as (

    select * from {{ ref('meta_conversions', 'int_suppressed_emails') }}

),

people as (

    select
        {{ meta_conversions.person_columns(identity_id='identity_id', email='email') }}
    from suppressions

)

select * from people
