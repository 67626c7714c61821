/* global GraphiQL, React, ReactDOM */
import { connect, header } from "../pages/session.js";

const place = document.getElementById("graphiql");
const LOGIN = `# The play button offers both of these.
#
# Log in with the form above, and every query is sent
# with your token. A program logs in like this, and
# sends the header "Authorization: Bearer <accessToken>".

mutation LogIn {
  login(credentials: {username: "${place.dataset.username}", password: "${place.dataset.password}"}) {
    accessToken
  }
}

`;
const QUERY = place.dataset.query;

// Queries and headers hold passwords and tokens, so nothing outlives the page.
const forgetful = { length: 0, getItem: () => null, setItem: () => {}, removeItem: () => {}, clear: () => {} };

const send = GraphiQL.createFetcher({ url: window.location.pathname });
// What is written under "Headers" wins.
const sendAsUser = (params, options) => send(params, { ...options, headers: { ...header(), ...options?.headers } });

const page = React.createElement(GraphiQL, {
  fetcher: sendAsUser,
  defaultQuery: "username" in place.dataset ? LOGIN + QUERY : QUERY,
  defaultEditorToolsVisibility: "headers",
  shouldPersistHeaders: false,
  storage: forgetful,
});
ReactDOM.createRoot(place).render(page);
connect(document.getElementById("login"), () => {});
