// Meta's side of it: what it counts, attributes and recognizes.
const receiptsChosen = () => chosen("receipts", inDays, inDataset, inEvent);
// Where Meta's count has nothing of the days chosen, though it has others: it goes by another day than the figures above.
const countedElsewhere = () => {
  const known = chosen("receipts", inDataset, inEvent).map((row) => timeOf(row.day));
  const held = distinct([Math.min(...known), Math.max(...known)].map(dayWords)).join(" to ");
  return known.length ? `Meta’s own count goes by the day of acceptance, and has none of these days: it has ${held}.` : "";
};
// Why the runs below accepted more: they send events of every name.
const otherReceipts = (shown) => {
  const all = chosen("receipts", inDays, inDataset), [accepted, received] = ["accepted", "received"].map((column) => sum(all, column));
  return accepted > shown ? [` That is ${eventWords()} alone; of events of every name ${count(accepted)} were accepted, and Meta counts ${accepted === received ? "all of them" : count(received)}.`] : [];
};
const receipts = async () => {
  const some = receiptsChosen(), known = distinct(some.map((row) => timeOf(row.day))).sort();
  const rows = [...series("accepted, by our own record", some, "accepted", known), ...series("received, by Meta's count", some, "received", known)];
  await chart("receipts", known.length > 1 ? labelled(rows, "events", 0) : []);
  const accepted = sum(some, "accepted"), received = sum(some, "received");
  fill("receipts", ...(rows.length ? [element("p", {}, `Accepted: ${count(accepted)}; received, by Meta's count: ${count(received)}. `, !accepted && !received ? "Nothing to judge." : accepted === received ? element("span", { class: "good" }, "✓ They are equal.") : `They differ by ${count(Math.abs(accepted - received))}.`, ...otherReceipts(accepted)), pivot(rows, "Events accepted and received", 0)]
    : [empty(countedElsewhere() || "Meta's own count of these days was not read yet. The data engineer asks for it (connector pull) and has the page rebuilt (DAG conversions_reconcile).")]));
};
const attribution = async () => {
  const of = chosen("attribution", inDays), currency = distinct(of.map((row) => row.currency))[0], some = of.filter((row) => row.currency === currency);
  $("#attribution .says").textContent = `Purchases in the ad account’s currency${currency ? ` (${currency})` : ""}, by its own days; of the choices above only the days matter.`;
  const known = distinct(some.map((row) => timeOf(row.day))).sort().filter((day) => day >= days()[0]);
  const rows = [...series("purchases accepted", some, "accepted", known), ...series("attributed to ads by Meta", some, "attributed", known)];
  await chart("attribution", known.length > 1 ? labelled(rows, currency, placesOf(currency)) : []);
  const strange = some.filter((row) => row.reason === "more_than_was_sold");
  const spend = sum(some, "spend"), credited = sum(some, "attributed"), back = spend ? `: ${(credited / spend).toFixed(2)} times what was spent` : "";
  fill("attribution", some.length ? madeUp() : null, some.length ? element("p", {}, `Spent ${moneyOf(spend, currency)}, credited to ads ${moneyOf(credited, currency)}${back}. Accepted from here in the same days ${moneyOf(sum(some, "accepted"), currency)}.`) : null,
    strange.length ? element("p", {}, element("span", { class: "bad" }, `${strange.map((row) => dayWords(row.day)).join(", ")}: more attributed than was sold. `), advice({ stage: "comparison", reason: "more_than_was_sold" }).what_to_do || "") : null,
    rows.length ? element("details", {}, element("summary", {}, "Why the two differ"), element("p", {}, "Meta credits ads only with people it recognizes, inside the attribution window, and goes on changing a day for 28 days, so the last days are low. It also credits what only the pixel told it, which is not among the accepted: a day may have more attributed than accepted.")) : null,
    rows.length ? pivot(rows, "Purchases accepted and attributed", placesOf(currency)) : empty("The figures of the ad account were not read. The data engineer names the account (CONNECTOR_META_AD_ACCOUNT_ID) and asks Meta for them (connector pull)."));
};

