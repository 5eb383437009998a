// The page: sends one text to /predict and shows the answer. Text is only ever put in as text.
const at = (id) => document.getElementById(id);

async function classify(text, key) {
  const headers = { "content-type": "application/json", ...(key && { "x-api-key": key }) };
  const response = await fetch("predict", { method: "POST", headers, body: JSON.stringify({ text }) });
  const document = await response.json();
  if (!response.ok) throw new Error(`${document.title}. ${document.detail}`);
  return document;
}

function row(label, probability) {
  const [name, bar, share] = ["dt", "dd", "dd"].map((tag) => document.createElement(tag));
  const meter = document.createElement("meter");
  meter.value = probability;
  meter.setAttribute("aria-label", label);
  bar.append(meter);
  name.textContent = label;
  share.textContent = `${(100 * probability).toFixed(1)} %`;
  return [name, bar, share];
}

function show({ label, scores, model }) {
  at("label").textContent = label;
  at("scores").replaceChildren(...Object.entries(scores).flatMap(([name, p]) => row(name, p)));
  at("model").textContent = model;
}

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("problem").hidden = true;
  try {
    show(await classify(at("text").value, at("key").value));
    at("answer").hidden = false;
  } catch (error) {
    at("answer").hidden = true;
    at("problem").textContent = error instanceof TypeError ? "The service cannot be reached." : error.message;
    at("problem").hidden = false;
  }
});
