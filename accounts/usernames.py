"""User names: the folded form that makes them unique, and the names that are refused."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

LONGEST_NAME = 150
# Written with any letters, as in every Latin and Japanese name: digits, marks and the signs . @ + -
# _
_SHARED = frozenset({"Zyyy", "Zinh"})
# Scripts that are written together, and how they are called together (UTS 39, section 5.1).
_WRITTEN_TOGETHER = {
    "Hani": {"Hanb", "Jpan", "Kore"},
    "Bopo": {"Hanb"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Hang": {"Kore"},
}
_WITH_LATIN = frozenset({"Hanb", "Jpan", "Kore"})


def fold_username(name: str) -> str:
    """Return the form that is the same for all spellings of a name: NFKC, case folded, NFKC.

    Folding can leave a text that is not in NFKC, so it is normalised again.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)


class UsernameKeyField(models.CharField):  # type: ignore[type-arg]
    """Holds the folded form of the row's `username`. Every save writes it anew."""

    made_from = "username"

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: FBT001 (Django's own)
        key = fold_username(model_instance.username or "")
        setattr(model_instance, self.attname, key)
        return key


def fill_loaded_key(instance: Any, raw: bool, **_: object) -> None:  # noqa: FBT001
    """Fold the name of a fixture's row, for which Django asks no field; a receiver of pre_save."""
    if raw:
        instance.username_key = fold_username(instance.username)


def validate_username(name: str) -> None:
    """Refuse a name that looks like another name: raises ValidationError.

    Its characters are those of RFC 8264's IdentifierClass, which has no invisible ones. Its scripts
    are those of UTS 39's level "Highly Restrictive": one script, or Latin beside Chinese, Japanese
    or Korean.
    """
    normal = unicodedata.normalize("NFKC", name[:LONGEST_NAME])
    if (position := _find_refused_character(normal)) is not None:
        code = f"U+{ord(normal[position]):04X}"
        raise ValidationError(
            f"A user name cannot hold the character {code}.", "username_character"
        )
    if _mixes_scripts(normal):
        raise ValidationError(
            "A user name cannot mix letters of different scripts, such as Latin and Cyrillic.",
            "username_scripts",
        )


def _find_refused_character(name: str) -> int | None:
    from precis_i18n import get_profile  # noqa: PLC0415 (30 ms, for new names only)

    try:
        get_profile("IdentifierClass").enforce(name)
    except UnicodeEncodeError as refusal:
        return refusal.start
    return None


def _mixes_scripts(name: str) -> bool:
    scripts = [found for character in name if not (found := _find_scripts(character)) & _SHARED]
    if not scripts or set.intersection(*scripts):
        return False
    others = [found for found in scripts if "Latn" not in found]
    return not set.intersection(*others) & _WITH_LATIN


def _find_scripts(character: str) -> set[str]:
    """Return the scripts of the character (UAX 24), and their writing systems."""
    from fontTools.unicodedata import script_extension  # noqa: PLC0415 (50 ms and 7 MB, for new names only)

    scripts: set[str] = set(script_extension(character))
    return scripts.union(*(_WRITTEN_TOGETHER.get(script, set()) for script in scripts))
