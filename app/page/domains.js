// What each task's texts are like: the one place that knows a task by its name.
// Left out: labels and figures, which the model tells. A task that is not here has a neutral prompt.

const DOMAINS = {
	sentiment: {
		lead: "Tells the tone of financial news: type a sentence and see its tone, how sure that is, and why.",
		prompt: "Type or paste a sentence of financial news",
		limits:
			"It has read single English sentences about companies, from an investor's point of view: good news is what " +
			"may raise a share's price. Irony, opinions and other subjects are foreign to it.",
		examples: [
			"Operating profit rose to EUR 13.1 mn from EUR 8.7 mn in the corresponding period in 2007.",
			"Nokia to cut up to 14,000 jobs after third-quarter sales fall 20 %.",
			"The annual general meeting will be held in Helsinki on 4 April.",
			"Net loss narrowed to EUR 0.2 mn from EUR 3.1 mn a year earlier.",
			"Finnish Elcoteq wins a five-year contract. Its sales fell to EUR 5.1 mn, though. Deliveries begin in May.",
		],
	},
};

const NEUTRAL = {
	prompt: "Type or paste a text",
	limits: "It knows texts like those that it was trained on, and misreads others.",
	examples: [],
};

export const domain = (task) => DOMAINS[task] ?? NEUTRAL;
