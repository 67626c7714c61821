// Lets the forms of a login take a passkey in place of a password.
import { post } from "../pages/session.js";
import { getPasskey, isPossible, REFUSED } from "./webauthn.js";

async function logIn() {
  const options = await post("/api/login/passkey/options", {});
  if (!options.ok) return options;
  const credential = await getPasskey(options.body);
  return credential ? post("/api/login/passkey", { credential }) : { ok: false, status: REFUSED, body: {} };
}

for (const button of document.querySelectorAll("button[name=passkey]")) {
  button.hidden = !isPossible;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const detail = await logIn();
    button.disabled = false;
    button.form.dispatchEvent(new CustomEvent("answer", { detail }));
  });
}
