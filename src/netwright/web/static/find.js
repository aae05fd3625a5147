// Type-ahead of references, and the search over everything. Arrow keys go through what was found, Enter takes it.
(() => {
  const later = (wait, run) => { let timer; return (...all) => { clearTimeout(timer); timer = setTimeout(() => run(...all), wait); }; };
  const move = (list, step, input) => {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length;
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === next)));
    options[next].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[next].id);
  };
  const chosen = (list) => list.querySelector("[aria-selected=true]");
  const shut = (input, list) => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const lay = (input, list) => { list.hidden = false; input.setAttribute("aria-expanded", "true"); };

  // references
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const turns = new WeakMap();
  const look = later(120, async (input) => {
    const turn = (turns.get(input) ?? 0) + 1;
    turns.set(input, turn);
    const answer = await fetch(`${input.dataset.pick}?q=${encodeURIComponent(input.value)}`);
    if (!answer.ok || turns.get(input) !== turn || document.activeElement !== input) return;
    const names = await answer.json();
    const list = listOf(input);
    list.replaceChildren(...names.map((name, index) => {
      const option = document.createElement("span");
      option.className = "picker-option mono";
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.id = `${list.id}-${index}`;
      option.textContent = name;
      return option;
    }));
    if (!names.length) {
      const none = document.createElement("span");
      none.className = "picker-none";
      none.textContent = "Nothing is called so";
      list.append(none);
    }
    lay(input, list);
  });
  const take = (input, option) => {
    input.value = option.textContent;
    shut(input, listOf(input));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    shut(input, listOf(input));
    turns.set(input, (turns.get(input) ?? 0) + 1);
    input.dataset.taken = input.value;
  };
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (input.matches?.("[data-pick]") && input.dataset.taken !== input.value) { delete input.dataset.taken; look(input); }
  });
  document.addEventListener("click", (event) => {
    const input = event.target;
    if (input.matches?.("input[data-pick]") && listOf(input).hidden) look(input);
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-pick]")) return;
    const list = listOf(input);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look(input); else move(list, event.key === "ArrowDown" ? 1 : -1, input);
    } else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); shut(input, list); }
    else if (event.key === "Enter" && !list.hidden && chosen(list)) { event.preventDefault(); take(input, chosen(list)); }
    else if (event.key === "Tab" && !list.hidden && chosen(list)) take(input, chosen(list));
  }, true);
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".picker-option");
    if (!option) return;
    event.preventDefault();
    take(option.closest(".picker").querySelector("input"), option);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.("input[data-pick]")) shut(event.target, listOf(event.target));
  });

  // everything
  const find = () => document.querySelector("[data-find]");
  const results = () => document.getElementById("find-list");
  let asked = 0;
  const search = later(110, async (input) => {
    const turn = ++asked;
    if (!input.value.trim()) { shut(input, results()); return; }
    const answer = await fetch(`/search/results?q=${encodeURIComponent(input.value)}`);
    if (!answer.ok || turn !== asked || document.activeElement !== input) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    results().replaceChildren(...part.body.childNodes);
    lay(input, results());
  });
  document.addEventListener("input", (event) => { if (event.target === find()) search(event.target); });
  document.addEventListener("focusin", (event) => { if (event.target === find() && event.target.value) search(event.target); });
  document.addEventListener("keydown", (event) => {
    const input = find();
    if (!input) return;
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (slash || ctrlK) {
      event.preventDefault();
      document.querySelector(".rail-menu")?.setAttribute("open", "");
      input.focus();
      input.select();
      return;
    }
    if (event.target !== input) return;
    const list = results();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(list, event.key === "ArrowDown" ? 1 : -1, input); }
    else if (event.key === "Escape") { if (list.hidden) input.blur(); else shut(input, list); }
    else if (event.key === "Enter" && !list.hidden && chosen(list)) { event.preventDefault(); window.location.assign(chosen(list).href); }
  });
  document.addEventListener("click", (event) => {
    const input = find();
    if (input && !event.target.closest?.(".rail-search")) shut(input, results());
  });
  document.addEventListener("focusout", (event) => {
    const input = find();
    if (input && event.target.closest?.(".rail-search") && event.relatedTarget && !event.relatedTarget.closest(".rail-search")) shut(input, results());
  });
})();
