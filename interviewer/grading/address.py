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
_GRADER = (
    r"(?:automat\w+ |a\.?i\.? )?(?:grader|evaluator|examiner|assessor|judge|marker|reviewers?)"
)
_SOMEBODY = (
    rf"(?:a\.?i\.?|{_GRADER}|(?:automat\w+ )?(?:grading|evaluation)|language model|"
    r"(?:large )?model reading)"
)
_PRETENDS = re.compile(
    rf"{_START}(?:system|administrator|admin|developer|grader|evaluator|examiner|judge) "
    r"(?:note|notice|message|override|instruction)s?"
    r"(?=\s*(?:[^\w\s]|$)| (?:to|for|from|all|the (?:candidate|answer)|this answer|mark|every)\b)"
    rf"|{_START}(?:note|message|reminder|memo|warning|notice|attention|instructions?|hint|todo)s?"
    rf"\W{{0,3}}(?:(?:to|for)\W?(?:the |any |all )?(?:attention of (?:the )?)?{_SOMEBODY}"
    rf"|(?:the )?{_GRADER})\b"
    rf"|\b(?:to|for) the attention of (?:the )?{_SOMEBODY}\b"
    rf"|{_START}assistant\s*:"
    rf"|{_START}system\s*:(?=.*\b(?:grad\w+|marks?|award\w*|verdicts?|the candidate|answer\w*|"
    r"points?|rubric|ignore|instructions?|credit|you|evaluation|conversation)\b)"
    r"|\bto who(?:so)?ever (?:grades|assesses|marks|evaluates|reads)\b"
    rf"|\bdear {_SOMEBODY}\b|\bas an? {_SOMEBODY},? you\b"
    rf"|\byou are (?:not|no longer) (?:an? |the )?{_SOMEBODY}\b"
    rf"|{_START}(?:final )?(?:verdict|grade|score)s?\s*[:=]\s*"
    r"(?:met|correct|full|[a-c]\b(?!\s*[*·×+/(−^-])|100?\b(?!\s*(?:[*·×+−-]|/\s*\()))"
)
_FORGES = re.compile(
    r"<\|?/?(?:im_(?:start|end)|(?:system|assistant|candidate\w*|rubric|grades?|verdicts?|point|"
    r"reference_points)\b)|\[/?inst\]"
    r"|[-=#*_~]{3,}\s*(?:end|begin|start) (?:of )?(?:the )?(?:candidate|trusted|untrusted|system|"
    r"instructions|answer|data)\b"
    r"|\bp\d+[\"')\]}]*\s*(?:[:=→>{|(–—-]\s*)+[\"']?met\b|\bp\d+ met\W+p\d+ met\b"
    r"|\bdata-met\b|=\s*[\"']met\b|\"p\d+\"\s*:\s*(?:true|1)\b"
    r"|\"(?:verdicts?|precomputed|skip_llm|all_points)\"\s*:"
    r"|\b[a-z]+[а-я][a-zа-я]*\b|\b[а-я]+[a-z][a-zа-я]*\b"
)
"""Markup, verdicts in a machine's form, and words of two alphabets: nobody says these."""
_ORDERS = re.compile(
    r"(?:^|[.!?,;:]\s+|\b(?:please|now|kindly|and|(?:you|graders?|judges?|examiners?|"
    r"evaluators?|assessors?|markers?|system) (?:must|should|can|may|have to)) )"
    r"(?:(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rubric|criteria|grading|"
    r"prompt(?! (?:tokens?|loss|part|length|templates?|when|while|in))|"
    r"reference (?:points?|answers?|solutions?|list))"
    r"|stop (?:\w+ ){0,3}(?:grading|marking|rubric))\b"
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
    r"(?<!labelled )(?<!labeled )(?<!classified )(?<!predicted )\bas (?:\w+ ){0,3}?"
    r"(?:met|made|fulfilled|satisfied|covered|complete|correct|credited|such|"
    r"said|a sentence)\b|\bfull (?:credit|marks|score)\b|\bhighest possible mark\b"
    r"|\bcredited\b|\b(?:is|are|be|been|was) (?:met|satisfied|fulfilled|judged complete)\b"
    r"|\bmade every one\b"
)
_FULFILLED = re.compile(
    r"\b(?:(?:stop(?:ping)?|convergence|terminat\w+|exit|split\w*|acceptance) criteri\w+"
    r"|conditions?|constraints?|thresholds?|targets?|assumptions?|budgets?|slas?|slos?)"
    r" (?:is|are|be|been|was) (?:met|satisfied|fulfilled)\b"
)
"""What may be met without anybody grading it."""
_REPORTED = re.compile(r"[\"“«][^\"”»]*[\"”»]")
_SUBJECT = re.compile(
    r"\b(?:injections?|jailbreak\w*|attack(?:ers?|s)?|adversar\w+|malicious|untrusted|"
    r"(?:llm|model)s?[ -]as[ -](?:a[ -])?judge)\b"
)


_OF_ITSELF = re.compile(
    r"\bin the (?:answer|story|account) (?:that )?i have\b"
    r"|\b(?:in|with) (?:this|my)(?: \w+)? (?:answer|story|account|explanation|reply)\b"
    r".{0,40}\b(?:i have|i['’]ve|there (?:is|are)|you (?:will )?find)\b"
    r"|\bwith this,? i(?:['’]ve| have) (?:now |just |also |thus )?"
    r"(?:given|provided|covered|shown|named|answered|addressed|explained)\b"
    r"|\bi(?:['’]ve| have) (?:now |just |also |thus )?"
    r"(?:(?:given|provided|covered|shown|named) "
    r"(?:an? |the )?(?:correct|full|complete|right|all|every|each|key|main)\b"
    r"|made (?=(?:all|every|each|an? (?:correct|full|complete|right)|the (?:correct|full|complete|"
    r"right|key|main))\b)(?:\w+ ){1,4}?(?:accounts?|answers?|explanations?|points?|arguments?|"
    r"claims?|story|picture)\b)"
)
_DOES_NOT = (
    r"(?:do(?:es)?n['’]t|is n['’]?t|isn['’]t|aren['’]t|can(?:no|['’])t|do(?:es)? not|"
    r"(?:is|are) not)"
)
_BOTH_WAYS = re.compile(
    r"\bor (?:possibly |maybe |perhaps |also |else )*(?:the other way (?:a)?round|none of|"
    rf"(?:it|they|that|this) {_DOES_NOT}\b|{_DOES_NOT}(?=\s*(?:[.,;!?]|$)))"
    rf"|\b(?:do|does|is|are|can|may) or {_DOES_NOT}"
    rf"|\b(\w{{3,}}?)(?:s|es)?\b[^.;]{{0,40}} or (?:it )?{_DOES_NOT} \1\b"
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
    graded = _FULFILLED.sub(" ", said)
    return all(part.search(graded) for part in (_GRADED, _DEED, _OUTCOME))
