// Why: the words that spoke for a label and against it, marked in the text and listed with their weights.
// Left out: where words stand in the text (`places`).

import { tone } from "./bars.js";
import { at, button, el, fill, fold, show } from "./dom.js";
import { pieces } from "./places.js";

const LISTED = 6;
const FAINT = 0.04; // of the strongest; no mark below

const signed = (weight) => `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(2)}`;
const side = (weight) => (weight < 0 ? "against" : "for");
const strongest = (weights) => weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);

/** Shows the explanation of an answer; hides it where there is none, or no word was known. */
export function showReasons(text, answer, labels) {
	const { label, against, base, reasons } = answer.explanation ?? { reasons: [] };
	show(reasons.length, "why");
	if (!reasons.length) return;
	at("why").style.setProperty("--for", tone(labels, label));
	at("why").style.setProperty("--against", tone(labels, against));
	const sample = (one, n) => el("mark", { class: side(-n), "--much": "20%" }, `for ${one}`);
	const mean = answer.label === label ? "" : `In one piece, the text is ${label}; its sentences' mean is not. `;
	const odds = `Weights add to the logarithm of the odds, from ${signed(base)} on.`;
	fill("legend", ...[label, against].map(sample), mean, odds);
	fill("marked", ...marks(text, reasons));
	const most = strongest(reasons.map((reason) => reason.weight));
	fold("reasons", reasons.map((reason, n) => item(reason, n, most)), LISTED, (n) => `${n} weaker reasons`);
}

/** The text in pieces, as strong as the reasons that cover them; a reason's weight is shared among its spans. */
function marks(text, reasons) {
	const shares = reasons.map(({ weight, spans }) => weight / spans.length);
	const most = strongest(shares);
	const line = (n) => `${signed(reasons[n].weight)} ${reasons[n].because || reasons[n].text}`;
	return pieces(text, reasons).map(({ text: words, reasons: covering }) => {
		if (!covering.length) return words;
		const weight = covering.reduce((sum, n) => sum + shares[n], 0);
		const strength = Math.min(1, Math.abs(weight) / most);
		const told = { "data-by": covering.join(" "), title: covering.map(line).join("\n") };
		if (!(strength > FAINT)) return el("span", told, words);
		return el("mark", { class: side(weight), "--much": `${5 + 30 * strength}%`, ...told }, words);
	});
}

/** A reason in the list; its words light up in the text while it is pointed at or focused. */
function item({ text, weight, because }, index, most) {
	const light = (on) => () => {
		for (const piece of at("marked").querySelectorAll(`[data-by~="${index}"]`)) piece.classList.toggle("lit", on);
	};
	const [focus, blur] = [light(true), light(false)];
	const words = button(text, focus, { class: "words", dir: "auto", mouseenter: focus, mouseleave: blur, focus, blur });
	const track = el("span", { class: "track", "aria-hidden": "true", "--share": Math.abs(weight) / most }, el("span"));
	const told = because ? [el("span", { class: "soft" }, because)] : [];
	const figure = el("span", { class: "figure" }, signed(weight));
	return el("li", { class: `bar reason ${side(weight)}` }, words, track, figure, ...told);
}
