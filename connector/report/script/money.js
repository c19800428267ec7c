// Where the money is: headline, reasons, waterfall, days.
const tile = (name, mark, place, ...more) => element("div", { class: "tile", style: `--mark: var(--${mark})`, "data-tile": name },
  element("div", { class: "name" }, name), place.whole ? element("div", { class: "money", title: money(place.value) }, element("span", {}, rough(place.value)), ` ${named(state.currency)}`)
    : element("div", { class: "money" }, count(place.events)),
  more.filter(Boolean).map((line) => element("div", { class: "more" }, line)));
// What the pixel's broken ids double, in one line; empty where none is broken.
const WAYS = [["by case", "differs_by_case_events"], ["by prefix", "differs_by_prefix_events"], ["wholly", "differs_wholly_events"]];
const doubledWords = (some) => {
  const ways = WAYS.map(([way, column]) => [way, sum(some, column)]).filter(([, number]) => number);
  return ways.length ? `Counted twice by Meta: ${money(sum(some, "doubled_by_ids_value"))} (${many(sum(some, "doubled_by_ids_events"), "accepted event")}), because the pixel’s event_id is not the warehouse’s: ${ways.map(([way, number]) => `${count(number)} differ ${way}`).join(", ")}.` : "";
};
// What is lost and why, in money or, where none is told, in conversions.
const lostWords = (lost, mendable) => {
  if (!lost.events) {
    const most = sum(mendable, "value") ? money(sum(mendable, "value")) : many(sum(mendable, "events"), "conversion");
    return [mendable.length ? `Nothing eligible is lost. ${most} may not be sent, although somebody could change that.` : "Nothing of it is lost."];
  }
  const all = reasonsOf(lost.cells).filter((row) => row.value > 0 || !lost.value), worst = all.slice(0, 3);
  const why = worst.map((row) => inSentence(reasonWords(row)) + (worst.length > 1 ? ` (${lost.value ? rough(row.value) : count(row.events)})` : "")).join(", ");
  return ["Lost: ", element("b", {}, lost.value ? money(lost.value) : many(lost.events, "conversion")), `, ${worst.length < all.length ? "most of it " : ""}because it was ${why}.`];
};
const headline = ({ by, unexplained }) => {
  const revenue = by["Warehouse revenue"], accepted = by["Accepted by Meta"], pixel = by["Told by the pixel"];
  const covered = tidy(accepted.value + pixel.value);
  const title = $("#headline-words");
  if (!by["Warehouse revenue"].events) {
    title.textContent = `No conversions in these ${state.days} days.`;
    $("#headline .most").textContent = $("#headline .twice").textContent = "";
    const others = distinct(chosen("waterfall", inDays, inDataset, inEvent).filter((row) => row.events).map((row) => named(row.currency)));
    $("#tiles").replaceChildren(empty(others.length ? `This event has some in another currency: choose ${others.join(" or ")}.`
      : "Choose more days or another event. If there should be some: see whether the sources were loaded and dbt build has run."));
    return void ($("#tied").textContent = "");
  }
  title.replaceChildren("Meta knows of ", element("b", {}, revenue.value ? percent(covered, revenue.value) : count(accepted.events + pixel.events)),
    revenue.value ? ` of the last ${state.days} days’ ${state.event === REVENUE ? "revenue" : `${state.event} value`}.` : ` of the last ${state.days} days’ ${many(revenue.events, "conversion")}.`);
  const mendable = by["Not eligible"].cells.filter(isMendable);
  $("#headline .most").replaceChildren(...lostWords(by.Lost, mendable));
  const risk = chosen("queue", inDataset, inEvent, inCurrency).filter((row) => row.hours_until !== null && row.hours_until <= 24);
  const twice = accepted.cells.filter((row) => row.reason === "may_be_counted_twice");
  const resent = by["On its way"].cells.filter((row) => row.reason === "unconfirmed_resend");
  // An event that has no value is told in conversions.
  const whole = revenue.value, told = (...some) => ({ whole, value: sum(some, "value"), events: sum(some, "events") });
  const short = (place) => (whole ? rough(place.value) : count(place.events));
  const part = (place) => (place.events ? (whole ? `${percent(place.value, whole)} · ${many(place.events, "conversion")}` : percent(place.events, revenue.events)) : "no conversion");
  $("#tiles").replaceChildren(
    tile(state.event === REVENUE ? "Revenue" : whole ? "Value" : "Conversions", "revenue", told(revenue), whole ? many(revenue.events, "conversion") : null),
    tile("Meta knows of it", "covered", told(accepted, pixel), `${short(accepted)} accepted`, `${short(pixel)} told by the pixel`),
    tile("Lost", "lost", told(by.Lost), part(by.Lost), by.Lost.events ? "reasons below" : null),
    tile("Held", "uncertain", told(by.Held), part(by.Held), by.Held.events ? "no answer was read" : null, twice.length ? `${short(told(...twice))} accepted may count twice` : null),
    tile("On its way", "way", told(by["On its way"]), part(by["On its way"]), resent.length ? `${short(told(...resent))} goes again: no answer was read` : null, risk.length ? element("span", { class: "bad" }, `at risk: ${short(told(...risk))} has under 24 h left`) : by["On its way"].events ? "nothing at risk in 24 h" : "nothing at risk"),
    tile("Not eligible", "aside", told(by["Not eligible"]), part(by["Not eligible"]), mendable.length ? `${short(told(...mendable))} of it somebody could mend` : "unpaid, test orders, opted out"));
  const wrong = sum(unexplained, "value"), off = unexplained.length > 0;
  $("#headline .twice").textContent = doubledWords(chosenMoney("deduplication"));
  $("#tied").replaceChildren(element("span", { class: off ? "bad" : "good" }, off ? "✗ Not every cent has a place. " : "✓ Every cent has its place. "),
    `Unexplained: ${money(wrong)}.`, off ? " Look at stage unexplained of revenue_waterfall: the dbt test names the days." : "");
};

