(() => {
  const table = document.getElementById("sheet"), body = table.tBodies[0];
  const rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const text = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const order = "pfnteum";

  function value(row, column) {
    const cell = row.cells[column];
    if (column === 0) return cell.textContent.trim();
    if (column === 1) return cell.dataset.v === "" ? -Infinity : Number(cell.dataset.v);
    return order.indexOf(cell.className[0]);
  }

  function sort(column) {
    const up = heads[column].getAttribute("aria-sort") !== "ascending";
    const keyed = rows.map((row) => [value(row, column), row]);
    const compare = column ? (a, b) => a - b || 0 : text.compare;
    keyed.sort((a, b) => (up ? 1 : -1) * compare(a[0], b[0]));
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...keyed.map(([, row]) => row));
  }

  // Browsers do not repeat buttons on the pages of a print: there the name stands by itself.
  heads.forEach((head, column) => {
    const place = head.querySelector(".up") || head;
    const button = document.createElement("button"), name = document.createElement("span");
    button.type = "button";
    button.textContent = name.textContent = head.textContent.trim();
    button.addEventListener("click", () => sort(column));
    name.className = "printed";
    place.replaceChildren(button, name);
  });

  const [search, verdict, exercise, held] = ["search", "verdict", "exercise", "held"].map(
    (id) => document.getElementById(id));
  const found = document.getElementById("found");

  function shown(row, words) {
    const said = (row.cells[0].textContent + " " + (row.dataset.t || "")).toLowerCase();
    if (!words.every((word) => said.includes(word))) return false;
    if (held.value && !(row.dataset.m || "").split(" ").includes(held.value)) return false;
    if (!verdict.value) return true;
    const cells = exercise.value ? [row.cells[Number(exercise.value) + 2]] : [...row.cells].slice(2);
    return cells.some((cell) => verdict.value === "not" ? !cell.classList.contains("p")
      : cell.classList.contains(verdict.value));
  }

  function filter() {
    if (exercise.value && !verdict.value) verdict.value = "not";
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) count += !(row.hidden = !shown(row, words));
    found.textContent = `${count} of ${rows.length} students`;
  }

  const filters = document.getElementById("filters");
  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(filter));
  filters.hidden = false;
  filter();
})();
