// A directory with one person, for the tests of LDAP. Usage: node directory.mjs <name> <password> <role>
// Prints its port, then a line for each bind. A line "password …" changes the password.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const ldap = createRequire(import.meta.url)("ldapjs");
const [, , name, password, role] = process.argv;
const base = "ou=people,dc=example,dc=org";
const person = {
  dn: `uid=${name},${base}`,
  attributes: { objectClass: "inetOrgPerson", uid: name, mail: `${name}@example.org`, employeeType: [role] },
};
let taken = password;

const server = ldap.createServer();
server.bind(base, (request, answer, next) => {
  console.log("bind");
  const known = request.dn.toString().replaceAll(" ", "") === person.dn;
  if (!known || request.credentials !== taken) return next(new ldap.InvalidCredentialsError());
  answer.end();
  return next();
});
server.search(base, (request, answer, next) => {
  if (request.filter.matches(person.attributes)) answer.send(person);
  answer.end();
  return next();
});
server.listen(0, "127.0.0.1", () => console.log(server.port));
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line.startsWith("password ")) taken = line.slice("password ".length);
  console.log("done");
});
