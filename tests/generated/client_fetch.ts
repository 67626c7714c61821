import createClient from "openapi-fetch";
import type { components, paths } from "./made/schema";
import { Session } from "./session";

const [address = "http://localhost:8000", password = "admin"] = process.argv.slice(2);
const session = new Session(address);
await session.logIn("admin", password);
const client = createClient<paths>({ baseUrl: address, fetch: session.fetch });

for (const firstName of ["Ada", "Grace", "Mary"]) {
  await client.POST("/api/customers", { body: { firstName, lastName: "Fetch" } });
}

// Filters, order and pages. `Prefer` asks for the number of all rows.
const where: components["schemas"]["CustomerWhere"] = { lastName: "Fetch" };
const orderBy: components["schemas"]["CustomerOrderBy"] = { firstName: "desc" };
const query = { where: JSON.stringify(where), orderBy: JSON.stringify(orderBy), skip: 1, take: 1 };
const page = await client.GET("/api/customers", { params: { query }, headers: { Prefer: "count=exact" } });
console.log(page.data?.map((row) => row.firstName), "of", page.response.headers.get("X-Total-Count"));

// The ETag of a row, sent with a change, keeps the changes of others.
const path = { id: page.data?.[0]?.id ?? "" };
const { response } = await client.GET("/api/customers/{id}", { params: { path } });
const headers = { "If-Match": response.headers.get("ETag") ?? "" };
const first = await client.PATCH("/api/customers/{id}", { params: { path }, body: { phone: "1" }, headers });
const second = await client.PATCH("/api/customers/{id}", { params: { path }, body: { phone: "2" }, headers });
console.log(first.data?.phone, second.error?.status);

// A refused request has a fault for each field.
const { error } = await client.POST("/api/customers", { body: { firstName: "x".repeat(1001) } });
console.log(error?.status, error?.errors?.map((fault) => fault.pointer));

await session.logOut();
console.log((await client.GET("/api/customers")).error?.status);
