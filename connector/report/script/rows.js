// From a figure to its orders, and the life of one order.
const isOrder = (row) => DATA.revenue_events.includes(row.event_name);
const MOST_SHOWN = 200;
const keyOf = ({ stage, reason }) => `${stage}/${reason || ""}`;
const rowsOf = (row) => chosenMoney("rows").filter((one) => keyOf(one) === keyOf(row));
const openRows = (row, known) => {
  if (!known) return null;
  known = Math.min(known, MOST_SHOWN);
  const what = isOrder(row) ? "order" : "conversion";
  return button(known < row.events ? `${known} of ${count(row.events)} ${what}s` : many(known, what), () => openSheet({ rows: keyOf(row) }), `${many(known, what)}: ${reasonWords(row)}`);
};
const momentOf = (time) => (time === null ? "–" : timeWords(time));
const amountOf = (row) => (row.reason === "missing_value" ? "not known" : row.value ? moneyOf(row.value, row.currency) : "–");
const traceOf = (row) => (row.trace_id ? element("code", {}, row.trace_id) : "–");
const drawRows = () => {
  const [stage, reason] = [state.rows.split("/")[0], state.rows.slice(state.rows.indexOf("/") + 1) || null];
  const some = rowsOf({ stage, reason }).sort((left, right) => right.value - left.value).slice(0, MOST_SHOWN);
  const all = sum(chosenMoney("waterfall").filter((row) => keyOf(row) === state.rows), "events"), advised = advice({ stage, reason });
  $("#sheet-title").textContent = reasonWords({ stage, reason });
  const cut = all > some.length ? `Of ${count(all)} these are ${count(some.length)}: the largest of each day, and those of most money. The data engineer finds all of them in conversion_deliveries. ` : "";
  $("#sheet .body").replaceChildren(element("p", { class: "says" }, cut, [advised.meaning, advised.what_to_do].filter(Boolean).join(" ")),
    some.length ? table([text("Order"), text("Event"), text("When"), number("Amount"), text("Reason"), text("Meta’s trace id")],
      some.map((row) => [element("code", {}, row.id), row.event_name, momentOf(row.happened_at), amountOf(row), reasonWords(row), traceOf(row)]), `Orders, ${reasonWords({ stage, reason })}`)
      : empty("No order of this reason is on the page for what is chosen above."));
};

// --- the life of one order ---------------------------------------------------------------------------------------
const lifeOf = (row) => {
  const advised = advice(row), steps = [["Happened", momentOf(row.happened_at)], ["Amount", amountOf(row)]];
  if (row.pixel_at !== null) steps.push(["The browser’s pixel told Meta", momentOf(row.pixel_at)]);
  if (row.first_sent_at !== null) steps.push(["First sent by the server", `${momentOf(row.first_sent_at)}${row.attempts > 1 ? `, ${row.attempts} attempts` : ""}`]);
  if (row.accepted_at !== null) steps.push(["Accepted by Meta", momentOf(row.accepted_at)]);
  if (row.trace_id) steps.push(["Meta’s trace id", traceOf(row)]);
  const place = placeOf(row), why = row.reason || saysMuch.has(row.stage) ? `: ${inSentence(reasonWords(row))}` : "";
  steps.push(["Now", [element("b", {}, `${place}${why}`), `. ${advised.meaning || ""} ${advised.what_to_do || ""}`, advised.who && advised.who !== "nobody" ? element("div", { class: "who" }, `Who: ${advised.who}`) : null]]);
  return element("div", {}, element("h3", {}, row.event_name), element("dl", {}, steps.flatMap(([name, words]) => [element("dt", {}, name), element("dd", {}, words)])));
};
const drawOrder = () => {
  const found = tables.rows.filter((row) => row.id.toLowerCase() === state.order.toLowerCase());
  $("#sheet-title").textContent = `Order ${state.order}`;
  $("#sheet .body").replaceChildren(...(found.length ? found.map(lifeOf) : [
    element("p", {}, `Not among the ${count(tables.rows.length)} orders and other conversions that this page holds: those that Meta did not receive, and some of the others.`),
    element("p", {}, "Whoever has a terminal finds every order: ", element("code", {}, `connector why ${/^[\w.:#/+-]{1,64}$/.test(state.order) ? state.order : "ORDER"}`))]));
};

// --- the sheet that both stand on --------------------------------------------------------------------------------
const sheet = () => {
  const place = $("#sheet"), wanted = state.rows || state.order;
  if (state.order) drawOrder();
  else if (state.rows) drawRows();
  if (wanted && !place.open) place.showModal();
  if (!wanted && place.open) place.close();
};
// Closing what was opened here is a step back, so that the Back button never opens it again.
const openSheet = (what) => choose({ ...what, isOpenedHere: true });
const setUpSheet = () => {
  $("#sheet .close").addEventListener("click", () => $("#sheet").close());
  $("#sheet").addEventListener("close", () => {
    if (!state.rows && !state.order) return;
    if (state.isOpenedHere) history.back();
    else choose({ rows: "", order: "" });
  });
  $("#find").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("#order").value.trim()) openSheet({ rows: "", order: $("#order").value.trim() });
  });
};
