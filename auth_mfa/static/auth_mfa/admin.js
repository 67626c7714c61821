// Lets the admin's login page take a passkey: the browser's answer is sent as a form.
import { post } from "../pages/session.js";
import { getPasskey, isPossible, REFUSED } from "./webauthn.js";

const form = document.getElementById("passkey-form");
form.hidden = !isPossible;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const status = form.querySelector("[role=status]");
  const options = await post("/api/login/passkey/options", {});
  const credential = options.ok ? await getPasskey(options.body) : null;
  status.textContent = options.ok ? REFUSED : options.body?.detail ?? options.status;
  if (!credential) return;
  status.textContent = "";
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
});
