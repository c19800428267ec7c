// Where the money is: headline, reasons, waterfall, days.
const tile = (name, mark, size, trend, ...more) => element("div", { class: "tile", style: `--mark: var(--${mark})`, "data-tile": name },
  element("div", { class: "name" }, name), element("div", { class: "money", title: told(size) }, element("span", {}, short(size)), inMoney() ? ` ${named(state.currency)}` : ""), trend || "",
  more.filter(Boolean).map((line) => element("div", { class: "more" }, line)));
// At least two weeks of whole days, however few were chosen.
const TREND_DAYS = 14;
const trendSpan = () => { const to = lastWhole(); return [Math.min(state.from, to - (TREND_DAYS - 1) * DAY_MS), to]; };
const spark = (sizes) => {
  const most = Math.max(...sizes);
  if (sizes.length < 3 || most <= 0) return null;
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  for (const [name, value] of Object.entries({ class: "spark", viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" })) drawing.setAttribute(name, value);
  line.setAttribute("points", sizes.map((size, at) => `${(100 * at) / (sizes.length - 1)},${23 - (22 * size) / most}`).join(" "));
  drawing.append(line);
  return drawing;
};
const trends = () => {
  const [from, to] = trendSpan(), { by } = figures((row) => isBetween(row, from, to));
  const known = Math.min(...by[WHOLE].cells.map((row) => timeOf(row.day))), first = Math.max(from, known);
  const whole = Number.isFinite(known) ? Array.from({ length: daysBetween(first, to) }, (_, at) => first + at * DAY_MS) : [];
  return (...names) => {
    const sizes = series("", names.flatMap((name) => by[name].cells), state.column, whole).map((row) => row.number), drawing = spark(sizes);
    return drawing ? [drawing, element("div", { class: "caption" }, `${dayWords(whole[0])} to ${dayWords(to)} by day, highest ${short(Math.max(...sizes))}`)] : null;
  };
};
// What the pixel's broken ids double, in one line; empty where none is broken.
const WAYS = [["by case", "differs_by_case_events"], ["by prefix", "differs_by_prefix_events"], ["wholly", "differs_wholly_events"]];
const doubledWords = (some) => {
  const ways = WAYS.map(([way, column]) => [way, sum(some, column)]).filter(([, number]) => number);
  const events = many(sum(some, "doubled_by_ids_events"), "accepted event");
  return ways.length ? `Counted twice by Meta: ${inMoney() ? `${money(sum(some, "doubled_by_ids_value"))} (${events})` : events}, because the pixel’s event_id is not the warehouse’s: ${ways.map(([way, number]) => `${count(number)} differ ${way}`).join(", ")}.` : "";
};
// A figure beside that of as many days before: only where those days are whole in the warehouse, whose first day may be a part.
const daysBeforeStart = () => state.from - wholeDays() * DAY_MS;
const hasBefore = () => EARLIEST < daysBeforeStart();
// Of days from before the first sync it is only said what became of them later: how sending went is compared with nothing.
const wasSending = () => FIRST_SYNC <= daysBeforeStart();
const changeWords = (now, before) => {
  if (!before && !now) return "as before: none";
  if (!before) return "none before";
  const moved = (100 * (now - before)) / before;
  return `${Math.abs(moved) < 0.5 ? "= as" : `${moved > 0 ? "▲" : "▼"} ${Math.abs(Math.round(moved))} % against`} the ${wholeDays() === 1 ? "day" : `${wholeDays()} days`} before (${short(before)})`;
};
const sizeOf = (cells) => sum(cells, state.column);
// The days of the figures in words: a young warehouse has fewer of them than were chosen.
const ofDays = (what) => {
  if (state.days === "1") return `yesterday’s ${what}`;
  if (days().length < daysChosen()) return `the ${what} since ${dayWords(days()[0])}`;
  return state.days === CUSTOM ? `the ${what} of ${spanWords()}` : `the last ${daysChosen()}${state.days === ALL_DAYS ? "" : " full"} days’ ${what}`;
};
const whyWords = (name, place) => {
  const all = reasonsOf(place.cells).filter((row) => row[state.column] > 0), worst = all.slice(0, 3);
  const why = worst.map((row) => inSentence(reasonWords(row)) + (worst.length > 1 ? ` (${short(row[state.column])})` : "")).join(", ");
  return [`${name}: `, element("b", {}, told(place.size)), ...(why ? [`, ${worst.length < all.length ? "most of it " : ""}${why}.`] : ["."])];
};
const nothingLost = ({ [PAID]: whole, "Not eligible": ineligible }) => (!ineligible.events ? "Nothing of it is lost." : ineligible.events < whole.events ? "Nothing that may be sent is lost." : "None of it may be sent.");
const lostWords = ({ Lost: lost, "Not eligible": ineligible, ...by }) => [
  ...(lost.events ? whyWords("Lost", lost) : [nothingLost({ ...by, "Not eligible": ineligible })]),
  ...(ineligible.events ? [" ", ...whyWords("Not eligible", ineligible)] : [])];
const nothingHere = () => {
  $("#headline-words").textContent = `No conversions ${daysChosen() === 1 ? "on this day" : `in these ${daysChosen()} days`}.`;
  for (const part of [".most", ".others", ".twice"]) $(`#headline ${part}`).textContent = "";
  const elsewhere = chosen("waterfall", inDays, inDataset, inEvent).filter((row) => row.stage === "warehouse_revenue" && row.events);
  const others = distinct(elsewhere.map((row) => (row.currency === "none" ? "“without currency”" : row.currency)));
  if (others.length) $("#headline-words").textContent = `${many(sum(elsewhere, "events"), "conversion")}, none of them ${state.currency === "none" ? "without a currency" : `in ${state.currency}`}.`;
  $("#tiles").replaceChildren(empty(others.length ? `This event has some in another currency: choose ${others.join(" or ")}.`
    : "Choose more days or another event. If there should be some: see whether the sources were loaded and dbt build has run."));
  for (const part of ["#tied", "#glance"]) $(part).replaceChildren();
};
// What the choice of a currency leaves out, so that nobody takes one currency for the whole.
const othersWords = (whole, elsewhere) => {
  const more = paidOf(elsewhere, "events"), what = state.event === REVENUE ? "paid orders" : "conversions";
  if (!more) return [];
  const told = ["Lost", "Held"].flatMap((place) => {
    const by = [...groups(atPlace(elsewhere, place), (row) => row.currency)].map(([currency, some]) => [sum(some, "events"), named(currency)]).filter(([events]) => events).sort(([left], [right]) => right - left);
    return by.length ? [`${count(by.reduce((total, [events]) => total + events, 0))} ${place.toLowerCase()} (${by.map(([events, name]) => `${count(events)} ${name}`).join(", ")})`] : [];
  });
  return [`Shown: ${named(state.currency)}, ${count(whole)} of ${count(whole + more)} ${what}. Of the other currencies `, told.length ? element("b", {}, told.join(", ")) : "nothing is lost or held", ": ", linkTo("currencies", "all currencies"), "."];
};
const valueWords = () => (state.event === REVENUE ? "revenue" : STAGES.has(state.event) ? `value of ${eventWords()}` : `${state.event} value`);
const wholeName = () => (!inMoney() ? "Conversions" : state.event === REVENUE ? "Revenue" : "Value");
const headline = ({ by, unexplained }) => {
  const whole = by[PAID], accepted = by["Accepted by Meta"], pixel = by["Told by the pixel"], covered = tidy(accepted.size + pixel.size);
  if (!by[WHOLE].events) return nothingHere();
  const trend = trends(), refunded = sum(chosen("waterfall", inDays, inDataset, inEvent, inCurrency).filter((row) => row.stage === "refunded" && row.reason !== "order_unknown" && !NO_SALE.has(row.reason)), "value");
  $("#headline-words").replaceChildren(...(whole.events ? ["Meta knows of ", element("b", {}, inMoney() ? percent(covered, whole.size) : count(covered)),
    ` of ${ofDays(inMoney() ? `${named(state.currency)} ${valueWords()}` : many(whole.events, "conversion"))}.`]
    : [`Nothing was paid: ${many(by[UNPAID].events, "order")}, unpaid or a test.`]));
  const elsewhere = inAllCurrencies().filter((row) => !inCurrency(row)), lostElsewhere = sum(atPlace(elsewhere, "Lost"), "events");
  $("#headline .others").replaceChildren(...othersWords(whole.events, elsewhere));
  const mendable = by["Not eligible"].cells.filter(isMendable), rightly = by["Not eligible"].size - sizeOf(mendable);
  $("#headline .most").replaceChildren(...lostWords(by));
  const risk = chosen("queue", inDataset, inEvent, inCurrency).filter((row) => row.hours_until !== null && row.hours_until <= 24);
  const twice = accepted.cells.filter((row) => row.reason === "may_be_counted_twice");
  const resent = by["On its way"].cells.filter((row) => row.reason === "unconfirmed_resend");
  const earlier = wholeDays() && hasBefore() ? figures(inDaysBefore).by : null, ended = earlier && figures(inWholeDays).by;
  const sizeIn = (by, places) => tidy(places.reduce((total, place) => total + by[place].size, 0));
  const compared = (...places) => element("span", { class: "change" }, changeWords(sizeIn(ended, places), sizeIn(earlier, places)));
  const change = (...places) => (!earlier ? null : wasSending() ? compared(...places) : `not compared: the first sync was on ${dayWords(FIRST_SYNC)}`);
  const sendable = tidy(whole.size - by["Not eligible"].size);
  const part = (place) => (place.events ? (inMoney() ? `${percent(place.value, whole.value)} · ${many(place.events, "conversion")}` : percent(place.events, whole.events)) : "no conversion");
  $("#tiles").replaceChildren(
    tile(wholeName(), "revenue", whole.size, trend(PAID), inMoney() ? many(whole.events, state.event === REVENUE ? "paid order" : "conversion") : null,
      inMoney() && refunded ? `${short(refunded)} refunded: net ${short(tidy(whole.size - refunded))}` : null, earlier ? compared(PAID) : wholeDays() ? "nothing to compare with yet" : null,
      by[UNPAID].events ? `besides ${short(by[UNPAID].size)} unpaid or a test` : null),
    tile("Meta knows of it", "covered", covered, trend("Accepted by Meta", "Told by the pixel"), `${short(accepted.size)} accepted`, `${short(pixel.size)} told by the pixel (Meta’s code on the website)`, sendable > 0 ? `${percent(covered, sendable)} of what may be sent` : null, change("Accepted by Meta", "Told by the pixel")),
    tile("Not eligible", "aside", by["Not eligible"].size, trend("Not eligible"), part(by["Not eligible"]), mendable.length ? `fixable: ${short(sizeOf(mendable))}` : null, rightly > 0 ? `rightly left out: ${short(rightly)}` : null, change("Not eligible")),
    tile("Lost", "lost", by.Lost.size, trend("Lost"), part(by.Lost), lostElsewhere ? element("span", { class: "bad" }, `${count(lostElsewhere)} lost in other currencies`) : null, "could have been sent, and was too late or refused", change("Lost")),
    tile("Held", "uncertain", by.Held.size, trend("Held"), part(by.Held), "sent, Meta’s answer was not received; no sync sends it again", twice.length ? `${short(sizeOf(twice))} accepted may count twice` : null, change("Held")),
    tile("On its way", "way", by["On its way"].size, trend("On its way"), part(by["On its way"]), isStopped ? "waits until sending works again" : "the next sync sends it", resent.length ? `${short(sizeOf(resent))} goes again: Meta’s answer was not received` : null, risk.length ? element("span", { class: "bad" }, `at risk: ${short(sizeOf(risk))} has under 24 h left`) : by["On its way"].events ? "nothing at risk in 24 h" : null, change("On its way")));
  const off = unexplained.length > 0, unknown = sum(mendable.filter((row) => row.reason === "missing_value"), "events");
  $("#headline .twice").textContent = doubledWords(chosenMoney("deduplication"));
  $("#tied").replaceChildren(element("span", { class: off ? "bad" : "good" }, off ? "✗ Not every cent has a place. " : "✓ Every cent has its place. "),
    `Unexplained: ${told(sizeOf(unexplained))}.`, unknown ? ` Of ${many(unknown, "conversion")} the amount is not known.` : "", off ? " Ask the analytics engineer: the tests of the models name the days." : "");
};

const advice = ({ stage, reason }) => (stage === "expired" && isStopped ? { ...adviceOf({ stage, reason }), what_to_do: "Do what stands first on this page: sending has stopped." } : adviceOf({ stage, reason }));
const adviceOf = ({ stage, reason }) => {
  const of = tables.reasons.filter((row) => row.stage === stage);
  return of.find((row) => row.reason === reason) || of.find((row) => reason && row.reason === reason.split(":")[0]) || of.find((row) => row.reason === null) || {};
};
// Reasons whose name in the warehouse says too little to whoever did not name it.
const TITLES = { suppressed: "Asked not to be shared", no_consent: "No consent to ads", consent_withdrawn: "Consent withdrawn", unknown_consent: "Consent not readable",
  no_identifier: "Nothing to recognize the buyer by", missing_value: "No amount", invalid_value: "Amount not readable", negative_value: "Negative amount", missing_currency: "No currency",
  invalid_currency: "Unknown currency", missing_event_id: "No order number", missing_event_time: "No time", stage_before_lead: "Dated before its lead", plaintext_email: "An email address in a wrong field",
  plaintext_phone: "A phone number in a wrong field", missing_app_data: "Device details missing", unknown_messaging_event: "Not an event of chats", missing_messaging_id: "Chat ids missing",
  no_longer_modelled: "No longer in the warehouse", no_longer_eligible: "Not eligible any more", past_deadline: "Too late to send again", changed: "Changed since", refused_since: "Refused since",
  deduplication_window_over: "Would count twice", resending_switched_off: "Sending again is switched off", never_sent: "Not sent yet", unconfirmed_resend: "Goes again: Meta’s answer was not received",
  corrected: "Goes again: corrected", withdrawn_after_acceptance: "Cancelled after Meta accepted it", changed_after_acceptance: "Corrected after Meta accepted it", may_be_counted_twice: "May count twice" };
const reasonWords = ({ stage, reason }) => ({ expired: "Too late to be sent", before_start: "Before the start", before_first_sync: "Before the first sync", rejected: `Refused by Meta${reason ? `, code ${reason}` : ""}`, invalid: `Not sendable${reason ? `: ${words(reason)}` : ""}` }[stage]
  || TITLES[reason] || (reason ? words(reason)[0].toUpperCase() + words(reason).slice(1) : words(stage)));
// Stages that say why by themselves.
const saysMuch = new Set(["expired", "before_start", "before_first_sync"]);
const inSentence = (some) => some[0].toLowerCase() + some.slice(1);
const mostFirst = (left, right) => right[state.column] - left[state.column] || right.events - left.events;
const reasonsOf = (cells) => [...groups(cells, (row) => `${row.stage}\n${row.reason}`).values()]
  .map((some) => ({ ...some[0], value: sum(some, "value"), events: sum(some, "events") }))
  .sort(mostFirst);
const isLost = (row) => placeOf(row) === NAMES.lost;
const kindOf = (row) => (isLost(row) ? "lost" : isMendable(row) ? "not eligible, fixable" : "not eligible, rightly left out");
const moneyCell = (row, worst, whole) => {
  const size = row[state.column], isKnown = row.reason !== "missing_value";
  const share = isKnown ? `${percent(size, whole)} of ${!inMoney() ? "conversions" : state.event === REVENUE ? "revenue" : "value"}, ` : "";
  return [isKnown ? told(size) : "amount not known",
    size <= 0 ? "" : element("div", { class: "track" }, element("span", { class: isLost(row) ? "share" : "share aside", style: `width: ${(100 * size) / worst}%` })),
    element("div", { class: "why" }, share + kindOf(row))];
};
const reasonTable = (reasons, whole, label) => {
  const examples = chosenMoney("rows"), worst = Math.max(...reasons.map((row) => row[state.column]), 1e-9);
  const heads = [text("Reason"), number(inMoney() ? "Money" : "How many"), number("Conversions"), text("Orders, for example"), prose("What to do")];
  return table(heads, reasons.map((row, at) => {
    const advised = advice(row);
    const some = examples.filter((one) => one.stage === row.stage && one.reason === row.reason).sort((left, right) => right.value - left.value);
    return [[element("div", { class: "reason" }, `${at + 1}. ${reasonWords(row)}`), element("div", { class: "why" }, advised.meaning || "")],
      moneyCell(row, worst, whole), count(row.events), some.length ? [some.slice(0, 3).map((one) => element("span", { class: "id" }, one.id)), openRows(row, some.length)] : "–",
      [advised.what_to_do || "Ask the analytics engineer.", advised.who && advised.who !== "nobody" ? element("div", { class: "who" }, `Who: ${advised.who}`) : ""]];
  }), label);
};
// Some are asked of people; others are in the browser and only have to be kept with the order.
const OF_A_BROWSER = ["fbc", "fbp", "client_ip_address", "client_user_agent"];
const STORED = { fbc: "Store it with the order: the browser of everybody who clicked an ad has it.", external_id: "Store it with the order and the visit of everybody who has an account or is known in the store; guests have none." };
const collecting = (identifier, carried) => STORED[identifier] || OF_A_BROWSER.includes(identifier)
  ? { what_to_do: `${STORED[identifier] || "Store it with the order: the browser has it, and nobody needs to be asked."} ${carried}`, who: "web developer" }
  : { what_to_do: `Ask for it at checkout and in forms. ${carried}`, who: "whoever runs the shop’s forms" };
// Meta's own estimate is in percent of what it has through the server alone, and of web events: it has no place in a list by money.
const metaSays = (identifier) => { const gains = gainsByMeta(identifier); return gains ? ` Meta’s own estimate: ${gains} additional conversions.` : ""; };
const OUR_ESTIMATE = "our estimate", MOST_ACTIONS = 6;
// Of the days chosen that hold data: a young warehouse has fewer.
const aWeek = (size) => (size * 7) / Math.max(days().length, 1);
const actionsFound = ({ by }) => {
  const facts = [...reasonsOf(by.Lost.cells), ...reasonsOf(by["Not eligible"].cells.filter(isMendable))]
    .map((row) => ({ what: `${reasonWords(row)} (${row.stage === "not_eligible" ? "fixable" : "lost"})`, size: aWeek(row[state.column]), sure: "counted", ...advice(row) }));
  const estimates = inMoney() ? worthOfKeys().map(([identifier, of]) => ({ what: `Collect more: ${knownWords(identifier)}`, size: aWeek(sum(of, "estimated_value_gained")), sure: OUR_ESTIMATE,
    ...collecting(identifier, `Of the ${state.currency} conversions that may be sent${OF_A_BROWSER.includes(identifier) ? ", without store sales" : ""}, ${percent(sum(of, "events_with_key"), sum(of, "events"))} carry it.${metaSays(identifier)}`) })) : [];
  return [...facts, ...estimates].filter((row) => row.size > 0).sort((left, right) => right.size - left.size).slice(0, MOST_ACTIONS);
};
const actionWords = (now) => {
  const best = actionsFound(now).slice(0, 3);
  return best.length ? best.map((row) => element("span", { class: "more-of" }, `${row.what}${row.sure === OUR_ESTIMATE ? ` (${OUR_ESTIMATE})` : ""}: ${estimated(row.size)}`)) : "Nothing is lost or fixable.";
};
const actions = (now) => {
  const found = actionsFound(now);
  fill("actions", found.length ? table([text("What"), number(inMoney() ? `${named(state.currency)} a week` : "Conversions a week"), text("How sure"), prose("What to do")],
    found.map((row) => [row.what, estimated(row.size), row.sure, [row.what_to_do || "–", row.who && row.who !== "nobody" ? element("div", { class: "who" }, `Who: ${row.who}`) : ""]]), "What brings the most")
    : empty("Nothing is lost or fixable in what is chosen."));
};
const lost = ({ by }) => {
  const reasons = reasonsOf([...by.Lost.cells, ...by["Not eligible"].cells]);
  const elsewhere = chosen("waterfall", inDays, inDataset, inEvent).filter((row) => !inCurrency(row) && !row.is_beside);
  // Names of no currency that Meta knows stand under themselves, and nobody chooses those by chance.
  const odd = elsewhere.filter((row) => row.currency !== "none" && (row.reason === "invalid_currency" || ["rejected", "invalid"].includes(row.stage)));
  const bare = elsewhere.filter((row) => row.reason === "missing_currency");
  fill("lost", by.Lost.events ? null : reasons.length ? element("p", {}, `${nothingLost(by)} What is not eligible:`) : empty("Nothing is lost in what is chosen."),
    reasons.length ? reasonTable(reasons, by[PAID].size, "Why Meta does not receive it, most first") : null,
    bare.length ? element("p", { class: "why" }, `Besides, ${many(sum(bare, "events"), "conversion")} have an amount without a currency: choose the currency “without currency”.`) : null,
    odd.length ? element("p", { class: "why" }, `Refused, not sendable or of an unknown currency, in other currencies: ${many(sum(odd, "events"), "conversion")} in ${distinct(odd.map((row) => row.currency)).join(", ")}. Choose that currency to see why.`) : null);
};

const summed = (value) => (isUsable(state.currency) ? amount(value, placesOf(state.currency)) : "not summed");
const waterfall = async ({ by }) => {
  const rows = PLACES.map((place, order) => ({ place, order, money: by[place].size, label: told(by[place].size) }))
    .map((row) => ({ ...row, line: `${row.place}: ${inMoney() ? `${rough(row.money)} ${unit()}` : told(row.money)}${row.order > 1 ? `  ·  ${percent(row.money, by[PAID].size)}` : ""}` }));
  await chart("waterfall", by[WHOLE].size ? rows.filter((row) => row.money || !row.order) : []);
  const inside = PLACES.slice(1).flatMap((place) => reasonsOf(by[place].cells)
    .map((row) => [place, row.reason || saysMuch.has(row.stage) ? reasonWords(row) : "", summed(row.value), count(row.events), advice(row).meaning || "", openRows(row, rowsOf(row).length)]));
  fill("waterfall", by[WHOLE].size ? null : empty("Nothing in what is chosen."), asTable([text("Step"), text("Reason"), number(`Money, ${named(state.currency)}`), number("Conversions"), prose("Meaning"), text("Orders")],
    [[WHOLE, "", summed(by[WHOLE].value), count(by[WHOLE].events), "What the sources hold, counted without the models that build conversions.", ""], ...inside], "The waterfall as a table"));
};

const daily = async ({ cells }) => {
  const of = (...stages) => cells.filter((row) => stages.includes(row.stage));
  const lines = [["in the warehouse", of("warehouse_revenue")], ["accepted by Meta", of("accepted")], ["accepted or told by the pixel", of("accepted", "covered_by_pixel")]];
  const rows = cells.length ? lines.flatMap(([name, some]) => series(name, some, state.column)) : [];
  $("#daily .currency").textContent = unit() === "without currency" ? "amounts without a currency" : unit();
  await chart("daily", labelled(rows, unit(), places()));
  fill("daily", rows.length ? pivot(rows, "By day", places()) : empty("No conversions in what is chosen."));
};
