// Filters and drawing.
const spanWords = () => {
  const first = days()[0] || state.from, today = state.to === TODAY ? "today, which is not over" : null;
  return first === state.to ? today || dayWords(first) : `${dayWords(first)} to ${today || dayWords(state.to)}`;
};
const spanTold = () => {
  if (!tables.waterfall.some((row) => row.day && inDays(row))) return `${dayWords(state.from)} to ${dayWords(state.to)}`;
  const bare = daysChosen() - days().length, told = `${spanWords()}; UTC days`;
  if (bare && IS_YOUNG && state.days === ALL_DAYS) return `${told}. The warehouse holds no conversions before ${dayWords(EARLIEST)}`;
  return bare ? `${told}. These are ${many(days().length, "day")}: of the ${daysChosen()} days chosen, the first ${bare} hold no conversions` : told;
};
// Of days from before the first sync the figures say when they were sent, not how it went.
const young = () => {
  const isYoung = days()[0] < FIRST_SYNC;
  $("#young").hidden = !isYoung;
  $("#young").textContent = isYoung ? `The first sync (a run that sends to Meta) was on ${dayWords(FIRST_SYNC)}: older days were sent after the fact, so trends before it mean little.` : "";
};
const render = async () => {
  const now = figures();
  $("#span").textContent = spanTold();
  young(); headline(now); changes(); actions(now); currencies(); meta(); campaigns(); lost(now); alarms(); queue(); readiness(); runs(); glance(now); sheet(); tell(); fitTables();
  await waterfall(now); await daily(now); await receipts(); await attribution(); await deduplication(now); await coverage(); await scores(); await latency();
  hints(); fitTables(); markRead();
  document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
};
// What a tab's name and a screen reader say of it.
const tell = () => {
  const words = $("#headline-words").textContent, stopped = $("#state.stopped") ? "SENDING HAS STOPPED · " : "";
  document.title = `${stopped}${words.replace(/\.$/, "")} · What Meta was told of our sales`;
  $("#told").textContent = `${$("#span").textContent}: ${words} ${$("#headline .most").textContent}`;
};
let drawing = Promise.resolve();
const again = () => { drawing = drawing.then(render); return drawing; };

// --- what is chosen, in the address ------------------------------------------------------------------------------
const CHOICES = { days: [], currency: [], event: [], dataset: [] };
const choice = () => ({ days: state.days, from: state.days === CUSTOM ? dayOf(state.from) : "", to: state.days === CUSTOM ? dayOf(state.to) : "",
  currency: state.currency, event: state.event, dataset: state.dataset, part: state.part, rows: state.rows, order: state.order });
