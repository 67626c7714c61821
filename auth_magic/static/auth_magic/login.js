// A login by mail in the account's page: ask for a code, and enter it or open the link of the mail.
import { act, call, empty, explain, login } from "../account/page.js";
import { gettext } from "../pages/session.js";

// The link opens in a new tab, so the secret of the client is kept for all tabs, while it is good.
const KEY = "magic-client";
const LIFE = 600_000;
const [ask, confirm] = ["magic-ask", "magic-confirm"].map((id) => document.getElementById(id));

function recall() {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  if (kept.until > Date.now()) return kept.client;
  localStorage.removeItem(KEY);
  return undefined;
}

act(ask, async (given) => {
  const answer = await call("POST", "/api/login/magic", given);
  if (!answer.ok) return explain(answer);
  localStorage.setItem(KEY, JSON.stringify({ client: answer.body.client, until: Date.now() + LIFE }));
  confirm.hidden = false;
  confirm.elements.token.focus();
  return gettext("If there is an account with this address, a mail is on its way.");
});

act(confirm, async (given) => {
  const client = recall();
  if (!client) return gettext("Ask for a code in this browser first.");
  const answer = await call("POST", "/api/login/magic/confirm", { ...given, client });
  if (!answer.ok) return explain(answer);
  localStorage.removeItem(KEY);
  for (const form of [ask, confirm]) empty(form);
  confirm.hidden = true;
  login.dispatchEvent(new CustomEvent("answer", { detail: answer }));
  return "";
});

// The link has a token in place of the code. It goes out of the address, and one click logs in.
const token = new URLSearchParams(location.search).get("token");
if (token) {
  history.replaceState(null, "", location.pathname);
  ask.hidden = true;
  confirm.hidden = false;
  document.getElementById("magic-code").hidden = true;
  confirm.elements.token.value = token;
  confirm.querySelector("button").focus();
}
