"use strict";
const filter = document.getElementById("filter");
const shown = document.getElementById("filter-shown");
const rows = [...document.querySelectorAll("tr[data-outcome]")].map((row) => {
  const article = document.getElementById(row.dataset.report);
  return { row, article, text: (row.textContent + article.textContent).toLowerCase() };
});

function applyFilter() {
  const outcome = filter.elements.outcome.value;
  const words = document.getElementById("filter-text").value.toLowerCase().split(/\s+/);
  let count = 0;
  for (const { row, article, text } of rows) {
    const matches = (!outcome || row.dataset.outcome === outcome) && words.every((word) => text.includes(word));
    row.hidden = article.hidden = !matches;
    count += matches ? 1 : 0;
  }
  shown.textContent = shown.dataset.sentence.replace("{shown}", count).replace("{count}", rows.length);
}

// On a narrow screen a chart is wider than its region: show the window that decided, or its end, where the loss is.
const charts = new ResizeObserver((entries) => {
  for (const { target: region } of entries) {
    const [from, until] = region.dataset.focus.split(" ").map((x) => (x * region.scrollWidth) / region.dataset.width);
    const margin = Math.max((region.clientWidth - (until - from)) / 2, 8);
    region.scrollLeft = until + margin - region.clientWidth;
  }
});
for (const region of document.querySelectorAll("[data-focus]")) {
  charts.observe(region);
}

filter.hidden = false;
filter.addEventListener("input", applyFilter);
filter.addEventListener("submit", (event) => event.preventDefault());
applyFilter();
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}