// As people know it from Ads Manager: what a campaign cost, what is credited to it, and what one gave for the other.
const MOST_CAMPAIGNS = 10;
const campaigns = () => {
  const some = chosen("campaigns", inDays), currency = distinct(some.map((row) => row.account_currency))[0] || "none", of = some.filter((row) => (row.account_currency || "none") === currency);
  const line = (name, rows) => { const spend = sum(rows, "spend"), value = sum(rows, "purchase_value"); return [name, amount(spend, placesOf(currency)), count(sum(rows, "purchases")), amount(value, placesOf(currency)), spend ? (value / spend).toFixed(2) : "–"]; };
  const by = [...groups(of, (row) => row.campaign_id).values()].sort((left, right) => sum(right, "spend") - sum(left, "spend"));
  const delivered = chosen("attribution", inDays, (row) => row.currency === currency);
  fill("campaigns", by.length ? madeUp() : null, by.length ? table([text("Campaign"), number(`Spent, ${named(currency)}`), number("Purchases credited"), number(`Credited, ${named(currency)}`), number("Return")],
    [...(by.length > 1 ? [line("all campaigns", of)] : []), ...by.map((rows) => line(rows.at(-1).campaign_name || rows[0].campaign_id, rows))], "Campaigns", MOST_CAMPAIGNS)
    : empty("Campaigns were not read for these days. The data engineer names the account (CONNECTOR_META_AD_ACCOUNT_ID) and asks Meta for them (connector pull)."),
  by.length ? element("p", {}, `Accepted from here in the same days: ${moneyOf(sum(delivered, "accepted"), currency)}.`) : null);
};

const DEDUPLICATED = [["both, counted once", "same_id"], ["server only: the browser missed it", "server_only"], ["browser only", "browser_told"], ["counted twice", "doubled"]];
// Only what browser and server both told can count twice: where nothing was, there is nothing to judge. In all currencies.
const deduplicationWords = () => {
  const some = chosen("deduplication", inDays, inDataset, inEvent), size = (...columns) => columns.reduce((total, column) => total + sum(some, `${column}_events`), 0);
  if (!some.length) return "not known: the warehouse has no log of the pixel for this choice.";
  const doubled = size("doubled"), both = doubled + size("same_id");
  if (doubled) return [verdict(false, `no: ${many(doubled, "event")} count twice`), "."];
  if (!both) return `nothing to judge, as ${!size("server_only") ? "Meta accepted no web event from the server" : size("browser_told", "browser_only") ? "no event was told by both browser and server" : "the browser told Meta of none of these events"}.`;
  const known = distinct(some.map((row) => row.day)), met = distinct(some.filter((row) => row.same_id_events).map((row) => row.day)), idle = known.length - met.length;
  return [verdict(true, "healthy"), `: of ${many(both, "event")} that browser and server both sent, in all currencies, none counts twice.${idle ? ` On ${idle} of ${many(known.length, "day")} no event was sent by both, so there was nothing to judge.` : ""}`];
};
const trustWords = ({ unexplained }) => {
  const some = receiptsChosen(), [accepted, received] = ["accepted", "received"].map((column) => sum(some, column));
  const ties = verdict(!unexplained.length, unexplained.length ? "money is unexplained" : "every cent has its place");
  return [ties, some.length && !accepted && !received ? "; nothing was accepted in these days that Meta could have counted." : !some.length ? `. ${countedElsewhere() || "Meta’s own count of these days was not read yet."}` : `; Meta counts ${accepted !== received ? `${count(received)} of` : accepted ? "all" : "no event of"} ${many(accepted, `${eventWords()} event`)} accepted in these days, in all currencies.`];
};
const deduplication = async ({ by }) => {
  const some = chosenMoney("deduplication");
  const rows = some.length ? DEDUPLICATED.flatMap(([name, column]) => series(name, some, `${column}_${inMoney() ? "value" : "events"}`)) : [];
  await chart("deduplication", labelled(rows, unit(), places()));
  if (!rows.length) return fill("deduplication", empty("No web events with the pixel's log in what is chosen. Without that log in the warehouse (pixel_events of the raw tables) it is not known what the browser missed."));
  const size = (column) => sum(some, `${column}_${inMoney() ? "value" : "events"}`);
  const elsewhere = size("browser_told") - sizeOf(by["Told by the pixel"].cells);
  const doubled = sum(some, "doubled_events"), late = doubled - sum(some, "doubled_by_ids_events"), stray = sum(some, "browser_only_events");
  fill("deduplication", element("p", {}, deduplicationWords()), element("p", {}, "The server told Meta of ", element("b", {}, told(size("server_only"))), `${inMoney() ? ` (${many(sum(some, "server_only_events"), "event")})` : ""} that the browser missed.`,
    doubled ? element("span", { class: "bad" }, ` ${many(doubled, "event")}${inMoney() ? ` (${money(size("doubled"))})` : ""} count twice: ${[late < doubled ? "the ids of pixel and server differ" : "", late ? `${count(late)} came more than 48 hours apart` : ""].filter(Boolean).join(", ")}.`) : "",
    stray ? ` The pixel also sent ${many(stray, "event")} that the warehouse does not know.` : ""),
    elsewhere > 0.005 ? element("details", {}, element("summary", {}, "What “browser only” is"), element("p", {}, `What the pixel told Meta and the server did not. ${told(elsewhere)} of it belongs to conversions that stand in another step above, most often not eligible: the server tells Meta nothing of them, the pixel did.`)) : null, pivot(rows, "Who told Meta, by day", places()));
};

