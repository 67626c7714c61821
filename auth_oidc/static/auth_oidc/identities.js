// Identities at issuers in the account's page: link another, and take one away.
import { call, describeTime, explain, onLogin, read } from "../account/page.js";
import { gettext } from "../pages/session.js";

const KEY = "oidc-verifier";
const list = document.getElementById("identities");
const status = document.getElementById("identities-status");

async function show() {
  const rows = await read("/api/oidc/identities");
  if (rows) list.replaceChildren(...rows.map(makeRow));
}

function makeRow({ id, issuer, subject, createdAt }) {
  const row = document.getElementById("identity-row").content.cloneNode(true);
  const { label = issuer } = document.querySelector(`[data-issuer="${CSS.escape(issuer)}"]`)?.dataset ?? {};
  row.querySelector("strong").textContent = label;
  row.querySelector("span").textContent = gettext("{subject}, linked {time}", { subject, time: describeTime(createdAt) });
  const button = row.querySelector("button");
  button.setAttribute("aria-label", gettext("Take {subject} at {label} away", { subject, label }));
  button.addEventListener("click", async () => {
    tell(await call("DELETE", `/api/oidc/identities/${id}`), gettext("This identity opens your account no more."));
  });
  return row;
}

async function tell(answer, text) {
  await show();
  const isOld = answer.body?.code === "insufficient_user_authentication";
  status.textContent = answer.ok ? text : isOld ? gettext("Log out and in again first.") : explain(answer);
}

const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

// The way to the issuer leads out of the page. Only this tab has the verifier that its code is good with (PKCE).
async function begin(url) {
  const verifier = encode(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  sessionStorage.setItem(KEY, verifier);
  location.assign(`${url}?${new URLSearchParams({ next: location.pathname, code_challenge: challenge, link: true })}`);
}

async function finish(found, codeVerifier) {
  const body = { code: found.get("code"), codeVerifier };
  tell(await call("POST", "/api/oidc/link", body), gettext("This identity opens your account now."));
}

for (const button of document.querySelectorAll("button[data-issuer]")) {
  // Pages without HTTPS have no SHA-256.
  button.disabled = !crypto.subtle;
  button.addEventListener("click", () => begin(button.dataset.url));
}
onLogin(show);

const found = new URLSearchParams(location.hash.slice(1));
const verifier = sessionStorage.getItem(KEY);
if (verifier && (found.has("code") || found.has("error"))) {
  history.replaceState(null, "", location.pathname);
  sessionStorage.removeItem(KEY);
  if (found.has("code")) finish(found, verifier);
  else status.textContent = gettext("The issuer has not linked anything.");
}
