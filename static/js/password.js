// How strong a new password is, told while it is typed: asked once typing pauses, kept nowhere.
const PAUSE = 600;

for (const input of document.querySelectorAll("[data-strength]")) {
  const told = document.createElement("p");
  told.className = "field__told";
  told.setAttribute("role", "status");
  input.after(told);
  let wait = 0;
  let asked = null;

  const ask = async () => {
    const form = input.form;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("password", input.value);
    body.set("whose", input.dataset.whose ?? "");
    for (const name of ["username", "mail"]) body.set(name, form.elements[name]?.value ?? "");
    asked = new AbortController();
    try {
      const answer = await fetch(input.dataset.strength, { method: "POST", body, signal: asked.signal });
      told.textContent = (await answer.json()).words;
    } catch {
      // It is told again when the form is sent.
      told.textContent = "";
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(wait);
    asked?.abort();
    told.textContent = "";
    if (input.value) wait = setTimeout(ask, PAUSE);
  });
}
