// The change of the password in the account's page.
import { gettext } from "../pages/session.js";
import { act, call, empty, explain, leave } from "./page.js";

const form = document.getElementById("password-form");
act(form, async (given) => {
  const answer = await call("POST", "/api/me/password", given);
  if (!answer.ok) return explain(answer);
  empty(form);
  leave(gettext("Your password is changed. Log in with the new password."));
  return "";
});
