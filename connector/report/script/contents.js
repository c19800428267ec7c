// On a phone the parts that fewer people look for are folded: a tap opens one, and so does a link to it. Print has them all.
const FOLDED = ["waterfall", "daily", "currencies", "meta", "deduplication", "latency", "coverage", "attribution", "campaigns", "receipts", "readiness", "runs"];
const setUpFolds = () => {
  const folds = FOLDED.map((id) => {
    const part = document.getElementById(id), [head, ...rest] = part.children;
    const fold = element("details", { class: "fold" }, element("summary", {}, head, element("span", { class: "hint" })), rest);
    part.append(fold);
    return fold;
  });
  const isWide = matchMedia("(min-width: 641px)"), follow = () => {
    for (const fold of folds) [fold.open, $("summary", fold).tabIndex] = isWide.matches ? [true, -1] : [false, 0];
  };
  isWide.addEventListener("change", follow);
  follow();
};
// Of a folded part its first sentence, or what it shows.
const hints = () => {
  for (const id of FOLDED) {
    const said = id === "meta" ? element("p", {}, scoreWords()) : $(`#${id} .body > p:not(.says, .warning)`) || $(`#${id} .says`);
    $(`#${id} .hint`).textContent = /^.*?[.?!](?=\s|$)/s.exec(said.textContent)?.[0] || said.textContent;
  }
};
// The contents, and the way to a part: the address keeps it beside what is chosen, so that a link opens there.
const goTo = (id) => {
  const part = document.getElementById(id), head = part && $("h2", part);
  if (!head) return;
  const fold = $(".fold", part);
  if (fold) fold.open = true;
  head.tabIndex = -1;
  part.scrollIntoView();
  head.focus({ preventScroll: true });
};
const linkTo = (id, words) => element("a", { href: `#part=${id}` }, words);
let markRead = () => {};
const setUpContents = () => {
  const parts = [...document.querySelectorAll("main section")], place = $("#contents details");
  const links = new Map(parts.map((part) => [part, linkTo(part.id, part.dataset.name || $("h2", part).textContent)]));
  $("#contents ul").replaceChildren(...[...links.values()].map((link) => element("li", {}, link)));
  const isBeside = matchMedia("(min-width: 1200px)"), follow = () => { place.open = isBeside.matches; };
  isBeside.addEventListener("change", follow);
  follow();
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    state.part = link.hash.replace(/^#(part=)?/, "");
    remember(true);
    follow();
    goTo(state.part);
  });
  // The part that is read: the last one whose head has passed the upper third, or the one that was just chosen.
  markRead = () => {
    const tops = parts.map((part) => part.getBoundingClientRect().top), passed = tops.filter((top) => top <= innerHeight / 3);
    const isEnd = scrollY > 0 && Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight;
    const read = isEnd ? parts.at(-1) : parts[tops.indexOf(Math.max(...passed, tops[0]))];
    const chosen = parts.find((part) => part.id === state.part && part.contains(document.activeElement)), top = chosen && chosen.getBoundingClientRect().top;
    const current = chosen && top >= 0 && top < innerHeight ? chosen : read;
    for (const [part, link] of links) if (part === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  };
  addEventListener("scroll", () => requestAnimationFrame(markRead), { passive: true });
  addEventListener("resize", fitTables);
  document.addEventListener("toggle", fitTables, true);
};
// The questions that are asked most, each with its answer in a few words and the way to the part that holds it.
const glance = (now) => {
  const about = [["deduplication", "Is deduplication healthy?", deduplicationWords()], ["meta", "Is match quality fine?", scoreWords()],
    ["actions", `What brings the most, ${unit()} a week?`, actionWords(now)], ["changes", "What changed since yesterday?", changedWords()],
    ["receipts", "Can I trust it?", trustWords(now)], ["alarms", "Any alarms?", alarmWords()]];
  $("#glance").replaceChildren(...about.map(([id, question, answer]) => element("li", {}, linkTo(id, question), answer)));
};
