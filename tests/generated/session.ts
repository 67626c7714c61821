// Login, refresh and logout for any client of the service, in browsers and in Node.
export type Tokens = { accessToken: string; refreshToken?: string };
export type Store = { read(): Tokens | null; write(tokens: Tokens | null): void };

// A refused request: a problem document (RFC 9457). `errors` has a fault for each field.
export class Problem extends Error {
  constructor(readonly status: number, detail: string, readonly errors: { pointer: string; detail: string }[] = []) {
    super(detail);
  }
}

export class Session {
  #refreshing: Promise<void> | null = null;

  constructor(readonly address: string, readonly store: Store = keepInMemory()) {}

  async logIn(username: string, password: string): Promise<void> {
    this.store.write((await this.#post("/api/login", { username, password })) as Tokens);
  }

  async logOut(): Promise<void> {
    const refreshToken = this.store.read()?.refreshToken;
    this.store.write(null);
    await this.#post("/api/logout", { refreshToken });
  }

  // A fetch that sends the access token. When the token has expired, it refreshes and asks again.
  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const used = this.store.read()?.accessToken;
    const answer = await fetch(sign(request.clone(), used));
    if (!used || !(await isRefused(answer))) return answer;
    // Many requests may fail at once. They wait for one refresh.
    this.#refreshing ??= this.#refresh(used).finally(() => (this.#refreshing = null));
    await this.#refreshing;
    const fresh = this.store.read()?.accessToken;
    return fresh && fresh !== used ? fetch(sign(request, fresh)) : answer;
  };

  async #refresh(used: string): Promise<void> {
    const exchange = async () => {
      const tokens = this.store.read();
      // Another request, or another tab with the same store, was faster.
      if (tokens?.accessToken !== used) return;
      try {
        const { refreshToken } = tokens;
        this.store.write((await this.#post("/api/token/refresh", { refreshToken })) as Tokens);
      } catch (error) {
        // 401: the session has ended. Anything else may pass, so the tokens stay.
        if (!(error instanceof Problem) || error.status !== 401) throw error;
        this.store.write(null);
      }
    };
    const locks = globalThis.navigator?.locks;
    return locks ? locks.request("refresh", exchange) : exchange();
  }

  async #post(path: string, body: object): Promise<unknown> {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(this.address + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw await readProblem(answer);
    return answer.status === 204 ? null : answer.json();
  }
}

export async function readProblem(answer: Response): Promise<Problem> {
  const { detail, errors } = await answer.json().catch(() => ({ detail: answer.statusText }));
  return new Problem(answer.status, detail, errors);
}

function sign(request: Request, token: string | undefined): Request {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

// GraphQL answers 200 and has the refusal in `errors`.
async function isRefused(answer: Response): Promise<boolean> {
  if (answer.status === 401 || !answer.url.endsWith("/graphql")) return answer.status === 401;
  const { errors = [] } = await answer.clone().json();
  return errors.some((error: any) => error.extensions?.code === "UNAUTHENTICATED");
}

function keepInMemory(): Store {
  let kept: Tokens | null = null;
  return { read: () => kept, write: (tokens) => (kept = tokens) };
}
