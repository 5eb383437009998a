// What an answer says about itself, in plain words: numbers, warnings, and how far to trust it.
// Left out: where the words are put.

export const counted = (n) => n.toLocaleString("en");
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const goal = (share) => `${+(100 * share).toFixed(2)} %`;

const NOT_MET = "target-not-met";
const SHORT = { "not-english": "other language" };
const LONG = {
	"too-short": () => "It has fewer words than texts need here: little to go by.",
	"unknown-words": () => "The model knows under half of its words.",
	"not-english": (model) => `It is probably not in ${language(model)}, the only language that the model has read.`,
	[NOT_MET]: (_, { target }) => `In tests, no score was high enough for ${goal(target)} right answers.`,
};

const names = new Intl.DisplayNames("en", { type: "language" });
export const language = ({ language: code }) => (/^[a-z]{2,3}$/.test(code) ? names.of(code) : "any language");

/** Whether it was measured how often the model is right. */
export const measured = (model) => model.reliability.length > 0;

/** The warnings about the text; the other is in every answer of a model that was not measured. */
const told = (answer, model) => answer.warnings.filter((code) => code !== NOT_MET || measured(model));

/** Why a person should look at an answer, in a word or two; "" where none needs to. */
export function doubts(answer, model) {
	const codes = told(answer, model);
	if (measured(model) ? answer.reliable : !codes.length) return "";
	return codes.map((code) => SHORT[code] ?? code.replaceAll("-", " ")).join(", ") || "low score";
}

/** A verdict of one or two words, and the sentences behind it. */
export function trust(answer, model) {
	const warnings = told(answer, model).map((code) => LONG[code]?.(model, answer) ?? `Warning: ${code}.`);
	if (!measured(model)) {
		const never = "At which score this model is right how often was not measured, so it calls no answer reliable.";
		return { verdict: warnings.length ? "Doubtful" : "Not measured", why: [...warnings, never] };
	}
	const right = `at least ${goal(answer.target)} of answers were right in tests`;
	const reached = `${percent(answer.coverage, 0)} of texts reach`;
	if (answer.reliable) return { verdict: "Reliable", why: [`At scores this high, ${right}; ${reached} them.`] };
	const { accuracy, threshold } = model.target;
	const from = accuracy === answer.target && threshold ? `from ${percent(threshold, 0)} on` : "that are higher";
	const low = `Its score is too low: ${right} only at scores ${from}, which ${reached}.`;
	return { verdict: "Doubtful", why: warnings.length ? warnings : [low] };
}
