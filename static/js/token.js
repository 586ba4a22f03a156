"use strict";

// Signing in, in another tab as well, makes a new token for forms: what an open page sends is given
// the one of now, which is in a cookie that only pages of this site can read.
(() => {
  const current = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];

  // Whatever is sent of a form is gathered by this event, at its sending or by a script.
  document.addEventListener("formdata", ({ formData }) => {
    const token = current();
    if (token && formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token);
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const token = current();
    if (!token) return;
    const { headers, parameters } = event.detail;
    headers["x-csrftoken"] = token;
    if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = token;
  });

  // What a page says to those who have to do without this.
  for (const words of document.querySelectorAll("[data-without-scripts]")) words.remove();
})();
