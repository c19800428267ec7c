with identities as (

    select
        identity_id,
        em,
        em_2
    from {{ ref('meta_conversions', 'int_known_identities') }}

),

suppressed_emails as (

    select em
    from identities
    where
        identity_id like 'suppression:%'
        and em is not null

),

suppressed_identities as (

    select identity_id
    from identities
    where
        em in (select suppressed_emails.em from suppressed_emails)
        or em_2 in (select suppressed_emails.em from suppressed_emails)

)

select * from suppressed_identities