const advice = ({ stage, reason }) => {
  const of = tables.reasons.filter((row) => row.stage === stage);
  return of.find((row) => row.reason === reason) || of.find((row) => reason && row.reason === reason.split(":")[0]) || of.find((row) => row.reason === null) || {};
};
const reasonWords = ({ stage, reason }) => ({ expired: "Too late to be sent", rejected: `Refused by Meta${reason ? `, code ${reason}` : ""}`, invalid: `Not sendable${reason ? `: ${words(reason)}` : ""}` }[stage]
  || (reason ? words(reason)[0].toUpperCase() + words(reason).slice(1) : words(stage)));
const inSentence = (some) => some[0].toLowerCase() + some.slice(1);
const mostFirst = (left, right) => right.value - left.value || right.events - left.events;
const reasonsOf = (cells) => [...groups(cells, (row) => `${row.stage}\n${row.reason}`).values()]
  .map((some) => ({ ...some[0], value: sum(some, "value"), events: sum(some, "events") }))
  .sort(mostFirst);
const reasonTable = (reasons, whole, label) => {
  const examples = chosenMoney("examples"), worst = Math.max(...reasons.map((row) => row.value), 1e-9);
  const heads = [text("Reason"), { ...number("Money"), phone: "Money" }, { ...number("Conversions"), phone: "Conversions" }, { ...text("For example"), phone: "For example" }, { ...text("What to do"), phone: "What to do" }];
  return table(heads, reasons.map((row, at) => {
    const told = advice(row);
    const some = examples.filter((one) => one.stage === row.stage && one.reason === row.reason).sort((left, right) => right.value - left.value).slice(0, 3);
    return [[element("div", { class: "reason" }, `${at + 1}. ${reasonWords(row)}`), element("div", { class: "why" }, told.meaning || "")],
      [row.reason === "missing_value" ? "amount not known" : `${amount(row.value)} ${named(state.currency)}`, row.value <= 0 ? null : element("div", { class: "track" }, element("span", { class: row.stage === "not_eligible" ? "share aside" : "share", style: `width: ${Math.max(0, (100 * row.value) / worst)}%` })), element("div", { class: "why" }, `${row.reason === "missing_value" ? "" : `${percent(row.value, whole)} of ${state.event === REVENUE ? "revenue" : "value"}, `}${row.stage === "not_eligible" ? "not eligible" : "lost"}`)].filter(Boolean),
      count(row.events), some.length ? some.map((one) => element("span", { class: "id" }, one.example)) : "–",
      [told.what_to_do || `See stage ${row.stage} of revenue_waterfall.`, told.who && told.who !== "nobody" ? element("div", { class: "who" }, `Who: ${told.who}`) : ""]];
  }), label);
};
const lost = ({ by }) => {
  const reasons = [...reasonsOf(by.Lost.cells), ...reasonsOf(by["Not eligible"].cells.filter(isMendable))].sort(mostFirst);
  // Names of no currency that Meta knows stand under themselves, and nobody chooses those by chance.
  const odd = chosen("waterfall", inDays, inDataset, inEvent).filter((row) => !inCurrency(row) && row.currency !== "none" && (row.reason === "invalid_currency" || ["rejected", "invalid"].includes(row.stage)));
  const bare = state.currency === "none" ? 0 : sum(chosen("waterfall", inDays, inDataset, inEvent).filter((row) => row.currency === "none" && !row.is_beside && isMendable(row)), "events");
  fill("lost", by.Lost.events ? null : reasons.length ? element("p", {}, "Nothing that was eligible is lost in what is chosen. What may not be sent, although somebody could change that:") : empty("Nothing is lost in what is chosen."),
    reasons.length ? reasonTable(reasons, by["Warehouse revenue"].value, "Why Meta does not hear of money, most first") : null,
    bare ? element("p", { class: "why" }, `Besides, ${many(bare, "conversion")} without a currency may not be sent: choose the currency “without currency” to see why.`) : null,
    odd.length ? element("p", { class: "why" }, `Refused or not sendable in other currencies: ${many(sum(odd, "events"), "conversion")} in ${distinct(odd.map((row) => row.currency)).join(", ")}. Choose that currency to see why.`) : null);
};

