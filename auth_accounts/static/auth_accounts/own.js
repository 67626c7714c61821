// The e-mail address and the end of the account, in the account's page.
import { act, call, empty, explain, leave, onLogin, read } from "../account/page.js";
import { gettext } from "../pages/session.js";

const [email, deletion] = ["email-form", "delete-form"].map((id) => document.getElementById(id));

act(email, async (given) => {
  const answer = await call("POST", "/api/me/email", given);
  if (!answer.ok) return explain(answer);
  empty(email);
  return gettext("A mail with a link is on its way to the new address.");
});

act(deletion, async (given) => {
  const answer = await call("DELETE", "/api/me", given);
  if (!answer.ok) return explain(answer);
  empty(deletion);
  leave(gettext("Your account is deleted."));
  return "";
});

onLogin(async () => {
  const me = await read("/api/me");
  if (!me) return;
  const state = me.emailVerified ? gettext("verified") : gettext("not verified");
  const text = me.email ? `${me.email} (${state})` : gettext("You have no address.");
  document.getElementById("email-now").textContent = text;
});
