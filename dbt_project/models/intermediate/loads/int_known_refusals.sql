{{ config(
    enabled=meta_conversions.reads_by_load(),
    unique_key='row_version',
    pre_hook="{{ meta_conversions.delete_gone_versions('int_refusal_changes') }}",
) }}

with changes as (

    select * from {{ ref('meta_conversions', 'int_refusal_changes') }}
    where change = 'new'

),

known_refusals as (

    select row_version from changes

)

select * from known_refusals
