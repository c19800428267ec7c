with leads as (

    select * from {{ ref('meta_conversions', 'stg_crm__leads') }}

),

people as (

    select
        {{ meta_conversions.person_columns(
            identity_id="'lead:' || crm_lead_id",
            email='email',
            email_2='email_2',
            phone='phone',
            phone_2='phone_2',
            first_name='first_name',
            last_name='last_name',
            date_of_birth='date_of_birth',
            gender='gender',
            city='city',
            state='state',
            postal_code='postal_code',
            country='country',
            external_id='external_id',
            known_at='created_at',
        ) }}
    from leads

)

select * from people
