// What all parts use: the data, words and numbers, elements, and what is chosen.
const unzipped = async (id) => {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
const DATA = JSON.parse(await unzipped("data"));
const CHARTS = JSON.parse(document.getElementById("charts").textContent);
const REVENUE = "(revenue)", ALL = "(all)", DEFAULT = "(default)", DAY_MS = 86400000;
const unpacked = (columns) => {
  const plain = Object.entries(columns).map(([name, column]) => [name, Array.isArray(column) ? column
    : column.seconds ? column.seconds.map((second) => (second === null ? null : second * 1000)) : column.rows.map((at) => column.values[at])]);
  return (plain.length ? plain[0][1] : []).map((_, at) => Object.fromEntries(plain.map(([name, column]) => [name, column[at]])));
};
const tables = Object.fromEntries(Object.entries(DATA.tables).map(([name, columns]) => [name, unpacked(columns)]));
const dayOf = (time) => (time === null ? null : new Date(time).toISOString().slice(0, 10));
for (const row of tables.rows) row.day = dayOf(row.happened_at);
const $ = (selector, root = document) => root.querySelector(selector);
const state = {};

// --- words and numbers -------------------------------------------------------------------------------------------
const words = (name) => (name || "").replaceAll("_", " ").replaceAll(":", ": ");
const EARNING = DATA.revenue_events.filter((name) => tables.waterfall.some((row) => row.event_name === name));
// Stages of a CRM have names of the shop's own, such as "new" or "won", which alone say little.
const STAGES = new Set(tables.rows.filter((row) => row.source_system === "crm").map((row) => row.event_name));
for (const row of tables.rows) if (row.source_system !== "crm") STAGES.delete(row.event_name);
const eventWords = () => (state.event === REVENUE ? EARNING.join(" and ") : STAGES.has(state.event) ? `lead stage “${state.event}”` : state.event);
const isStopped = DATA.follow.length > 0;
const nameOfAlarm = (alarm) => DATA.alarm_names[alarm] || words(alarm);
const count = (number) => Math.round(number).toLocaleString("en");
const many = (number, one, more) => `${count(number)} ${number === 1 ? one : more || one + "s"}`;
const named = (currency) => (currency === "none" ? "without currency" : currency);
const tidy = (number) => Math.round(number * 10000) / 10000; // sums of decimals with four places, exact again
const amount = (number, places = 2) => tidy(number).toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: Math.max(places, 4) });
const placesOf = (currency) => { try { return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits; } catch { return 2; } };
const moneyOf = (number, currency) => `${amount(number, placesOf(currency))} ${named(currency)}`;
const money = (number) => moneyOf(number, state.currency);
// What is no sum of money, or an estimate of one: as people say it.
const rounded = (number, places = 1) => number.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
const estimated = (number) => (Math.abs(number) < 100 && (!inMoney() || places()) ? rounded(number) : count(number));
const rough = (number) => (number && Math.abs(number) < 100 ? amount(number, places()) : count(number));
// Where there is no money at all, or none in a usable currency, conversions are told instead: `figures` says which.
const inMoney = () => state.column === "value";
const unit = () => (inMoney() ? named(state.currency) : "conversions");
const places = () => (inMoney() ? placesOf(state.currency) : 0);
const told = (number) => (inMoney() ? money(number) : many(number, "conversion"));
const short = (number) => (inMoney() ? rough(number) : count(number));
const percent = (part, whole) => {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  return share > 0 && share < 1 ? "<1 %" : share > 99 && share < 100 ? ">99 %" : `${Math.round(share)} %`;
};
// "13 Sep" as the charts write it: en-GB would say Sept.
const dayWords = (day) => `${new Date(day).getUTCDate()} ${new Date(day).toLocaleDateString("en-US", { timeZone: "UTC", month: "short" })}`;
const timeWords = (time) => `${dayWords(time)}, ${new Date(time).toISOString().slice(11, 16)} UTC`;
const datasetWords = (id) => (id === null ? (DATA.default_dataset ? `${DATA.default_dataset} (default)` : "default dataset") : id);
const sum = (rows, column) => tidy(rows.reduce((total, row) => total + (row[column] || 0), 0));
const distinct = (values) => [...new Set(values)];
const groups = (rows, key) => {
  const found = new Map();
  for (const row of rows) {
    const name = key(row), known = found.get(name);
    if (known) known.push(row);
    else found.set(name, [row]);
  }
  return found;
};

