with contacts as (

    select distinct contact_id, email, phone, first_name, last_name, city, state, postal_code, country
    from {{ ref('stg_hubspot__stages') }}

)

select
    {{ meta_conversions.person_columns(
        identity_id="'hubspot:' || contact_id",
        email='email',
        phone='phone',
        first_name='first_name',
        last_name='last_name',
        city='city',
        state='state',
        postal_code='postal_code',
        country='country',
        external_id='contact_id',
    ) }}
from contacts
