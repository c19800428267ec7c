{{ config(
    unique_key='identity_id',
    pre_hook="{{ meta_conversions.delete_gone_versions('int_identity_changes') }}",
) }}

with identities as (

    select * from {{ ref('meta_conversions', 'int_identities') }}

),

changes as (

    select * from {{ ref('meta_conversions', 'int_identity_changes') }}
    where change = 'new'

),

known_identities as (

    select
        identities.*,
        changes.row_version
    from identities
    inner join changes on identities.identity_id = changes.identity_id

)

select * from known_identities
