// What the parts of the account's page share. They call the API with the login of this tab.
import { ask, connect, gettext, header, isIn, recall } from "../pages/session.js";

export const login = document.getElementById("login");
const watchers = [];

// Calls `show` now if somebody is logged in, and after each login.
export function onLogin(show) {
  watchers.push(show);
  if (isIn(recall())) show();
}

export async function call(method, path, body) {
  const headers = { ...header(), ...(body ? { "Content-Type": "application/json" } : {}) };
  return ask(path, { method, headers, body: body && JSON.stringify(body) });
}

// Returns the answer of a list. The login may be over by now.
export async function read(path) {
  const answer = await call("GET", path);
  if (answer.ok) return answer.body;
  if (answer.body?.status === 401) leave(gettext("Your login is over. Log in again."));
  return null;
}

// Forgets the login of this tab.
export function leave(text) {
  login.dispatchEvent(new CustomEvent("answer", { detail: { ok: false, status: text, body: {} } }));
}

export function explain({ status, body }) {
  const faults = body?.errors?.map(({ detail }) => detail).join(" ");
  return faults || body?.detail || `${status}.`;
}

// Makes a form send its inputs. `send` returns the text for the form's status. Secrets are emptied.
export function act(form, send) {
  const status = form.querySelector("[role=status]");
  const button = form.querySelector("button:not([type])");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    status.textContent = "";
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    try {
      status.textContent = await send(given);
    } finally {
      button.disabled = false;
    }
  });
}

export function empty(form) {
  for (const input of form.querySelectorAll("input[name]:not([type=hidden])")) input.value = "";
}

export const describeTime = (text) => (text ? new Date(text).toLocaleString() : gettext("never"));

connect(login, (session, answer) => {
  const entered = isIn(session);
  document.body.classList.toggle("in", entered);
  document.body.classList.toggle("enrol", answer?.body?.code === "second_factor_missing");
  for (const each of document.querySelectorAll("[data-account]")) each.value = session.username ?? "";
  if (!entered) return;
  // What was typed is of no use any more.
  empty(login);
  for (const show of watchers) show();
});
