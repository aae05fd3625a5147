// Small behaviours of all pages. Nothing here is needed to read or to submit a form.
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (button) window.netwrightTheme.toggle();
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      const text = document.querySelector(copy.dataset.copy)?.textContent ?? "";
      navigator.clipboard.writeText(text).then(() => copy.classList.add("copied"), () => {});
    }
  });

  // on a narrow screen the tab that is shown may lie beyond the edge
  for (const tabs of document.querySelectorAll(".tabs, .segmented")) {
    const here = tabs.querySelector(".active");
    if (here) tabs.scrollLeft = here.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - here.offsetWidth) / 2;
  }

  // ask before what can't be taken back; send once
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
    if (form.method === "post") {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      for (const button of form.querySelectorAll("button")) button.classList.add("sending");
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll(".sending")) button.classList.remove("sending");
  });

  // filters apply when a choice is made; empty ones stay out of the address
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filter]");
    if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
  });
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-filter], .rail-search")) return;
    for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
  });
})();
