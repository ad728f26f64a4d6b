from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.grading.evidence import find_quote, is_echo, says_something, verify
from interviewer.grading.text import normalise, sentences


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("bias falls", "As Bias   FALLS, variance grows", "Bias   FALLS"),
        ("bi\u200bas falls", "bias falls", "bias falls"),
        ("“bias falls …”", "so bias falls here", "bias falls"),
        ("ﬁne", "it is fine", "fine"),
        ("x² + 1", "we get x2 + 1", "x2 + 1"),
        ("bias rises", "bias falls", None),
        ("", "bias falls", None),
    ],
)
def test_a_quote_is_found_as_it_stands_in_the_answer(
    quote: str, text: str, found: str | None
) -> None:
    assert find_quote(quote, text) == found


@given(st.text(min_size=1, max_size=200), st.data())
def test_every_stretch_of_an_answer_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = find_quote(text[start:end], text)
    if found is not None:
        assert found in text


@given(st.text(max_size=300))
def test_normalising_keeps_every_character_s_origin(text: str) -> None:
    result = normalise(text)
    assert len(result.text) == len(result.origin)
    assert list(result.origin) == sorted(result.origin)
    assert all(0 <= i < len(text) for i in result.origin)


@given(st.text(st.characters(exclude_characters="`~"), max_size=400))
def test_sentences_cover_the_text_in_order(text: str) -> None:
    spans = sentences(text)
    assert all(s < e for s, e in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[s:e] for s, e in spans)
    assert sum(c.isalnum() for c in kept) == sum(c.isalnum() for c in text)


@pytest.mark.parametrize(
    "said",
    [
        ["Use p = 0.5, e.g. in vision.", "Then stop.", "\n- first item", "\n- second item"],
        [
            "1. Inputs are weighted.",
            "2. They are summed.",
            "\n3.\nThe sum is squashed.",
            "(a) By E.g.",
        ],
        ["It is 5.", "\n\nSo there."],
        ["Take the gradient w.r.t. the weights.", "Use i.i.d. samples, as He et al. do."],
        ["It is n! / (k! (n-k)!) in all.", "Good."],
        ["Training error keeps falling", "\nValidation error turns up again", "\na) stop then"],
        ["Each neuron sums its inputs and\nThe sum is squashed", "\n– by a sigmoid"],
        ["x = Fit(a)\nY = x"],
        ["We train the network using\nAdam with a rate of 1e-3"],
        ["Orders: n!", "\n- it grows fast"],
        ["Bagging lowers bias…", "\nNo, that's wrong."],
    ],
    ids=[
        "abbreviations and decimals",
        "list numbers",
        "a number that ends one",
        "more abbreviations",
        "factorials",
        "lines",
        "wrapped lines",
        "code",
        "a wrapped name",
        "a factorial before an item",
        "an ellipsis before a line",
    ],
)
def test_only_the_end_of_a_sentence_ends_it(said: list[str]) -> None:
    text = " ".join(said)
    assert [text[s:e] for s, e in sentences(text)] == [sentence.strip() for sentence in said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("So:\n```python\na = Fit(x)\n```\nIt fits.", ["So:", "a = Fit(x)", "It fits."]),
        ("It fits.\n\n~~~\nA = 1\nB = 2", ["It fits.", "A = 1\nB = 2"]),
        ("The mark ``` stands in a line.", ["The mark ``` stands in a line."]),
    ],
)
def test_the_fences_of_code_belong_to_no_sentence(text: str, said: list[str]) -> None:
    assert [text[s:e] for s, e in sentences(text)] == said


def test_three_content_words_or_a_formula_say_something() -> None:
    assert says_something("averaging trees lowers variance")
    assert says_something("∂L/∂z = p − y")
    assert says_something("O(n log n)")
    assert not says_something("the variance")
    assert not says_something(":")


def test_words_given_back_are_an_echo() -> None:
    question = "How do random forests reduce the variance of decision trees?"
    assert is_echo("random forests reduce variance of decision trees", [question])
    assert not is_echo("random forests average many decorrelated trees", [question])
    assert is_echo("1. random forests reduce variance of decision trees", [question])
    asked = "With five classes, how many dimensions can LDA give you?"
    assert not is_echo("With five classes LDA can give you at most four dimensions.", [asked])


def test_evidence_must_be_the_candidate_s_own_words() -> None:
    said = [(1, "Dropout zeroes activations at random."), (3, "Scale by 1 / (1 - p).")]
    found = verify("zeroes activations at random", said)
    assert found is not None
    assert (found.turn, found.quote) == (1, "zeroes activations at random")
    assert verify("Scale by 1 / (1 - p)", said) is not None
    assert verify("dropout is switched off at inference", said) is None
    given = [(0, "Why does it help that it zeroes activations at random?")]
    assert verify("zeroes activations at random", said, given) is None


def test_words_quoted_back_to_the_candidate_stay_the_candidate_s_own() -> None:
    said = [(1, "Dropout stays active at inference."), (3, "Dropout stays active at inference.")]
    heard = [(0, "What is dropout?"), (2, "You said “Dropout stays active at inference”. Is it?")]
    first = verify("Dropout stays active at inference", said, heard)
    assert first is not None
    assert first.turn == 1
    assert verify("Dropout stays active at inference", said[1:], heard) is None


def test_a_short_reply_to_a_probe_counts_as_a_whole_only() -> None:
    said = [(1, "Few active"), (3, "All units active")]
    heard = [(0, "How does dropout work?"), (2, "And at inference?")]
    assert verify("All units active", said, heard) is not None
    assert verify("units active", said, heard) is None
    assert verify("Few active", said, heard) is None
    assert verify("All units active", said[1:], heard) is not None
    assert verify("All units active", said[1:], heard[:1]) is None
    assert verify("At most four.", [(1, "At most four.")], heard[:1]) is not None
    assert verify("four", [(1, "At most four.")], heard[:1]) is None