const waterfall = async ({ by }) => {
  const revenue = by["Warehouse revenue"].value;
  const rows = PLACES.map((place, order) => ({ place, order, money: by[place].value, label: money(by[place].value) }))
    .map((row) => ({ ...row, line: `${row.place}: ${rough(row.money)} ${named(state.currency)}${row.order ? `  ·  ${percent(row.money, revenue)}` : ""}` }));
  await chart("waterfall", revenue ? rows.filter((row) => row.money || !row.order) : []);
  const inside = PLACES.slice(1).flatMap((place) => reasonsOf(by[place].cells)
    .map((row) => [place, row.reason || row.stage === "expired" ? reasonWords(row) : "", amount(row.value), count(row.events), advice(row).meaning || ""]));
  fill("waterfall", revenue ? null : empty("No money in what is chosen."), asTable([text("Step"), text("Reason"), number(`Money, ${named(state.currency)}`), number("Conversions"), text("Meaning")],
    [["Warehouse revenue", "", amount(revenue), count(by["Warehouse revenue"].events), "What the sources hold, counted without the models."], ...inside], "The waterfall as a table"));
};

const daily = async ({ cells }) => {
  const of = (...stages) => cells.filter((row) => stages.includes(row.stage));
  const rows = cells.length ? [...series("warehouse revenue", of("warehouse_revenue"), "value"), ...series("accepted by Meta", of("accepted"), "value"), ...series("accepted or told by the pixel", of("accepted", "covered_by_pixel"), "value")] : [];
  $("#daily .currency").textContent = named(state.currency);
  await chart("daily", labelled(rows, named(state.currency)));
  fill("daily", rows.length ? pivot(rows, "Money by day") : empty("No conversions in what is chosen."));
};