const choose = (changes) => {
  Object.assign(state, changes);
  if (changes.days && changes.days !== CUSTOM) [state.from, state.to] = spanOf(changes.days);
  remember(true);
  showChoice();
  return again();
};
const within = (day, start) => { const time = Date.parse(day); return time >= OLDEST && time <= TODAY ? time : start; };
const readChoice = () => {
  const asked = askedFor();
  for (const [name, values] of Object.entries(CHOICES)) state[name] = values.includes(asked.get(name)) ? asked.get(name) : values[0];
  [state.from, state.to] = state.days === CUSTOM ? [within(asked.get("from"), OLDEST), within(asked.get("to"), TODAY)].sort() : spanOf(state.days);
  for (const name of ["part", "rows", "order"]) state[name] = asked.get(name) || "";
};
const showChoice = () => {
  for (const name of ["currency", "event", "dataset"]) $(`#${name}`).value = state[name];
  $(`#days input[value="${state.days}"]`).checked = true;
  const picked = (id) => $(`#${id}`).selectedOptions[0].textContent;
  const span = state.days === CUSTOM ? `${dayWords(state.from)} to ${dayWords(state.to)}` : $("#days input:checked + span").textContent;
  $("#chosen").textContent = [span, picked("currency"), picked("event")].join(" · ");
  $("#custom").hidden = state.days !== CUSTOM;
  [$("#from").value, $("#to").value] = [dayOf(state.from), dayOf(state.to)];
};
const offer = (id, values) => {
  CHOICES[id] = values.map(([value]) => value);
  $(`#${id}`).replaceChildren(...values.map(([value, name]) => element("option", { value }, name)));
  $(`#${id}`).addEventListener("change", (event) => choose(id === "event" ? withCurrency(event.target.value) : { [id]: event.target.value }));
};
// An event that has nothing in the chosen currency is shown in the one that it has most of.
const withCurrency = (name) => {
  const has = chosen("waterfall", (row) => row.stage === "warehouse_revenue" && row.events, (row) => (name === REVENUE ? DATA.revenue_events.includes(row.event_name) : row.event_name === name));
  if (!has.length || has.some(inCurrency)) return { event: name };
  const [[currency]] = [...groups(has, (row) => row.currency)].sort(([, left], [, right]) => sum(right, "events") - sum(left, "events"));
  return { event: name, currency };
};
const DAYS_OFFERED = [["1", "Yesterday"], ["7", "Last 7 full days"], ["14", "14 full days"]];
const offerDays = () => {
  const all = IS_YOUNG ? `All ${many(daysBetween(EARLIEST, TODAY), "day")}` : `${DATA.days} days`;
  const values = [...DAYS_OFFERED.filter(([number]) => Number(number) < DATA.days), [ALL_DAYS, all], [CUSTOM, "Custom"]];
  CHOICES.days = [ALL_DAYS, ...values.map(([value]) => value)];
  $("#days").append(...values.map(([value, name]) => {
    const input = element("input", { type: "radio", name: "days", value });
    input.addEventListener("change", () => choose({ days: value }));
    return element("label", {}, input, element("span", {}, name));
  }));
  for (const id of ["from", "to"]) {
    Object.assign($(`#${id}`), { min: dayOf(OLDEST), max: dayOf(TODAY) });
    $(`#${id}`).addEventListener("change", () => {
      const [from, to] = [within($("#from").value, state.from), within($("#to").value, state.to)].sort();
      choose({ days: CUSTOM, from, to });
    });
  }
};
const setUp = () => {
  const cells = tables.waterfall.filter((row) => row.stage === "warehouse_revenue");
  const tally = (rows, key) => [...groups(rows, key).entries()].map(([value, some]) => [value, sum(some, "events")]).sort((left, right) => right[1] - left[1]).map(([value]) => value);
  const revenue = cells.filter((row) => DATA.revenue_events.includes(row.event_name) && row.value);
  const currencies = distinct([...tally(revenue, (row) => row.currency), ...tally(tables.waterfall, (row) => row.currency)]);
  const found = tally(tables.waterfall, (row) => row.event_name).filter((name) => name !== null);
  const events = revenue.length && EARNING.length === 1 ? found.filter((name) => name !== EARNING[0]) : found; // it is all of the revenue
  offer("currency", currencies.map((name) => [name, name === "none" ? "without currency" : name]));
  offer("event", [...(revenue.length ? [[REVENUE, `Revenue (${EARNING.join(", ")})`]] : []), ...events.map((name) => [name, STAGES.has(name) ? `${name} (lead stage)` : name])]);
  const datasets = distinct(tables.waterfall.map((row) => row.dataset_id));
  offer("dataset", [[ALL, "all datasets"], ...datasets.map((id) => [id === null ? DEFAULT : id, datasetWords(id)])]);
  $("#dataset-label").hidden = datasets.length < 2;
  offerDays();
  setUpSheet();
  setUpFolds();
  setUpContents();
  readChoice();
  showChoice();
  addEventListener("popstate", () => { state.isOpenedHere = false; readChoice(); remember(false); showChoice(); again(); });
};
const introduce = () => {
  const problems = tables.pulls.filter((row) => row.problem);
  $("#made").replaceChildren(`Written ${timeWords(DATA.made_at)} · `, element("span", { id: "span" }));
  const hours = (Date.now() - Date.parse(DATA.made_at)) / 3600000;
  // What one cause kept from being read is one warning.
  const causes = groups(problems.map((row) => row.problem.split(/: (.*)/s)), ([, why]) => why);
  const warnings = [...causes].map(([why, some]) => `Not read from Meta: ${some.map(([what]) => what).join(", ")}: ${why}`);
  if (hours > 36) warnings.unshift(`These figures are ${many(Math.floor(hours / 24), "day")} old. Rewrite the page with connector report --html, or see why task report of DAG conversions_reconcile fails.`);
  $("#stale").hidden = !warnings.length;
  $("#stale").textContent = warnings.join(" ");
};
followTheme();
if (tables.waterfall.some((row) => row.day === null || row.day >= DATA.since)) {
  setUp(); introduce(); again().then(() => { if (state.part) goTo(state.part); });
} else {
  introduce();
  for (const part of ["#filters", "#contents", "#find"]) $(part).hidden = true;
  $("#main").replaceChildren(element("section", { class: "notice" }, element("h2", {}, `Nothing happened ${DATA.days === 1 ? "today" : `in the last ${DATA.days} days`}`),
    element("p", {}, "The reconciliation holds no conversions of these days."),
    element("ol", {}, ["See whether the sources of the shop were loaded.", "Build the models: dbt build, or the DAG conversions_sync.", "Build the reconciliation (dbt build --select tag:meta_conversions_reconciliation, or the DAG conversions_reconcile), then write this page again.", ...(DATA.days < DATA.most_days ? [`Or write it with more days: connector report --html FILE --days ${DATA.most_days}.`] : [])].map((step) => element("li", {}, step)))));
  document.documentElement.dataset.drawn = "1";
}
