// The request on the screen as commands: curl, Python, the AWS CLI, each with a button to copy it.
// Left out: API keys. A command takes one from UNDERTONE_API_KEY.

import { announce, button, el, fill } from "./dom.js";
import { quotedJson, quotedPython as py, quotedShell as sh } from "./quoting.js";
import { access, address } from "./service.js";

const LONGEST_ARGUMENT = 100_000; // bytes; Linux takes 131,072
const COMPREHEND_BYTES = 5000;
const COMPREHEND_LABELS = "negative neutral positive";
const INVOKE = "aws lambda invoke --function-name undertone:live --cli-binary-format raw-in-base64-out /dev/stdout";
const size = (text) => new TextEncoder().encode(text).length;

/** Shows the commands that send `body`, the JSON of /predict. */
export function showCommands(body, model) {
	const shown = {
		curl: curl(body),
		Python: python(body),
		"AWS CLI: the function": withData(`${INVOKE} --payload`, "file:///dev/stdin", body),
	};
	if (fitsComprehend(body, model)) shown["AWS CLI: as Amazon Comprehend"] = comprehend(body, model);
	fill("commands", ...Object.entries(shown).flatMap(([name, code]) => block(name, code)));
}

function block(name, code) {
	const told = el("pre", { tabindex: "0", role: "region", "aria-label": name }, el("code", {}, code));
	const copies = button("Copy", () => copy(code, copies, told), { "aria-label": `Copy ${name}` });
	return [el("div", { class: "row" }, el("h3", {}, name), copies), told];
}

function curl(body) {
	const key = access.key && ` -H "x-api-key: $UNDERTONE_API_KEY"`;
	const start = `curl -s ${sh(address("predict"))} -H 'content-type: application/json'${key}`;
	return withData(`${start} --data-binary`, "@-", body);
}

function python(body) {
	const values = Object.entries(body).map(([name, value]) => `${py(name)}: ${value === true ? "True" : py(value)}`);
	return `import json, os, urllib.request
body = {${values.join(", ")}}
headers = {"content-type": "application/json"${access.key && ', "x-api-key": os.environ["UNDERTONE_API_KEY"]'}}
request = urllib.request.Request(${py(address("predict"))}, json.dumps(body).encode(), headers)
print(urllib.request.urlopen(request).read().decode())`;
}

/** A command with the JSON as its last argument, or as its input where that is too long. */
function withData(command, fromInput, body) {
	const json = quotedJson(body);
	return size(json) < LONGEST_ARGUMENT ? `${command} ${sh(json)}` : `${command} ${fromInput} <<'JSON'\n${json}\nJSON`;
}

/** That form knows three labels, no keys but AWS's own, and short texts. */
const fitsComprehend = ({ text }, { labels }) =>
	labels.toSorted().join(" ") === COMPREHEND_LABELS && !access.key && size(text) <= COMPREHEND_BYTES;

/** As JSON, since the AWS CLI would read a file for a plain text that begins with file://. */
function comprehend({ text }, model) {
	const input = quotedJson({ Text: text, LanguageCode: model.language || "en" });
	const where = `--endpoint-url ${sh(address("."))} --region us-east-1 --no-sign-request`;
	return `aws comprehend detect-sentiment ${where} --cli-input-json ${sh(input)}`;
}

/** Without a secure origin or a permission, by selecting. */
async function copy(code, pressed, shown) {
	const copied = await navigator.clipboard?.writeText(code).then(() => true, () => false);
	if (!copied) getSelection().selectAllChildren(shown);
	pressed.textContent = copied || document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
	announce(pressed.textContent, 0);
	setTimeout(() => (pressed.textContent = "Copy"), 2000);
}
