// The list of logins in the account's page.
import { call, describeTime, explain, leave, onLogin, read } from "../account/page.js";
import { gettext } from "../pages/session.js";

const list = document.getElementById("sessions");
const status = document.getElementById("sessions-status");
const others = document.getElementById("end-others");

async function show() {
  const rows = await read("/api/sessions");
  if (!rows) return;
  list.replaceChildren(...rows.map(makeRow));
  others.disabled = rows.length < 2;
}

function makeRow({ id, device, address, lastUsedAt, current }) {
  const row = document.getElementById("session-row").content.cloneNode(true);
  const name = device || gettext("An unknown device");
  row.querySelector("strong").textContent = current ? gettext("{name} (this login)", { name }) : name;
  row.querySelector("span").textContent = [address, gettext("last used {time}", { time: describeTime(lastUsedAt) })].filter(Boolean).join(", ");
  const button = row.querySelector("button");
  button.setAttribute("aria-label", gettext("End the login on {name}", { name }));
  button.addEventListener("click", async () => {
    const answer = await call("DELETE", `/api/sessions/${id}`);
    if (current && answer.ok) return leave(gettext("You have logged out."));
    tell(answer, gettext("The login has ended."));
  });
  return row;
}

async function tell(answer, text) {
  await show();
  status.textContent = answer.ok ? text : explain(answer);
}

others.addEventListener("click", async () => {
  tell(await call("DELETE", "/api/sessions"), gettext("All other logins have ended."));
});
onLogin(show);
