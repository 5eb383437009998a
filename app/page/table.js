// The answers of a file: a table, a page at a time, with filters, and a chart of how they spread.
// Left out: how they came (`batches`).

import { verdict } from "./answer.js";
import { bars } from "./bars.js";
import { at, button, el, fill, on, show } from "./dom.js";
import { tally } from "./rows.js";
import { counted, doubts, percent } from "./words.js";

const PAGE = 50;
const [ALL, BROKEN] = ["all", "broken"];
const view = {};

/** Begins anew with the rows of a file; `explain(text)` shows a text's answer. */
export function newTable(rows, model, explain) {
	Object.assign(view, { rows, page: 0, model, explain });
	const labels = model.labels.map((label) => el("option", { value: `= ${label}` }, label));
	fill("filter", el("option", { value: ALL }, "all"), ...labels, el("option", { value: BROKEN }, "not read"));
	at("doubtful").checked = false;
}

export function tableControls() {
	on("controls", "change", () => turn(-view.page));
	on("back", "click", () => turn(-1));
	on("on", "click", () => turn(1));
}

function turn(by) {
	view.page += by;
	drawTable();
}

/** Shows what there is by now; gives the counts. */
export function drawTable() {
	const { rows, model } = view;
	const counts = tally(rows, model);
	drawSpread(counts);
	const chosen = choose(rows);
	view.page = Math.max(0, Math.min(view.page, Math.ceil(chosen.length / PAGE) - 1));
	const from = view.page * PAGE;
	const to = Math.min(chosen.length, from + PAGE);
	fill("rows", ...chosen.slice(from, to).map(row));
	fill("shown", to ? `${counted(from + 1)} to ${counted(to)} of ${counted(chosen.length)}` : "No line is like that.");
	at("back").disabled = from === 0;
	at("on").disabled = to === chosen.length;
	show(true, "results");
	return counts;
}

function choose(rows) {
	const [filter, doubtful] = [at("filter").value, at("doubtful").checked];
	const chosen = rows.filter(({ answer, error }) => {
		if (filter === BROKEN) return error;
		return (filter === ALL || filter === `= ${answer?.label}`) && (!doubtful || (answer && doubts(answer, view.model)));
	});
	return at("lowest").checked ? chosen.sort((a, b) => (a.answer?.score ?? 2) - (b.answer?.score ?? 2)) : chosen;
}

function drawSpread({ answered, broken, doubtful, labels }) {
	const share = (label) => labels[label][0] / (answered || 1);
	const part = (label) => labels[label][1] / (labels[label][0] || 1);
	bars("spread", view.model.labels, share, (label) => `${counted(labels[label][0])} (${percent(share(label))})`, part);
	fill("spread-note", `Doubtful: ${counted(doubtful)}, hatched. Not read: ${counted(broken)}.`);
}

function row({ line, text, answer, error, fields }) {
	const words = el("div", { dir: "auto", class: "clamp" }, text || fields.join(" "));
	let told = ["…"];
	if (error) told = [el("span", { class: "doubt" }, `Not read: ${error}`)];
	if (answer) told = [...verdict(answer, view.model), button("Why?", () => view.explain(text), { class: "plain" })];
	return el("tr", {}, el("th", { scope: "row" }, counted(line)), el("td", {}, words), el("td", {}, ...told));
}
