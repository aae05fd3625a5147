// Sets dark or light before anything is painted: the choice made here before, else the system's.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem("netwright-theme"); } catch { return null; }
  };
  const apply = () => {
    const choice = stored();
    const theme = choice === "dark" || choice === "light" ? choice : system.matches ? "dark" : "light";
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.dispatchEvent(new CustomEvent("netwright:theme", { detail: theme }));
  };
  system.addEventListener("change", apply);
  apply();
  window.netwrightTheme = {
    toggle() {
      const next = document.documentElement.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      try { localStorage.setItem("netwright-theme", next); } catch { /* private mode: lasts for this page */ }
      document.documentElement.setAttribute("data-bs-theme", next);
      document.dispatchEvent(new CustomEvent("netwright:theme", { detail: next }));
    },
  };
})();
