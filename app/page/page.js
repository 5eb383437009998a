// The page: a text to its answer as one types, a file to its table, the model to its panel.
// Left out: what each part does.

import { showAnswer } from "./answer.js";
import { showCommands } from "./commands.js";
import { announce, at, button, complain, el, fill, hush, on, show } from "./dom.js";
import { domain } from "./domains.js";
import { files } from "./file.js";
import { maySplit, newest } from "./live.js";
import { showModel, UNKNOWN } from "./model.js";
import { showReasons } from "./reasons.js";
import { access, ask } from "./service.js";
import { counted, percent, trust } from "./words.js";

const PROMPT = "Sales fell.";
let model = UNKNOWN;

const request = (text) => ({ text: text.toWellFormed(), explain: true, ...(maySplit(text) && { sentences: true }) });

const typed = newest(answer, answered, failed);

async function answer(text, signal) {
	if (model === UNKNOWN) await meet();
	const found = await ask("predict", request(text), signal);
	if (found.model !== model.name) await meet(); // another version has come, and the text is asked anew
	return found;
}

function answered(text, answer) {
	settle();
	showAnswer(text, answer, model);
	showReasons(text, answer, model.labels);
	announce(`${answer.label}, ${percent(answer.score)}. ${trust(answer, model).verdict}.`);
}

function failed({ message, status }) {
	clear();
	settle(message);
	if (status === 401) at("access").open = true;
}

function settle(problem = "") {
	at("answer").classList.remove("waiting");
	complain("problem", problem, "Try again", () => changed(0));
}

function clear() {
	show(false, "found", "parts");
	show(!at("text").value.trim(), "hint");
}

/** The text is another; its answer waits `wait_ms` for more keys. */
function changed(wait_ms) {
	const text = at("text").value;
	const blank = !text.trim();
	const most = model.limits.max_text_chars;
	const length = text.length > most ? [...text].length : 0;
	const chars = length > most ? length : 0;
	hush();
	showCommands(request(blank ? (domain(model.task).examples[0] ?? PROMPT) : text), model);
	show(text, "clear");
	if (blank || chars) {
		typed("");
		clear();
		settle(chars ? `The text is too long: ${counted(chars)} characters. The service takes ${counted(most)}.` : "");
	} else {
		at("answer").classList.add("waiting");
		typed(text, wait_ms);
	}
}

/** Puts a text into view, of an example or of a file. */
function put(text) {
	at("text").value = text;
	changed(0);
	at("text").focus();
}

/** Asks the service for its model. Throws as `ask` does. */
async function meet() {
	model = await ask("model");
	showModel(model);
	const { lead, prompt, examples } = domain(model.task);
	if (lead) fill("lead", lead);
	at("text").placeholder = prompt;
	show(examples.length, "samples");
	fill("examples", ...examples.map((text) => el("li", {}, button(text, () => put(text)))));
	changed(0);
}

function begin() {
	meet().catch((error) => {
		complain("model", error.message, "Try again", begin);
		failed(error);
	});
}

on("text", "input", () => changed());
on("clear", "click", () => put(""));
on("key", "change", ({ target }) => {
	access.key = target.value.trim();
	begin();
});
files(() => model, put);
changed(0);
begin();
