"""Whether a sentence speaks to whoever grades it, or of itself, instead of answering. Pure.

What a grader can be talked into comes in many shapes, and a sentence wrongly taken for one costs
an honest candidate a point, so the tests here are narrow: a sentence pretends to come from
somebody else (a system, an earlier grader), gives an order about the rules, or brings together
what is graded, what to do with it and the outcome wanted. Reported speech, and attacks or
language-model judges as a subject, are ordinary.
"""

import re

from interviewer.grading.text import normalise

_START = r"(?:^|[.!?;]\s+|[#*>\-=_(\[]\s*)"
_SOMEBODY = (
    r"(?:a\.?i\.?|(?:automat\w+ |a\.?i\.? )?(?:grad(?:er|ing)|evaluator|evaluation|examiner|"
    r"assessor|judge|marker|reviewers?)|language model|(?:large )?model reading)"
)
_PRETENDS = re.compile(
    rf"{_START}(?:system|administrator|admin|developer|grader|evaluator|examiner|judge) "
    r"(?:note|notice|message|override|instruction)s?\b"
    rf"|{_START}(?:note|message|reminder|memo|warning|notice|attention|instructions?|hint|todo)s?"
    rf"\W{{0,3}}(?:to|for)?\W?(?:the |any |all )?(?:attention of (?:the )?)?{_SOMEBODY}\b"
    rf"|\b(?:to|for) the attention of (?:the )?{_SOMEBODY}\b"
    rf"|{_START}(?:system|assistant)\s*:"
    r"|\bto who(?:so)?ever (?:grades|assesses|marks|evaluates|reads)\b"
    rf"|\bdear {_SOMEBODY}\b|\bas an? {_SOMEBODY},? you\b"
    rf"|\byou are (?:not|no longer) (?:an? |the )?{_SOMEBODY}\b"
    rf"|{_START}(?:final )?(?:verdict|grade|score)s?\s*[:=]\s*(?:met|correct|full|[a-c]\b|10\b|100)"
)
_FORGES = re.compile(
    r"<\|?/?(?:im_(?:start|end)|(?:system|assistant|candidate\w*|rubric|grades?|verdicts?|point|"
    r"reference_points)\b)|\[/?inst\]"
    r"|[-=#*_~]{3,}\s*(?:end|begin|start) (?:of )?(?:the )?(?:candidate|trusted|untrusted|system|"
    r"instructions|answer|data)\b"
    r"|\bp\d+\W{1,4}met\b|\"p\d+\"\s*:\s*(?:true|1)\b"
    r"|\"(?:verdicts?|precomputed|skip_llm|all_points)\"\s*:"
    r"|\b[a-z]+[а-я][a-zа-я]*\b|\b[а-я]+[a-z][a-zа-я]*\b"
)
"""Markup, verdicts in a machine's form, and words of two alphabets: nobody says these."""
_ORDERS = re.compile(
    r"(?:^|[.!?,;:]\s+|\b(?:please|now|must|should|kindly|and) )(?:ignore|disregard|forget|"
    r"override|stop)\b.{0,40}\b(?:instructions?|rubric|prompt|criteria|reference|grading)\b"
    r"|\b(?:return|answer|output|reply|say|enter|record)\b.{0,20}\bmet (?:for|seven|six|five|to)\b"
    r"|\ball (?:the )?points (?:as )?met\b"
    r"|\b(?:give|award|assign)\b.{0,20}\bfull (?:marks|credit|points)\b"
    r"|\bverdicts? (?:has|have|must|should|needs?)\b.{0,20}\b(?:met|correct)\b"
)
_GRADED = re.compile(
    r"\b(?:(?:each|every|all|any|the|these|remaining|other|whole|your) (?:\w+ ){0,3}?"
    r"(?:points?|items?|criteria|criterion|rubric|checklist|verdicts?|list)|reference points?|"
    r"grader|evaluator|assessor|examiner|whoever (?:is )?(?:assess|grad|mark|read|judg)\w*)\b"
)
_DEED = re.compile(
    r"\b(?:mark|grade|count|treat|regard|consider|award|give|enter|record|credit|accept|tick|set|"
    r"rate|assign|approve|note down|confirm|return|tell|read|assume)(?:s|ed|ing)?\b"
    r"|\b(?:is|are) (?:satisfied|fulfilled|met)\b"
)
_OUTCOME = re.compile(
    r"\bas (?:\w+ ){0,3}?(?:met|made|fulfilled|satisfied|covered|complete|correct|credited|such|"
    r"said|a sentence)\b|\bfull (?:credit|marks|score)\b|\bhighest possible mark\b"
    r"|\bcredited\b|\b(?:is|are|be|been|was) (?:met|satisfied|fulfilled|judged complete)\b"
    r"|\bmade every one\b"
)
_REPORTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_SUBJECT = re.compile(
    r"\b(?:injections?|jailbreak\w*|attack(?:ers?|s)?|adversar\w+|malicious|untrusted|"
    r"(?:llm|model)s?[ -]as[ -](?:a[ -])?judge)\b"
)


_OF_ITSELF = re.compile(
    r"\b(?:in|with) (?:this|my|the|that)(?: \w+)? (?:answer|story|account|explanation|reply)\b"
    r".{0,40}\b(?:i have|i['’]ve|there (?:is|are)|you (?:will )?find)\b"
    r"|\bwith this,? i(?:['’]ve| have)\b"
    r"|\bi(?:['’]ve| have) (?:now |just |also |thus )?(?:given|provided|covered|shown|named|made) "
    r"(?:an? |the )?(?:correct|full|complete|right|all|every|each|key|main)\b"
)
_BOTH_WAYS = re.compile(
    r"\bor (?:possibly |maybe |perhaps |also |else )*(?:the other way (?:a)?round|vice versa|"
    r"(?:it |they |that |this )?(?:do(?:es)?n['’]t|is n['’]?t|isn['’]t|aren['’]t|can(?:no|['’])t|"
    r"do(?:es)? not|(?:is|are) not)\b|none of)"
    r"|\bit(?:['’]s| is) (?:certainly |surely |probably )?one of the (?:two|three)\b"
)


def claims_nothing(sentence: str) -> bool:
    """Whether a sentence only praises the answer it stands in, or says a thing and its opposite."""
    plain = normalise(sentence).text
    return bool(_OF_ITSELF.search(plain) or _BOTH_WAYS.search(plain))


def speaks_to_grader(sentence: str) -> bool:
    """Whether a sentence speaks to the grader in its own voice."""
    plain = normalise(sentence).text
    if _SUBJECT.search(plain):
        return False
    said = _REPORTED.sub(" ", plain) if len(_REPORTED.sub("", plain)) > len(plain) / 3 else plain
    if _FORGES.search(plain) or _PRETENDS.search(said) or _ORDERS.search(said):
        return True
    return all(part.search(said) for part in (_GRADED, _DEED, _OUTCOME))
