"""Export and import in the admin: under the policy, without formulas, all lines or none, audited."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from auth_core.models import AuthEvent
from entity_api.exchange import resource
from entity_api.exchange.formats import FORMULA
from tests.policies import ALL, READ, make_user, write_policy
from tests.rest import read_stored
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
CUSTOMERS = "/admin/shop/customer/"
CSV, JSON = "0", "1"
OWN = "\n".join(f'{action} = "own"' for action in ("view", "search", "create", "update"))
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "\nx",
    "\uff1d1",
    "'=1",
    "''",
    "'x",
    "x=1",
    " =1",
]


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user", is_staff=True)


@pytest.fixture
def staff(ada: Any) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def export(client: Client, kind: str = CSV, query: str = "") -> str:
    answer = client.post(f"{CUSTOMERS}export/{query}", {"format": kind, "resource": "0"})
    assert answer["Content-Disposition"].startswith("attachment"), answer.text
    return str(answer.text)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def send(client: Client, content: str | bytes, kind: str = CSV, path: str = CUSTOMERS) -> Any:
    data = content.encode() if isinstance(content, str) else content
    form = {"format": kind, "resource": "0", "import_file": SimpleUploadedFile("rows", data)}
    return client.post(f"{path}import/", form)


def list_faults(answer: Any) -> dict[Any, dict[str, list[str]]]:
    assert answer.status_code == 200
    return {row.number: row.error_dict for row in answer.context["result"].invalid_rows}


def test_no_text_of_an_export_is_a_formula_and_all_come_back(root: Client) -> None:
    rows = [Customer.objects.create(first_name=text) for text in FORMULAS]
    text = export(root)
    for line in read_csv(text):
        assert not line["firstName"].startswith(FORMULA)
    Customer.objects.update(first_name="gone")
    assert send(root, text).status_code == 302
    for row, before in zip(rows, FORMULAS, strict=True):
        row.refresh_from_db()
        assert row.first_name == before


def test_a_negative_number_stays_a_number(root: Client) -> None:
    Address.objects.create(zip=-5)
    text = root.post("/admin/shop/address/export/", {"format": CSV, "resource": "0"}).text
    assert read_csv(text)[0]["zip"] == "-5"


def test_json_is_what_the_api_shows(root: Client) -> None:
    address = Address.objects.create(city="Bern")
    row = Customer.objects.create(first_name="=1", address=address)
    (shown,) = json.loads(export(root, JSON))
    assert (shown["id"], shown["firstName"], shown["address"]) == (
        str(row.pk),
        "=1",
        str(address.pk),
    )
    assert shown["email"] is None


def test_an_export_has_the_rows_of_the_list(root: Client) -> None:
    for name in ("Ada", "Bob"):
        Customer.objects.create(first_name=name)
    assert [row["firstName"] for row in read_csv(export(root, query="?q=bob"))] == ["Bob"]


def test_an_export_has_own_rows_and_no_withheld_field(
    policy: Write, staff: Client, ada: Any
) -> None:
    policy(write_policy(Customer=OWN + '\nfields.view.email = ["admin"]'))
    Customer.objects.create(owner=ada, first_name="Mine", email="secret@example.org")
    Customer.objects.create(owner=make_user("eve"), first_name="Foreign")
    for kind in (CSV, JSON):
        text = export(staff, kind)
        assert "Mine" in text
        assert "Foreign" not in text
        assert "email" not in text
        assert "secret" not in text


def test_an_export_hides_links_to_hidden_rows(policy: Write, staff: Client) -> None:
    policy(write_policy(Customer=READ))
    address = Address.objects.create(city="Hidden")
    Customer.objects.create(address=address)
    assert str(address.pk) not in export(staff)


def test_a_closed_entity_has_neither(policy: Write, staff: Client) -> None:
    policy(write_policy())
    assert staff.post(f"{CUSTOMERS}export/", {"format": CSV, "resource": "0"}).status_code == 403
    assert send(staff, "firstName\nx\n").status_code == 403


def test_who_only_reads_imports_nothing(policy: Write, staff: Client) -> None:
    policy(write_policy(Customer=READ))
    assert send(staff, "firstName\nx\n").status_code == 403
    page = staff.get(CUSTOMERS).text
    assert "export_link" in page
    assert "import_link" not in page


def test_an_export_is_bounded(root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "MOST_EXPORTED", 2)
    Customer.objects.bulk_create(Customer() for _ in range(3))
    page = root.post(f"{CUSTOMERS}export/", {"format": CSV, "resource": "0"})
    assert "An export has at most 2 rows." in page.text
    assert not AuthEvent.objects.filter(event="export").exists()


def test_an_import_adds_and_changes(root: Client) -> None:
    old = Customer.objects.create(first_name="Old", phone="1")
    address = Address.objects.create()
    text = f"id,firstName,address\n{old.pk},New,{address.pk}\n,Added,\n"
    assert send(root, text).status_code == 302
    old.refresh_from_db()
    assert (old.first_name, old.phone, old.address) == ("New", "1", address)
    assert Customer.objects.filter(first_name="Added", address=None).count() == 1


def test_numbers_of_csv_are_read(root: Client) -> None:
    assert send(root, "city,zip\nBern,3000\n", path="/admin/shop/address/").status_code == 302
    assert Address.objects.get().zip == 3000


def test_a_wrong_line_undoes_all_and_is_named(root: Client) -> None:
    old = Customer.objects.create(first_name="Old")
    text = f"id,firstName,email\n,Good,\n{old.pk},New,no address\n,Bad,@\n0190,x,\n"
    before = read_stored()
    faults = list_faults(send(root, text))
    assert faults.keys() >= {3}
    assert "email" in faults[3]
    assert faults.keys() & {2, 4}
    assert read_stored() == before


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("a,a\n1,2\n", CSV),
        ("firstName\n1,2\n", CSV),
        (b"\xff\xfe", CSV),
        ("firstName\n" + "x" * 200_000 + "\n", CSV),
        ("", CSV),
        ("\0\n\0\n", CSV),
        ("nobody\nx\n", CSV),
        ("id\nx\n", CSV),
        ("{}", JSON),
        ("[1]", JSON),
        ("[" * 5000, JSON),
        ('[{"firstName": {"x": NaN}}]', JSON),
        ('[{"firstName": {"x": [1]}, "address": [[]]}]', JSON),
        ('[{"address": {"id": {"id": 1}}, "id": [1]}]', JSON),
        ('[{"firstName": "\\ud800"}]', JSON),
    ],
)
def test_junk_is_an_error_of_the_page(root: Client, content: str | bytes, kind: str) -> None:
    answer = send(root, content, kind)
    assert answer.status_code == 200
    assert answer.context["form"].errors or list_faults(answer)
    assert "Traceback" not in answer.text
    assert not Customer.objects.exists()


def test_members_that_differ_from_row_to_row_stay_with_their_names(root: Client) -> None:
    rows = [{"firstName": "A", "phone": "1"}, {"phone": "2", "firstName": "B"}, {"phone": "3"}]
    assert send(root, json.dumps(rows), JSON).status_code == 302
    found = Customer.objects.order_by("phone").values_list("first_name", "phone")
    assert list(found) == [("A", "1"), ("B", "2"), (None, "3")]


def test_a_field_that_may_not_be_written_is_refused(policy: Write, staff: Client) -> None:
    policy(write_policy(Customer=ALL + '\nfields.create.email = ["admin"]'))
    faults = list_faults(send(staff, "firstName,email\nx,a@example.org\n"))
    assert "You may not write the field email." in str(faults[1])
    assert not Customer.objects.exists()


def test_a_foreign_row_is_not_changed(policy: Write, staff: Client) -> None:
    policy(write_policy(Customer=OWN))
    foreign = Customer.objects.create(owner=make_user("eve"), first_name="Foreign")
    faults = list_faults(send(staff, f"id,firstName\n{foreign.pk},Stolen\n"))
    assert "There is no Customer with this id." in str(faults[1])
    foreign.refresh_from_db()
    assert foreign.first_name == "Foreign"


def test_a_new_row_belongs_to_who_imports_it(policy: Write, staff: Client, ada: Any) -> None:
    policy(write_policy(Customer=OWN))
    assert send(staff, "firstName\nMine\n").status_code == 302
    assert Customer.objects.get().owner == ada


def test_an_import_is_bounded(root: Client, settings: Any) -> None:
    settings.API_MAX_TAKE = 2
    assert "An import has at most 2 lines." in send(root, "phone\n1\n2\n3\n").text
    assert "A file has at most" in send(root, "phone\n" + "1" * 1024 * 1024).text
    assert not Customer.objects.exists()


def test_both_are_audited(root: Client) -> None:
    Customer.objects.create()
    export(root)
    send(root, "phone\n1\n2\n")
    send(root, "email\n@\n")
    events = AuthEvent.objects.filter(event__in=("export", "import")).order_by("id")
    assert list(events.values_list("event", "detail", "username")) == [
        ("export", "Customer, rows: 1", "root"),
        ("import", "Customer, rows: 2", "root"),
    ]


def test_the_second_step_of_an_import_is_closed(root: Client) -> None:
    named = {"import_file_name": "passwd", "original_file_name": "x", "format": CSV}
    assert root.post(f"{CUSTOMERS}process_import/", named).status_code == 404


def test_an_import_needs_few_queries(root: Client, django_assert_max_num_queries: Any) -> None:
    text = "firstName\n" + "\n".join(map(str, range(200)))
    with django_assert_max_num_queries(30):
        assert send(root, text).status_code == 302
    assert Customer.objects.count() == 200
    Order.objects.bulk_create(Order(quantity=1) for _ in range(200))
    with django_assert_max_num_queries(20):
        root.post("/admin/shop/order/export/", {"format": CSV, "resource": "0"})
