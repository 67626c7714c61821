import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from "@apollo/client/core";
import { graphql } from "./made/graphql";
import { Session } from "./session";

const [address = "http://localhost:8000", password = "admin"] = process.argv.slice(2);
const session = new Session(address);
await session.logIn("admin", password);
const link = new HttpLink({ uri: `${address}/graphql`, fetch: session.fetch });
const client = new ApolloClient({ link, cache: new InMemoryCache() });

const Add = graphql(`
  mutation AddCustomer($data: CustomerCreateInput!) {
    createCustomer(data: $data) { id }
  }
`);
const Page = graphql(`
  query Page($where: CustomerWhereInput, $orderBy: [CustomerOrderByInput!], $skip: Float, $take: Float) {
    customers(where: $where, orderBy: $orderBy, skip: $skip, take: $take) { id firstName }
    _customersMeta(where: $where) { count }
  }
`);

for (const firstName of ["Ada", "Grace", "Mary"]) {
  await client.mutate({ mutation: Add, variables: { data: { firstName, lastName: "Apollo" } } });
}

// Filters, order and pages, with types from the schema.
const where = { lastName: { equals: "Apollo" } };
const variables = { where, orderBy: [{ firstName: "Desc" as const }], skip: 1, take: 1 };
const { data } = await client.query({ query: Page, variables });
console.log(data?.customers.map((row) => row.firstName), "of", data?._customersMeta.count);

// A refused operation has a code.
const long = { data: { firstName: "x".repeat(1001) } };
const refused = await client.mutate({ mutation: Add, variables: long }).catch((error: unknown) => error);
console.log(CombinedGraphQLErrors.is(refused) && refused.errors[0]?.extensions?.code);

await session.logOut();
await client.clearStore();
