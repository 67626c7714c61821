// Runs the audits of GraphQL over HTTP against the service at the given address; prints those that are not ok.
import { serverAudits } from "graphql-http";

const [, , url] = process.argv;
const audits = serverAudits({ url });
const results = await Promise.all(audits.map((audit) => audit.fn()));
const failed = results.filter((result) => result.status !== "ok").map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ count: results.length, failed }));
