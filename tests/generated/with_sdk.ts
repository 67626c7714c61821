// What @hey-api/openapi-ts makes of the document. Arguments: the service's address, admin's password.
import assert from "node:assert/strict";
import { createCustomer, deleteCustomer, getCustomer, listCustomers, login, updateCustomer } from "./made/sdk";
import { client } from "./made/sdk/client.gen";
import type { Customer, CustomerOrderBy, CustomerWhere } from "./made/sdk";

const [address = "", password = ""] = process.argv.slice(2);
client.setConfig({ baseUrl: address });

const wrong = await login({ body: { username: "admin", password: "wrong" } });
assert.equal(wrong.error?.detail, "The passed credentials are incorrect");
const { data: session } = await login({ body: { username: "admin", password }, throwOnError: true });
const roles: string[] = session.roles;
assert.ok(roles.includes("admin") && session.expiresIn > 0 && session.refreshToken);
client.setConfig({ auth: () => session.accessToken });

const made: Customer[] = [];
for (const [firstName, email] of [["Zoë", null], ["Zora", ""], ["Ada", "ada@example.org"]] as const) {
  made.push((await createCustomer({ body: { firstName, lastName: "sdk", email }, throwOnError: true })).data);
}
const emails: (string | null)[] = made.map((customer) => customer.email);
assert.deepEqual(emails, [null, "", "ada@example.org"]);

const where: CustomerWhere = { firstName: { startsWith: "Zo" }, lastName: "sdk" };
const orderBy: CustomerOrderBy = { firstName: "desc" };
const query = { where: JSON.stringify(where), orderBy: JSON.stringify(orderBy), take: 5 };
const found = await listCustomers({ query, throwOnError: true });
assert.deepEqual(found.data.map((customer) => customer.firstName), ["Zoë", "Zora"]);

const refused = await createCustomer({ body: { firstName: "x".repeat(1001) } });
assert.deepEqual(refused.error?.errors?.map((fault) => fault.pointer), ["#/firstName"]);
const path = { id: made[0]?.id ?? "" };
const changed = await updateCustomer({ path, body: { email: null, phone: "1" } });
assert.equal(changed.data?.phone, "1");
assert.equal((await deleteCustomer({ path })).data?.id, path.id);
assert.equal((await getCustomer({ path })).error?.status, 404);
console.log("everything went well");
