import type { AuthProvider, DataProvider, Identifier } from "ra-core";
import { Problem, readProblem, Session } from "./session";

const READ_ONLY = ["id", "createdAt", "updatedAt"];

// For <Admin dataProvider={…} authProvider={…}>. A resource is a plural, such as "customers".
export function connect(session: Session): { dataProvider: DataProvider; authProvider: AuthProvider } {
  const etags = new Map<string, string>();

  async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const sent = { method, headers: { "Content-Type": "application/json", ...headers } };
    const options = body ? { ...sent, body: JSON.stringify(body) } : sent;
    const answer = await session.fetch(`${session.address}/api/${path}`, options);
    if (!answer.ok) throw toFormErrors(await readProblem(answer));
    const json = await answer.json();
    const etag = answer.headers.get("ETag");
    if (etag) etags.set(path, etag);
    return { json, total: Number(answer.headers.get("X-Total-Count")) };
  }

  async function list(resource: string, where: object, { page = 1, perPage = 25 } = {}, sort?: { field: string; order: string }) {
    const query = new URLSearchParams({ where: JSON.stringify(where), skip: `${(page - 1) * perPage}`, take: `${perPage}` });
    if (sort) query.set("orderBy", JSON.stringify({ [sort.field]: sort.order.toLowerCase() }));
    const { json, total } = await ask("GET", `${resource}?${query}`, undefined, { Prefer: "count=exact" });
    return { data: json, total };
  }

  async function save(resource: string, id: Identifier, data: object, previous: Record<string, unknown> = {}) {
    const changes = Object.entries(data).filter(
      ([name, value]) => !READ_ONLY.includes(name) && JSON.stringify(value) !== JSON.stringify(previous[name]),
    );
    const etag = etags.get(`${resource}/${id}`);
    // 412 if somebody else has changed the row since it was read.
    const headers: Record<string, string> = etag ? { "If-Match": etag } : {};
    return (await ask("PATCH", `${resource}/${id}`, Object.fromEntries(changes), headers)).json;
  }

  const remove = async (resource: string, id: Identifier) => (await ask("DELETE", `${resource}/${id}`)).json;

  const dataProvider: DataProvider = {
    getList: (resource, { filter = {}, pagination, sort }) => list(resource, filter, pagination, sort),
    getOne: async (resource, { id }) => ({ data: (await ask("GET", `${resource}/${id}`)).json }),
    getMany: (resource, { ids }) => list(resource, { id: { in: ids } }, { perPage: ids.length }),
    getManyReference: (resource, { target, id, filter, pagination, sort }) =>
      list(resource, { ...filter, [target]: { id } }, pagination, sort),
    create: async (resource, { data }) => ({ data: (await ask("POST", resource, data)).json }),
    update: async (resource, { id, data, previousData }) => ({ data: await save(resource, id, data, previousData) }),
    updateMany: async (resource, { ids, data }) => {
      for (const id of ids) await save(resource, id, data);
      return { data: ids };
    },
    delete: async (resource, { id }) => ({ data: await remove(resource, id) }),
    deleteMany: async (resource, { ids }) => {
      for (const id of ids) await remove(resource, id);
      return { data: ids };
    },
  };

  const authProvider: AuthProvider = {
    login: ({ username, password }) => session.logIn(username, password),
    logout: () => session.logOut(),
    checkAuth: async () => {
      if (!session.store.read()) throw new Error("Log in first.");
    },
    // react-admin logs out for an error of this method: here when a refresh did not help.
    checkError: async (error: Problem) => {
      if (error.status === 401) throw error;
    },
    getIdentity: async () => {
      const { id, username } = (await ask("GET", "me")).json;
      return { id, fullName: username };
    },
    getPermissions: async () => (await ask("GET", "me")).json.roles,
  };
  return { dataProvider, authProvider };
}

// react-admin shows the faults of `body.errors` below the inputs of a form.
function toFormErrors(problem: Problem): Problem {
  const faults = problem.errors.map(({ pointer, detail }) => [pointer.replace("#/", "").replaceAll("/", "."), detail]);
  return Object.assign(problem, { body: { errors: Object.fromEntries(faults) } });
}
