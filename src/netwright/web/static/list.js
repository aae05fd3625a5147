// Lists: ticked rows, a field edited where it stands. Without it, rows have links to their forms.
(() => {
  const count = (form) => {
    const boxes = [...form.querySelectorAll("input[name=id]:not(:disabled)")];
    const ticked = boxes.filter((box) => box.checked);
    const bar = form.querySelector("[data-ticked-bar]");
    if (bar) { bar.hidden = ticked.length === 0; bar.querySelector("[data-ticked-count]").textContent = ticked.length; }
    const all = form.querySelector("[data-tick-all]");
    if (all) { all.checked = ticked.length > 0 && ticked.length === boxes.length; all.indeterminate = ticked.length > 0 && ticked.length < boxes.length; }
    for (const box of boxes) box.closest("tr").classList.toggle("ticked", box.checked);
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-ticked] input[name=id]")) return;
    const boxes = [...box.form.querySelectorAll("input[name=id]:not(:disabled)")];
    if (event.shiftKey && last && boxes.includes(last)) {
      const [a, b] = [boxes.indexOf(last), boxes.indexOf(box)].sort((x, y) => x - y);
      for (const one of boxes.slice(a, b + 1)) one.checked = box.checked;
    }
    last = box;
    count(box.form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-ticked]");
    if (!form) return;
    if (event.target.matches("[data-tick-all]")) for (const box of form.querySelectorAll("input[name=id]:not(:disabled)")) box.checked = event.target.checked;
    count(form);
  });
  window.addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-ticked]")) count(form); });

  // a value edited in its cell: double click, or Enter on the focused cell
  const kept = new WeakMap();
  const open = async (cell) => {
    if (kept.has(cell)) return;
    const answer = await fetch(cell.dataset.cell, { headers: { "x-part": "cell" } });
    if (!answer.ok) return;
    kept.set(cell, [...cell.childNodes]);
    show(cell, await answer.text());
  };
  const show = (cell, html) => {
    const part = new DOMParser().parseFromString(`<table><tr><td>${html}</td></tr></table>`, "text/html");
    cell.replaceChildren(...part.querySelector("td").childNodes);
    const input = cell.querySelector("input:not([type=hidden]), select, textarea");
    input?.focus();
    input?.select?.();
  };
  const leave = (cell) => {
    if (kept.has(cell)) { cell.replaceChildren(...kept.get(cell)); kept.delete(cell); }
    cell.focus();
  };
  const save = async (cell) => {
    const data = new URLSearchParams();
    for (const field of cell.querySelectorAll("input, select, textarea"))
      if (field.name && !(field.type === "checkbox" && !field.checked)) data.append(field.name, field.value);
    const answer = await fetch(cell.dataset.cell, { method: "POST", body: data });
    const html = await answer.text();
    if (!answer.ok) { leave(cell); cell.classList.add("cell-failed"); cell.title = "This was not saved. Open the object's form to see why."; return; }
    if (html.includes("data-cell-form")) { show(cell, html); return; }
    kept.delete(cell);
    show(cell, html);
    cell.classList.add("cell-saved");
    cell.focus();
  };
  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest?.("td[data-cell]");
    if (cell && !event.target.closest("a, button, input, select, textarea")) open(cell);
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("td[data-cell]");
    if (!cell) return;
    if (event.key === "Enter" && event.target === cell) { event.preventDefault(); open(cell); return; }
    if (!kept.has(cell) || event.defaultPrevented) return;
    if (event.key === "Escape") { event.preventDefault(); leave(cell); }
    if (event.key === "Enter" && !event.target.matches("textarea, button")) { event.preventDefault(); save(cell); }
  });
  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.("td[data-cell]");
    if (!cell || !kept.has(cell)) return;
    if (event.target.closest("[data-cell-leave]")) { event.preventDefault(); leave(cell); }
    else if (event.target.closest("button")) { event.preventDefault(); save(cell); }
  });
  const ready = () => { for (const cell of document.querySelectorAll("td[data-cell]")) { cell.tabIndex = 0; cell.title ||= "Double click or Enter to edit"; } };
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:after:swap", ready);

  // typing a value means changing it
  document.addEventListener("input", (event) => {
    const value = event.target.closest?.("[data-sets]");
    const box = value && document.querySelector(`input[name="${value.dataset.sets}"]`);
    if (box) box.checked = true;
  });
})();
