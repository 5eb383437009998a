// A list of bars with names and figures, kept from one answer to the next so that bars can move.
// Left out: what they count. Name and figure say all; colour and length only repeat it.

import { at, el, fold } from "./dom.js";
import { percent } from "./words.js";

const KEPT_ORDER = 5; // up to so many labels keep their places, which is calmer
const SHOWN = 6;
const TONES = 6;

/** A label's colour, by its place among the model's labels. */
export const tone = (labels, label) => `var(--tone-${Math.max(0, labels.indexOf(label)) % TONES})`;

/** A label with its colour beside it. */
export const badge = (labels, label) => el("bdi", { class: "badge", "--tone": tone(labels, label) }, label);

/**
 * A bar in the list `id` for each label and its share(label), from 0 to 1; many are sorted and folded.
 * `figure(label)` stands beside a bar, `part(label)` of it is hatched.
 */
export function bars(id, labels, share, figure, part = () => 0) {
	const sorted = labels.length > KEPT_ORDER ? labels.toSorted((a, b) => share(b) - share(a)) : labels;
	const old = new Map([...at(id).children].map((row) => [row.dataset.label, row]));
	const rows = sorted.map((label) => {
		const row = old.get(label) ?? made(label);
		const looks = { tone: tone(labels, label), share: share(label), part: share(label) * part(label) };
		for (const [name, value] of Object.entries(looks)) row.style.setProperty(`--${name}`, value);
		row.lastElementChild.textContent = figure(label);
		return row;
	});
	const rest = sorted.slice(SHOWN).reduce((sum, label) => sum + share(label), 0);
	fold(id, rows, SHOWN, (n) => `${n} more, together ${percent(rest)}`);
}

function made(label) {
	const track = el("span", { class: "track", "aria-hidden": "true" }, el("span"), el("span"));
	return el("li", { class: "bar", "data-label": label }, el("bdi", {}, label), track, el("span", { class: "figure" }));
}
