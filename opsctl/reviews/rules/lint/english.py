"""What is marked in English. A sentence is folded: small letters, straight quotation marks, single blanks."""

import re

from opsctl.reviews.rules.lint.finding import Advice
from opsctl.reviews.rules.lint.phrases import Only, Phrase, Who


def _words(pattern: str) -> re.Pattern[str]:
    """Whole words: not inside another one, but Chinese characters may stand right beside them."""
    return re.compile(rf"(?<![a-z0-9_])(?:{pattern})(?![a-z0-9_])")


_NOT = re.compile(
    r"(?<![a-z])(?:no|not|nobody|no-one|none|never|neither|nor|without|avoid|avoids|prevents?|rather than|instead of"
    r"|less|cannot|[a-z]+n't)(?: [a-z'-]+){0,3} ?$"
)
_NO_CAUSE = re.compile(
    r"(?<![a-z])(?:no|not|never|neither|nor|without|(?:rul|exclud)(?:ed?|ing) out|excluded?|avoid(?:s|ed|ing)?"
    r"|prevent(?:s|ed|ing)?|against|reduc(?:e|es|ed|ing)|rather than|instead of|beyond|more than|tolerat(?:e|es|ed"
    r"|ing)|risk of|room for|chance of|prone to|behind|exposed to|possible|[a-z]+n't)(?: [a-z'-]+){0,3} ?$"
)
_RULED_OUT = re.compile(
    r"(?: (?:was|were|is|has been|can be|could be))?(?: (?:ruled out|excluded|unlikely|not|possible|likely|easy"
    r"|prevented)|n't)"
)
_IF = re.compile(r"(?<![a-z])(?:if|whenever|unless|whether|case)(?: \S+){0,3} ?$")
_CAUSE_BEFORE = re.compile(
    r"(?<![a-z])(?:caused by|due to|because of|results? of|resulted from|attributed to|down to|owing to|causes?:?"
    r"|triggered by|traced to|classified as|was|were|is)(?: [a-z'-]+){0,3} ?$"
)
_CAUSE_AFTER = re.compile(
    r" (?:caused|led to|triggered|is the cause|was the cause|is to blame|was to blame|brought down)(?![a-z])"
)
_TROUBLE = (
    r"(?:incident|outage|failure|fault|downtime|data loss|loss|problem|disruption|interruption|breach"
    r"|accident)"
)
_DILIGENCE = (
    r"(?P<doing>check|double-check|verify|verifi(?=ed)|follow|test|read|review|inform|tell|ask|notify|escalate"
    r"|document|bother|pay|care|communicate|consult|look|back)"
)
_UNABLE = (
    r"(?:reach|connect|log|reproduce|access|contact|get|boot|mount|ssh|ping|authenticate|restore|start|restart"
    r"|recover|find|open|load|obtain|bring|isolate|locate|fix|stop|identify|determine|establish)"
)
_IRREGULAR = (
    "been|had|done|seen|taken|made|gone|caught|found|held|kept|lost|sent|thought|told|understood|begun|chosen|paid"
    "|met|heard|spoken|spent|taught|thrown|rung|risen|drawn|driven|come|become|stood|sought|given|got|gotten|fallen"
    "|grown|woken|brought|bought|said|felt"
)
_ADJECTIVES = (
    "dedicated|limited|automated|encrypted|detailed|tested|reduced|restricted|shared|required|named|documented"
    "|replicated|monitored|separated|fixed|signed|mirrored|managed|isolated|increased|hardened|trained|defined"
    "|planned|agreed|scheduled|dated|versioned|labell?ed|approved|verified|updated|authenticated|elevated"
    "|distributed|supported|combined|advanced|known|written|set|read|run|built|cut|put|shown|broken|left|led"
)
"""What may as well stand before a noun: "should have dedicated owners" is about what there is to be."""
_GOES_ON = (
    r"(?= ?[.,;:!?)]| ?$| (?:the|an?|this|that|these|those|it|them|him|her|us|our|their|its|his|my|every|each|all"
    r"|any|at|in|on|onto|into|before|after|earlier|sooner|later|by|to|for|from|with|when|if|immediately|first|until"
    r"|within|already|up|down|out|off|over|because|instead|since|about|as|straight|what|whether|how|through|once"
    r"|twice|better|somebody|someone|both)(?![a-z]))"
)
_ADVERB = r"(?:(?:never|also|already|at least|really|just|first|always|then|long|all|[a-z]+ly) )?"
_PARTICIPLE = (
    rf"(?:(?:{_IRREGULAR})(?![a-z])|(?:{_ADJECTIVES}){_GOES_ON}"
    rf"|(?!(?:{_ADJECTIVES}|need|speed|feed|seed|hundred)(?![a-z]))(?:[a-z]+-)?[a-z]{{2,}}ed(?![a-z]))"
)
_AVERTED = (
    "prevented|avoided|detected|caught|stopped|foreseen|mitigated|shortened|anticipated|averted|warned"
    "|been (?:noticed|fixed|spotted|discovered|resolved|known|checked|tested|predicted|contained|limited"
    "|restored sooner)"
)
_RELATED_IF = re.compile(
    r"(?<![a-z])(?<!even )(?<!only )if (?:(?:[a-z0-9'-]+ ){1,8}?(?:had|hadn't)|(?:we|he|she|they|i|you|it)'d"
    r"|not for)(?![a-z])|(?:^|[,;:] )had (?:we|he|she|they|it|the|someone|somebody)(?![a-z])"
)

