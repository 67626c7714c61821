"""Ways around the current password."""

from __future__ import annotations

from auth_core.admin_password import OwnPasswordForm


class TrustingForm(OwnPasswordForm):
    """Takes any old password."""

    def clean_old_password(self) -> str:
        return str(self.cleaned_data["old_password"])
