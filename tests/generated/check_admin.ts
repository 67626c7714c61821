// Drives the providers of client_admin.ts as react-admin does.
import assert from "node:assert/strict";
import { connect } from "./client_admin";
import { Session } from "./session";

const [address = "", password = ""] = process.argv.slice(2);
const { dataProvider, authProvider } = connect(new Session(address));
await assert.rejects(authProvider.checkAuth({}));
await assert.rejects(authProvider.login({ username: "admin", password: "wrong" }), { status: 401 });
await authProvider.login({ username: "admin", password });
await authProvider.checkAuth({});
assert.deepEqual(await authProvider.getPermissions!({}), ["admin"]);
assert.equal((await authProvider.getIdentity!()).fullName, "admin");

const { data: town } = await dataProvider.create("addresses", { data: { city: "Paris" } });
const rows = [];
for (const firstName of ["Ada", "Grace", "Mary"]) {
  const data = { firstName, lastName: "Admin", address: { id: town.id } };
  rows.push((await dataProvider.create("customers", { data })).data);
}
const pagination = { page: 2, perPage: 1 };
const sort = { field: "firstName", order: "DESC" as const };
const page = await dataProvider.getList("customers", { filter: { lastName: "Admin" }, pagination, sort });
assert.deepEqual([page.data.map((row) => row.firstName), page.total], [["Grace"], 3]);
const reference = { target: "address", id: town.id, pagination: { page: 1, perPage: 5 }, sort, filter: {} };
assert.equal((await dataProvider.getManyReference("customers", reference)).total, 3);
const ids = rows.map((row) => row.id);
assert.equal((await dataProvider.getMany("customers", { ids })).data.length, 3);

const { data: row } = await dataProvider.getOne("customers", { id: ids[0] });
const change = { id: row.id, data: { ...row, phone: "1" }, previousData: row };
assert.equal((await dataProvider.update("customers", change)).data.phone, "1");
const other = connect(new Session(address));
await other.authProvider.login({ username: "admin", password });
await other.dataProvider.getOne("customers", { id: row.id });
await dataProvider.update("customers", { ...change, data: { ...row, phone: "2" } });
const late = { ...change, data: { ...row, phone: "3" } };
await assert.rejects(other.dataProvider.update("customers", late), { status: 412 });
const long = { data: { firstName: "x".repeat(1001) } };
const refused: any = await dataProvider.create("customers", long).catch((error: unknown) => error);
assert.deepEqual([refused.status, Object.keys(refused.body.errors)], [400, ["firstName"]]);

await dataProvider.updateMany("customers", { ids, data: { phone: "9" } });
assert.deepEqual((await dataProvider.deleteMany("customers", { ids })).data, ids);
assert.equal((await dataProvider.delete("addresses", { id: town.id, previousData: town })).data.id, town.id);
await authProvider.logout({});
await assert.rejects(authProvider.checkAuth({}));
console.log("everything went well");
