// What all parts use: the data, words and numbers, elements, and what is chosen.
const DATA = JSON.parse(document.getElementById("data").textContent);
const CHARTS = JSON.parse(document.getElementById("charts").textContent);
const REVENUE = "(revenue)", ALL = "(all)", DEFAULT = "(default)", DAY_MS = 86400000;
const unpacked = (columns) => {
  const plain = Object.entries(columns).map(([name, column]) => [name, Array.isArray(column) ? column : column.rows.map((at) => column.values[at])]);
  return (plain.length ? plain[0][1] : []).map((_, at) => Object.fromEntries(plain.map(([name, column]) => [name, column[at]])));
};
const tables = Object.fromEntries(Object.entries(DATA.tables).map(([name, columns]) => [name, unpacked(columns)]));
const $ = (selector, root = document) => root.querySelector(selector);
const state = {};

// --- words and numbers -------------------------------------------------------------------------------------------
const words = (name) => (name || "").replaceAll("_", " ").replaceAll(":", ": ");
const count = (number) => Math.round(number).toLocaleString("en");
const many = (number, one, more) => `${count(number)} ${number === 1 ? one : more || one + "s"}`;
const named = (currency) => (currency === "none" ? "without currency" : currency);
const tidy = (number) => Math.round(number * 10000) / 10000; // sums of decimals with four places, exact again
const amount = (number, places = 2) => tidy(number).toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: Math.max(places, 4) });
const placesOf = (currency) => { try { return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits; } catch { return 2; } };
const moneyOf = (number, currency) => `${amount(number, placesOf(currency))} ${named(currency)}`;
const money = (number) => moneyOf(number, state.currency);
const rough = (number) => (number && Math.abs(number) < 100 ? amount(number) : count(number));
// Where an event has no money at all, its conversions are told instead: `figures` says which.
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
const groups = (rows, key) => rows.reduce((map, row) => map.set(key(row), [...(map.get(key(row)) || []), row]), new Map());

// --- elements ----------------------------------------------------------------------------------------------------
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
};
const empty = (text) => element("p", { class: "empty" }, text);
const table = (heads, rows, label) => element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  element("table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col", class: head.number ? "n" : "" }, head.name)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell, at) =>
      element("td", { class: heads[at].number ? "n" : "", ...(heads[at].phone ? { "data-name": heads[at].phone } : {}) }, cell)))))));
const text = (name) => ({ name }), number = (name) => ({ name, number: true });
const asTable = (heads, rows, label) => element("details", {}, element("summary", {}, "The same as a table"), table(heads, rows, label));
const fill = (id, ...children) => $(`#${id} .body`).replaceChildren(...children.filter(Boolean));

// --- what is chosen ----------------------------------------------------------------------------------------------
const firstDay = () => Date.parse(DATA.made_at.slice(0, 10)) - (state.days - 1) * DAY_MS;
// Today is not over: whole days are compared with as many whole days before them.
const dayBefore = () => firstDay() - (state.days - 1) * DAY_MS;
const inWholeDays = (row) => row.day !== null && inDays(row) && row.day < DATA.made_at.slice(0, 10);
const inDaysBefore = (row) => row.day !== null && Date.parse(row.day) < firstDay() && Date.parse(row.day) >= dayBefore();
const inDays = (row) => row.day === null || Date.parse(row.day) >= firstDay();
const inDataset = (row) => state.dataset === ALL || (row.dataset_id === null ? DEFAULT : row.dataset_id) === state.dataset;
const inEvent = (row) => (state.event === REVENUE ? DATA.revenue_events.includes(row.event_name) : row.event_name === state.event);
const inCurrency = (row) => row.currency === state.currency;
const chosen = (name, ...tests) => tables[name].filter((row) => tests.every((test) => test(row)));
const chosenMoney = (name) => chosen(name, inDays, inDataset, inEvent, inCurrency);

// Of what must not be sent, this is as it should be; the rest is fixable.
const RIGHTLY = new Set(["test_order", "not_paid", "suppressed", "no_longer_modelled"]);
const isMendable = ({ stage, reason }) => stage === "not_eligible" && !RIGHTLY.has(reason);
const NAMES = { "not eligible": "Not eligible", lost: "Lost", held: "Held", owed: "On its way", "by pixel": "Told by the pixel", accepted: "Accepted by Meta" };
const WHOLE = "In the warehouse";
const PLACES = [WHOLE, ...Object.values(NAMES)];
const placeOf = ({ stage }) => NAMES[Object.keys(DATA.places).find((name) => DATA.places[name].includes(stage))];
const figures = (when = inDays) => {
  const cells = chosen("waterfall", when, inDataset, inEvent, inCurrency).filter((row) => !row.is_beside);
  const staged = cells.filter((row) => row.stage !== "warehouse_revenue" && row.stage !== "unexplained");
  const by = Object.fromEntries(PLACES.map((place) => [place, { value: 0, events: 0, cells: [] }]));
  for (const cell of staged) by[placeOf(cell)].cells.push(cell);
  by[WHOLE].cells = cells.filter((row) => row.stage === "warehouse_revenue");
  for (const place of Object.values(by)) Object.assign(place, { value: sum(place.cells, "value"), events: sum(place.cells, "events") });
  if (when === inDays) state.column = by[WHOLE].value ? "value" : "events";
  for (const place of Object.values(by)) place.size = place[state.column];
  return { cells, by, unexplained: cells.filter((row) => row.stage === "unexplained") };
};
