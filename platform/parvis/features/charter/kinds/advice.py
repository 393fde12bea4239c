"""What advice about an instrument is worded with, in French and English.

Forms, not stems, where a stem would catch ordinary words: "vend*" is in "vendredi", and an
"investisseur" advises nobody by being one.
"""

from parvis.features.charter.kinds.lexicon import TermsByLanguage

ADVICE: TermsByLanguage = {
    "fr": (
        "achetez", "acheter", "achetons", "achète", "achètes", "achetais", "achèterai",
        "achèterais", "à l’achat", "vendez", "vendre", "vendons", "vends", "vendrai", "vendrais",
        "à la vente", "renforcez", "renforcer", "renforce", "allégez", "alléger", "soldez",
        "solder", "conservez", "conserver", "gardez", "accumulez", "accumuler", "souscrivez",
        "souscrire", "souscrivons", "investissez", "investir", "investis", "investirais",
        "placez", "misez", "miser", "foncez", "shorter", "shortez", "arbitrez", "prenez",
        "sortez", "débarrassez*", "conseille*", "conseiller d’acheter", "recommand*", "préconise*",
        "suggère", "objectif de cours", "cours cible", "sous-évalué*", "surévalué*", "décoté*",
        "bon plan", "bonne affaire", "belle opportunité", "opportunité à saisir", "à saisir",
        "va monter", "va grimper", "va exploser", "va doubler", "va chuter", "va baisser",
        "va s’effondrer", "potentiel de hausse", "potentiel haussier", "rendement garanti",
        "à votre place", "il faut en prendre", "point d’entrée",
    ),
    "en": (
        "buy", "buying", "sell", "selling", "short", "shorting", "go long", "accumulate",
        "overweight", "underweight", "outperform", "top up", "load up", "get in", "get out",
        "take profits", "invest", "subscribe", "recommend*", "advise", "advises", "advised",
        "suggest", "price target", "target price", "undervalued", "overvalued", "bargain",
        "strong buy", "good time", "entry point", "will rise", "will soar", "will double",
        "will fall", "will crash", "going up", "going down", "upside", "to the moon",
        "if I were you", "you should", "hold on to", "dump",
    ),
}  # fmt: skip
