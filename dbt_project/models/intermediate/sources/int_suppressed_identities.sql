-- without what Meta's Parameter Builder puts behind a hash that it made
with identities as (

    select
        identity_id,
        left(em, 64) as em,
        left(em_2, 64) as em_2
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
