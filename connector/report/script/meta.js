// Meta's own measures, as last pulled: score, coverage, deduplication keys, freshness, what a key would bring.
const SCORE_GOAL = 6, KEYS_GOAL = 95, META_DAYS = { web: 7, offline: 28 };
const madeUp = () => (DATA.is_sandbox ? element("p", { class: "warning" }, "Made up: a sandbox stands for Meta here.") : null);
// Before the first sync the server sent nothing: until Meta's days all lie after it, coverage is low for that reason alone.
const COVERED_FROM = FIRST_SYNC + META_DAYS.web * DAY_MS;
const isEarly = (pulled) => Date.parse(dayOf(pulled)) < COVERED_FROM;
const BY_META = { email: "em", phone: "ph", first_name: "fn", last_name: "ln", date_of_birth: "db", gender: "ge", city: "ct", state: "st", zip_code: "zp", ip_address: "client_ip_address", user_agent: "client_user_agent" };
const FREQUENCIES = { real_time: ["in real time", true], hourly: ["every hour", true], daily: ["every day", false], weekly: ["every week", false] };
const inMetaDataset = (row) => state.dataset === ALL || row.dataset_id === (state.dataset === DEFAULT ? DATA.default_dataset : state.dataset);
// Of a row of the warehouse, which names no default.
const datasetOf = (row) => (row.dataset_id === null ? DATA.default_dataset : row.dataset_id);
const measuresOf = (rows) => {
  const find = (measure, item = null) => rows.find((row) => row.measure === measure && row.item === item);
  const all = (measure) => rows.filter((row) => row.measure === measure);
  return { find, all, number: (measure, item) => { const found = find(measure, item); return found ? found.number : null; } };
};
// Of a difference too small to be shown, nothing is said.
const sinceWords = (row, digits) => {
  if (!row || row.former_number === null) return "";
  const by = row.number - row.former_number, since = `since ${dayWords(row.former_pulled_at)}`;
  return Math.abs(by) < 0.5 * 10 ** -digits ? `as on ${dayWords(row.former_pulled_at)}` : `${by > 0 ? "▲" : "▼"} ${Math.abs(by).toFixed(digits)} ${since}`;
};
const scale = (number, most, goal) => element("span", { class: "scale", role: "img", "aria-label": `${number} of ${most}, goal ${goal}` },
  element("span", { class: number >= goal ? "share enough" : "share", style: `width: ${Math.min((100 * number) / most, 100)}%` }), element("span", { class: "goal", style: `left: ${(100 * goal) / most}%` }));
