// The panel about the model: who answers, how often that is right, what it takes.
// Left out: the model's own file of figures, to which it links.

import { domain } from "./domains.js";
import { el, fill } from "./dom.js";
import { address } from "./service.js";
import { counted, language, measured, percent } from "./words.js";

const LISTED = 12;

/** What stands in until the service has told. */
const limits = { max_text_chars: Infinity, max_batch_texts: Infinity, max_body_bytes: Infinity };
export const UNKNOWN = { labels: [], reliability: [], limits };

export function showModel(model) {
	const { max_text_chars: chars, max_batch_texts: texts, max_body_bytes: bytes } = model.limits;
	const facts = {
		Name: model.name,
		Language: language(model),
		Labels: labels(model.labels),
		Licence: model.licence || "not told",
		"Right answers": figure(model.metrics, "accuracy", (share) => (100 * share).toFixed(1), " %"),
		"Macro-F1": figure(model.metrics, "macro_f1", (score) => score.toFixed(3)),
		Reliable: reliable(model),
		Takes: `${counted(chars)} characters a text; ${counted(texts)} texts and ${counted(bytes)} bytes a request`,
		Limits: domain(model.task).limits,
	};
	const list = Object.entries(facts).flatMap(([name, told]) => [el("dt", {}, name), el("dd", { dir: "auto" }, told)]);
	fill("model", el("dl", {}, ...list), el("a", { href: address("model") }, "All its figures, as JSON"));
}

function labels(names) {
	const rest = names.length - LISTED;
	return names.slice(0, LISTED).join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}

/** A figure as training writes it: a number, or a mean with its standard error. */
function figure(metrics, name, written, unit = "") {
	const found = metrics.ours?.[name] ?? metrics[name];
	const value = found?.mean ?? found;
	if (typeof value !== "number") return "not measured";
	const error = found.se ? ` ± ${written(found.se)}` : "";
	return written(value) + error + unit + (metrics.folds ? ` in ${metrics.folds}-fold cross-validation` : "");
}

function reliable(model) {
	const { accuracy, threshold, coverage } = model.target;
	if (!measured(model)) return "not measured";
	const right = `${percent(accuracy, 0)} right answers`;
	if (threshold === null) return `no score is high enough for ${right}`;
	return `from a score of ${percent(threshold, 0)} on: at least ${right}; ${percent(coverage, 0)} of texts reach it`;
}
