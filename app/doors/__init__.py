"""The doors of the Lambda function: one module a kind of event, each with the same three names.

    NAME                            what the door is called in logs and figures
    matches(event) -> bool          whether an event, a JSON object, came this way
    answer(service, event) -> Outcome

A new source is a new module here and a line in `pick`.
"""