PHRASES = (
    Phrase(
        Advice.CULPRIT,
        _words(r"(?:(?:had|has|have) )?(?:forgot(?:ten)? to|forgot (?:about|that)|neglected to)"),
        before=_IF,
    ),
    Phrase(
        Advice.CULPRIT,
        _words(
            rf"(?:had |has |have )?failed (?:to (?!{_UNABLE}(?![a-z]))(?P<doing>[a-z-]+)|in (?:his|her"
            rf"|their) duty)"
        ),
        before=re.compile(rf"{_NOT.pattern}|{_IF.pattern}"),
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        _words(
            rf"(?:did not|didn't|had not|hadn't"
            rf"|never) (?:even )?(?:bother to )?{_DILIGENCE}(?:ed)?(?! any(?![a-z]))(?![^.;]{{0,120}}(?: because"
            rf"|, as|, since|: ))"
        ),
        before=_IF,
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        _words(
            r"(?:(?:ignored|overlooked|disregarded)(?![^.;]{0,120}(?: because|, as|, since))"
            r"|violated|mishandled|botched|messed up|screwed up|broke the rules?"
            r"|made (?:an?|the|some|several|this)(?: [a-z]+)? (?:mistake|error|blunder)s?"
            rf"|caused (?:the|this|an?|that)(?: [a-z-]+){{0,2}} {_TROUBLE}"
            rf"|(?:was|is|were|are)(?: (?:solely|entirely|partly|clearly|fully))? (?:at fault|to blame|guilty"
            rf"|responsible for (?:the|this|an?|that)(?: [a-z-]+){{0,2}} {_TROUBLE}))"
            r"(?! (?:budget|log|page|report|message|response|command|channel|call|review|bridge))"
        ),
        before=re.compile(rf"{_NOT.pattern}|{_IF.pattern}"),
        who=Who.BEFORE,
    ),
    Phrase(
        Advice.CULPRIT,
        _words(
            r"caused by|the fault of|the blame (?:lies|falls|rests) (?:with|on)|blamed on|blames?"
            r"|the responsibility lies with"
        ),
        before=_NOT,
        who=Who.AFTER,
    ),
    Phrase(
        Advice.CULPRIT,
        re.compile(
            r"'s?(?: own)? (?:mistake|error|fault|oversight|carelessness|negligence|blunder"
            r"|failure to [a-z]+)s?(?![a-z])"
        ),
        before=_NOT,
        who=Who.BEFORE,
    ),
    Phrase(Advice.CULPRIT, _words(r"(?:his|her) (?:own )?(?:mistake|fault|oversight|blunder)"), before=_NOT),
    Phrase(
        Advice.JUDGED,
        _words(
            r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|incompeten(?:t|tly|ce)|reckless(?:ly|ness)?|sloppy"
            r"|sloppiness|irresponsib(?:le|ly)|inattenti(?:ve|veness|on)|unprofessional(?:ly)?|undisciplined"
            r"|laziness|stupid(?:ly|ity)?|lack of (?:discipline|responsibility|diligence|care)"
            r"|guilty party|blunder(?:s|ed)?"
            r"|(?:was not|wasn't|were not|weren't) paying attention|paid no attention"
            r"|not careful enough|wasn't careful(?: enough)?"
        ),
        before=_NOT,
        after=re.compile(" (?:lock|locking|quorum|parsing|mode|focus|counters?)(?![a-z])"),
    ),
    Phrase(
        Advice.PUNISHED,
        _words(
            r"reprimand(?:ed)?|disciplinary (?:action|measures?)|dock(?:ed)? (?:his|her|their) (?:pay"
            r"|bonus)|name and shame"
        ),
        before=_NOT,
    ),
    Phrase(
        Advice.ERROR,
        _words(
            r"(?:human|operator|pilot|manual|operating|people) (?:errors?|mistakes?)|human failure"
            r"|fat[- ]finger(?:ed|ing|s)?"
        ),
        before=_NO_CAUSE,
        after=re.compile(rf"{_RULED_OUT.pattern}| (?:rates?|log|logs|messages?|budget|reports?)(?![a-z])"),
        only=Only.AS_CAUSE,
        cause_before=_CAUSE_BEFORE,
        cause_after=_CAUSE_AFTER,
    ),
    Phrase(
        Advice.ERROR,
        _words(r"user error"),
        before=_NO_CAUSE,
        after=re.compile(
            rf"{_RULED_OUT.pattern}"
            rf"| (?:rates?|logs?|messages?|budgets?|reports?|pages?|codes?|counts?|responses?|metrics?"
            r"|handling|dialogs?|screens?|percentage|ratio)(?![a-z])"
        ),
        only=Only.AS_CAUSE,
        cause_before=_CAUSE_BEFORE,
        cause_after=_CAUSE_AFTER,
    ),
    Phrase(
        Advice.ERROR,
        _words(r"(?:mistakes?|errors?)(?: (?:made|committed))? by"),
        before=_NO_CAUSE,
        who=Who.AFTER,
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        _words(
            rf"(?:should(?:n't| not)?|ought(?:n't| not)? to)(?: [a-z]+ly| never| also| at least| already"
            rf"| long)?(?:'ve| have) {_ADVERB}{_PARTICIPLE}"
        ),
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        _words(
            rf"(?:could|might)(?: [a-z]+ly| also| at least| already| well)?(?:'ve"
            rf"| have) {_ADVERB}(?:been )?{_ADVERB}(?:{_AVERTED})"
        ),
        before=re.compile(r"(?<![a-z])(?:nobody|no-one|no one|neither|none|nothing|how)(?: [a-z'-]+){0,3} ?$"),
        only=Only.NOT_OF_CHANCE,
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        _words(
            rf"(?:we|he|she|they|you|i|team|engineers?|operators?|on-call|shift|dba|someone"
            rf"|somebody) could(?:'ve| have) {_ADVERB}(?!lost |been ){_PARTICIPLE}"
        ),
        before=re.compile(r"(?<![a-z])(?:no|nor|neither|nothing|how) (?:[a-z-]+ )?$"),
        only=Only.NOT_OF_CHANCE,
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        _words(rf"would(?:n't| not)?(?: [a-z]+ly| never| also| still)?(?:'ve| have) {_ADVERB}{_PARTICIPLE}"),
        along=_RELATED_IF,
        only=Only.NOT_OF_CHANCE,
    ),
    Phrase(
        Advice.COUNTERFACTUAL,
        _words(
            r"if only (?:(?:we|they|he|she|i|you|it|someone|somebody|this|that)(?: had|'d| knew| could| would)"
            r"|(?:the|our|an?) (?:[a-z-]+ ){1,3}had (?:been|not|[a-z]+ed))"
        ),
        only=Only.NOT_OF_CHANCE,
    ),
    Phrase(
        Advice.SELF_EVIDENT,
        _words(
            r"obviously|of course|clearly should|it was obvious|was an obvious (?:mistake|error)|any(?:one"
            r"|body) could (?:see|have seen)"
        ),
        before=re.compile(r"(?<![a-z])(?:not|n't|less|nor)(?: [a-z]+)? $"),
        after=re.compile(r" (?:materials?|work|corrections?)(?![a-z])"),
    ),
    Phrase(
        Advice.UNSEEN,
        _words(r"failed to (?:notice|spot|realise|realize)"),
        before=_NOT,
    ),
)
