"""The table of a role's rights for the admin. The app's config names it in `role_table`."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from auth_core.policy.loading import current_policy
from auth_core.policy.matrix import list_lines, write_decision
from auth_core.policy.served import served_viewsets


def draw_role(name: str) -> SafeString:
    """Return an HTML table of what the policy lets callers with only this role do.

    A name that is no role of the policy gets a sentence.
    """
    policy, file = current_policy(), Path(settings.PERMISSIONS_FILE).name
    if name not in policy.roles:
        return format_html("{} does not name this group as a role, so it grants nothing.", file)
    rows = format_html_join(
        "",
        "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>",
        (
            (line.entity, line.action, write_decision(line.roles[name]))
            for line in list_lines(policy, served_viewsets())
        ),
    )
    return format_html(
        "<table><caption>Comes from {}. Change the file to change the role.</caption>"
        "<thead><tr><th scope='col'>Entity</th><th scope='col'>Action</th>"
        "<th scope='col'>Rows</th></tr></thead><tbody>{}</tbody></table>",
        file,
        rows,
    )
