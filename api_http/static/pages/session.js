// The login of this tab, which the page at /, Swagger UI and GraphiQL share.
const KEY = "login";
// A password, or credentials that hold it, are gone with the page: only tokens are kept in the tab.
const holdsPassword = (session) => session.tokenType?.toLowerCase() === "basic";
let current = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");

export const recall = () => current;

// Returns a text in the language of the page, where Django's JavaScriptCatalog brings it, with the values in it.
export const gettext = (text, values = {}) =>
  (globalThis.gettext ?? String)(text).replace(/\{(\w+)\}/g, (_, name) => values[name]);

// A login by a cookie has no token to send. A change then repeats the other cookie (docs/cookies.md).
const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1];
export const isIn = (session) => Boolean(session.accessToken || session.csrfToken);

export function header() {
  if (current.accessToken) return { Authorization: `${current.tokenType} ${current.accessToken}` };
  return csrf() ? { "X-CSRFToken": csrf() } : {};
}

export function keep(session) {
  current = session;
  if (isIn(session) && !holdsPassword(session)) sessionStorage.setItem(KEY, JSON.stringify(session));
  else sessionStorage.removeItem(KEY);
}

// Returns the status, the body and the milliseconds. It does not throw.
export async function ask(path, options) {
  // The service sends no challenge of Basic then, so the browser opens no dialog of its own.
  const headers = { "X-Requested-With": "XMLHttpRequest", ...options.headers };
  const started = performance.now();
  try {
    const answer = await fetch(path, { ...options, headers, credentials: "same-origin", redirect: "error" });
    const text = await answer.text();
    const took = Math.round(performance.now() - started);
    let body = text;
    try { body = JSON.parse(text); } catch { /* no JSON, such as the page of a proxy */ }
    return { status: `${answer.status} ${answer.statusText}`.trim(), ok: answer.ok, took, body };
  } catch {
    return { status: gettext("The service did not answer"), ok: false, took: 0, body: "" };
  }
}

export const post = (path, body, headers = {}) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });

function describe({ username, roles }) {
  if (!username) return "";
  const names = roles?.join(", ") || gettext("none");
  return gettext("You are {username}, with the roles: {names}.", { username, names });
}

// Makes the form log in, and calls `changed` with the session now and after each login. A plugin's
// script that logs in by other means hands its answer over by the event "answer" of the form.
export function connect(form, changed) {
  if (!form) return;
  const result = form.querySelector("[role=status]");
  const { leave } = form.elements;
  form.querySelector("button").disabled = false;
  const show = (text, answer) => {
    result.textContent = text;
    leave.hidden = !isIn(current);
    form.classList.toggle("in", isIn(current));
    changed(current, answer);
  };
  const take = (answer) => {
    keep(answer.ok ? answer.body : {});
    const refusal = [answer.status, answer.body?.detail].filter(Boolean).join(". ");
    show(answer.ok ? describe(current) : refusal, answer);
    if (answer.body?.code === "second_factor_required") form.elements.otp?.focus();
  };
  form.addEventListener("answer", ({ detail }) => take(detail));
  leave.addEventListener("click", async () => {
    const answer = await ask("/api/logout", { method: "POST", headers: header() });
    keep({});
    const { ok, status } = answer;
    show(ok ? gettext("You have logged out.") : gettext("The login is forgotten here. {status}.", { status }));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const inputs = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    take(await post("/api/login", inputs));
  });
  show(describe(current));
}
