// What openapi-typescript and openapi-fetch make of the document. Arguments: the service's address, admin's password.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./made/schema";

const [address = "", password = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address });

const wrong = await client.POST("/api/login", { body: { username: "admin", password: "wrong" } });
assert.equal(wrong.error?.detail, "The passed credentials are incorrect");
const login = await client.POST("/api/login", { body: { username: "admin", password } });
assert.ok(login.data, JSON.stringify(login.error));
const roles: string[] = login.data.roles;
const life: number = login.data.expiresIn + login.data.refreshExpiresIn;
assert.ok(roles.includes("admin") && life > 0 && login.data.refreshToken);
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `${login.data.tokenType} ${login.data.accessToken}`);
  },
});

const made: components["schemas"]["Customer"][] = [];
for (const [firstName, email] of [["Zoë", null], ["Zora", ""], ["Ada", "ada@example.org"]] as const) {
  const { data, error } = await client.POST("/api/customers", { body: { firstName, lastName: "fetch", email } });
  assert.ok(data, error?.detail);
  made.push(data);
}
const emails: (string | null)[] = made.map((customer) => customer.email);
assert.deepEqual(emails, [null, "", "ada@example.org"]);

const where: components["schemas"]["CustomerWhere"] = { firstName: { startsWith: "Zo" }, lastName: "fetch" };
const orderBy: components["schemas"]["CustomerOrderBy"] = { firstName: "desc" };
const query = { where: JSON.stringify(where), orderBy: JSON.stringify(orderBy), take: 5 };
const found = await client.GET("/api/customers", { params: { query } });
assert.deepEqual(found.data?.map((customer) => customer.firstName), ["Zoë", "Zora"]);
assert.equal((await client.GET("/api/customers")).response.status, 200);

const refused = await client.POST("/api/customers", { body: { firstName: "x".repeat(1001) } });
assert.deepEqual(refused.error?.errors?.map((fault) => fault.pointer), ["#/firstName"]);
const path = { id: made[0]?.id ?? "" };
const changed = await client.PATCH("/api/customers/{id}", { params: { path }, body: { email: null, phone: "1" } });
assert.equal(changed.data?.phone, "1");
assert.equal((await client.DELETE("/api/customers/{id}", { params: { path } })).data?.id, path.id);
const gone = await client.GET("/api/customers/{id}", { params: { path } });
assert.equal(gone.error?.status, 404);
console.log("everything went well");