const KNOWN = { em: "email", ph: "phone", fn: "first name", ln: "last name", db: "date of birth", ge: "gender", ct: "city", st: "state", zp: "postal code", external_id: "customer id", client_ip_address: "IP address", client_user_agent: "browser", fbc: "click id (fbc)", fbp: "browser id (fbp)", lead_id: "lead id", madid: "device id", anon_id: "install id", subscription_id: "subscription id", fb_login_id: "Facebook Login id", ctwa_clid: "WhatsApp click id", page_scoped_user_id: "Messenger id", ig_sid: "Instagram id" };
const knownWords = (identifier) => KNOWN[identifier] || words(identifier);
// Keys of forms, apps, chats and subscriptions come with their channel: nobody collects them from others.
const OF_A_CHANNEL = ["lead_id", "madid", "anon_id", "subscription_id", "fb_login_id", "ctwa_clid", "page_scoped_user_id", "ig_sid"];
const worthOfKeys = () => [...groups(chosenMoney("keys"), (row) => row.identifier).entries()]
  .filter(([identifier]) => !OF_A_CHANNEL.includes(identifier));
const coverage = async () => {
  const carried = new Set(chosenMoney("keys").filter((row) => row.events_with_key).map((row) => row.identifier));
  const rows = [...groups(chosenMoney("keys").filter((row) => carried.has(row.identifier)), (row) => `${row.day}\n${row.identifier}`).values()]
    .map((one) => ({ day: Date.parse(one[0].day), identifier: knownWords(one[0].identifier), number: (100 * sum(one, "events_with_key")) / (sum(one, "events") || 1) }));
  const mean = (of) => of.reduce((total, row) => total + row.number, 0) / of.length;
  const ordered = [...groups(rows, (row) => row.identifier).entries()].sort(([, left], [, right]) => mean(right) - mean(left)).flatMap(([, of]) => of.sort((left, right) => left.day - right.day));
  await chart("coverage", ordered);
  const worth = (inMoney() ? worthOfKeys() : [])
    .map(([identifier, of]) => ({ identifier, gained: sum(of, "estimated_value_gained"), share: percent(sum(of, "events_with_key"), sum(of, "events")), without: sum(of, "value_without_key") }))
    .filter((row) => row.gained > 0).sort((left, right) => right.gained - left.gained).slice(0, 8).map((row) => [knownWords(row.identifier), estimated(row.gained), row.share, rough(row.without), gainsByMeta(row.identifier) || "–"]);
  const isToldByMeta = worth.some((row) => row.at(-1) !== "–"), shown = isToldByMeta ? worth : worth.map((row) => row.slice(0, -1));
  fill("coverage", rows.length ? asTable([text("Known"), number("First day"), number("Last day")], [...groups(ordered, (row) => row.identifier)].map(([name, of]) => [name, `${of[0].number.toFixed(1)} %`, `${of.at(-1).number.toFixed(1)} %`]), "Identifiers")
    : empty("No conversions in what is chosen that may be sent."));
  $("#coverage .unusable").replaceChildren(...unusable());
  $("#coverage .worth").replaceChildren(...(worth.length ? [element("h3", {}, "What collecting more would be worth"), element("p", { class: "says" }, `Our own estimate over the days chosen: money that Meta might match in addition if each of the same conversions carried that identifier. The lines overlap: do not add them. ${isToldByMeta ? "Meta’s own is in percent of additional conversions, for web events of its last 7 days; where the two disagree, go by Meta’s." : "Meta publishes no such amounts."}`),
    table([text("Collect"), number(`Our estimate, ${state.currency}`), number("Carry it"), number("Money without it"), ...(isToldByMeta ? [number("Meta’s own")] : [])], shown, "Worth of identifiers")] : []));
};
// Identifiers that were given and could not be used, by the code under which the models dropped them.
const FAULTS = { invalid: "is not valid", placeholder: "is a placeholder, such as “test” or “n/a”", md5: "is hashed as MD5, which Meta does not take", country_unknown: "has no country code, and the order no country", impossible: "is not a possible number" };
const FAULT = new RegExp(`^(.+?)(?:_2)?_(${Object.keys(FAULTS).join("|")})$`);
const faultWords = (identifier, code) => { const found = FAULT.exec(code); return found ? `${knownWords(identifier)} ${FAULTS[found[2]]}` : words(code); };
const unusable = () => {
  const found = new Map();
  for (const { identifier, dropped_by: codes } of chosen("dropped", inDays, inDataset, inEvent, inCurrency)) for (const one of codes.split(", ")) {
    const [code, number] = one.split(" "), name = faultWords(identifier, code);
    found.set(name, (found.get(name) || 0) + Number(number));
  }
  const rows = [...found].sort(([, left], [, right]) => right - left).map(([name, number]) => [name[0].toUpperCase() + name.slice(1), count(number)]);
  return rows.length ? [element("div", {}, element("h3", {}, "Given, but not usable"), element("p", { class: "says" }, "Identifiers that came with a conversion of the days chosen and were left out of what is sent; what else is known of the buyer is sent.")),
    table([text("What is wrong"), number("Conversions")], rows, "Identifiers that were not usable", 4)] : [];
};
const scores = async () => {
  const some = chosen("quality", inDataset).filter((row) => row.measure !== "key_coverage");
  const rows = some.map((row) => ({ day: timeOf(row.day), series: scoreName({ ...row, dataset_id: datasetOf(row) }), number: row.number }));
  const known = distinct(rows.map((row) => row.day));
  await chart("scores", known.length > 1 ? rows : []);
  $("#scores").hidden = known.length < 2;
  fill("scores", pivot(rows, "Meta's scores", 1, rounded));
};

