// What needs attention: alarms, deadlines, runs.
// What concerns people who asked not to be shared is of every choice, and first.
const isOfPeople = (row) => row.alarm === "pixel_told_of_suppressed";
const peopleFirst = (rows) => [...rows].sort((left, right) => isOfPeople(right) - isOfPeople(left));
const fires = (row) => isOfPeople(row) || (inDataset(row) && ([null, "all"].includes(row.event_name) || inEvent(row)) && (row.currency === "none" || inCurrency(row)));
const alarmWords = () => {
  const all = tables.alarms.filter((row) => !DATA.follow.includes(row.alarm)), near = peopleFirst(all.filter(fires)), elsewhere = all.length - near.length;
  const names = [...(isStopped ? [nameOfAlarm("sending_stopped")] : []), ...distinct(near.map((row) => nameOfAlarm(row.alarm)))];
  return [names.length ? verdict(false, names.slice(0, 2).join(", ") + (names.length > 2 ? `, and ${names.length - 2} more` : "")) : verdict(true, elsewhere ? "none for this choice" : "none"), elsewhere ? `; ${count(elsewhere)} for other events, currencies or datasets.` : "."];
};
const alarms = () => {
  const all = tables.alarms.filter((row) => !DATA.follow.includes(row.alarm)), under = tables.alarms.filter((row) => DATA.follow.includes(row.alarm));
  if (!tables.alarms.length) return fill("alarms", element("p", {}, element("span", { class: "good" }, "✓ "), "No alarm fires."));
  const badge = (row) => element("span", { class: `badge ${row.severity === "error" ? "bad" : ""}` }, row.severity === "error" ? "error" : "warning");
  const who = (row) => element("span", { class: "who" }, `Who: ${row.who}`);
  const currencyOf = (row) => (row.currency === "none" ? "" : row.currency);
  // The money names its currency; where there is none, what happened has to.
  const about = (row) => [row.event_name === "all" ? "" : row.event_name || "no event name", row.amount ? "" : currencyOf(row)].filter(Boolean).join(", ");
  const entry = (row) => element("li", {}, badge(row), ` ${about(row) ? `${about(row)}: ` : ""}${row.message} ${row.amount ? `Money: ${moneyOf(row.amount, row.currency)}. ` : ""}${row.what_to_do || ""} `, who(row));
  // What fires often fires for one cause: one line says what to do, a table says where.
  const together = (some) => element("li", {}, badge(some[0]), ` ${nameOfAlarm(some[0].alarm)}, ${some.length} times. ${some[0].what_to_do} `, who(some[0]),
    table([text("Event"), text("Currency"), number("Money"), prose("What happened")], some.map((row) => [row.event_name || "–", currencyOf(row) || "–", row.amount ? amount(row.amount, placesOf(row.currency)) : "–", row.message]), nameOfAlarm(some[0].alarm)));
  const follows = under.length ? element("p", {}, `Besides, perhaps because sending has stopped: ${distinct(under.map((row) => nameOfAlarm(row.alarm))).join(", ")}. Do what stands first on this page; what does not go with it stands here by itself then.`) : null;
  const near = peopleFirst(all.filter(fires)), rest = all.filter((row) => !fires(row)).sort((left, right) => right.events - left.events);
  fill("alarms", follows, near.length ? element("ul", { class: "plain" }, near.map(entry)) : empty("No alarm fires for what is chosen."),
    rest.length ? element("details", {}, element("summary", {}, `${many(rest.length, "more alarm")} for other events, currencies or datasets`), element("ul", { class: "plain" }, [...groups(rest, (row) => row.alarm).values()].map((some) => (some.length > 1 ? together(some) : entry(some[0]))))) : null);
};
const queue = () => {
  const some = chosen("queue", inDataset, inEvent, inCurrency);
  $("#queue").classList.toggle("quiet", !some.length);
  fill("queue", some.length ? table([text("Time left"), text("Event"), number("Conversions"), number(`Money, ${named(state.currency)}`), text("First deadline")],
    some.map((row) => [element("span", { class: row.hours_until !== null && row.hours_until <= 6 ? "bad" : "" }, row.time_left), row.event_name, count(row.events), summed(row.value), row.earliest_deadline_at ? timeWords(row.earliest_deadline_at) : "–"]), "Deadlines")
    : empty(tables.queue.length ? "Nothing that is chosen waits; something else does." : "Nothing waits: everything that may be sent was sent, or its time is over."));
};
const runs = () => {
  const proof = (row) => (row.is_proven === null ? "not ended yet" : row.is_proven ? verdict(true, "yes") : verdict(false, `no (${words(row.reason) || "unknown"})`));
  const outcomes = { accepted: "Accepted", rejected: "Refused by Meta", invalid: "Not sendable", deferred: "Put off", unconfirmed: "Unconfirmed" };
  const accepted = sum(tables.runs, "accepted"), counted = sum(receiptsChosen(), "accepted");
  const why = accepted !== counted && tables.receipts.length ? element("p", {}, `These runs had ${many(accepted, "event")} accepted, of every name and day. “Does Meta count them?” has ${count(counted)}: only what is chosen above (${eventWords()}), in the hours that Meta’s figures cover.`) : null;
  fill("runs", why, tables.runs.length ? table([text("Started"), text("Adds up"), number("Taken on"), ...Object.values(outcomes).map(number), number("Requests"), text("How it ended")],
    tables.runs.map((row) => [timeWords(row.started_at), proof(row), ...["claimed", ...Object.keys(outcomes), "requests"].map((name) => (row[name] === null ? "–" : count(row[name]))), row.is_failed ? verdict(false, words(row.reason)) : words(row.reason) || "–"]), "Recent runs", 5)
    : empty("No run is recorded: start one with connector sync, or the DAG conversions_sync."));
};
const latency = async () => {
  const some = chosen("latency", inDays, inDataset, inEvent), known = distinct(some.map((row) => timeOf(row.day))).sort((left, right) => left - right);
  // Of several datasets or events a day is told by the slowest, never by a mean of medians.
  const hours = (name, column) => known.map((day) => ({ day, series: name, number: Math.max(...some.filter((row) => timeOf(row.day) === day).map((row) => row[column])) / 3600 }));
  const rows = [...hours("half of them within", "median_seconds"), ...hours("95 of 100 within", "slow_seconds")];
  await chart("latency", known.length > 1 ? labelled(rows, "h", 1, rounded) : []);
  const newest = known.filter((day) => day <= YESTERDAY).at(-1), of = (column) => Math.max(...some.filter((row) => timeOf(row.day) === newest).map((row) => row[column])) / 3600;
  fill("latency", newest ? element("p", {}, `Of ${dayWords(newest)}: half of them within `, element("b", {}, `${rounded(of("median_seconds"))} h`), `, 95 of 100 within ${rounded(of("slow_seconds"))} h.`) : null, rows.length ? pivot(rows, "Hours from event to acceptance", 1, rounded) : empty("Nothing that is chosen was accepted in these days."));
};
