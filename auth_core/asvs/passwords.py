"""V6.2: passwords, as they are chosen, kept and compared."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from auth_core.asvs.catalogue import UnmetError, require, requirement
from auth_core.asvs.world import World

MIXED = string.ascii_letters + string.digits
SINGLE = {
    "lower case": string.ascii_lowercase,
    "upper case": string.ascii_uppercase,
    "digits": string.digits,
    "punctuation": string.punctuation,
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "emoji": "😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰😗",
}
COMMON = 3000


def is_allowed(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True


def make_text(length: int, characters: str = MIXED) -> str:
    return "".join(secrets.choice(characters) for _ in range(length))


def find_shortest() -> int:
    """Return the shortest length at which a random password is allowed."""
    return next((length for length in range(1, 129) if is_allowed(make_text(length))), 0)


@requirement("6.2.1")
def passwords_are_long(world: World) -> str:
    shortest = find_shortest()
    require(
        shortest >= 8,
        f"a password of {shortest} characters is allowed; the least should be 8, better 15",
    )
    return f"the shortest password allowed has {shortest} characters"


@requirement("6.2.2")
def users_can_change_their_password(world: World) -> str:
    person, new = world.add_person(), f"New-{make_text(28)}"
    answer = change(world, person, {"currentPassword": person.password, "newPassword": new})
    require(answer.status_code == 204, f"a change was answered {answer.status_code}")
    require(
        world.try_login(person).status_code == 401, "the old password is still good after a change"
    )
    require(world.try_login(person, new).status_code == 201, "the new password does not log in")
    return "after a change the new password logs in, and the old one does not"


@requirement("6.2.3")
def a_change_needs_the_current_password(world: World) -> str:
    person, new = world.add_person(), f"New-{make_text(28)}"
    for body in ({"newPassword": new}, {"currentPassword": make_text(20), "newPassword": new}):
        status = change(world, person, body).status_code
        require(
            400 <= status < 500 and status != 404,
            f"a change without the current password was answered {status}",
        )
    require(world.try_login(person).status_code == 201, "a refused change changed the password")
    return "a change without the current password, or with a wrong one, is refused"


def change(world: World, person: Any, body: dict[str, str]) -> Any:
    try:
        path = reverse("password")
    except NoReverseMatch:
        raise UnmetError("there is no way to change a password") from None
    return world.send("post", path, body, headers=world.log_in(person).header, by=person)


@requirement("6.2.4")
def common_passwords_are_refused(world: World) -> str:
    """Common passwords of sufficient length are refused, and so are repetitions of common ones."""
    candidates = list(islice(list_common(find_shortest()), COMMON))
    allowed = [password for password in candidates if is_allowed(password)]
    require(not allowed, f"{len(allowed)} of {len(candidates)} common passwords are allowed")
    return f"{len(candidates)} common passwords of sufficient length are refused"


def list_common(shortest: int) -> Iterator[str]:
    words = sorted(CommonPasswordValidator().passwords)
    yield from (word for word in words if len(word) >= shortest)
    yield from (double for word in words if len(word) < shortest <= len(double := word * 2))


@requirement("6.2.5")
def any_composition_will_do(world: World) -> str:
    refused = [
        name for name, characters in SINGLE.items() if not is_allowed(make_text(40, characters))
    ]
    require(not refused, f"a password of nothing but {', '.join(refused)} is refused")
    return f"40 characters of one kind are allowed: {', '.join(SINGLE)}"


@requirement("6.2.6")
def password_fields_mask_what_is_typed(world: World) -> str:
    fields = find_fields(world)
    shown = [field for field in fields if not re.search(r'\btype="password"', field)]
    require(not shown, "the admin shows passwords while they are typed")
    return f"{len(fields)} password field(s) in the admin's login, all of type password"


@requirement("6.2.7")
def passwords_can_be_pasted(world: World) -> str:
    barred = [
        field for field in find_fields(world) if re.search(r'\bonpaste=|autocomplete="off"', field)
    ]
    require(not barred, "the admin's login bars pasting or password managers")
    return "no field bars pasting or autocomplete"


def find_fields(world: World) -> list[str]:
    page = world.client().get(reverse("admin:login"), secure=True).content.decode()
    fields = re.findall(r'<input[^>]*name="password"[^>]*>', page)
    require(fields, "the admin's login has no password field")
    return fields


@requirement("6.2.8")
def passwords_are_compared_as_they_are(world: World) -> str:
    password = f" Blanks, CAPITALS and {make_text(90)} "
    person = world.add_person(password=password)
    changed = {
        "shortened": password[:72],
        "in another case": password.swapcase(),
        "trimmed": password.strip(),
    }
    taken = [
        name for name, text in changed.items() if world.try_login(person, text).status_code == 201
    ]
    require(not taken, f"a password is taken when {', '.join(taken)}")
    require(
        world.try_login(person).status_code == 201,
        "a long password with blanks around it does not log in",
    )
    return f"{len(password)} characters count to the last; {', '.join(changed)} they are refused"


@requirement("6.2.9")
def long_passwords_are_permitted(world: World) -> str:
    refused = [length for length in (64, 128) if not is_allowed(make_text(length))]
    require(not refused, f"a password of {refused} characters is refused")
    return "passwords of 64 and 128 characters are allowed"
