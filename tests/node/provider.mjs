// Drives the service as react-admin does through Amplication's data provider: every entity, every method.
// Usage: node provider.mjs <address> <version of the provider> <Bearer or Basic> <password of admin>
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = require("@apollo/client/core");

const [, , uri, version, scheme, password] = process.argv;
const { default: buildProvider } = require(`ra-data-graphql-amplication-${version}`);

let authorization;
const link = new ApolloLink((operation, forward) => {
  if (authorization) operation.setContext({ headers: { authorization } });
  return forward(operation);
}).concat(new HttpLink({ uri, fetch }));
const client = new ApolloClient({ link, cache: new InMemoryCache() });

const LOGIN = gql`
  mutation login($username: String!, $password: String!) {
    login(credentials: { username: $username, password: $password }) { username accessToken }
  }
`;
const logIn = (password) => client.mutate({ mutation: LOGIN, variables: { username: "admin", password } });

await assert.rejects(logIn("wrong"), /The passed credentials are incorrect/);
const { accessToken } = (await logIn(password)).data.login;
authorization = `${scheme} ${accessToken}`;

const provider = await buildProvider({ client });
const byId = { field: "id", order: "ASC" };
const page = (page, perPage) => ({ page, perPage });
const listed = { pagination: page(1, 10), sort: byId, filter: {} };

const samples = {
  Address: { address_1: "1 St James's Square", city: "London", zip: 12345 },
  Product: { name: "Engine", description: "Analytical", itemPrice: 1.5 },
  Customer: { firstName: "Ada", lastName: "Lovelace", email: "ada@example.org", phone: "1" },
  Order: { quantity: 3, discount: 0.5, totalPrice: 30 },
  User: { username: `charles-${version}-${scheme}`, password: "Difference-Engine-2", firstName: "Charles", roles: ["user"] },
};
const changes = {
  Address: { city: "Paris", zip: 54321 },
  Product: { itemPrice: 2.25 },
  Customer: { firstName: "Augusta" },
  Order: { quantity: 4 },
  User: { firstName: "Chas" },
};
const made = {};

for (const [resource, sample] of Object.entries(samples)) {
  const created = (await provider.create(resource, { data: sample })).data;
  assert.ok(created.id);
  const { password: hidden, ...visible } = sample;
  for (const [name, value] of Object.entries(visible)) assert.deepEqual(created[name], value);

  const one = (await provider.getOne(resource, { id: created.id })).data;
  assert.equal(one.id, created.id);

  const many = await provider.getMany(resource, { ids: [created.id] });
  assert.deepEqual(many.data.map((row) => row.id), [created.id]);

  const list = await provider.getList(resource, { ...listed, filter: { id: { equals: created.id } } });
  assert.deepEqual([list.total, list.data.length], [1, 1]);

  const newest = await provider.getList(resource, { pagination: page(1, 1), sort: { field: "createdAt", order: "DESC" }, filter: {} });
  assert.equal(newest.data[0].id, created.id);
  assert.equal(newest.data.length, 1);
  assert.ok(newest.total >= 1);

  const second = await provider.getList(resource, { pagination: page(2, 1), sort: byId, filter: {} });
  assert.notEqual(second.data[0]?.id, (await provider.getList(resource, { ...listed, pagination: page(1, 1) })).data[0].id);

  // react-admin sends the whole record back, links included.
  const updated = (await provider.update(resource, { id: created.id, data: { ...one, ...changes[resource] }, previousData: one })).data;
  for (const [name, value] of Object.entries(changes[resource])) assert.deepEqual(updated[name], value);
  made[resource] = updated;
}

// Links: orders are set on every save of a customer, the address is set and taken away.
const { Customer: customer, Order: order, Address: address, User: user } = made;
const save = async (data) => (await provider.update("Customer", { id: customer.id, data: { ...customer, ...data }, previousData: customer })).data;
let saved = await save({ orders: [{ id: order.id }], address: { id: address.id } });
assert.deepEqual(saved.orders.map((row) => row.id), [order.id]);
assert.equal(saved.address.id, address.id);

const ofCustomer = await provider.getManyReference("Order", { target: "customerId", id: customer.id, ...listed });
assert.deepEqual(ofCustomer.data.map((row) => row.id), [order.id]);
const sorted = await provider.getList("Order", { ...listed, sort: { field: "customer.id", order: "DESC" } });
assert.ok(sorted.data.length);

saved = await save({ orders: [], address: null });
assert.deepEqual([saved.orders, saved.address], [[], undefined]);

// An emptied list of roles arrives as {set: []}.
const bare = (await provider.update("User", { id: user.id, data: { ...user, roles: [] }, previousData: user })).data;
assert.deepEqual(bare.roles, []);

for (const resource of ["User", "Order", "Customer", "Product", "Address"]) {
  const deleted = (await provider.delete(resource, { id: made[resource].id, previousData: made[resource] })).data;
  assert.equal(deleted.id, made[resource].id);
  const left = await provider.getMany(resource, { ids: [deleted.id] });
  assert.deepEqual(left.data, []);
}
console.log("everything went well");
