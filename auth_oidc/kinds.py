"""Names that several modules share."""

NAME = "auth_oidc"
SCHEME = "Bearer"
# Events of the audit.
LINK = "oidc_link"
UNLINK = "oidc_unlink"
