// What graphql-codegen makes of the SDL. Arguments: the service's address, admin's password.
import assert from "node:assert/strict";
import { ClientError, GraphQLClient } from "graphql-request";
import { graphql } from "./made/graphql";
import type { CustomerWhereInput } from "./made/graphql/graphql";

const [address = "", password = ""] = process.argv.slice(2);
const client = new GraphQLClient(`${address}/graphql`);

const LogIn = graphql(`
  mutation LogIn($credentials: Credentials!) {
    login(credentials: $credentials) { accessToken roles }
  }
`);
const Create = graphql(`
  mutation Create($data: CustomerCreateInput!) {
    createCustomer(data: $data) { id email createdAt }
  }
`);
const List = graphql(`
  query List($where: CustomerWhereInput, $orderBy: [CustomerOrderByInput!], $take: Float) {
    customers(where: $where, orderBy: $orderBy, take: $take) { firstName orders { quantity } }
    _customersMeta(where: $where) { count }
  }
`);
const Change = graphql(`
  mutation Change($where: CustomerWhereUniqueInput!, $data: CustomerUpdateInput!) {
    updateCustomer(where: $where, data: $data) { phone }
    deleteCustomer(where: $where) { id }
  }
`);
const Read = graphql(`
  query Read($where: CustomerWhereUniqueInput!) { customer(where: $where) { id } }
`);

const codeOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(() => undefined, (fault: unknown) => fault);
  assert.ok(error instanceof ClientError);
  return error.response.errors?.[0]?.extensions.code;
};
const logIn = (secret: string) => client.request(LogIn, { credentials: { username: "admin", password: secret } });

assert.equal(await codeOf(logIn("wrong")), "UNAUTHENTICATED");
const { login } = await logIn(password);
const roles: string[] = login.roles;
assert.ok(roles.includes("admin") && login.accessToken);
client.setHeader("Authorization", `Bearer ${login.accessToken}`);

const ids: string[] = [];
for (const [firstName, email] of [["Zoë", null], ["Zora", ""], ["Ada", "ada@example.org"]] as const) {
  const { createCustomer: made } = await client.request(Create, { data: { firstName, lastName: "graphql", email } });
  const moment: string = made.createdAt;
  assert.deepEqual([made.email, moment.slice(-1)], [email, "Z"]);
  ids.push(made.id);
}
const where: CustomerWhereInput = { firstName: { startsWith: "Zo" }, lastName: { equals: "graphql" } };
const found = await client.request(List, { where, orderBy: [{ firstName: "Desc" }], take: 5 });
assert.deepEqual(found.customers.map((customer) => customer.firstName), ["Zoë", "Zora"]);
assert.equal(found._customersMeta.count, 2);

assert.equal(await codeOf(client.request(Create, { data: { firstName: "x".repeat(1001) } })), "BAD_USER_INPUT");
const unique = { id: ids[0] ?? "" };
const changed = await client.request(Change, { where: unique, data: { email: null, phone: "1" } });
assert.deepEqual([changed.updateCustomer.phone, changed.deleteCustomer.id], ["1", unique.id]);
assert.equal((await client.request(Read, { where: unique })).customer, null);
assert.equal(await codeOf(client.request(Change, { where: unique, data: {} })), "NOT_FOUND");
console.log("everything went well");
