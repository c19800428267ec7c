select
    {{ meta_conversions.person_columns(
        identity_id="'shopify:' || order_id",
        email='email',
        email_2='email_2',
        phone='phone',
        phone_2='phone_2',
        first_name='first_name',
        last_name='last_name',
        city='city',
        state='state',
        postal_code='postal_code',
        country='country',
        external_id='customer_id',
    ) }}
from {{ ref('stg_shopify__orders') }}
