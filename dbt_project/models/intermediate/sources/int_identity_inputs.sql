{{ config(pre_hook="{{ meta_conversions.require_unicode() }}") }}
with people as (

    select * from {{ ref('meta_conversions', 'int_people_unioned') }}

),

changes as (

    select * from {{ ref('meta_conversions', 'int_identity_changes') }}
    where change = 'new'

),

inputs as (

    select people.*
    from people
    inner join changes on people.identity_id = changes.identity_id

)

select * from inputs
