"use strict";

const place = document.getElementById("graphiql");
const LOGIN = `# The play button offers both of these.
#
# Log in first, and put the accessToken into the
# headers below:
#
#   {"Authorization": "Bearer <accessToken>"}
#
# ("Basic ..." where the service uses Basic.)

mutation LogIn {
  login(credentials: {username: "${place.dataset.username}", password: "${place.dataset.password}"}) {
    accessToken
  }
}

`;
const QUERY = place.dataset.query;

// Queries and headers hold passwords and tokens, so nothing outlives the page.
const forgetful = { length: 0, getItem: () => null, setItem: () => {}, removeItem: () => {}, clear: () => {} };

const page = React.createElement(GraphiQL, {
  fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
  defaultQuery: "username" in place.dataset ? LOGIN + QUERY : QUERY,
  defaultEditorToolsVisibility: "headers",
  shouldPersistHeaders: false,
  storage: forgetful,
});
ReactDOM.createRoot(place).render(page);
