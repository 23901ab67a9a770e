"use strict";
// j and k go from one stop to the next. They can be switched off: somebody who dictates would wander about by them.
const off = document.getElementById("keys");
const isOff = () => localStorage.getItem("keys") === "off";
const tell = () => off.setAttribute("aria-pressed", isOff());
off.hidden = false;
off.onclick = () => { localStorage.setItem("keys", isOff() ? "on" : "off"); tell(); };
tell();
document.onkeydown = (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || isOff() || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const stops = [...document.querySelectorAll("[data-stop]")];
  const at = stops.indexOf(document.activeElement);
  (stops[at < 0 && step < 0 ? stops.length - 1 : at + step] || stops[Math.max(at, 0)])?.focus();
};