// --- elements ----------------------------------------------------------------------------------------------------
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return made;
};
const button = (words, act, label) => {
  const made = element("button", { type: "button", ...(label ? { "aria-label": label } : {}) }, words);
  made.addEventListener("click", act);
  return made;
};
// --- a table as a file -------------------------------------------------------------------------------------------
const wordsIn = (cell) => {
  const parts = [], walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) parts.push(walker.currentNode.data.trim());
  return parts.join(" ");
};
const isNumber = (text) => /^-?[\d,]+(\.\d+)?$/.test(text);
// Numbers without commas; what a spreadsheet would take for a formula stays text.
const csvCell = (text) => {
  const plain = isNumber(text) ? text.replaceAll(",", "") : /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
const saveCsv = (name, rows) => {
  const address = URL.createObjectURL(new Blob(["\ufeff", rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("")], { type: "text/csv" }));
  const file = `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}_${dayOf(state.from)}_${dayOf(state.to)}.csv`;
  element("a", { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
};
const verdict = (isGood, words) => element("span", { class: isGood ? "good" : "bad" }, `${isGood ? "✓" : "✗"} ${words}`);
const empty = (text) => element("p", { class: "empty" }, text);
// Of a long table the first rows, on a phone few of them, and the rest at a click; the file has all of them.
const MOST_ON_PHONE = 3;
const table = (heads, rows, label, most = rows.length) => {
  const shown = heads.length > 3 && innerWidth < 640 ? Math.min(most, MOST_ON_PHONE) : most;
  const cells = (row) => row.map((cell, at) => element("td", { class: heads[at].kind, ...(at ? { "data-name": heads[at].name } : {}) }, cell));
  const made = element("table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col", class: head.kind }, head.name)))),
    element("tbody", {}, rows.map((row, at) => element("tr", at < shown ? {} : { hidden: "" }, cells(row)))));
  const save = button("CSV", () => saveCsv(label, [heads.map((head) => head.name), ...[...made.tBodies[0].rows].map((row) => [...row.cells].map(wordsIn))]), `${label} as a CSV file`);
  const place = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, made);
  const all = button(`Show all ${count(rows.length)}`, () => { for (const row of made.tBodies[0].rows) row.hidden = false; all.remove(); fitTables(); place.focus(); }, `Show all ${count(rows.length)} rows: ${label}`);
  return element("div", { class: "tabled" }, place, element("div", { class: "foot" }, rows.length > shown ? all : null, element("div", { class: "save" }, save)));
};
// A table that is wider than its place stands row by row instead, each cell under its name: nothing is read sideways.
const fitTables = () => {
  const places = [...document.querySelectorAll(".tabled .scroll")];
  for (const place of places) place.classList.remove("blocks");
  const wide = places.filter((place) => place.scrollWidth > place.clientWidth + 1);
  for (const place of wide) place.classList.add("blocks");
};
const text = (name) => ({ name, kind: "" }), number = (name) => ({ name, kind: "n" }), prose = (name) => ({ name, kind: "prose" });
const asTable = (heads, rows, label) => element("details", {}, element("summary", {}, "The same as a table"), table(heads, rows, label));
const fill = (id, ...children) => $(`#${id} .body`).replaceChildren(...children.filter(Boolean));

