// Draws sites and the links between them over a world map. d3-geo's projection cuts shapes at the antimeridian.
(() => {
  const NS = "http://www.w3.org/2000/svg";
  const make = (name, attributes, ...children) => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  let world = null;
  let drawn = "";
  let closer = null; // names of the sites that are looked at; kept when the page renews itself

  const loadWorld = async (url) => {
    if (!world) {
      const topology = await (await fetch(url)).json();
      world = topojson.feature(topology, topology.objects.countries ?? topology.objects.land);
    }
    return world;
  };

  const project = (sites, width, height, least) => {
    // Only the parts of the world that have sites, never closer than a country (a continent when all are shown)
    const pad = Math.min(width, height) * 0.12;
    const points = sites.map((site) => site.at);
    const lons = points.map((p) => p[0]), lats = points.map((p) => p[1]);
    const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
    const wide = Math.max(Math.max(...lons) - Math.min(...lons), least * 2), tall = Math.max(Math.max(...lats) - Math.min(...lats), least);
    const corners = [];
    for (let step = -0.5; step <= 0.5; step += 0.25)
      for (const side of [-0.5, 0.5])
        corners.push([middle[0] + step * wide, Math.max(-80, Math.min(80, middle[1] + side * tall))], [middle[0] + side * wide, Math.max(-80, Math.min(80, middle[1] + step * tall))]);
    return d3.geoNaturalEarth1().rotate([-middle[0], 0]).precision(0.1).fitExtent([[pad * 1.5, pad * 1.3], [width - pad * 1.5, height - pad]], { type: "MultiPoint", coordinates: corners });
  };

  const draw = async (box) => {
    const text = box.dataset.map;
    const width = box.clientWidth, height = box.clientHeight;
    const key = `${text}|${width}x${height}|${closer?.size ?? 0}`;
    if (key === drawn && box.querySelector("svg")) return;
    drawn = key;
    const whole = JSON.parse(text);
    const near = closer ? whole.sites.filter((site) => closer.has(site.name)) : [];
    const data = near.length ? { sites: near, links: whole.links.filter((link) => closer.has(link.a) && closer.has(link.b)) } : whole;
    const shapes = await loadWorld(box.dataset.world);
    const projection = project(data.sites, width, height, near.length ? 0.5 : 12);
    const path = d3.geoPath(projection).digits(1);
    const svg = make("svg", { class: "map-view", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Map of sites" });
    svg.append(make("path", { class: "map-grid", d: path(d3.geoGraticule10()) ?? "" }));
    svg.append(make("path", { class: "map-land", d: path(shapes) ?? "" }));
    const at = new Map(data.sites.map((site) => [site.name, site]));
    links(svg, data.links, at, path);
    if (data.sites.length > MANY) clusters(svg, data.sites, projection);
    else place(svg, data.sites, projection);
    box.querySelector("svg.map-view")?.remove();
    box.prepend(svg);
    back(box);
    tooltip(box, at);
  };

  const MANY = 300;
  const RANK = { down: 3, degraded: 2, unknown: 1, ok: 0 };

  // One path a state when there are many: a browser draws a line of ten thousand pieces faster than ten thousand lines
  const links = (svg, all, at, path) => {
    const many = all.length > MANY, parts = { ok: [], unknown: [], degraded: [], down: [] };
    for (const link of all) {
      const a = at.get(link.a), b = at.get(link.b);
      if (!a || !b) continue;
      const line = path({ type: "LineString", coordinates: [a.at, b.at] });
      if (!line) continue;
      if (many) parts[link.state]?.push(line);
      else svg.append(make("path", { class: `map-link map-link-${link.state}`, d: line }, make("title", {}, `${link.a} – ${link.b}: ${link.state}, ${link.up} of ${link.total} links up`)));
    }
    if (many) for (const [state, lines] of Object.entries(parts)) if (lines.length) svg.append(make("path", { class: `map-link map-link-${state} map-link-many`, d: lines.join("") }));
  };

  // Sites that would lie on each other are one circle with their number, in the colour of the worst; it opens
  const clusters = (svg, sites, projection) => {
    const cells = new Map(), size = 34;
    for (const site of sites) {
      const [x, y] = projection(site.at) ?? [-99, -99];
      const cell = `${Math.floor(x / size)},${Math.floor(y / size)}`;
      const one = cells.get(cell) ?? { x: 0, y: 0, sites: [], states: {}, health: "ok" };
      one.x += x; one.y += y; one.sites.push(site);
      one.states[site.health] = (one.states[site.health] ?? 0) + 1;
      if (RANK[site.health] > RANK[one.health]) one.health = site.health;
      cells.set(cell, one);
    }
    const single = [];
    for (const one of cells.values()) {
      if (one.sites.length === 1) { single.push(one.sites[0]); continue; }
      const x = one.x / one.sites.length, y = one.y / one.sites.length, r = Math.min(8 + Math.log2(one.sites.length) * 1.6, 20);
      const words = Object.entries(one.states).map(([state, number]) => `${number} ${state}`).join(", ");
      const group = make("g", { class: `map-site map-cluster map-site-${one.health}`, tabindex: 0, role: "button", "aria-label": `${one.sites.length} sites: ${words}. Look closer` },
        make("title", {}, `${one.sites.length} sites: ${words}`),
        make("circle", { class: "map-dot", cx: x, cy: y, r }),
        make("text", { class: "map-number", x, y: y + 3.5, "text-anchor": "middle" }, String(one.sites.length)));
      const open = () => { closer = new Set(one.sites.map((site) => site.name)); redraw(); };
      group.addEventListener("click", open);
      group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } });
      svg.append(group);
    }
    place(svg, single, projection);
  };

  const back = (box) => {
    box.querySelector(".map-back")?.remove();
    if (!closer) return;
    const button = document.createElement("button");
    button.className = "btn btn-sm map-back";
    button.type = "button";
    button.textContent = "Show all sites";
    button.addEventListener("click", () => { closer = null; redraw(); });
    box.append(button);
  };

  const place = (svg, sites, projection) => {
    const taken = [];
    const free = (x, y, w) => !taken.some((t) => Math.abs(t.y - y) < 13 && x < t.x + t.w && t.x < x + w);
    for (const site of sites) { const [x, y] = projection(site.at) ?? [-99, -99]; taken.push({ x: x - 8, y, w: 16 }); }
    const few = sites.length <= 60;
    const radius = few ? 6 : sites.length > 400 ? 3 : 4.5;
    for (const site of [...sites].sort((a, b) => RANK[a.health] - RANK[b.health])) {
      const [x, y] = projection(site.at) ?? [-99, -99];
      const link = make("a", { href: `/sites/${encodeURIComponent(site.name)}`, class: `map-site map-site-${site.health}`, "data-site": site.name, "aria-label": `${site.title}: ${site.health}, ${site.devices} devices` });
      link.append(make("circle", { class: "map-halo", cx: x, cy: y, r: radius * 1.9 }));
      link.append(site.health === "down" ? make("rect", { class: "map-dot", x: x - radius, y: y - radius, width: radius * 2, height: radius * 2, rx: 1.5 }) : make("circle", { class: "map-dot", cx: x, cy: y, r: radius }));
      const w = site.name.length * 7 + 6;
      const spots = [[x + 11, y, "start"], [x - 11 - w, y, "end"], [x - w / 2, y - 14, "middle"], [x - w / 2, y + 15, "middle"]];
      const spot = few ? spots.find(([sx, sy]) => free(sx, sy, w)) ?? spots[0] : null;
      if (spot) {
        taken.push({ x: spot[0], y: spot[1], w });
        const tx = spot[2] === "start" ? spot[0] : spot[2] === "end" ? spot[0] + w : spot[0] + w / 2;
        link.append(make("text", { class: "map-name", x: tx, y: spot[1] + 4, "text-anchor": spot[2] }, site.name));
      }
      svg.append(link);
    }
  };

  const tooltip = (box, at) => {
    let tip = box.querySelector(".map-tip");
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "map-tip";
      tip.hidden = true;
      box.append(tip);
      const show = (event) => {
        const link = event.target.closest?.("[data-site]");
        if (!link) { tip.hidden = true; return; }
        const site = box.sites.get(link.dataset.site);
        const head = document.createElement("b");
        head.textContent = site.title;
        const line = document.createElement("div");
        line.textContent = `${site.health}, ${site.devices} ${site.devices === 1 ? "device" : "devices"}`;
        tip.replaceChildren(head, line);
        if (site.reasons.length) {
          const list = document.createElement("ul");
          list.append(...site.reasons.map((reason) => { const item = document.createElement("li"); item.textContent = reason; return item; }));
          tip.append(list);
        }
        tip.hidden = false;
        const dot = link.querySelector(".map-dot").getBoundingClientRect(), frame = box.getBoundingClientRect();
        const left = Math.min(dot.right - frame.left + 10, frame.width - tip.offsetWidth - 8);
        const top = Math.min(dot.bottom - frame.top + 6, frame.height - tip.offsetHeight - 8);
        tip.style.left = `${Math.max(8, left)}px`;
        tip.style.top = `${Math.max(8, top)}px`;
      };
      box.addEventListener("pointerover", show);
      box.addEventListener("focusin", show);
      box.addEventListener("pointerleave", () => { tip.hidden = true; });
      box.addEventListener("focusout", () => { tip.hidden = true; });
    }
    box.sites = at;
  };

  const redraw = () => {
    const box = document.getElementById("map");
    if (box && box.clientWidth) draw(box).catch((error) => console.error("the map can't be drawn", error));
  };
  document.addEventListener("DOMContentLoaded", redraw);
  document.addEventListener("htmx:after:swap", redraw);
  let wait;
  window.addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(redraw, 120); });
})();
