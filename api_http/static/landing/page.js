// The forms of the page at `/`.
import { ask, connect } from "../pages/session.js";

const facts = JSON.parse(document.getElementById("facts").textContent);
const find = (id) => document.getElementById(id);
const login = find("login");
const call = find("call");
const tool = find("header");
// Base64 of the text in UTF-8 (RFC 7617, section 2.1).
const encode = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
let clock = 0;

function decodeToken(token) {
  // A JSON Web Token is three parts in base64url (RFC 7519). Other tokens are not decoded.
  try {
    const [header, claims] = token.split(".", 2).map((part) => {
      const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.codePointAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    });
    return claims && { header, claims };
  } catch {
    return null;
  }
}

function showToken(answer) {
  clearInterval(clock);
  const decoded = decodeToken(answer.accessToken ?? "");
  find("token").hidden = !decoded;
  if (!decoded) return;
  find("claims").textContent = JSON.stringify(decoded, null, 2);
  const tick = () => {
    const left = Math.max(0, Math.round(decoded.claims.exp - Date.now() / 1000));
    const minutes = Math.floor(left / 60);
    find("expiry").textContent = left
      ? `The access token expires in ${minutes} min ${String(left % 60).padStart(2, "0")} s.`
      : "The access token has expired. Log in again.";
    if (!left) clearInterval(clock);
  };
  if (decoded.claims.exp) {
    clock = setInterval(tick, 1000);
    tick();
  }
}

const describe = (body) => (typeof body === "string" ? body : JSON.stringify(body, null, 2));

function useLogin(session) {
  showToken(session);
  if (!session.accessToken) call.elements.credential.value = "";
  const issued = facts.schemes.find((each) => each.scheme && each.scheme.toLowerCase() === session.tokenType?.toLowerCase());
  if (issued) {
    call.elements.scheme.value = issued.name;
    call.elements.credential.value = session.accessToken;
  }
  showCall();
}

function chooseHeader() {
  const scheme = facts.schemes.find((each) => each.name === call.elements.scheme.value);
  const isBasic = scheme?.scheme === "Basic";
  find("credential-label").hidden = !scheme || (isBasic && Boolean(login));
  if (!scheme) return {};
  const inputs = login?.elements;
  const credential = isBasic && inputs
    ? encode(`${inputs.username.value}:${inputs.password.value}`)
    : call.elements.credential.value.trim();
  return credential ? { [scheme.header]: `${scheme.scheme} ${credential}`.trim() } : {};
}

// A quoted text in a POSIX shell. In it only the quote itself needs care.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const languages = {
  curl: (url, headers) =>
    [`curl -g ${quote(url)}`, ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)].join(" \\\n  "),
  javascript: (url, headers) =>
    `const answer = await fetch(${JSON.stringify(url)}, {\n  headers: ${JSON.stringify(headers)},\n});\nconsole.log(answer.status, await answer.json());`,
  python: (url, headers) =>
    `import json\nfrom urllib.request import Request, urlopen\n\nrequest = Request(${JSON.stringify(url)}, headers=${JSON.stringify(headers)})\nwith urlopen(request, timeout=10) as answer:\n    print(json.load(answer))`,
  graphql: (url, headers, query) =>
    languages.curl(`${location.origin}/graphql`, { "Content-Type": "application/json", ...headers }) +
    ` \\\n  -d ${quote(JSON.stringify({ query: query.replace(/\s+/g, " ").trim() }))}`,
};

function showCall() {
  const chosen = facts.lists.find((each) => each.path === call.elements.list.value);
  const write = languages[find("language").value];
  const headers = chooseHeader();
  const isAsked = write !== languages.graphql || chosen.query;
  find("snippet").textContent = isAsked
    ? write(`${location.origin}${chosen.path}?take=5`, headers, chosen.query)
    : "This list is not served by GraphQL.";
}

call?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask(`${call.elements.list.value}?take=5`, { headers: chooseHeader() });
  find("call-result").textContent = `${answer.status}, ${answer.took} ms`;
  find("answer").hidden = false;
  find("answer").textContent = describe(answer.body);
});

function showHeader() {
  const { kind, user, secret, bearer } = tool.elements;
  for (const label of tool.querySelectorAll("[data-for]")) label.hidden = label.dataset.for !== kind.value;
  const isBasic = kind.value === "Basic";
  const basic = (user.value || secret.value) && encode(`${user.value}:${secret.value}`);
  const credential = isBasic ? basic : bearer.value.trim();
  find("copy-header").disabled = !credential;
  find("made").textContent = `Authorization: ${kind.value} ${credential || "…"}`;
  find("made-note").textContent =
    isBasic && user.value.includes(":") ? "A username with a colon cannot be sent with Basic (RFC 7617)." : "";
}

// Where the page is served without HTTPS, browsers give no clipboard to other machines than theirs.
async function copy(button, id) {
  try {
    await navigator.clipboard.writeText(find(id).textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(find(id));
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

if (call) {
  for (const form of [login, call]) form?.addEventListener("input", showCall);
  call.querySelector("button").disabled = false;
  find("language").addEventListener("input", showCall);
  find("copy-call").addEventListener("click", (event) => copy(event.target, "snippet"));
  showCall();
  connect(login, useLogin);
}
tool.addEventListener("input", showHeader);
tool.addEventListener("submit", (event) => event.preventDefault());
find("copy-header").addEventListener("click", (event) => copy(event.target, "made"));
showHeader();