// --- what is chosen ----------------------------------------------------------------------------------------------
const TODAY = Date.parse(DATA.made_at.slice(0, 10)), YESTERDAY = TODAY - DAY_MS, OLDEST = TODAY - (DATA.days - 1) * DAY_MS;
const ALL_DAYS = String(DATA.days), CUSTOM = "custom";
const EARLIEST = Math.min(...tables.waterfall.filter((row) => row.day).map((row) => Date.parse(row.day)));
const FIRST_SYNC = tables.first_sync.length && tables.first_sync[0].started_at ? Date.parse(dayOf(tables.first_sync[0].started_at)) : -Infinity;
const spanOf = (range) => (range === ALL_DAYS ? [OLDEST, TODAY] : [TODAY - Number(range) * DAY_MS, YESTERDAY]);
const IS_YOUNG = EARLIEST > OLDEST && EARLIEST <= TODAY; // the warehouse has fewer days than the page
const daysBetween = (from, to) => Math.round((to - from) / DAY_MS) + 1;
const daysChosen = () => daysBetween(state.from, state.to);
// Today is not over, nor was the day on which the reconciliation was built: whole days are compared with as many whole days before them.
const LAST_WHOLE = Math.min(TODAY, DATA.reconciled_at ? Date.parse(DATA.reconciled_at.slice(0, 10)) : TODAY) - DAY_MS;
const lastWhole = () => Math.min(state.to, LAST_WHOLE);
const wholeDays = () => Math.max(daysBetween(state.from, lastWhole()), 0);
const times = new Map(); // a page has few days and asks each cell for its own again and again
const timeOf = (day) => { if (!times.has(day)) times.set(day, Date.parse(day)); return times.get(day); };
const isBetween = (row, from, to) => row.day !== null && timeOf(row.day) >= from && timeOf(row.day) <= to;
const inDays = (row) => row.day === null || isBetween(row, state.from, state.to);
const inWholeDays = (row) => isBetween(row, state.from, lastWhole());
const inDaysBefore = (row) => isBetween(row, state.from - wholeDays() * DAY_MS, state.from - DAY_MS);
const inDataset = (row) => state.dataset === ALL || (row.dataset_id === null ? DEFAULT : row.dataset_id) === state.dataset;
const inEvent = (row) => (state.event === REVENUE ? DATA.revenue_events.includes(row.event_name) : row.event_name === state.event);
const inCurrency = (row) => row.currency === state.currency;
const chosen = (name, ...tests) => tables[name].filter((row) => tests.every((test) => test(row)));
const chosenMoney = (name) => chosen(name, inDays, inDataset, inEvent, inCurrency);
const isUsable = (currency) => !DATA.unusable_currencies.includes(currency); // of others conversions are counted, and no money is summed

// Of what must not be sent, this is as it should be; the rest is fixable.
const RIGHTLY = new Set(["suppressed", "consent_withdrawn", "no_longer_modelled"]);
const NO_SALE = new Set(["test_order", "not_paid"]);
const isMendable = ({ stage, reason }) => stage === "not_eligible" && !RIGHTLY.has(reason) && !NO_SALE.has(reason);
const NAMES = { "not eligible": "Not eligible", lost: "Lost", held: "Held", owed: "On its way", "by pixel": "Told by the pixel", accepted: "Accepted by Meta" };
// Revenue is what was paid by real customers: the rest of the warehouse is told beside it, and in no share.
const WHOLE = "In the warehouse", UNPAID = "Unpaid or a test", PAID = "Paid";
const PLACES = [WHOLE, UNPAID, ...Object.values(NAMES)];
const placeOf = ({ stage, reason }) => stage === "not_eligible" && NO_SALE.has(reason) ? UNPAID : NAMES[Object.keys(DATA.places).find((name) => DATA.places[name].includes(stage))];
// Counts and money of cells of any currencies: what was paid, and what stands in a place.
const atPlace = (cells, ...names) => cells.filter((row) => row.stage !== "warehouse_revenue" && names.includes(placeOf(row)));
const paidOf = (cells, column) => tidy(sum(cells.filter((row) => row.stage === "warehouse_revenue"), column) - sum(atPlace(cells, UNPAID), column));
const inAllCurrencies = () => chosen("waterfall", inDays, inDataset, inEvent).filter((row) => !row.is_beside && row.stage !== "unexplained");
const figures = (when = inDays) => {
  const cells = chosen("waterfall", when, inDataset, inEvent, inCurrency).filter((row) => !row.is_beside);
  const staged = cells.filter((row) => row.stage !== "warehouse_revenue" && row.stage !== "unexplained");
  const by = Object.fromEntries(PLACES.map((place) => [place, { value: 0, events: 0, cells: [] }]));
  for (const cell of staged) by[placeOf(cell)].cells.push(cell);
  by[WHOLE].cells = cells.filter((row) => row.stage === "warehouse_revenue");
  for (const place of Object.values(by)) Object.assign(place, { value: sum(place.cells, "value"), events: sum(place.cells, "events") });
  if (when === inDays) state.column = by[WHOLE].value && isUsable(state.currency) ? "value" : "events";
  const unpaid = by[UNPAID].cells.map((row) => ({ ...row, value: -row.value, events: -row.events }));
  by[PAID] = { value: tidy(by[WHOLE].value - by[UNPAID].value), events: by[WHOLE].events - by[UNPAID].events, cells: [...by[WHOLE].cells, ...unpaid] };
  for (const place of Object.values(by)) place.size = place[state.column];
  return { cells, by, unexplained: cells.filter((row) => row.stage === "unexplained") };
};
