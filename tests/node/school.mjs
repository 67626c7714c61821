// Drives a school that was imported from Amplication, as the screens of its admin do, through Amplication's data provider.
// Usage: node school.mjs <address> <version of the provider> <Basic credentials>
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { ApolloClient, HttpLink, InMemoryCache } = require("@apollo/client/core");

const [, , uri, version, authorization] = process.argv;
const { default: buildProvider } = require(`ra-data-graphql-amplication-${version}`);
const link = new HttpLink({ uri, fetch, headers: { authorization } });
const provider = await buildProvider({ client: new ApolloClient({ link, cache: new InMemoryCache() }) });

const byId = { field: "id", order: "ASC" };
const listed = { pagination: { page: 1, perPage: 10 }, sort: byId, filter: {} };
const create = async (resource, data) => (await provider.create(resource, { data })).data;
const read = async (resource, { id }) => (await provider.getOne(resource, { id })).data;
// react-admin sends the whole record back, with ids of links under names of their own.
const save = async (resource, row, data) => {
  const previousData = await read(resource, row);
  return (await provider.update(resource, { id: row.id, data: { ...previousData, ...data }, previousData })).data;
};
const find = async (resource, filter, sort = byId) => (await provider.getList(resource, { ...listed, filter, sort })).data.map((row) => row.id);
const refer = async (resource, target, { id }) =>
  (await provider.getManyReference(resource, { target, id, ...listed })).data.map((row) => row.id);

const made = {};
const samples = {
  SchoolClass: { label: "1a" },
  Home: { city: "London" },
  Teacher: { name: "Ms Byron", salary: "10.50" },
  // Inputs for dates hand over a Date, those for options the value.
  Student: { firstName: "Ada", serialCode: 5, gender: "Female", birthDate: new Date("2015-12-10"), isBoarder: true },
};
for (const [resource, sample] of Object.entries(samples)) made[resource] = await create(resource, sample);
const { SchoolClass: label, Home: home, Teacher: teacher, Student: student } = made;
made.Lesson = await create("Lesson", { day: "2026-01-31", classField: { id: label.id }, state: "planned", startsAt: new Date("2026-01-31T08:30:00Z") });
made.Mark = await create("Mark", { subject: "Engines", points: 1.5, student: { id: student.id } });
made.Attendance = await create("Attendance", { date: "2026-01-31", arrivedAt: "08:30:00", state: "held", minutes: 45, teacher: { id: teacher.id } });
const user = made.User = await create("User", { username: "byron", password: "Difference-Engine-2", roles: ["user"] });
const { Lesson: lesson, Mark: mark, Attendance: attendance } = made;

assert.deepEqual([student.gender, student.birthDate, student.isBoarder, student.nationality], ["Female", "2015-12-10", true, "unknown"]);
assert.deepEqual([lesson.day, lesson.state, lesson.startsAt, lesson.length], ["2026-01-31", "planned", "2026-01-31T08:30:00.000Z", 45]);
assert.deepEqual([attendance.date, attendance.arrivedAt, attendance.state], ["2026-01-31", "08:30:00", "held"]);
assert.equal(teacher.salary, "10.50");

// Every list, every record, and each reference of another screen.
for (const [resource, row] of Object.entries(made)) {
  const one = await read(resource, row);
  assert.equal(one.id, row.id);
  assert.deepEqual((await provider.getMany(resource, { ids: [row.id] })).data, [one]);
  const page = await provider.getList(resource, { ...listed, sort: { field: "createdAt", order: "DESC" } });
  assert.equal(page.data[0].id, row.id);
  assert.ok(page.total >= 1);
}

// Filters by an option, a text, a link; order by an option, a date, a time, a link.
const second = await create("Student", { firstName: "Bob", serialCode: 6, gender: "Male", birthDate: null });
assert.deepEqual(await find("Student", { gender: "Female" }), [student.id]);
assert.deepEqual(await find("Student", { firstName: { startsWith: "B" } }), [second.id]);
assert.deepEqual(await find("Student", {}, { field: "gender", order: "DESC" }), [second.id, student.id]);
assert.deepEqual(await find("Student", {}, { field: "birthDate", order: "ASC" }), [student.id, second.id]);
assert.deepEqual(await find("Lesson", { "classField.id": label.id }, { field: "classField.id", order: "ASC" }), [lesson.id]);
assert.deepEqual(await find("Attendance", {}, { field: "arrivedAt", order: "ASC" }), [attendance.id]);
assert.deepEqual(await refer("Lesson", "classFieldId", label), [lesson.id]);
assert.deepEqual(await refer("Mark", "studentId", student), [mark.id]);
assert.deepEqual(await refer("Attendance", "teacherId", teacher), [attendance.id]);

// Saved forms: an option changed and emptied, a date, a time, links to one and to many, and a one-to-one from both sides.
assert.equal((await save("Lesson", lesson, { state: "called_off", length: 50 })).state, "called_off");
assert.equal((await save("Attendance", attendance, { arrivedAt: new Date("1970-01-01T09:15:00Z"), state: null })).arrivedAt, "09:15:00");
const changed = await save("Student", student, { birthDate: new Date("2015-12-11"), classField: { id: label.id }, home: { id: home.id } });
assert.deepEqual([changed.birthDate, changed.classField.id, changed.home.id], ["2015-12-11", label.id, home.id]);
assert.equal((await read("Home", home)).student.id, student.id);
assert.deepEqual(await refer("Student", "homeId", home), [student.id]);
assert.equal((await save("Home", home, { city: "Ockham" })).city, "Ockham");
assert.equal((await save("Teacher", teacher, { user: { id: user.id } })).user.id, user.id);
assert.deepEqual((await save("SchoolClass", label, { students: [{ id: second.id }] })).students.map((row) => row.id), [second.id]);
await assert.rejects(save("Student", second, { home: { id: home.id } }), /Student with this home already exists/);
await assert.rejects(create("Student", { firstName: "Cid", serialCode: 5 }), /Student with this serial code already exists/);
await assert.rejects(create("Student", { firstName: "Cid", serialCode: 7, gender: "Robot" }), /The input is not valid/);

await provider.delete("Student", { id: second.id, previousData: second });
for (const resource of ["Attendance", "Mark", "Lesson", "Student", "Teacher", "Home", "SchoolClass", "User"]) {
  const { id } = made[resource];
  assert.equal((await provider.delete(resource, { id, previousData: made[resource] })).data.id, id);
  assert.deepEqual((await provider.getMany(resource, { ids: [id] })).data, []);
}
console.log("everything went well");
