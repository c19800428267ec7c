// What changed since yesterday: alarms, runs, and shares that moved. The last whole day beside the day before it.
const MOVED_POINTS = 2, FEW = 20;
const onDay = (day) => (row) => row.day === dayOf(day);
const sharesOf = (day) => {
  const { by } = figures(onDay(day)), whole = by[PAID].size, found = new Map();
  const share = (name, size) => { if (whole > 0) found.set(name, (100 * size) / whole); };
  share("Meta knows of it", by["Accepted by Meta"].size + by["Told by the pixel"].size);
  for (const place of ["Lost", "Held", "On its way", "Not eligible"]) {
    share(place, by[place].size);
    for (const row of reasonsOf(by[place].cells)) if (row.reason || saysMuch.has(row.stage)) share(`${place}: ${inSentence(reasonWords(row))}`, row[state.column]);
  }
  for (const [identifier, some] of groups(chosen("keys", onDay(day), inDataset, inEvent, inCurrency), (row) => row.identifier)) {
    const events = sum(some, "events");
    if (events >= FEW) found.set(`Buyers whose ${knownWords(identifier)} is known`, (100 * sum(some, "events_with_key")) / events);
  }
  return { shares: found, events: by[PAID].events };
};
const points = (number) => `${number.toFixed(1)} %`;
// The shares that moved; null where a day has nothing to compare.
const movedShares = () => {
  const [before, now] = [YESTERDAY - DAY_MS, YESTERDAY].map(sharesOf);
  if (!before.events || !now.events) return null;
  const rows = distinct([...before.shares.keys(), ...now.shares.keys()])
    .map((name) => [name, before.shares.get(name) || 0, now.shares.get(name) || 0]).map(([name, from, to]) => ({ name, from, to, by: to - from }))
    .filter((row) => Math.abs(row.by) > MOVED_POINTS).sort((left, right) => Math.abs(right.by) - Math.abs(left.by));
  return { rows, before, now };
};
const moved = () => {
  const found = movedShares();
  if (!found) return element("p", {}, "Shares cannot be compared: what is chosen has no conversions on one of the last two whole days.");
  const { rows, before, now } = found;
  const few = Math.min(before.events, now.events) < FEW ? ` Of so few conversions (${count(before.events)} and ${count(now.events)}) shares move by chance.` : "";
  if (!rows.length) return element("p", {}, `No share moved more than ${MOVED_POINTS} points from ${dayWords(YESTERDAY - DAY_MS)} to ${dayWords(YESTERDAY)}.${few}`);
  return [element("p", {}, `Shares that moved more than ${MOVED_POINTS} points.${few}`), table([text("Share"), number(dayWords(YESTERDAY - DAY_MS)), number(dayWords(YESTERDAY)), number("Points")],
    rows.map((row) => [row.name, points(row.from), points(row.to), `${row.by > 0 ? "▲ +" : "▼ −"}${Math.abs(row.by).toFixed(1)}`]), "Shares that moved since yesterday")];
};
const noticed = (change) => distinct(tables.notices.filter((row) => row.change === change).map((row) => words(row.alarm)));
const alarmChanges = () => {
  const [begun, ended] = ["begin", "end"].map(noticed);
  if (!begun.length && !ended.length) return "No alarm started or ended.";
  return [begun.length ? `Started: ${begun.join(", ")}. ` : "", ended.length ? `Ended: ${ended.join(", ")}.` : ""].join("");
};
const runsFailed = () => tables.runs.filter((row) => row.is_proven === false && row.started_at >= YESTERDAY);
const failedRuns = () => {
  const failed = runsFailed();
  if (!failed.length) return "No run failed.";
  const why = distinct(failed.map((row) => words(row.reason) || "unknown"));
  return element("span", { class: "bad" }, `${many(failed.length, "run")} failed (${why.join(", ")}), the last of ${timeWords(failed[0].started_at)}.`);
};
const changedWords = () => {
  const found = movedShares(), failed = runsFailed().length, begun = noticed("begin").length, first = found && found.rows[0];
  const shares = !found ? "too little to compare" : first ? `${first.name} ${first.by > 0 ? "▲ +" : "▼ −"}${Math.abs(first.by).toFixed(1)} points${found.rows.length > 1 ? `, and ${found.rows.length - 1} more` : ""}` : "no share moved";
  return [begun || failed ? verdict(false, [begun ? `${many(begun, "alarm")} started` : "", failed ? `${many(failed, "run")} failed` : ""].filter(Boolean).join(", ")) : verdict(true, "no new alarm, no failed run"), `; ${shares}.`];
};
const changes = () => fill("changes", element("p", {}, element("b", {}, "Alarms: "), alarmChanges()), element("p", {}, element("b", {}, "Runs: "), failedRuns()), ...[moved()].flat());

// --- all currencies ----------------------------------------------------------------------------------------------
const MOST_CURRENCIES = 6;
const currencies = () => {
  const cells = chosen("waterfall", inDays, inDataset, inEvent).filter((row) => !row.is_beside && row.stage !== "unexplained");
  const tally = (some, ...names) => sum(some.filter((row) => row.stage !== "warehouse_revenue" && names.includes(placeOf(row))), "events");
  const paid = (some, column) => tidy(sum(some.filter((row) => row.stage === "warehouse_revenue"), column) - sum(some.filter((row) => row.stage !== "warehouse_revenue" && placeOf(row) === UNPAID), column));
  const line = (name, some, money) => {
    const whole = paid(some, "events"), known = tally(some, "Accepted by Meta", "Told by the pixel");
    return [name, count(whole), `${count(known)} · ${percent(known, whole)}`, ...["Lost", "Held", "On its way", "Not eligible"].map((place) => count(tally(some, place))), money];
  };
  const by = [...groups(cells, (row) => row.currency)], usable = by.filter(([currency]) => isUsable(currency)), rest = by.filter(([currency]) => !isUsable(currency));
  const rows = usable.map(([currency, some]) => [paid(some, "events"), line(currency, some, paid(some, "value") ? moneyOf(paid(some, "value"), currency) : "–")]).sort((left, right) => right[0] - left[0]).map(([, row]) => row);
  const others = distinct(rest.map(([currency]) => currency)).filter((currency) => currency !== "none");
  if (rest.length) rows.push(line(`no usable currency${others.length ? ` (${others.join(", ")})` : ""}`, rest.flatMap(([, some]) => some), "not summed"));
  fill("currencies", rows.length ? table([text("Currency"), number(state.event === REVENUE ? "Paid orders" : "Conversions"), number("Meta knows of"), ...["Lost", "Held", "On its way", "Not eligible"].map(number), number("Money")],
    rows.length > 1 ? [line("all currencies", cells, "never added"), ...rows] : rows, "All currencies", MOST_CURRENCIES) : empty("No conversions in what is chosen."));
};
