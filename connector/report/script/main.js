// Filters and drawing.
const render = async () => {
  const now = figures();
  $("#span").textContent = tables.waterfall.some((row) => row.day && inDays(row)) ? `${dayWords(days()[0])} to today, which is not over; UTC days` : `last ${state.days} days`;
  headline(now); actions(now); lost(now); alarms(); queue(); readiness(); runs();
  await waterfall(now); await daily(now); await receipts(); await attribution(); await deduplication(now); await coverage(); await scores(); await latency();
  document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
};
let drawing = Promise.resolve();
const again = (before) => { drawing = drawing.then(before).then(render); return drawing; };
const options = (id, values, start) => {
  const asked = new URLSearchParams(location.hash.slice(1)).get(id);
  state[id] = values.some(([value]) => value === asked) ? asked : start;
  $(`#${id}`).replaceChildren(...values.map(([value, name]) => element("option", { value, ...(value === state[id] ? { selected: "" } : {}) }, name)));
  $(`#${id}`).addEventListener("change", (event) => { state[id] = event.target.value; remember(); again(); });
};
const remember = () => history.replaceState(null, "", `#${new URLSearchParams({ days: state.days, currency: state.currency, event: state.event, dataset: state.dataset })}`);
const setUp = () => {
  const cells = tables.waterfall.filter((row) => row.stage === "warehouse_revenue");
  const tally = (rows, key) => [...groups(rows, key).entries()].map(([value, some]) => [value, sum(some, "events")]).sort((left, right) => right[1] - left[1]).map(([value]) => value);
  const revenue = cells.filter((row) => DATA.revenue_events.includes(row.event_name) && row.value);
  const currencies = distinct([...tally(revenue, (row) => row.currency), ...tally(tables.waterfall, (row) => row.currency)]);
  const found = tally(tables.waterfall, (row) => row.event_name).filter((name) => name !== null);
  const earning = DATA.revenue_events.filter((name) => found.includes(name));
  const events = revenue.length && earning.length === 1 ? found.filter((name) => name !== earning[0]) : found; // it is all of the revenue
  options("currency", currencies.map((name) => [name, name === "none" ? "without currency" : name]), currencies[0]);
  options("event", [...(revenue.length ? [[REVENUE, `Revenue (${earning.join(", ")})`]] : []), ...events.map((name) => [name, name])], revenue.length ? REVENUE : events[0]);
  const datasets = distinct(tables.waterfall.map((row) => row.dataset_id));
  options("dataset", [[ALL, "all datasets"], ...datasets.map((id) => [id === null ? DEFAULT : id, datasetWords(id)])], ALL);
  $("#dataset-label").hidden = datasets.length < 2;
  const asked = Number(new URLSearchParams(location.hash.slice(1)).get("days"));
  const choices = distinct([7, 14, DATA.days].filter((number) => number <= DATA.days)).sort((left, right) => left - right);
  state.days = choices.includes(asked) ? asked : DATA.days;
  $("#days").append(...choices.map((number) => {
    const input = element("input", { type: "radio", name: "days", value: number, ...(number === state.days ? { checked: "" } : {}) });
    input.addEventListener("change", () => { state.days = number; remember(); again(); });
    return element("label", {}, input, element("span", {}, number === 7 ? "Last 7 days" : `${number} days`));
  }));
};
const introduce = () => {
  const pulled = tables.pulls.map((row) => row.pulled_at).sort().at(-1), problems = tables.pulls.filter((row) => row.problem);
  $("#made").replaceChildren(`Written ${timeWords(DATA.made_at)} · `, element("span", { id: "span" }), ` · ${pulled ? `Meta's own figures of ${timeWords(pulled)}` : "Meta's own figures were never pulled"}`);
  const hours = (Date.now() - Date.parse(DATA.made_at)) / 3600000, warnings = problems.map((row) => `Not read from Meta: ${row.problem}`);
  if (hours > 36) warnings.unshift(`These figures are ${Math.floor(hours / 24)} days old. Rewrite the page with connector report --html, or see why task report of DAG conversions_reconcile fails.`);
  $("#stale").hidden = !warnings.length;
  $("#stale").textContent = warnings.join(" ");
};
if (tables.waterfall.some((row) => row.day === null || row.day >= DATA.since)) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  state.dark = dark.matches;
  dark.addEventListener("change", () => again(async () => { state.dark = dark.matches; await forget(); }));
  setUp(); introduce(); again();
} else {
  introduce();
  $("#filters").hidden = true;
  $("#main").replaceChildren(element("section", { class: "notice" }, element("h2", {}, `Nothing happened in the last ${DATA.days} days`),
    element("p", {}, "The reconciliation holds no conversions of these days."),
    element("ol", {}, ["See whether the sources of the shop were loaded.", "Build the models: dbt build, or the DAG conversions_sync.", "Build the reconciliation (dbt build --select tag:meta_conversions_reconciliation, or the DAG conversions_reconcile), then write this page again.", "Or write it with more days: connector report --html FILE --days 90."].map((step) => element("li", {}, step)))));
  document.documentElement.dataset.drawn = "1";
}
