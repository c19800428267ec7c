// What changed since yesterday: alarms, runs, money and shares that moved. The last whole day beside the day before it.
const MOVED_POINTS = 2, FEW = 20, MOST_MOVED = 5;
// Of days from before the first sync only the shop's side is compared: what became of them says nothing of sending.
const wereSent = () => FIRST_SYNC <= LAST_WHOLE - DAY_MS;
const onDay = (day) => (row) => row.day === dayOf(day);
const sharesOf = (day) => {
  const { by } = figures(onDay(day)), isSending = wereSent(), whole = by[PAID].size, found = new Map(), sizes = new Map();
  const share = (name, size) => { if (whole > 0) found.set(name, (100 * size) / whole); };
  sizes.set(wholeName(), whole);
  if (isSending) {
    share("Meta knows of it", by["Accepted by Meta"].size + by["Told by the pixel"].size);
    for (const place of ["Accepted by Meta", "Told by the pixel"]) sizes.set(place, by[place].size);
  }
  for (const place of isSending ? ["Lost", "Held", "On its way", "Not eligible"] : ["Not eligible"]) {
    share(place, by[place].size);
    for (const row of reasonsOf(by[place].cells)) {
      const isNamed = row.reason || saysMuch.has(row.stage), name = isNamed ? `${place}: ${inSentence(reasonWords(row))}` : place;
      if (isNamed) share(name, row[state.column]);
      sizes.set(name, (sizes.get(name) || 0) + row[state.column]);
    }
  }
  for (const [identifier, some] of groups(chosen("keys", onDay(day), inDataset, inEvent, inCurrency), (row) => row.identifier)) {
    const events = sum(some, "events");
    if (events >= FEW) found.set(`Buyers whose ${knownWords(identifier)} is known`, (100 * sum(some, "events_with_key")) / events);
  }
  return { shares: found, sizes, events: by[PAID].events };
};
const points = (number) => `${number.toFixed(1)} %`;
const movesOf = (before, now, least) => distinct([...before.keys(), ...now.keys()])
  .map((name) => [name, before.get(name) || 0, now.get(name) || 0]).map(([name, from, to]) => ({ name, from, to, by: tidy(to - from) }))
  .filter((row) => Math.abs(row.by) > least).sort((left, right) => Math.abs(right.by) - Math.abs(left.by));
