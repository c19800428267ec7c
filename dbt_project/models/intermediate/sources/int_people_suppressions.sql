with suppressions as (

    select * from {{ ref('int_suppressed_emails') }}

),

people as (

    select
        {{ person_columns(identity_id='identity_id', email='email') }}
    from suppressions

)

select * from people
