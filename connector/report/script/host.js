// Inside Airflow the page stands in a frame: its theme and its link are those of the window around it.
const host = (() => { try { return parent !== window && parent.location.origin === location.origin ? parent : null; } catch { return null; } })();
const askedFor = () => new URLSearchParams((location.hash || (host ? host.location.hash : "")).slice(1));
const remember = (isNew) => {
  const link = `#${new URLSearchParams(Object.entries(choice()).filter(([, value]) => value))}`;
  if (isNew && link !== location.hash) history.pushState(null, "", link);
  else history.replaceState(null, "", link);
  if (host) host.history.replaceState(host.history.state, "", host.location.pathname + host.location.search + link);
};
const followTheme = () => {
  const around = host && host.document.documentElement;
  if (!around) return;
  const follow = () => { document.documentElement.style.colorScheme = ["dark", "light"].find((name) => around.classList.contains(name)) || ""; };
  new MutationObserver(follow).observe(around, { attributes: true, attributeFilter: ["class"] });
  follow();
};