// The first day of the warehouse may be a part: no day is compared with it.
const isFirstDay = (day) => !tables.waterfall.some((row) => row.day && timeOf(row.day) < day);
// What moved; null where a day has nothing to compare.
const movedShares = () => {
  const [before, now] = [LAST_WHOLE - DAY_MS, LAST_WHOLE].map(sharesOf);
  if (!before.events || !now.events || isFirstDay(LAST_WHOLE - DAY_MS)) return null;
  return { rows: movesOf(before.shares, now.shares, MOVED_POINTS), sizes: movesOf(before.sizes, now.sizes, 0), before, now };
};
const signed = (number, write) => `${number > 0 ? "▲ +" : "▼ −"}${write(Math.abs(number))}`;
const pointsOf = (number) => number.toFixed(1);
const moved = () => {
  const found = movedShares();
  if (!found) return [element("p", {}, isFirstDay(LAST_WHOLE - DAY_MS) ? "Nothing to compare with yet: the page does not hold two whole days." : "Nothing to compare: what is chosen has no conversions on one of the last two whole days.")];
  const { rows, sizes, before, now } = found, [first, last] = [LAST_WHOLE - DAY_MS, LAST_WHOLE].map((day) => dayWords(day).replace(" ", "\u00a0")), what = inMoney() ? unit() : "Conversions";
  const sized = sizes.length ? table([text(`What moved most, ${what}`), number(first), number(last), number("Change")], sizes.slice(0, MOST_MOVED).map((row) => [row.name, short(row.from), short(row.to), signed(row.by, short)]), "What moved most since yesterday")
    : element("p", {}, `No ${inMoney() ? "money" : "number of conversions"} moved from ${first} to ${last}.`);
  const few = Math.min(before.events, now.events) < FEW ? `Of so few conversions (${count(before.events)} and ${count(now.events)}) shares move by chance.` : "";
  if (!rows.length) return [sized, element("p", {}, `No share moved more than ${MOVED_POINTS} points. ${few}`)];
  return [sized, [few ? element("p", {}, few) : null, table([text(`Moved more than ${MOVED_POINTS} points`), number(first), number(last), number("Points")],
    rows.map((row) => [row.name, points(row.from), points(row.to), signed(row.by, pointsOf)]), "Shares that moved since yesterday", MOST_MOVED)]];
};
// Of each alarm that began or ended, how it stands now: one that did both is over.
const noticed = () => [...groups(tables.notices, (row) => `${row.alarm}\n${row.scope}`).values()].map((some) => {
  const { alarm, scope, change, since, recorded_at: told } = some.at(-1);
  return { name: nameOfAlarm(alarm) + (scope ? `, dataset ${scope}` : ""), isOver: change === "end", since: since ?? some[0].recorded_at, told };
});
const alarmChanges = () => {
  const found = noticed();
  if (!found.length) return "no alarm started or ended.";
  return found.map(({ name, isOver, since, told }) => element("span", { class: "more-of" }, verdict(isOver, isOver ? "over" : "started"), `: “${name}”, ${isOver ? `from ${timeWords(since)} to ${timeWords(told)}` : `since ${timeWords(since)}`}.`));
};
const runsFailed = () => tables.runs.filter((row) => row.is_failed && row.started_at >= YESTERDAY);
const failedRuns = () => {
  const failed = runsFailed();
  if (!failed.length) return "none failed.";
  const why = distinct(failed.map((row) => words(row.reason) || "unknown"));
  return element("span", { class: "bad" }, `${many(failed.length, "run")} failed (${why.join(", ")}), the last on ${timeWords(failed[0].started_at)}${tables.runs.find((row) => row.is_proven !== null).is_failed ? "" : "; those after it did not"}.`);
};
const changedWords = () => {
  const found = movedShares(), failed = runsFailed().length, told = noticed(), over = told.filter((row) => row.isOver).length, begun = told.length - over, first = found && found.rows[0];
  const most = found && found.sizes[0] ? `Most moved: ${inSentence(found.sizes[0].name)} ${signed(found.sizes[0].by, short)} ${unit()}. ` : "";
  const shares = !found ? "Too little to compare." : first ? `${most}Of shares: ${inSentence(first.name)} ${signed(first.by, pointsOf)} points${found.rows.length > 1 ? `, and ${found.rows.length - 1} more` : ""}.` : `${most}No share moved.`;
  return [begun || failed ? verdict(false, [begun ? `${many(begun, "alarm")} started` : "", failed ? `${many(failed, "run")} failed` : ""].filter(Boolean).join(", ")) : verdict(true, "no new alarm, no failed run"), `.${over ? ` ${many(over, "alarm")} ${over === 1 ? "is" : "are"} over.` : ""} ${shares}`];
};
const unlike = () => (wereSent() ? null : element("p", {}, `The first sync was on ${dayWords(FIRST_SYNC)}: what Meta knows of the days before it was sent later, and is not compared here.`));
const changes = () => fill("changes", unlike(), element("p", {}, element("b", {}, "Alarms: "), alarmChanges()), element("p", {}, element("b", {}, "Runs (each sends to Meta): "), failedRuns()), element("div", { class: "inner" }, moved().map((one) => element("div", {}, one))));

// --- all currencies ----------------------------------------------------------------------------------------------
const MOST_CURRENCIES = 6;
const currencies = () => {
  const cells = inAllCurrencies(), tally = (some, ...names) => sum(atPlace(some, ...names), "events"), paid = paidOf;
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
