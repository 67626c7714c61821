"""What openapi-python-client makes of the document. Arguments: the service's address, admin's password."""

import json
import sys
from http import HTTPStatus

from made.api.authentication import login
from made.api.customers import (
    create_customer,
    delete_customer,
    get_customer,
    list_customers,
    update_customer,
)
from made.client import AuthenticatedClient, Client
from made.models import (
    CredentialsRequest,
    Customer,
    CustomerOrderBy,
    CustomerRequest,
    CustomerWhere,
    Login,
    PatchedCustomerRequest,
    Problem,
    SortOrder,
    TextNullableFilter,
)

_, address, password = sys.argv

credentials = CredentialsRequest(username="admin", password="wrong")
wrong = login.sync(client=Client(base_url=address), body=credentials)
assert isinstance(wrong, Problem)
assert wrong.detail == "The passed credentials are incorrect"
credentials.password = password
session = login.sync(client=Client(base_url=address), body=credentials)
assert isinstance(session, Login)
roles: list[str] = session.roles
assert "admin" in roles
assert session.expires_in > 0
assert session.refresh_token
client = AuthenticatedClient(base_url=address, token=session.access_token)

made: list[Customer] = []
for first_name, email in (("Zoë", None), ("Zora", ""), ("Ada", "ada@example.org")):
    body = CustomerRequest(first_name=first_name, last_name="python", email=email)
    created = create_customer.sync(client=client, body=body)
    assert isinstance(created, Customer)
    made.append(created)
emails: list[str | None] = [customer.email for customer in made]
assert emails == [None, "", "ada@example.org"]

where = CustomerWhere(first_name=TextNullableFilter(starts_with="Zo"), last_name="python")
order = CustomerOrderBy(first_name=SortOrder.DESC)
found = list_customers.sync(
    client=client,
    where=json.dumps(where.to_dict()),
    order_by=json.dumps(order.to_dict()),
    take=5,
)
assert isinstance(found, list)
assert [customer.first_name for customer in found] == ["Zoë", "Zora"]

refused = create_customer.sync(client=client, body=CustomerRequest(first_name="x" * 1001))
assert isinstance(refused, Problem)
assert isinstance(refused.errors, list)
assert [fault.pointer for fault in refused.errors] == ["#/firstName"]
key = str(made[0].id)
change = PatchedCustomerRequest(email=None, phone="1")
changed = update_customer.sync(key, client=client, body=change)
assert isinstance(changed, Customer)
assert changed.phone == "1"
assert isinstance(delete_customer.sync(key, client=client), Customer)
assert get_customer.sync_detailed(key, client=client).status_code == HTTPStatus.NOT_FOUND
sys.stdout.write("everything went well\n")