const percentOr = (number) => (number === null ? "–" : `${number.toFixed(1)} %`);
const keysVerdict = ({ number }) => {
  const [browser, server] = ["dedupe_browser", "dedupe_server"].map((measure) => number(measure, "event_id"));
  if (browser === null || server === null) return "–";
  const short = [[browser, "browser"], [server, "server"]].filter(([share]) => share < KEYS_GOAL).map(([share, who]) => `${percentOr(share)} of the ${who}’s`);
  return short.length ? verdict(false, `only ${short.join(" and ")} events carry an id (event_id)`) : verdict(true, "both sides carry the event’s id");
};
const scoreCell = (measures) => {
  const row = measures.find("composite_score");
  return row ? [element("b", {}, row.number.toFixed(1)), scale(row.number, 10, SCORE_GOAL), element("div", { class: "why" }, sinceWords(row, 1))] : "–";
};
const coverageCell = (measures) => {
  const row = measures.find("event_coverage"), goal = measures.number("event_coverage_goal");
  if (!row) return "–";
  const isJudged = goal !== null && (row.number >= goal || !isEarly(row.pulled_at));
  return [isJudged ? verdict(row.number >= goal, percentOr(row.number)) : percentOr(row.number),
    element("div", { class: "why" }, [goal === null ? "" : `goal ${goal} %`, goal === null || isJudged ? "" : `to be judged from ${dayWords(COVERED_FROM)} on`, sinceWords(row, 1)].filter(Boolean).join(", "))];
};
const freshnessCell = ({ find }) => {
  const row = find("freshness");
  if (!row) return "–";
  const [told, isSoon] = FREQUENCIES[row.text_value] || [words(row.text_value), null];
  return isSoon === null ? told : verdict(isSoon, told);
};
const gainOf = (number) => (number ? `+${number.toFixed(1)} %` : "–");
// What Meta itself expects of a key, for each event chosen; blank where it says nothing.
const gainsByMeta = (identifier) => {
  const found = chosen("meta", inMetaDataset, inEvent, (row) => row.measure === "key_gain" && row.number > 0 && (BY_META[row.item] || row.item) === identifier);
  return found.map((row) => `${found.length > 1 ? `${scoreName(row)} ` : ""}${gainOf(row.number)}`).join(", ");
};
const WIDE_GAP = 5;
// Ours of the days that Meta's figure is of, as far as the page holds them.
const keyTable = (title, rows) => {
  const [{ event_name: event, channel, dataset_id: dataset, pulled_at: pulled }] = rows, last = Date.parse(dayOf(pulled)), first = Math.max(last - (META_DAYS[channel] - 1) * DAY_MS, OLDEST);
  const measures = measuresOf(rows), known = groups(chosen("quality", (row) => datasetOf(row) === dataset && row.measure === "key_coverage" && row.event_name === event && row.channel === channel && isBetween(row, first, last)), (row) => row.identifier);
  const share = (key) => { const of = known.get(key); return of ? of.reduce((total, row) => total + row.number * row.events, 0) / (sum(of, "events") || 1) : null; };
  const ours = (key) => percentOr(share(key));
  const gaps = measures.all("key_coverage").map((row) => [BY_META[row.item] || row.item, row.number]).map(([key, theirs]) => ({ key, theirs, ours: share(key), by: share(key) === null ? 0 : share(key) - theirs }));
  const [widest] = gaps.filter((gap) => gap.by > WIDE_GAP).sort((left, right) => right.by - left.by);
  const why = `Two counts, which differ: Meta’s is of the server events that it received in its last ${META_DAYS[channel]} days, whoever sent them and whenever they happened, and it does not publish how it counts an identifier; ours is of the ${channel === "web" ? "web" : "store"} conversions of ${dayWords(first)} to ${dayWords(last)} that may be sent, in all currencies.${
    widest ? ` The widest gap is ${knownWords(widest.key)}: ${percentOr(widest.ours)} of ours carry it, Meta sees it in ${percentOr(widest.theirs)}. If that lasts, ask the data engineer whether it reaches Meta in a form that can be used.` : ""}`;
  const lines = measures.all("key_coverage").map((row) => [row, BY_META[row.item] || row.item, measures.number("key_gain", row.item)])
    .sort((left, right) => (right[2] || 0) - (left[2] || 0) || left[0].number - right[0].number)
    .map(([row, key, gain]) => [knownWords(key), percentOr(row.number), sinceWords(row, 1) || "–", ours(key), gainOf(gain)]);
  return lines.length ? element("details", {}, element("summary", {}, title), table([text("Key"), number("Meta sees it in, of events it received"), text("Change"), number("Ours carry it, of those that may be sent"), number("Would bring, says Meta")], lines, title), element("p", { class: "says" }, why)) : null;
};
const diagnosed = (rows) => {
  const { all, number: share } = measuresOf(rows);
  return all("diagnostic").map((row) => [scoreName(rows[0]), row.item, percentOr(row.number), share("diagnostic_events", row.item) === null ? "–" : count(share("diagnostic_events", row.item))]);
};
// Of several datasets each has figures of its own: they are named where all are shown.
const HAS_DATASETS = distinct(tables.meta.map((row) => row.dataset_id)).length > 1;
const scoreName = (row) => {
  const where = [row.channel === "web" ? "" : "offline", HAS_DATASETS && state.dataset === ALL ? `dataset ${row.dataset_id}` : ""].filter(Boolean).join(", ");
  return `${row.event_name}${where ? ` (${where})` : ""}`;
};
const bySource = (row) => [row.dataset_id, row.channel, row.event_name].join("\n");
const scoreOf = (row) => `${scoreName(row)} ${row.number.toFixed(1)} of 10${row.former_number === null ? "" : `, ${sinceWords(row, 1)}`}`;
const coverageBelow = (rows) => rows.filter((row) => row.measure === "event_coverage").flatMap((row) => {
  const goal = measuresOf(rows.filter((one) => bySource(one) === bySource(row))).number("event_coverage_goal");
  return goal !== null && row.number < goal ? [{ ...row, goal }] : [];
});
// What is below Meta's goals, of whatever event: the worst is named, so that a good score of the chosen one hides none.
const faultsOf = (rows) => {
  const byNumber = (left, right) => left.number - right.number, more = (some) => (some.length > 2 ? `; and ${some.length - 2} more` : "");
  const low = rows.filter((row) => row.measure === "composite_score" && row.number < SCORE_GOAL).sort(byNumber), below = coverageBelow(rows).filter((row) => !isEarly(row.pulled_at)).sort(byNumber);
  return [low.length ? `score under ${SCORE_GOAL}: ${low.slice(0, 2).map(scoreOf).join("; ")}${more(low)}` : "",
    below.length ? `event coverage of ${scoreName(below[0])} ${percentOr(below[0].number)}, goal ${below[0].goal} %${below.length > 1 ? `; ${below.length - 1} more below theirs` : ""}` : ""].filter(Boolean);
};
const scoreWords = () => {
  const here = chosen("meta", inMetaDataset), scores = here.filter((row) => inEvent(row) && row.measure === "composite_score").sort((left, right) => left.number - right.number), faults = faultsOf(here);
  if (!here.length) return "not known: Meta’s figures were not read.";
  const isJudged = chosen("waterfall", inDays, inDataset, inEvent).some((row) => row.stage === "accepted" && row.events);
  const fine = scores.filter((row) => row.number >= SCORE_GOAL || !isJudged).slice(0, 3), isNew = here.every((row) => row.former_number === null) ? " No earlier figures to compare with yet." : "";
  const early = coverageBelow(here).some((row) => isEarly(row.pulled_at)) ? ` Event coverage is judged from ${dayWords(COVERED_FROM)} on.` : "";
  if (scores.length && !isJudged) return `nothing to judge: Meta accepted none of the conversions of these days. Its last score: ${fine.map(scoreOf).join("; ")}.${isNew}`;
  const chosenWords = !scores.length ? " Meta scores no event of this choice." : fine.length && faults.length ? ` ${fine.map(scoreOf).join("; ")}.` : "";
  return [faults.length ? verdict(false, "not all") : verdict(true, "fine"), `${faults.length ? `: ${faults.join(". Also ")}` : scores.length ? `: ${fine.map(scoreOf).join("; ")}` : ""}.${chosenWords}${early}${isNew}`];
};
const meta = () => {
  const here = chosen("meta", inMetaDataset);
  if (!here.length) return fill("meta", empty("Meta was not asked yet, or refused to say. The data engineer asks for it (connector pull) and sees what is missing (connector doctor)."));
  const events = [...groups(here, bySource).values()], named = (rows) => scoreName(rows[0]);
  const shown = events.filter((rows) => inEvent(rows[0])), faults = events.flatMap(diagnosed);
  const lines = events.map((rows) => [rows, measuresOf(rows)]).sort(([left], [right]) => inEvent(right[0]) - inEvent(left[0]))
    .map(([rows, measures]) => [named(rows), scoreCell(measures), coverageCell(measures), rows[0].channel === "web" ? keysVerdict(measures) : "–", freshnessCell(measures), percentOr(measures.number("acr")), gainOf(measures.number("event_gain"))]);
  fill("meta", madeUp(), element("p", { class: "says" }, `As of ${timeWords(Math.max(...here.map((row) => row.pulled_at)))}${here.every((row) => row.former_number === null) ? "; there are no earlier figures to compare with yet" : ""}. A score of ${SCORE_GOAL} or more is Meta’s aim.`),
    table([text("Event"), text("Match quality, of 10"), text("Event coverage"), text("Event ids"), text("Reach Meta"), number("Additional conversions"), number("Could rise by")], lines, "Meta’s measures of each event"),
    ...shown.map((rows) => keyTable(`Key by key: ${named(rows)}`, rows)),
    ...(faults.length ? [element("h3", {}, "What Meta complains of"), table([text("Event"), text("Complaint"), number("Share of events"), number("Events")], faults, "Meta’s diagnostics")] : [element("p", {}, verdict(true, "Meta’s diagnostics report no problem."))]));
};
