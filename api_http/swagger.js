{
  // An operation has an address of its own, to which the page at / links.
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  // Swagger UI writes what is nested in `where` as JSON; the service reads brackets: where[firstName][contains]=Ada.
  requestInterceptor: (request) => {
    // The service sends no challenge of Basic then, and the browser opens no dialog of its own.
    request.headers["X-Requested-With"] = "XMLHttpRequest";
    // A change by a session cookie repeats the other cookie (docs/cookies.md).
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1];
    if (token && !request.headers.Authorization) request.headers["X-CSRFToken"] = token;
    const url = new URL(request.url, document.baseURI);
    const flat = new URLSearchParams();
    const add = (name, value) => {
      if (value === null || typeof value !== "object") flat.append(name, value);
      else for (const key in value) add(`${name}[${Array.isArray(value) ? "" : key}]`, value[key]);
    };
    for (const [name, value] of url.searchParams) {
      let nested = value;
      if (name.startsWith("where[") && /^[{[]/.test(value)) {
        try { nested = JSON.parse(value); } catch { /* a text that only looks like JSON */ }
      }
      add(name, nested);
    }
    url.search = flat;
    request.url = url.href;
    return request;
  },
}
