with leads as (

    select * from {{ ref('meta_conversions', 'stg_crm__leads') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'lead:' || crm_lead_id",
            email='email',
            phone='phone',
            first_name='first_name',
            last_name='last_name',
            country='country',
        ) }}
    from leads

)

select * from people
