// Time series by uPlot: an element with data-chart gets its points from there, and keeps itself fresh.
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const steps = ["", "k", "M", "G", "T"];
  const scaled = (value, unit) => {
    if (value == null) return "–";
    let size = Math.abs(value), step = 0;
    if (unit === "%") return `${value.toFixed(size < 10 ? 1 : 0)} %`;
    while (size >= 999.5 && step < 4) { size /= 1000; step += 1; }
    return `${value < 0 ? "-" : ""}${size >= 100 || Number.isInteger(size) ? size.toFixed(0) : size.toFixed(1)} ${steps[step]}${unit}`;
  };
  const charts = new Map();

  const align = (lines) => {
    const times = [...new Set(lines.flatMap((line) => line.points.map((p) => p[0])))].sort((a, b) => a - b);
    const index = new Map(times.map((time, i) => [time, i]));
    return [times, ...lines.map((line) => { const values = Array(times.length).fill(null); for (const [t, v] of line.points) values[index.get(t)] = v; return values; })];
  };

  const options = (box, lines, data) => {
    const unit = box.dataset.unit ?? "", top = Number(box.dataset.top) || null;
    const colours = [css("--nw-info-solid"), css("--nw-warn-solid"), css("--nw-bad-solid"), css("--nw-mute-solid")];
    const axis = { stroke: css("--nw-quiet"), grid: { stroke: css("--nw-line-soft"), width: 1 }, ticks: { show: false }, font: `11px ${css("--nw-sans")}` };
    return {
      width: box.clientWidth - 16, height: box.clientHeight - 44, padding: [10, 6, 0, 0],
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"),
      cursor: { points: { size: 5 }, drag: { x: false, y: false } },
      scales: { x: { range: () => [data.start, data.end] }, y: { range: (_u, _min, max) => [0, top ?? Math.max(max * 1.1, unit === "bit/s" ? 1000 : 1)] } },
      axes: [{ ...axis, size: 26, values: (_u, times) => times.map((t) => new Date(t * 1e3).toISOString().slice(11, 16)) }, { ...axis, size: 72, values: (_u, values) => values.map((v) => scaled(v, unit)) }],
      series: [{ label: "UTC", value: (_u, t) => (t == null ? "–" : new Date(t * 1e3).toISOString().slice(11, 19)) },
        ...lines.map((line, i) => ({ label: line.label, stroke: colours[i % colours.length], width: 1.5, spanGaps: lines.length > 1, points: { show: false }, value: (_u, v) => scaled(v, unit) }))],
    };
  };

  const draw = async (box) => {
    const response = await fetch(box.dataset.chart, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const data = await response.json();
    const metrics = box.dataset.metrics.split(",");
    const lines = metrics.map((metric) => data.lines.find((line) => line.metric === metric)).filter((line) => line && line.points.length);
    charts.get(box)?.destroy();
    charts.delete(box);
    box.replaceChildren();
    if (!lines.length) {
      const none = document.createElement("div");
      none.className = "chart-none";
      none.textContent = "No samples in this span";
      box.append(none);
      return;
    }
    charts.set(box, new uPlot(options(box, lines, data), align(lines), box));
  };

  const all = () => { for (const box of document.querySelectorAll("[data-chart]")) draw(box).catch((error) => console.error("chart", error)); };
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("netwright:theme", all);
  let wait;
  window.addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(all, 150); });
  setInterval(() => { if (!document.hidden) all(); }, 10000);
})();
