"""What Moodle and Canvas call the columns of their files, folded as in `str.casefold`."""

from __future__ import annotations

import re

# English, German, French, Spanish: what a worksheet is made of differs by the site's settings.
MOODLE = {
    "identifier": ("identifier", "id", "identifiant", "identificador"),
    "name": ("full name", "vollst\u00e4ndiger name", "nom complet", "nombre completo"),
    "email": (
        "email address",
        "e-mail-adresse",
        "adresse de courriel",
        "direcci\u00f3n de correo",
        "direcci\u00f3n de correo electr\u00f3nico",
        "direcci\u00f3n email",
    ),
    "number": (
        "id number",
        "username",
        "id-nummer",
        "anmeldename",
        "num\u00e9ro d'identification",
        "num\u00e9ro d\u2019identification",
        "nom d'utilisateur",
        "nom d\u2019utilisateur",
        "n\u00famero de id",
        "nombre de usuario",
    ),
    "grade": ("grade", "bewertung", "note", "calificaci\u00f3n"),
    "scale": ("scale", "skala", "bar\u00e8me", "escala"),
    "most": ("maximum grade", "bestwertung", "note maximale", "calificaci\u00f3n m\u00e1xima"),
    "changeable": (
        "grade can be changed",
        "bewertung kann ge\u00e4ndert werden",
        "la note peut \u00eatre modifi\u00e9e",
        "la calificaci\u00f3n puede ser cambiada",
    ),
    "modified": (
        "last modified (grade)",
        "zuletzt ge\u00e4ndert (bewertung)",
        "derni\u00e8re modification (note)",
        "\u00faltima modificaci\u00f3n (calificaci\u00f3n)",
    ),
}
NO = ("no", "nein", "non")
CANVAS_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
# Columns that Canvas works out itself, and takes from nobody.
CANVAS_TOTALS = re.compile(
    r"(Unposted )?(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)"
)