const OFFERED = { conversion_leads: "Conversion leads", profit: "Optimizing for profit", predicted_ltv: "Predicted lifetime value", event_coverage: "Event coverage", customer_segmentation: "Customer segmentation" };
// Of the stages of leads one is chosen to optimize for: where one fits, the others need not.
const stagesOf = (rows) => {
  const stages = [...groups(rows.filter((row) => row.offer === "conversion_leads" && row.event_name !== "all"), (row) => `${row.dataset_id}\n${row.event_name}`).values()];
  const fit = stages.filter((of) => of.every((row) => row.qualifies));
  return { fit, spare: stages.filter((of) => !fit.includes(of) && fit.some(([row]) => row.dataset_id === of[0].dataset_id)) };
};
const stageNames = (stages) => distinct(stages.map(([row]) => `“${row.event_name}”`)).join(" or ");
const readiness = () => {
  const some = chosen("readiness", inDataset);
  const needed = (row) => [row.at_least === null ? "" : `at least ${count(row.at_least)}`, row.at_most === null ? "" : `at most ${count(row.at_most)}`].filter(Boolean).join(", ");
  const { fit, spare } = stagesOf(some), spared = new Set(spare.flat());
  const offer = (row) => OFFERED[row.offer] || words(row.offer), missing = some.filter((row) => !row.qualifies && !spared.has(row)), met = some.filter((row) => row.qualifies);
  const isTooEarly = (row) => row.offer === "event_coverage" && isEarly(tables.meta.length ? Math.max(...tables.meta.map((one) => one.pulled_at)) : TODAY);
  const advised = (row) => (isTooEarly(row) ? `Nothing yet: the first sync was on ${dayWords(FIRST_SYNC)}, and Meta counts its last ${META_DAYS.web} days. Look again from ${dayWords(COVERED_FROM)} on.` : row.what_to_do);
  // Of several events that are asked for the same, one row.
  const figure = (row) => element("span", { class: "more-of" }, `${row.event_name === "all" ? "" : `${row.event_name}: `}${rounded(row.figure).replace(/\.0$/, "")} ${row.unit}`);
  const line = (of) => [offer(of[0]), [of[0].meaning, element("div", { class: "who" }, needed(of[0]))], of.map(figure)];
  const alike = (rows) => [...groups(rows, (row) => [row.offer, row.requirement, row.what_to_do].join("\n")).values()];
  const heads = [text("Offer"), prose("Asks for"), text("Figure")];
  const whole = distinct(met.map(offer)).filter((name) => !missing.some((row) => offer(row) === name));
  fill("readiness", some.length ? null : empty("Nothing is sent that an offer of Meta's is about."),
    whole.length ? element("p", {}, verdict(true, `Ready: ${whole.join(", ")}.`)) : null,
    fit.length ? element("p", {}, `Conversion leads: optimize for ${stageNames(fit)}${spare.length ? `; ${stageNames(spare)} would not fit` : ""}.`) : null,
    missing.length ? table([...heads, prose("What to do")], alike(missing).map((of) => [...line(of), advised(of[0])]), "What is missing for Meta’s offers") : null,
    met.length ? element("details", {}, element("summary", {}, `${many(met.length, "requirement")} met`), table(heads, alike(met).map(line), "Requirements that are met")) : null);
};
