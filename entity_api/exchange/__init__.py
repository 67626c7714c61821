"""Export and import of rows in the admin, by django-import-export, which is an extra."""
