// Puts the tab's login into Swagger UI, whose own scripts run before modules.
/* global ui */
import { connect } from "../pages/session.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followTheme);
followTheme();

let authorized = "";

function authorize({ tokenType, accessToken }) {
  const schemes = Object.entries(ui.specSelectors.specJson().toJS().components?.securitySchemes ?? {});
  const [name] = schemes.find(([, scheme]) => scheme.scheme?.toLowerCase() === tokenType?.toLowerCase()) ?? [];
  if (authorized) ui.authActions.logout([authorized]);
  authorized = accessToken && name ? name : "";
  if (!authorized) return;
  if (tokenType === "Basic") {
    const [username, ...rest] = new TextDecoder().decode(Uint8Array.from(atob(accessToken), (c) => c.codePointAt(0))).split(":");
    ui.preauthorizeBasic(name, username, rest.join(":"));
  } else {
    ui.preauthorizeApiKey(name, accessToken);
  }
}

// The document has to be there before its schemes can be looked up.
const waiting = setInterval(() => {
  if (!ui.specSelectors.specJson().size) return;
  clearInterval(waiting);
  connect(document.getElementById("login"), authorize);
}, 50);
