"use strict";
(() => {
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
  const money = (number) => `${amount(number)} ${named(state.currency)}`;
  const rough = (number) => (number && Math.abs(number) < 100 ? amount(number) : count(number));
  const percent = (part, whole) => {
    if (!whole) return "–";
    const share = (100 * part) / whole;
    return share > 0 && share < 1 ? "<1 %" : share > 99 && share < 100 ? ">99 %" : `${Math.round(share)} %`;
  };
  const dayWords = (day) => new Date(day).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
  const timeWords = (time) => `${new Date(time).toLocaleString("en-GB", { timeZone: "UTC", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })} UTC`;
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
  const inDays = (row) => row.day === null || Date.parse(row.day) >= firstDay();
  const inDataset = (row) => state.dataset === ALL || (row.dataset_id === null ? DEFAULT : row.dataset_id) === state.dataset;
  const inEvent = (row) => (state.event === REVENUE ? DATA.revenue_events.includes(row.event_name) : row.event_name === state.event);
  const inCurrency = (row) => row.currency === state.currency;
  const chosen = (name, ...tests) => tables[name].filter((row) => tests.every((test) => test(row)));
  const chosenMoney = (name) => chosen(name, inDays, inDataset, inEvent, inCurrency);

  // Of what may not be sent, this is as it should be; the rest somebody could mend.
  const RIGHTLY = new Set(["test_order", "not_paid", "suppressed", "no_longer_modelled"]);
  const isMendable = ({ stage, reason }) => stage === "not_eligible" && !RIGHTLY.has(reason);
  const NAMES = { "not eligible": "Not eligible", lost: "Lost", held: "Held", owed: "On its way", "by pixel": "Told by the pixel", accepted: "Accepted by Meta" };
  const PLACES = ["Warehouse revenue", ...Object.values(NAMES)];
  const placeOf = ({ stage }) => NAMES[Object.keys(DATA.places).find((name) => DATA.places[name].includes(stage))];
  const figures = () => {
    const cells = chosenMoney("waterfall").filter((row) => !row.is_beside);
    const staged = cells.filter((row) => row.stage !== "warehouse_revenue" && row.stage !== "unexplained");
    const by = Object.fromEntries(PLACES.map((place) => [place, { value: 0, events: 0, cells: [] }]));
    for (const cell of staged) by[placeOf(cell)].cells.push(cell);
    by["Warehouse revenue"].cells = cells.filter((row) => row.stage === "warehouse_revenue");
    for (const place of Object.values(by)) Object.assign(place, { value: sum(place.cells, "value"), events: sum(place.cells, "events") });
    return { cells, by, unexplained: cells.filter((row) => row.stage === "unexplained") };
  };

  // --- charts ------------------------------------------------------------------------------------------------------
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const theme = (names) => ({
    background: null, font: getComputedStyle(document.body).fontFamily, padding: 4,
    view: { stroke: null }, text: { color: colour("ink"), fontSize: 12.5 },
    axis: { labelColor: colour("soft"), titleColor: colour("soft"), gridColor: colour("grid"), domainColor: colour("line"), tickColor: colour("line"), labelFontSize: 12, labelLimit: 170 },
    axisY: { labelPadding: 8 }, legend: { labelColor: colour("ink"), titleColor: colour("soft"), labelFontSize: 12.5, titleFontSize: 12, titleFontWeight: 400, symbolStrokeWidth: 2.5, offset: 6, columns: innerWidth < 640 ? 1 : 4 },
    range: { category: names.map(colour), heatmap: [colour("low"), colour("high")], ramp: [colour("low"), colour("high")] },
  });
  const drawn = {};
  const chart = async (id, rows) => {
    const place = $(`#${id} .chart`);
    place.hidden = rows.length === 0;
    if (!rows.length) return;
    if (drawn[id]) return void (await (await drawn[id]).view.data("rows", rows).resize().runAsync());
    const specification = { ...CHARTS[id], datasets: { rows } };
    drawn[id] = window.vegaEmbed(place, specification, {
      ast: true, actions: false, renderer: "svg", config: theme(specification.usermeta.colours), tooltip: { theme: state.dark ? "dark" : "light" },
    });
    await drawn[id];
  };
  const forget = async () => { for (const id of Object.keys(drawn)) { (await drawn[id]).finalize(); delete drawn[id]; } };
  const days = () => { // from the first one of any conversion: a young warehouse has no long flat line before it
    const all = Array.from({ length: state.days }, (_, at) => firstDay() + at * DAY_MS);
    const known = tables.waterfall.filter((row) => row.day && inDays(row)).map((row) => Date.parse(row.day));
    return all.filter((day) => day >= Math.min(...known));
  };
  const series = (name, rows, column, whole = days()) => {
    const byDay = groups(rows.filter((row) => row.day), (row) => Date.parse(row.day));
    return whole.map((day) => ({ day, series: name, number: sum(byDay.get(day) || [], column) }));
  };
  const labelled = (rows, unit) => rows.map((row) => ({ ...row, label: `${amount(row.number, unit ? 2 : 0)} ${unit || "events"}` }));
  const pivot = (rows, label, places = 2) => {
    const names = distinct(rows.map((row) => row.series));
    const byDay = [...groups(rows, (row) => row.day)].sort(([left], [right]) => right - left);
    return asTable([text("Day"), ...names.map(number)], byDay.map(([day, some]) =>
      [dayWords(day), ...names.map((name) => { const found = some.find((row) => row.series === name); return found ? amount(found.number, places) : "–"; })]), label);
  };
  // --- the parts of the page ---------------------------------------------------------------------------------------
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
        [`${amount(row.value)} ${named(state.currency)}`, row.value <= 0 ? null : element("div", { class: "track" }, element("span", { class: row.stage === "not_eligible" ? "share aside" : "share", style: `width: ${Math.max(0, (100 * row.value) / worst)}%` })), element("div", { class: "why" }, `${percent(row.value, whole)} of ${state.event === REVENUE ? "revenue" : "value"}, ${row.stage === "not_eligible" ? "not eligible" : "lost"}`)].filter(Boolean),
        count(row.events), some.length ? some.map((one) => element("span", { class: "id" }, one.example)) : "–",
        [told.what_to_do || `See stage ${row.stage} of revenue_waterfall.`, told.who && told.who !== "nobody" ? element("div", { class: "who" }, `Who: ${told.who}`) : ""]];
    }), label);
  };
  const lost = ({ by }) => {
    const reasons = [...reasonsOf(by.Lost.cells), ...reasonsOf(by["Not eligible"].cells.filter(isMendable))].sort(mostFirst);
    const bare = state.currency === "none" ? 0 : sum(chosen("waterfall", inDays, inDataset, inEvent).filter((row) => row.currency === "none" && !row.is_beside && isMendable(row)), "events");
    fill("lost", by.Lost.events ? null : reasons.length ? element("p", {}, "Nothing that was eligible is lost in what is chosen. What may not be sent, although somebody could change that:") : empty("Nothing is lost in what is chosen."),
      reasons.length ? reasonTable(reasons, by["Warehouse revenue"].value, "Why Meta does not hear of money, most first") : null,
      bare ? element("p", { class: "why" }, `Besides, ${many(bare, "conversion")} without a currency may not be sent: choose the currency “without currency” to see why.`) : null);
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

  const receipts = async () => {
    const some = chosen("receipts", inDays, inDataset, inEvent), known = distinct(some.map((row) => Date.parse(row.day))).sort();
    const rows = [...series("accepted, by our ledger", some, "accepted", known), ...series("received, by Meta's count", some, "received", known)];
    await chart("receipts", known.length > 1 ? labelled(rows, "") : []);
    const accepted = sum(some, "accepted"), received = sum(some, "received");
    fill("receipts", ...(rows.length ? [element("p", {}, `Accepted: ${count(accepted)}. Received, by Meta's count: ${count(received)}. `, accepted === received ? element("span", { class: "good" }, "✓ They tie out.") : `They differ by ${count(Math.abs(accepted - received))}.`), pivot(rows, "Events accepted and received", 0)]
      : [empty("Meta's own count is not in the warehouse for these days: run connector pull, then build the reconciliation.")]));
  };
  const attribution = async () => {
    const of = chosen("attribution", inDays), currency = distinct(of.map((row) => row.currency))[0], some = of.filter((row) => row.currency === currency);
    $("#attribution .says").textContent = `Purchases in the ad account’s currency${currency ? ` (${currency})` : ""}, by its own days, whatever is chosen above but the days; what only the pixel told is not among the accepted ones. Attributed is never all of it: Meta credits ads only with people it recognizes, inside the attribution window, and goes on changing a day for 28 days, so the last ones are low.`;
    const known = distinct(some.map((row) => Date.parse(row.day))).sort().filter((day) => day >= days()[0]);
    const rows = [...series("purchases accepted", some, "accepted", known), ...series("attributed to ads by Meta", some, "attributed", known)];
    await chart("attribution", known.length > 1 ? labelled(rows, currency) : []);
    const strange = some.filter((row) => row.reason === "more_than_was_sold");
    fill("attribution", strange.length ? element("p", {}, element("span", { class: "bad" }, `${strange.map((row) => dayWords(row.day)).join(", ")}: more attributed than was sold. `), advice({ stage: "comparison", reason: "more_than_was_sold" }).what_to_do || "") : null,
      rows.length ? pivot(rows, "Purchases accepted and attributed") : empty("No figures of the ad account are in the warehouse: set CONNECTOR_META_AD_ACCOUNT_ID and run connector pull."));
  };

  const DEDUPLICATED = [["both, counted once", "same_id"], ["server only: the browser missed it", "server_only"], ["browser only", "browser_told"], ["counted twice", "doubled"]];
  const deduplication = async () => {
    const some = chosenMoney("deduplication");
    const rows = some.length ? DEDUPLICATED.flatMap(([name, column]) => series(name, some, `${column}_value`)) : [];
    await chart("deduplication", labelled(rows, named(state.currency)));
    if (!rows.length) return fill("deduplication", empty("No web events with the pixel's log in what is chosen. Without that log in the warehouse (var pixel_log_in_warehouse) it is not known what the browser missed."));
    const missed = sum(some, "server_only_value"), doubled = sum(some, "doubled_events"), late = doubled - sum(some, "doubled_by_ids_events"), stray = sum(some, "browser_only_events");
    fill("deduplication", element("p", {}, "The server told Meta of ", element("b", {}, money(missed)), ` (${many(sum(some, "server_only_events"), "event")}) that the browser missed.`,
      doubled ? element("span", { class: "bad" }, ` ${many(doubled, "event")} (${money(sum(some, "doubled_value"))}) count twice: ${[late < doubled ? "the ids of pixel and server differ" : "", late ? `${count(late)} came more than 48 hours apart` : ""].filter(Boolean).join(", ")}.`) : " Nothing counts twice.",
      stray ? ` The pixel also sent ${many(stray, "event")} that the warehouse does not know.` : "", some.length ? " “Browser only” is what the pixel told and the server did not, also where the server may not." : ""), pivot(rows, "Who told Meta, by day"));
  };

  const KNOWN = { em: "email", ph: "phone", fn: "first name", ln: "last name", db: "date of birth", ge: "gender", ct: "city", st: "state", zp: "postal code", external_id: "customer id", client_ip_address: "IP address", client_user_agent: "browser", fbc: "click id (fbc)", fbp: "browser id (fbp)", lead_id: "lead id", madid: "device id", anon_id: "install id" };
  const knownWords = (identifier) => KNOWN[identifier] || words(identifier);
  const coverage = async () => {
    const some = chosen("quality", inDays, inDataset, inEvent).filter((row) => row.measure === "key_coverage");
    const rows = [...groups(some, (row) => `${row.day}\n${row.identifier}`).values()].map((one) => ({ day: Date.parse(one[0].day), identifier: knownWords(one[0].identifier),
      number: one.reduce((total, row) => total + row.number * row.events, 0) / (sum(one, "events") || 1) }));
    const mean = (of) => of.reduce((total, row) => total + row.number, 0) / of.length;
    const ordered = [...groups(rows, (row) => row.identifier).entries()].sort(([, left], [, right]) => mean(right) - mean(left)).flatMap(([, of]) => of.sort((left, right) => left.day - right.day));
    await chart("coverage", ordered);
    const worth = [...groups(chosen("keys", inDataset, inEvent, inCurrency), (row) => row.identifier).entries()]
      .map(([identifier, of]) => [knownWords(identifier), percent(sum(of, "events_with_key"), sum(of, "events")), sum(of, "value_without_key"), sum(of, "estimated_value_gained")])
      .filter((row) => row[3] > 0).sort((left, right) => right[3] - left[3]).slice(0, 8).map(([name, share, without, gained]) => [name, share, amount(without), rough(gained)]);
    fill("coverage", rows.length ? asTable([text("Known"), number("First day"), number("Last day")], [...groups(ordered, (row) => row.identifier)].map(([name, of]) => [name, `${of[0].number.toFixed(1)} %`, `${of.at(-1).number.toFixed(1)} %`]), "Identifiers")
      : empty("No eligible conversions in what is chosen."),
    worth.length ? element("div", {}, element("h3", {}, "What collecting more would be worth"), element("p", { class: "says" }, `An estimate over all ${DATA.days} days: money that Meta might match in addition if every conversion carried it. Meta publishes no such figure.`),
      table([text("Collect"), number("Carry it"), number("Money without it"), number(`Might gain, ${named(state.currency)}`)], worth, "Worth of identifiers")) : null);
  };
  const scores = async () => {
    const some = chosen("quality", inDays, inDataset).filter((row) => row.measure !== "key_coverage");
    const rows = some.map((row) => ({ day: Date.parse(row.day), series: row.channel === "web" ? row.event_name : `${row.event_name} (${row.channel})`, number: row.number }));
    const known = distinct(rows.map((row) => row.day));
    await chart("scores", known.length > 1 ? rows : []);
    const last = [...groups(rows, (row) => row.series)].map(([name, of]) => of.sort((left, right) => left.day - right.day).at(-1)).sort((left, right) => right.number - left.number);
    fill("scores", rows.length ? table([text("Event"), number("Score, of 10"), text("Asked on")], last.map((row) => [row.series, row.number.toFixed(1), dayWords(row.day)]), "Meta's newest scores")
      : empty("Meta's scores are not in the warehouse for these days: run connector pull with a token that may read dataset quality."), known.length > 1 ? pivot(rows, "Meta's scores", 1) : null);
  };

  const alarms = () => {
    const here = (row) => inDataset(row) && (row.event_name === null || inEvent(row)) && (row.currency === "none" || inCurrency(row));
    const all = tables.alarms;
    if (!all.length) return fill("alarms", element("p", {}, element("span", { class: "good" }, "✓ "), "No alarm fires."));
    const entry = (row) => element("li", {}, element("span", { class: `badge ${row.severity === "error" ? "bad" : ""}` }, row.severity === "error" ? "error" : "warning"), ` ${row.message} `, element("span", { class: "who" }, `Who: ${row.who}`));
    const near = all.filter(here), rest = all.filter((row) => !here(row));
    fill("alarms", near.length ? element("ul", { class: "plain" }, near.map(entry)) : empty("No alarm fires for what is chosen."),
      rest.length ? element("details", {}, element("summary", {}, `${many(rest.length, "more alarm")} for other events, currencies or datasets`), element("ul", { class: "plain" }, rest.map(entry))) : null);
  };
  const queue = () => {
    const some = chosen("queue", inDataset, inEvent, inCurrency);
    fill("queue", some.length ? table([text("Time left"), text("Event"), number("Conversions"), number(`Money, ${named(state.currency)}`), text("First deadline")],
      some.map((row) => [element("span", { class: row.hours_until !== null && row.hours_until <= 6 ? "bad" : "" }, row.time_left), row.event_name, count(row.events), amount(row.value), row.earliest_deadline_at ? timeWords(row.earliest_deadline_at) : "–"]), "Deadlines")
      : empty("Nothing waits: everything that may be sent was sent, or its time is over."));
  };
  const runs = () => {
    const proof = (row) => (row.is_proven === null ? "not ended yet" : row.is_proven ? element("span", { class: "good" }, "✓ proven") : element("span", { class: "bad" }, `✗ no proof (${words(row.reason) || "unknown"})`));
    const outcomes = ["accepted", "rejected", "invalid", "deferred", "unconfirmed"];
    fill("runs", tables.runs.length ? table([text("Started"), text("Proof"), number("Claimed"), ...outcomes.map((name) => number(`${name === "accepted" ? "=" : "+"} ${name}`)), number("Requests"), text("Ended")],
      tables.runs.map((row) => [timeWords(row.started_at), proof(row), ...["claimed", ...outcomes, "requests"].map((name) => (row[name] === null ? "–" : count(row[name]))), words(row.reason) || "–"]), "Recent runs")
      : empty("No run is recorded: start one with connector sync, or the DAG conversions_sync."));
  };

  // --- filters and first drawing -----------------------------------------------------------------------------------
  const render = async () => {
    const now = figures();
    headline(now); lost(now); alarms(); queue(); runs();
    await waterfall(now); await daily(now); await receipts(); await attribution(); await deduplication(); await coverage(); await scores();
    document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
  };
  let drawing = Promise.resolve();
  const again = (before) => { drawing = drawing.then(before).then(render); return drawing; };
  const options = (id, values, start) => {
    const asked = new URLSearchParams(location.hash.slice(1)).get(id);
    state[id] = values.some(([value]) => value === asked) ? asked : start;
    $(`#${id}`).replaceChildren(...values.map(([value, name]) => element("option", { value, ...(value === state[id] ? { selected: "" } : {}) }, name)));
    $(`#${id}`).addEventListener("change", (event) => { state[id] = event.target.value; remember(); again(); });
  };
  const remember = () => history.replaceState(null, "", `#${new URLSearchParams({ days: state.days, currency: state.currency, event: state.event, dataset: state.dataset })}`);
  const setUp = () => {
    const cells = tables.waterfall.filter((row) => row.stage === "warehouse_revenue");
    const tally = (rows, key) => [...groups(rows, key).entries()].map(([value, some]) => [value, sum(some, "events")]).sort((left, right) => right[1] - left[1]).map(([value]) => value);
    const revenue = cells.filter((row) => DATA.revenue_events.includes(row.event_name) && row.value);
    const currencies = distinct([...tally(revenue, (row) => row.currency), ...tally(tables.waterfall, (row) => row.currency)]);
    const events = tally(tables.waterfall, (row) => row.event_name).filter((name) => name !== null);
    options("currency", currencies.map((name) => [name, name === "none" ? "without currency" : name]), currencies[0]);
    options("event", [...(revenue.length ? [[REVENUE, `Revenue (${DATA.revenue_events.filter((name) => events.includes(name)).join(", ")})`]] : []), ...events.map((name) => [name, name])], revenue.length ? REVENUE : events[0]);
    const datasets = distinct(tables.waterfall.map((row) => row.dataset_id));
    options("dataset", [[ALL, "all datasets"], ...datasets.map((id) => [id === null ? DEFAULT : id, datasetWords(id)])], ALL);
    $("#dataset-label").hidden = datasets.length < 2;
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("days"));
    const choices = distinct([7, 14, DATA.days].filter((number) => number <= DATA.days)).sort((left, right) => left - right);
    state.days = choices.includes(asked) ? asked : DATA.days;
    $("#days").append(...choices.map((number) => {
      const input = element("input", { type: "radio", name: "days", value: number, ...(number === state.days ? { checked: "" } : {}) });
      input.addEventListener("change", () => { state.days = number; remember(); again(); });
      return element("label", {}, input, element("span", {}, number === 7 ? "Last 7 days" : `${number} days`));
    }));
  };
  const introduce = () => {
    const pulled = tables.pulls.map((row) => row.pulled_at).sort().at(-1), problems = tables.pulls.filter((row) => row.problem);
    $("#made").textContent = `Written ${timeWords(DATA.made_at)} · ${dayWords(DATA.since)} to today, UTC days · ${pulled ? `Meta's own figures of ${timeWords(pulled)}` : "Meta's own figures were never pulled"}`;
    const hours = (Date.now() - Date.parse(DATA.made_at)) / 3600000, warnings = problems.map((row) => `Not read from Meta: ${row.problem}`);
    if (hours > 36) warnings.unshift(`These figures are ${Math.floor(hours / 24)} days old. Write the page anew with connector report --html, or see why task report of DAG conversions_reconcile fails.`);
    $("#stale").hidden = !warnings.length;
    $("#stale").textContent = warnings.join(" ");
  };
  if (tables.waterfall.length) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    state.dark = dark.matches;
    dark.addEventListener("change", () => again(async () => { state.dark = dark.matches; await forget(); }));
    setUp(); introduce(); again();
  } else {
    introduce();
    $("#filters").hidden = true;
    $("#main").replaceChildren(element("section", { class: "notice" }, element("h2", {}, `Nothing happened in the last ${DATA.days} days`),
      element("p", {}, "The reconciliation holds no conversions of these days."),
      element("ol", {}, ["See whether the sources of the shop were loaded.", "Build the models: dbt build, or the DAG conversions_sync.", "Build the reconciliation (dbt build --select tag:reconciliation, or the DAG conversions_reconcile), then write this page anew.", "Or write it with more days: connector report --html FILE --days 90."].map((step) => element("li", {}, step)))));
    document.documentElement.dataset.drawn = "1";
  }
})();
