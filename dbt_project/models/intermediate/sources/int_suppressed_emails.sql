with suppressions as (

    select * from {{ ref('meta_conversions', 'stg_shop__suppressions') }}

),

distinct_emails as (

    select
        'suppression:' || suppression_id as identity_id,
        min(email) as email
    from suppressions
    where email is not null
    group by suppression_id

)

select * from distinct_emails
