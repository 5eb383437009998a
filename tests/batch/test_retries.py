"""What Batch does with an ended attempt, by the documented rules of EvaluateOnExit."""

import doctest

import pytest

from batch import retries
from batch.errors import RetryRulesError
from batch.retries import EVALUATE_ON_EXIT, Ending, by_rules, checked, decide, strategy

LOST = "Host EC2 (instance i-0a1b2c) terminated."
ENDED = "Essential container in task exited"


def test_examples():
    assert doctest.testmod(retries).failed == 0


@pytest.mark.parametrize(
    ("ending", "action"),
    [
        (Ending(143, LOST), "RETRY"),
        (Ending(None, LOST), "RETRY"),
        (Ending(None, "Task failed to start", "ResourceInitializationError: unable to pull secrets"), "RETRY"),
        (Ending(None, "", "CannotPullContainerError: Error response from daemon"), "RETRY"),
        (Ending(75, ENDED), "RETRY"),
        (Ending(1, ENDED), "EXIT"),
        (Ending(2, ENDED), "EXIT"),
        (Ending(137, ENDED, "OutOfMemoryError: Container killed due to memory usage"), "EXIT"),
        (Ending(None, "Job attempt duration exceeded timeout"), "EXIT"),
        (Ending(7, ENDED), "EXIT"),
        (Ending(750, ENDED), "EXIT"),
    ],
)
def test_only_what_is_no_bug_is_tried_again(ending: Ending, action: str):
    """A lost host, a container that did not start and exit code 75 are tried again; nothing else is."""
    assert decide(strategy(2), ending, 1) == action


def test_the_last_attempt_is_the_last():
    """Whatever the rules say, there are no more attempts than the strategy has."""
    assert [decide(strategy(3), Ending(75, ENDED), number) for number in (1, 2, 3)] == ["RETRY", "RETRY", "EXIT"]


def test_success_ends_it():
    assert decide(strategy(2), Ending(0, LOST), 1) == "SUCCEED"


def test_without_a_last_rule_a_bug_is_tried_again():
    """AWS retries what no rule matches: the last rule is what keeps a bug from it."""
    assert by_rules(EVALUATE_ON_EXIT[:-1], Ending(1, ENDED)) == "RETRY"


def test_the_first_rule_that_matches_decides():
    rules = [{"onExitCode": "1*", "action": "EXIT"}, {"onExitCode": "143", "action": "RETRY"}]
    assert by_rules(rules, Ending(143)) == "EXIT"


def test_all_conditions_of_a_rule_must_hold():
    rules = [{"onExitCode": "1", "onReason": "Out*", "action": "EXIT"}]
    assert by_rules(rules, Ending(1, reason="OutOfMemoryError")) == "EXIT"
    assert by_rules(rules, Ending(1, reason="")) == "RETRY"


def test_actions_come_back_in_lower_case():
    """DescribeJobDefinitions gives "retry" for RETRY."""
    assert by_rules([{"onReason": "*", "action": "exit"}], Ending(1)) == "EXIT"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"attempts": 11}, "attempts is 11, expected 1 to 10"),
        ({"attempts": 2, "evaluateOnExit": [*EVALUATE_ON_EXIT, EVALUATE_ON_EXIT[0]]}, "6 rules, expected at most 5"),
        ({"evaluateOnExit": [{"onReason": "*", "action": "STOP"}]}, "'STOP', expected RETRY or EXIT"),
        ({"evaluateOnExit": [{"action": "EXIT"}]}, "a rule to EXIT has no condition"),
        ({"evaluateOnExit": [{"onExitcode": "1", "action": "EXIT"}]}, "a rule has 'onExitcode'"),
        (
            {"evaluateOnExit": [{"onExitCode": "1?", "action": "EXIT"}]},
            "onExitCode is '1?', expected at most 512 digits",
        ),
        ({"evaluateOnExit": [{"onReason": "*lost*", "action": "EXIT"}]}, "onReason is '*lost*'"),
        ({"evaluateOnExit": [{"onReason": "x" * 513, "action": "EXIT"}]}, "at most 512 letters"),
    ],
)
def test_what_aws_would_refuse_is_refused(given: dict[str, object], said: str):
    """The limits of API_EvaluateOnExit, told before AWS does."""
    with pytest.raises(RetryRulesError, match=r"^retry strategy: ") as caught:
        checked(given)
    assert said in str(caught.value)
