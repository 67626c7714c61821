// Second factors in the account's page: apps, passkeys and recovery codes.
import { act, call, describeTime, empty, explain, login, onLogin, read } from "../account/page.js";
import { gettext } from "../pages/session.js";
import { createPasskey, getPasskey, isPossible, REFUSED } from "./webauthn.js";

const find = (id) => document.getElementById(id);
const status = find("factors-status");
const [change, confirm, renew, codes] = ["factor-change", "totp-confirm", "codes-renew", "codes"].map(find);
const KINDS = { totp: gettext("Authenticator app"), passkey: gettext("Passkey") };
let begun = {};
let hasPasskey = false;

async function show() {
  const rows = await read("/api/me/factors");
  if (!rows) return;
  find("factors").replaceChildren(...rows.map(makeRow));
  find("factors-none").hidden = rows.length > 0;
  renew.hidden = rows.length === 0;
  hasPasskey = rows.some(({ kind }) => kind === "passkey");
}

// Returns the inputs with the answer of a passkey, where neither a password nor a code was typed.
async function prove(given) {
  if (given.currentPassword || given.otp || !hasPasskey || !isPossible) return given;
  const options = await call("POST", "/api/login/passkey/options", {});
  const passkey = options.ok ? await getPasskey(options.body) : null;
  return passkey ? { ...given, passkey } : given;
}

function makeRow({ id, kind, name, createdAt, lastUsedAt }) {
  const row = find("factor-row").content.cloneNode(true);
  const title = name ? `${KINDS[kind]} "${name}"` : KINDS[kind];
  row.querySelector("strong").textContent = title;
  row.querySelector("span").textContent = gettext("added {added}, last used {used}", {
    added: describeTime(createdAt),
    used: describeTime(lastUsedAt),
  });
  const [rename, remove] = row.querySelectorAll("button");
  rename.hidden = kind !== "passkey";
  rename.setAttribute("aria-label", gettext("Rename {title}", { title }));
  remove.setAttribute("aria-label", gettext("Remove {title}", { title }));
  rename.addEventListener("click", () => begin("rename", id, title, name));
  remove.addEventListener("click", () => begin("remove", id, title, ""));
  return row;
}

// Opens the form that renames or removes a factor.
function begin(kind, id, title, name) {
  begun = { kind, id };
  change.hidden = false;
  change.querySelector("h3").textContent =
    kind === "rename" ? gettext("Rename {title}", { title }) : gettext("Remove {title}", { title });
  find("factor-name").hidden = kind !== "rename";
  find("factor-otp").hidden = kind !== "remove";
  change.elements.name.value = name;
  change.elements[kind === "rename" ? "name" : "otp"].focus();
}

function close() {
  empty(change);
  change.hidden = true;
}

function showCodes(given) {
  codes.hidden = !given?.length;
  document.body.classList.toggle("codes", !codes.hidden);
  find("codes-list").textContent = (given ?? []).join("\n");
  if (!codes.hidden) codes.focus();
}

// Who must have a factor, and cannot log in without one, sends the name in place of a token.
const identify = () => (document.body.classList.contains("enrol") ? { username: login.elements.username.value } : {});

async function finish(text, given) {
  const mustLogIn = document.body.classList.contains("enrol");
  status.textContent = mustLogIn ? `${text} ${gettext("Log in with it.")}` : text;
  showCodes(given);
  if (!mustLogIn) await show();
}

act(find("totp-begin"), async (given) => {
  const answer = await call("POST", "/api/me/factors/totp", { ...(await prove(given)), ...identify() });
  if (!answer.ok) return explain(answer);
  const { qr, secret } = answer.body;
  confirm.querySelector("img").src = qr;
  confirm.querySelector("code").textContent = secret.match(/.{1,4}/g).join(" ");
  confirm.hidden = false;
  confirm.elements.otp.focus();
  return "";
});

act(confirm, async ({ otp }) => {
  const who = identify();
  const password = find("totp-begin").elements.currentPassword.value;
  const proof = who.username ? { ...who, currentPassword: password } : {};
  const answer = await call("POST", "/api/me/factors/totp/confirm", { otp, ...proof });
  if (!answer.ok) return explain(answer);
  confirm.hidden = true;
  // The secret is not to be seen again.
  confirm.querySelector("img").removeAttribute("src");
  confirm.querySelector("code").textContent = "";
  for (const form of [confirm, find("totp-begin")]) empty(form);
  await finish(gettext("The app is set up."), answer.body.recoveryCodes);
  return "";
});

act(find("passkey-add"), async ({ name = "", ...proof }) => {
  const who = identify();
  const options = await call("POST", "/api/me/passkeys/options", { ...(await prove(proof)), ...who });
  if (!options.ok) return explain(options);
  const credential = await createPasskey(options.body);
  if (!credential) return REFUSED;
  const again = who.username ? { ...who, currentPassword: proof.currentPassword } : {};
  const answer = await call("POST", "/api/me/passkeys", { name, credential, ...again });
  if (!answer.ok) return explain(answer);
  empty(find("passkey-add"));
  await finish(gettext("The passkey is added."), answer.body.recoveryCodes);
  return "";
});

act(renew, async (given) => {
  const answer = await call("POST", "/api/me/recovery-codes", await prove(given));
  if (!answer.ok) return explain(answer);
  empty(renew);
  await finish(gettext("The old codes are good no more."), answer.body.recoveryCodes);
  return "";
});

act(change, async ({ name = "", ...code }) => {
  const isRename = begun.kind === "rename";
  const sent = isRename ? { name } : await prove(code);
  const answer = await call(isRename ? "PATCH" : "DELETE", `/api/me/factors/${begun.id}`, sent);
  if (!answer.ok) return explain(answer);
  close();
  await finish(isRename ? gettext("The passkey has the new name.") : gettext("The factor is removed."));
  return "";
});

change.elements.cancel.addEventListener("click", close);
codes.querySelector("[name=done]").addEventListener("click", () => showCodes());
codes.querySelector("[name=print]").addEventListener("click", () => print());
codes.querySelector("[name=copy]").addEventListener("click", async ({ target }) => {
  try {
    await navigator.clipboard.writeText(find("codes-list").textContent);
    target.textContent = gettext("Copied");
  } catch {
    // Pages without HTTPS have no clipboard.
    getSelection().selectAllChildren(find("codes-list"));
    target.textContent = gettext("Selected");
  }
});
const refusal = find("passkey-add").querySelector("[role=status]");
if (!isPossible) refusal.textContent = gettext("This browser takes no passkeys here.");
onLogin(show);
