// One answer: its label, a bar for each class, how far to trust it, and each sentence.
// Left out: why it is so (`reasons`).

import { badge, bars, tone } from "./bars.js";
import { at, el, fill, fold, show } from "./dom.js";
import { codePoints } from "./places.js";
import { doubts, percent, trust } from "./words.js";

const SENTENCES = 20;

export function showAnswer(text, answer, model) {
	const { label, score, scores, known, sentences = [] } = answer;
	fill("label", badge(model.labels, label), el("span", { class: "figure" }, percent(score)));
	bars("scores", model.labels, (one) => scores[one], (one) => percent(scores[one]));
	const { verdict, why } = trust(answer, model);
	const unknown = el("p", { class: "soft" }, `Unknown words: ${percent(1 - known, 0)}.`);
	at("trust").className = verdict.toLowerCase();
	fill("trust", el("strong", {}, verdict), ...why.map((reason) => el("p", {}, reason)), unknown);
	showSentences(text, sentences, model);
	show(true, "found");
	show(false, "hint");
}

function showSentences(text, sentences, model) {
	show(sentences.length > 1, "parts");
	const place = codePoints(text);
	const items = sentences.map((one) => {
		const words = el("div", { dir: "auto" }, text.slice(place(one.start), place(one.end)));
		return el("li", { "--tone": tone(model.labels, one.label) }, words, el("p", {}, ...verdict(one, model)));
	});
	fold("sentences", items, SENTENCES, (n) => `${n} more sentences`);
}

/** Label, score and doubts in a line. */
export function verdict(answer, model) {
	const why = doubts(answer, model);
	const doubt = el("span", { class: "doubt" }, why && `doubtful: ${why} `);
	return [badge(model.labels, answer.label), ` ${percent(answer.score)} `, doubt];
}
