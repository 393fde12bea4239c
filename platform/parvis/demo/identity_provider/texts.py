"""The few words of the provider's pages, in both languages."""

TEXTS = {
    "fr": {
        "demonstration": "Démonstration seulement",
        "heading": "Qui êtes-vous aujourd’hui ?",
        "lead": "Ces personnes sont fictives. Un clic tient lieu de mot de passe : un vrai "
        "fournisseur d’identité vérifierait qui vous êtes.",
        "members": "Membres",
        "staff": "Équipe de la maison",
        "strong": "L’application demande une authentification renforcée.",
        "nobody": "Personne n’est encore décrit dans le fichier demo.toml de ce client.",
        "refused": "Cette demande de connexion n’est pas recevable",
        "refused_lead": "L’application ou l’adresse de retour n’est pas connue de ce fournisseur.",
        "gone": "Cette demande de connexion n’est plus valable",
        "gone_lead": "Elle a déjà servi, ou dix minutes sont passées. Retournez sur le site et "
        "recommencez.",
        "signed_out": "Vous êtes déconnecté",
        "signed_out_lead": "Vous pouvez fermer cette page.",
    },
    "en": {
        "demonstration": "Demonstration only",
        "heading": "Who are you today?",
        "lead": "These people are fictitious. A click stands in for a password: a real identity "
        "provider would check who you are.",
        "members": "Members",
        "staff": "The firm’s own staff",
        "strong": "The application asks for stronger authentication.",
        "nobody": "Nobody is described yet in this client’s demo.toml.",
        "refused": "This sign-in request cannot be accepted",
        "refused_lead": "This provider does not know the application or its return address.",
        "gone": "This sign-in request is no longer valid",
        "gone_lead": "It was used already, or ten minutes have passed. Go back to the site and "
        "start again.",
        "signed_out": "You are signed out",
        "signed_out_lead": "You may close this page.",
    },
}
