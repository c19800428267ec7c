// Charts and the tables that say the same.
// Colours are names of the style sheet's: light and dark, print and forced colours come without a redraw.
const colour = (name) => `var(--${name})`;
const runtime = (async () => document.head.append(element("script", {}, await unzipped("runtime"))))();
const theme = (names, width) => ({
  background: null, font: getComputedStyle(document.body).fontFamily, padding: 4,
  view: { stroke: null }, text: { color: colour("ink"), fontSize: 12.5 },
  axis: { labelColor: colour("soft"), titleColor: colour("soft"), gridColor: colour("grid"), domainColor: colour("line"), tickColor: colour("line"), labelFontSize: 12, labelLimit: 170 },
  axisY: { labelPadding: 8 }, legend: { labelColor: colour("ink"), titleColor: colour("soft"), labelFontSize: 12.5, titleFontSize: 12, titleFontWeight: 400, symbolStrokeWidth: 2.5, offset: 6, columns: width < 420 ? 1 : width < 700 ? 2 : 4 },
  range: { category: names.map(colour) },
});
const drawn = {};
const chart = async (id, rows) => {
  const place = $(`#${id} .chart`);
  place.hidden = rows.length === 0;
  if (!rows.length) return;
  if (drawn[id]) return void (await (await drawn[id]).view.data("rows", rows).resize().runAsync());
  await runtime;
  const specification = { ...CHARTS[id], datasets: { rows } };
  drawn[id] = window.vegaEmbed(place, specification, {
    ast: true, actions: false, renderer: "svg", config: theme(specification.usermeta.colours, place.clientWidth), tooltip: { theme: "page" },
  });
  await drawn[id];
};
const days = () => { // from the first one of any conversion: a young warehouse has no long flat line before it
  const all = Array.from({ length: daysChosen() }, (_, at) => state.from + at * DAY_MS);
  const known = tables.waterfall.filter((row) => row.day && inDays(row)).map((row) => timeOf(row.day));
  return all.filter((day) => day >= Math.min(...known));
};
const series = (name, rows, column, whole = days()) => {
  const byDay = groups(rows.filter((row) => row.day), (row) => timeOf(row.day));
  return whole.map((day) => ({ day, series: name, number: sum(byDay.get(day) || [], column) }));
};
const labelled = (rows, name, digits, write = amount) => rows.map((row) => ({ ...row, label: `${write(row.number, digits)} ${name}` }));
const pivot = (rows, label, places = 2, write = amount) => {
  const names = distinct(rows.map((row) => row.series));
  const byDay = [...groups(rows, (row) => row.day)].sort(([left], [right]) => right - left);
  return asTable([text("Day"), ...names.map(number)], byDay.map(([day, some]) =>
    [dayWords(day), ...names.map((name) => { const found = some.find((row) => row.series === name); return found ? write(found.number, places) : "–"; })]), label);
};
